"""JSON routes of comparisons: hand in, follow, read, page through the pairs, run again."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from registry.deps import NowDep, ReadSessionDep, WriterDep
from registry.errors import Kind, Violation
from registry.keyset import decode_cursor, encode_cursor
from registry.problems import MOST_ERRORS, STATUS, error_members, members
from registry.reliability import queries
from registry.reliability.handed_in import submission_from_json, submission_from_parts
from registry.reliability.inputs import comparison_of
from registry.reliability.models import Job, RecordedComparison
from registry.reliability.pair_filter import chosen, read_filter
from registry.reliability.service import CheckedInputs, check_submission, run_submission
from registry.reliability.submission import CSV, JSON, Submission
from registry.reliability.wire import (
    ComparisonListOut,
    ComparisonOut,
    DryRunOut,
    FileOut,
    JobOut,
    PairsOut,
    ReplayOut,
    SideOut,
)

PREFIX = "/api/v1"
# Findings beyond this many bytes are compared by a job: a request should not take longer than a few seconds.
SYNCHRONOUS_BYTES = 2 * 1024 * 1024
JOB_KIND = "comparison"
_SCOPE = f"POST {PREFIX}/comparisons"
_CACHE = "private, max-age=31536000, immutable"

router = APIRouter(prefix=PREFIX, tags=["comparisons"])


class Body(NamedTuple):
    """A request's body as it came: one JSON text, or the fields and files (name, content) of a form."""

    json_text: bytes | None
    fields: Mapping[str, str]
    files: Mapping[str, tuple[str, bytes]]


async def body_of(request: Request) -> Body:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return Body(await request.body(), {}, {})
    async with request.form(max_files=6, max_fields=6, max_part_size=64 * 1024) as form:
        items = form.multi_items()
        files = {
            name: (part.filename or name, await part.read()) for name, part in items if isinstance(part, UploadFile)
        }
        return Body(None, {name: part for name, part in items if isinstance(part, str)}, files)


def submission(body: Annotated[Body, Depends(body_of)]) -> Submission:
    """A plain function, so that parsing runs in a thread and not where the body is awaited."""
    if body.json_text is not None:
        return submission_from_json(body.json_text)
    return submission_from_parts(body.fields, body.files)


SubmissionDep = Annotated[Submission, Depends(submission)]
IdPath = Annotated[UUID, Path(description="Identifier of a recorded comparison.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")]
KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="The same key with the same request gets the same answer; with another request it is refused.",
    ),
]


def _response(answer: queries.Answer) -> Response:
    headers = {"location": answer.location} if answer.location else {}
    if answer.is_replayed:
        headers["idempotency-replayed"] = "true"
    if answer.status == 202:
        headers["retry-after"] = "1"
    return Response(answer.body, answer.status, headers, media_type=JSON)


@router.post(
    "/comparisons",
    status_code=201,
    response_model=ComparisonOut,
    responses={200: {"model": DryRunOut}, 202: {"model": JobOut}},
    openapi_extra={"requestBody": {"$ref": "#/components/requestBodies/Comparison"}},
)
def create_comparison(
    submitted: SubmissionDep,
    write: WriterDep,
    now: NowDep,
    key: KeyHeader = None,
    dry_run: Annotated[bool, Query(description="Check only: say what would be refused and record nothing.")] = False,
) -> Response:
    """Compare and record. Large inputs are compared by a job: 202 with its address."""
    if dry_run:
        return _response(queries.Answer(200, dry_run_out(check_submission(submitted)).model_dump_json()))
    claim = queries.Claim(_SCOPE, key, submitted.sha256())
    earlier = write(lambda session: queries.find_answer(session, claim))
    if earlier is not None:
        return _response(earlier)
    if len(submitted.reports.content) + len(submitted.spot_checks.content) > SYNCHRONOUS_BYTES:
        return _response(
            write(
                lambda session: queries.answer_once(
                    session, claim, now, lambda: _accepted(queries.add_job(session, JOB_KIND, submitted, now))
                )
            )
        )
    run = run_submission(submitted)
    return _response(
        write(
            lambda session: queries.answer_once(
                session, claim, now, lambda: _created(queries.record(session, run, now))
            )
        )
    )


def _created(recorded: RecordedComparison) -> queries.Answer:
    out = comparison_out(recorded)
    return queries.Answer(201, out.model_dump_json(), out.links["self"])


def _accepted(job: Job) -> queries.Answer:
    return queries.Answer(202, job_out(job).model_dump_json(), f"{PREFIX}/jobs/{job.id}")


