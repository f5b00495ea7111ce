"""A small complete comparison: its document and the pairs behind it, by simple arithmetic, without the scoring.

Counts and weighted rates of the document follow from the pairs; scores, intervals and coefficients are set by hand.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

SHA = "0123456789abcdef" * 4
LONG_NAME = "浙江某某第三方评估咨询有限责任公司甲-2026"

# evaluator, visits, pairs a visit, weight of odd visits, one discrepancy each so many pairs, lenient of 4, score, grade
EVALUATORS: tuple[tuple[str, int, int, float, int, int, float | None, tuple[float, float] | None, str], ...] = (
    ("001", 12, 10, 2.0, 25, 2, 95.9, (92.6, 98.1), "A"),
    ("1", 10, 10, 1.0, 14, 3, 92.4, (87.6, 96.0), "B"),
    ("91330000MA27XW1X0A", 16, 10, 3.0, 4, 4, 74.8, (69.0, 80.3), "C"),
    ("91330000MA27XW1X0B", 5, 10, 1.0, 9, 1, 88.0, (79.5, 94.2), "inconclusive"),
    (LONG_NAME, 2, 10, 1.0, 10, 2, None, None, "not rated"),
    ("纸面评估", 0, 0, 1.0, 1, 0, None, None, "not rated"),
)
CRITERIA = (
    ("C1", "公共厕所保洁", "boolean", "scored", "critical"),
    ("C2", "Household waste is collected", "ordinal", "scored", "serious"),
    ("C3", "Length of hardened road (km)", "ratio", "scored", "minor"),
    ("C4", "村务公开", "nominal", "document", "minor"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    document: dict[str, Any]
    pairs: pd.DataFrame


def make_sample() -> Sample:
    pairs = make_pairs()
    return Sample(make_document(pairs), pairs)


def make_pairs() -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for evaluator_id, visits, size, odd_weight, every, lenient, *_ in EVALUATORS:
        weights = [odd_weight if visit % 2 else 1.0 for visit in range(visits)]
        factor = sum(weights) / sum(weight**2 for weight in weights) if weights else 1.0
        for visit in range(visits):
            for place in range(size):
                rows.append(_pair(evaluator_id, visit, place, visit * size + place, every, lenient, len(rows)))
                rows[-1] |= {"weight": weights[visit], "normalised_weight": weights[visit] * factor}
    rows.append(rows[0] | {"criterion_id": "C4", "use": "document", "report_row": 9001, "check_row": 9001})
    return pd.DataFrame(rows)


def _pair(evaluator_id: str, visit: int, place: int, number: int, every: int, lenient: int, row: int) -> dict[str, Any]:
    criterion_id, _, _, role, severity = CRITERIA[place % 3]
    discrepant = number % every == every - 1
    is_lenient = discrepant and (number // every) % 4 < lenient
    checked_pass = is_lenient is False if discrepant else number % 6 != 0
    reported_pass = (not checked_pass) if discrepant else checked_pass
    understated = discrepant and (number // every) % 5 == 4
    if understated:
        reported_pass = checked_pass = False
    return {
        "evaluator_id": evaluator_id,
        "spot_check_id": f"V-{evaluator_id}-{visit:02}",
        "checker_id": f"K{visit % 3 + 1}",
        "site_id": f"33012210{visit:04}",
        "criterion_id": criterion_id,
        "report_id": f"R-{evaluator_id}-{visit:02}",
        "report_row": row + 2,
        "check_row": row + 2,
        "report_observed_on": "2026-05-04",
        "check_observed_on": "2026-05-11",
        "lag_days": 7,
        "report_value": "2" if understated else "yes" if reported_pass else "no",
        "check_value": "1" if understated else "yes" if checked_pass else "no",
        "use": role,
        "discrepancy": int(discrepant),
        "signed_size": (1.0 if is_lenient else -1.0) if discrepant else 0.0,
        "direction": ("lenient" if is_lenient else "harsh") if discrepant else "",
        "reported_pass": "true" if reported_pass else "false",
        "checked_pass": "true" if checked_pass else "false",
        "severity": severity,
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _counts(pairs: int = 0, discrepancies: int = 0) -> dict[str, Any]:
    return {"pairs": pairs, "discrepancies": discrepancies, "rate": _share(discrepancies, pairs)}


def _estimate(value: float | None, n: int) -> dict[str, Any]:
    return {
        "value": value,
        "standard_error": None if value is None else 0.05,
        "interval": None if value is None else [value - 0.1, min(1.0, value + 0.1)],
        "n": n,
        "method": "Cohen 1960, large-sample interval",
        "reason": "One category only." if value is None else None,
    }


def _rate(events: pd.Series, of: pd.Series, weight: pd.Series) -> dict[str, Any]:
    value = _share(float((weight * (events & of)).sum()), float((weight * of).sum()))
    n = int(of.sum())
    return {"value": value, "events": int((events & of).sum()), "n": n, "reason": None if n else "No checked failure."}


def _direction(scored: pd.DataFrame) -> dict[str, Any]:
    reported, checked = scored["reported_pass"] == "true", scored["checked_pass"] == "true"
    half = 1.0 - 0.5 * (~reported & ~checked)
    lenient = float((half * (scored["direction"] == "lenient")).sum())
    harsh = float((half * (scored["direction"] == "harsh")).sum())
    n = len(scored)
    return {
        "lenient": lenient,
        "harsh": harsh,
        "n": n,
        "net_difference_rate": _share(lenient - harsh, n),
        "gross_difference_rate": _share(lenient + harsh, n),
        "leniency_index": _share(lenient, lenient + harsh),
        "pool_leniency_index": 0.6,
        "leniency_p_value": 0.003 if lenient > 20 else 0.4 if lenient + harsh else None,
        "leniency_reason": None if lenient + harsh else "No lenient or harsh finding.",
        "false_pass": _rate(reported, ~checked, scored["weight"]),
        "false_alarm": _rate(~reported, checked, scored["weight"]),
        "false_pass_posterior": {"mean": 0.2, "q05": 0.1, "q95": 0.35} if n else None,
        "false_pass_reason": None if n else "No checked failure.",
    }


def _evaluator(scored: pd.DataFrame, settings: tuple[Any, ...]) -> dict[str, Any]:
    evaluator_id, visits, *_, score, interval, grade = settings
    weights = scored.drop_duplicates("spot_check_id")["weight"]
    pairs, found = len(scored), int(scored["discrepancy"].sum())
    hajek = _share(float((scored["weight"] * scored["discrepancy"]).sum()), float(scored["weight"].sum()))
    posterior = None
    if score is not None:
        posterior = {"mean": 1 - score / 100, "q05": 1 - interval[1] / 100, "q95": 1 - interval[0] / 100}
    needed = {"inconclusive": 19}.get(grade)
    return {
        "evaluator_id": evaluator_id,
        "visits": visits,
        "pairs": pairs,
        "effective_visits": float(weights.sum() ** 2 / (weights**2).sum()) if visits else None,
        "discrepancies": found,
        "raw_rate": hajek,
        "unweighted_rate": _share(found, pairs),
        "severity_weighted_rate": hajek,
        "exact_agreement": None if hajek is None else 1 - hajek,
        "score": score,
        "interval": None if interval is None else list(interval),
        "posterior": posterior,
        "exceedance": {"A": 0.01, "B": 0.12, "C": 1.0}.get(grade, 0.4) if score is not None else None,
        "own_data_q05": 0.19 if grade == "C" else 0.02 if score is not None else None,
        "grade": grade,
        "grade_reasons": _grade_reasons(grade, visits, pairs),
        "visits_needed": needed,
        "visits_still_needed": None if needed is None else needed - visits,
        "rank_interval": [1, 4] if score is not None else None,
        "investigate": grade == "C",
        "sanction_proposal": {
            "proposed": grade == "C",
            "p_value": 0.0004 if grade == "C" else 0.5 if score is not None else None,
            "in_bh_set": grade == "C",
            "note": "A proposal only: it needs a human hearing.",
        },
        "direction": _direction(scored),
        "difficulty": _counts(),
        "reported_only": _counts(),
        "documents": _counts(1, 0) if evaluator_id == "001" else _counts(),
        "for_cause": _counts(),
        "weight_cap": {"capped_visits": 0, "rate_without_cap": hajek},
        "excluded": [{"reason": "no_check", "rows": 40, "share": 0.25}],
    }


def _grade_reasons(grade: str, visits: int, pairs: int) -> list[str]:
    if grade == "not rated":
        return [f"{visits} visits, at least 4 are needed", f"{pairs} pairs, at least 40 are needed"]
    if grade == "A":
        return [
            "U95 0.074 <= 0.10",
            "U95 of false passes 0.210 <= 0.25",
            f"{visits} visits >= 8",
            "raw rate 0.040 <= 0.10",
        ]
    if grade == "B":
        return ["U95 0.124 <= 0.15", "no A: U95 0.124 > 0.10", "no A: U95 of false passes 0.350 > 0.25"]
    return [f"own-data L05 0.190 {'>' if grade == 'C' else '<='} 0.10", "U95 0.310 > 0.15"]


def _criterion(pairs: pd.DataFrame, settings: tuple[str, ...]) -> dict[str, Any]:
    criterion_id, name, scale, role, severity = settings
    mine = pairs[pairs["criterion_id"] == criterion_id]
    n, found = len(mine), int(mine["discrepancy"].sum())
    rated = n > 1
    return {
        "criterion_id": criterion_id,
        "name": name,
        "scale": scale,
        "role": role,
        "severity": severity,
        "n": n,
        "visits": int(mine["spot_check_id"].nunique()),
        "prevalence": 0.17 if rated else None,
        "exact_agreement": _share(n - found, n),
        "discrepancies": found,
        "discrepancy_rate": _share(found, n),
        "kappa": _estimate(0.55 if rated else None, n),
        "ac": _estimate(0.8 if rated else None, n),
        "alpha": _estimate(0.54 if rated else None, n),
        "positive_agreement": _estimate(0.6, n) if scale == "boolean" else None,
        "negative_agreement": _estimate(0.9, n) if scale == "boolean" else None,
        "concordance": _estimate(0.95, n) if scale == "ratio" else None,
        "bland_altman": {"mean_difference": 0.1, "sd_difference": 0.2, "limits": [-0.3, 0.5], "log": True}
        if scale == "ratio"
        else None,
        "verification_factor": None,
        "ordinal_loss": 0.04 if scale == "ordinal" else None,
    }


def _checker(pairs: pd.DataFrame, checker_id: str) -> dict[str, Any]:
    mine = pairs[(pairs["checker_id"] == checker_id) & (pairs["use"] == "scored")]
    return {
        "checker_id": checker_id,
        "visits": int(mine["spot_check_id"].nunique()),
        "pairs": len(mine),
        "discrepancies": int(mine["discrepancy"].sum()),
        "discrepancy_rate": _share(int(mine["discrepancy"].sum()), len(mine)),
        "lenient": float((mine["direction"] == "lenient").sum()),
        "harsh": float((mine["direction"] == "harsh").sum()),
        "double_checks": 30,
        "double_discrepancies": 2,
        "error": _estimate(0.034, 30),
    }


def _input(name: str, rows: int, absent: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "sha256": SHA,
        "content_sha256": SHA[::-1],
        "rows": rows,
        "bad_rows": 2,
        "ignored_columns": ["remark"],
        "absent_columns": absent,
    }


def _method() -> dict[str, Any]:
    return {
        "name": "visit-level beta-binomial, deterministic grid posterior",
        "version": "1.0.0",
        "parameters": {"grade_a": 0.10, "grade_b": 0.15, "theta0": 0.10},
        "parameters_sha256": SHA,
        "code_sha256": SHA,
        "software": {"registry": "0.1.0", "numpy": "2.4.0", "scipy": "1.17.0", "pandas": "3.1.0"},
        "rules": {
            "lag": "by criterion: its lag_days, else stable 60, slow 14, volatile 0 days",
            "version": "same standard_version and parameter_digest",
            "sealing": "not assessed: no sealed_at column",
            "weights": "1 / inclusion_probability, cut at 5 x the median, normalised by evaluator",
            "status": "only completed visits",
            "reverification": "critical discrepancies count without re-verification: no reverified column",
            "check_error": "estimated from double checks",
        },
        "check_error": {
            "status": "assessed",
            "findings": 90,
            "discrepancies": 6,
            "delta": 0.0667,
            "point": 0.0345,
            "mean": 0.036,
            "q05": 0.018,
            "q95": 0.058,
            "by_class": [{"stability": "stable", "findings": 90, "discrepancies": 6, "point": 0.0345}],
            "dawid_skene": {
                "units": 90,
                "prevalence_fail": 0.18,
                "readings": [{"source": "report", "false_pass": 0.2, "false_alarm": 0.03}],
            },
        },
        "hyper_posterior": {"rho": 0.05, "mu1": 0.06, "phi1": 30.0, "mu2": 0.25, "omega": 0.2},
    }


def make_document(pairs: pd.DataFrame) -> dict[str, Any]:
    scored = pairs[pairs["use"] == "scored"]
    return {
        "format": "comparison.v1",
        "title": "2026 年村庄人居环境评估与抽查对比",
        "notes": ["The data are simulated. They say nothing about a real evaluator."],
        "method": _method(),
        "inputs": {
            "reports": _input("reports.csv", 612, ["sealed_at"]),
            "spot_checks": _input("spot-checks.csv", 480, ["reverified"]),
            "criteria": {"name": "criteria.json", "sha256": SHA, "criteria": len(CRITERIA)},
        },
        "pool": {
            "evaluators": len(EVALUATORS),
            "visits": int(scored["spot_check_id"].nunique()),
            "pairs": len(pairs),
            "scored_pairs": len(scored),
            "discrepancy_rate": float((scored["weight"] * scored["discrepancy"]).sum() / scored["weight"].sum()),
            "fail_prevalence": 0.171,
            "false_alarm_rate": 0.031,
        },
        "evaluators": [
            _evaluator(scored[scored["evaluator_id"] == each[0]], each)
            for each in sorted(EVALUATORS, key=lambda each: each[0])
        ],
        "criteria": [_criterion(pairs, each) for each in CRITERIA],
        "checkers": [_checker(pairs, checker_id) for checker_id in ("K1", "K2", "K3")],
        "dropped": [
            {"side": "reports", "reason": "no_check", "rows": 140},
            {"side": "reports", "reason": "superseded", "rows": 21},
            {"side": "spot_checks", "reason": "no_report", "rows": 12},
            {"side": "spot_checks", "reason": "outside_lag", "rows": 9},
        ],
    }
