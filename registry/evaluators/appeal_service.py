"""Use cases of appeals: a contested decision stays in force until the appeal is upheld, and then it is corrected."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.evaluators import qualification_queries as queries
from registry.evaluators import qualification_service
from registry.evaluators.appeal_guards import Contested, Filed, filing_refusals, ruling_refusals
from registry.evaluators.decision import Basis, Decision
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import EventType
from registry.evaluators.qualification_models import Appeal, AppealOutcome, QualificationEvent
from registry.evaluators.qualification_queries import AppealFiled
from registry.evaluators.qualification_service import Assessment, Recorded, person_of
from registry.evaluators.status_service import POLICY
from registry.evaluators.vetting_errors import AppealRefused, require_none
from registry.evaluators.vetting_reach_service import require
from registry.validity import legal_day


@dataclass(frozen=True, slots=True)
class Ruling:
    outcome: Literal["upheld", "dismissed", "withdrawn"]
    decided_on: date
    reason: str


def file_appeal(
    session: Session, actor: Actor, decision_id: UUID, grounds: str, filed_on: date, now: datetime
) -> AppealFiled:
    """By whoever acts for the evaluator. Raises DecisionNotFound, NotAllowed, AppealRefused with every broken rule."""
    take_turn(session)
    contested = queries.events_of_decision(session, decision_id)
    evaluator = session.get(Evaluator, contested[0].evaluator_id)
    assert evaluator is not None
    require(session, actor, Permission.APPLICATION_SUBMIT, evaluator, now)
    refused = filing_refusals(_contested(session, contested[0]), filed_on, legal_day(now), POLICY)
    require_none(tuple(refused), AppealRefused)
    appeal = Appeal(
        id=uuid4(),
        evaluator_id=evaluator.id,
        decision_id=decision_id,
        filed_on=filed_on,
        grounds=grounds,
        recorded_at=now,
        recorded_by=actor.log_name,
        person_id=person_of(actor),
    )
    session.add(appeal)
    session.flush()
    payload = {"evaluator": evaluator.code, "decision": str(decision_id), "filed_on": filed_on.isoformat()}
    append(session, LogEvent(actor.log_name, "appeal.file", f"appeal:{appeal.id}", payload, grounds), now)
    return AppealFiled(appeal, None)


def _contested(session: Session, event: QualificationEvent) -> Contested:
    """event: any of the decision; they were published and recorded together."""
    appeals = queries.list_appeals(session, event.evaluator_id)
    is_contested = any(each.appeal.decision_id == event.decision_id and each.outcome is None for each in appeals)
    # Neither a day of publication that lies before the recording shortens the time, nor a late publication.
    known_on = legal_day(max(event.published_at or event.recorded_at, event.recorded_at))
    return Contested(str(event.decision_id), event.decided_on, known_on, is_contested)


def decide_appeal(
    session: Session, actor: Actor, appeal_id: UUID, ruling: Ruling, now: datetime
) -> tuple[AppealFiled, Recorded | None]:
    """By a person who did not take the contested decision. Upheld, all its events are corrected to nothing.

    Raises AppealNotFound, AppealRefused, EventRefused, NotAllowed.
    """
    take_turn(session)
    found = queries.get_appeal(session, appeal_id)
    evaluator = session.get(Evaluator, found.appeal.evaluator_id)
    assert evaluator is not None
    require(session, actor, Permission.QUALIFICATION_DECIDE, evaluator, now)
    contested = queries.events_of_decision(session, found.appeal.decision_id)
    filed = Filed(
        str(appeal_id),
        found.appeal.filed_on,
        None if found.outcome is None else found.outcome.outcome,
        {str(each) for each in (found.appeal.person_id, *(each.person_id for each in contested))},
    )
    refused = ruling_refusals(filed, ruling.decided_on, str(person_of(actor)), legal_day(now))
    require_none(tuple(refused), AppealRefused)
    recorded = _corrected(session, actor, evaluator, found.appeal, ruling, now) if ruling.outcome == "upheld" else None
    outcome = AppealOutcome(
        appeal_id=appeal_id,
        outcome=ruling.outcome,
        decided_on=ruling.decided_on,
        reason=ruling.reason,
        correction_id=None if recorded is None else recorded.decision_id,
        recorded_at=now,
        recorded_by=actor.log_name,
        person_id=actor.person_id,
    )
    session.add(outcome)
    session.flush()
    payload = {"evaluator": evaluator.code, "outcome": ruling.outcome, "decided_on": ruling.decided_on.isoformat()}
    append(session, LogEvent(actor.log_name, "appeal.decide", f"appeal:{appeal_id}", payload, ruling.reason), now)
    return AppealFiled(found.appeal, outcome), recorded


def _corrected(
    session: Session, actor: Actor, evaluator: Evaluator, appeal: Appeal, ruling: Ruling, now: datetime
) -> Recorded:
    corrections = [
        Decision(
            EventType.CORRECT,
            ruling.decided_on,
            each.effective_from,
            Basis(ruling.reason, rule=f"appeal:{appeal.id}"),
            items=(str(each.item_id),),
            supersedes=str(each.id),
        )
        for each in queries.events_of_decision(session, appeal.decision_id)
    ]
    return qualification_service.record_together(session, actor, evaluator, corrections, Assessment(), now)
