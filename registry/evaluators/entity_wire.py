"""What crosses HTTP, and what commands print as JSON, about legal persons and the rights that wait for a decision."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from registry.evaluators.entity import EntityEvent, EntitySpan, EventKind
from registry.evaluators.entity_models import SuccessorDecision
from registry.evaluators.entity_queries import EntityHistory
from registry.evaluators.entity_service import EntityEventWanted
from registry.evaluators.qualification_wire import Day, Identifier, Lines, Sha256, Word
from registry.evaluators.succession_service import Rights, SuccessorDecisionWanted
from registry.evaluators.successor_rights import Right
from registry.json_models import In, Out

Number = Annotated[int, Field(ge=1, le=2**53)]
Source = Annotated[Lines, Field(description="Where it is told, as a notice of the business register.")]
_Kind = Literal["in_liquidation", "liquidation_ended", "merged_into", "split_into", "dissolved", "retracted"]


class EntityEventIn(In):
    """noted_on: the day of the source. successors: codes of evaluators or credit codes, of a merger or a split.

    supersedes: number of the event that this one corrects; `retracted`: that event never was.
    """

    kind: _Kind
    effective_from: Day
    source: Source
    noted_on: Day
    successors: list[Word] = Field(default_factory=list, max_length=50)
    supersedes: Number | None = None
    evidence_sha256: Sha256 | None = None

    def wanted(self) -> EntityEventWanted:
        return EntityEventWanted(
            EventKind(self.kind), date.fromisoformat(self.effective_from), self.source,
            date.fromisoformat(self.noted_on), tuple(self.successors), self.supersedes, self.evidence_sha256,
        )  # fmt: skip


class EntityEventOut(Out):
    """body, successors: keys of parties. is_counting: no correction known by then took it out."""

    number: int
    body: str
    kind: str
    effective_from: date
    successors: list[str]
    source: str
    supersedes: int | None
    recorded_at: datetime
    is_counting: bool


class EntitySpanOut(Out):
    """Half-open days. basis: numbers of the events that it follows from."""

    valid_from: date
    valid_to: date | None
    kind: str
    successors: list[str]
    basis: list[int]


class EntityHistoryOut(Out):
    """events: in the order in which they were recorded. spans: what the body was on every day there is."""

    events: list[EntityEventOut]
    spans: list[EntitySpanOut]


def entity_history_out(found: EntityHistory) -> EntityHistoryOut:
    return EntityHistoryOut(
        events=[_event_out(each, each.number in found.counting) for each in found.events],
        spans=[_span_out(each) for each in found.spans],
    )


def _event_out(event: EntityEvent, is_counting: bool) -> EntityEventOut:
    return EntityEventOut(
        number=event.number, body=event.body, kind=event.kind, effective_from=event.effective_from,
        successors=list(event.successors), source=event.source, supersedes=event.supersedes,
        recorded_at=event.recorded_at, is_counting=is_counting,
    )  # fmt: skip


def _span_out(span: EntitySpan) -> EntitySpanOut:
    return EntitySpanOut(
        valid_from=span.period.valid_from, valid_to=span.period.valid_to, kind=span.state.kind,
        successors=list(span.state.successors), basis=list(span.state.basis),
    )  # fmt: skip


class SuccessorDecisionIn(In):
    """predecessor_item: identifier. item: of the successor, identifier or number; null: the right is refused."""

    predecessor_item: Identifier
    item: Word | None
    decided_on: Day
    reason: Lines
    evidence_sha256: Sha256 | None = None

    def wanted(self) -> SuccessorDecisionWanted:
        return SuccessorDecisionWanted(
            UUID(self.predecessor_item), self.item, date.fromisoformat(self.decided_on), self.reason,
            self.evidence_sha256,
        )  # fmt: skip


class SuccessorDecisionOut(Out):
    number: int
    predecessor_item: str
    item: str | None
    decided_on: date
    reason: str
    recorded_at: datetime


def successor_decision_out(row: SuccessorDecision) -> SuccessorDecisionOut:
    return SuccessorDecisionOut(
        number=row.number, predecessor_item=str(row.predecessor_item_id),
        item=None if row.item_id is None else str(row.item_id), decided_on=row.decided_on, reason=row.reason,
        recorded_at=row.recorded_at,
    )  # fmt: skip


class WaitingOut(Out):
    """A right that passed to nobody yet. item: of the predecessor. since: the day of the succession."""

    item: str
    predecessor: str
    successor: str
    since: date
    source: str


class RightsOut(Out):
    evaluator: str
    valid_at: date
    known_at: datetime
    waiting: list[WaitingOut]
    decisions: list[SuccessorDecisionOut]


def rights_out(found: Rights) -> RightsOut:
    return RightsOut(
        evaluator=found.evaluator.code, valid_at=found.valid_at, known_at=found.known_at,
        waiting=[_waiting_out(each) for each in found.waiting],
        decisions=[successor_decision_out(each) for each in found.decisions],
    )  # fmt: skip


def _waiting_out(right: Right) -> WaitingOut:
    over = right.succession
    return WaitingOut(
        item=right.item_id, predecessor=over.predecessor, successor=over.successor, since=over.on, source=over.source
    )
