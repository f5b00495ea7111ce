"""Use cases of findings: raised in an application or by a surveillance, answered, accepted or returned.

A finding is closed by whoever verified its correction, never by the one who corrected it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.evaluators import surveillance_queries as queries
from registry.evaluators.application_models import Application, Finding, FindingAction
from registry.evaluators.evidence_service import require_handed_in
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification_service import person_of
from registry.evaluators.surveillance_models import PlannedSurveillance
from registry.evaluators.surveillance_queries import FindingRecord
from registry.evaluators.vetting_errors import FindingRefused
from registry.evaluators.vetting_reach_service import require
from registry.validity import legal_day

ActionType = Literal["answer", "accept", "return"]
# From which states an action leads on.
_POSSIBLE = {"answer": ("open", "answered"), "accept": ("answered",), "return": ("answered",)}


@dataclass(frozen=True, slots=True)
class FindingWanted:
    """grade: major or minor. requirement: identifier of what it breaks."""

    grade: Literal["major", "minor"]
    statement: str
    requirement: str | None = None


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is said to a finding, and what shows it."""

    finding_id: UUID
    statement: str
    evidence_sha256: str | None = None


def add(
    session: Session,
    actor: Actor,
    of: Application | PlannedSurveillance,
    wanted: Mapping[UUID, FindingWanted],
    due_on: date,
    now: datetime,
) -> None:
    """By their identifiers, to the application or the surveillance, whose own entry of the log names them."""
    for found_id, each in wanted.items():
        session.add(
            Finding(
                id=found_id,
                evaluator_id=of.evaluator_id,
                application_id=of.id if isinstance(of, Application) else None,
                surveillance_id=of.id if isinstance(of, PlannedSurveillance) else None,
                grade=each.grade,
                requirement=each.requirement,
                statement=each.statement,
                due_on=due_on,
                recorded_at=now,
                recorded_by=actor.log_name,
                person_id=actor.person_id,
            )
        )
    session.flush()


def act(session: Session, actor: Actor, treatment: Treatment, type_: ActionType, now: datetime) -> FindingRecord:
    """Without a look at permissions and evidence. Raises FindingNotFound, FindingRefused."""
    found = queries.get_finding(session, treatment.finding_id)
    if found.state not in _POSSIBLE[type_]:
        raise FindingRefused(f"The finding is {found.state}; {type_} leads on from {', '.join(_POSSIBLE[type_])} only.")
    number = len(found.actions) + 1
    session.add(
        FindingAction(
            finding_id=found.finding.id,
            number=number,
            type=type_,
            taken_on=legal_day(now),
            statement=treatment.statement,
            evidence_sha256=treatment.evidence_sha256,
            recorded_at=now,
            recorded_by=actor.log_name,
            person_id=actor.person_id,
        )
    )
    session.flush()
    payload = {"number": number, "evidence_sha256": treatment.evidence_sha256}
    event = LogEvent(actor.log_name, f"finding.{type_}", f"finding:{found.finding.id}", payload, treatment.statement)
    append(session, event, now)
    return queries.get_finding(session, treatment.finding_id)


def treat(session: Session, actor: Actor, treatment: Treatment, type_: ActionType, now: datetime) -> FindingRecord:
    """A finding of a surveillance; those of an application are treated by its steps.

    Raises FindingNotFound, FindingRefused, NotAllowed, EvidenceNotHandedIn.
    """
    take_turn(session)
    found = queries.get_finding(session, treatment.finding_id)
    evaluator = session.get(Evaluator, found.finding.evaluator_id)
    assert evaluator is not None
    is_answer = type_ == "answer"
    require(
        session, actor, Permission.APPLICATION_SUBMIT if is_answer else Permission.APPLICATION_ASSESS, evaluator, now
    )
    person = person_of(actor)
    if found.finding.application_id is not None:
        raise FindingRefused("The finding is of an application: answer it, or conclude, by a step of the application.")
    if not is_answer and person in {each.person_id for each in found.actions if each.type == "answer"}:
        raise FindingRefused("Whoever answered the finding does not judge the answer. Let somebody else do it.")
    require_handed_in(session, evaluator.id, {"/evidence_sha256": treatment.evidence_sha256})
    return act(session, actor, treatment, type_, now)
