"""What there is of applications: reads only, as rows and as the procedure of the core sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from registry.accounts.models import Account, RoleGrant
from registry.accounts.permissions import Role
from registry.evaluators import application
from registry.evaluators import qualification_queries as queries
from registry.evaluators.application import StepType
from registry.evaluators.application_models import Application, ApplicationStep, AssessedFact, Finding
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification_models import ScopeItem
from registry.evaluators.step_record import as_taken, step_of
from registry.evaluators.surveillance_queries import FindingRecord, list_findings, person_names
from registry.evaluators.vetting_errors import ApplicationNotFound
from registry.keyset import read_uuid

NO_APPLICATION = "There is no application under this identifier."


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """steps: in their order. facts: what assessors established, in the order of its recording. now: after all steps."""

    row: Application
    evaluator: Evaluator
    items: tuple[ScopeItem, ...]
    steps: tuple[ApplicationStep, ...]
    facts: tuple[AssessedFact, ...]
    findings: tuple[FindingRecord, ...]
    now: application.Application

    @property
    def dossier_number(self) -> int | None:
        """The newest version of the dossier that was handed in with it."""
        return next((each.dossier_number for each in reversed(self.steps) if each.dossier_number is not None), None)

    @property
    def submitted(self) -> tuple[date, datetime] | None:
        """Day and instant of the submission: the requirements of that day are those that count."""
        return next(((each.taken_on, each.recorded_at) for each in self.steps if each.type == StepType.SUBMIT), None)


def get_application(session: Session, application_id: UUID, now: datetime) -> ApplicationRecord:
    """now: who acts for the applicant is told as of it. Raises ApplicationNotFound."""
    row = session.get(Application, application_id)
    if row is None:
        raise ApplicationNotFound(NO_APPLICATION)
    return _record(session, row, now)


def read_application_id(text: str) -> UUID:
    """What is no identifier is answered as one that nothing has. Raises ApplicationNotFound."""
    found = read_uuid(text)
    if found is None:
        raise ApplicationNotFound(NO_APPLICATION)
    return found


def list_applications(
    session: Session, *, limit: int, after: tuple[datetime, UUID] | None = None, evaluator_id: UUID | None = None
) -> Sequence[Application]:
    """The newest first. after: instant and identifier of the last one seen."""
    statement = select(Application).order_by(Application.created_at.desc(), Application.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(Application.created_at, Application.id) < after)
    if evaluator_id is not None:
        statement = statement.where(Application.evaluator_id == evaluator_id)
    return session.scalars(statement).all()


def records(session: Session, rows: Sequence[Application], now: datetime) -> list[ApplicationRecord]:
    return [_record(session, each, now) for each in rows]


def _record(session: Session, row: Application, now: datetime) -> ApplicationRecord:
    evaluator = session.get(Evaluator, row.evaluator_id)
    assert evaluator is not None
    steps = tuple(
        session.scalars(
            select(ApplicationStep).where(ApplicationStep.application_id == row.id).order_by(ApplicationStep.number)
        )
    )
    facts = tuple(
        session.scalars(select(AssessedFact).where(AssessedFact.application_id == row.id).order_by(AssessedFact.number))
    )
    items = tuple(queries.list_items_of_application(session, row.id))
    draft = application.Application(
        str(row.id), applicants(session, evaluator, now), frozenset(str(each.id) for each in items)
    )
    taken = [step_of(each.type, str(each.person_id), each.taken_on, each.content) for each in steps]
    findings = tuple(list_findings(session, Finding.application_id == row.id))
    present = as_taken(draft, taken, person_names(each.person_id for each in facts))
    return ApplicationRecord(row, evaluator, items, steps, facts, findings, present)


def applicants(session: Session, evaluator: Evaluator, now: datetime) -> frozenset[str]:
    """Persons who act for the evaluator by a role, under whatever account."""
    statement = (
        select(Account.person_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role == Role.EVALUATOR,
            RoleGrant.evaluator_id == evaluator.code,
            RoleGrant.valid_from <= now,
            RoleGrant.valid_to.is_(None) | (RoleGrant.valid_to > now),
        )
        .distinct()
    )
    return person_names(session.scalars(statement))


def assessors(session: Session, application_id: UUID) -> frozenset[str]:
    """Persons who took part in the assessment."""
    row = session.get(Application, application_id)
    assert row is not None
    return _record(session, row, row.created_at).now.assessors


def persons_of(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """By account; accounts that do not exist are left out."""
    statement = select(Account.id, Account.person_id).where(Account.id.in_(account_ids))
    return {row.id: row.person_id for row in session.execute(statement)}
