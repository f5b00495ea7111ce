"""Use cases of decisions on scope items: each is one decision, taken down as an event for each item that it touches.

actor: as this transaction sees them. What was recorded is never changed: a correction is another event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.canonical import digest
from registry.evaluators import application_queries, surveillance_queries
from registry.evaluators import qualification_queries as queries
from registry.evaluators.back_dating import changed_days
from registry.evaluators.decision import (
    Basis,
    Decision,
    Place,
    Scope,
    extended_already,
    require_scopes,
    scope_of,
    to_event,
)
from registry.evaluators.event_document import cause_document, event_document
from registry.evaluators.evidence_service import require_handed_in
from registry.evaluators.guard_case import Circumstances
from registry.evaluators.guards import refusals
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period
from registry.evaluators.qualification import Event, EventType, withdrawal_count
from registry.evaluators.qualification_models import QualificationEvent, ScopeItem
from registry.evaluators.status import next_change
from registry.evaluators.status_service import POLICY
from registry.evaluators.vetting_errors import EventRefused, require_none
from registry.evaluators.vetting_reach_service import require
from registry.evaluators.webhook_service import announce
from registry.evaluators.webhooks import StatusChange, message_of


@dataclass(frozen=True, slots=True)
class Recorded:
    """changed: by item, the days on which its status is another one now, as far as there are such."""

    decision_id: UUID
    events: tuple[QualificationEvent, ...]
    changed: Mapping[str, tuple[Period, ...]]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a decision rests on. assessors: persons. criteria_not_met: ids of requirements, of a grant."""

    assessors: frozenset[str] = frozenset()
    criteria_not_met: tuple[str, ...] = ()


def person_of(actor: Actor) -> UUID:
    """Raises NotAllowed: who decides and assesses has to be known as a person."""
    if actor.person_id is None:
        raise NotAllowed("Steps and decisions of vetting are taken by persons, over the API or the pages.")
    return actor.person_id


def decide(session: Session, actor: Actor, evaluator: Evaluator, decision: Decision, now: datetime) -> Recorded:
    """Any decision but a grant, which follows an application. Raises EventRefused with every rule that is broken.

    Raises ScopeItemNotFound, QualificationEventNotFound, SurveillanceNotFound, ScopeRejected, NotAllowed,
    EvidenceNotHandedIn.
    """
    take_turn(session)
    require(session, actor, Permission.QUALIFICATION_DECIDE, evaluator, now)
    person_of(actor)
    require_handed_in(session, evaluator.id, {"/evidence_sha256": decision.basis.evidence_sha256})
    placed = _with_items(session, evaluator, decision, now)
    return record(session, actor, evaluator, placed, Assessment(_assessors(session, evaluator, placed)), now)


def _assessors(session: Session, evaluator: Evaluator, decision: Decision) -> frozenset[str]:
    """Of the surveillance that it rests on; of a correction to a grant, of the application too."""
    found: frozenset[str] = frozenset()
    if decision.basis.surveillance is not None:
        found |= surveillance_queries.assessors(session, evaluator.id, decision.basis.surveillance)
    if decision.becomes is EventType.GRANT:
        items = (queries.get_item(session, evaluator.id, each) for each in decision.items)
        for application_id in filter(None, (each.application_id for each in items)):
            found |= application_queries.assessors(session, application_id)
    return found


def _with_items(session: Session, evaluator: Evaluator, decision: Decision, now: datetime) -> Decision:
    """Items by their identifiers, all of them this evaluator's; those of an extension are made."""
    if decision.supersedes is not None:
        corrected = queries.get_event(session, evaluator.id, UUID(decision.supersedes))
        return replace(decision, items=(str(corrected.item_id),))
    if decision.parent_item_id is not None:
        parent = queries.get_item(session, evaluator.id, decision.parent_item_id)
        decision = replace(decision, parent_item_id=str(parent.id))
    if decision.new_scopes:
        held = {
            str(each.id): scope_of(queries.held_item(each)) for each in queries.decided_items(session, evaluator.id)
        }
        history = queries.events_of(session, evaluator.id)
        require_none(extended_already(decision, history, held, now), EventRefused)
        made = add_items(session, evaluator, decision.new_scopes, None, now)
    else:
        made = [queries.get_item(session, evaluator.id, each) for each in decision.items]
    items = tuple(dict.fromkeys(str(each.id) for each in made))
    return replace(decision, items=items)


def record(
    session: Session, actor: Actor, evaluator: Evaluator, decision: Decision, assessment: Assessment, now: datetime
) -> Recorded:
    """The decision's events, after the guards of each; the turn has been taken. Raises EventRefused."""
    return record_together(session, actor, evaluator, [decision], assessment, now)


