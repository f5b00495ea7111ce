"""Events of a qualification, one for each scope item it touches. What follows from them is in status.py. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class EventType(StrEnum):
    """A word is never used again for something else."""

    GRANT = "grant"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REDUCE = "reduce"
    EXTEND = "extend"
    RENEW = "renew"
    WITHDRAW = "withdraw"
    SURRENDER = "surrender"
    ANNUL = "annul"
    CORRECT = "correct"


# What gives an item its validity, and what ends it: nothing comes after the first of these but an annulment.
BEGINNINGS = frozenset({EventType.GRANT, EventType.EXTEND})
ENDINGS = frozenset({EventType.REDUCE, EventType.WITHDRAW, EventType.SURRENDER})


class CauseKind(StrEnum):
    IMPOSED = "imposed"
    VOLUNTARY = "voluntary"
    FINANCIAL = "financial"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an item is suspended. key tells it from the item's other causes and is what a reinstatement closes.

    A second suspension with the key of an open cause replaces what is said of it, for example its review day.
    review_by: the last day on which the review is in time.
    """

    key: str
    kind: CauseKind
    reason: str
    notice: str
    review_by: date | None


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log of a scope item. seq orders events of one day and is never given twice.

    decision_id: the same for all items that one decision touches. published_at: None while unpublished.
    valid_from: of grant and extend, where validity begins after the decision takes effect. valid_to: of grant, extend
    and renew. causes: of suspend. closes: keys of causes, of reinstate. parent_item_id: of extend.
    under_investigation: of surrender. supersedes, becomes: of correct, the event that does not count any more and
    what this one counts as in its place (None: as nothing).
    """

    id: str
    seq: int
    item_id: str
    type: EventType
    decision_id: str
    decided_on: date
    effective_from: date
    published_at: datetime | None
    recorded_at: datetime
    valid_from: date | None = None
    valid_to: date | None = None
    causes: tuple[Cause, ...] = ()
    closes: tuple[str, ...] = ()
    parent_item_id: str | None = None
    under_investigation: bool = False
    supersedes: str | None = None
    becomes: EventType | None = None

    @property
    def acts_as(self) -> EventType | None:
        return self.becomes if self.type is EventType.CORRECT else self.type

    @property
    def begins_on(self) -> date:
        """First day of the validity that a grant, an extension or a renewal gives."""
        return self.valid_from or self.effective_from


@dataclass(frozen=True, slots=True)
class Surveillance:
    """A surveillance of a scope item that was completed, whatever it found."""

    item_id: str
    completed_on: date
    recorded_at: datetime


def events_known(events: Iterable[Event], item_id: str, known_at: datetime) -> tuple[Event, ...]:
    """Of one item, without those that a correction known by then took out, in the order in which they count."""
    known = [each for each in events if each.item_id == item_id and each.recorded_at <= known_at]
    superseded = {each.supersedes for each in known if each.type is EventType.CORRECT}
    counting = [each for each in known if each.id not in superseded]
    return tuple(sorted(counting, key=lambda each: (each.effective_from, each.seq)))


def first_granted_on(events: Iterable[Event], items: Iterable[str], known_at: datetime) -> date | None:
    """The day from which on the first of the items was granted; None where none was."""
    given = tuple(events)
    known = (each for item in items for each in events_known(given, item, known_at))
    return min((each.effective_from for each in known if each.acts_as in BEGINNINGS), default=None)


def withdrawal_count(events: Iterable[Event], known_at: datetime) -> int:
    """Decisions to withdraw that stand, over all items given: one that withdraws five items is one."""
    given = tuple(events)
    items = {each.item_id for each in given}
    standing = (each for item_id in items for each in events_known(given, item_id, known_at))
    return len({each.decision_id for each in standing if each.acts_as is EventType.WITHDRAW})
