"""JSON routes of applications: their steps, what the requirements make of them, and the decision."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.accounts.permissions import Actor, Permission
from registry.changing_once import ChangeOnce, changing_once
from registry.deps import NowDep, ReadSessionDep, permitted
from registry.evaluators import (
    application_queries,
    application_service,
    requirements_service,
)
from registry.evaluators.application_queries import ApplicationRecord
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.status_wire import DecidedOut, decided_out
from registry.evaluators.surveillance_wire import (
    RequirementsOut,
    requirements_out,
)
from registry.evaluators.vetting_errors import ApplicationNotFound
from registry.evaluators.vetting_reach_service import reaches
from registry.evaluators.vetting_wire import (
    ApplicationIn,
    ApplicationListOut,
    ApplicationOut,
    FactsIn,
    StepIn,
    VerdictIn,
    application_line_out,
    application_out,
)
from registry.json_bodies import body_of, documented
from registry.keyset import decode_row_cursor, encode_row_cursor, read_uuid
from registry.request_rules import require_known_parameters

PREFIX = "/api/v1/vetting"

router = APIRouter(prefix=PREFIX, tags=["vetting"], dependencies=[Depends(require_known_parameters)])

# What is no identifier is answered as one that nothing has.
NOBODYS = UUID(int=0)
IdPath = Annotated[str, Path(max_length=40, json_schema_extra={"format": "uuid"})]
Reader = Annotated[Actor, Depends(permitted("evaluator.read_dossier", about_a_subject=True))]
Submitting = Annotated[ChangeOnce, changing_once("application.submit")]
Assessing = Annotated[ChangeOnce, changing_once("application.assess")]
Deciding = Annotated[ChangeOnce, changing_once("application.decide")]


def read_id(text: str) -> UUID:
    return read_uuid(text) or NOBODYS


@router.post("/applications", status_code=201, response_model=ApplicationOut, openapi_extra=documented(ApplicationIn))
def open_application(change: Submitting, given: Annotated[ApplicationIn, Depends(body_of(ApplicationIn))]) -> Response:
    """A draft for scope items. Handed in by its step `submit`, with a version of the dossier."""

    def work(session: Any, actor: Actor) -> ApplicationOut:
        evaluator = get_evaluator(session, given.evaluator)
        return application_out(
            application_service.open_application(session, actor, evaluator, given.scopes(), change.now)
        )

    return change(given, work)


@router.get("/applications")
def list_applications(
    asking: Reader,
    session: ReadSessionDep,
    now: NowDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Applications of a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> ApplicationListOut:
    """Applications that your roles reach, the newest first. A page may have fewer than were asked for."""
    after = None if cursor is None else decode_row_cursor(cursor)
    found = application_queries.list_applications(session, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        key = encode_row_cursor(found[limit - 1].created_at, found[limit - 1].id)
        following = f"{PREFIX}/applications?limit={limit}&cursor={key}"
    records = application_queries.records(session, found[:limit], now)
    lines = [application_line_out(each) for each in records if _is_visible(session, asking, each, now)]
    return ApplicationListOut(applications=lines, next=following)


def _is_visible(session: Any, asking: Actor, record: ApplicationRecord, now: datetime) -> bool:
    return bool(reaches(session, asking, Permission.EVALUATOR_READ_DOSSIER, record.evaluator, now))


def _visible(session: Any, asking: Actor, application_id: str, now: datetime) -> ApplicationRecord:
    """Raises ApplicationNotFound, also for one that the actor's roles do not reach."""
    found = application_queries.get_application(session, read_id(application_id), now)
    if not _is_visible(session, asking, found, now):
        raise ApplicationNotFound("There is no application under this identifier.")
    return found


@router.get("/applications/{application_id}")
def show_application(asking: Reader, application_id: IdPath, session: ReadSessionDep, now: NowDep) -> ApplicationOut:
    """Items, steps, findings with their answers, and what assessors established."""
    return application_out(_visible(session, asking, application_id, now))


@router.get("/applications/{application_id}/requirements")
def show_requirements(asking: Reader, application_id: IdPath, session: ReadSessionDep, now: NowDep) -> RequirementsOut:
    """Each requirement of the standard with its outcome, the facts it rests on, and those that are not known."""
    record = _visible(session, asking, application_id, now)
    return requirements_out(requirements_service.evaluate(session, record, now))


@router.post("/applications/{application_id}/steps", response_model=ApplicationOut, openapi_extra=documented(StepIn))
def take_applicants_step(
    change: Submitting, application_id: IdPath, given: Annotated[StepIn, Depends(body_of(StepIn))]
) -> Response:
    """Of the applicant: submit, answer_findings, withdraw."""
    return _step(change, application_id, given)


@router.post(
    "/applications/{application_id}/assessment", response_model=ApplicationOut, openapi_extra=documented(StepIn)
)
def take_officers_step(
    change: Assessing, application_id: IdPath, given: Annotated[StepIn, Depends(body_of(StepIn))]
) -> Response:
    """Of an officer: accept, assess, raise_findings, conclude, lapse."""
    return _step(change, application_id, given)


def _step(change: ChangeOnce, application_id: str, given: StepIn) -> Response:
    return change(
        given,
        lambda session, actor: application_out(
            application_service.take_step(session, actor, read_id(application_id), given.wanted(), change.now)
        ),
        status=200,
    )


@router.post("/applications/{application_id}/facts", response_model=ApplicationOut, openapi_extra=documented(FactsIn))
def establish_facts(
    change: Assessing, application_id: IdPath, given: Annotated[FactsIn, Depends(body_of(FactsIn))]
) -> Response:
    """What an assessor found out, by the names that the requirements have for it."""
    return change(
        given,
        lambda session, actor: application_out(
            application_service.establish(session, actor, read_id(application_id), given.established(), change.now)
        ),
        status=200,
    )


@router.post(
    "/applications/{application_id}/decision",
    status_code=201,
    response_model=DecidedOut,
    openapi_extra=documented(VerdictIn),
)
def decide_application(
    change: Deciding, application_id: IdPath, given: Annotated[VerdictIn, Depends(body_of(VerdictIn))]
) -> Response:
    """Grant, grant in part or refuse, by a person who took no part in the assessment."""

    def work(session: Any, actor: Actor) -> DecidedOut:
        verdict = given.decision()
        return decided_out(
            *application_service.decide_application(session, actor, read_id(application_id), verdict, change.now)
        )

    return change(given, work)
