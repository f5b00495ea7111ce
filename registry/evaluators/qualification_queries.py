"""What there is of scope items, events, surveillances and appeals: reads only, as rows and as values of the core."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from registry.bulk_rows import values_by_key
from registry.evaluators.event_document import read_cause
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import Event, EventType, Surveillance
from registry.evaluators.qualification_models import Appeal, AppealOutcome, QualificationEvent, ScopeItem
from registry.evaluators.scope import RegionSet, StandardRange
from registry.evaluators.scope import ScopeItem as HeldItem
from registry.evaluators.surveillance_models import PlannedSurveillance, SurveillanceResult, SurveilledItem
from registry.evaluators.vetting_errors import (
    AppealNotFound,
    DecisionNotFound,
    QualificationEventNotFound,
    ScopeItemNotFound,
)
from registry.keyset import read_uuid


def list_items_of_application(session: Session, application_id: UUID) -> Sequence[ScopeItem]:
    statement = select(ScopeItem).where(ScopeItem.application_id == application_id).order_by(ScopeItem.number)
    return session.scalars(statement).all()


def decided_items(session: Session, evaluator_id: UUID) -> Sequence[ScopeItem]:
    """Those on which something was decided: what is only asked for is the applicant's own matter."""
    return decided_items_by_evaluator(session, [evaluator_id]).get(evaluator_id, [])


def decided_items_by_evaluator(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, Sequence[ScopeItem]]:
    was_decided = exists().where(QualificationEvent.item_id == ScopeItem.id)
    statement = select(ScopeItem.evaluator_id, ScopeItem).where(was_decided).order_by(ScopeItem.number)
    return values_by_key(session, statement, ScopeItem.evaluator_id, evaluators)


def get_item(session: Session, evaluator_id: UUID, text: str) -> ScopeItem:
    """By its identifier or its number. Raises ScopeItemNotFound, also for one of another evaluator."""
    found_id = read_uuid(text)
    key = ScopeItem.id == found_id
    if found_id is None:
        # A bigger number than a column holds is no number of an item.
        key = ScopeItem.number == (int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0)
    found = session.scalar(select(ScopeItem).where(ScopeItem.evaluator_id == evaluator_id, key))
    if found is None:
        raise ScopeItemNotFound(f"The evaluator has no scope item {text[:80]}.")
    return found


def held_item(row: ScopeItem) -> HeldItem:
    return HeldItem(
        str(row.id),
        row.domain,
        RegionSet(tuple(row.regions), row.descendants, tuple(row.excepted)),
        row.evaluation_type,
        row.subject_level,
        StandardRange(row.standard_family, row.from_version, row.before_version),
    )


def list_event_rows(session: Session, evaluator_id: UUID) -> Sequence[QualificationEvent]:
    """In the order of their recording."""
    return event_rows_by_evaluator(session, [evaluator_id]).get(evaluator_id, [])


def event_rows_by_evaluator(
    session: Session, evaluators: Iterable[UUID]
) -> Mapping[UUID, Sequence[QualificationEvent]]:
    statement = select(QualificationEvent.evaluator_id, QualificationEvent).order_by(QualificationEvent.seq)
    return values_by_key(session, statement, QualificationEvent.evaluator_id, evaluators)


def events_of(session: Session, evaluator_id: UUID) -> tuple[Event, ...]:
    return tuple(map(to_event, list_event_rows(session, evaluator_id)))


def to_event(row: QualificationEvent) -> Event:
    return Event(
        id=str(row.id),
        seq=row.seq,
        item_id=str(row.item_id),
        type=EventType(row.type),
        decision_id=str(row.decision_id),
        decided_on=row.decided_on,
        effective_from=row.effective_from,
        published_at=row.published_at,
        recorded_at=row.recorded_at,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        causes=tuple(map(read_cause, row.causes)),
        closes=tuple(row.closes),
        parent_item_id=None if row.parent_item_id is None else str(row.parent_item_id),
        under_investigation=row.under_investigation,
        supersedes=None if row.supersedes is None else str(row.supersedes),
        becomes=None if row.becomes is None else EventType(row.becomes),
    )


def get_event(session: Session, evaluator_id: UUID, event_id: UUID) -> QualificationEvent:
    """Raises QualificationEventNotFound, also for one of another evaluator."""
    found = session.get(QualificationEvent, event_id)
    if found is None or found.evaluator_id != evaluator_id:
        raise QualificationEventNotFound("The evaluator has no event under this identifier.")
    return found


