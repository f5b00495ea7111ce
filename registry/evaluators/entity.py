"""The legal person behind an evaluator: in being, in liquidation, merged, split, dissolved, and who took it over. Pure.

Bodies are told by the keys of parties, see independence_service.read_party.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from registry.evaluators.periods import Period
from registry.evaluators.tenure import Succession
from registry.evaluators.told_events import events_known


class EventKind(StrEnum):
    """RETRACTED: only as a correction; what it corrects never was."""

    IN_LIQUIDATION = "in_liquidation"
    LIQUIDATION_ENDED = "liquidation_ended"
    MERGED_INTO = "merged_into"
    SPLIT_INTO = "split_into"
    DISSOLVED = "dissolved"
    RETRACTED = "retracted"


class EntityKind(StrEnum):
    ACTIVE = "active"
    IN_LIQUIDATION = "in_liquidation"
    MERGED_INTO = "merged_into"
    SPLIT_INTO = "split_into"
    DISSOLVED = "dissolved"


ENDS = frozenset({EntityKind.MERGED_INTO, EntityKind.SPLIT_INTO, EntityKind.DISSOLVED})
PASSES_ON = frozenset({EventKind.MERGED_INTO, EventKind.SPLIT_INTO})
_BECOMES: Mapping[EventKind, EntityKind] = {
    EventKind.IN_LIQUIDATION: EntityKind.IN_LIQUIDATION,
    EventKind.LIQUIDATION_ENDED: EntityKind.ACTIVE,
    EventKind.MERGED_INTO: EntityKind.MERGED_INTO,
    EventKind.SPLIT_INTO: EntityKind.SPLIT_INTO,
    EventKind.DISSOLVED: EntityKind.DISSOLVED,
}


@dataclass(frozen=True, slots=True)
class EntityEvent:
    """See told_events.ToldEvent. body: whose event it is.

    successors: of a merger or a split. A split whose successors name the body itself leaves it in being.
    """

    number: int
    body: str
    kind: EventKind
    effective_from: date
    recorded_at: datetime
    successors: tuple[str, ...] = ()
    source: str = ""
    supersedes: int | None = None

    @property
    def is_retraction(self) -> bool:
        return self.kind is EventKind.RETRACTED

    @property
    def is_survived(self) -> bool:
        return self.kind is EventKind.SPLIT_INTO and self.body in self.successors

    @property
    def heirs(self) -> tuple[str, ...]:
        return tuple(each for each in self.successors if each != self.body)


@dataclass(frozen=True, slots=True)
class EntityState:
    """since: None where no event says so. basis: numbers of the events that it follows from."""

    kind: EntityKind
    since: date | None
    successors: tuple[str, ...]
    basis: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EntitySpan:
    period: Period
    state: EntityState


UNTOUCHED = EntityState(EntityKind.ACTIVE, None, (), ())


def entity_state(events: Iterable[EntityEvent], valid_at: date, known_at: datetime) -> EntityState:
    """events: of one body, in any order. Total: every day and instant has exactly one answer."""
    found = UNTOUCHED
    for each in events_known(events, known_at):
        if each.effective_from <= valid_at:
            found = after(found, each)
    return found


def entity_spans(events: Iterable[EntityEvent], known_at: datetime) -> tuple[EntitySpan, ...]:
    """The state on every day there is, of one body."""
    known = events_known(events, known_at)
    starts = sorted({date.min, *(each.effective_from for each in known)})
    found: list[EntitySpan] = []
    for first, end in zip(starts, [*starts[1:], None], strict=True):
        state = entity_state(known, first, known_at)
        if found and found[-1].state == state:
            found[-1] = EntitySpan(Period(found[-1].period.valid_from, end), state)
        else:
            found.append(EntitySpan(Period(first, end), state))
    return tuple(found)


def after(state: EntityState, event: EntityEvent) -> EntityState:
    """An end is for ever; what would follow it changes nothing."""
    if state.kind in ENDS or event.is_survived:
        return state
    return EntityState(_BECOMES[event.kind], event.effective_from, event.heirs, (event.number,))


def successions(events: Iterable[EntityEvent], known_at: datetime) -> tuple[Succession, ...]:
    """Take-overs of any bodies, the earliest first: with them burdens pass at once, and rights do not."""
    return tuple(
        Succession(each.body, heir, each.effective_from, f"{reference(each.number)}: {each.source}")
        for each in events_known(events, known_at)
        if each.kind in PASSES_ON
        for heir in each.heirs
    )


def reference(number: int) -> str:
    """As answers name the record of an event."""
    return f"entity-event/{number}"
