"""Use cases of surveillances: plan, complete with findings, call off. What falls due is in due_service.py."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.evaluators import finding_service
from registry.evaluators import qualification_queries as items
from registry.evaluators import surveillance_queries as queries
from registry.evaluators.evidence_service import require_handed_in
from registry.evaluators.finding_service import FindingWanted
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import first_granted_on
from registry.evaluators.qualification_service import person_of
from registry.evaluators.status import next_change
from registry.evaluators.status_service import POLICY
from registry.evaluators.surveillance_models import PlannedSurveillance, SurveillanceResult, SurveilledItem
from registry.evaluators.surveillance_queries import SurveillanceRecord
from registry.evaluators.vetting_errors import SurveillanceRefused
from registry.evaluators.vetting_reach_service import require
from registry.evaluators.webhook_service import announce
from registry.evaluators.webhooks import Surveyed, message_of_surveillance
from registry.validity import legal_day


@dataclass(frozen=True, slots=True)
class Plan:
    """items: identifiers or numbers. reason: what it reacts to, or how it was drawn; a routine one needs none."""

    kind: Literal["routine", "reactive", "randomized"]
    items: tuple[str, ...]
    due_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """completed_on: None where it is called off. due_on: last day for the correction of the findings."""

    statement: str
    completed_on: date | None = None
    evidence_sha256: str | None = None
    findings: tuple[FindingWanted, ...] = ()
    due_on: date | None = None


def plan(session: Session, actor: Actor, evaluator: Evaluator, wanted: Plan, now: datetime) -> SurveillanceRecord:
    """Raises SurveillanceRefused, ScopeItemNotFound, NotAllowed."""
    take_turn(session)
    require(session, actor, Permission.APPLICATION_ASSESS, evaluator, now)
    if wanted.kind != "routine" and not wanted.reason.strip():
        raise SurveillanceRefused(
            f"A {wanted.kind} surveillance needs a reason: what it reacts to, or how it was drawn."
        )
    named = {items.get_item(session, evaluator.id, each).id for each in wanted.items}
    _require_granted(session, evaluator, named, wanted.due_on, now)
    row = PlannedSurveillance(
        id=uuid4(),
        evaluator_id=evaluator.id,
        kind=wanted.kind,
        due_on=wanted.due_on,
        reason=wanted.reason,
        recorded_at=now,
        recorded_by=actor.log_name,
        person_id=person_of(actor),
    )
    session.add(row)
    # Its items refer to it.
    session.flush()
    session.add_all(SurveilledItem(surveillance_id=row.id, item_id=each) for each in sorted(named))
    session.flush()
    payload = {
        "evaluator": evaluator.code,
        "kind": wanted.kind,
        "due_on": wanted.due_on.isoformat(),
        "items": [str(each) for each in sorted(named)],
    }
    append(session, LogEvent(actor.log_name, "surveillance.plan", f"surveillance:{row.id}", payload), now)
    return queries.get_surveillance(session, row.id)


def finish(
    session: Session, actor: Actor, surveillance_id: UUID, outcome: Outcome, now: datetime
) -> SurveillanceRecord:
    """What it found, or that it was called off. Raises SurveillanceRefused, SurveillanceNotFound, NotAllowed,
    EvidenceNotHandedIn."""
    take_turn(session)
    found = queries.get_surveillance(session, surveillance_id)
    evaluator = session.get(Evaluator, found.planned.evaluator_id)
    assert evaluator is not None
    require(session, actor, Permission.APPLICATION_ASSESS, evaluator, now)
    _require_possible(found, outcome, legal_day(now))
    if outcome.completed_on is not None:
        _require_granted(session, evaluator, found.items, outcome.completed_on, now)
    require_handed_in(session, evaluator.id, {"/evidence_sha256": outcome.evidence_sha256})
    session.add(
        SurveillanceResult(
            surveillance_id=surveillance_id,
            completed_on=outcome.completed_on,
            statement=outcome.statement,
            evidence_sha256=outcome.evidence_sha256,
            recorded_at=now,
            recorded_by=actor.log_name,
            person_id=person_of(actor),
        )
    )
    raised = {uuid4(): each for each in outcome.findings}
    if outcome.due_on is not None:
        finding_service.add(session, actor, found.planned, raised, outcome.due_on, now)
    session.flush()
    completed_on = None if outcome.completed_on is None else outcome.completed_on.isoformat()
    payload = {
        "evaluator": evaluator.code,
        "completed_on": completed_on,
        "findings": [str(each) for each in raised],
    }
    event = LogEvent(actor.log_name, "surveillance.finish", f"surveillance:{surveillance_id}", payload)
    append(session, event, now)
    made = queries.get_surveillance(session, surveillance_id)
    if outcome.completed_on is not None:
        _tell(session, evaluator, made, outcome.completed_on, now)
    return made


def _tell(session: Session, evaluator: Evaluator, made: SurveillanceRecord, completed_on: date, now: datetime) -> None:
    """Flags of its items may be others now, and when they become others next."""
    surveyed = tuple(str(each) for each in made.items)
    known, completed = items.events_of(session, evaluator.id), items.surveillances_of(session, [evaluator.id])
    following = next_change(known, surveyed, now, surveillances=completed, policy=POLICY)
    announce(session, message_of_surveillance(Surveyed(evaluator.code, surveyed, completed_on, following)), now)


def _require_granted(
    session: Session, evaluator: Evaluator, surveilled: Collection[UUID], on: date, now: datetime
) -> None:
    """on: the day on which it is due or was completed."""
    first = first_granted_on(items.events_of(session, evaluator.id), map(str, surveilled), now)
    if first is None:
        raise SurveillanceRefused("None of its items was granted. Only what was granted is under surveillance.")
    if on < first:
        raise SurveillanceRefused(
            f"{on} lies before the first of its items was granted, from {first} on. Give that day or a later one."
        )


def _require_possible(found: SurveillanceRecord, outcome: Outcome, today: date) -> None:
    completed_on = outcome.completed_on
    if found.result is not None:
        raise SurveillanceRefused(f"The surveillance is {found.state} already. Plan another one.")
    if completed_on is not None and completed_on > today:
        raise SurveillanceRefused(f"It cannot have been completed on {completed_on}, which lies after today, {today}.")
    if outcome.findings and completed_on is None:
        raise SurveillanceRefused("A surveillance that is called off has no findings. Give the day of its completion.")
    if bool(outcome.findings) != (outcome.due_on is not None):
        raise SurveillanceRefused("Findings, and only they, need a last day for their correction: give due_on.")
    if outcome.due_on is not None and outcome.due_on <= today:
        raise SurveillanceRefused(f"The correction would be due on {outcome.due_on}; set a day after {today}.")
