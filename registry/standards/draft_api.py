"""JSON routes of drafts: make, list, read, save, submit, approve, return, publish, discard; and of withdrawal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from registry.accounts.permissions import Actor
from registry.deps import Change, ReadSessionDep, changing, permitted
from registry.json_bodies import body_of, documented, documented_object, object_of
from registry.keyset import decode_row_cursor, encode_row_cursor
from registry.regions.reference import read_day
from registry.request_rules import require_known_parameters
from registry.standards import draft_service, publishing_service, queries, reach_service
from registry.standards.checking_service import check_judged, judge_ahead
from registry.standards.document_service import MOST_BYTES
from registry.standards.models import StandardDraft
from registry.standards.preconditions import IfMatch, read_if_match
from registry.standards.publishing_service import WithdrawalWanted
from registry.standards.wire import (
    ApprovalIn,
    DraftListOut,
    DraftOut,
    PublishedOut,
    ReturnIn,
    WholeDraftOut,
    WithdrawalIn,
    WithdrawalOut,
    draft_line_out,
    draft_out,
    published_out,
    whole_draft_out,
    withdrawal_out,
)

PREFIX = "/api/v1/standards"
DRAFTS = "/drafts"
_DOCUMENT = documented_object("By the schema of standards, localizations or mappings; at most 4 MiB.")

router = APIRouter(prefix=PREFIX, tags=["drafts of standards"], dependencies=[Depends(require_known_parameters)])


def draft_id(
    draft_id: Annotated[str, Path(description="Identifier of a draft.", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return queries.read_draft_id(draft_id)


def if_match(
    request: Request,
    _shown: Annotated[
        str | None, Header(alias="If-Match", description="The ETag of what was read; entity tags, and not `*`.")
    ] = None,
) -> IfMatch:
    return read_if_match(request.headers.getlist("if-match"))


DocumentDep = Annotated[dict[str, Any], Depends(object_of("document", MOST_BYTES))]
IdDep = Annotated[UUID, Depends(draft_id)]
IfMatchDep = Annotated[IfMatch, Depends(if_match)]


@dataclass(frozen=True, slots=True)
class DraftChange(Change):
    """With the answer's headings."""

    response: Response

    def of_draft(self, work: Callable[[Any, Actor], StandardDraft]) -> DraftOut:
        """The draft that work returns, with its digest as the ETag."""

        def told(session: Any, actor: Actor) -> DraftOut:
            draft = work(session, actor)
            return draft_out(draft, queries.history(session, draft), queries.list_reviews(session, draft.id))

        made = self(told)
        self.response.headers["etag"] = _tag(made.sha256)
        return made


def _changing(permission: str) -> Any:
    def change(made: Annotated[Change, changing(permission)], response: Response) -> DraftChange:
        return DraftChange(made.asking, made.write, made.now, response)

    return Depends(change)


Reader = Annotated[Actor, Depends(permitted("standard.read_draft", about_a_subject=True))]
Editing = Annotated[DraftChange, _changing("standard.draft")]
Reviewing = Annotated[DraftChange, _changing("standard.approve")]
Publishing = Annotated[Change, changing("standard.publish")]
Withdrawing = Annotated[Change, changing("standard.withdraw")]


def _tag(sha256: str) -> str:
    return f'"{sha256}"'


def _judge_ahead(change: Change, found_id: UUID, verb: str) -> None:
    change.look_ahead(
        lambda session, actor: judge_ahead(session, reach_service.open_draft(session, actor, found_id, verb))
    )


@router.post(DRAFTS, status_code=201, openapi_extra=_DOCUMENT)
def create_draft(change: Editing, document: DocumentDep) -> DraftOut:
    """A draft of a new version. It has to keep to its schema; whether it is right otherwise is asked when submitted."""
    made = change.of_draft(lambda session, actor: draft_service.create_draft(session, actor, document, change.now))
    change.response.headers["location"] = f"{PREFIX}{DRAFTS}/{made.id}"
    return made


