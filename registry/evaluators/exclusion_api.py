"""JSON routes of exclusions: terms of lists, what queries of them gave, checks, and what a person judges of a match."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.accounts.permissions import Actor, Permission
from registry.annotated_files import annotate
from registry.changing_once import ChangeOnce, changing_once
from registry.deps import Change, NowDep, ReadSessionDep, changing, permitted
from registry.deps import require as require_permission
from registry.evaluators import exclusion_list_service as lists
from registry.evaluators import exclusion_queries as queries
from registry.evaluators import exclusion_service as service
from registry.evaluators.asked_times import read_known_at
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.exclusion_errors import ExclusionRowsRejected, QuestionRejected
from registry.evaluators.exclusion_inputs import ListFile, read_list_bytes
from registry.evaluators.exclusion_wire import (
    CheckOut,
    ImportOut,
    JudgementOut,
    ListIn,
    ListOut,
    ListsOut,
    OpinionIn,
    SnapshotsOut,
    check_out,
    import_out,
    judgement_out,
    list_out,
    snapshot_out,
)
from registry.evaluators.qualification_api import KnownAtDep, ValidAtDep
from registry.evaluators.vetting_reach_service import require
from registry.file_formats import FileFormat
from registry.file_forms import documented_file, file_of_form
from registry.json_bodies import body_of, documented
from registry.request_rules import require_known_parameters

PREFIX = "/api/v1/exclusions"
_CSV, _XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA_TYPES = {FileFormat.CSV: _CSV, FileFormat.XLSX: _XLSX, FileFormat.PARQUET: "application/vnd.apache.parquet"}
_FILE = documented_file("CSV, XLSX or JSON; columns name, valid_from; also key, credit_code, valid_to, scope, basis.")

router = APIRouter(prefix=PREFIX, tags=["exclusions"], dependencies=[Depends(require_known_parameters)])


# A plain function, so that parsing runs in a thread and not where the body is awaited.
def handed_in_list(file: Annotated[tuple[str, bytes], Depends(file_of_form(ExclusionRowsRejected))]) -> ListFile:
    return read_list_bytes(*file)


CodePath = Annotated[
    str,
    Path(pattern=f"^{lists.LIST_CODE.pattern}$", description="Of a list, as ccgp-serious: small letters, digits, -."),
]
ListFileDep = Annotated[ListFile, Depends(handed_in_list)]
Importing = Annotated[Change, changing("exclusion.import")]
READ = [Depends(permitted("exclusion.check", about_a_subject=True))]


@router.get("/lists", dependencies=READ)
def show_lists(session: ReadSessionDep, known: KnownAtDep) -> ListsOut:
    """Every list under the terms that were recorded last by then."""
    return ListsOut(known_at=known, lists=[list_out(each) for each in queries.list_lists(session, known)])


@router.put("/lists/{list_code}", openapi_extra=documented(ListIn))
def record_list(list_code: CodePath, change: Importing, given: Annotated[ListIn, Depends(body_of(ListIn))]) -> ListOut:
    """Terms of a new list, or other terms of a known one: a new revision, so that earlier answers keep theirs."""

    def work(session: Any, actor: Actor) -> ListOut:
        require_permission(actor, Permission.EXCLUSION_IMPORT)
        return list_out(lists.record_list(session, actor, list_code, given.terms(), change.now))

    return change(work)


@router.get("/lists/{list_code}/snapshots", dependencies=READ)
def list_snapshots(session: ReadSessionDep, list_code: CodePath) -> SnapshotsOut:
    """When the list was queried, and the digest of what that gave."""
    queries.get_list(session, list_code)
    return SnapshotsOut(snapshots=[snapshot_out(*each) for each in queries.list_snapshots(session, list_code)])


@router.post("/lists/{list_code}/snapshots", status_code=201, openapi_extra=_FILE)
def import_snapshot(
    list_code: CodePath,
    change: Importing,
    given: ListFileDep,
    queried_at: Annotated[
        str | None, Query(max_length=40, description="When the authority gave the file; default: now.")
    ] = None,
    dry_run: Annotated[bool, Query(description="Check only, and record nothing.")] = False,
    accept_fewer: Annotated[bool, Query(description="The list is known to have become much shorter.")] = False,
) -> ImportOut:
    """A dated snapshot, whole or not at all, with every bad row at once. A file that was there before is kept once."""
    asked = lists.Query(read_known_at(queried_at, change.now, "queried_at"), accept_fewer, dry_run)

    def work(session: Any, actor: Actor) -> ImportOut:
        require_permission(actor, Permission.EXCLUSION_IMPORT)
        return import_out(lists.import_list(session, actor, list_code, given, asked, change.now))

    return change(work)


@router.post(
    "/annotated-file",
    responses={200: {"content": {each: {} for each in _MEDIA_TYPES.values()}}},
    response_model=None,
    openapi_extra=_FILE,
    dependencies=[Depends(permitted("exclusion.import"))],
)
def annotate_file(given: ListFileDep) -> Response:
    """The file in its own format, each bad row with what is wrong and what to do; JSON goes back as CSV.

    Nothing is recorded.
    """
    file = annotate(given.table, given.violations)
    disposition = {"content-disposition": f'attachment; filename="exclusions-errors.{file.format}"'}
    return Response(file.content, headers=disposition, media_type=_MEDIA_TYPES[file.format])


@router.post(
    "/lists/{list_code}/judgements", status_code=201, response_model=JudgementOut, openapi_extra=documented(OpinionIn)
)
def judge(
    list_code: CodePath,
    change: Annotated[ChangeOnce, changing_once("exclusion.import")],
    given: Annotated[OpinionIn, Depends(body_of(OpinionIn))],
) -> Response:
    """A person says whether an entry that is like a name of the evaluator means it. The last judgement counts."""

    def work(session: Any, actor: Actor) -> JudgementOut:
        evaluator = get_evaluator(session, given.evaluator)
        require(session, actor, Permission.EXCLUSION_IMPORT, evaluator, change.now)
        return judgement_out(service.judge(session, actor, evaluator, given.opinion(list_code), change.now))

    return change(given, work)


def asked(
    valid_at: ValidAtDep,
    known: KnownAtDep,
    until: Annotated[date | None, Query(description="First day after the window; default: one day.")] = None,
    scope: Annotated[
        list[str] | None, Query(max_length=50, description="What the body would do; none: anything.")
    ] = None,
    list_codes: Annotated[list[str] | None, Query(alias="list", max_length=50, description="Only these lists.")] = None,
) -> service.Asked:
    wanted = None if list_codes is None else tuple(list_codes)
    return service.Asked(service.window_of(valid_at, until), known, frozenset(scope or ()), wanted)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as of when."""

    actor: Actor
    now: datetime


