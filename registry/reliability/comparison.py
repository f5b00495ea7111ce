"""Checked findings in, comparison out: the whole main job as one pure function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from registry.errors import Invalid
from registry.reliability.check_error import check_error_posterior, error_from_discordance
from registry.reliability.criteria import SEVERITY_WEIGHTS, Criterion
from registry.reliability.criterion_results import criterion_results
from registry.reliability.discrepancy import differences
from registry.reliability.findings import Checked
from registry.reliability.measurement import proportion_interval
from registry.reliability.method import Method
from registry.reliability.method_card import applied_rules, check_error_summary, latent_classes, method_card
from registry.reliability.pairing import REASONS, Pairing, pair
from registry.reliability.ratings import Estimate
from registry.reliability.result import (
    CheckerResult,
    Comparison,
    Dropped,
    ExcludedShare,
    Inputs,
    Pool,
)
from registry.reliability.scoring import Scores, score_evaluators
from registry.reliability.weights import design_weights, hajek_rate, normalised_weights


class NothingToCompare(Invalid):
    code = "nothing-to-compare"
    title = "There is nothing to compare"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result quotes about its origin. code_sha256: digest of the program."""

    inputs: Inputs
    code_sha256: str
    title: str | None = None
    notes: tuple[str, ...] = ()


def compare_findings(
    reports: Checked, spot_checks: Checked, criteria: Sequence[Criterion], method: Method, provenance: Provenance
) -> Comparison:
    """Pair, score and grade. Raises NothingToCompare where a side has no rows."""
    if reports.frame.empty or spot_checks.frame.empty:
        empty = "reports" if reports.frame.empty else "spot checks"
        raise NothingToCompare(f"No good row is left in the {empty}.")
    pairing = pair(reports, spot_checks, criteria, method)
    names = list(reports.frame["evaluator_id"].cat.remove_unused_categories().cat.categories)
    pairs = paired_findings(reports, spot_checks, pairing, criteria, names, method)
    doubles = double_findings(spot_checks, pairing, criteria)
    scored_doubles = doubles[doubles["role"] == "scored"]
    check_error = check_error_posterior(int(scored_doubles["discrepancy"].sum()), len(scored_doubles), method)
    scores = score_evaluators(pairs, names, _excluded(reports, pairing, names), check_error, method)
    return Comparison(
        title=provenance.title,
        notes=provenance.notes,
        method=method_card(
            method,
            rules=applied_rules(reports, spot_checks, method, check_error),
            check_error=check_error_summary(check_error, scored_doubles, latent_classes(pairs, scored_doubles)),
            hyper_posterior=scores.hyper_posterior,
            code_sha256=provenance.code_sha256,
        ),
        inputs=provenance.inputs,
        pool=_pool(pairs, scores),
        evaluators=scores.evaluators,
        criteria=criterion_results(pairs, criteria),
        checkers=_checkers(pairs, scored_doubles),
        dropped=tuple(Dropped(*each) for each in pairing.dropped()),
        pairs=working_pairs(pairs, criteria),
        unpaired=unpaired_rows(reports, spot_checks, pairing),
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
    place = {name: i for i, name in enumerate(names)}
    evaluator = reports.frame["evaluator_id"].map(place).to_numpy(dtype=np.int64)
    # One column more, for the rows that paired.
    table = np.zeros((len(names), len(REASONS) + 1), dtype=np.int64)
    np.add.at(table, (evaluator, pairing.report_reason), 1)
    totals = table.sum(axis=1)
    return [
        tuple(
            ExcludedShare(reason, int(rows), float(rows / totals[i]))
            for reason, rows in zip(REASONS, table[i], strict=False)
            if rows
        )
        for i in range(len(names))
    ]


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
    own = scored.groupby("checker_id", sort=True).agg(
        visits=("visit", "nunique"), pairs=("visit", "size"), discrepancies=("discrepancy", "sum"),
        lenient=("lenient", "sum"), harsh=("harsh", "sum"),
    )  # fmt: skip
    # A double check speaks about both of its checkers.
    checker = pd.concat([doubles["first_checker"], doubles["second_checker"]])
    repeated = pd.concat([doubles["discrepancy"]] * 2).groupby(checker).agg(doubled="size", differing="sum")
    table = own.join(repeated, how="outer").fillna(0).sort_index()
    rows: dict[str, dict[str, float]] = table.astype(float).to_dict("index")  # type: ignore[assignment]
    return tuple(_checker(str(name), row) for name, row in rows.items())


def _checker(name: str, row: dict[str, float]) -> CheckerResult:
    return CheckerResult(
        checker_id=name,
        visits=int(row["visits"]),
        pairs=int(row["pairs"]),
        discrepancies=int(row["discrepancies"]),
        discrepancy_rate=row["discrepancies"] / row["pairs"] if row["pairs"] else None,
        lenient=row["lenient"],
        harsh=row["harsh"],
        double_checks=int(row["doubled"]),
        double_discrepancies=int(row["differing"]),
        error=checker_error(int(row["differing"]), int(row["doubled"])),
    )


def checker_error(discrepancies: int, findings: int) -> Estimate:
    """A checker's error from the double checks with others, all taken to err alike; Wilson limits carried over."""
    method = "check error from discordance; Wilson limits"
    if findings == 0:
        return Estimate(None, None, None, 0, method, "no double check")
    low, high = proportion_interval(discrepancies, findings)
    value = error_from_discordance(discrepancies / findings)
    return Estimate(value, None, (error_from_discordance(low), error_from_discordance(high)), findings, method)


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


def unpaired_rows(reports: Checked, spot_checks: Checked, pairing: Pairing) -> pd.DataFrame:
    """Every row that did not pair, with its reason: side, row and identifiers, in an order that files do not change."""
    names = np.array(REASONS, dtype=object)
    parts = []
    for checked, reasons, who, which in (
        (reports, pairing.report_reason, "evaluator_id", "report_id"),
        (spot_checks, pairing.check_reason, "checker_id", "spot_check_id"),
    ):
        rows = checked.frame[reasons >= 0]
        part = pd.DataFrame({
            "side": checked.side, "row": rows["row"], "reason": names[reasons[reasons >= 0]],
            "by": rows[who].astype(str), "visit": rows[which].astype(str), "site_id": rows["site_id"].astype(str),
            "criterion_id": rows["criterion_id"].astype(str), "observed_on": iso_dates(rows["day"]),
            "value": rows["value"].astype(str),
        })  # fmt: skip
        parts.append(part.sort_values(["by", "visit", "site_id", "criterion_id"], kind="stable"))
    return pd.concat(parts, ignore_index=True)


def iso_dates(days: "pd.Series[Any]") -> NDArray[np.object_]:
    """ISO texts of days since 1970-01-01."""
    texts: NDArray[np.object_] = days.to_numpy().astype("datetime64[D]").astype(str).astype(object)
    return texts


def flag_texts(flags: "pd.Series[Any]") -> NDArray[np.object_]:
    values = flags.to_numpy()
    texts: NDArray[np.object_] = np.where(np.isnan(values), "", np.where(values == 1, "true", "false")).astype(object)
    return texts
