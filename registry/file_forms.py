"""Bodies of requests that are a form with one file, as dependencies of routes."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile

from registry.errors import Invalid
from registry.json_bodies import media_type
from registry.json_models import UnsupportedMediaType

FORM = "multipart/form-data"


def file_of_form(rejected: type[Invalid]) -> Callable[[Request], Awaitable[tuple[str, bytes]]]:
    """A dependency that gives name and content of the part `file`. rejected: raised where there is none."""

    async def read(request: Request) -> tuple[str, bytes]:
        if media_type(request) != FORM:
            raise UnsupportedMediaType(f"Send {FORM}, not {media_type(request)[:80] or 'a body without a type'}.")
        async with request.form(max_files=1, max_fields=0) as form:
            part = form.get("file")
            if not isinstance(part, UploadFile):
                raise rejected("The form has one part, named file, which is a file.")
            return part.filename or "file", await part.read()

    return read


def documented_file(description: str) -> dict[str, Any]:
    """What the OpenAPI document says of such a body."""
    file = {"type": "string", "format": "binary", "description": description}
    schema = {"type": "object", "required": ["file"], "properties": {"file": file}}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}
