"""What crosses HTTP as the answer to what somebody was entitled to, and how it came to that."""

from collections.abc import Iterable
from datetime import date, datetime

from registry.evaluators.application_queries import ApplicationRecord
from registry.evaluators.entity_wire import EntityHistoryOut, entity_history_out
from registry.evaluators.event_document import read_cause
from registry.evaluators.periods import Period
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.qualification_queries import AppealFiled
from registry.evaluators.qualification_service import Recorded
from registry.evaluators.qualification_wire import CauseOut, ItemOut, StatusOut, cause_out, item_out, status_out
from registry.evaluators.status import Span
from registry.evaluators.status_service import EvaluatorStatus, History, ItemHistory, ItemStatus
from registry.evaluators.surveillance_wire import AppealOut, appeal_out
from registry.evaluators.vetting_wire import ApplicationOut, application_out
from registry.json_models import Out


class ItemStatusOut(Out):
    """appeal_pending: against a decision of which the status follows; it stays in force meanwhile."""

    item: ItemOut
    status: StatusOut
    appeal_pending: bool


class EvaluatorStatusOut(Out):
    """states: every state that an item is in; no_record where nothing is known. known_at: as it was used."""

    evaluator: str
    valid_at: date
    known_at: datetime
    states: list[str]
    items: list[ItemStatusOut]


def evaluator_status_out(found: EvaluatorStatus) -> EvaluatorStatusOut:
    return EvaluatorStatusOut(
        evaluator=found.evaluator.code,
        valid_at=found.valid_at,
        known_at=found.known_at,
        states=list(found.states),
        items=[_item_status_out(each) for each in found.items],
    )


def _item_status_out(each: ItemStatus) -> ItemStatusOut:
    return ItemStatusOut(item=item_out(each.item), status=status_out(each.status), appeal_pending=bool(each.appeals))


class EventOut(Out):
    """is_counting: no correction known by then took it out. valid_to: first day after the validity."""

    id: str
    seq: int
    item: str
    type: str
    decision: str
    decided_on: date
    effective_from: date
    published_at: datetime | None
    recorded_at: datetime
    valid_from: date | None
    valid_to: date | None
    causes: list[CauseOut]
    closes: list[str]
    parent: str | None
    under_investigation: bool
    supersedes: str | None
    becomes: str | None
    reason: str
    rule: str | None
    sha256: str
    is_counting: bool


def event_out(row: QualificationEvent, *, is_counting: bool) -> EventOut:
    """Without who took the decision: the register tells the public what was decided, and the log who did."""
    return EventOut(
        id=str(row.id),
        seq=row.seq,
        item=str(row.item_id),
        type=row.type,
        decision=str(row.decision_id),
        decided_on=row.decided_on,
        effective_from=row.effective_from,
        published_at=row.published_at,
        recorded_at=row.recorded_at,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        causes=[cause_out(read_cause(each), None) for each in row.causes],
        closes=row.closes,
        parent=None if row.parent_item_id is None else str(row.parent_item_id),
        under_investigation=row.under_investigation,
        supersedes=None if row.supersedes is None else str(row.supersedes),
        becomes=row.becomes,
        reason=row.reason,
        rule=row.rule,
        sha256=row.sha256,
        is_counting=is_counting,
    )


class PeriodOut(Out):
    """Half-open: valid_to is the first day after it; null is open."""

    valid_from: date
    valid_to: date | None


def period_out(period: Period) -> PeriodOut:
    return PeriodOut(valid_from=period.valid_from, valid_to=period.valid_to)


class SpanOut(PeriodOut):
    status: StatusOut


class ItemHistoryOut(Out):
    """spans: the status on every day there is, as known then."""

    item: ItemOut
    spans: list[SpanOut]


class HistoryOut(Out):
    """events: in the order in which they were recorded, also those that were corrected. entity: the legal person."""

    evaluator: str
    known_at: datetime
    events: list[EventOut]
    items: list[ItemHistoryOut]
    appeals: list[AppealOut]
    entity: EntityHistoryOut


def history_out(found: History) -> HistoryOut:
    counting = {event_id for each in found.items for event_id in each.counting}
    return HistoryOut(
        evaluator=found.evaluator.code,
        known_at=found.known_at,
        events=[event_out(each, is_counting=str(each.id) in counting) for each in found.events],
        items=[_item_history_out(each) for each in found.items],
        appeals=[appeal_out(each) for each in found.appeals],
        entity=entity_history_out(found.entity),
    )


def _item_history_out(found: ItemHistory) -> ItemHistoryOut:
    return ItemHistoryOut(item=item_out(found.item), spans=[_span_out(each) for each in found.spans])


def _span_out(span: Span) -> SpanOut:
    return SpanOut(valid_from=span.period.valid_from, valid_to=span.period.valid_to, status=status_out(span.status))


class ChangedOut(Out):
    """Days on which the status of an item is another one than it was known to be before."""

    item: str
    days: list[PeriodOut]


class RecordedOut(Out):
    """changed: what was decided on these items and days may have to be looked at again."""

    decision: str
    events: list[EventOut]
    changed: list[ChangedOut]


def recorded_out(found: Recorded) -> RecordedOut:
    return RecordedOut(
        decision=str(found.decision_id),
        events=[event_out(each, is_counting=True) for each in found.events],
        changed=[_changed_out(item, days) for item, days in found.changed.items()],
    )


def _changed_out(item: str, days: Iterable[Period]) -> ChangedOut:
    return ChangedOut(item=item, days=[period_out(each) for each in days])


class DecidedOut(Out):
    """recorded: what was granted; null for a refusal."""

    application: ApplicationOut
    recorded: RecordedOut | None


def decided_out(record: ApplicationRecord, recorded: Recorded | None) -> DecidedOut:
    return DecidedOut(
        application=application_out(record), recorded=None if recorded is None else recorded_out(recorded)
    )


class RuledOut(Out):
    """recorded: the correction of the contested decision; null where it stands."""

    appeal: AppealOut
    recorded: RecordedOut | None


def ruled_out(filed: AppealFiled, recorded: Recorded | None) -> RuledOut:
    return RuledOut(appeal=appeal_out(filed), recorded=None if recorded is None else recorded_out(recorded))
