"""Bodies of requests that are one JSON text, as dependencies of routes."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel

from registry.json_models import Model, UnsupportedMediaType, parsed, validated

JSON = "application/json"


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _json_text(request: Request) -> bytes:
    if media_type(request) != JSON:
        raise UnsupportedMediaType(f"Send {JSON}, not {media_type(request)[:80] or 'a body without a type'}.")
    return await request.body()


def body_of(model: type[Model]) -> Callable[[bytes], Model]:
    """A dependency that gives the body as this model."""

    # A plain function, so that parsing runs in a thread and not where the body is awaited.
    def read(text: Annotated[bytes, Depends(_json_text)]) -> Model:
        return validated(model, parsed(text))

    return read


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of such a body, of which the framework sees only a request."""
    schema = model.model_json_schema()
    inside = schema.pop("$defs", {})
    return {"requestBody": {"required": True, "content": {JSON: {"schema": _with_parts(schema, inside)}}}}


def _with_parts(schema: Any, inside: dict[str, Any]) -> Any:
    """Models inside a model stand where they are used: a reference would lead out of the body's schema."""
    match schema:
        case {"$ref": str(reference)}:
            return _with_parts(inside[reference.removeprefix("#/$defs/")], inside)
        case dict():
            return {name: _with_parts(part, inside) for name, part in schema.items()}
        case list():
            return [_with_parts(part, inside) for part in schema]
    return schema
