"""What persons judge about an evaluator: names that look like another's, and signs that it is a body that was barred.

Nothing here ever changes. Whoever errs judges again: the last judgement counts. Names of persons stand in none of it.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson

IMMUTABLE = {"info": {"immutable": True}}
_EVALUATOR = "evaluators.id"
_WORD = String(16)


class NameHold(Base):
    """A name as a dossier brought it, which is kept from the public until a person has judged it.

    reasons: why. candidates: the known names that it looked like then, the likest first. left_out: how many more.
    """

    __tablename__ = "name_holds"
    __table_args__ = (
        UniqueConstraint("evaluator_id", "dossier_number", "name"),
        CheckConstraint("left_out >= 0", name="left_out_is_counted"),
        Index(None, "evaluator_id"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(_EVALUATOR))
    dossier_number: Mapped[int]
    name: Mapped[str]
    reasons: Mapped[list[Any]] = mapped_column(CanonicalJson)
    candidates: Mapped[list[Any]] = mapped_column(CanonicalJson)
    left_out: Mapped[int]
    held_at: Mapped[datetime]


class NameJudgement(Base):
    """Whether a held name is one that the evaluator may bear. same_as: whose name it is, of a name that is refused."""

    __tablename__ = "name_judgements"
    __table_args__ = (
        CheckConstraint("is_distinct = (same_as IS NULL)", name="refusal_names_whose"),
        CheckConstraint("reason <> ''", name="reason_is_told"),
        Index(None, "hold_number"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hold_number: Mapped[int] = mapped_column(ForeignKey("name_holds.number"))
    is_distinct: Mapped[bool]
    same_as: Mapped[UUID | None] = mapped_column(ForeignKey(_EVALUATOR))
    reason: Mapped[str]
    judged_at: Mapped[datetime]
    judged_by: Mapped[str]
    person_id: Mapped[UUID]


class SuccessionJudgement(Base):
    """Whether an evaluator is in truth the body of another one whose rights ended.

    ending, began_on: of the rights of the old one. signs: what both had in common when the person judged; of persons,
    their ids.
    """

    __tablename__ = "succession_judgements"
    __table_args__ = (
        CheckConstraint("verdict IN ('distinct', 'successor')", name="verdict_is_known"),
        CheckConstraint("evaluator_id <> old_evaluator_id", name="nobody_succeeds_itself"),
        CheckConstraint("reason <> ''", name="reason_is_told"),
        Index(None, "evaluator_id"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(_EVALUATOR))
    old_evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(_EVALUATOR))
    verdict: Mapped[str] = mapped_column(_WORD)
    ending: Mapped[str]
    began_on: Mapped[date] = mapped_column(Date)
    signs: Mapped[list[Any]] = mapped_column(CanonicalJson)
    reason: Mapped[str]
    judged_at: Mapped[datetime]
    judged_by: Mapped[str]
    person_id: Mapped[UUID]
