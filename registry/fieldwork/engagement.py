"""Engagements: who assesses what for whom, and what happened to the contract, on two time axes. Pure.

Bodies and regions are told by the keys of parties, see independence_service.read_party.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from registry.evaluators.periods import Period
from registry.evaluators.told_events import events_known


class EventKind(StrEnum):
    """CORRECTED: takes an event out, and counts as what it becomes in its place, or as nothing."""

    AGREED = "agreed"
    STARTED = "started"
    REPORT_ISSUED = "report_issued"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    CORRECTED = "corrected"


class State(StrEnum):
    NO_RECORD = "no_record"
    AGREED = "agreed"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    TERMINATED = "terminated"


class Assignment(StrEnum):
    """How the evaluator came to the work."""

    RANDOM_DRAW = "random_draw"
    TENDER = "tender"
    DIRECT = "direct"


class Payment(StrEnum):
    """Whose money pays for it, which is not always the money of who transfers it."""

    CENTRAL_POOL = "central_pool"
    COMMISSIONER = "commissioner"
    SUBJECT = "subject"


ENDED = frozenset({State.COMPLETED, State.TERMINATED})
# Of one day an engagement is agreed before it is started, and so on, in whatever order that was recorded.
_RANK = {kind: rank for rank, kind in enumerate(EventKind)}
_MOVES: Mapping[tuple[State, EventKind], State] = {
    (State.NO_RECORD, EventKind.AGREED): State.AGREED,
    (State.AGREED, EventKind.STARTED): State.UNDER_WAY,
    (State.AGREED, EventKind.TERMINATED): State.TERMINATED,
    (State.UNDER_WAY, EventKind.COMPLETED): State.COMPLETED,
    (State.UNDER_WAY, EventKind.TERMINATED): State.TERMINATED,
}


@dataclass(frozen=True, slots=True)
class Regime:
    """assignment, paid_by: reports are scored apart by them."""

    assignment: Assignment
    paid_by: Payment


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. scored: regions and the bodies whose targets are scored. other_bidders: None where not known.

    window: with an end. cycle: of the assessment of the scored, so that cycles in a row are numbers in a row.
    """

    payer: str
    scored: tuple[str, ...]
    implementers: tuple[str, ...]
    other_bidders: tuple[str, ...] | None
    domain: str
    region: str
    evaluation_type: str
    subject_level: str
    standard_family: str
    window: Period
    cycle: int
    regime: Regime


@dataclass(frozen=True, slots=True)
class PinnedStandard:
    """The version by which the work is done from its start to its end, whatever comes into force meanwhile."""

    family: str
    version: str
    sha256: str

    @property
    def reference(self) -> str:
        return f"{self.family}@{self.version}"


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """number: as the evaluator counts its reports. signatory: id of a person in the evaluator's dossier."""

    number: str
    signatory: str
    standard_version: str


@dataclass(frozen=True, slots=True)
class EngagementEvent:
    """number: counts the events of all engagements in the order of recording. supersedes: number of a corrected one.

    effective_from: the day on which it happened. terms: of an agreement. standard: of a start. report: of a report.
    person: None for a command on the machine of the registry.
    """

    number: int
    kind: EventKind
    effective_from: date
    recorded_at: datetime
    recorded_by: str
    person: UUID | None = None
    reason: str = ""
    terms: Terms | None = None
    standard: PinnedStandard | None = None
    report: ReportFacts | None = None
    supersedes: int | None = None
    becomes: EventKind | None = None

    @property
    def is_retraction(self) -> bool:
        return self.counts_as is EventKind.CORRECTED

    @property
    def counts_as(self) -> EventKind:
        return self.becomes or self.kind


@dataclass(frozen=True, slots=True)
class EngagementRecord:
    """Everything that was ever recorded of an engagement. evaluator, commissioner: their keys, for ever."""

    code: str
    evaluator_code: str
    evaluator: str
    commissioner: str
    contract_reference: str
    events: tuple[EngagementEvent, ...]


@dataclass(frozen=True, slots=True)
class Engagement:
    """As it was known at an instant. events: those that count then, in the order in which they happened.

    standard: None before the start is known.
    """

    code: str
    evaluator_code: str
    evaluator: str
    commissioner: str
    contract_reference: str
    terms: Terms
    agreed_on: date
    started_on: date | None
    ended_on: date | None
    standard: PinnedStandard | None
    events: tuple[EngagementEvent, ...]

    @property
    def reference(self) -> str:
        """As answers name it."""
        return f"engagement/{self.code}"


@dataclass(frozen=True, slots=True)
class EngagementState:
    """since: None where nothing says so. basis: numbers of the events that it follows from."""

    kind: State
    since: date | None
    basis: tuple[int, ...]


UNRECORDED = EngagementState(State.NO_RECORD, None, ())


def in_order(events: Iterable[EngagementEvent], known_at: datetime) -> tuple[EngagementEvent, ...]:
    """Those that count as known then, in the order in which they happened."""
    known = events_known(events, known_at)
    return tuple(sorted(known, key=lambda each: (each.effective_from, _RANK[each.counts_as], each.number)))


def state_of(events: Iterable[EngagementEvent], valid_at: date, known_at: datetime) -> EngagementState:
    """events: of one engagement, in any order. Total: every day and instant has exactly one answer."""
    found = UNRECORDED
    for each in in_order(events, known_at):
        if each.effective_from <= valid_at:
            found = after(found, each)
    return found


def after(state: EngagementState, event: EngagementEvent) -> EngagementState:
    """What leads nowhere changes nothing."""
    kind = _MOVES.get((state.kind, event.counts_as))
    return state if kind is None else EngagementState(kind, event.effective_from, (*state.basis, event.number))


def as_known(record: EngagementRecord, known_at: datetime) -> Engagement | None:
    """None where nothing of it was recorded by then, or the agreement was taken out."""
    events = in_order(record.events, known_at)
    agreement = _first(events, EventKind.AGREED)
    if agreement is None or agreement.terms is None:
        return None
    start = _first(events, EventKind.STARTED)
    end = _first(events, EventKind.COMPLETED) or _first(events, EventKind.TERMINATED)
    return Engagement(
        record.code,
        record.evaluator_code,
        record.evaluator,
        record.commissioner,
        record.contract_reference,
        agreement.terms,
        agreement.effective_from,
        None if start is None else start.effective_from,
        None if end is None else end.effective_from,
        None if start is None else start.standard,
        events,
    )


def _first(events: Iterable[EngagementEvent], kind: EventKind) -> EngagementEvent | None:
    return next((each for each in events if each.counts_as is kind), None)
