"""Use cases of applications: open, each step up to the decision, and the decision with what it grants.

actor: as this transaction sees them. The stage follows from the steps, which are never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.evaluators import application_queries as queries
from registry.evaluators import finding_service, qualification_service, requirements_service
from registry.evaluators.application import OF_APPLICANT, WAYS, Step, StepType
from registry.evaluators.application_models import Application, ApplicationStep, AssessedFact
from registry.evaluators.application_queries import ApplicationRecord
from registry.evaluators.application_steps import advance
from registry.evaluators.decision import Basis, Decision, Scope
from registry.evaluators.evidence_service import require_handed_in
from registry.evaluators.finding_service import FindingWanted, Treatment
from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import EventType
from registry.evaluators.qualification_service import Assessment, Recorded, add_items, person_of
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.step_record import content_of
from registry.evaluators.vetting_errors import StepRefused, require_none
from registry.evaluators.vetting_reach_service import require
from registry.validity import legal_day


@dataclass(frozen=True, slots=True)
class StepWanted:
    """dossier_number: of submit, and of an answer with a new version. assessors: accounts, of assess.

    findings: new ones, of raise_findings. answers: of answer_findings, one for each open finding. accepted: of
    conclude, findings whose correction was verified, with what shows it.
    """

    type: StepType
    dossier_number: int | None = None
    assessors: tuple[UUID, ...] = ()
    findings: tuple[FindingWanted, ...] = ()
    answer_by: date | None = None
    answers: tuple[Treatment, ...] = ()
    accepted: tuple[Treatment, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """type: grant, grant_reduced or refuse. granted: items of a reduced grant. The days are those of the grant."""

    type: StepType
    decided_on: date
    reasons: tuple[str, ...]
    granted: tuple[UUID, ...] = ()
    effective_from: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Established:
    """A fact by the name that a requirement has for it, with what it rests on."""

    fact: str
    value: str | int | bool
    grounds: str
    evidence_sha256: str | None = None


def open_application(
    session: Session, actor: Actor, evaluator: Evaluator, scopes: Sequence[Scope], now: datetime
) -> ApplicationRecord:
    """A draft. Raises NotAllowed, ScopeRejected with every fault."""
    take_turn(session)
    require(session, actor, Permission.APPLICATION_SUBMIT, evaluator, now)
    row = Application(
        id=uuid4(),
        evaluator_id=evaluator.id,
        created_at=now,
        created_by=actor.log_name,
        person_id=person_of(actor),
    )
    session.add(row)
    # The items refer to it.
    session.flush()
    items = add_items(session, evaluator, scopes, row.id, now)
    payload = {"evaluator": evaluator.code, "items": [str(each.id) for each in items]}
    append(session, LogEvent(actor.log_name, "application.open", f"application:{row.id}", payload), now)
    return queries.get_application(session, row.id, now)


def take_step(
    session: Session, actor: Actor, application_id: UUID, wanted: StepWanted, now: datetime
) -> ApplicationRecord:
    """Any step but a decision. Raises StepRefused with every rule that is broken, NotAllowed, ApplicationNotFound,
    EvidenceNotHandedIn."""
    take_turn(session)
    found = queries.get_application(session, application_id, now)
    is_applicants = wanted.type in OF_APPLICANT
    require(
        session,
        actor,
        Permission.APPLICATION_SUBMIT if is_applicants else Permission.APPLICATION_ASSESS,
        found.evaluator,
        now,
    )
    persons = queries.persons_of(session, wanted.assessors)
    raised = {uuid4(): each for each in wanted.findings}
    step = Step(
        wanted.type,
        str(person_of(actor)),
        legal_day(now),
        dossier_faults=requirements_service.dossier_faults(found, wanted.dossier_number)
        if wanted.type is StepType.SUBMIT or wanted.dossier_number is not None
        else (),
        assessors=frozenset(str(each) for each in persons.values()),
        findings=frozenset(map(str, raised)),
        answer_by=wanted.answer_by,
        closed=frozenset(str(each.finding_id) for each in wanted.accepted),
    )
    _require_possible(found, step, (*_unknown_accounts(found, wanted, persons), *_unanswered(found, wanted)))
    require_handed_in(session, found.evaluator.id, _evidence(wanted))
    _save(session, actor, found, step, now, wanted.dossier_number)
    if wanted.answer_by is not None:
        finding_service.add(session, actor, found.row, raised, wanted.answer_by, now)
    for each in wanted.answers:
        finding_service.act(session, actor, each, "answer", now)
    for each in wanted.accepted:
        finding_service.act(session, actor, each, "accept", now)
    return queries.get_application(session, application_id, now)


def _evidence(wanted: StepWanted) -> dict[str, str | None]:
    """By its place in the step."""
    treated = {"answers": wanted.answers, "accepted": wanted.accepted}
    return {
        f"/{name}/{place}/evidence_sha256": each.evidence_sha256
        for name, treatments in treated.items()
        for place, each in enumerate(treatments)
    }


def _unknown_accounts(found: ApplicationRecord, wanted: StepWanted, persons: dict[UUID, UUID]) -> Sequence[Refusal]:
    unknown = ", ".join(str(each) for each in wanted.assessors if each not in persons)
    if not unknown:
        return ()
    message, fix = f"There are no accounts {unknown}.", "Name accounts of the registry."
    return (Refusal(Code.ASSESSOR_MISSING, message, fix, found.now.id, unknown),)


def _unanswered(found: ApplicationRecord, wanted: StepWanted) -> Sequence[Refusal]:
    """An answer answers every open finding, and no other."""
    if wanted.type is not StepType.ANSWER_FINDINGS:
        return ()
    answered = {str(each.finding_id) for each in wanted.answers}
    refusals = []
    if unknown := ", ".join(sorted(answered - found.now.findings)):
        message = f"These are no open findings of the application: {unknown}."
        refusals.append(Refusal(Code.UNKNOWN_FINDING, message, "Answer only open findings.", found.now.id, unknown))
    if left_out := ", ".join(sorted(found.now.findings - answered)):
        message = f"Findings are not answered: {left_out}."
        refusals.append(Refusal(Code.FINDINGS_OPEN, message, "Answer each open finding.", found.now.id, left_out))
    return refusals


def _require_possible(found: ApplicationRecord, step: Step, more: Sequence[Refusal] = ()) -> None:
    following = advance(found.now, step)
    require_none((*(following if isinstance(following, tuple) else ()), *more), StepRefused)


def _require_under_assessment(found: ApplicationRecord, conclusion: Step) -> None:
    stages, _ = WAYS[StepType.CONCLUDE]
    if found.now.stage not in stages:
        named = " or ".join(sorted(stages))
        message = f"The application is {found.now.stage}; facts are established while it is {named}."
        fix = "Begin the assessment first; once it is concluded, further facts need a new application."
        require_none((Refusal(Code.STEP_NOT_POSSIBLE, message, fix, found.now.id, found.now.stage),), StepRefused)
    _require_possible(found, conclusion)


def _untimely(found: ApplicationRecord, verdict: Verdict, today: date) -> Sequence[Refusal]:
    """A decision is taken on what was concluded. That a grant is not decided later than today, its own guard says."""
    decided_on, about = verdict.decided_on, found.now.id
    concluded_on = found.steps[-1].taken_on if found.steps else today
    if decided_on < concluded_on:
        message = f"The decision is of {decided_on}; the assessment was concluded on {concluded_on}."
        fix = f"Give a day from {concluded_on} to {today}; effective_from may lie before it."
        return (Refusal(Code.DECIDED_BEFORE_CONCLUDED, message, fix, about, str(decided_on), str(concluded_on)),)
    if verdict.type is StepType.REFUSE and decided_on > today:
        message = f"The decision is of {decided_on}, which lies after today, {today}."
        fix = "Record a decision once it is taken."
        return (Refusal(Code.DECIDED_AFTER_RECORDED, message, fix, about, str(decided_on), str(today)),)
    return ()


def _save(
    session: Session,
    actor: Actor,
    found: ApplicationRecord,
    step: Step,
    now: datetime,
    dossier_number: int | None = None,
) -> None:
    session.add(
        ApplicationStep(
            application_id=found.row.id,
            number=len(found.steps) + 1,
            type=step.type,
            taken_on=step.on,
            dossier_number=dossier_number,
            content=content_of(step),
            recorded_at=now,
            recorded_by=actor.log_name,
            person_id=actor.person_id,
        )
    )
    session.flush()
    payload = {"evaluator": found.evaluator.code, "number": len(found.steps) + 1, **content_of(step)}
    if dossier_number is not None:
        payload["dossier"] = dossier_number
    append(session, LogEvent(actor.log_name, f"application.{step.type}", f"application:{found.row.id}", payload), now)


def establish(
    session: Session, actor: Actor, application_id: UUID, facts: Sequence[Established], now: datetime
) -> ApplicationRecord:
    """What an assessor found out, while the assessment lasts. Raises StepRefused, FactRejected with every fault,
    EvidenceNotHandedIn."""
    take_turn(session)
    found = queries.get_application(session, application_id, now)
    require(session, actor, Permission.APPLICATION_ASSESS, found.evaluator, now)
    # It is part of the assessment: allowed when, and to whom, its conclusion would be.
    step = Step(StepType.CONCLUDE, str(person_of(actor)), legal_day(now), closed=found.now.findings)
    _require_under_assessment(found, step)
    evidence = {f"/facts/{place}/evidence_sha256": each.evidence_sha256 for place, each in enumerate(facts)}
    require_handed_in(session, found.evaluator.id, evidence)
    requirements_service.require_known_facts(session, found, {each.fact: each.value for each in facts}, now)
    for number, each in enumerate(facts, start=len(found.facts) + 1):
        session.add(
            AssessedFact(
                application_id=found.row.id,
                number=number,
                fact=each.fact,
                value=each.value,
                grounds=each.grounds,
                evidence_sha256=each.evidence_sha256,
                recorded_at=now,
                recorded_by=actor.log_name,
                person_id=actor.person_id,
            )
        )
    session.flush()
    payload = {"facts": [{"fact": each.fact, "value": each.value, "grounds": each.grounds} for each in facts]}
    append(session, LogEvent(actor.log_name, "application.establish", f"application:{found.row.id}", payload), now)
    return queries.get_application(session, application_id, now)


def decide_application(
    session: Session, actor: Actor, application_id: UUID, verdict: Verdict, now: datetime
) -> tuple[ApplicationRecord, Recorded | None]:
    """By a person who took no part in the assessment. Raises StepRefused, EventRefused, NotAllowed and what
    requirements_service.evaluate raises; nothing is saved then."""
    take_turn(session)
    found = queries.get_application(session, application_id, now)
    require(session, actor, Permission.APPLICATION_DECIDE, found.evaluator, now)
    held_against = requirements_service.evaluate(session, found, now)
    not_met = held_against.not_met
    step = Step(
        verdict.type,
        str(person_of(actor)),
        legal_day(now),
        granted=frozenset(str(each) for each in verdict.granted),
        criteria_not_met=tuple((each, not_met) for each in sorted(found.now.items)),
        reasons=verdict.reasons,
    )
    _require_possible(found, step, _untimely(found, verdict, step.on))
    _save(session, actor, found, step, now)
    granted = found.now.items if verdict.type is StepType.GRANT else step.granted
    recorded = None
    if verdict.type is not StepType.REFUSE:
        decision = Decision(
            EventType.GRANT,
            verdict.decided_on,
            verdict.effective_from or verdict.decided_on,
            Basis("; ".join(verdict.reasons), rule=held_against.standard),
            items=tuple(str(each.id) for each in found.items if str(each.id) in granted),
            valid_from=verdict.valid_from,
            valid_to=verdict.valid_to,
        )
        assessment = Assessment(found.now.assessors, not_met)
        recorded = qualification_service.record(session, actor, found.evaluator, decision, assessment, now)
    return queries.get_application(session, application_id, now), recorded
