"""Checked findings in, comparison out: the whole main job as one pure function."""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

import registry
from registry.errors import Invalid
from registry.reliability.check_error import CheckError, check_error_posterior, error_from_discordance
from registry.reliability.criteria import SEVERITY_WEIGHTS, Criterion
from registry.reliability.criterion_results import criterion_results
from registry.reliability.discrepancy import differences
from registry.reliability.findings import Checked
from registry.reliability.latent import dawid_skene
from registry.reliability.measurement import proportion_interval
from registry.reliability.method import NAME, VERSION, Method
from registry.reliability.pairing import REASONS, Pairing, pair
from registry.reliability.ratings import Estimate
from registry.reliability.result import (
    CheckerResult,
    CheckErrorSummary,
    Comparison,
    Dropped,
    ErrorByClass,
    ExcludedShare,
    Inputs,
    LatentClasses,
    MethodCard,
    Pool,
    Reading,
)
from registry.reliability.scoring import Scores, score_evaluators
from registry.reliability.weights import design_weights, hajek_rate, normalised_weights


class NothingToCompare(Invalid):
    code = "nothing-to-compare"
    title = "There is nothing to compare"


def compare_findings(
    reports: Checked, spot_checks: Checked, criteria: Sequence[Criterion], method: Method, inputs: Inputs,
    *, code_sha256: str, title: str | None = None, notes: Sequence[str] = (),
) -> Comparison:  # fmt: skip
    """Pair, score and grade. inputs and code_sha256 are quoted in the result. Raises NothingToCompare without rows."""
    if reports.frame.empty or spot_checks.frame.empty:
        empty = "reports" if reports.frame.empty else "spot checks"
        raise NothingToCompare(f"No good row is left in the {empty}.")
    pairing = pair(reports, spot_checks, criteria, method)
    names = list(reports.frame["evaluator_id"].cat.categories)
    names = [name for name in names if (reports.frame["evaluator_id"] == name).any()]
    pairs = paired_findings(reports, spot_checks, pairing, criteria, names, method)
    doubles = double_findings(spot_checks, pairing, criteria)
    scored_doubles = doubles[doubles["role"] == "scored"]
    check_error = check_error_posterior(int(scored_doubles["discrepancy"].sum()), len(scored_doubles), method)
    scores = score_evaluators(pairs, names, _excluded(reports, pairing, names), check_error, method)
    latent = _latent_classes(pairs, scored_doubles)
    return Comparison(
        title=title,
        notes=tuple(notes),
        method=_method_card(reports, spot_checks, method, scores, check_error, scored_doubles, latent, code_sha256),
        inputs=inputs,
        pool=_pool(pairs, scores),
        evaluators=scores.evaluators,
        criteria=criterion_results(pairs, criteria),
        checkers=_checkers(pairs, scored_doubles),
        dropped=tuple(Dropped(*each) for each in pairing.dropped()),
        pairs=working_pairs(pairs, criteria),
    )


def paired_findings(
    reports: Checked, spot_checks: Checked, pairing: Pairing, criteria: Sequence[Criterion], names: Sequence[str],
    method: Method,
) -> pd.DataFrame:  # fmt: skip
    """One row per pair, in an order that does not depend on the order of the files.

    evaluator: place in names; visit: place among the visits (spot check x site x evaluator); weight: capped design
    weight of the visit, normalised_weight: the same scaled within the evaluator's scored visits.
    """
    r = reports.frame.iloc[pairing.pairs["report_index"].to_numpy()].reset_index(drop=True)
    c = spot_checks.frame.iloc[pairing.pairs["check_index"].to_numpy()].reset_index(drop=True)
    place = {name: i for i, name in enumerate(names)}
    criterion = r["criterion"].to_numpy()
    y, x = r["reading"].to_numpy(), c["reading"].to_numpy()
    found = differences(criteria, criterion, y, x)
    roles = np.array([each.role for each in criteria], dtype=object)
    pairs = pd.DataFrame({
        "evaluator": r["evaluator_id"].map(place).to_numpy(dtype=np.int64),
        "evaluator_id": r["evaluator_id"].astype(str), "spot_check_id": c["spot_check_id"].astype(str),
        "checker_id": c["checker_id"].astype(str), "site_id": c["site_id"].astype(str),
        "report_id": r["report_id"].astype(str), "criterion": criterion,
        "report_row": r["row"], "check_row": c["row"], "report_day": r["day"], "check_day": c["day"],
        "lag_days": pairing.pairs["lag"].to_numpy(), "report_value": r["value"].astype(str),
        "check_value": c["value"].astype(str), "report_reading": y, "check_reading": x,
        "use": np.where(pairing.pairs["use"] == "paired", roles[criterion], "for_cause"),
        "exact": y == x, "discrepancy": found.material, "size": found.size, "lenient": found.lenient,
        "harsh": found.harsh, "reported_pass": found.reported_pass, "checked_pass": found.checked_pass,
        "severity_weight": np.array([SEVERITY_WEIGHTS[each.severity] for each in criteria])[criterion],
        "check_index": pairing.pairs["check_index"].to_numpy(),
    })  # fmt: skip
    has_design = "inclusion_probability" in c
    pairs["probability"] = c["inclusion_probability"].fillna(1.0) if has_design else 1.0
    keys = ["evaluator_id", "spot_check_id", "site_id", "criterion", "report_id"]
    pairs = pairs.sort_values(keys, kind="stable").reset_index(drop=True)
    pairs["visit"] = pairs.groupby(keys[:3], sort=True).ngroup()
    return _with_weights(pairs, method)


