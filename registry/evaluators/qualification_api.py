"""JSON routes of what evaluators are entitled to: status, history, and decisions on scope items."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.accounts.permissions import Actor
from registry.changing_once import ChangeOnce, changing_once
from registry.deps import NowDep, ReadSessionDep, permitted
from registry.evaluators import qualification_service, status_service
from registry.evaluators.asked_times import read_known_at, read_valid_at
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.qualification_wire import DecisionIn
from registry.evaluators.status_wire import (
    EvaluatorStatusOut,
    HistoryOut,
    RecordedOut,
    evaluator_status_out,
    history_out,
    recorded_out,
)
from registry.json_bodies import body_of, documented
from registry.request_rules import require_known_parameters

PREFIX = "/api/v1/evaluators"

router = APIRouter(prefix=PREFIX, tags=["qualifications"], dependencies=[Depends(require_known_parameters)])

CodePath = Annotated[str, Path(max_length=16, description="Code of an evaluator, as ev-000001.")]


def known_at(
    now: NowDep,
    known_at: Annotated[
        str | None,
        Query(max_length=40, description="As known then, as 2026-03-10T00:00:00Z (write + as %2B); default: now."),
    ] = None,
) -> datetime:
    return read_known_at(known_at, now)


def valid_at(
    valid_at: Annotated[
        str, Query(max_length=40, description="The day that is asked about, or an instant with its zone. No default.")
    ],
) -> date:
    return read_valid_at(valid_at)


KnownAtDep = Annotated[datetime, Depends(known_at)]
ValidAtDep = Annotated[date, Depends(valid_at)]


@router.get("/{code}/status", dependencies=[Depends(permitted("evaluator.read"))])
def show_status(
    code: CodePath,
    session: ReadSessionDep,
    on: ValidAtDep,
    known: KnownAtDep,
    item: Annotated[str | None, Query(max_length=40, description="Identifier or number of one scope item.")] = None,
) -> EvaluatorStatusOut:
    """What the evaluator was entitled to on a day, as known at an instant. `no_record` is an answer."""
    evaluator = get_evaluator(session, code)
    return evaluator_status_out(status_service.status(session, evaluator, on, known, item=item))


@router.get("/{code}/history", dependencies=[Depends(permitted("evaluator.read"))])
def show_history(code: CodePath, session: ReadSessionDep, known: KnownAtDep) -> HistoryOut:
    """Every event that was recorded by then, and what followed of them for each scope item on every day."""
    return history_out(status_service.history(session, get_evaluator(session, code), known))


@router.post("/{code}/decisions", status_code=201, response_model=RecordedOut, openapi_extra=documented(DecisionIn))
def decide(
    code: CodePath,
    change: Annotated[ChangeOnce, changing_once("qualification.decide")],
    given: Annotated[DecisionIn, Depends(body_of(DecisionIn))],
) -> Response:
    """Suspend, reinstate, reduce, extend, renew, withdraw, surrender, annul or correct. A grant follows an application.

    The answer names the items and days on which the status is another one now.
    """

    def work(session: Any, actor: Actor) -> RecordedOut:
        evaluator = get_evaluator(session, code)
        return recorded_out(qualification_service.decide(session, actor, evaluator, given.decision(), change.now))

    return change(given, work)
