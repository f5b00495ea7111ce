"""The OpenAPI document: what FastAPI derives from the routes, and what it cannot know."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from registry.problems import MEDIA_TYPE

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "error_count": {"type": "integer"},
        "errors": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    name: {"type": "integer" if name == "row" else "string"}
                    for name in ("code", "message", "fix", "pointer", "file", "sheet", "row", "column", "value")
                },
            },
        },
    },
}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["reports", "spot_checks", "criteria"],
    "properties": {
        **{name: {"type": "string", "format": "binary"} for name in ("reports", "spot_checks", "criteria")},
        "options": {"type": "string", "description": "JSON by OptionsIn."},
    },
}


def document(app: FastAPI, bodies: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """Made once per application. bodies: those read by their media type, of which FastAPI sees only a request."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version="3.1.0",
        )
        app.openapi_schema = _with_bodies(_with_problems(found), bodies)
    return app.openapi_schema


def _with_problems(found: dict[str, Any]) -> dict[str, Any]:
    """Every operation may answer with a problem; the framework's own form of 422 is never sent."""
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    problem = {"description": "Problem", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for path in found.get("paths", {}).values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["4XX"] = operation["responses"]["5XX"] = problem
    return found


def _with_bodies(found: dict[str, Any], bodies: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    components = found["components"]
    for name, model in bodies.items():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        components["schemas"] |= schema.pop("$defs", {}) | {model.__name__: schema}
        components.setdefault("requestBodies", {})[name] = {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}},
                "multipart/form-data": {"schema": _FORM},
            },
        }
    return found