@router.get("/comparisons")
def list_comparisons(session: ReadSessionDep, limit: Limit = 50, cursor: Cursor = None) -> ComparisonListOut:
    """Recorded comparisons, newest first."""
    after = None
    if cursor is not None:
        at, identifier = decode_cursor(cursor, str, str)
        after = queries.read_key(at, identifier)
    found = queries.list_comparisons(session, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        key = encode_cursor(last.recorded_at.isoformat(), str(last.id))
        following = f"{PREFIX}/comparisons?limit={limit}&cursor={key}"
    return ComparisonListOut(comparisons=[comparison_out(each) for each in found[:limit]], next=following)


@router.get("/comparisons/{comparison_id}")
def get_comparison(comparison_id: IdPath, session: ReadSessionDep) -> ComparisonOut:
    return comparison_out(queries.get_comparison(session, comparison_id))


@router.get("/comparisons/{comparison_id}/result", responses={200: {"content": {JSON: {}}}}, response_model=None)
def get_result(comparison_id: IdPath, session: ReadSessionDep) -> Response:
    """The result as it was recorded, byte for byte: a document by schemas/comparison.v1.json."""
    recorded = queries.get_comparison(session, comparison_id)
    body = queries.load_products(session, recorded).result
    return Response(body, headers={"etag": f'"{recorded.result_sha256}"', "cache-control": _CACHE}, media_type=JSON)


@router.get("/comparisons/{comparison_id}/pairs")
def list_pairs(  # noqa: PLR0913 - each is a parameter of the address
    comparison_id: IdPath,
    session: ReadSessionDep,
    request: Request,
    limit: Limit = 100,
    cursor: Cursor = None,
    evaluator: Annotated[str, Query(max_length=200)] = "",
    criterion: Annotated[str, Query(max_length=200)] = "",
    checker: Annotated[str, Query(max_length=200)] = "",
    use: Annotated[str, Query(max_length=20)] = "",
    direction: Annotated[str, Query(max_length=20)] = "",
    outcome: Annotated[str, Query(max_length=20)] = "",
) -> PairsOut:
    """The pairs behind a number of the result, in their fixed order."""
    wanted = {"evaluator": evaluator, "criterion": criterion, "checker": checker, "use": use,
              "direction": direction, "outcome": outcome}  # fmt: skip
    recorded = queries.get_comparison(session, comparison_id)
    saved = comparison_of(queries.load_products(session, recorded))
    found = chosen(saved.pairs, read_filter({k: v for k, v in wanted.items() if v}, saved.document))
    (after,) = decode_cursor(cursor, int) if cursor is not None else (-1,)
    # A pair's place in the recorded order never changes, so it is the key of the paging.
    rest = found[found.index > after]
    page = rest.head(limit)
    following = None
    if len(rest) > limit:
        address = request.url.include_query_params(cursor=encode_cursor(int(page.index[-1])))
        following = f"{address.path}?{address.query}"
    # A pair that is not scored has no normalised weight; JSON has no NaN.
    rows = page.astype(object).where(page.notna(), None).to_dict("records")
    return PairsOut(total=len(found), pairs=rows, next=following)


@router.get("/comparisons/{comparison_id}/pairs.csv", responses={200: {"content": {CSV: {}}}}, response_model=None)
def get_pairs(comparison_id: IdPath, session: ReadSessionDep) -> Response:
    return _csv(queries.load_products(session, queries.get_comparison(session, comparison_id)).pairs)


@router.get("/comparisons/{comparison_id}/unpaired.csv", responses={200: {"content": {CSV: {}}}}, response_model=None)
def get_unpaired(comparison_id: IdPath, session: ReadSessionDep) -> Response:
    """Every row that did not pair, with its reason."""
    return _csv(queries.load_products(session, queries.get_comparison(session, comparison_id)).unpaired)


def _csv(body: bytes) -> Response:
    return Response(body, headers={"cache-control": _CACHE}, media_type=f"{CSV}; charset=utf-8")


@router.post("/comparisons/{comparison_id}/replay")
def replay_comparison(comparison_id: IdPath, session: ReadSessionDep) -> ReplayOut:
    """Run the comparison again from the files that were kept; nothing is recorded."""
    found = queries.replay(session, comparison_id)
    return ReplayOut(identical=found.is_identical, same_code=found.is_same_code, differences=list(found.differences))


@router.get("/jobs/{job_id}")
def get_job(job_id: Annotated[UUID, Path()], session: ReadSessionDep, response: Response) -> JobOut:
    """How far a job is; its comparison once it is done."""
    out = job_out(queries.get_job(session, job_id))
    if out.state in ("queued", "running"):
        response.headers["retry-after"] = "1"
    return out


def comparison_out(recorded: RecordedComparison) -> ComparisonOut:
    address = f"{PREFIX}/comparisons/{recorded.id}"
    description = recorded.description
    return ComparisonOut(
        id=recorded.id,
        recorded_at=recorded.recorded_at,
        title=recorded.title,
        method_version=recorded.method_version,
        parameters_sha256=recorded.parameters_sha256,
        code_sha256=recorded.code_sha256,
        result_sha256=recorded.result_sha256,
        files=[FileOut(role=role, **each) for role, each in description["files"].items()],
        options=description["options"],
        evaluators=recorded.evaluators,
        visits=recorded.visits,
        pairs=recorded.pairs,
        discrepancy_rate=recorded.discrepancy_rate,
        links={
            "self": address,
            "result": f"{address}/result",
            "pairs": f"{address}/pairs",
            "pairs_csv": f"{address}/pairs.csv",
            "unpaired_csv": f"{address}/unpaired.csv",
            "replay": f"{address}/replay",
        },
    )


def job_out(job: Job) -> JobOut:
    return JobOut(
        id=job.id,
        state=job.state,
        progress=job.progress,
        message=job.message,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        comparison=f"{PREFIX}/comparisons/{job.comparison_id}" if job.comparison_id else None,
        problem=_problem(job.error) if job.error else None,
    )


def _problem(error: Mapping[str, Any]) -> dict[str, Any]:
    violations = [Violation(**each) for each in error["errors"]]
    found = members(STATUS[Kind(error["kind"])], error["code"], error["title"], error["detail"], violations)
    return found | ({"error_count": error["error_count"]} if violations else {})


def dry_run_out(checked: CheckedInputs) -> DryRunOut:
    sides = {
        side.side: SideOut(
            rows=side.rows_read,
            bad_rows=len(side.bad_rows()),
            ignored_columns=list(side.ignored_columns),
            absent_columns=list(side.absent_columns),
        )
        for _, side in checked.sides()
    }
    violations: list[Any] = [each for _, side in checked.sides() for each in side.violations]
    return DryRunOut(
        would_be_recorded=not violations,
        reports=sides["reports"],
        spot_checks=sides["spot_checks"],
        error_count=len(violations),
        errors=[error_members(each) for each in violations[:MOST_ERRORS]],
    )