def _with_weights(pairs: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Adds raw_weight, weight (cut at the cap of the pool) and normalised_weight (by evaluator, scored visits)."""
    in_design = pairs["use"] != "for_cause"
    visits = pairs[in_design].groupby("visit", sort=True).agg(probability=("probability", "first"))
    weights = design_weights(visits["probability"].to_numpy(), cap=method.weight_cap)
    raw = pd.Series(weights.raw, index=visits.index)
    capped = pd.Series(weights.capped, index=visits.index)
    scored = pairs[pairs["use"] == "scored"].groupby("visit", sort=True).agg(evaluator=("evaluator", "first"))
    scored["weight"] = capped.reindex(scored.index)
    normalised = scored.groupby("evaluator")["weight"].transform(lambda each: normalised_weights(each.to_numpy()))
    return pairs.assign(
        raw_weight=pairs["visit"].map(raw).fillna(1.0).to_numpy(),
        weight=pairs["visit"].map(capped).fillna(1.0).to_numpy(),
        normalised_weight=pairs["visit"].map(normalised).to_numpy(dtype=float),
    )


def double_findings(spot_checks: Checked, pairing: Pairing, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """Findings that a second checker repeated: both checkers, both readings, whether they differ materially."""
    first = spot_checks.frame.iloc[pairing.doubles["first_index"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    second = spot_checks.frame.iloc[pairing.doubles["second_index"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    criterion = first["criterion"].to_numpy()
    found = differences(criteria, criterion, second["reading"].to_numpy(), first["reading"].to_numpy())
    doubles = pd.DataFrame({
        "check_index": pairing.doubles["first_index"].to_numpy(dtype=np.int64),
        "first_checker": first["checker_id"].astype(str), "second_checker": second["checker_id"].astype(str),
        "second_pass": found.reported_pass, "discrepancy": found.material,
        "role": np.array([each.role for each in criteria], dtype=object)[criterion],
        "stability": np.array([each.stability for each in criteria], dtype=object)[criterion],
        "second_check": second["spot_check_id"].astype(str),
    })  # fmt: skip
    return doubles.sort_values(["check_index", "second_check"], kind="stable").reset_index(drop=True)


def _excluded(reports: Checked, pairing: Pairing, names: Sequence[str]) -> list[tuple[ExcludedShare, ...]]:
    evaluator = reports.frame["evaluator_id"].astype(str).to_numpy()
    table = pd.crosstab(evaluator, pairing.report_reason)
    totals = table.sum(axis=1)
    return [
        tuple(
            ExcludedShare(REASONS[code], int(rows), float(rows / totals[name]))
            for code, rows in table.loc[name].items() if code >= 0 and rows > 0
        )
        for name in names
    ]  # fmt: skip


def _pool(pairs: pd.DataFrame, scores: Scores) -> Pool:
    scored = pairs[pairs["use"] == "scored"]
    weight = scored["weight"].to_numpy()
    return Pool(
        evaluators=len(scores.evaluators),
        visits=int(scored["visit"].nunique()),
        pairs=len(pairs),
        scored_pairs=len(scored),
        discrepancy_rate=hajek_rate(weight, scored["discrepancy"].to_numpy().astype(float), np.ones(len(scored))),
        fail_prevalence=scores.rates.fail_prevalence,
        false_alarm_rate=scores.rates.false_alarm,
    )


def _checkers(pairs: pd.DataFrame, doubles: pd.DataFrame) -> tuple[CheckerResult, ...]:
    scored = pairs[pairs["use"] == "scored"]
    names = sorted({*scored["checker_id"], *doubles["first_checker"], *doubles["second_checker"]})
    found = []
    for name in names:
        own = scored[scored["checker_id"] == name]
        repeated = doubles[(doubles["first_checker"] == name) | (doubles["second_checker"] == name)]
        discrepancies, differing = int(own["discrepancy"].sum()), int(repeated["discrepancy"].sum())
        found.append(CheckerResult(
            checker_id=name,
            visits=int(own["visit"].nunique()),
            pairs=len(own),
            discrepancies=discrepancies,
            discrepancy_rate=discrepancies / len(own) if len(own) else None,
            lenient=float(own["lenient"].sum()),
            harsh=float(own["harsh"].sum()),
            double_checks=len(repeated),
            double_discrepancies=differing,
            error=checker_error(differing, len(repeated)),
        ))  # fmt: skip
    return tuple(found)


def checker_error(discrepancies: int, findings: int) -> Estimate:
    """A checker's error from the double checks with others, all taken to err alike; Wilson limits carried over."""
    method = "check error from discordance; Wilson limits"
    if findings == 0:
        return Estimate(None, None, None, 0, method, "no double check")
    low, high = proportion_interval(discrepancies, findings)
    value = error_from_discordance(discrepancies / findings)
    return Estimate(value, None, (error_from_discordance(low), error_from_discordance(high)), findings, method)


def _latent_classes(pairs: pd.DataFrame, doubles: pd.DataFrame) -> LatentClasses | None:
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
        Reading(source, errors.rates[0][1] if errors.rates[0] else None, errors.rates[1][0] if errors.rates[1] else None)
        for source, errors in zip(sources, found.errors, strict=True)
    )
    return LatentClasses(len(units), found.prevalence[0], rates)


