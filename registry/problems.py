"""Errors as responses with problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from registry.errors import (
    Conflict,
    Forbidden,
    Kind,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    RegistryError,
    Violation,
)
from registry.problem_details import json_bytes, members, members_of_error

MEDIA_TYPE = "application/problem+json"
_TITLES = {each.code: each.title for each in (NotFound, Conflict, Forbidden, PreconditionRequired, PreconditionFailed)}


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    violations: Sequence[Violation] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    return answer(members(status, code, title, detail, violations), headers)


def answer(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem's members as a response with its status."""
    return Response(json_bytes(body), body["status"], headers=dict(headers or {}), media_type=MEDIA_TYPE)


def of_registry_error(error: RegistryError) -> Response:
    return answer(members_of_error(error), headers_of(error))


def headers_of(error: RegistryError) -> dict[str, str]:
    """Who is not known is told how to say who they are (RFC 9110, section 11.6.1)."""
    return {"www-authenticate": 'Bearer realm="registry"'} if error.kind is Kind.UNAUTHENTICATED else {}


def of_request_error(error: RequestValidationError) -> Response:
    """A request that is not of the declared form, each fault with its JSON Pointer or parameter."""
    violations = [_request_violation(each) for each in error.errors()]
    detail = f"The request breaks its declared form in {len(violations)} place(s)."
    return problem(422, "invalid-request", "The request is not of the declared form", detail, violations)


def _request_violation(fault: Mapping[str, Any]) -> Violation:
    place, *path = fault["loc"]
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    parameter = f"{place} {'.'.join(str(part) for part in path)}"
    return Violation(
        code=str(fault["type"]).replace("_", "-"),
        message=str(fault["msg"]),
        pointer=pointer if place == "body" else None,
        column=None if place == "body" else parameter,
    )


def of_http_error(error: HTTPException) -> Response:
    """What the framework itself refuses: unknown addresses, methods, broken forms."""
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-").replace("'", "")
    # A code has one title, whoever refuses.
    title = _TITLES.get(code, phrase)
    return problem(error.status_code, code, title, str(error.detail), headers=error.headers)


def of_unforeseen_error() -> Response:
    detail = "The fault is ours, not yours. The server's log says what happened."
    return problem(500, "internal-error", "Something went wrong", detail)


def wants_problem(request: Request) -> bool:
    """Whether an error of this request is for a program: everything under /api/, and whoever asks for JSON."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return path.startswith("/api/") or "json" in request.headers.get("accept", "")
