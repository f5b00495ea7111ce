"""What an entry of the log says, in the bytes that its hash is taken of.

An entry names who did what to whom and when, and the digest of a payload that is kept beside it. Personal data go
into the payload: erasing the payload and its salt leaves a digest that nobody can guess the content from.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from registry.audit import merkle
from registry.canonical import canonical_json
from registry.errors import Invalid, Violation

SALT_BYTES = 16
MAX_TEXT = 200
_ACTOR = re.compile(r"system|operator|[a-z][a-z_]*:[A-Za-z0-9_.:/-]+")
_ACTION = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_SUBJECT = re.compile(r"[a-z][a-z_]*:[A-Za-z0-9_.:/-]+")
_MEMBERS = {"action", "actor", "index", "payload_sha256", "recorded_at", "subject"}


class EventRejected(Invalid):
    code = "event-rejected"
    title = "The event cannot be logged"


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did.

    actor: "account:<uuid>", "operator" (a command on the machine) or "system". action: dotted, "comparison.record".
    subject: "comparison:<uuid>". payload (JSON) and reason may hold personal data; the other three never do.
    """

    actor: str
    action: str
    subject: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it is kept. text: canonical JSON; leaf: its place in the tree; content: the erasable payload."""

    text: str
    salt: bytes
    leaf: bytes
    content: str
    payload_salt: bytes


def written(event: Event, index: int, now: datetime, salts: bytes) -> Written:
    """salts: 32 random bytes, for the entry and for its payload. Raises EventRejected with every fault."""
    _require_valid(event)
    salt, payload_salt = salts[:SALT_BYTES], salts[SALT_BYTES:]
    content = canonical_json({"payload": dict(event.payload), "reason": event.reason})
    text = canonical_json(
        {
            "action": event.action,
            "actor": event.actor,
            "index": index,
            "payload_sha256": payload_digest(payload_salt, content),
            "recorded_at": instant(now),
            "subject": event.subject,
        }
    )
    return Written(text.decode(), salt, entry_leaf(salt, text), content.decode(), payload_salt)


def entry_leaf(salt: bytes, text: bytes) -> bytes:
    """Salted, so that a proof of one entry, which shows its neighbour's hash, does not tell the neighbour's text."""
    return merkle.leaf_hash(salt + text)


def payload_digest(salt: bytes, content: bytes) -> str:
    return hashlib.sha256(salt + content).hexdigest()


def is_payload_of(digest: str, salt: bytes, content: str) -> bool:
    return hmac.compare_digest(payload_digest(salt, content.encode()), digest)


def instant(now: datetime) -> str:
    """UTC to the microsecond, always of one length."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_instant(text: str) -> datetime:
    """As `instant` writes it."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def read_entry(text: str) -> dict[str, Any]:
    """The members of a kept entry. Raises ValueError for what this program never wrote."""
    entry = json.loads(text)
    if not isinstance(entry, dict) or set(entry) != _MEMBERS or canonical_json(entry).decode() != text:
        raise ValueError("not a canonical entry")
    return entry


def _require_valid(event: Event) -> None:
    rules = (
        ("actor", event.actor, _ACTOR, "system, operator, or a kind and an identifier such as account:<uuid>"),
        ("action", event.action, _ACTION, "dotted words such as comparison.record"),
        ("subject", event.subject, _SUBJECT, "a kind and an identifier such as comparison:<uuid>"),
    )
    faults = [
        Violation("bad-event", f"The {name} of an event is {form}.", value=text[:80], pointer=f"/{name}")
        for name, text, pattern, form in rules
        if len(text) > MAX_TEXT or pattern.fullmatch(text) is None
    ]
    if faults:
        raise EventRejected("The event cannot be logged. This is a fault of the program.", faults)
