"""JSON routes of surveillances with their findings, of what falls due, and of appeals."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from registry.accounts.permissions import Actor, Permission
from registry.changing_once import ChangeOnce, changing_once
from registry.deps import DayDep, NowDep, ReadSessionDep, permitted
from registry.evaluators import (
    appeal_service,
    due_service,
    finding_service,
    qualification_queries,
    surveillance_queries,
    surveillance_service,
)
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.status_wire import RuledOut, ruled_out
from registry.evaluators.surveillance_wire import (
    AppealIn,
    AppealOut,
    DueListOut,
    OutcomeIn,
    PlanIn,
    RulingIn,
    SurveillanceListOut,
    SurveillanceOut,
    appeal_out,
    due_out,
    surveillance_out,
)
from registry.evaluators.vetting_api import PREFIX, Assessing, IdPath, Reader, Submitting, read_id
from registry.evaluators.vetting_reach_service import reaches, require
from registry.evaluators.vetting_wire import FindingOut, TreatmentIn, finding_out
from registry.json_bodies import body_of, documented
from registry.request_rules import require_known_parameters

router = APIRouter(prefix=PREFIX, tags=["vetting"], dependencies=[Depends(require_known_parameters)])

Ruling = Annotated[ChangeOnce, changing_once("qualification.decide")]


@router.post("/surveillances", status_code=201, response_model=SurveillanceOut, openapi_extra=documented(PlanIn))
def plan_surveillance(change: Assessing, given: Annotated[PlanIn, Depends(body_of(PlanIn))]) -> Response:
    """Routine, reactive or randomized, of scope items of one evaluator."""

    def work(session: Any, actor: Actor) -> SurveillanceOut:
        evaluator = get_evaluator(session, given.evaluator)
        made = surveillance_service.plan(session, actor, evaluator, given.plan(), change.now)
        return surveillance_out(made, evaluator.code)

    return change(given, work)


@router.get("/surveillances")
def list_surveillances(
    asking: Reader,
    session: ReadSessionDep,
    now: NowDep,
    evaluator: Annotated[str, Query(max_length=16, description="Code of the evaluator.")],
) -> SurveillanceListOut:
    """Those of one evaluator with their findings. Planned ones are for officers and auditors alone."""
    found = get_evaluator(session, evaluator)
    require(session, asking, Permission.EVALUATOR_READ_DOSSIER, found, now)
    is_officer = bool(reaches(session, asking, Permission.APPLICATION_ASSESS, found, now))
    records = surveillance_queries.list_surveillances(session, found.id)
    # Who is to be visited learns of it by the visit.
    return SurveillanceListOut(
        surveillances=[surveillance_out(each, found.code) for each in records if is_officer or each.result is not None]
    )


@router.post(
    "/surveillances/{surveillance_id}/result",
    status_code=201,
    response_model=SurveillanceOut,
    openapi_extra=documented(OutcomeIn),
)
def finish_surveillance(
    change: Assessing, surveillance_id: IdPath, given: Annotated[OutcomeIn, Depends(body_of(OutcomeIn))]
) -> Response:
    """What it found, with findings where there are such, or that it was called off."""

    def work(session: Any, actor: Actor) -> SurveillanceOut:
        made = surveillance_service.finish(session, actor, read_id(surveillance_id), given.outcome(), change.now)
        return surveillance_out(made, qualification_queries.code_of(session, made.planned.evaluator_id))

    return change(given, work)


@router.post("/findings/{finding_id}/answer", response_model=FindingOut, openapi_extra=documented(TreatmentIn))
def answer_finding(
    change: Submitting, finding_id: IdPath, given: Annotated[TreatmentIn, Depends(body_of(TreatmentIn))]
) -> Response:
    """The corrective action of the evaluator, to a finding of a surveillance."""
    return _treated(change, finding_id, given, "answer")


@router.post("/findings/{finding_id}/accept", response_model=FindingOut, openapi_extra=documented(TreatmentIn))
def accept_correction(
    change: Assessing, finding_id: IdPath, given: Annotated[TreatmentIn, Depends(body_of(TreatmentIn))]
) -> Response:
    """The correction was verified; the finding is closed."""
    return _treated(change, finding_id, given, "accept")


@router.post("/findings/{finding_id}/return", response_model=FindingOut, openapi_extra=documented(TreatmentIn))
def return_correction(
    change: Assessing, finding_id: IdPath, given: Annotated[TreatmentIn, Depends(body_of(TreatmentIn))]
) -> Response:
    """The correction does not do; the finding is open again."""
    return _treated(change, finding_id, given, "return")


def _treated(
    change: ChangeOnce, finding_id: str, given: TreatmentIn, action: Literal["answer", "accept", "return"]
) -> Response:
    treatment = given.treatment(read_id(finding_id))
    return change(
        given,
        lambda session, actor: finding_out(finding_service.treat(session, actor, treatment, action, change.now)),
        status=200,
    )


@router.get("/due", dependencies=[Depends(permitted("application.assess"))])
def list_due(session: ReadSessionDep, on: DayDep, now: NowDep) -> DueListOut:
    """What falls due or is overdue on a day, the earliest first: derived, and never stored."""
    return DueListOut(on=on, known_at=now, due=[due_out(each) for each in due_service.due(session, on, now)])


@router.post("/appeals", status_code=201, response_model=AppealOut, openapi_extra=documented(AppealIn))
def file_appeal(change: Submitting, given: Annotated[AppealIn, Depends(body_of(AppealIn))]) -> Response:
    """Against a decision, which stays in force meanwhile."""
    decision_id, filed_on = given.contested()
    return change(
        given,
        lambda session, actor: appeal_out(
            appeal_service.file_appeal(session, actor, decision_id, given.grounds, filed_on, change.now)
        ),
    )


@router.post(
    "/appeals/{appeal_id}/outcome", status_code=201, response_model=RuledOut, openapi_extra=documented(RulingIn)
)
def decide_appeal(
    change: Ruling, appeal_id: IdPath, given: Annotated[RulingIn, Depends(body_of(RulingIn))]
) -> Response:
    """By a person who did not take the contested decision. Upheld, it counts as never taken."""

    def work(session: Any, actor: Actor) -> RuledOut:
        return ruled_out(*appeal_service.decide_appeal(session, actor, read_id(appeal_id), given.ruling(), change.now))

    return change(given, work)
