"""Errors of the domain: each has a kind, and a kind decides exit code and HTTP status in one table each.

RegistryError
├── Invalid               what was given breaks a rule; every violation is listed
├── NotFound              what was asked for does not exist
├── Conflict              the state of things does not allow it
├── PreconditionRequired  a change does not say which state of things it was made to
├── PreconditionFailed    a change was made to another state of things than the present one
├── Unauthenticated       who acts is not known
├── Forbidden             the actor may not do it
└── Unavailable           something this needs (a port, a file system, a service) cannot be had now
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    PRECONDITION_REQUIRED = "precondition_required"
    PRECONDITION_FAILED = "precondition_failed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"


EXIT_CODES: dict[Kind, int] = {
    # 0 is success and 2 is a wrong call of the command line itself.
    Kind.INVALID: 1,
    Kind.NOT_FOUND: 3,
    Kind.CONFLICT: 4,
    Kind.PRECONDITION_REQUIRED: 4,
    Kind.PRECONDITION_FAILED: 4,
    # Who is not known and who may not do it need the same thing: another account.
    Kind.UNAUTHENTICATED: 5,
    Kind.FORBIDDEN: 5,
    Kind.UNAVAILABLE: 6,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that was broken, and where.

    row counts as a spreadsheet does: the heading is row 1. pointer is a JSON Pointer (RFC 6901).
    value is the text that was seen, cut to a readable length; fix says what to do. sheet: of a workbook.
    """

    code: str
    message: str
    fix: str = ""
    pointer: str | None = None
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    sheet: str | None = None

    def where(self) -> str:
        parts = [self.file] if self.file else []
        if self.sheet is not None:
            parts.append(f"sheet {self.sheet}")
        if self.pointer is not None:
            parts.append(self.pointer or "(document)")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        seen = f" Seen: {self.value!r}." if self.value is not None else ""
        fix = f" {self.fix}" if self.fix else ""
        where = self.where()
        return f"{where}: {self.message}{seen}{fix}" if where else f"{self.message}{seen}{fix}"


class RegistryError(Exception):
    """Base of all errors that a user may meet. detail is a full sentence."""

    kind: ClassVar[Kind]
    code: ClassVar[str]
    title: ClassVar[str]
    # Whether a person reads the codes of the violations too, since rules of documents are known by them.
    shows_codes: ClassVar[bool] = False

    def __init__(self, detail: str, violations: Iterable[Violation] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = tuple(violations)

    def __str__(self) -> str:
        return "\n".join([self.detail, *(f"  {violation}" for violation in self.violations)])


class Invalid(RegistryError):
    kind = Kind.INVALID
    code = "invalid"
    title = "What was given breaks a rule"


class Unreadable(Invalid):
    code = "unreadable"
    title = "The file cannot be read"


class NotFound(RegistryError):
    kind = Kind.NOT_FOUND
    code = "not-found"
    title = "This does not exist"


class Conflict(RegistryError):
    kind = Kind.CONFLICT
    code = "conflict"
    title = "The present state does not allow this"


class PreconditionRequired(RegistryError):
    kind = Kind.PRECONDITION_REQUIRED
    code = "precondition-required"
    title = "The change does not say what it was made to"


class PreconditionFailed(RegistryError):
    kind = Kind.PRECONDITION_FAILED
    code = "precondition-failed"
    title = "The change was made to something else than what is there now"


class Unauthenticated(RegistryError):
    kind = Kind.UNAUTHENTICATED
    code = "unauthenticated"
    title = "Who acts is not known"


class Forbidden(RegistryError):
    kind = Kind.FORBIDDEN
    code = "forbidden"
    title = "This is not allowed"


class Unavailable(RegistryError):
    kind = Kind.UNAVAILABLE
    code = "unavailable"
    title = "Something that this needs cannot be had"
