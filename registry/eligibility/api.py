"""JSON routes of eligibility: ask, store the answer, replay it, decide beside it, look at what changed since."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.accounts.permissions import Actor, Permission
from registry.answered_requests import answer_once
from registry.canonical import canonical_json, digest
from registry.deps import Change, KeyHeader, NowDep, ReaderDep, ReadSessionDep, changing, permitted, response_of
from registry.eligibility import (
    affected_service,
    check_service,
    kept_answers_service,
    kept_responses_service,
    override_service,
)
from registry.eligibility.affected_service import Opinion
from registry.eligibility.asking import Tuple, Written, window_of
from registry.eligibility.attestation_api import OpenIssuer, open_issuer
from registry.eligibility.kept_responses_api import KeptRoute, LookedDep
from registry.eligibility.override_service import Otherwise
from registry.eligibility.question import RiskClass
from registry.eligibility.question_wire import QuestionIn
from registry.eligibility.reach_service import reaches, require, require_check
from registry.eligibility.wire import (
    AffectedListOut,
    AffectedOut,
    CheckOut,
    ChecksOut,
    OneAnswerOut,
    OverrideIn,
    OverrideOut,
    ReplayOut,
    ReviewIn,
    affected_out,
    check_document,
    line_out,
    one_answer_body,
    override_out,
    replay_out,
)
from registry.evaluators.asked_times import read_known_at, read_valid_at
from registry.json_bodies import body_of, documented
from registry.keyset import decode_row_cursor, encode_row_cursor
from registry.request_rules import require_known_parameters
from registry.resending import Answer, Claim

PREFIX = "/api/v1"
_SCOPE = f"POST {PREFIX}/eligibility-checks"
_JSON = "application/json"
_MOST_MARKS = 100

_OF_ALL: dict[str, Any] = {
    "prefix": PREFIX, "tags": ["eligibility"], "dependencies": [Depends(require_known_parameters)]
}  # fmt: skip
router = APIRouter(**_OF_ALL)
# Of the one route that is asked most: the application has it before all others.
most_asked = APIRouter(**_OF_ALL, route_class=KeptRoute)

Asking = Annotated[Actor, Depends(permitted("eligibility.read", about_a_subject=True))]
Reviewing = Annotated[Actor, Depends(permitted("eligibility.review", about_a_subject=True))]
Text = Annotated[str, Query(min_length=1, max_length=150)]
Party = Annotated[str | None, Query(max_length=100, description="A credit code, an evaluator's code or a region.")]
Parties = Annotated[list[str] | None, Query(max_length=50, description="As the others; repeatable.")]
Instant = Annotated[str | None, Query(max_length=40, description="As 2026-04-15T01:30:00Z; default: now.")]
CodePath = Annotated[str, Path(max_length=20, description="Of a stored check, as ec-000001.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries of a page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")]


async def asked_scope(
    domain: Text,
    region: Text,
    evaluation_type: Annotated[str, Query(alias="type", min_length=1, max_length=100)],
    standard: Annotated[str, Query(min_length=1, max_length=150, description="ID@VERSION, or an ID.")],
    level: Annotated[str | None, Query(max_length=100, description="Of the subject; default: the region's.")] = None,
) -> Tuple:
    return Tuple(domain, region, evaluation_type, standard, level)


async def asked_window(
    first: Annotated[str | None, Query(alias="from", max_length=40, description="First day of the work.")] = None,
    until: Annotated[str | None, Query(alias="to", max_length=40, description="First day after it.")] = None,
    valid_at: Annotated[
        str | None, Query(max_length=40, description="In place of both: one day, or an instant of it.")
    ] = None,
) -> Any:
    days = (None if each is None else read_valid_at(each) for each in (valid_at, first, until))
    return window_of(*days)


async def asked_parties(
    subject: Parties = None, commissioner: Party = None, payer: Party = None, other_bidder: Parties = None,
    implementer: Parties = None,
) -> dict[str, Any]:  # fmt: skip
    """`other_bidder=none`: nobody else bids; left out: not known."""
    bidders = None if other_bidder is None else tuple(each for each in other_bidder if each != "none")
    return {
        "subjects": tuple(subject or ()), "commissioner": commissioner, "payer": payer, "other_bidders": bidders,
        "implementers": tuple(implementer or ()),
    }  # fmt: skip


async def asked_more(
    engagement: Annotated[
        str | None, Query(max_length=40, description="The one under way that is asked about.")
    ] = None,
    lists: Annotated[list[str] | None, Query(alias="list", max_length=50, description="Only these lists.")] = None,
    tender: Annotated[str | None, Query(max_length=500, description="Clause of the tender document.")] = None,
    name: Annotated[list[str] | None, Query(max_length=20, description="Of a body that is not registered.")] = None,
) -> dict[str, Any]:
    return {
        "engagement": engagement, "lists": None if lists is None else tuple(lists), "tender": tender,
        "names": tuple(name or ()),
    }  # fmt: skip


async def asked_question(
    evaluator: Annotated[str, Query(min_length=1, max_length=40, description="A code, or a credit code.")],
    scope: Annotated[Tuple, Depends(asked_scope)],
    window: Annotated[Any, Depends(asked_window)],
    parties: Annotated[dict[str, Any], Depends(asked_parties)],
    more: Annotated[dict[str, Any], Depends(asked_more)],
    risk_class: Annotated[RiskClass, Query(description="Of the work, which sets the floor of the score.")] = (
        RiskClass.NORMAL
    ),
) -> Written:
    return Written(evaluator, (scope,), window, risk_class=risk_class, **parties, **more)


QuestionDep = Annotated[Written, Depends(asked_question)]
IssuerDep = Annotated[OpenIssuer, Depends(open_issuer)]


@most_asked.get("/eligibility", response_model=OneAnswerOut)
def ask(
    asking: Asking,
    read: ReaderDep,
    question: QuestionDep,
    now: NowDep,
    looked: LookedDep,
    known_at: Instant = None,
) -> Response:
    """Whether an evaluator is eligible, rule by rule, with the facts. Nothing is stored; not eligible is 200."""
    known = read_known_at(known_at, now)

    def look(session: Any) -> bytes:
        require(session, asking, Permission.ELIGIBILITY_READ, [question])
        found = kept_answers_service.ask(session, question, known)
        if looked is not None and known_at is None:
            kept_responses_service.keep(session, looked, asking, found, now)
        return found.content

    return Response(one_answer_body(read(look), known, now), media_type=_JSON)


@router.post("/eligibility-checks", status_code=201, response_model=CheckOut, openapi_extra=documented(QuestionIn))
def store(
    change: Annotated[Change, changing("eligibility.check")],
    given: Annotated[QuestionIn, Depends(body_of(QuestionIn))],
    key: KeyHeader = None,
) -> Response:
    """Ask, and keep the answer as it is given: it can be replayed for ever. With several members, of a consortium."""
    claim = Claim(f"{_SCOPE} {change.asking.log_name}", key, digest(given.model_dump(mode="json", by_alias=True)))
    parts, known_at = given.parts(), read_known_at(given.known_at, change.now)

    def work(session: Any, actor: Actor) -> Answer:
        def act() -> Answer:
            require(session, actor, Permission.ELIGIBILITY_CHECK, parts)
            made = check_service.store(session, actor, parts, known_at, change.now)
            body = canonical_json(check_document(made, (), ())).decode()
            return Answer(201, body, f"{PREFIX}/eligibility-checks/{made.code}")

        return answer_once(session, claim, change.now, act)

    return response_of(change(work))


@router.get("/eligibility-checks")
def list_checks(
    asking: Asking,
    session: ReadSessionDep,
    evaluator: Annotated[str | None, Query(max_length=40, description="Code, or the credit code asked about.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ChecksOut:
    """Stored checks, the newest first.

    A page may have fewer than were asked for: only those that your roles reach are shown.
    """
    before = None if cursor is None else decode_row_cursor(cursor)
    found = check_service.list_checks(session, evaluator=evaluator, limit=limit + 1, before=before)
    page = found[:limit]
    shown = [each for each in page if reaches(session, asking, Permission.ELIGIBILITY_READ, each)]
    waiting = affected_service.needing_review(session, shown)
    following = encode_row_cursor(page[-1].stored_at, page[-1].id) if len(found) > limit else None
    return ChecksOut(checks=[line_out(each, each.id in waiting) for each in shown], next=following)


@router.get("/eligibility-checks/affected")
def list_affected(
    asking: Reviewing,
    session: ReadSessionDep,
    check: Annotated[str | None, Query(max_length=20, description="Only of this check.")] = None,
    waiting: Annotated[bool, Query(description="Only those that an officer has to look at.")] = True,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AffectedListOut:
    """Stored checks whose answers would be others by what was recorded since, the newest mark first.

    A page may have fewer than were asked for: only those that your roles reach are shown.
    """
    about = None if check is None else check_service.get_check(session, check)
    before = None if cursor is None else decode_row_cursor(cursor)
    found = affected_service.list_affected(session, limit=limit + 1, before=before, check=about, waiting=waiting)
    page = found[:limit]
    shown = [each for each in page if reaches(session, asking, Permission.ELIGIBILITY_REVIEW, each.check)]
    following = encode_row_cursor(page[-1].row.found_at, page[-1].row.id) if len(found) > limit else None
    return AffectedListOut(checks=[affected_out(each) for each in shown], next=following)


@router.post("/eligibility-checks/affected/{affected_id}/review", openapi_extra=documented(ReviewIn))
def review(
    affected_id: Annotated[str, Path(max_length=40, description="Identifier of the mark.")],
    change: Annotated[Change, changing("eligibility.review")],
    given: Annotated[ReviewIn, Depends(body_of(ReviewIn))],
) -> AffectedOut:
    """An officer has looked at a mark: the award stands, was asked about again, or is questioned."""

    def work(session: Any, actor: Actor) -> AffectedOut:
        opinion = Opinion(given.outcome, given.reason)
        return affected_out(affected_service.review(session, actor, affected_id, opinion, change.now))

    return change(work)


@router.get("/eligibility-checks/{code}", response_model=CheckOut)
def show(code: CodePath, asking: Asking, session: ReadSessionDep) -> Response:
    """As it was answered, with what an officer decided beside it and what came up since."""
    found = check_service.get_check(session, code)
    require_check(session, asking, Permission.ELIGIBILITY_READ, found)
    overrides = override_service.list_overrides(session, found)
    marks = affected_service.list_affected(session, limit=_MOST_MARKS, check=found)
    return Response(canonical_json(check_document(found, overrides, marks)), media_type=_JSON)


@router.get("/eligibility-checks/{code}/replay")
def replay(code: CodePath, asking: Asking, session: ReadSessionDep, now: NowDep, known_at: Instant = None) -> ReplayOut:
    """The same question by the same policy: by what was known then, or at another instant, rule by rule."""
    found = check_service.get_check(session, code)
    require_check(session, asking, Permission.ELIGIBILITY_READ, found)
    at: datetime | None = None if known_at is None else read_known_at(known_at, now)
    return replay_out(found, check_service.replay(session, found, at))


@router.post("/eligibility-checks/{code}/overrides", status_code=201, openapi_extra=documented(OverrideIn))
def decide_otherwise(
    code: CodePath,
    change: Annotated[Change, changing("eligibility.override")],
    given: Annotated[OverrideIn, Depends(body_of(OverrideIn))],
    issuer: IssuerDep,
) -> OverrideOut:
    """An officer's own decision, signed, with its legal basis. The verdict stays as it is."""

    def work(session: Any, actor: Actor) -> OverrideOut:
        found = check_service.get_check(session, code)
        wanted = Otherwise(given.verdict, given.reason, given.legal_basis)
        made = override_service.override(session, actor, found, wanted, issuer(session), change.now)
        return override_out(made)

    return change(work)
