"""Errors as RFC 9457 problem details: one table from kind to status, one form for every error of the API."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from registry.errors import Kind, RegistryError, Violation

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.FORBIDDEN: 403,
    Kind.UNAVAILABLE: 503,
}
MEDIA_TYPE = "application/problem+json"
# A refusal may name every row of a large file; an answer stays readable.
MOST_ERRORS = 100
_MOST_TEXT = 300


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    violations: Sequence[Violation] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    return answer(members(status, code, title, detail, violations), headers)


def members(status: int, code: str, title: str, detail: str, violations: Sequence[Violation] = ()) -> dict[str, Any]:
    """The members of a problem. errors holds at most 100 violations; error_count says how many there are."""
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail[: 10 * _MOST_TEXT],
        "code": code,
    }
    if violations:
        body["error_count"] = len(violations)
        body["errors"] = [error_members(each) for each in violations[:MOST_ERRORS]]
    return body


def answer(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem's members as a response with its status."""
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", errors="replace")
    return Response(content, body["status"], headers=dict(headers or {}), media_type=MEDIA_TYPE)


def error_members(violation: Violation) -> dict[str, Any]:
    members = {name: value for name, value in asdict(violation).items() if value not in (None, "")}
    return {name: value[:_MOST_TEXT] if isinstance(value, str) else value for name, value in members.items()}


def members_of_error(error: RegistryError) -> dict[str, Any]:
    return members(STATUS[error.kind], error.code, error.title, error.detail, error.violations)


def of_registry_error(error: RegistryError) -> Response:
    return answer(members_of_error(error))


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
    return problem(error.status_code, code, phrase, str(error.detail), headers=error.headers)


def of_unforeseen_error() -> Response:
    detail = "The fault is ours, not yours. The server's log says what happened."
    return problem(500, "internal-error", "Something went wrong", detail)


def wants_problem(request: Request) -> bool:
    """Whether an error of this request is for a program: everything under /api/, and whoever asks for JSON."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return path.startswith("/api/") or "json" in request.headers.get("accept", "")
