"""Identifiers in addresses, and cursors of keyset paging: where the last page ended, as an opaque text."""

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from registry.errors import Invalid, Violation
from registry.json_text import MAX_INTEGER


class CursorRejected(Invalid):
    code = "cursor-rejected"
    title = "The cursor is none of ours"

    def __init__(self, cursor: str) -> None:
        violation = Violation(
            "bad-cursor", "This is no cursor.", "Leave it out to start anew.", column="query cursor", value=cursor[:80]
        )
        super().__init__("A cursor is taken from the `next` of the page before it.", [violation])


def encode_cursor(*key: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> tuple[Any, ...]:
    """The key of a cursor, one value of each of the types. Raises CursorRejected for anything else."""
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    is_ours = isinstance(key, list) and [type(each) for each in key] == list(types)
    if not is_ours or any(isinstance(each, int) and abs(each) > MAX_INTEGER for each in key):
        raise CursorRejected(cursor)
    return tuple(key)


def encode_row_cursor(at: datetime, identifier: UUID) -> str:
    """Of rows that are listed by an instant and, where that is the same, by their identifier."""
    return encode_cursor(at.isoformat(), str(identifier))


def decode_row_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Raises CursorRejected."""
    written_at, written = decode_cursor(cursor, str, str)
    at, identifier = read_instant(written_at), read_uuid(written)
    if at is None or identifier is None:
        raise CursorRejected(cursor)
    return at, identifier


def read_uuid(text: str) -> UUID | None:
    """An identifier in its usual form; Python also reads braces, prefixes and texts without hyphens."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


def read_instant(text: str) -> datetime | None:
    """An instant of UTC as isoformat writes it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.utcoffset() == timedelta(0) else None
