"""JSON routes of evaluators: apply, list, show, the dossier and its versions, evidence, erasure of a person's name."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from registry.accounts.permissions import Actor, Permission
from registry.deps import Change, NowDep, ReadSessionDep, changing, permitted
from registry.evaluators import dossier_queries as queries
from registry.evaluators import dossier_service, evidence_service
from registry.evaluators.asked_times import read_known_at, read_valid_at
from registry.evaluators.dossier_doubts_service import region_doubts
from registry.evaluators.dossier_errors import DossierChanged, DossierNotNamed, EvidenceRejected, NameQuestionRejected
from registry.evaluators.dossier_queries import Search, get_evaluator
from registry.evaluators.dossier_service import Submission, Taken
from registry.evaluators.dossier_wire import (
    DossierOut,
    ErasureIn,
    EvaluatorListOut,
    EvaluatorOut,
    EvidenceListOut,
    EvidenceOut,
    PersonOut,
    WholeDossierOut,
    dossier_out,
    evaluator_out,
    evidence_out,
    named_out,
    person_out,
    whole_dossier_out,
)
from registry.evaluators.name_queries import named, names_of
from registry.evaluators.name_sight import sight_of
from registry.evaluators.vetting_reach_service import require
from registry.file_forms import documented_file, file_of_form
from registry.json_bodies import body_of, documented, documented_object, object_of
from registry.keyset import decode_cursor, encode_cursor
from registry.request_rules import require_known_parameters
from registry.standards.draft_errors import DraftChanged, DraftNotNamed
from registry.standards.preconditions import IfMatch, read_if_match
from registry.validity import legal_day

PREFIX = "/api/v1/evaluators"
_READ_FIRST = "Read the dossier and send its ETag, which holds the digest of its content, as If-Match."
_DOCUMENT = documented_object("By schemas/evaluator.v1.json.")
_FILE = documented_file("PDF, PNG or JPEG; at most 20 MiB.")

router = APIRouter(prefix=PREFIX, tags=["evaluators"], dependencies=[Depends(require_known_parameters)])


def if_match(
    request: Request,
    _shown: Annotated[
        str | None, Header(alias="If-Match", description="The ETag of what was read; entity tags, and not `*`.")
    ] = None,
) -> IfMatch:
    try:
        return read_if_match(request.headers.getlist("if-match"))
    except DraftNotNamed as error:
        raise DossierNotNamed(f"The heading If-Match is missing. {_READ_FIRST}") from error
    except DraftChanged as error:
        raise DossierChanged(f"If-Match does not name a version of the dossier. {_READ_FIRST}") from error


CodePath = Annotated[str, Path(max_length=16, description="As ev-000001.")]
DocumentDep = Annotated[dict[str, Any], Depends(object_of("dossier"))]
FileDep = Annotated[tuple[str, bytes], Depends(file_of_form(EvidenceRejected))]
IfMatchDep = Annotated[IfMatch, Depends(if_match)]
KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="The same key with the same dossier gets the same answer; with another one it is refused.",
    ),
]
PublicReader = Annotated[Actor, Depends(permitted("evaluator.read"))]
Reader = Annotated[Actor, Depends(permitted("evaluator.read_dossier", about_a_subject=True))]
Applying = Annotated[Change, changing("evaluator.apply")]
Submitting = Annotated[Change, changing("application.submit")]
Erasing = Annotated[Change, changing("evaluator.erase_person")]


def _answered(taken: Taken, response: Response) -> DossierOut:
    response.headers["etag"] = f'"{taken.version.sha256}"'
    if taken.is_replayed:
        response.headers["idempotency-replayed"] = "true"
    return dossier_out(taken.evaluator, taken.version)


@router.post("", status_code=201, openapi_extra=_DOCUMENT)
def apply(change: Applying, document: DocumentDep, response: Response, key: KeyHeader = None) -> DossierOut:
    """A new evaluator by its dossier. Everything that is wrong is told at once, and then nothing is saved."""
    taken = change(lambda session, actor: dossier_service.apply(session, actor, Submission(document, key), change.now))
    response.headers["location"] = f"{PREFIX}/{taken.evaluator.code}"
    return _answered(taken, response)


@dataclass(frozen=True, slots=True)
class AskedName:
    """A whole name, and the two times that it is asked for."""

    name: str
    valid_at: date
    known_at: datetime


def asked_search(
    asking: PublicReader,
    q: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Part of a name, also a former one.")
    ] = None,
    credit_code: Annotated[str | None, Query(max_length=18, description="All 18 characters.")] = None,
) -> Search:
    return Search(q, credit_code, sight_of(asking))


def asked_name(
    now: NowDep,
    name: Annotated[
        str | None, Query(min_length=1, max_length=200, description="A whole name, also a former one; with `valid_at`.")
    ] = None,
    valid_at: Annotated[str | None, Query(max_length=40, description="With `name`: the day, or an instant.")] = None,
    known_at: Annotated[str | None, Query(max_length=40, description="With `name`: default now.")] = None,
) -> AskedName | None:
    """Raises NameQuestionRejected for a name without its day, and for a day without a name; TimeRejected."""
    if (name is None) != (valid_at is None) or (name is None and known_at is not None):
        message = "Give name and valid_at together: bodies change their names. known_at goes with both."
        raise NameQuestionRejected(message)
    if name is None or valid_at is None:
        return None
    return AskedName(name, read_valid_at(valid_at), read_known_at(known_at, now))


@router.get("")
def list_evaluators(
    session: ReadSessionDep,
    search: Annotated[Search, Depends(asked_search)],
    asked: Annotated[AskedName | None, Depends(asked_name)],
    limit: Annotated[int, Query(ge=1, le=1000, description="Evaluators of a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> EvaluatorListOut:
    """Evaluators with their dated names, by code. Several may have had one name: none is picked silently.

    By `name`: everybody who bears it on the day or bore it before, in one page, with the legal name of the day.
    """
    if asked is not None:
        if search.text is not None or search.credit_code is not None or cursor is not None:
            raise NameQuestionRejected("name is asked alone, without q, credit_code and cursor.")
        return named_out(named(session, asked.name, asked.valid_at, asked.known_at, search.sight), search.sight)
    after = 0 if cursor is None else decode_cursor(cursor, int)[0]
    found = queries.list_evaluators(session, search, limit=limit + 1, after=after)
    names = names_of(session, found[:limit])
    following = None
    if len(found) > limit:
        told = {"q": search.text, "credit_code": search.credit_code, "limit": limit}
        told["cursor"] = encode_cursor(found[limit - 1].number)
        following = f"{PREFIX}?{urlencode({name: each for name, each in told.items() if each is not None})}"
    evaluators = [evaluator_out(each, names[each.id], search.sight) for each in found[:limit]]
    return EvaluatorListOut(evaluators=evaluators, next=following, valid_at=None, known_at=None)


@router.get("/{code}")
def show_evaluator(code: CodePath, asking: PublicReader, session: ReadSessionDep) -> EvaluatorOut:
    """What is public: names, credit code, legal form, region. What it is qualified for is under /status."""
    evaluator = get_evaluator(session, code)
    return evaluator_out(evaluator, names_of(session, [evaluator])[evaluator.id], sight_of(asking))


@router.get("/{code}/dossier")
def get_dossier(
    code: CodePath,
    asking: Reader,
    session: ReadSessionDep,
    now: NowDep,
    response: Response,
    number: Annotated[int | None, Query(ge=1, le=2**31, description="Of a version; default: the newest.")] = None,
) -> WholeDossierOut:
    """A version of the dossier with the names of persons, as far as they are not erased."""
    evaluator = get_evaluator(session, code)
    require(session, asking, Permission.EVALUATOR_READ_DOSSIER, evaluator, now)
    version = queries.get_version(session, evaluator, number)
    response.headers["etag"] = f'"{version.sha256}"'
    doubts = region_doubts(session, queries.document_of(version), legal_day(version.submitted_at))
    return whole_dossier_out(evaluator, version, queries.list_persons(session, evaluator.id), doubts)


@router.put("/{code}/dossier", openapi_extra=_DOCUMENT)
def save_dossier(
    code: CodePath,
    change: Submitting,
    seen: IfMatchDep,
    document: DocumentDep,
    response: Response,
    key: KeyHeader = None,
) -> DossierOut:
    """The next version of what was read. Declarations may be ended, and never removed."""

    def work(session: Any, actor: Actor) -> Taken:
        evaluator = get_evaluator(session, code)
        expected = seen.expected(evaluator.dossier_sha256)
        return dossier_service.save(session, actor, evaluator, Submission(document, key), expected, change.now)

    return _answered(change(work), response)


@router.post("/{code}/evidence", status_code=201, openapi_extra=_FILE)
def hand_in_evidence(code: CodePath, change: Submitting, file: FileDep, response: Response) -> EvidenceOut:
    """A file, which the dossier then names by its digest. The type is told by the content."""
    name, content = file

    def work(session: Any, actor: Actor) -> EvidenceOut:
        evaluator = get_evaluator(session, code)
        return evidence_out(evidence_service.hand_in(session, actor, evaluator, name, content, change.now))

    made = change(work)
    response.headers["location"] = f"{PREFIX}/{code}/evidence/{made.sha256}"
    return made


@router.get("/{code}/evidence")
def list_evidence(code: CodePath, asking: Reader, session: ReadSessionDep, now: NowDep) -> EvidenceListOut:
    """The files that were handed in for the evaluator, the oldest first."""
    found = evidence_service.list_files(session, asking, get_evaluator(session, code), now)
    return EvidenceListOut(evidence=[evidence_out(each) for each in found])


@router.get("/{code}/evidence/{sha256}", response_class=Response, response_model=None)
def get_evidence(
    code: CodePath,
    sha256: Annotated[str, Path(max_length=64)],
    asking: Reader,
    session: ReadSessionDep,
    now: NowDep,
) -> Response:
    """A file, byte for byte, as something to keep and not to show."""
    evaluator = get_evaluator(session, code)
    evidence, content = evidence_service.read_file(session, asking, evaluator, sha256, now)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(evidence.file.name, safe='')}",
        "etag": f'"{sha256}"',
    }
    return Response(content, headers=headers, media_type=evidence.content.media_type)


@router.post("/{code}/persons/{person}/erasure", openapi_extra=documented(ErasureIn))
def erase_person(
    code: CodePath,
    person: Annotated[str, Path(max_length=40, description="As the dossier calls the person.")],
    change: Erasing,
    wanted: Annotated[ErasureIn, Depends(body_of(ErasureIn))],
) -> PersonOut:
    """The name of a person goes for good. What the dossiers say of the id stays."""

    def work(session: Any, actor: Actor) -> PersonOut:
        evaluator = get_evaluator(session, code)
        return person_out(dossier_service.erase_person(session, actor, evaluator, person, wanted.reason, change.now))

    return change(work)
