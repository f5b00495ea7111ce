"""From paired findings to each evaluator's score: weights, rates, direction, posteriors, grade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from registry.reliability.check_error import CheckError
from registry.reliability.grading import (
    Evidence,
    benjamini_hochberg,
    decide_grade,
    exact_p_value,
    investigate_queue,
    rank_intervals,
    visits_needed,
)
from registry.reliability.method import Method
from registry.reliability.posterior import Fit, Posterior, VisitCounts, fit_pool, observed_rate
from registry.reliability.result import (
    Counts,
    Direction,
    EvaluatorResult,
    ExcludedShare,
    PosteriorSummary,
    Rate,
    SanctionProposal,
    WeightCap,
)
from registry.reliability.weights import effective_number, hajek_rate, normalised_weights

Floats = NDArray[np.float64]

_APART = ("difficulty", "reported", "document", "for_cause")


@dataclass(frozen=True, slots=True)
class PoolRates:
    """Design-weighted rates of all scored findings with a pass line; None where there are none."""

    fail_prevalence: float | None
    false_alarm: float | None
    false_pass: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    evaluators: tuple[EvaluatorResult, ...]
    rates: PoolRates
    hyper_posterior: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class _Fitted:
    """One evaluator's row in the fit of theta."""

    fit: Fit
    place: int

    @property
    def posterior(self) -> Posterior:
        return self.fit.of(self.place)

    @property
    def own_lower(self) -> float:
        return self.fit.own_of(self.place).quantile(0.05)


@dataclass(frozen=True, slots=True)
class _FalsePass:
    """The fit of lambda: place gives each evaluator's row in the fit, -1 without a checked failure."""

    fit: Fit | None
    place: NDArray[np.int64]
    reason: str | None


def score_evaluators(
    pairs: pd.DataFrame, names: Sequence[str], excluded: Sequence[tuple[ExcludedShare, ...]],
    check_error: CheckError, method: Method,
) -> Scores:  # fmt: skip
    """Results in the order of names.

    pairs: as paired_findings gives them, evaluator being a place in names; excluded: one entry per name.
    """
    scored = pairs[pairs["use"] == "scored"]
    visits = visit_table(scored)
    rates = pool_rates(scored)
    sums = evaluator_sums(scored, len(names))
    apart = {use: _counts(pairs[pairs["use"] == use], len(names)) for use in _APART}
    present = np.unique(visits["evaluator"].to_numpy())
    place = np.full(len(names), -1, dtype=np.int64)
    place[present] = np.arange(len(present))
    fit = _fit_theta(visits, place, check_error, method) if len(present) else None
    false_pass = _fit_false_pass(visits, len(names), rates, check_error, method)
    by_evaluator = {int(who): visits[visits["evaluator"] == who] for who in present}
    results = []
    for evaluator, name in enumerate(names):
        own = sums.iloc[evaluator]
        fitted = _Fitted(fit, int(place[evaluator])) if fit is not None and place[evaluator] >= 0 else None
        direction = _direction(own, sums, false_pass, evaluator)
        found = _evaluator(name, own, by_evaluator.get(evaluator, visits.iloc[:0]), direction, fitted, method)
        results.append(
            replace(found, excluded=excluded[evaluator], difficulty=apart["difficulty"][evaluator],
                    reported_only=apart["reported"][evaluator], documents=apart["document"][evaluator],
                    for_cause=apart["for_cause"][evaluator])
        )  # fmt: skip
    finished = _compare_evaluators(results, by_evaluator, fit, place, check_error, method)
    return Scores(tuple(finished), rates, fit.hyper if fit is not None else None)


