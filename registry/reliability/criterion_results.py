"""Agreement on each criterion over all evaluators, with the coefficients that its scale allows."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from registry.reliability.agreement import (
    cohen_kappa,
    gwet_ac,
    krippendorff_alpha,
    negative_agreement,
    positive_agreement,
)
from registry.reliability.criteria import Criterion
from registry.reliability.measurement import bland_altman, concordance_correlation
from registry.reliability.ratings import Estimate
from registry.reliability.result import CriterionResult, DifferenceLimits

Floats = NDArray[np.float64]

_Z95 = 1.959963984540054


def criterion_results(pairs: pd.DataFrame, criteria: Sequence[Criterion]) -> tuple[CriterionResult, ...]:
    """One result per criterion, in the order of criteria; visits chosen for cause are left out."""
    groups = dict(list(pairs[pairs["use"] != "for_cause"].groupby("criterion", sort=True)))
    none = pairs.iloc[:0]
    return tuple(_result(each, groups.get(place, none)) for place, each in enumerate(criteria))


def _result(criterion: Criterion, pairs: pd.DataFrame) -> CriterionResult:
    n, discrepancies = len(pairs), int(pairs["discrepancy"].sum())
    y, x = pairs["report_reading"].to_numpy(), pairs["check_reading"].to_numpy()
    coefficients: dict[str, Any] = {}
    if n:
        coefficients = _categorical(criterion, y, x) if criterion.is_categorical else _numeric(criterion, pairs, y, x)
    return CriterionResult(
        criterion_id=criterion.id,
        name=criterion.name,
        scale=criterion.scale,
        role=criterion.role,
        severity=criterion.severity,
        n=n,
        visits=int(pairs["visit"].nunique()),
        prevalence=_prevalence(criterion, pairs["checked_pass"].to_numpy(), x) if n else None,
        exact_agreement=float(pairs["exact"].mean()) if n else None,
        discrepancies=discrepancies,
        discrepancy_rate=discrepancies / n if n else None,
        **coefficients,
    )


def _prevalence(criterion: Criterion, checked_pass: Floats, check: Floats) -> float | None:
    """Share of checks that fail; without a pass line the share of the worst category."""
    if criterion.has_pass_line:
        return float((checked_pass == 0).mean())
    return float((check == 0).mean()) if criterion.is_categorical else None


def _categorical(criterion: Criterion, report: Floats, check: Floats) -> dict[str, Estimate | float]:
    size = len(criterion.categories)
    cells = report.astype(np.int64) * size + check.astype(np.int64)
    table = np.bincount(cells, minlength=size * size).reshape(size, size)
    ordered = criterion.scale == "ordinal"
    weights: Literal["quadratic"] | None = "quadratic" if ordered else None
    found: dict[str, Estimate | float] = {
        "kappa": cohen_kappa(table=table, weights=weights),
        "ac": gwet_ac(table=table, weights=weights),
        "alpha": krippendorff_alpha(table=table, level="ordinal" if ordered else "nominal"),
    }
    if size == 2:
        found |= {
            "positive_agreement": positive_agreement(table=table),
            "negative_agreement": negative_agreement(table=table),
        }
    if ordered:
        found["ordinal_loss"] = float((((report - check) / (size - 1)) ** 2).mean())
    return found


def _numeric(
    criterion: Criterion, pairs: pd.DataFrame, report: Floats, check: Floats
) -> dict[str, Estimate | DifferenceLimits | None]:
    found: dict[str, Estimate | DifferenceLimits | None] = {"concordance": concordance_correlation(report, check)}
    if criterion.scale == "ratio":
        positive = (report > 0) & (check > 0)
        found["bland_altman"] = _limits(np.log(report[positive]), np.log(check[positive]), log=True)
    else:
        found["bland_altman"] = _limits(report, check, log=False)
    if criterion.scale == "count":
        found["verification_factor"] = verification_factor(
            pairs["weight"].to_numpy(), report, check, pairs["visit"].to_numpy()
        )
    return found


def _limits(report: Floats, check: Floats, *, log: bool) -> DifferenceLimits | None:
    found = bland_altman(report, check)
    if found.mean_difference is None or found.sd_difference is None:
        return None
    return DifferenceLimits(found.mean_difference, found.sd_difference, found.limits, log)


def verification_factor(weight: Floats, report: Floats, check: Floats, visit: NDArray[np.int64]) -> Estimate:
    """Counted over reported: sum(w x) / sum(w y), above 1 where reports count too little, with normal 95 % limits.

    The variance is linearised and clustered by visit. Source: Cochran 1977, Sampling Techniques, section 6.3; used so
    in the Data Quality Audits of the Gavi Alliance.
    """
    method = "ratio of design-weighted sums; linearised variance by visit"
    total = float((weight * report).sum())
    n = len(np.unique(visit))
    if total <= 0:
        return Estimate(None, None, None, n, method, "the reported counts add up to 0")
    value = float((weight * check).sum()) / total
    residuals = pd.Series(weight * (check - value * report)).groupby(visit).sum().to_numpy()
    error = float(np.sqrt((residuals**2).sum() * n / (n - 1)) / total) if n > 1 else None
    if error is None:
        return Estimate(value, None, None, n, method, "one visit gives no standard error")
    return Estimate(value, error, (max(0.0, value - _Z95 * error), value + _Z95 * error), n, method)