def record_together(
    session: Session,
    actor: Actor,
    evaluator: Evaluator,
    decisions: Sequence[Decision],
    assessment: Assessment,
    now: datetime,
) -> Recorded:
    """As one decision, of one basis, what has to be said of each of its items in another way. Raises EventRefused."""
    history = queries.events_of(session, evaluator.id)
    surveillances = queries.surveillances_of(session, [evaluator.id])
    added = _events(session, decisions, now)
    circumstances = Circumstances(
        decider=str(person_of(actor)),
        assessors=assessment.assessors,
        criteria_not_met=assessment.criteria_not_met,
        evidence=decisions[0].basis.evidence_sha256,
        verified_on=decisions[0].basis.verified_on,
        open_investigations=surveillance_queries.open_investigations(session, evaluator.id),
        withdrawals=withdrawal_count(history, added[0][0].recorded_at),
    )
    refused = [
        refusal
        for event, _ in added
        for refusal in refusals(history, event, circumstances, surveillances=surveillances, policy=POLICY)
    ]
    require_none(refused, EventRefused)
    rows = [_row(event, evaluator, decision.basis, actor) for event, decision in added]
    for row in rows:
        session.add(row)
        # One after the other: a row may name another one.
        session.flush()
    _log(session, actor, evaluator, decisions[0], rows, now)
    events = [event for event, _ in added]
    touched, known = [each.item_id for each in events], rows[-1].recorded_at
    following = next_change((*history, *events), touched, known, surveillances=surveillances, policy=POLICY)
    announce(session, message_of(_told(evaluator, decisions[0], rows, following)), now)
    changed = changed_days(history, events, surveillances=surveillances, policy=POLICY)
    return Recorded(rows[0].decision_id, tuple(rows), changed)


def _told(
    evaluator: Evaluator, decision: Decision, rows: Sequence[QualificationEvent], following: date | None
) -> StatusChange:
    return StatusChange(
        evaluator=evaluator.code,
        type=decision.type,
        decision_id=str(rows[0].decision_id),
        items=tuple(str(each.item_id) for each in rows),
        seqs=tuple(each.seq for each in rows),
        decided_on=rows[0].decided_on,
        effective_from=rows[0].effective_from,
        published_at=rows[0].published_at,
        next_change_on=following,
    )


def _events(session: Session, decisions: Sequence[Decision], now: datetime) -> list[tuple[Event, Decision]]:
    newest, recorded_before = queries.newest_event(session)
    # Whoever waited for the turn is not recorded before those who had it: what was known at an instant stays so.
    recorded_at = now if recorded_before is None else max(now, recorded_before)
    decision_id = str(uuid4())
    touched = [(each, item_id) for each in decisions for item_id in each.items]
    return [
        (to_event(decision, item_id, Place(str(uuid4()), seq, decision_id, recorded_at)), decision)
        for seq, (decision, item_id) in enumerate(touched, start=newest + 1)
    ]


def add_items(
    session: Session, evaluator: Evaluator, scopes: Sequence[Scope], application_id: UUID | None, now: datetime
) -> list[ScopeItem]:
    """Raises ScopeRejected with every fault."""
    require_scopes(scopes)
    first = queries.highest_item_number(session, evaluator.id) + 1
    made = [
        ScopeItem(
            id=uuid4(),
            evaluator_id=evaluator.id,
            number=number,
            application_id=application_id,
            domain=each.domain,
            regions=list(each.regions.regions),
            descendants=each.regions.descendants,
            excepted=list(each.regions.excepted),
            evaluation_type=each.evaluation_type,
            subject_level=each.subject_level,
            standard_family=each.standards.family,
            from_version=each.standards.from_version,
            before_version=each.standards.before_version,
            recorded_at=now,
        )
        for number, each in enumerate(scopes, start=first)
    ]
    session.add_all(made)
    # Events refer to them.
    session.flush()
    return made


def _row(event: Event, evaluator: Evaluator, basis: Basis, actor: Actor) -> QualificationEvent:
    written = {"reason": basis.reason, "rule": basis.rule, "evidence_sha256": basis.evidence_sha256}
    document = event_document(event, evaluator.code, {name: text for name, text in written.items() if text})
    return QualificationEvent(
        id=UUID(event.id),
        seq=event.seq,
        evaluator_id=evaluator.id,
        item_id=UUID(event.item_id),
        type=event.type,
        decision_id=UUID(event.decision_id),
        decided_on=event.decided_on,
        effective_from=event.effective_from,
        published_at=event.published_at,
        recorded_at=event.recorded_at,
        recorded_by=actor.log_name,
        person_id=actor.person_id,
        valid_from=event.valid_from,
        valid_to=event.valid_to,
        causes=[cause_document(each) for each in event.causes],
        closes=list(event.closes),
        parent_item_id=None if event.parent_item_id is None else UUID(event.parent_item_id),
        under_investigation=event.under_investigation,
        supersedes=None if event.supersedes is None else UUID(event.supersedes),
        becomes=event.becomes,
        reason=basis.reason,
        rule=basis.rule,
        evidence_sha256=basis.evidence_sha256,
        sha256=digest(document),
    )


def _log(
    session: Session,
    actor: Actor,
    evaluator: Evaluator,
    decision: Decision,
    rows: Sequence[QualificationEvent],
    now: datetime,
) -> None:
    payload = {
        "decision": str(rows[0].decision_id),
        "effective_from": decision.effective_from.isoformat(),
        "events": [{"id": str(each.id), "item": str(each.item_id), "sha256": each.sha256} for each in rows],
    }
    action = f"qualification.{decision.type}"
    append(
        session, LogEvent(actor.log_name, action, f"evaluator:{evaluator.code}", payload, decision.basis.reason), now
    )
