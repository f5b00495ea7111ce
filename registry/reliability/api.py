"""JSON routes of comparisons: hand in, follow, read, page through the pairs, run again."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from registry.accounts.permissions import Actor, Permission, Subject, may
from registry.answered_requests import answer_once, find_answer
from registry.deps import KeyHeader, NowDep, ReadSessionDep, WriterDep, permitted, response_of
from registry.json_bodies import media_type
from registry.json_models import UnsupportedMediaType
from registry.keyset import decode_cursor, decode_row_cursor, encode_cursor, encode_row_cursor
from registry.recently_used import RecentlyUsed
from registry.reliability import queries
from registry.reliability.answers import PREFIX, comparison_out, dry_run_out, job_out
from registry.reliability.columns import Side
from registry.reliability.handed_in import require_single, submission_from_json, submission_from_parts
from registry.reliability.inputs import SavedComparison, comparison_of, result_json
from registry.reliability.models import Job, RecordedComparison
from registry.reliability.pair_filter import chosen, read_filter
from registry.reliability.recording_errors import JobNotFound
from registry.reliability.service import annotated_file, check_submission, run_submission
from registry.reliability.submission import CSV, JSON, PARQUET, XLSX, Submission, media_type_of
from registry.reliability.wire import (
    ComparisonListOut,
    ComparisonOut,
    DryRunOut,
    JobOut,
    PairsIn,
    PairsOut,
    ReplayOut,
)
from registry.request_rules import require_known_parameters
from registry.resending import Answer, Claim

# Findings beyond this many bytes are compared by a job: a request should not take longer than a few seconds.
SYNCHRONOUS_BYTES = 2 * 1024 * 1024
_SCOPE = f"POST {PREFIX}/comparisons"
_CACHE = "private, max-age=31536000, immutable"
_FORM = "multipart/form-data"
_MOST_FIELD_BYTES = 64 * 1024


def _bytes_of(saved: SavedComparison) -> int:
    """About what it holds in memory: the values of a document take twice its text."""
    return int(saved.pairs.memory_usage(deep=True).sum()) + 2 * len(result_json(saved.document))


# Comparisons whose pairs were asked for lately, parsed; room for four of 100,000 pairs.
PARSED: RecentlyUsed[tuple[str, str], SavedComparison] = RecentlyUsed(128 * 1024 * 1024, _bytes_of)

router = APIRouter(prefix=PREFIX, tags=["comparisons"], dependencies=[Depends(require_known_parameters)])


class Body(NamedTuple):
    """A request's body as it came: one JSON text, or the fields and files (name, content) of a form."""

    json_text: bytes | None
    fields: Mapping[str, str]
    files: Mapping[str, tuple[str, bytes]]


async def body_of(request: Request) -> Body:
    if media_type(request) == JSON:
        return Body(await request.body(), {}, {})
    if media_type(request) != _FORM:
        raise UnsupportedMediaType(
            f"Send {JSON} or {_FORM}, not {media_type(request)[:80] or 'a body without a type'}."
        )
    async with request.form(max_files=6, max_fields=6, max_part_size=_MOST_FIELD_BYTES) as form:
        items = form.multi_items()
        require_single([name for name, _ in items])
        files = {
            name: (part.filename or name, await part.read()) for name, part in items if isinstance(part, UploadFile)
        }
        return Body(None, {name: part for name, part in items if isinstance(part, str)}, files)


def submission(body: Annotated[Body, Depends(body_of)]) -> Submission:
    """A plain function, so that parsing runs in a thread and not where the body is awaited."""
    if body.json_text is not None:
        return submission_from_json(body.json_text)
    return submission_from_parts(body.fields, body.files)