def evaluator_sums(scored: pd.DataFrame, evaluators: int) -> pd.DataFrame:
    """Sums over each evaluator's scored pairs: counts, and (w_...) the same with design weights."""
    weight, material = scored["weight"], scored["discrepancy"].astype(float)
    severity = weight * scored["severity_weight"]
    failed, passed = scored["checked_pass"] == 0, scored["checked_pass"] == 1
    missed, alarm = failed & (scored["reported_pass"] == 1), passed & (scored["reported_pass"] == 0)
    columns = {
        "n": weight * 0 + 1, "w": weight, "d": material, "w_d": weight * material, "s": severity,
        "s_d": severity * material, "w_exact": weight * scored["exact"], "lenient": scored["lenient"],
        "harsh": scored["harsh"], "w_lenient": weight * scored["lenient"], "w_harsh": weight * scored["harsh"],
        "whole_lenient": scored["lenient"] == 1, "whole_harsh": scored["harsh"] == 1, "failed": failed,
        "passed": passed, "missed": missed, "alarm": alarm, "w_failed": weight * failed, "w_passed": weight * passed,
        "w_missed": weight * missed, "w_alarm": weight * alarm,
    }  # fmt: skip
    sums = pd.DataFrame(columns).astype(float).groupby(scored["evaluator"]).sum()
    return sums.reindex(range(evaluators), fill_value=0.0)


def _counts(pairs: pd.DataFrame, evaluators: int) -> list[Counts]:
    grouped = pairs.groupby("evaluator")["discrepancy"].agg(["size", "sum"]).reindex(range(evaluators), fill_value=0)
    return [Counts(int(n), int(d), int(d) / int(n) if n else None) for n, d in grouped.itertuples(index=False)]


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None


def visit_table(scored: pd.DataFrame) -> pd.DataFrame:
    """One row per visit of one evaluator: d, m, k_f, n_f (failures passed, failures checked), weights."""
    marked = scored.assign(
        missed=((scored["reported_pass"] == 1) & (scored["checked_pass"] == 0)).astype(float),
        failed=(scored["checked_pass"] == 0).astype(float),
    )
    grouped = marked.groupby(["evaluator", "visit"], sort=True)
    visits = grouped.agg(
        d=("discrepancy", "sum"), m=("discrepancy", "size"), k_f=("missed", "sum"), n_f=("failed", "sum"),
        weight=("weight", "first"), raw_weight=("raw_weight", "first"), normalised=("normalised_weight", "first"),
    ).reset_index()  # fmt: skip
    return visits.astype({"d": float, "m": float})


def pool_rates(scored: pd.DataFrame) -> PoolRates:
    with_line = scored[scored["checked_pass"].notna()]
    weight = with_line["weight"].to_numpy()
    fails = (with_line["checked_pass"] == 0).to_numpy().astype(float)
    reported_pass = (with_line["reported_pass"] == 1).to_numpy().astype(float)
    return PoolRates(
        fail_prevalence=hajek_rate(weight, fails, np.ones(len(weight))),
        false_alarm=hajek_rate(weight, (1 - reported_pass) * (1 - fails), 1 - fails),
        false_pass=hajek_rate(weight, reported_pass * fails, fails),
    )


def _fit_theta(visits: pd.DataFrame, place: NDArray[np.int64], check_error: CheckError, method: Method) -> Fit:
    counts = VisitCounts(
        evaluators=int(place.max()) + 1,
        evaluator=place[visits["evaluator"].to_numpy()],
        events=visits["d"].to_numpy(),
        findings=visits["m"].to_numpy(),
        weight=visits["normalised"].to_numpy(),
    )
    return fit_pool(counts, method, method.discrepancy_grid, check_error.nodes)


def true_failure_share(fail_prevalence: float, check_error: float) -> float:
    """g: the share of checked failures that are true ones, from the share of checked failures and the check error."""
    prevalence = min(1.0, max(0.0, (fail_prevalence - check_error) / (1 - 2 * check_error)))
    true, false = prevalence * (1 - check_error), (1 - prevalence) * check_error
    return true / (true + false) if true + false > 0 else 0.0