def _method_card(
    reports: Checked, spot_checks: Checked, method: Method, scores: Scores, check_error: CheckError,
    doubles: pd.DataFrame, latent: LatentClasses | None, code_sha256: str,
) -> MethodCard:  # fmt: skip
    return MethodCard(
        name=NAME,
        version=VERSION,
        parameters=method.parameters(),
        parameters_sha256=method.parameters_sha256(),
        code_sha256=code_sha256,
        software={
            "registry": registry.__version__,
            "python": ".".join(str(part) for part in sys.version_info[:3]),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "pandas": pd.__version__,
        },
        rules=_rules(reports, spot_checks, method, check_error),
        check_error=_check_error_summary(check_error, doubles, latent),
        hyper_posterior=scores.hyper_posterior,
    )


def _rules(reports: Checked, spot_checks: Checked, method: Method, check_error: CheckError) -> dict[str, str]:
    """What was applied, and what was not for want of a column."""
    absent = {"reports": set(reports.absent_columns), "spot_checks": set(spot_checks.absent_columns)}
    both = [name for name in ("standard_version", "parameter_digest") if not any(name in each for each in absent.values())]
    by_criterion = f"by criterion: its lag_days, else stable {method.lag_stable}, slow {method.lag_slow}, volatile 0 days"
    return {
        "lag": by_criterion if method.lag_days is None else f"{method.lag_days} days for every criterion",
        "version": f"same {' and '.join(both)}" if both else "not assessed: no standard_version or parameter_digest on both sides",
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


def _check_error_summary(
    check_error: CheckError, doubles: pd.DataFrame, latent: LatentClasses | None
) -> CheckErrorSummary:
    by_class = []
    for stability, group in doubles.groupby("stability", sort=True):
        differing = int(group["discrepancy"].sum())
        by_class.append(ErrorByClass(str(stability), len(group), differing, error_from_discordance(differing / len(group))))
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


def working_pairs(pairs: pd.DataFrame, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """The pairs as an auditor reads them: texts as given, ISO dates, one row per pair."""
    direction = np.where(pairs["lenient"] > 0, "lenient", np.where(pairs["harsh"] > 0, "harsh", ""))
    identifiers = np.array([each.id for each in criteria], dtype=object)
    severities = np.array([each.severity for each in criteria], dtype=object)
    criterion = pairs["criterion"].to_numpy()
    return pd.DataFrame({
        "evaluator_id": pairs["evaluator_id"], "spot_check_id": pairs["spot_check_id"],
        "checker_id": pairs["checker_id"], "site_id": pairs["site_id"], "criterion_id": identifiers[criterion],
        "report_id": pairs["report_id"], "report_row": pairs["report_row"], "check_row": pairs["check_row"],
        "report_observed_on": iso_dates(pairs["report_day"]), "check_observed_on": iso_dates(pairs["check_day"]),
        "lag_days": pairs["lag_days"], "report_value": pairs["report_value"], "check_value": pairs["check_value"],
        "use": pairs["use"], "discrepancy": pairs["discrepancy"].astype(int), "signed_size": pairs["size"],
        "direction": direction, "reported_pass": flag_texts(pairs["reported_pass"]),
        "checked_pass": flag_texts(pairs["checked_pass"]), "weight": pairs["weight"],
        "normalised_weight": pairs["normalised_weight"], "severity": severities[criterion],
    })  # fmt: skip


def iso_dates(days: "pd.Series[Any]") -> NDArray[np.object_]:
    """ISO texts of days since 1970-01-01."""
    texts: NDArray[np.object_] = days.to_numpy().astype("datetime64[D]").astype(str).astype(object)
    return texts


def flag_texts(flags: "pd.Series[Any]") -> NDArray[np.object_]:
    values = flags.to_numpy()
    texts: NDArray[np.object_] = np.where(np.isnan(values), "", np.where(values == 1, "true", "false")).astype(object)
    return texts
