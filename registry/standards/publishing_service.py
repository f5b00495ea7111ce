"""Use cases of publication: a draft becomes a version for ever, and a version is withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.canonical import canonical_json
from registry.standards import queries
from registry.standards.document_errors import VersionTaken
from registry.standards.document_kinds import DocumentKind
from registry.standards.document_service import Document
from registry.standards.draft_errors import AlreadyWithdrawn, DraftNotFound, WithdrawalRefused
from registry.standards.draft_service import Check, log, move, require_unchanged
from registry.standards.models import PublishedDocument, StandardDraft, Withdrawal
from registry.standards.reach_service import field_of, open_draft, require, subject_of
from registry.standards.workflow import Action, decide
from registry.validity import legal_day


def publish(
    session: Session, actor: Actor, draft_id: UUID, expected_sha256: str, now: datetime, check: Check
) -> PublishedDocument:
    """The bytes with this digest, which somebody approved who had no hand in any revision.

    Raises DraftChanged, ApprovalMissing, DraftNotInState, VersionTaken, what check raises, DraftNotFound, NotAllowed.
    """
    take_turn(session)
    draft = open_draft(session, actor, draft_id, "publish")
    require_unchanged(draft, expected_sha256)
    following = decide(Action.PUBLISH, queries.history(session, draft), actor.person_id)
    document = queries.get_document(session, draft)
    check(session, document)
    if queries.find_published(session, None, draft.document_id, draft.version) is not None:
        raise VersionTaken(f"{draft.document_id}@{draft.version} is published already.")
    # By its condition on state and digest nobody publishes other bytes than those that were looked at above.
    move(session, draft, following)
    published = _published(session, actor, draft, document, now)
    session.add(published)
    session.flush()
    log(session, actor, "publish", draft, now)
    return published


def publish_version(
    session: Session, actor: Actor, reference: str, expected_sha256: str | None, now: datetime, check: Check
) -> PublishedDocument:
    """The draft of ID@VERSION as it is now, or with this digest and no other. Raises DraftNotFound, and as publish."""
    take_turn(session)
    draft = get_open_draft(session, reference)
    return publish(session, actor, draft.id, expected_sha256 or draft.sha256, now, check)


def get_open_draft(session: Session, reference: str) -> StandardDraft:
    """reference: ID@VERSION. Raises DraftNotFound."""
    document_id, _, version = reference.partition("@")
    draft = queries.find_open_draft(session, document_id, version)
    if draft is None:
        raise DraftNotFound(f"There is no open draft of {reference}. `registry standards import FILE` makes one.")
    return draft


def _published(
    session: Session, actor: Actor, draft: StandardDraft, document: Document, now: datetime
) -> PublishedDocument:
    standard = document.get("standard", {})
    return PublishedDocument(
        id=uuid4(),
        kind=draft.kind,
        document_id=draft.document_id,
        version=draft.version,
        sha256=draft.sha256,
        content=canonical_json(document).decode(),
        title=document.get("title", {}),
        is_draft_for_demonstration="draft_for_demonstration" in document,
        valid_from=_day(document.get("valid_from")),
        valid_to=_day(document.get("valid_to")),
        supersedes=document.get("supersedes"),
        standard_id=standard.get("id"),
        standard_version=standard.get("version"),
        jurisdiction=document.get("jurisdiction"),
        level=document.get("level"),
        field=field_of(session, DocumentKind(draft.kind), document),
        published_at=now,
        published_by=actor.log_name,
        draft_id=draft.id,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class WithdrawalWanted:
    """withdrawn_from: the first day on which the version is no longer in force."""

    document_id: str
    version: str
    withdrawn_from: date
    reason: str


def withdraw(session: Session, actor: Actor, wanted: WithdrawalWanted, now: datetime) -> Withdrawal:
    """What was decided under the version stands: it ends today or later, once, and is never published anew.

    Raises StandardNotFound, WithdrawalRefused, AlreadyWithdrawn, NotAllowed.
    """
    take_turn(session)
    published = queries.get_published(session, None, wanted.document_id, wanted.version)
    kind = DocumentKind(published.kind)
    require(actor, "withdraw", kind, subject_of(session, kind, queries.document_of(published)))
    earlier = queries.find_withdrawal(session, published.id)
    if earlier is not None:
        raise AlreadyWithdrawn(f"It is withdrawn from {earlier.withdrawn_from} on.")
    _require_in_time(published, wanted, now)
    withdrawal = Withdrawal(
        published_id=published.id,
        withdrawn_from=wanted.withdrawn_from,
        reason=wanted.reason,
        withdrawn_by=actor.log_name,
        withdrawn_at=now,
    )
    session.add(withdrawal)
    payload = {"sha256": published.sha256, "withdrawn_from": str(wanted.withdrawn_from)}
    subject = f"{kind}:{published.document_id}/{published.version}"
    append(session, Event(actor.log_name, "standard.withdraw", subject, payload, wanted.reason), now)
    return withdrawal


def _require_in_time(published: PublishedDocument, wanted: WithdrawalWanted, now: datetime) -> None:
    today = legal_day(now)
    if wanted.withdrawn_from < today:
        raise WithdrawalRefused(
            f"{wanted.withdrawn_from} is past: what was decided under the version stands. Name {today} or a later day."
        )
    if published.valid_to is not None and wanted.withdrawn_from >= published.valid_to:
        raise WithdrawalRefused(f"The version ends on {published.valid_to} anyway. Name an earlier day, or leave it.")
