"""What there is of drafts and of published documents: reads only."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, func, select, true, tuple_
from sqlalchemy.orm import Session, defer

from registry.json_text import parse_json
from registry.keyset import read_uuid
from registry.standards.document_errors import StandardNotFound
from registry.standards.document_kinds import DocumentKind
from registry.standards.document_service import Document
from registry.standards.draft_errors import DraftNotFound
from registry.standards.models import DraftReview, DraftRevision, PublishedDocument, StandardDraft, Withdrawal
from registry.standards.selection import Published
from registry.standards.workflow import OPEN, Draft, Review, State
from registry.validity import Validity

NO_DRAFT = "There is no draft under this identifier."


def read_draft_id(text: str) -> UUID:
    """What is no identifier is answered as one that nothing has. Raises DraftNotFound."""
    found = read_uuid(text)
    if found is None:
        raise DraftNotFound(NO_DRAFT)
    return found


def get_draft(session: Session, draft_id: UUID) -> StandardDraft:
    """As this transaction sees it. Raises DraftNotFound."""
    found = session.get(StandardDraft, draft_id, populate_existing=True)
    if found is None:
        raise DraftNotFound(NO_DRAFT)
    return found


def find_open_draft(session: Session, document_id: str, version: str) -> StandardDraft | None:
    statement = select(StandardDraft).where(
        StandardDraft.document_id == document_id, StandardDraft.version == version, StandardDraft.state.in_(OPEN)
    )
    return session.scalar(statement)


def list_drafts(session: Session, *, limit: int, after: tuple[datetime, UUID] | None = None) -> Sequence[StandardDraft]:
    """The newest first. after: instant and identifier of the last one seen."""
    statement = select(StandardDraft).order_by(StandardDraft.created_at.desc(), StandardDraft.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(StandardDraft.created_at, StandardDraft.id) < after)
    return session.scalars(statement).all()


def list_reviews(session: Session, draft_id: UUID) -> Sequence[DraftReview]:
    """The oldest first."""
    statement = select(DraftReview).where(DraftReview.draft_id == draft_id).order_by(DraftReview.number)
    return session.scalars(statement).all()


def editors_of(session: Session, draft_id: UUID) -> frozenset[UUID]:
    """Persons who saved a revision."""
    statement = select(DraftRevision.person_id).where(DraftRevision.draft_id == draft_id).distinct()
    return frozenset(each for each in session.scalars(statement) if each is not None)


def get_document(session: Session, draft: StandardDraft) -> Document:
    """Of the newest revision."""
    content = session.scalars(
        select(DraftRevision.content).where(DraftRevision.draft_id == draft.id, DraftRevision.number == draft.revision)
    ).one()
    document: Document = parse_json(content.encode())
    return document


def history(session: Session, draft: StandardDraft) -> Draft:
    """What the workflow decides on."""
    reviews = tuple(
        Review(each.person_id, each.sha256, each.decision == "approve") for each in list_reviews(session, draft.id)
    )
    return Draft(State(draft.state), draft.sha256, editors_of(session, draft.id), reviews)


def count_reviews(session: Session, draft_id: UUID) -> int:
    return session.scalar(select(func.count()).where(DraftReview.draft_id == draft_id)) or 0


def find_published(
    session: Session, kind: DocumentKind | None, document_id: str, version: str
) -> PublishedDocument | None:
    """kind: None for any; an identifier and a version name one document."""
    statement = select(PublishedDocument).where(
        PublishedDocument.document_id == document_id, PublishedDocument.version == version
    )
    if kind is not None:
        statement = statement.where(PublishedDocument.kind == kind)
    return session.scalar(statement)


def get_published(session: Session, kind: DocumentKind | None, document_id: str, version: str) -> PublishedDocument:
    """Raises StandardNotFound."""
    found = find_published(session, kind, document_id, version)
    if found is None:
        raise StandardNotFound(f"Nothing is published as {document_id}@{version}.")
    return found


def list_known(session: Session, known_at: datetime | None = None) -> list[Published]:
    """What was published by then, and of it what was withdrawn by then; without contents, by identifier and version.
    known_at: None for everything that is recorded."""
    of_lists = defer(PublishedDocument.content, raiseload=True)
    is_published = true() if known_at is None else PublishedDocument.published_at <= known_at
    is_withdrawn = true() if known_at is None else Withdrawal.withdrawn_at <= known_at
    statement = (
        select(PublishedDocument, Withdrawal.withdrawn_from)
        .outerjoin(Withdrawal, and_(Withdrawal.published_id == PublishedDocument.id, is_withdrawn))
        .where(is_published)
        .options(of_lists)
        .order_by(PublishedDocument.document_id, PublishedDocument.version)
    )
    return [_known(published, withdrawn_from) for published, withdrawn_from in session.execute(statement)]


def _known(published: PublishedDocument, withdrawn_from: date | None) -> Published:
    standard = f"{published.standard_id}@{published.standard_version}"
    return Published(
        kind=published.kind,
        id=published.document_id,
        version=published.version,
        sha256=published.sha256,
        title=published.title,
        validity=Validity(published.valid_from or date.min, published.valid_to),
        supersedes=published.supersedes,
        standard=None if published.standard_id is None else standard,
        level=published.level,
        jurisdiction=published.jurisdiction,
        field=published.field,
        withdrawn_from=withdrawn_from,
        is_draft_for_demonstration=published.is_draft_for_demonstration,
    )


def content_of(session: Session, document_id: str, version: str) -> str:
    """Canonical JSON. Raises StandardNotFound."""
    return get_published(session, None, document_id, version).content


def document_of(published: PublishedDocument) -> Document:
    document: Document = parse_json(published.content.encode())
    return document


def find_withdrawal(session: Session, published_id: UUID) -> Withdrawal | None:
    return session.get(Withdrawal, published_id)
