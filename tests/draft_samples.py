"""Drafts for tests: small documents, people who edit and approve, and a check that finds nothing wrong."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from people import Person, acting
from sqlalchemy import select
from sqlalchemy.orm import Session
from standard_samples import make_small_standard

from registry.accounts.permissions import Actor
from registry.db import Database, write
from registry.standards import draft_service
from registry.standards.models import DraftReview, DraftRevision, PublishedDocument, StandardDraft

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


def anything_goes(_session: Session, _document: Mapping[str, Any]) -> None:
    """For tests of the workflow: whether a document is right is not their subject."""


def make_document(variant: int = 0, **changes: Any) -> dict[str, Any]:
    """A standard; each variant has other content."""
    title = {"en": f"Towns, variant {variant}"}
    return make_small_standard(**{"id": "town-order", "version": "1.0.0", "title": title} | changes)


def make_localization(**changes: Any) -> dict[str, Any]:
    common: dict[str, Any] = {
        "$schema": "urn:evaluator-registry:schema:localization:v1",
        "id": "town-order.hefeng",
        "version": "1.0.0",
        "standard": {"id": "town-order", "version": "1.0.0"},
        "level": "county",
        "jurisdiction": "mca:422828",
        "valid_from": "2026-04-01",
    }
    return common | changes


def make_mapping(**changes: Any) -> dict[str, Any]:
    common: dict[str, Any] = {
        "$schema": "urn:evaluator-registry:schema:mapping:v1",
        "id": "town-order.mapping",
        "version": "1.0.0",
        "source": {"id": "town-order", "version": "1.0.0"},
        "target": {"id": "town-order", "version": "2.0.0"},
        "entries": [{"relationship": "no-relationship", "sources": [{"criterion": "c"}], "targets": []}],
    }
    return common | changes


def saved_as(database: Database, person: Person, work: Callable[[Session, Actor], Any]) -> Any:
    """What the person does, saved."""
    return write(database, lambda session: work(session, acting(session, person, NOW)))


def in_review(session: Session, editor: Actor, **changes: Any) -> StandardDraft:
    draft = draft_service.create_draft(session, editor, make_document(**changes), NOW)
    return draft_service.submit(session, editor, draft.id, NOW, anything_goes)


def saved_in_review(database: Database, editor: Person, **changes: Any) -> tuple[UUID, str]:
    """Identifier and digest."""
    draft = saved_as(database, editor, lambda session, actor: in_review(session, actor, **changes))
    return draft.id, draft.sha256


def approved_outside(session: Session, published: PublishedDocument) -> bool:
    """Whether somebody without a hand in it approved its bytes, as the rows tell it."""
    saved = select(DraftRevision.person_id).where(DraftRevision.draft_id == published.draft_id)
    approved = select(DraftReview.person_id).where(
        DraftReview.draft_id == published.draft_id,
        DraftReview.sha256 == published.sha256,
        DraftReview.decision == "approve",
    )
    return bool(set(session.scalars(approved)) - set(session.scalars(saved)))
