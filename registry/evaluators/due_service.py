"""What falls due in vetting, and what is overdue on a day: derived each time and never stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.evaluators import application_queries, qualification_queries, surveillance_queries
from registry.evaluators.application import Stage
from registry.evaluators.application_models import Application, ApplicationStep
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import Event, Surveillance
from registry.evaluators.qualification_models import ScopeItem
from registry.evaluators.status import Flag, recorded, status_on
from registry.evaluators.status_service import POLICY


class DueKind(StrEnum):
    """A word is never used again for something else."""

    # Of an item: the surveillance that the policy asks for is not completed.
    SURVEILLANCE = "surveillance"
    # One that was planned has no result.
    PLANNED_SURVEILLANCE = "planned_surveillance"
    SUSPENSION_REVIEW = "suspension_review"
    CORRECTION = "correction"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Due:
    """due_on: last day in time. about: identifier of the item, surveillance, finding or application. cause: of a
    suspension."""

    kind: DueKind
    due_on: date
    is_overdue: bool
    evaluator: str
    about: UUID
    cause: str | None = None


def due(session: Session, on: date, known_at: datetime) -> tuple[Due, ...]:
    """The earliest first. on: the day that is asked about, as the statuses of items are as of known_at."""
    codes = {each.id: each.code for each in session.scalars(select(Evaluator))}
    found = [*_of_items(session, on, known_at, codes), *_of_procedures(session, on, known_at, codes)]
    return tuple(sorted(found, key=lambda each: (each.due_on, each.evaluator, each.kind, str(each.about))))


def _of_items(session: Session, on: date, known_at: datetime, codes: dict[UUID, str]) -> Iterator[Due]:
    for evaluator in qualification_queries.list_qualified(session):
        events = qualification_queries.events_of(session, evaluator.id)
        surveillances = qualification_queries.surveillances_of(session, [evaluator.id])
        for item in qualification_queries.decided_items(session, evaluator.id):
            yield from _of_item(item, (events, surveillances), on, known_at, codes[evaluator.id])


def _of_item(
    item: ScopeItem,
    rests_on: tuple[tuple[Event, ...], tuple[Surveillance, ...]],
    on: date,
    known_at: datetime,
    code: str,
) -> Iterator[Due]:
    events, surveillances = rests_on
    status = status_on(recorded(events, str(item.id), known_at, surveillances), on, POLICY)
    if status.surveillance_due_on is not None and status.flags & {Flag.SURVEILLANCE_DUE, Flag.SURVEILLANCE_OVERDUE}:
        is_overdue = Flag.SURVEILLANCE_OVERDUE in status.flags
        yield Due(DueKind.SURVEILLANCE, status.surveillance_due_on, is_overdue, code, item.id)
    for each in status.causes if status.suspended_for else ():
        review_by = each.cause.review_by
        if review_by is not None:
            yield Due(DueKind.SUSPENSION_REVIEW, review_by, review_by < on, code, item.id, each.cause.key)


def _of_procedures(session: Session, on: date, known_at: datetime, codes: dict[UUID, str]) -> Iterator[Due]:
    for planned in (each.planned for each in surveillance_queries.list_planned(session)):
        is_overdue = planned.due_on < on
        yield Due(DueKind.PLANNED_SURVEILLANCE, planned.due_on, is_overdue, codes[planned.evaluator_id], planned.id)
    for finding in (each.finding for each in surveillance_queries.list_open_findings(session)):
        # Those of an application are waited for as one answer.
        if finding.surveillance_id is not None:
            is_overdue = finding.due_on < on
            yield Due(DueKind.CORRECTION, finding.due_on, is_overdue, codes[finding.evaluator_id], finding.id)
    asked = select(ApplicationStep.application_id).where(ApplicationStep.type == "raise_findings").distinct()
    rows = session.scalars(select(Application).where(Application.id.in_(asked))).all()
    for record in application_queries.records(session, rows, known_at):
        answer_by = record.now.answer_by
        if record.now.stage is Stage.FINDINGS_OPEN and answer_by is not None:
            yield Due(DueKind.ANSWER, answer_by, answer_by < on, record.evaluator.code, record.row.id)