def _fit_false_pass(
    visits: pd.DataFrame, evaluators: int, rates: PoolRates, check_error: CheckError, method: Method
) -> _FalsePass:
    """lambda: the same model for failures passed, whose observable rate mixes true and mistaken failures."""
    place = np.full(evaluators, -1, dtype=np.int64)
    with_failures = visits[visits["n_f"] > 0]
    if with_failures.empty or rates.fail_prevalence is None:
        return _FalsePass(None, place, "no checked failure on a criterion with a pass line")
    prevalence = rates.fail_prevalence
    if true_failure_share(prevalence, check_error.mean) == 0:
        return _FalsePass(None, place, "checked failures are no more frequent than the checkers' own errors")
    passes_when_passing = 1 - (rates.false_alarm or 0.0)

    def rate(lam: Floats, error: float) -> Floats:
        share = true_failure_share(prevalence, error)
        return share * lam + (1 - share) * passes_when_passing

    present = np.unique(with_failures["evaluator"].to_numpy())
    place[present] = np.arange(len(present))
    weight = with_failures.groupby("evaluator")["weight"].transform(lambda each: normalised_weights(each.to_numpy()))
    counts = VisitCounts(
        evaluators=len(present),
        evaluator=place[with_failures["evaluator"].to_numpy()],
        events=with_failures["k_f"].to_numpy(),
        findings=with_failures["n_f"].to_numpy(),
        weight=weight.to_numpy(),
    )
    fit = fit_pool(counts, method, method.false_pass_grid, check_error.nodes, rate)
    return _FalsePass(fit, place, "no checked failure on a criterion with a pass line")


def summary(posterior: Posterior) -> PosteriorSummary:
    return PosteriorSummary(posterior.mean, posterior.quantile(0.05), posterior.quantile(0.95))


def _direction(own: "pd.Series[float]", sums: pd.DataFrame, false_pass: _FalsePass, evaluator: int) -> Direction:
    others = sums.sum() - own
    p_value, reason = leniency_test(
        (int(own["whole_lenient"]), int(own["whole_harsh"])),
        (round(others["whole_lenient"]), round(others["whole_harsh"])),
    )
    place = int(false_pass.place[evaluator])
    posterior = summary(false_pass.fit.of(place)) if false_pass.fit is not None and place >= 0 else None
    return Direction(
        lenient=float(own["lenient"]),
        harsh=float(own["harsh"]),
        n=int(own["n"]),
        net_difference_rate=_ratio(own["w_lenient"] - own["w_harsh"], own["w"]),
        gross_difference_rate=_ratio(own["w_lenient"] + own["w_harsh"], own["w"]),
        leniency_index=leniency_index(own["lenient"], own["harsh"]),
        pool_leniency_index=leniency_index(others["lenient"], others["harsh"]),
        leniency_p_value=p_value,
        leniency_reason=reason,
        false_pass=_rate(own, "missed", "failed", "no check fails a criterion with a pass line"),
        false_alarm=_rate(own, "alarm", "passed", "no check passes a criterion with a pass line"),
        false_pass_posterior=posterior,
        false_pass_reason=None if posterior else false_pass.reason,
    )


def _rate(own: "pd.Series[float]", events: str, base: str, reason: str) -> Rate:
    value = _ratio(own[f"w_{events}"], own[f"w_{base}"])
    return Rate(value, int(own[events]), int(own[base]), reason if value is None else None)


def leniency_index(lenient: float, harsh: float) -> float | None:
    """lenient / (lenient + harsh), 0 to 1; None without either."""
    return lenient / (lenient + harsh) if lenient + harsh > 0 else None


def leniency_test(own: tuple[int, int], pool: tuple[int, int]) -> tuple[float | None, str | None]:
    """Exact two-sided binomial p-value of (lenient, harsh) against the pool's ratio, not against one half.

    Checkers as a body may be stricter than evaluators; only being unlike the others says something of one of them.
    """
    if sum(own) == 0:
        return None, "no whole lenient or harsh finding"
    if sum(pool) == 0:
        return None, "the other evaluators have no whole lenient or harsh finding"
    return float(binomtest(own[0], sum(own), pool[0] / sum(pool)).pvalue), None


