"""Small valid findings; a test states only what matters to it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

Row = Mapping[str, Any]


def make_criterion(identifier: str = "c1", **changes: Any) -> dict[str, Any]:
    return {"id": identifier, "scale": "boolean", **changes}


def make_criteria(*criteria: dict[str, Any]) -> dict[str, Any]:
    return {"criteria": list(criteria) or [make_criterion()]}


def make_report(**changes: Any) -> dict[str, Any]:
    row = {"report_id": "r1", "evaluator_id": "E1", "site_id": "s1", "criterion_id": "c1", "value": "true",
           "observed_on": "2024-03-01"}  # fmt: skip
    return row | changes


def make_check(**changes: Any) -> dict[str, Any]:
    row = {"spot_check_id": "k1", "checker_id": "K1", "site_id": "s1", "criterion_id": "c1", "value": "true",
           "observed_on": "2024-03-11"}  # fmt: skip
    return row | changes


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def make_visits(
    outcomes: Mapping[str, Sequence[tuple[int, int]]], **check: Any
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Reports and checks in which each evaluator has visits of (discrepancies, findings): reported true, checked false.

    Agreeing findings are true on both sides. Criteria are c1, c2, ... booleans.
    """
    reports, checks = [], []
    most = max(m for visits in outcomes.values() for _, m in visits)
    for evaluator, visits in outcomes.items():
        for v, (d, m) in enumerate(visits):
            site = f"{evaluator}-{v}"
            for i in range(m):
                same = {"site_id": site, "criterion_id": f"c{i + 1}"}
                reports.append(make_report(report_id=f"r{site}", evaluator_id=evaluator, **same))
                checks.append(make_check(spot_check_id=f"k{site}", value="false" if i < d else "true", **same, **check))
    return frame(reports), frame(checks), make_criteria(*(make_criterion(f"c{i + 1}") for i in range(most)))
