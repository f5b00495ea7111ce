"""Tables of surveillances: what was planned, for which scope items, and what became of it."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check
from registry.evaluators.qualification_models import EVALUATOR, IMMUTABLE, ITEM

_SURVEILLANCE = "surveillances.id"


class PlannedSurveillance(Base):
    """due_on: last day on which it is in time. reason: what it reacts to, or how it was drawn."""

    __tablename__ = "surveillances"
    __table_args__ = (
        CheckConstraint("kind IN ('routine', 'reactive', 'randomized')", name="kind_is_known"),
        CheckConstraint("kind = 'routine' OR reason <> ''", name="out_of_turn_has_a_reason"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date] = mapped_column(Date, index=True)
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class SurveilledItem(Base):
    __tablename__ = "surveilled_items"
    __table_args__ = (IMMUTABLE,)

    surveillance_id: Mapped[UUID] = mapped_column(ForeignKey(_SURVEILLANCE), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey(ITEM), primary_key=True, index=True)


class SurveillanceResult(Base):
    """completed_on: None where it was called off."""

    __tablename__ = "surveillance_results"
    __table_args__ = (
        CheckConstraint("statement <> ''", name="has_a_statement"),
        sha256_check("evidence_sha256"),
        IMMUTABLE,
    )

    surveillance_id: Mapped[UUID] = mapped_column(ForeignKey(_SURVEILLANCE), primary_key=True)
    completed_on: Mapped[date | None] = mapped_column(Date)
    statement: Mapped[str]
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]
