"""The part of a result that says how it was found: method, rules applied, check error, code and software."""

import sys
from typing import Any

import numpy as np
import pandas as pd
import scipy

import registry
from registry.reliability.check_error import CheckError, error_from_discordance
from registry.reliability.findings import Checked
from registry.reliability.latent import dawid_skene
from registry.reliability.method import NAME, VERSION, Method
from registry.reliability.result import CheckErrorSummary, ErrorByClass, LatentClasses, MethodCard, Reading


def method_card(method: Method, **found: Any) -> MethodCard:
    """found: rules, check_error, hyper_posterior and code_sha256 of the card."""
    return MethodCard(
        name=NAME,
        version=VERSION,
        parameters=method.parameters(),
        parameters_sha256=method.parameters_sha256(),
        software={
            "registry": registry.__version__,
            "python": ".".join(str(part) for part in sys.version_info[:3]),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "pandas": pd.__version__,
        },
        **found,
    )


def applied_rules(reports: Checked, spot_checks: Checked, method: Method, check_error: CheckError) -> dict[str, str]:
    """What was applied, and what was not for want of a column."""
    absent = {"reports": set(reports.absent_columns), "spot_checks": set(spot_checks.absent_columns)}
    both = [
        name for name in ("standard_version", "parameter_digest") if not any(name in each for each in absent.values())
    ]
    by_criterion = (
        f"by criterion: its lag_days, else stable {method.lag_stable}, slow {method.lag_slow}, volatile 0 days"
    )
    return {
        "lag": by_criterion if method.lag_days is None else f"{method.lag_days} days for every criterion",
        "version": f"same {' and '.join(both)}" if both
        else "not assessed: no standard_version or parameter_digest on both sides",
        "sealing": "not assessed: no sealed_at column" if "sealed_at" in absent["reports"]
        else f"sealed before the end of the check's day in {method.zone}",
        "weights": "equal weights: no inclusion_probability column" if "inclusion_probability" in absent["spot_checks"]
        else f"1 / inclusion_probability, cut at {method.weight_cap:g} x the median, normalised by evaluator",
        "status": "all visits taken as completed: no status column" if "status" in absent["spot_checks"]
        else "only completed visits",
        "reverification": "critical discrepancies count without re-verification: no reverified column"
        if "reverified" in absent["spot_checks"] else "critical discrepancies and failed vetoes count once re-verified",
        "check_error": "estimated from double checks" if check_error.assessed
        else "not assessed: no double checks, taken as 0",
    }  # fmt: skip


def check_error_summary(
    check_error: CheckError, doubles: pd.DataFrame, latent: LatentClasses | None
) -> CheckErrorSummary:
    by_class = []
    for stability, group in doubles.groupby("stability", sort=True):
        differing = int(group["discrepancy"].sum())
        by_class.append(
            ErrorByClass(str(stability), len(group), differing, error_from_discordance(differing / len(group)))
        )
    return CheckErrorSummary(
        status="assessed" if check_error.assessed else "not assessed",
        findings=check_error.findings,
        discrepancies=check_error.discrepancies,
        delta=check_error.delta,
        point=check_error.point,
        mean=check_error.mean,
        q05=check_error.q05,
        q95=check_error.q95,
        by_class=tuple(by_class),
        dawid_skene=latent,
    )


def latent_classes(pairs: pd.DataFrame, doubles: pd.DataFrame) -> LatentClasses | None:
    """Dawid-Skene on report, first check and double checks where a finding has all three: a second opinion only."""
    scored = pairs[(pairs["use"] == "scored") & pairs["checked_pass"].notna()]
    if doubles.empty or scored.empty:
        return None
    seconds = doubles.assign(nth=doubles.groupby("check_index").cumcount())
    wide = seconds.pivot_table(index="check_index", columns="nth", values="second_pass")
    units = scored[scored["check_index"].isin(wide.index)]
    if units.empty:
        return None
    readings = np.column_stack([units["reported_pass"], units["checked_pass"], wide.loc[units["check_index"]]])
    raters = [0, 1, *([2] * wide.shape[1])]
    found = dawid_skene(readings, rater_of_column=raters, categories=[0.0, 1.0])
    sources = ("report", "first check", "double check")
    rates = tuple(
        Reading(
            source, errors.rates[0][1] if errors.rates[0] else None, errors.rates[1][0] if errors.rates[1] else None
        )
        for source, errors in zip(sources, found.errors, strict=True)
    )
    return LatentClasses(len(units), found.prevalence[0], rates)