def asker(asking: Annotated[Actor, Depends(permitted("exclusion.check", about_a_subject=True))], now: NowDep) -> Asker:
    return Asker(asking, now)


@router.get("/check")
def check(
    session: ReadSessionDep,
    asking: Annotated[Asker, Depends(asker)],
    question: Annotated[service.Asked, Depends(asked)],
    evaluator: Annotated[str | None, Query(max_length=16, description="Code, as ev-000001.")] = None,
    credit_code: Annotated[
        str | None, Query(max_length=40, description="Of a body that need not be registered.")
    ] = None,
    name: Annotated[
        list[str] | None, Query(max_length=20, description="Names of that body, present and former.")
    ] = None,
) -> CheckOut:
    """What every list says, for sure by the code and as candidates by the name. A list that is stale is unknown."""
    if evaluator is None:
        require_permission(asking.actor, Permission.EXCLUSION_CHECK)
        code = None if credit_code is None else service.read_code(credit_code)
        return check_out(service.check_given(session, code, tuple(name or ()), question))
    if credit_code is not None or name is not None:
        raise QuestionRejected("Name either an evaluator, or a credit code and names.")
    found = get_evaluator(session, evaluator)
    require(session, asking.actor, Permission.EXCLUSION_CHECK, found, asking.now)
    return check_out(service.check_evaluator(session, found, question))
