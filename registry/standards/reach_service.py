"""Who reaches which draft: permissions by kind, limits of roles by place and by field of assessment.

actor: as this transaction sees them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import ALLOWED, Actor, Decision, Permission, Subject, Via, may
from registry.regions import service as regions
from registry.regions.reference import read_reference
from registry.regions.region_errors import NoDivisions, ReferenceRejected
from registry.standards import queries
from registry.standards.document_kinds import DocumentKind
from registry.standards.document_service import Document
from registry.standards.draft_errors import DraftNotFound
from registry.standards.library_service import shipped
from registry.standards.models import StandardDraft


def get_draft(session: Session, actor: Actor, draft_id: UUID) -> StandardDraft:
    """Raises DraftNotFound, also for a draft that the actor's roles do not reach."""
    draft = queries.get_draft(session, draft_id)
    if not is_visible(actor, draft):
        raise DraftNotFound(queries.NO_DRAFT)
    return draft


def list_drafts(
    session: Session, actor: Actor, *, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[StandardDraft]:
    """Those that the actor's roles reach, the newest first."""
    found: list[StandardDraft] = []
    while len(found) < limit:
        page = queries.list_drafts(session, limit=limit, after=after)
        found += [each for each in page if is_visible(actor, each)]
        if len(page) < limit:
            break
        after = (page[-1].created_at, page[-1].id)
    return found[:limit]


def open_draft(session: Session, actor: Actor, draft_id: UUID, verb: str) -> StandardDraft:
    """A draft to which the actor may do this. Raises NotAllowed; DraftNotFound where they may not even see it."""
    draft = queries.get_draft(session, draft_id)
    decision = _may(actor, verb, DocumentKind(draft.kind), subject_of_draft(draft))
    if not decision:
        raise NotAllowed(decision.reason) if is_visible(actor, draft) else DraftNotFound(queries.NO_DRAFT)
    return draft


def is_visible(actor: Actor, draft: StandardDraft) -> bool:
    return actor.via is Via.OPERATOR or bool(may(actor, Permission.STANDARD_READ_DRAFT, subject_of_draft(draft)))


def require(actor: Actor, verb: str, kind: DocumentKind, subject: Subject) -> None:
    """Raises NotAllowed."""
    decision = _may(actor, verb, kind, subject)
    if not decision:
        raise NotAllowed(decision.reason)


def _may(actor: Actor, verb: str, kind: DocumentKind, subject: Subject) -> Decision:
    if actor.via is Via.OPERATOR:
        return ALLOWED
    family = "localization" if kind is DocumentKind.LOCALIZATION else "standard"
    return may(actor, Permission(f"{family}.{verb}"), subject)


def subject_of(session: Session, kind: DocumentKind, document: Document) -> Subject:
    """What limits of roles are held against: where the document applies, and its field of assessment."""
    return Subject(region=_region_of(session, document), field_of_assessment=field_of(session, kind, document))


def field_of(session: Session, kind: DocumentKind, document: Document) -> str | None:
    """Its own, else that of the published standards that it speaks of; None where they have not one and the same."""
    if kind is DocumentKind.STANDARD:
        return str(document["field"])
    pins = [document[name] for name in ("standard", "source", "target") if name in document]
    fields = {_field_of_standard(session, each["id"], each["version"]) for each in pins}
    return fields.pop() if len(fields) == 1 else None


def _field_of_standard(session: Session, document_id: str, version: str) -> str | None:
    published = queries.find_published(session, DocumentKind.STANDARD, document_id, version)
    if published is not None:
        return published.field
    found = shipped().get(f"{document_id}@{version}")
    return None if found is None else found[0].field


def _region_of(session: Session, document: Document) -> tuple[str, ...] | None:
    """References from the top down, as of the first day; None for everywhere and for what is not known."""
    if "jurisdiction" not in document:
        return None
    try:
        reference = read_reference(document["jurisdiction"])
        found = regions.resolve(session, reference, date.fromisoformat(document["valid_from"]))
    except (NoDivisions, ReferenceRejected):
        return None
    return tuple(str(each.reference) for each in regions.path(session, found)) or None


def kept(subject: Subject) -> Mapping[str, Any]:
    """As a draft keeps it."""
    region = None if subject.region is None else list(subject.region)
    return {"region": region, "field_of_assessment": subject.field_of_assessment}


def subject_of_draft(draft: StandardDraft) -> Subject:
    region = None if draft.region is None else tuple(draft.region)
    return Subject(region=region, field_of_assessment=draft.field_of_assessment)
