"""Whether what was answered to a key may be answered to it again, word for word but for the instants. Pure.

All that can change an answer or a right is an entry of the log, except that time passes: ages of lists, the end of a
key or a role, and the use of a key that is written down now and then.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LogState:
    """frontier: roots of the subtrees that the entries fill. With the size they stand for the whole log."""

    size: int
    frontier: bytes


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """What was answered to a key, by the log as it was. It is the answer from since to before until."""

    content: bytes
    key_id: UUID
    log: LogState
    since: datetime
    until: datetime

    def holds(self, log: LogState, now: datetime, noted_until: datetime) -> bool:
        """noted_until: from then on the use of the key is to be written down, which only the long way does."""
        return self.log == log and self.since <= now < min(self.until, noted_until)


def request_digest(credential: str, query: bytes) -> bytes:
    """Of all that the answer to a request with a key rests on. A header has no line break."""
    return sha256(credential.encode() + b"\n" + query).digest()
