"""What a recorded comparison says of one evaluator, and which of several speaks about a day. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EvaluatorScore:
    """evaluator: as the files name it. score: 0 to 100 with its 90 % interval, low to high; None where not rated.

    visits: spot checks with a scored pair. pairs: scored ones. first_day, last_day: of these spot checks, None without
    any. low is what a floor is held against.
    """

    evaluator: str
    comparison_id: UUID
    recorded_at: datetime
    result_sha256: str
    method_name: str
    method_version: str
    visits: int
    pairs: int
    score: float | None
    low: float | None
    high: float | None
    grade: str
    grade_reasons: tuple[str, ...]
    first_day: date | None
    last_day: date | None


def score_on(scores: Iterable[EvaluatorScore], valid_at: date) -> EvaluatorScore | None:
    """The one recorded last whose spot checks were all made by the day; without any spot check a score says nothing."""
    made = [each for each in scores if each.last_day is not None and each.last_day <= valid_at]
    return max(made, key=lambda each: (each.recorded_at, str(each.comparison_id), each.evaluator), default=None)
