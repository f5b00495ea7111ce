"""What there is of surveillances and of findings: reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from registry.evaluators.application_models import Finding, FindingAction
from registry.evaluators.surveillance_models import PlannedSurveillance, SurveillanceResult, SurveilledItem
from registry.evaluators.vetting_errors import FindingNotFound, SurveillanceNotFound
from registry.keyset import read_uuid

_IS_CLOSED = exists().where(FindingAction.finding_id == Finding.id, FindingAction.type == "accept")


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """actions: in their order."""

    finding: Finding
    actions: tuple[FindingAction, ...]

    @property
    def state(self) -> str:
        """open, answered or closed."""
        last = self.actions[-1].type if self.actions else "return"
        return {"answer": "answered", "accept": "closed", "return": "open"}[last]


@dataclass(frozen=True, slots=True)
class SurveillanceRecord:
    """result: None while it is to be done. items: identifiers."""

    planned: PlannedSurveillance
    items: tuple[UUID, ...]
    result: SurveillanceResult | None
    findings: tuple[FindingRecord, ...]

    @property
    def state(self) -> str:
        """planned, completed or called_off. That it is overdue follows from the day."""
        if self.result is None:
            return "planned"
        return "completed" if self.result.completed_on is not None else "called_off"


def get_surveillance(session: Session, surveillance_id: UUID) -> SurveillanceRecord:
    """Raises SurveillanceNotFound."""
    found = _records(session, PlannedSurveillance.id == surveillance_id)
    if not found:
        raise SurveillanceNotFound("There is no surveillance under this identifier.")
    return found[0]


def list_surveillances(session: Session, evaluator_id: UUID) -> list[SurveillanceRecord]:
    """By the day on which they are due."""
    return _records(session, PlannedSurveillance.evaluator_id == evaluator_id)


def list_planned(session: Session) -> list[SurveillanceRecord]:
    """Of all evaluators, those that have no result yet, by the day on which they are due."""
    return _records(session, SurveillanceResult.surveillance_id.is_(None))


def _records(session: Session, which: ColumnElement[bool]) -> list[SurveillanceRecord]:
    statement = (
        select(PlannedSurveillance, SurveillanceResult)
        .outerjoin(SurveillanceResult, SurveillanceResult.surveillance_id == PlannedSurveillance.id)
        .where(which)
        .order_by(PlannedSurveillance.due_on, PlannedSurveillance.recorded_at, PlannedSurveillance.id)
    )
    found = session.execute(statement).all()
    ids = [planned.id for planned, _ in found]
    items: dict[UUID, list[UUID]] = {}
    linked = select(SurveilledItem).where(SurveilledItem.surveillance_id.in_(ids)).order_by(SurveilledItem.item_id)
    for each in session.scalars(linked):
        items.setdefault(each.surveillance_id, []).append(each.item_id)
    findings: dict[UUID | None, list[FindingRecord]] = {}
    for record in list_findings(session, Finding.surveillance_id.in_(ids)):
        findings.setdefault(record.finding.surveillance_id, []).append(record)
    return [
        SurveillanceRecord(planned, tuple(items.get(planned.id, ())), result, tuple(findings.get(planned.id, ())))
        for planned, result in found
    ]


def list_findings(session: Session, which: ColumnElement[bool]) -> list[FindingRecord]:
    """By the day on which their correction is due."""
    rows = session.scalars(select(Finding).where(which).order_by(Finding.due_on, Finding.recorded_at, Finding.id)).all()
    return _with_actions(session, rows)


def list_open_findings(session: Session) -> list[FindingRecord]:
    """Of all evaluators."""
    return list_findings(session, ~_IS_CLOSED)


def get_finding(session: Session, finding_id: UUID) -> FindingRecord:
    """Raises FindingNotFound."""
    found = list_findings(session, Finding.id == finding_id)
    if not found:
        raise FindingNotFound("There is no finding under this identifier.")
    return found[0]


def _with_actions(session: Session, findings: Sequence[Finding]) -> list[FindingRecord]:
    ids = [each.id for each in findings]
    actions: dict[UUID, list[FindingAction]] = {}
    statement = select(FindingAction).where(FindingAction.finding_id.in_(ids))
    for each in session.scalars(statement.order_by(FindingAction.finding_id, FindingAction.number)):
        actions.setdefault(each.finding_id, []).append(each)
    return [FindingRecord(each, tuple(actions.get(each.id, ()))) for each in findings]


def assessors(session: Session, evaluator_id: UUID, surveillance: str) -> frozenset[str]:
    """Persons who took part in a surveillance of this evaluator. Raises SurveillanceNotFound."""
    found_id = read_uuid(surveillance)
    if found_id is None:
        raise SurveillanceNotFound("There is no surveillance under this identifier.")
    found = get_surveillance(session, found_id)
    if found.planned.evaluator_id != evaluator_id:
        raise SurveillanceNotFound("The evaluator has no surveillance under this identifier.")
    persons: set[UUID | None] = set() if found.result is None else {found.result.person_id}
    for record in found.findings:
        persons |= {record.finding.person_id, *(each.person_id for each in record.actions if each.type != "answer")}
    return person_names(persons)


def person_names(persons: Iterable[UUID | None]) -> frozenset[str]:
    return frozenset(str(each) for each in persons if each is not None)


def open_investigations(session: Session, evaluator_id: UUID) -> tuple[str, ...]:
    """Surveillances that react to something and have no result, and all with findings that are not closed."""
    return tuple(
        str(each.planned.id)
        for each in list_surveillances(session, evaluator_id)
        if (each.result is None and each.planned.kind == "reactive")
        or any(finding.state != "closed" for finding in each.findings)
    )