def _evaluator(
    name: str,
    own: "pd.Series[float]",
    visits: pd.DataFrame,
    direction: Direction,
    fitted: _Fitted | None,
    method: Method,
) -> EvaluatorResult:
    """What one evaluator's own pairs and posterior say; the members that need all evaluators are set later."""
    raw_rate = _ratio(own["w_d"], own["w"])
    posterior = fitted.posterior if fitted else None
    own_lower = fitted.own_lower if fitted else 0.0
    grade = decide_grade(
        Evidence(
            visits=len(visits),
            pairs=int(own["n"]),
            raw_rate=raw_rate,
            bound=posterior.quantile(0.95) if posterior else 1.0,
            false_pass_bound=direction.false_pass_posterior.q95 if direction.false_pass_posterior else None,
            own_lower=own_lower,
        ),
        method,
    )
    needed = None
    if fitted and grade.name == "inconclusive" and len(visits) < method.visits_cap:
        needed = visits_needed(fitted.fit, fitted.place, len(visits), method)
    rated = posterior if grade.name != "not rated" else None
    theta = summary(rated) if rated else None
    return EvaluatorResult(
        evaluator_id=name,
        visits=len(visits),
        pairs=int(own["n"]),
        effective_visits=effective_number(visits["weight"].to_numpy()) if len(visits) else None,
        discrepancies=int(own["d"]),
        raw_rate=raw_rate,
        unweighted_rate=_ratio(own["d"], own["n"]),
        severity_weighted_rate=_ratio(own["s_d"], own["s"]),
        exact_agreement=_ratio(own["w_exact"], own["w"]),
        score=100 * (1 - theta.mean) if theta else None,
        interval=(100 * (1 - theta.q95), 100 * (1 - theta.q05)) if theta else None,
        posterior=theta,
        exceedance=rated.exceedance(method.theta0) if rated else None,
        own_data_q05=own_lower if rated else None,
        grade=grade.name,
        grade_reasons=grade.reasons,
        visits_needed=needed,
        visits_still_needed=None if needed is None else needed - len(visits),
        direction=direction,
        weight_cap=WeightCap(
            int((visits["raw_weight"] > visits["weight"]).sum()),
            hajek_rate(visits["raw_weight"].to_numpy(), visits["d"].to_numpy(), visits["m"].to_numpy()),
        ),
    )


def _compare_evaluators(
    results: Sequence[EvaluatorResult], visits: Mapping[int, pd.DataFrame], fit: Fit | None,
    place: NDArray[np.int64], check_error: CheckError, method: Method,
) -> list[EvaluatorResult]:  # fmt: skip
    """Adds what only the comparison of rated evaluators says: queue, sanction proposals, rank intervals."""
    rated = [i for i, result in enumerate(results) if result.exceedance is not None]
    if fit is None or not rated:
        return list(results)
    exceedance = [results[i].exceedance or 0.0 for i in rated]
    queue = set(investigate_queue(exceedance, method.queue_level))
    q = float(observed_rate(np.array(method.theta0), check_error.mean))
    p_values = [exact_p_value(visits[i]["d"].to_numpy(), visits[i]["m"].to_numpy(), q, fit.hyper["rho"]) for i in rated]
    rejected = benjamini_hochberg(p_values, method.sanction_level)
    ranks = rank_intervals(fit, [int(place[i]) for i in rated])
    finished = list(results)
    for k, i in enumerate(rated):
        proposed = exceedance[k] >= method.sanction_probability and rejected[k]
        finished[i] = replace(
            results[i],
            investigate=k in queue,
            rank_interval=ranks[k],
            sanction_proposal=SanctionProposal(proposed, p_values[k], rejected[k]),
        )
    return finished
