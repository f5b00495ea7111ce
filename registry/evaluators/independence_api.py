"""JSON routes for who vets: independence of an engagement's parties, and registered names that look alike."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from registry.accounts.permissions import Actor, Permission
from registry.deps import NowDep, ReadSessionDep, permitted
from registry.evaluators import candidates_service, independence_service
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.exclusion_errors import QuestionRejected
from registry.evaluators.exclusion_service import window_of
from registry.evaluators.independence_service import Parties, read_party
from registry.evaluators.independence_wire import IndependenceOut, NamesOut, independence_out, name_out
from registry.evaluators.qualification_api import KnownAtDep, ValidAtDep
from registry.evaluators.vetting_reach_service import require
from registry.request_rules import require_known_parameters

router = APIRouter(tags=["independence"], dependencies=[Depends(require_known_parameters)])

CodePath = Annotated[str, Path(max_length=16, description="Code of an evaluator, as ev-000001.")]
Asking = Annotated[Actor, Depends(permitted("eligibility.read", about_a_subject=True))]
Vetting = Annotated[Actor, Depends(permitted("application.assess", about_a_subject=True))]
_HOW = "An evaluator's code, a credit code, or the reference of a region."
Party = Annotated[str | None, Query(max_length=100, description=f"{_HOW} Left out: not known.")]


@dataclass(frozen=True, slots=True)
class Times:
    """Of a question: valid_at has no default, known is now where nothing else is said."""

    valid_at: date
    known: datetime
    now: datetime


def asked_times(valid_at: ValidAtDep, known: KnownAtDep, now: NowDep) -> Times:
    return Times(valid_at, known, now)


def asked_parties(
    session: ReadSessionDep,
    subject: Annotated[
        list[str], Query(min_length=1, max_length=50, description=f"Everybody whose targets are scored. {_HOW}")
    ],
    commissioner: Party = None,
    payer: Party = None,
    bidder: Annotated[
        list[str] | None, Query(max_length=50, description="Others who bid; `none`: nobody. Left out: not known.")
    ] = None,
    implementer: Annotated[
        list[str] | None, Query(max_length=50, description=f"Who builds or runs what is assessed. {_HOW}")
    ] = None,
) -> Parties:
    def one(text: str | None, name: str) -> str | None:
        return None if text is None else read_party(session, text, name)

    def several(texts: list[str], name: str) -> tuple[str, ...]:
        return tuple(read_party(session, each, name) for each in texts)

    return Parties(
        several(subject, "subject"),
        one(commissioner, "commissioner"),
        one(payer, "payer"),
        None if bidder is None else several([each for each in bidder if each != "none"], "bidder"),
        several(implementer or [], "implementer"),
    )


TimesDep = Annotated[Times, Depends(asked_times)]
PartiesDep = Annotated[Parties, Depends(asked_parties)]


@router.get("/api/v1/evaluators/{code}/independence")
def show_independence(
    code: CodePath,
    asking: Asking,
    session: ReadSessionDep,
    times: TimesDep,
    parties: PartiesDep,
    until: Annotated[date | None, Query(description="First day after the work; default: one day.")] = None,
) -> IndependenceOut:
    """Whether the evaluator is independent of the parties, each check with its facts, and control with its paths.

    What is not known is unknown, never a pass.
    """
    evaluator = get_evaluator(session, code)
    require(session, asking, Permission.ELIGIBILITY_READ, evaluator, times.now)
    window = window_of(times.valid_at, until)
    return independence_out(evaluator, independence_service.assess(session, evaluator, parties, window, times.known))


@router.get("/api/v1/vetting/candidates")
def list_candidates(
    asking: Vetting,
    session: ReadSessionDep,
    times: TimesDep,
    name: Annotated[str | None, Query(min_length=1, max_length=200, description="A name.")] = None,
    evaluator: Annotated[str | None, Query(max_length=16, description="Instead: all names of this evaluator.")] = None,
) -> NamesOut:
    """Registered names that look like a name, or like the names of an evaluator, for a person to judge."""
    if (name is None) == (evaluator is None):
        raise QuestionRejected("Give either name or evaluator.")
    if evaluator is not None:
        found = get_evaluator(session, evaluator)
        require(session, asking, Permission.APPLICATION_ASSESS, found, times.now)
        answers = candidates_service.of_evaluator(session, found, times.valid_at, times.known)
    else:
        answers = (candidates_service.of_name(session, name or "", times.valid_at, times.known),)
    return NamesOut(valid_at=times.valid_at, known_at=times.known, names=[name_out(each) for each in answers])
