"""What falls due in vetting, and what is overdue on a day: derived each time and never stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.evaluators import application_queries, qualification_queries, surveillance_queries
from registry.evaluators.application import Stage
from registry.evaluators.application_models import Application, ApplicationStep
from registry.evaluators.batch_status import statuses
from registry.evaluators.column_queries import load_columns
from registry.evaluators.due import DueKind, due_of_items
from registry.evaluators.models import Evaluator
from registry.evaluators.status_service import POLICY


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
    codes = dict(session.execute(select(Evaluator.id, Evaluator.code)).all())
    found = [*_of_items(session, on, known_at, codes), *_of_procedures(session, on, known_at, codes)]
    return tuple(sorted(found, key=lambda each: (each.due_on, each.evaluator, each.kind, str(each.about))))


def _of_items(session: Session, on: date, known_at: datetime, codes: dict[UUID, str]) -> Iterator[Due]:
    items = qualification_queries.list_decided_keys(session)
    columns = load_columns(session, [item_id for item_id, _ in items])
    for each in due_of_items(columns, statuses(columns, on, known_at, POLICY), on):
        item_id, evaluator_id = items[each.item]
        yield Due(each.kind, each.due_on, each.is_overdue, codes[evaluator_id], item_id, each.cause)


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