def events_of_decision(session: Session, decision_id: UUID) -> Sequence[QualificationEvent]:
    """Raises DecisionNotFound where there are none."""
    statement = (
        select(QualificationEvent).where(QualificationEvent.decision_id == decision_id).order_by(QualificationEvent.seq)
    )
    found = session.scalars(statement).all()
    if not found:
        raise DecisionNotFound("Nothing was recorded under this decision.")
    return found


def newest_event(session: Session) -> tuple[int, datetime | None]:
    """The highest seq, and the instant of its recording."""
    statement = select(QualificationEvent.seq, QualificationEvent.recorded_at)
    found = session.execute(statement.order_by(QualificationEvent.seq.desc()).limit(1)).first()
    return (0, None) if found is None else (found.seq, found.recorded_at)


def highest_item_number(session: Session, evaluator_id: UUID) -> int:
    return session.scalar(select(func.max(ScopeItem.number)).where(ScopeItem.evaluator_id == evaluator_id)) or 0


def surveillances_of(session: Session, evaluator_ids: Iterable[UUID]) -> tuple[Surveillance, ...]:
    """Completed ones, one for each item."""
    statement = (
        select(SurveilledItem.item_id, SurveillanceResult.completed_on, SurveillanceResult.recorded_at)
        .join(SurveillanceResult, SurveillanceResult.surveillance_id == SurveilledItem.surveillance_id)
        .join(PlannedSurveillance, PlannedSurveillance.id == SurveilledItem.surveillance_id)
        .where(PlannedSurveillance.evaluator_id.in_(tuple(evaluator_ids)))
        .order_by(SurveillanceResult.completed_on, SurveilledItem.item_id)
    )
    found = session.execute(statement)
    return tuple(Surveillance(str(item_id), on, at) for item_id, on, at in found if on is not None)


def surveilled_among(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, bool]:
    """Those of whom a surveillance was ever planned."""
    statement = select(PlannedSurveillance.evaluator_id, PlannedSurveillance.id)
    return dict.fromkeys(values_by_key(session, statement, PlannedSurveillance.evaluator_id, evaluators), True)


@dataclass(frozen=True, slots=True)
class AppealFiled:
    """outcome: None while it is pending."""

    appeal: Appeal
    outcome: AppealOutcome | None

    def is_pending(self, valid_at: date, known_at: datetime) -> bool:
        decided = self.outcome
        is_filed = self.appeal.filed_on <= valid_at and self.appeal.recorded_at <= known_at
        return is_filed and (decided is None or decided.recorded_at > known_at or decided.decided_on > valid_at)


def list_appeals(session: Session, evaluator_id: UUID) -> list[AppealFiled]:
    """In the order in which they were filed."""
    return appeals_by_evaluator(session, [evaluator_id]).get(evaluator_id, [])


def appeals_by_evaluator(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, list[AppealFiled]]:
    wanted = tuple(evaluators)
    filed = select(Appeal.evaluator_id, Appeal).order_by(Appeal.filed_on, Appeal.recorded_at, Appeal.id)
    appeals = values_by_key(session, filed, Appeal.evaluator_id, wanted)
    keys = [each.id for of in appeals.values() for each in of]
    decided = values_by_key(session, select(AppealOutcome.appeal_id, AppealOutcome), AppealOutcome.appeal_id, keys)
    outcomes = {key: outcome for key, (outcome,) in decided.items()}
    return {of: [AppealFiled(each, outcomes.get(each.id)) for each in found] for of, found in appeals.items()}


def get_appeal(session: Session, appeal_id: UUID) -> AppealFiled:
    """Raises AppealNotFound."""
    appeal = session.get(Appeal, appeal_id)
    if appeal is None:
        raise AppealNotFound("There is no appeal under this identifier.")
    return AppealFiled(appeal, session.get(AppealOutcome, appeal_id))


def code_of(session: Session, evaluator_id: UUID) -> str:
    return session.scalars(select(Evaluator.code).where(Evaluator.id == evaluator_id)).one()


def list_decided_keys(session: Session) -> list[tuple[UUID, UUID]]:
    """Of all items on which something was decided: their identifiers, and those of their evaluators."""
    was_decided = exists().where(QualificationEvent.item_id == ScopeItem.id)
    return [(item, of) for item, of in session.execute(select(ScopeItem.id, ScopeItem.evaluator_id).where(was_decided))]
