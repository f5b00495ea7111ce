"""Members of a problem (RFC 9457): one table from kind to status, one form for every error of the API. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from registry.errors import Kind, RegistryError, Violation

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.PRECONDITION_FAILED: 412,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.UNAVAILABLE: 503,
}
# Faults of a request that HTTP has a status of its own for.
STATUS_OF_CODE = {"malformed-body": 400, "body-too-large": 413, "unsupported-media-type": 415, "too-many-attempts": 429}
# A refusal may name every row of a large file; an answer stays readable and under 16 KiB.
MOST_ERRORS = 100
_MOST_BYTES_OF_ERRORS = 10 * 1024
_MOST_TEXT = {"value": 100, "message": 300, "fix": 300}
_MOST_DETAIL = 1000


def status_of(kind: Kind, code: str) -> int:
    return STATUS_OF_CODE.get(code, STATUS[kind])


def members(status: int, code: str, title: str, detail: str, violations: Sequence[Violation] = ()) -> dict[str, Any]:
    """The members of a problem. errors holds the first violations; error_count says how many there are."""
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": cut(detail, _MOST_DETAIL),
        "code": code,
    }
    if violations:
        body["error_count"] = len(violations)
        body["errors"] = first_errors(violations)
    return body


def members_of_error(error: RegistryError) -> dict[str, Any]:
    return members(status_of(error.kind, error.code), error.code, error.title, error.detail, error.violations)


def first_errors(violations: Sequence[Violation]) -> list[dict[str, Any]]:
    """At least one, at most a hundred, and no more than fit into an answer of 16 KiB."""
    found: list[dict[str, Any]] = []
    room = _MOST_BYTES_OF_ERRORS
    for each in violations[:MOST_ERRORS]:
        error = _error_members(each)
        room -= len(json_bytes(error))
        if room < 0 and found:
            break
        found.append(error)
    return found


def _error_members(violation: Violation) -> dict[str, Any]:
    given = {name: value for name, value in asdict(violation).items() if value not in (None, "")}
    # An empty pointer is the whole document.
    if violation.pointer == "":
        given["pointer"] = ""
    return {
        name: cut(value, _MOST_TEXT.get(name, 200)) if isinstance(value, str) else value
        for name, value in given.items()
    }


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def json_bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace")
