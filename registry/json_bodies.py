"""Bodies of requests that are one JSON text, as dependencies of routes."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel

from registry.json_models import Model, RequestRejected, UnsupportedMediaType, parsed, validated
from registry.request_rules import BodyTooLarge

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


def object_of(name: str, most_bytes: int | None = None) -> Callable[[bytes], dict[str, Any]]:
    """A dependency that gives the body, one JSON object. name: what its sender calls it, as document."""

    def read(text: Annotated[bytes, Depends(_json_text)]) -> dict[str, Any]:
        if most_bytes is not None and len(text) > most_bytes:
            raise BodyTooLarge(f"The {name} has more than {most_bytes} bytes, which is the limit of {name}s.")
        found = parsed(text)
        if not isinstance(found, dict):
            raise RequestRejected(f"The body is one {name}, a JSON object.")
        return found

    return read


def documented_object(description: str) -> dict[str, Any]:
    """What the OpenAPI document says of a body that is read by object_of."""
    return _documented({"type": "object", "description": description})


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of such a body, of which the framework sees only a request."""
    schema = model.model_json_schema()
    inside = schema.pop("$defs", {})
    return _documented(_with_parts(schema, inside))


def _documented(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


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
