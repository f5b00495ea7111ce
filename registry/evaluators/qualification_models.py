"""Tables of scope items, of the events that happen to them, and of appeals. What an item is on a day is derived."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, sha256_check

IMMUTABLE = {"info": {"immutable": True}}
EVALUATOR = "evaluators.id"
ITEM = "scope_items.id"
# Of few events, which are looked for among all: see phoenix_queries.
ENDS_A_RIGHT = "coalesce(becomes, type) IN ('withdraw', 'annul', 'surrender')"
_IS_ENDING = text(ENDS_A_RIGHT)
_TYPES = "'grant', 'suspend', 'reinstate', 'reduce', 'extend', 'renew', 'withdraw', 'surrender', 'annul'"


class ScopeItem(Base):
    """number: counts the items of an evaluator. regions, excepted: references as they were written.

    application_id: None for an item of an extension and for one that came with an imported register.
    """

    __tablename__ = "scope_items"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        UniqueConstraint("evaluator_id", "number"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR))
    number: Mapped[int]
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("applications.id"), index=True)
    domain: Mapped[str]
    regions: Mapped[list[str]] = mapped_column(CanonicalJson)
    descendants: Mapped[bool]
    excepted: Mapped[list[str]] = mapped_column(CanonicalJson)
    evaluation_type: Mapped[str]
    subject_level: Mapped[str]
    standard_family: Mapped[str]
    from_version: Mapped[str]
    before_version: Mapped[str | None]
    recorded_at: Mapped[datetime]


class QualificationEvent(Base):
    """One row of the log of an item, see qualification.Event. seq is given once in the whole register.

    sha256: of the document of schemas/qualification-event.v1.json. rule: what the decision rests on, as an identifier.
    evidence_sha256: of the file that shows it. recorded_by: as the log names actors. person_id: None for an import.
    """

    __tablename__ = "qualification_events"
    __table_args__ = (
        CheckConstraint(f"type IN ({_TYPES}, 'correct')", name="type_is_known"),
        CheckConstraint(f"becomes IN ({_TYPES})", name="becomes_is_known"),
        CheckConstraint("(type = 'correct') = (supersedes IS NOT NULL)", name="correction_names_what_it_corrects"),
        CheckConstraint("type = 'correct' OR becomes IS NULL", name="only_a_correction_becomes"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("seq >= 1", name="seq_is_positive"),
        sha256_check("sha256"),
        sha256_check("evidence_sha256"),
        UniqueConstraint("seq"),
        # An event is corrected once; another correction corrects the correction.
        UniqueConstraint("supersedes"),
        Index(None, "item_id", "effective_from", "seq"),
        Index(None, "evaluator_id", "recorded_at"),
        Index("ix_qualification_events_ending", "evaluator_id", sqlite_where=_IS_ENDING, postgresql_where=_IS_ENDING),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    seq: Mapped[int]
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR))
    item_id: Mapped[UUID] = mapped_column(ForeignKey(ITEM))
    type: Mapped[str] = mapped_column(String(16))
    decision_id: Mapped[UUID] = mapped_column(index=True)
    decided_on: Mapped[date] = mapped_column(Date)
    effective_from: Mapped[date] = mapped_column(Date)
    published_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    causes: Mapped[list[dict[str, Any]]] = mapped_column(CanonicalJson)
    closes: Mapped[list[str]] = mapped_column(CanonicalJson)
    parent_item_id: Mapped[UUID | None] = mapped_column(ForeignKey(ITEM))
    under_investigation: Mapped[bool]
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("qualification_events.id"))
    becomes: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str]
    rule: Mapped[str | None]
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))


class Appeal(Base):
    """Against a decision, which stays in force meanwhile. filed_on: the day on which the appeal came in."""

    __tablename__ = "appeals"
    __table_args__ = (CheckConstraint("grounds <> ''", name="has_grounds"), IMMUTABLE)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR), index=True)
    decision_id: Mapped[UUID] = mapped_column(index=True)
    filed_on: Mapped[date] = mapped_column(Date)
    grounds: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class AppealOutcome(Base):
    """correction_id: the decision that takes the contested one out, where the appeal was upheld."""

    __tablename__ = "appeal_outcomes"
    __table_args__ = (
        CheckConstraint("outcome IN ('upheld', 'dismissed', 'withdrawn')", name="outcome_is_known"),
        CheckConstraint("(outcome = 'upheld') = (correction_id IS NOT NULL)", name="upheld_corrects"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        IMMUTABLE,
    )

    appeal_id: Mapped[UUID] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16))
    decided_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    correction_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]
