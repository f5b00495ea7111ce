"""The table of scores by evaluator: what each recorded comparison says of each one, for questions about one of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson


class ComparedEvaluator(Base):
    """A member of `evaluators` of a result, repeated. evaluator: as the files name it. recorded_at: of the comparison.

    low, high: of the interval of the score. first_day, last_day: of the scored spot checks, None without any.
    """

    __tablename__ = "compared_evaluators"
    __table_args__ = (
        CheckConstraint("visits >= 0 AND pairs >= 0", name="counts_are_not_negative"),
        CheckConstraint("score >= 0 AND score <= 100", name="score_is_of_a_hundred"),
        CheckConstraint("low >= 0 AND low <= high AND high <= 100", name="interval_is_in_order"),
        CheckConstraint("(score IS NULL) = (grade = 'not rated')", name="unrated_has_no_score"),
        CheckConstraint(
            "(score IS NULL) = (low IS NULL) AND (score IS NULL) = (high IS NULL)", name="score_has_its_interval"
        ),
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="both_days_or_none"),
        CheckConstraint("first_day <= last_day", name="days_are_in_order"),
        Index(None, "evaluator", "recorded_at"),
        {"info": {"immutable": True}},
    )

    comparison_id: Mapped[UUID] = mapped_column(ForeignKey("comparisons.id"), primary_key=True)
    evaluator: Mapped[str] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    visits: Mapped[int]
    pairs: Mapped[int]
    score: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    grade: Mapped[str] = mapped_column(String(16))
    grade_reasons: Mapped[list[str]] = mapped_column(CanonicalJson)
    first_day: Mapped[date | None] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
