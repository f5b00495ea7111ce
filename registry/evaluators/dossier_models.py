"""Tables of dossiers: every version, the persons that they name, evidence files, and what is looked up in bulk.

Rows that are looked up say from when to when the registry knew them: half-open instants, known_to None for what the
newest version says. A row of record never changes but for known_to; a person's name can be erased.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check

IMMUTABLE = {"info": {"immutable": True}}
_EVALUATOR = "evaluators.id"


class DossierVersion(Base):
    """content: canonical JSON without names of persons. person_id: None for a command on the machine.

    idempotency_key: one of the sender's own, of the request that handed it in.
    """

    __tablename__ = "dossier_versions"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        sha256_check("sha256"),
        UniqueConstraint("submitted_by", "idempotency_key"),
        IMMUTABLE,
    )

    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(_EVALUATOR), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[str]
    submitted_by: Mapped[str]
    person_id: Mapped[UUID | None]
    submitted_at: Mapped[datetime]
    idempotency_key: Mapped[str | None]


class Person(Base):
    """Somebody whom a dossier names. ref: as its documents call them. name: None once it is erased."""

    __tablename__ = "persons"
    __table_args__ = (
        CheckConstraint("(erased_at IS NULL) = (name IS NOT NULL)", name="erased_has_no_name"),
        UniqueConstraint("evaluator_id", "ref"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(_EVALUATOR))
    ref: Mapped[str]
    name: Mapped[str | None]
    added_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class EvidenceFile(Base):
    """A file that an evaluator handed in; its bytes are a content of registry/blobs.py."""

    __tablename__ = "evidence_files"
    __table_args__ = (IMMUTABLE,)

    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(_EVALUATOR), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"), primary_key=True)
    name: Mapped[str]
    uploaded_by: Mapped[str]
    person_id: Mapped[UUID | None]
    uploaded_at: Mapped[datetime]


class Known(Base):
    """What a dossier says of some days, and when the registry knew it."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(_EVALUATOR), index=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    known_from: Mapped[datetime]
    known_to: Mapped[datetime | None]


class EvaluatorName(Known):
    """normal: as names.normalise spells it, for search."""

    __tablename__ = "evaluator_names"
    __table_args__ = (Index(None, "normal"),)

    name: Mapped[str]
    normal: Mapped[str]


class OwnershipEdge(Known):
    """see ownership.Edge. owner, owned: see dossier.party_key and own_key. share: None where it is not told."""

    __tablename__ = "ownership_edges"
    __table_args__ = (
        CheckConstraint("share >= 0 AND share <= 1", name="share_is_a_share"),
        Index(None, "owner"),
        Index(None, "owned"),
    )

    owner: Mapped[str]
    owned: Mapped[str]
    owner_is_state: Mapped[bool]
    share: Mapped[float | None]
    basis: Mapped[str] = mapped_column(String(32))
    source: Mapped[str]
    seen_at: Mapped[date] = mapped_column(Date)


class Certificate(Known):
    """valid_to: the first day on which it holds no more."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("dependency IN ('hard', 'soft')", name="dependency_is_known"),
        Index(None, "valid_to"),
    )

    kind: Mapped[str] = mapped_column(String(32))
    certificate_number: Mapped[str]
    issuer: Mapped[str]
    dependency: Mapped[str] = mapped_column(String(8))


class StaffPost(Known):
    __tablename__ = "staff_posts"
    __table_args__ = (Index(None, "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    post: Mapped[str] = mapped_column(String(32))
