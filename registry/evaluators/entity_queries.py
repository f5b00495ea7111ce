"""Events of legal persons, who took over whom, and decisions on the rights that waited, found again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registry.bulk_rows import values_by_key
from registry.evaluators import tenure
from registry.evaluators.certificate_models import RecordedCertificateEvent
from registry.evaluators.entity import EntityEvent, EntitySpan, EventKind, entity_spans, successions
from registry.evaluators.entity_models import EntitySuccessor, RecordedEntityEvent, SuccessorDecision
from registry.evaluators.models import Evaluator
from registry.evaluators.successor_rights import SuccessorReview
from registry.evaluators.tenure import Succession
from registry.evaluators.told_events import events_known


@dataclass(frozen=True, slots=True)
class EntityHistory:
    """events: in the order in which they were recorded, also those that were corrected. counting: numbers of those
    that no correction took out."""

    events: tuple[EntityEvent, ...]
    counting: frozenset[int]
    spans: tuple[EntitySpan, ...]


NOTHING_TOLD = EntityHistory((), frozenset(), entity_spans((), datetime.max.replace(tzinfo=UTC)))


def history_of(session: Session, evaluator_id: UUID, known_at: datetime) -> EntityHistory:
    events = tuple(each for each in events_of(session, evaluator_id) if each.recorded_at <= known_at)
    counting = frozenset(each.number for each in events_known(events, known_at))
    return EntityHistory(events, counting, entity_spans(events, known_at))


def events_of(session: Session, evaluator_id: UUID) -> tuple[EntityEvent, ...]:
    return _events(session, RecordedEntityEvent.evaluator_id == evaluator_id)


def told_of_among(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, bool]:
    """Those of whom anything was ever recorded as legal persons."""
    statement = select(RecordedEntityEvent.evaluator_id, RecordedEntityEvent.number)
    return dict.fromkeys(values_by_key(session, statement, RecordedEntityEvent.evaluator_id, evaluators), True)


def successors_among(session: Session, bodies: Iterable[str]) -> Mapping[str, bool]:
    """Those that took somebody over, whether or not that was corrected since."""
    statement = select(EntitySuccessor.successor, EntitySuccessor.event_number)
    return dict.fromkeys(values_by_key(session, statement, EntitySuccessor.successor, bodies), True)


def _events(session: Session, condition: ColumnElement[bool]) -> tuple[EntityEvent, ...]:
    """In the order of recording."""
    statement = select(RecordedEntityEvent).where(condition).order_by(RecordedEntityEvent.number)
    rows = session.scalars(statement).all()
    named = (
        select(EntitySuccessor)
        .join(RecordedEntityEvent, RecordedEntityEvent.number == EntitySuccessor.event_number)
        .where(condition)
        .order_by(EntitySuccessor.event_number, EntitySuccessor.place)
    )
    successors: defaultdict[int, list[str]] = defaultdict(list)
    for each in session.scalars(named) if rows else ():
        successors[each.event_number].append(each.successor)
    return tuple(
        EntityEvent(
            each.number, each.body, EventKind(each.kind), each.effective_from, each.recorded_at,
            tuple(successors[each.number]), each.source, each.supersedes,
        )
        for each in rows
    )  # fmt: skip


def taken_over(session: Session, body: str, by: date, known_at: datetime) -> tuple[Succession, ...]:
    """Every take-over up to the day that made the body, at any remove, the last first. body: key of a party.

    With them the burdens of the predecessors passed: exclusions, advice, cycles.
    """
    found, wanted, asked = set[Succession](), {body}, set[str]()
    while wanted:
        asked |= wanted
        named = (
            select(RecordedEntityEvent.evaluator_id)
            .join(EntitySuccessor, EntitySuccessor.event_number == RecordedEntityEvent.number)
            .where(EntitySuccessor.successor.in_(wanted))
        )
        events = _events(session, RecordedEntityEvent.evaluator_id.in_(named))
        made = {each for each in successions(events, known_at) if each.successor in wanted}
        found |= made
        wanted = {each.predecessor for each in made} - asked
    return tenure.predecessors(body, sorted(found, key=lambda each: (each.on, each.predecessor, each.source)), by)


def evaluators_by_key(session: Session, keys: Iterable[str]) -> Mapping[str, Evaluator]:
    """The registered ones among the parties."""
    asked = tuple(keys)
    parts = [each.partition(":") for each in asked]
    credit_codes = [rest for kind, _, rest in parts if kind == "uscc"]
    codes = [rest for kind, _, rest in parts if kind == "evaluator"]
    is_one = Evaluator.credit_code.in_(credit_codes) | Evaluator.code.in_(codes)
    found = session.scalars(select(Evaluator).where(is_one)).all() if parts else ()
    by_key = {f"uscc:{each.credit_code}": each for each in found} | {f"evaluator:{each.code}": each for each in found}
    return {key: by_key[key] for key in asked if key in by_key}


def decisions_of(session: Session, evaluator_id: UUID, known_at: datetime) -> Sequence[SuccessorDecision]:
    """On rights of its predecessors, in the order of recording."""
    return session.scalars(
        select(SuccessorDecision)
        .where(SuccessorDecision.evaluator_id == evaluator_id, SuccessorDecision.recorded_at <= known_at)
        .order_by(SuccessorDecision.number)
    ).all()


def review_of(row: SuccessorDecision) -> SuccessorReview:
    item_id = None if row.item_id is None else str(row.item_id)
    return SuccessorReview(row.number, str(row.predecessor_item_id), item_id, row.decided_on, row.recorded_at)


def next_place(
    session: Session,
    table: type[RecordedEntityEvent] | type[RecordedCertificateEvent] | type[SuccessorDecision],
    now: datetime,
) -> tuple[int, datetime]:
    """Number and instant of the next row. Whoever waited for the turn is not recorded before those who had it."""
    newest = session.execute(select(table.number, table.recorded_at).order_by(table.number.desc()).limit(1)).first()
    return (1, now) if newest is None else (newest.number + 1, max(now, newest.recorded_at))