@router.get(DRAFTS)
def list_drafts(
    asking: Reader,
    session: ReadSessionDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Entries of a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="From the `next` of the page before.")] = None,
) -> DraftListOut:
    """Drafts that your roles reach, also those at their end, the newest first."""
    after = None if cursor is None else decode_row_cursor(cursor)
    found = reach_service.list_drafts(session, asking, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = f"{PREFIX}{DRAFTS}?limit={limit}&cursor={encode_row_cursor(last.created_at, last.id)}"
    return DraftListOut(drafts=[draft_line_out(each) for each in found[:limit]], next=following)


@router.get(f"{DRAFTS}/{{draft_id}}")
def get_draft(asking: Reader, found_id: IdDep, session: ReadSessionDep, response: Response) -> WholeDraftOut:
    """The newest revision, who reviewed it, and its digest as the ETag."""
    draft = reach_service.get_draft(session, asking, found_id)
    response.headers["etag"] = _tag(draft.sha256)
    history, reviews = queries.history(session, draft), queries.list_reviews(session, draft.id)
    return whole_draft_out(draft, history, reviews, dict(queries.get_document(session, draft)))


@router.put(f"{DRAFTS}/{{draft_id}}", openapi_extra=_DOCUMENT)
def save_draft(change: Editing, found_id: IdDep, seen: IfMatchDep, document: DocumentDep) -> DraftOut:
    """A new revision of what was read. Approvals of other content do not count for it; a review of it starts anew."""

    def work(session: Any, actor: Actor) -> StandardDraft:
        expected = seen.expected(queries.get_draft(session, found_id).sha256)
        return draft_service.save_draft(session, actor, found_id, document, expected, change.now)

    return change.of_draft(work)


@router.post(f"{DRAFTS}/{{draft_id}}/submit")
def submit(change: Editing, found_id: IdDep) -> DraftOut:
    """For review, once it is right as a whole."""
    _judge_ahead(change, found_id, "draft")
    return change.of_draft(
        lambda session, actor: draft_service.submit(session, actor, found_id, change.now, check_judged)
    )


@router.post(f"{DRAFTS}/{{draft_id}}/approve", openapi_extra=documented(ApprovalIn))
def approve(change: Reviewing, found_id: IdDep, given: Annotated[ApprovalIn, Depends(body_of(ApprovalIn))]) -> DraftOut:
    """The content with this digest, by somebody who had no hand in any revision, under whatever account."""
    return change.of_draft(
        lambda session, actor: draft_service.approve(session, actor, found_id, given.sha256, given.comment, change.now)
    )


@router.post(f"{DRAFTS}/{{draft_id}}/return", openapi_extra=documented(ReturnIn))
def return_draft(
    change: Reviewing, found_id: IdDep, given: Annotated[ReturnIn, Depends(body_of(ReturnIn))]
) -> DraftOut:
    """To its editors, with what is to change. Approvals of this content count no more."""
    return change.of_draft(
        lambda session, actor: draft_service.return_draft(
            session, actor, found_id, given.sha256, given.comment, change.now
        )
    )


@router.post(f"{DRAFTS}/{{draft_id}}/publish")
def publish(change: Publishing, found_id: IdDep, seen: IfMatchDep) -> PublishedOut:
    """For ever, the content that was read and approved."""

    def work(session: Any, actor: Actor) -> PublishedOut:
        expected = seen.expected(queries.get_draft(session, found_id).sha256)
        made = publishing_service.publish(session, actor, found_id, expected, change.now, check_judged)
        return published_out(made)

    _judge_ahead(change, found_id, "publish")
    return change(work)


@router.delete(f"{DRAFTS}/{{draft_id}}")
def discard(change: Editing, found_id: IdDep, seen: IfMatchDep) -> DraftOut:
    """It stays on record and can be changed no more; its version is free for another draft."""

    def work(session: Any, actor: Actor) -> StandardDraft:
        expected = seen.expected(queries.get_draft(session, found_id).sha256)
        return draft_service.discard(session, actor, found_id, expected, change.now)

    return change.of_draft(work)


_NAME = Path(max_length=100, pattern="^[a-z][a-z0-9]*([-.][a-z0-9]+)+$", description="Identifier of a document.")


@router.post("/{document_id}/{version}/withdrawal", status_code=201, openapi_extra=documented(WithdrawalIn))
def withdraw(
    change: Withdrawing,
    document_id: Annotated[str, _NAME],
    version: Annotated[str, Path(max_length=40, description="As 2.1.0.")],
    given: Annotated[WithdrawalIn, Depends(body_of(WithdrawalIn))],
) -> WithdrawalOut:
    """From a day on, today or later, a published version is no longer in force. What was decided under it stands."""
    first_day = read_day(given.withdrawn_from)
    assert first_day is not None
    wanted = WithdrawalWanted(document_id, version, first_day, given.reason)
    made = change(lambda session, actor: publishing_service.withdraw(session, actor, wanted, change.now))
    return withdrawal_out(document_id, version, made)
