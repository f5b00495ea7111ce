"""JSON routes of engagements: record one or a file of them, record what happened, list and show them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Response

from registry.accounts.permissions import Actor, Permission
from registry.answered_requests import answer_once
from registry.canonical import digest
from registry.deps import Change, KeyHeader, NowDep, ReadSessionDep, changing, permitted, response_of
from registry.deps import require as require_permission
from registry.evaluators.asked_times import read_known_at, read_valid_at
from registry.fieldwork import event_service, import_service, queries, service
from registry.fieldwork.engagement_errors import EngagementRowsRejected
from registry.fieldwork.event_service import EventWanted
from registry.fieldwork.inputs import EngagementsFile, read_engagements_bytes
from registry.fieldwork.reach_service import reaches, require_reach
from registry.fieldwork.service import Recorded
from registry.fieldwork.wire import (
    EngagementHistoryOut,
    EngagementListOut,
    EventIn,
    ImportOut,
    ReportIn,
    engagement_out,
    history_out,
    import_out,
)
from registry.file_forms import documented_file, file_of_form
from registry.json_bodies import body_of, documented, documented_object, object_of
from registry.keyset import decode_cursor, encode_cursor
from registry.request_rules import require_known_parameters
from registry.resending import Answer, Claim
from registry.validity import legal_day

PREFIX = "/api/v1/engagements"
_DOCUMENT = documented_object("By schemas/engagement.v1.json.")
_FILE = documented_file("CSV or XLSX with a row for each engagement, or JSON with documents; see docs/fieldwork.md.")

router = APIRouter(prefix=PREFIX, tags=["engagements"], dependencies=[Depends(require_known_parameters)])

CodePath = Annotated[str, Path(max_length=24, description="Code of an engagement, as eg-000001.")]
Party = Annotated[str | None, Query(max_length=100, description="Code of an evaluator, credit code, or region.")]
Reader = Annotated[Actor, Depends(permitted("engagement.read", about_a_subject=True))]
Recording = Annotated[Change, changing("engagement.record")]
Reporting = Annotated[Change, changing("report.submit")]


@dataclass(frozen=True, slots=True)
class AskedTimes:
    valid_at: date
    known_at: datetime
    now: datetime


def asked_times(
    now: NowDep,
    valid_at: Annotated[
        str, Query(max_length=40, description="The day that is asked about, or an instant with its zone. No default.")
    ],
    known_at: Annotated[
        str | None,
        Query(max_length=40, description="As known then, as 2026-03-10T00:00:00Z (write + as %2B); default: now."),
    ] = None,
) -> AskedTimes:
    return AskedTimes(read_valid_at(valid_at), read_known_at(known_at, now), now)


# A plain function, so that parsing runs in a thread and not where the body is awaited.
def handed_in_file(
    file: Annotated[tuple[str, bytes], Depends(file_of_form(EngagementRowsRejected))],
) -> EngagementsFile:
    return read_engagements_bytes(*file)


TimesDep = Annotated[AskedTimes, Depends(asked_times)]
FileDep = Annotated[EngagementsFile, Depends(handed_in_file)]
DocumentDep = Annotated[dict[str, Any], Depends(object_of("engagement"))]


@dataclass(frozen=True, slots=True)
class AskedParties:
    evaluator: str | None
    commissioner: str | None
    subject: str | None

    def parameters(self) -> dict[str, str]:
        told = {"evaluator": self.evaluator, "commissioner": self.commissioner, "subject": self.subject}
        return {name: value for name, value in told.items() if value is not None}


def asked_parties(
    evaluator: Annotated[str | None, Query(max_length=16, description="Code, as ev-000001.")] = None,
    commissioner: Party = None,
    subject: Party = None,
) -> AskedParties:
    return AskedParties(evaluator, commissioner, subject)


@router.get("")
def list_engagements(
    asking: Reader,
    session: ReadSessionDep,
    times: TimesDep,
    parties: Annotated[AskedParties, Depends(asked_parties)],
    limit: Annotated[int, Query(ge=1, le=1000, description="Engagements of a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> EngagementListOut:
    """Engagements of which there is a record for the day, as known at the instant.

    A page may have fewer than were asked for: only those that your roles reach are shown.
    """
    after = 0 if cursor is None else decode_cursor(cursor, int)[0]
    search = service.search_of(session, parties.evaluator, parties.commissioner, parties.subject)
    found = queries.list_records(session, search, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        last = queries.number_of(found[limit - 1].code)
        asked = parties.parameters() | {
            "valid_at": str(times.valid_at),
            "known_at": times.known_at.isoformat(),
            "limit": str(limit),
            "cursor": encode_cursor(last),
        }
        following = f"{PREFIX}?{urlencode(asked)}"
    reached = [each for each in found[:limit] if reaches(session, asking, Permission.ENGAGEMENT_READ, each, times.now)]
    shown = service.on_record(reached, times.valid_at, times.known_at, search.subject)
    return EngagementListOut(
        valid_at=times.valid_at,
        known_at=times.known_at,
        engagements=[engagement_out(each, times.valid_at, times.known_at) for each in shown],
        next=following,
    )


@router.post(
    "",
    status_code=201,
    response_model=EngagementHistoryOut,
    responses={200: {"model": EngagementHistoryOut, "description": "It was recorded before, with the same content."}},
    openapi_extra=_DOCUMENT,
)
def record_engagement(change: Recording, document: DocumentDep, key: KeyHeader = None) -> Response:
    """An engagement with what happened so far. Everything that is wrong is told at once, and then nothing is saved."""

    def work(session: Any, actor: Actor) -> Answer:
        claim = Claim(f"POST {PREFIX} by {actor.log_name}", key, digest(document))
        return answer_once(
            session, claim, change.now, lambda: _told(service.record(session, actor, document, change.now), change.now)
        )

    return response_of(change(work))


def _told(recorded: Recorded, now: datetime) -> Answer:
    body = history_out(recorded.record, legal_day(now), recorded.known_at(now)).model_dump_json(by_alias=True)
    return Answer(200 if recorded.is_replayed else 201, body, f"{PREFIX}/{recorded.record.code}")


@router.post(
    "/imports",
    status_code=201,
    response_model=ImportOut,
    responses={200: {"model": ImportOut, "description": "Nothing was saved."}},
    openapi_extra=_FILE,
)
def import_engagements(
    change: Recording,
    given: FileDep,
    dry_run: Annotated[bool, Query(description="Check only, and record nothing.")] = False,
    key: KeyHeader = None,
) -> Response:
    """A file of engagements, whole or not at all, with every bad row at once. Needs a role without limits."""

    def work(session: Any, actor: Actor) -> Answer:
        require_permission(actor, Permission.ENGAGEMENT_RECORD)
        terms = import_service.ImportTerms(change.now, dry_run)
        scope = f"POST {PREFIX}/imports by {actor.log_name}"
        claim = Claim(scope, None if dry_run else key, digest([given.name, given.sha256]))

        def act() -> Answer:
            report = import_service.import_engagements(session, actor, given, terms)
            return Answer(200 if report.first is None else 201, import_out(report).model_dump_json())

        return answer_once(session, claim, change.now, act)

    return response_of(change(work))


@router.get("/{code}")
def show_engagement(code: CodePath, asking: Reader, session: ReadSessionDep, times: TimesDep) -> EngagementHistoryOut:
    """The engagement on a day, with every event that was recorded by the instant."""
    record = queries.get_record(session, code)
    require_reach(session, asking, Permission.ENGAGEMENT_READ, record, times.now)
    return history_out(record, times.valid_at, times.known_at)


@router.post("/{code}/events", status_code=201, response_model=EngagementHistoryOut, openapi_extra=documented(EventIn))
def record_event(
    code: CodePath, change: Recording, given: Annotated[EventIn, Depends(body_of(EventIn))], key: KeyHeader = None
) -> Response:
    """A start, which pins the version of the standard; a report, the end, or a correction of an earlier event."""
    return _recorded(change, code, given.wanted(), Claim("events", key, digest(given.model_dump())))


@router.post(
    "/{code}/reports", status_code=201, response_model=EngagementHistoryOut, openapi_extra=documented(ReportIn)
)
def record_report(
    code: CodePath, change: Reporting, given: Annotated[ReportIn, Depends(body_of(ReportIn))], key: KeyHeader = None
) -> Response:
    """That a report was issued, recorded by the evaluator itself."""
    return _recorded(change, code, given.wanted(), Claim("reports", key, digest(given.model_dump())))


def _recorded(change: Change, code: str, wanted: EventWanted, claim: Claim) -> Response:
    """claim: its scope is the last part of the address."""

    def work(session: Any, actor: Actor) -> Answer:
        own = Claim(f"POST {PREFIX}/{code}/{claim.scope} by {actor.log_name}", claim.key, claim.request_sha256)

        def act() -> Answer:
            made = event_service.add_event(session, actor, code, wanted, change.now)
            return _told(Recorded(made), change.now)

        return answer_once(session, own, change.now, act)

    return response_of(change(work))
