"""Tables of drafts and of what was published. Statuses that follow from dates are derived and not kept."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, sha256_check

IMMUTABLE = {"info": {"immutable": True}}
_KINDS = "kind IN ('standard', 'localization', 'mapping')"
_DRAFT = "standard_drafts.id"
_IS_OPEN = text("state IN ('draft', 'in_review')")


class StandardDraft(Base):
    """A version on its way to publication. sha256, revision, region and field_of_assessment: of its newest revision.

    region: where it applies, as the path of the limits of roles; None for everywhere, and where that is not known.
    """

    __tablename__ = "standard_drafts"
    __table_args__ = (
        CheckConstraint(_KINDS, name="kind_is_known"),
        CheckConstraint("state IN ('draft', 'in_review', 'published', 'discarded')", name="state_is_known"),
        CheckConstraint("revision >= 1", name="revision_is_positive"),
        sha256_check("sha256"),
        # Of one version there is at most one draft that is not at its end.
        Index(
            None,
            "document_id",
            "version",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index(None, "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[str]
    version: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    region: Mapped[list[Any] | None] = mapped_column(CanonicalJson)
    field_of_assessment: Mapped[str | None]
    created_at: Mapped[datetime]


class DraftRevision(Base):
    """content: canonical JSON. person_id: None for a command on the machine. saved_by: as the log names actors."""

    __tablename__ = "draft_revisions"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        sha256_check("sha256"),
        IMMUTABLE,
    )

    draft_id: Mapped[UUID] = mapped_column(ForeignKey(_DRAFT), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[str]
    saved_by: Mapped[str]
    person_id: Mapped[UUID | None]
    saved_at: Mapped[datetime]


class DraftReview(Base):
    """An approval or a return of the bytes with this digest. number counts the reviews of a draft."""

    __tablename__ = "draft_reviews"
    __table_args__ = (
        CheckConstraint("decision IN ('approve', 'return')", name="decision_is_known"),
        CheckConstraint("decision = 'approve' OR comment <> ''", name="return_has_a_comment"),
        CheckConstraint("decision = 'return' OR person_id IS NOT NULL", name="approval_is_a_persons"),
        CheckConstraint("number >= 1", name="number_is_positive"),
        sha256_check("sha256"),
        IMMUTABLE,
    )

    draft_id: Mapped[UUID] = mapped_column(ForeignKey(_DRAFT), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(16))
    comment: Mapped[str]
    reviewed_by: Mapped[str]
    person_id: Mapped[UUID | None]
    reviewed_at: Mapped[datetime]


class PublishedDocument(Base):
    """A version for ever: content is canonical JSON, sha256 its digest. The other columns repeat what lists need of it.

    standard_id, standard_version: what a localization localizes. valid_from: None for a mapping. supersedes: a version
    of the same document. jurisdiction: reference of a region. field: of assessment, for a localization its standard's.
    """

    __tablename__ = "published_documents"
    __table_args__ = (
        CheckConstraint(_KINDS, name="kind_is_known"),
        CheckConstraint("(kind = 'mapping') = (valid_from IS NULL)", name="all_but_mappings_have_days"),
        CheckConstraint("valid_from < valid_to", name="days_are_in_order"),
        CheckConstraint(
            "(kind = 'localization') = (standard_id IS NOT NULL) "
            "AND (standard_id IS NULL) = (standard_version IS NULL)",
            name="localization_names_its_standard",
        ),
        sha256_check("sha256"),
        # ID@VERSION names one document, whatever its kind.
        UniqueConstraint("document_id", "version"),
        UniqueConstraint("draft_id"),
        Index(None, "standard_id", "standard_version"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[str]
    title: Mapped[dict[str, str]] = mapped_column(CanonicalJson)
    is_draft_for_demonstration: Mapped[bool]
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    supersedes: Mapped[str | None]
    standard_id: Mapped[str | None]
    standard_version: Mapped[str | None]
    jurisdiction: Mapped[str | None]
    level: Mapped[str | None]
    field: Mapped[str | None]
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    draft_id: Mapped[UUID] = mapped_column(ForeignKey(_DRAFT))


class Withdrawal(Base):
    """From this day on the version is no longer in force; before it, it was."""

    __tablename__ = "withdrawals"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"), IMMUTABLE)

    published_id: Mapped[UUID] = mapped_column(ForeignKey("published_documents.id"), primary_key=True)
    withdrawn_from: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    withdrawn_by: Mapped[str]
    withdrawn_at: Mapped[datetime]
