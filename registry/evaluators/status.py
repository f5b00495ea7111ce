"""What a scope item was on a day, as known at an instant. Derived from events, never stored. Pure.

Beside the events stand the completed surveillances, of which due days follow, and the policy. An item that never began
is `no_record` on that day, whatever else is recorded of it; an annulled one is void from its beginning on, whatever
day the annulment names; a correction that moves the beginning after an ending or a suspension lifts neither.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from registry.evaluators.periods import Period, day_after, months_later, segments
from registry.evaluators.policy import Policy, State
from registry.evaluators.qualification import (
    BEGINNINGS,
    ENDINGS,
    Cause,
    Event,
    EventType,
    Surveillance,
    events_known,
)
from registry.validity import legal_day


class Flag(StrEnum):
    """What holds beside the state. A word is never used again for something else."""

    SURVEILLANCE_DUE = "surveillance_due"
    SURVEILLANCE_OVERDUE = "surveillance_overdue"
    SUSPENSION_REVIEW_OVERDUE = "suspension_review_overdue"
    UNDER_INVESTIGATION = "under_investigation"


ENDED_AS = {
    EventType.REDUCE: State.WITHDRAWN_PART,
    EventType.WITHDRAW: State.WITHDRAWN,
    EventType.SURRENDER: State.SURRENDERED,
}
# States of an item that goes on: only these are under surveillance.
IN_FORCE = frozenset({State.VALID, State.SUSPENDED})


@dataclass(frozen=True, slots=True)
class OpenCause:
    cause: Cause
    since: date


@dataclass(frozen=True, slots=True)
class Status:
    """valid_to: the day on which the validity known then ends. causes: open ones in the order of their keys, also of
    an item that expired meanwhile. surveillance_due_on: last day in time. basis: ids of the events it follows from."""

    state: State
    causes: tuple[OpenCause, ...] = ()
    flags: frozenset[Flag] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    surveillance_due_on: date | None = None
    basis: tuple[str, ...] = ()

    @property
    def answer(self) -> tuple[State, tuple[str, ...], frozenset[Flag]]:
        """What a decision on this day rests on; an end that lies ahead shows on its own days."""
        return self.state, self.suspended_for, self.flags

    @property
    def suspended_for(self) -> tuple[str, ...]:
        """Keys of the open causes of an item that is suspended."""
        return tuple(each.cause.key for each in self.causes) if self.state is State.SUSPENDED else ()


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a status does not change."""

    period: Period
    status: Status


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one item's status follows from at one instant of knowledge; events in the order in which they count."""

    events: tuple[Event, ...]
    completed_on: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class _Folded:
    beginning: Event | None = None
    valid_to: date | None = None
    causes: tuple[OpenCause, ...] = ()
    ending: Event | None = None


def recorded(
    events: Iterable[Event], item_id: str, known_at: datetime, surveillances: Iterable[Surveillance]
) -> Recorded:
    completed = (each for each in surveillances if each.item_id == item_id and each.recorded_at <= known_at)
    return Recorded(events_known(events, item_id, known_at), tuple(sorted({each.completed_on for each in completed})))


def status(
    events: Iterable[Event],
    item_id: str,
    valid_at: date,
    known_at: datetime,
    *,
    surveillances: Iterable[Surveillance],
    policy: Policy,
) -> Status:
    """Exactly one for every item, day and instant."""
    return status_on(recorded(events, item_id, known_at, surveillances), valid_at, policy)


def status_on(known: Recorded, valid_at: date, policy: Policy) -> Status:
    folded = _Folded()
    basis = []
    for event in known.events:
        if event.effective_from <= valid_at and event.acts_as is not None:
            basis.append(event.id)
            folded = _after(folded, event)
    if folded.beginning is None:
        return Status(State.NO_RECORD)
    annulments = [each.id for each in known.events if each.acts_as is EventType.ANNUL]
    state = State.VOID if annulments else _state(folded, valid_at)
    valid_from = folded.beginning.begins_on
    due_on = months_later(
        max((day for day in known.completed_on if valid_from <= day <= valid_at), default=valid_from),
        policy.surveillance_months,
    )
    is_in_force = state in IN_FORCE
    return Status(
        state,
        folded.causes,
        _flags(state, folded, valid_at, due_on, policy),
        valid_from,
        folded.valid_to,
        due_on if is_in_force else None,
        tuple(dict.fromkeys([*basis, *annulments])),
    )


