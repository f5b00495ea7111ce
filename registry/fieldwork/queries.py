"""Engagements, found again with everything that was recorded of them, and read as values of the core."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from registry.evaluators.independence_service import key_of
from registry.evaluators.models import Evaluator
from registry.fieldwork.engagement import (
    EngagementEvent,
    EngagementRecord,
    EventKind,
    PinnedStandard,
    ReportFacts,
)
from registry.fieldwork.engagement_document import read_terms
from registry.fieldwork.engagement_errors import EngagementNotFound
from registry.fieldwork.models import EngagementEventRow, EngagementRow, ScoredParty

PREFIX = "eg-"
_CHUNK = 500

Contract = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Search:
    """Keys of the parties; None for any."""

    evaluator_id: UUID | None = None
    commissioner: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The newest record of a contract. is_corrected: so that its agreement may have been taken out."""

    number: int
    attempt: int
    content_sha256: str
    is_corrected: bool


def code_of(number: int) -> str:
    return f"{PREFIX}{number:06d}"


def number_of(code: str) -> int:
    """0, which no engagement has, where it cannot be a code."""
    digits = code.removeprefix(PREFIX)
    is_code = digits.isascii() and digits.isdecimal() and len(digits) < 16 and code == code_of(int(digits))
    return int(digits) if is_code else 0


def get_row(session: Session, code: str) -> EngagementRow:
    """Raises EngagementNotFound."""
    found = session.scalar(select(EngagementRow).where(EngagementRow.number == number_of(code)))
    if found is None:
        raise EngagementNotFound("There is no engagement with this code. Codes are written as eg-000001.")
    return found


def get_record(session: Session, code: str) -> EngagementRecord:
    """Raises EngagementNotFound."""
    return _records(session, EngagementRow.id == get_row(session, code).id)[0]


def records_of(session: Session, evaluator_ids: Sequence[UUID], known_at: datetime) -> list[EngagementRecord]:
    """With what was recorded by then, some hundred evaluators at once and by number."""
    found: list[EngagementRecord] = []
    for first in range(0, len(evaluator_ids), _CHUNK):
        part = evaluator_ids[first : first + _CHUNK]
        found += _records(session, EngagementRow.evaluator_id.in_(part), known_at)
    return found


def records_about(session: Session, subject: str, known_at: datetime) -> list[EngagementRecord]:
    """In which the party was scored at any time, with what was recorded by then, by number."""
    scored = select(ScoredParty.engagement_id).where(ScoredParty.party == subject)
    return _records(session, EngagementRow.id.in_(scored), known_at)


def list_records(session: Session, search: Search, *, limit: int, after: int = 0) -> list[EngagementRecord]:
    """By number; after: that of the last one seen."""
    statement = select(EngagementRow.id).where(EngagementRow.number > after).order_by(EngagementRow.number).limit(limit)
    if search.evaluator_id is not None:
        statement = statement.where(EngagementRow.evaluator_id == search.evaluator_id)
    if search.commissioner is not None:
        statement = statement.where(EngagementRow.commissioner == search.commissioner)
    if search.subject is not None:
        statement = statement.join(ScoredParty, ScoredParty.engagement_id == EngagementRow.id).where(
            ScoredParty.party == search.subject
        )
    found = session.scalars(statement).all()
    return _records(session, EngagementRow.id.in_(found)) if found else []


def newest_attempts(session: Session, contracts: Iterable[Contract]) -> dict[Contract, Known]:
    """Of contracts that are recorded, by commissioner and reference."""
    row = EngagementRow
    was_corrected = (EngagementEventRow.engagement_id == row.id) & EngagementEventRow.supersedes.is_not(None)
    is_corrected = exists().where(was_corrected)
    by_commissioner = defaultdict(list)
    for commissioner, reference in contracts:
        by_commissioner[commissioner].append(reference)
    found: dict[Contract, Known] = {}
    for commissioner, references in by_commissioner.items():
        for first in range(0, len(references), _CHUNK):
            statement = (
                select(row.number, row.attempt, row.content_sha256, row.contract_reference, is_corrected)
                .where(row.commissioner == commissioner, row.contract_reference.in_(references[first : first + _CHUNK]))
                .order_by(row.attempt)
            )
            for number, attempt, content_sha256, reference, corrected in session.execute(statement):
                found[commissioner, reference] = Known(number, attempt, content_sha256, corrected)
    return found


def highest_number(session: Session) -> int:
    return session.scalar(select(func.max(EngagementRow.number))) or 0


def newest_event(session: Session) -> tuple[int, datetime | None]:
    """The highest number of an event, and the instant of its recording."""
    statement = select(EngagementEventRow.number, EngagementEventRow.recorded_at)
    found = session.execute(statement.order_by(EngagementEventRow.number.desc()).limit(1)).first()
    return (0, None) if found is None else (found.number, found.recorded_at)


def scored_parties(session: Session, engagement_id: UUID) -> frozenset[str]:
    return frozenset(session.scalars(select(ScoredParty.party).where(ScoredParty.engagement_id == engagement_id)))


def _records(session: Session, which: ColumnElement[bool], known_at: datetime | None = None) -> list[EngagementRecord]:
    rows = session.execute(
        select(EngagementRow, Evaluator)
        .join(Evaluator, Evaluator.id == EngagementRow.evaluator_id)
        .where(which)
        .order_by(EngagementRow.number)
    ).all()
    events = _events(session, which, known_at) if rows else {}
    return [
        EngagementRecord(
            code_of(row.number), evaluator.code, key_of(evaluator), row.commissioner, row.contract_reference,
            tuple(events.get(row.id, ())),
        )
        for row, evaluator in rows
    ]  # fmt: skip


def _events(
    session: Session, which: ColumnElement[bool], known_at: datetime | None
) -> Mapping[UUID, list[EngagementEvent]]:
    statement = (
        select(EngagementEventRow)
        .join(EngagementRow, EngagementRow.id == EngagementEventRow.engagement_id)
        .where(which)
        .order_by(EngagementEventRow.number)
    )
    if known_at is not None:
        statement = statement.where(EngagementEventRow.recorded_at <= known_at)
    found = defaultdict(list)
    for row in session.scalars(statement):
        found[row.engagement_id].append(_event(row))
    return found


def _event(row: EngagementEventRow) -> EngagementEvent:
    is_start = row.standard_family is not None and row.standard_sha256 is not None
    is_report = row.report_number is not None and row.signatory is not None
    version = row.standard_version or ""
    return EngagementEvent(
        number=row.number,
        kind=EventKind(row.kind),
        effective_from=row.effective_from,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        person=row.person_id,
        reason=row.reason,
        terms=None if row.agreement is None else read_terms(row.agreement),
        standard=PinnedStandard(row.standard_family or "", version, row.standard_sha256 or "") if is_start else None,
        report=ReportFacts(row.report_number or "", row.signatory or "", version) if is_report else None,
        supersedes=row.supersedes,
        becomes=None if row.becomes is None else EventKind(row.becomes),
    )