def comparison_id(
    comparison_id: Annotated[
        str, Path(description="Identifier of a recorded comparison.", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    return queries.read_comparison_id(comparison_id)


def job_id(job_id: Annotated[str, Path(json_schema_extra={"format": "uuid"})]) -> UUID:
    return queries.read_job_id(job_id)


Recorder = Annotated[Actor, Depends(permitted("comparison.record"))]
READ = [Depends(permitted("comparison.read"))]
SubmissionDep = Annotated[Submission, Depends(submission)]
IdDep = Annotated[UUID, Depends(comparison_id)]
JobIdDep = Annotated[UUID, Depends(job_id)]
Limit = Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")]


@router.post(
    "/comparisons",
    status_code=201,
    response_model=ComparisonOut,
    responses={200: {"model": DryRunOut}, 202: {"model": JobOut}},
    openapi_extra={"requestBody": {"$ref": "#/components/requestBodies/Comparison"}},
)
def create_comparison(
    asking: Recorder,
    submitted: SubmissionDep,
    write: WriterDep,
    now: NowDep,
    key: KeyHeader = None,
    dry_run: Annotated[bool, Query(description="Check only: say what would be refused and record nothing.")] = False,
) -> Response:
    """Compare and record. Large inputs are compared by a job: 202 with its address."""
    if dry_run:
        return response_of(Answer(200, dry_run_out(check_submission(submitted), submitted).model_dump_json()))
    by = asking.log_name
    # Keys are the callers' own: another one's answer is none of theirs.
    claim = Claim(f"{_SCOPE} by {by}", key, submitted.sha256())
    earlier = write(lambda session: find_answer(session, claim)) if key else None
    if earlier is not None:
        return response_of(earlier)
    if len(submitted.reports.content) + len(submitted.spot_checks.content) > SYNCHRONOUS_BYTES:
        add = partial(queries.add_job, submission=submitted, now=now, actor=by, owner_id=asking.account_id)
        return response_of(write(lambda session: answer_once(session, claim, now, lambda: _accepted(add(session)))))
    record = partial(queries.record, run=run_submission(submitted), now=now, actor=by)
    return response_of(write(lambda session: answer_once(session, claim, now, lambda: _created(record(session)))))


@router.post(
    "/comparisons/annotated-file",
    responses={200: {"content": {each: {} for each in (CSV, XLSX, PARQUET)}}},
    response_model=None,
    openapi_extra={"requestBody": {"$ref": "#/components/requestBodies/Comparison"}},
)
def annotate_file(
    _asking: Recorder, submitted: SubmissionDep, side: Annotated[Side, Query(description="Which file to give back.")]
) -> Response:
    """A file of the request in its own format, each bad row with what is wrong and what to do; nothing is recorded.

    Findings that came as JSON go back as CSV, a workbook of the old format as the present one.
    """
    file = annotated_file(submitted, side)
    name = f"{side}-errors.{file.format}"
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(file.content, headers=disposition, media_type=media_type_of(name))


def _created(recorded: RecordedComparison) -> Answer:
    out = comparison_out(recorded)
    return Answer(201, out.model_dump_json(), out.links["self"])


def _accepted(job: Job) -> Answer:
    return Answer(202, job_out(job).model_dump_json(), f"{PREFIX}/jobs/{job.id}")


@router.get("/comparisons", dependencies=READ)
def list_comparisons(session: ReadSessionDep, limit: Limit = 50, cursor: Cursor = None) -> ComparisonListOut:
    """Recorded comparisons, newest first."""
    after = None if cursor is None else decode_row_cursor(cursor)
    found = queries.list_comparisons(session, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        cursor = encode_row_cursor(last.recorded_at, last.id)
        following = f"{PREFIX}/comparisons?limit={limit}&cursor={cursor}"
    return ComparisonListOut(comparisons=[comparison_out(each) for each in found[:limit]], next=following)


@router.get("/comparisons/{comparison_id}", dependencies=READ)
def get_comparison(found_id: IdDep, session: ReadSessionDep) -> ComparisonOut:
    """What was handed in, by which method and code, and where its parts are."""
    return comparison_out(queries.get_comparison(session, found_id))


@router.get(
    "/comparisons/{comparison_id}/result",
    responses={200: {"content": {JSON: {}}}},
    response_model=None,
    dependencies=READ,
)
def get_result(found_id: IdDep, session: ReadSessionDep) -> Response:
    """The result as it was recorded, byte for byte: a document by schemas/comparison.v1.json."""
    recorded = queries.get_comparison(session, found_id)
    body = queries.load_products(session, recorded).result
    return Response(body, headers={"etag": f'"{recorded.result_sha256}"', "cache-control": _CACHE}, media_type=JSON)


@router.get("/comparisons/{comparison_id}/pairs", dependencies=READ)
def list_pairs(found_id: IdDep, session: ReadSessionDep, asked: Annotated[PairsIn, Query()]) -> PairsOut:
    """The pairs behind a number of the result, in their fixed order."""
    recorded = queries.get_comparison(session, found_id)
    # Named by what it is parsed from, so that nothing kept can be out of date.
    digests = (recorded.result_sha256, recorded.pairs_sha256)
    saved = PARSED.get(digests, lambda: comparison_of(queries.load_products(session, recorded)))
    found = chosen(saved.pairs, read_filter(asked.wanted(), saved.document))
    (after,) = decode_cursor(asked.cursor, int) if asked.cursor is not None else (-1,)
    # A pair's place in the recorded order never changes, so it is the key of the paging.
    start = int(found.index.searchsorted(after, side="right"))
    page = found.iloc[start : start + asked.limit]
    following = None
    if start + asked.limit < len(found):
        query = asked.query(cursor=encode_cursor(int(page.index[-1])))
        following = f"{PREFIX}/comparisons/{found_id}/pairs?{query}"
    # A pair that is not scored has no normalised weight; JSON has no NaN.
    rows: Any = page.astype(object).where(page.notna(), None).to_dict("records")
    return PairsOut(total=len(found), pairs=rows, next=following)


@router.get(
    "/comparisons/{comparison_id}/pairs.csv",
    responses={200: {"content": {CSV: {}}}},
    response_model=None,
    dependencies=READ,
)
def get_pairs(found_id: IdDep, session: ReadSessionDep) -> Response:
    """All pairs as they were recorded, byte for byte."""
    return _csv(queries.load_products(session, queries.get_comparison(session, found_id)).pairs)


@router.get(
    "/comparisons/{comparison_id}/unpaired.csv",
    responses={200: {"content": {CSV: {}}}},
    response_model=None,
    dependencies=READ,
)
def get_unpaired(found_id: IdDep, session: ReadSessionDep) -> Response:
    """Every row that did not pair, with its reason."""
    return _csv(queries.load_products(session, queries.get_comparison(session, found_id)).unpaired)


def _csv(body: bytes) -> Response:
    return Response(body, headers={"cache-control": _CACHE}, media_type=f"{CSV}; charset=utf-8")


@router.post("/comparisons/{comparison_id}/replay", dependencies=[Depends(permitted("comparison.replay"))])
def replay_comparison(found_id: IdDep, session: ReadSessionDep) -> ReplayOut:
    """Run the comparison again from the files that were kept; nothing is recorded."""
    found = queries.replay(session, found_id)
    return ReplayOut(identical=found.is_identical, same_code=found.is_same_code, differences=list(found.differences))


@router.get("/jobs/{job_id}")
def get_job(
    asking: Annotated[Actor, Depends(permitted("job.read", about_a_subject=True))],
    found_id: JobIdDep,
    session: ReadSessionDep,
    response: Response,
) -> JobOut:
    """How far a job is; its comparison once it is done. For who handed it in, and for auditors."""
    job = queries.get_job(session, found_id)
    if not may(asking, Permission.JOB_READ, Subject(owner_id=job.owner_id)):
        # Another's job is answered as one that is not there.
        raise JobNotFound(queries.NO_JOB)
    out = job_out(job)
    if out.state in ("queued", "running"):
        response.headers["retry-after"] = "1"
    return out