def _after(before: _Folded, event: Event) -> _Folded:
    if event.acts_as in BEGINNINGS:
        return before if before.beginning else replace(before, beginning=event, valid_to=event.valid_to)
    if before.ending is not None:
        return before
    if event.acts_as in ENDINGS:
        return replace(before, ending=event)
    if event.acts_as is EventType.RENEW and before.beginning is not None:
        return replace(before, valid_to=event.valid_to)
    return replace(before, causes=_causes_after(before.causes, event))


def _causes_after(before: Sequence[OpenCause], event: Event) -> tuple[OpenCause, ...]:
    found = {each.cause.key: each for each in before}
    if event.acts_as is EventType.REINSTATE:
        return tuple(each for key, each in found.items() if key not in event.closes)
    for cause in event.causes if event.acts_as is EventType.SUSPEND else ():
        since = found[cause.key].since if cause.key in found else event.effective_from
        found[cause.key] = OpenCause(cause, since)
    return tuple(found[key] for key in sorted(found))


def _state(folded: _Folded, valid_at: date) -> State:
    assert folded.beginning is not None
    if folded.ending is not None and folded.ending.acts_as is not None:
        return ENDED_AS[folded.ending.acts_as]
    if valid_at < folded.beginning.begins_on:
        return State.NOT_YET_VALID
    if folded.valid_to is not None and folded.valid_to <= valid_at:
        return State.EXPIRED
    return State.SUSPENDED if folded.causes else State.VALID


def _flags(state: State, folded: _Folded, valid_at: date, due_on: date, policy: Policy) -> frozenset[Flag]:
    found = set()
    if state in IN_FORCE and due_on < valid_at:
        found.add(Flag.SURVEILLANCE_OVERDUE)
    elif state in IN_FORCE and due_on - valid_at <= timedelta(days=policy.surveillance_notice_days):
        found.add(Flag.SURVEILLANCE_DUE)
    reviews = [each.cause.review_by for each in folded.causes]
    if state is State.SUSPENDED and any(day is not None and day < valid_at for day in reviews):
        found.add(Flag.SUSPENSION_REVIEW_OVERDUE)
    if state is State.SURRENDERED and folded.ending is not None and folded.ending.under_investigation:
        found.add(Flag.UNDER_INVESTIGATION)
    return frozenset(found)


def timeline(known: Recorded, policy: Policy) -> tuple[Span, ...]:
    """The status on every day there is, in as few spans as tell it."""
    spans: list[Span] = []
    for period in segments(Period(date.min), _days_of_change(known, policy)):
        found = status_on(known, period.valid_from, policy)
        is_same = bool(spans) and spans[-1].status == found
        first = spans.pop().period.valid_from if is_same else period.valid_from
        spans.append(Span(Period(first, period.valid_to), found))
    return tuple(spans)


def _days_of_change(known: Recorded, policy: Policy) -> set[date]:
    """Every day on which the status may become another one."""
    days = {each.effective_from for each in known.events}
    days |= {each.valid_to for each in known.events if each.valid_to is not None}
    days |= {each.begins_on for each in known.events}
    reviews = [cause.review_by for each in known.events for cause in each.causes if cause.review_by is not None]
    bases = {each.begins_on for each in known.events if each.acts_as in BEGINNINGS} | set(known.completed_on)
    due = {months_later(each, policy.surveillance_months) for each in bases}
    notice = timedelta(days=policy.surveillance_notice_days)
    days |= bases | {each - notice for each in due if each - date.min >= notice}
    return days | {each for each in map(day_after, [*reviews, *due]) if each is not None}


def next_change(
    events: Iterable[Event],
    items: Iterable[str],
    known_at: datetime,
    *,
    surveillances: Iterable[Surveillance],
    policy: Policy,
) -> date | None:
    """The first day after that of known_at on which state, open causes or flags of one of the items are others.

    As known then: an end, a beginning that lies ahead, a due day that passes. None where nothing changes by itself.
    """
    known_events, completed, today = tuple(events), tuple(surveillances), legal_day(known_at)
    found = (
        _changes_after(timeline(recorded(known_events, each, known_at, completed), policy), today) for each in items
    )
    return min((each for each in found if each is not None), default=None)


def _changes_after(spans: Iterable[Span], today: date) -> date | None:
    ahead = [each for each in spans if each.period.valid_to is None or today < each.period.valid_to]
    return next((each.period.valid_from for each in ahead if each.status.answer != ahead[0].status.answer), None)
