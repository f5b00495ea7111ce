"""What webhooks tell, when a message is tried again, and when an endpoint is told nothing more. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from registry.canonical import canonical_json
from registry.evaluators.qualification import EventType

IMPORTED = "register.imported"
SURVEYED = "surveillance.completed"
# After the first, the second, ... attempt that failed; the last one is about 27 hours after the first.
RESTS = tuple(
    timedelta(seconds=each) for each in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
)  # fmt: skip
MOST_TRIES = len(RESTS) + 1
# An attempt that was not heard of for so long was cut off. No attempt takes half as long.
SILENCE = timedelta(seconds=60)
# What else waits for an endpoint that failed rests too, so that it keeps nobody else waiting.
_LONGEST_COMMON_REST = timedelta(minutes=5)
_GONE = 410
_MOST_FAULT = 300


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A decision that was recorded, as everybody may know it. items: of its scope; seqs: of its events, in their order.

    published_at: None while unpublished. next_change_on: see status.next_change.
    """

    evaluator: str
    type: EventType
    decision_id: str
    items: tuple[str, ...]
    seqs: tuple[int, ...]
    decided_on: date
    effective_from: date
    published_at: datetime | None
    next_change_on: date | None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A surveillance that was completed: what is due of its items next is another day now."""

    evaluator: str
    items: tuple[str, ...]
    completed_on: date
    next_change_on: date | None


@dataclass(frozen=True, slots=True)
class Message:
    """type: what happened, dotted. data: JSON."""

    type: str
    data: Mapping[str, Any]

    def payload(self, now: datetime) -> str:
        """The bytes that are signed and sent, whenever that is."""
        return canonical_json({"type": self.type, "timestamp": _instant(now), "data": dict(self.data)}).decode()


def message_of(change: StatusChange) -> Message:
    """No reason and no person: who wants to know more asks the registry, which looks at who asks."""
    return Message(
        f"qualification.{change.type}",
        {
            "evaluator": change.evaluator,
            "decision_id": change.decision_id,
            "items": list(change.items),
            "seqs": list(change.seqs),
            "decided_on": change.decided_on.isoformat(),
            "effective_from": change.effective_from.isoformat(),
            "published_at": None if change.published_at is None else _instant(change.published_at),
            "next_change_on": _day(change.next_change_on),
        },
    )


def message_of_surveillance(done: Surveyed) -> Message:
    """Nothing of what it found."""
    return Message(
        SURVEYED,
        {
            "evaluator": done.evaluator,
            "items": list(done.items),
            "completed_on": done.completed_on.isoformat(),
            "next_change_on": _day(done.next_change_on),
        },
    )


def message_id(identifier: UUID) -> str:
    """The same for every attempt and every replay, so that a receiver can tell what it has had."""
    return f"msg_{identifier.hex}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """status: of the answer, None where there was none. fault: empty where the message was taken."""

    status: int | None
    fault: str

    @property
    def is_gone(self) -> bool:
        """The receiver says that it wants no more."""
        return self.status == _GONE


def answered(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status, "")
    if 300 <= status < 400:
        return Outcome(status, f"Answered with status {status}; redirects are not followed.")
    return Outcome(status, f"Answered with status {status}.")


def failed(fault: str) -> Outcome:
    return Outcome(None, fault[:_MOST_FAULT])


@dataclass(frozen=True, slots=True)
class Following:
    """rest_of_others: until when whatever else waits for the endpoint is not tried; None where it goes on."""

    state: DeliveryState
    due_at: datetime
    rest_of_others: datetime | None = None


def following(tries: int, outcome: Outcome, now: datetime) -> Following:
    """tries: how often it was tried, this one included."""
    if not outcome.fault:
        return Following(DeliveryState.DELIVERED, now)
    if outcome.is_gone or tries >= MOST_TRIES:
        return Following(DeliveryState.GIVEN_UP, now)
    rest = RESTS[tries - 1]
    return Following(DeliveryState.WAITING, now + rest, now + min(rest, _LONGEST_COMMON_REST))


def disabling_reason(tries: int, outcome: Outcome, *, was_reached_since: bool) -> str | None:
    """Why the endpoint is told nothing more, once a delivery to it was given up; None where it goes on.

    was_reached_since: another message was taken since this one was made.
    """
    if outcome.is_gone:
        return "The receiver answered with status 410: it wants no more messages."
    if was_reached_since:
        return None
    return f"None of {tries} attempts succeeded, nor was any other message taken meanwhile. The last: {outcome.fault}"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
