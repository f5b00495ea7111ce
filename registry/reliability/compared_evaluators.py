"""What a comparison says of each evaluator, as it is kept beside the comparison. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from registry.reliability.result import Comparison, json_value

Days = tuple[date, date]


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
