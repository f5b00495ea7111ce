"""JSON routes of drafts: make, list, read, save, submit, approve, return, publish, discard; and of withdrawal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from registry.accounts.permissions import Actor
from registry.audit.service import take_turn
from registry.deps import NowDep, ReadSessionDep, Writer, WriterDep, as_of_now, permitted
from registry.json_bodies import JSON, body_of, documented, media_type
from registry.json_models import RequestRejected, UnsupportedMediaType, parsed
from registry.keyset import CursorRejected, decode_cursor, encode_cursor, read_instant, read_uuid
from registry.regions.reference import read_day
from registry.request_rules import BodyTooLarge, require_known_parameters
from registry.standards import draft_service, publishing_service, queries, reach_service
from registry.standards.checking_service import check_publishable
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
_DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "description": "By the schema of standards, localizations or mappings; at most 4 MiB.",
                }
            }
        },
    }
}
Result = TypeVar("Result")

router = APIRouter(prefix=PREFIX, tags=["drafts of standards"], dependencies=[Depends(require_known_parameters)])


async def _document_text(request: Request) -> bytes:
    if media_type(request) != JSON:
        raise UnsupportedMediaType(f"Send {JSON}, not {media_type(request)[:80] or 'a body without a type'}.")
    text = await request.body()
    if len(text) > MOST_BYTES:
        raise BodyTooLarge(f"The document has more than {MOST_BYTES} bytes, which is the limit of documents.")
    return text


# A plain function, so that parsing runs in a thread and not where the body is awaited.
def handed_in(text: Annotated[bytes, Depends(_document_text)]) -> dict[str, Any]:
    found = parsed(text)
    if not isinstance(found, dict):
        raise RequestRejected("The body is one document, a JSON object.")
    return found


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


DocumentDep = Annotated[dict[str, Any], Depends(handed_in)]
IdDep = Annotated[UUID, Depends(draft_id)]
IfMatchDep = Annotated[IfMatch, Depends(if_match)]


def _permitted(permission: str) -> Any:
    """Asked again, with the kind of the document and the limits of roles, once the draft is known."""
    return Depends(permitted(permission, about_a_subject=True))


@dataclass(frozen=True, slots=True)
class Change:
    """A request that changes something: who asks, as of when, and the answer's headings."""

    asking: Actor
    write: Writer
    now: datetime
    response: Response

    def __call__(self, work: Callable[[Any, Actor], Result]) -> Result:
        """What work returns for a session and for the actor as its transaction sees them."""

        def once(session: Any) -> Result:
            # Before the first look at the database: what is seen while waiting would be old when the turn comes.
            take_turn(session)
            return work(session, as_of_now(session, self.asking, self.now))

        return self.write(once)

    def of_draft(self, work: Callable[[Any, Actor], StandardDraft]) -> DraftOut:
        """The draft that work returns, with its digest as the ETag."""

        def told(session: Any, actor: Actor) -> DraftOut:
            draft = work(session, actor)
            return draft_out(draft, queries.history(session, draft), queries.list_reviews(session, draft.id))

        made = self(told)
        self.response.headers["etag"] = _tag(made.sha256)
        return made


def _changing(permission: str) -> Any:
    def change(
        asking: Annotated[Actor, _permitted(permission)], write: WriterDep, now: NowDep, response: Response
    ) -> Change:
        return Change(asking, write, now, response)

    return Depends(change)


Reader = Annotated[Actor, _permitted("standard.read_draft")]
Editing = Annotated[Change, _changing("standard.draft")]
Reviewing = Annotated[Change, _changing("standard.approve")]
Publishing = Annotated[Change, _changing("standard.publish")]
Withdrawing = Annotated[Change, _changing("standard.withdraw")]


def _tag(sha256: str) -> str:
    return f'"{sha256}"'


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
    after = None if cursor is None else _read_key(cursor)
    found = reach_service.list_drafts(session, asking, limit=limit + 1, after=after)
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        key = encode_cursor(last.created_at.isoformat(), str(last.id))
        following = f"{PREFIX}{DRAFTS}?limit={limit}&cursor={key}"
    return DraftListOut(drafts=[draft_line_out(each) for each in found[:limit]], next=following)


def _read_key(cursor: str) -> tuple[datetime, UUID]:
    at, identifier = decode_cursor(cursor, str, str)
    created_at, last_id = read_instant(at), read_uuid(identifier)
    if created_at is None or last_id is None:
        raise CursorRejected(cursor)
    return created_at, last_id


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
    return change.of_draft(
        lambda session, actor: draft_service.submit(session, actor, found_id, change.now, check_publishable)
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
        made = publishing_service.publish(session, actor, found_id, expected, change.now, check_publishable)
        return published_out(made)

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
