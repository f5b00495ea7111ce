"""Use cases of successions: rights of a body that was taken over pass only by an officer's decision on each item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.evaluators import entity_queries as queries
from registry.evaluators import qualification_queries as items
from registry.evaluators import status_service
from registry.evaluators.entity_errors import SuccessorDecisionRefused
from registry.evaluators.entity_models import SuccessorDecision
from registry.evaluators.evidence_service import require_handed_in
from registry.evaluators.independence_service import key_of
from registry.evaluators.judging_service import require_judge
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import day_before
from registry.evaluators.qualification_models import ScopeItem
from registry.evaluators.status import Status
from registry.evaluators.successor_rights import (
    ReviewCase,
    Right,
    SuccessorReview,
    pending,
    review_refusals,
    rights_at,
)
from registry.evaluators.vetting_errors import ScopeItemNotFound, require_none


@dataclass(frozen=True, slots=True)
class SuccessorDecisionWanted:
    """predecessor_item: an identifier. item: of the successor, identifier or number; None where it is refused."""

    predecessor_item: UUID
    item: str | None
    decided_on: date
    reason: str
    evidence_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """Of the predecessors of an evaluator. waiting: on which nothing was decided by the day, as known then."""

    evaluator: Evaluator
    valid_at: date
    known_at: datetime
    waiting: tuple[Right, ...]
    decisions: tuple[SuccessorDecision, ...]


def rights_of(session: Session, evaluator: Evaluator, valid_at: date, known_at: datetime) -> Rights:
    """While any waits, the answer to who relies on the predecessor's rights is SUCCESSOR_REVIEW_PENDING."""
    rights = _rights(session, evaluator, valid_at, known_at)
    decisions = tuple(queries.decisions_of(session, evaluator.id, known_at))
    waiting = pending(rights, map(queries.review_of, decisions), valid_at, known_at)
    return Rights(evaluator, valid_at, known_at, waiting, decisions)


def decide_right(
    session: Session, actor: Actor, evaluator: Evaluator, wanted: SuccessorDecisionWanted, now: datetime
) -> SuccessorDecision:
    """evaluator: the successor, whose new item is granted or extended before. The last decision on an item counts.

    Raises SuccessorDecisionRefused with every rule that is broken, ScopeItemNotFound, NotAllowed,
    EvidenceNotHandedIn.
    """
    take_turn(session)
    person = require_judge(session, actor, Permission.QUALIFICATION_DECIDE, evaluator, now)
    require_handed_in(session, evaluator.id, {"/evidence_sha256": wanted.evidence_sha256})
    before = session.get(ScopeItem, wanted.predecessor_item)
    if before is None:
        raise ScopeItemNotFound(f"There is no scope item {wanted.predecessor_item}.")
    item = None if wanted.item is None else items.get_item(session, evaluator.id, wanted.item)
    number, recorded_at = queries.next_place(session, SuccessorDecision, now)
    row = SuccessorDecision(
        number=number,
        evaluator_id=evaluator.id,
        predecessor_item_id=before.id,
        item_id=None if item is None else item.id,
        decided_on=wanted.decided_on,
        reason=wanted.reason,
        evidence_sha256=wanted.evidence_sha256,
        recorded_at=recorded_at,
        recorded_by=actor.log_name,
        person_id=person,
    )
    case = _case(session, evaluator, before, item, queries.review_of(row))
    require_none(review_refusals(case), SuccessorDecisionRefused)
    session.add(row)
    session.flush()
    payload = {
        "number": number,
        "predecessor_item": str(before.id),
        "item": None if item is None else str(item.id),
        "decided_on": wanted.decided_on.isoformat(),
    }
    event = LogEvent(actor.log_name, "entity.decide_right", f"evaluator:{evaluator.code}", payload, wanted.reason)
    append(session, event, now)
    return row


def _case(
    session: Session, evaluator: Evaluator, before: ScopeItem, item: ScopeItem | None, review: SuccessorReview
) -> ReviewCase:
    on, known_at = review.decided_on, review.recorded_at
    over = queries.taken_over(session, key_of(evaluator), on, known_at)
    bodies = queries.evaluators_by_key(session, (each.predecessor for each in over))
    right = next((each for each in _rights(session, evaluator, on, known_at) if each.item_id == str(before.id)), None)
    is_predecessor = any(each.id == before.evaluator_id for each in bodies.values())
    if item is None:
        return ReviewCase(review, right, is_predecessor, None)
    # An item that is only asked for has a status too: no record.
    (found,) = status_service.status(session, evaluator, on, known_at, item=str(item.id)).items
    return ReviewCase(review, right, is_predecessor, found.status)


def _rights(session: Session, evaluator: Evaluator, valid_at: date, known_at: datetime) -> tuple[Right, ...]:
    over = queries.taken_over(session, key_of(evaluator), valid_at, known_at)
    bodies = queries.evaluators_by_key(session, {each.predecessor for each in over})
    held = {
        each.predecessor: _statuses(session, bodies[each.predecessor], day_before(each.on), known_at)
        for each in over
        if each.predecessor in bodies
    }
    return rights_at(over, held)


def _statuses(session: Session, evaluator: Evaluator, on: date, known_at: datetime) -> Mapping[str, Status]:
    found = status_service.status(session, evaluator, on, known_at)
    return {str(each.item.id): each.status for each in found.items}
