"""What a recorded comparison says of one evaluator, and which of several speaks about a day. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pandas as pd

from registry.reliability.result import Comparison, json_value

Days = tuple[date, date]


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


def compared_evaluators(comparison: Comparison) -> list[dict[str, Any]]:
    """By evaluator what score_models keeps of it, with the numbers of the result's file."""
    days = days_of_checks(comparison.pairs)
    found = []
    for each in comparison.evaluators:
        low, high = each.interval or (None, None)
        first, last = days.get(each.evaluator_id, (None, None))
        found.append({
            "evaluator": each.evaluator_id, "visits": each.visits, "pairs": each.pairs,
            "score": json_value(each.score), "low": json_value(low), "high": json_value(high),
            "grade": each.grade, "grade_reasons": list(each.grade_reasons), "first_day": first, "last_day": last,
        })  # fmt: skip
    return found


def days_of_checks(pairs: pd.DataFrame) -> Mapping[str, Days]:
    """By evaluator, the first and the last day of its scored spot checks. pairs: as comparison.working_pairs has them.

    Days written as ISO texts come in the order of time.
    """
    scored = pairs[pairs["use"] == "scored"]
    spans = scored.groupby("evaluator_id")["check_observed_on"].agg(["min", "max"])
    return {
        str(name): (date.fromisoformat(first), date.fromisoformat(last))
        for name, first, last in spans.itertuples(name=None)
    }
