"""JSON routes for judgements about evaluators: names that look like another's, and signs of a succession."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.accounts.permissions import Actor, Permission
from registry.changing_once import ChangeOnce, changing_once
from registry.deps import NowDep, ReadSessionDep, permitted
from registry.evaluators import name_queries, name_service, phoenix_service
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.judgement_wire import (
    HeldNameListOut,
    HeldNameOut,
    NameJudgementIn,
    SuccessionJudgementIn,
    SuccessionJudgementOut,
    SuccessionListOut,
    held_name_out,
    succession_judgement_out,
    succession_out,
)
from registry.evaluators.phoenix_queries import names_of_persons
from registry.evaluators.qualification_api import KnownAtDep
from registry.evaluators.vetting_reach_service import reaches, require
from registry.json_bodies import body_of, documented
from registry.keyset import decode_cursor, encode_cursor
from registry.request_rules import require_known_parameters

PREFIX = "/api/v1/vetting"

router = APIRouter(prefix=PREFIX, tags=["vetting"], dependencies=[Depends(require_known_parameters)])

CodePath = Annotated[str, Path(max_length=16, description="Code of an evaluator, as ev-000001.")]
NumberPath = Annotated[int, Path(ge=1, le=2**31, description="Of a held name.")]
OfNames = Annotated[Actor, Depends(permitted("evaluator.judge_name", about_a_subject=True))]
JudgingNames = Annotated[ChangeOnce, changing_once("evaluator.judge_name")]
OfSuccessions = Annotated[Actor, Depends(permitted("evaluator.judge_succession", about_a_subject=True))]
JudgingSuccessions = Annotated[ChangeOnce, changing_once("evaluator.judge_succession")]


@router.get("/names")
def list_held_names(
    asking: OfNames,
    session: ReadSessionDep,
    now: NowDep,
    waiting: Annotated[bool, Query(description="Only those of which nobody has judged.")] = True,
    limit: Annotated[int, Query(ge=1, le=1000, description="Names of a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> HeldNameListOut:
    """Names that are kept from the public, with the known names that they look like, for a person to judge.

    A page may have fewer than were asked for: only evaluators that your roles reach are shown.
    """
    after = 0 if cursor is None else decode_cursor(cursor, int)[0]
    found = name_queries.list_holds(session, limit=limit + 1, after=after, is_waiting=waiting)
    following = None
    if len(found) > limit:
        asked = {"waiting": str(waiting).lower(), "limit": limit, "cursor": encode_cursor(found[limit - 1].hold.number)}
        following = f"{PREFIX}/names?{urlencode(asked)}"
    shown = [
        held_name_out(each)
        for each in found[:limit]
        if reaches(session, asking, Permission.EVALUATOR_JUDGE_NAME, each.evaluator, now)
    ]
    return HeldNameListOut(names=shown, next=following)


@router.post(
    "/names/{number}/judgements",
    status_code=201,
    response_model=HeldNameOut,
    openapi_extra=documented(NameJudgementIn),
)
def judge_name(
    number: NumberPath, change: JudgingNames, given: Annotated[NameJudgementIn, Depends(body_of(NameJudgementIn))]
) -> Response:
    """distinct: the name is public from now on. same: it is refused, and stays hidden. The last judgement counts."""
    return change(
        given,
        lambda session, actor: held_name_out(name_service.judge(session, actor, number, given.opinion(), change.now)),
    )


@router.get("/evaluators/{code}/successions")
def list_successions(
    code: CodePath, asking: OfSuccessions, session: ReadSessionDep, known: KnownAtDep, now: NowDep
) -> SuccessionListOut:
    """What shows that the evaluator may be a body that was barred or lost its qualification, for a person to judge.

    That two dossiers name a person by one name is a sign, and no proof.
    """
    evaluator = get_evaluator(session, code)
    require(session, asking, Permission.EVALUATOR_JUDGE_SUCCESSION, evaluator, now)
    found = phoenix_service.successions(session, evaluator, known)
    persons = names_of_persons(session, evaluator)
    shown = [succession_out(each, persons) for each in found]
    return SuccessionListOut(evaluator=evaluator.code, known_at=known, successions=shown)


@router.post(
    "/evaluators/{code}/successions/judgements",
    status_code=201,
    response_model=SuccessionJudgementOut,
    openapi_extra=documented(SuccessionJudgementIn),
)
def judge_succession(
    code: CodePath,
    change: JudgingSuccessions,
    given: Annotated[SuccessionJudgementIn, Depends(body_of(SuccessionJudgementIn))],
) -> Response:
    """distinct: another body, as far as was seen. successor: the same one. Never by the registry itself."""

    def work(session: Any, actor: Actor) -> SuccessionJudgementOut:
        evaluator = get_evaluator(session, code)
        return succession_judgement_out(phoenix_service.judge(session, actor, evaluator, given.opinion(), change.now))

    return change(given, work)
