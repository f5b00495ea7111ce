"""What an evaluator was entitled to on a day, as known at an instant, and how it came to that."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.evaluators import entity_queries
from registry.evaluators import qualification_queries as queries
from registry.evaluators.coverage import Holding
from registry.evaluators.entity_queries import EntityHistory
from registry.evaluators.models import Evaluator
from registry.evaluators.policy import Policy, State
from registry.evaluators.qualification import events_known
from registry.evaluators.qualification_models import Appeal, QualificationEvent, ScopeItem
from registry.evaluators.qualification_queries import AppealFiled
from registry.evaluators.status import Span, Status, recorded, status_on, timeline

POLICY = Policy()


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """appeals: pending ones against decisions of which this status follows."""

    item: ScopeItem
    status: Status
    appeals: tuple[Appeal, ...]


@dataclass(frozen=True, slots=True)
class EvaluatorStatus:
    """items: of each on which something is decided by now, also where nothing was known of it then."""

    evaluator: Evaluator
    valid_at: date
    known_at: datetime
    items: tuple[ItemStatus, ...]

    @property
    def states(self) -> tuple[State, ...]:
        """Every state that an item is in, no_record only where it is the whole answer."""
        found = {each.status.state for each in self.items} - {State.NO_RECORD}
        return tuple(sorted(found)) or (State.NO_RECORD,)


def status(
    session: Session, evaluator: Evaluator, valid_at: date, known_at: datetime, *, item: str | None = None
) -> EvaluatorStatus:
    """item: identifier or number of the only one that is asked about. Raises ScopeItemNotFound."""
    events = queries.events_of(session, evaluator.id)
    surveillances = queries.surveillances_of(session, [evaluator.id])
    appeals = queries.list_appeals(session, evaluator.id)
    asked = queries.decided_items(session, evaluator.id)
    if item is not None:
        asked = [queries.get_item(session, evaluator.id, item)]
    found = []
    for each in asked:
        known = recorded(events, str(each.id), known_at, surveillances)
        decisions = {event.decision_id for event in known.events}
        pending = tuple(
            filed.appeal
            for filed in appeals
            if str(filed.appeal.decision_id) in decisions and filed.is_pending(valid_at, known_at)
        )
        found.append(ItemStatus(each, status_on(known, valid_at, POLICY), pending))
    return EvaluatorStatus(evaluator, valid_at, known_at, tuple(found))


def holdings(session: Session, evaluator: Evaluator, known_at: datetime) -> tuple[Holding, ...]:
    """Of each item its status on every day, for coverage.find_coverage."""
    events = queries.events_of(session, evaluator.id)
    surveillances = queries.surveillances_of(session, [evaluator.id])
    return tuple(
        Holding(queries.held_item(each), timeline(recorded(events, str(each.id), known_at, surveillances), POLICY))
        for each in queries.decided_items(session, evaluator.id)
    )


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """spans: the status on every day there is. counting: ids of its events that no correction took out."""

    item: ScopeItem
    spans: tuple[Span, ...]
    counting: frozenset[str]


@dataclass(frozen=True, slots=True)
class History:
    """events: in the order in which they were recorded, also those that were corrected. entity: the legal person."""

    evaluator: Evaluator
    known_at: datetime
    events: tuple[QualificationEvent, ...]
    items: tuple[ItemHistory, ...]
    appeals: tuple[AppealFiled, ...]
    entity: EntityHistory


def history(session: Session, evaluator: Evaluator, known_at: datetime) -> History:
    """All that was known then, as a timeline."""
    rows = tuple(each for each in queries.list_event_rows(session, evaluator.id) if each.recorded_at <= known_at)
    events = tuple(map(queries.to_event, rows))
    surveillances = queries.surveillances_of(session, [evaluator.id])
    known_items = {each.item_id for each in rows}
    items = tuple(
        ItemHistory(
            each,
            timeline(recorded(events, str(each.id), known_at, surveillances), POLICY),
            frozenset(event.id for event in events_known(events, str(each.id), known_at)),
        )
        for each in queries.decided_items(session, evaluator.id)
        if each.id in known_items
    )
    appeals = tuple(each for each in queries.list_appeals(session, evaluator.id) if each.appeal.recorded_at <= known_at)
    entity = entity_queries.history_of(session, evaluator.id, known_at)
    return History(evaluator, known_at, rows, items, appeals, entity)
