"""Tables of what became of legal persons, of who took them over, and of decisions on what they had a right to.

Nothing here ever changes: whoever erred records a correction, or decides again.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check
from registry.evaluators.qualification_models import EVALUATOR, IMMUTABLE, ITEM

_KINDS = "'in_liquidation', 'liquidation_ended', 'merged_into', 'split_into', 'dissolved', 'retracted'"


class RecordedEntityEvent(Base):
    """See entity.EntityEvent. source: where it is told, as of noted_on."""

    __tablename__ = "entity_events"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_is_known"),
        CheckConstraint("kind <> 'retracted' OR supersedes IS NOT NULL", name="retraction_corrects"),
        CheckConstraint("source <> ''", name="source_is_told"),
        CheckConstraint("number >= 1", name="number_is_positive"),
        sha256_check("evidence_sha256"),
        # An event is corrected once; another correction corrects the correction.
        UniqueConstraint("supersedes"),
        Index(None, "evaluator_id", "effective_from", "number"),
        Index(None, "body"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR))
    body: Mapped[str]
    kind: Mapped[str] = mapped_column(String(24))
    effective_from: Mapped[date] = mapped_column(Date)
    source: Mapped[str]
    noted_on: Mapped[date] = mapped_column(Date)
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("entity_events.number"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID]


class EntitySuccessor(Base):
    """successor: key of the party. place: in the order in which they were named."""

    __tablename__ = "entity_successors"
    __table_args__ = (Index(None, "successor"), IMMUTABLE)

    event_number: Mapped[int] = mapped_column(ForeignKey("entity_events.number"), primary_key=True)
    successor: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]


class SuccessorDecision(Base):
    """See successor_rights.SuccessorReview; the last one on an item counts. evaluator_id: of the successor."""

    __tablename__ = "successor_decisions"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_is_told"),
        CheckConstraint("number >= 1", name="number_is_positive"),
        sha256_check("evidence_sha256"),
        Index(None, "evaluator_id"),
        Index(None, "predecessor_item_id"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR))
    predecessor_item_id: Mapped[UUID] = mapped_column(ForeignKey(ITEM))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey(ITEM))
    decided_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID]
