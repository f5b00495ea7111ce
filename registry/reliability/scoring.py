"""From paired findings to each evaluator's score: weights, rates, direction, posteriors, grade."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    present = np.unique(visits["evaluator"].to_numpy())
    place = np.full(len(names), -1, dtype=np.int64)
    place[present] = np.arange(len(present))
    fit = _fit_theta(visits, place, check_error, method) if len(present) else None
    false_pass = _fit_false_pass(visits, len(names), rates, check_error, method)
    results = []
    for evaluator, name in enumerate(names):
        own = pairs[pairs["evaluator"] == evaluator]
        results.append(
            _evaluator(name, own, visits[visits["evaluator"] == evaluator], excluded[evaluator],
                       _direction(scored, evaluator, false_pass), fit, int(place[evaluator]), false_pass,
                       evaluator, method)
        )  # fmt: skip
    finished = _compare_evaluators(results, visits, fit, place, check_error, method)
    return Scores(tuple(finished), rates, fit.hyper if fit is not None else None)


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


def _direction(scored: pd.DataFrame, evaluator: int, false_pass: _FalsePass) -> Direction:
    mine = scored["evaluator"] == evaluator
    own, others = scored[mine], scored[~mine]
    weight, n = own["weight"].to_numpy(), len(own)
    lenient, harsh = own["lenient"].to_numpy(), own["harsh"].to_numpy()
    pool_lenient, pool_harsh = float(others["lenient"].sum()), float(others["harsh"].sum())
    p_value, reason = leniency_test(
        (int((lenient == 1).sum()), int((harsh == 1).sum())),
        (int((others["lenient"] == 1).sum()), int((others["harsh"] == 1).sum())),
    )
    place = false_pass.place[evaluator]
    known = false_pass.fit is not None and place >= 0
    return Direction(
        lenient=float(lenient.sum()),
        harsh=float(harsh.sum()),
        n=n,
        net_difference_rate=hajek_rate(weight, lenient - harsh, np.ones(n)),
        gross_difference_rate=hajek_rate(weight, lenient + harsh, np.ones(n)),
        leniency_index=leniency_index(float(lenient.sum()), float(harsh.sum())),
        pool_leniency_index=leniency_index(pool_lenient, pool_harsh),
        leniency_p_value=p_value,
        leniency_reason=reason,
        false_pass=_crossing_rate(own, checked=0, reported=1),
        false_alarm=_crossing_rate(own, checked=1, reported=0),
        false_pass_posterior=summary(false_pass.fit.of(int(place))) if false_pass.fit and known else None,
        false_pass_reason=None if known else false_pass.reason,
    )


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


def _crossing_rate(own: pd.DataFrame, *, checked: int, reported: int) -> Rate:
    base = own[own["checked_pass"] == checked]
    crossed = (base["reported_pass"] == reported).to_numpy().astype(float)
    value = hajek_rate(base["weight"].to_numpy(), crossed, np.ones(len(base)))
    reason = None if len(base) else f"no check {'fails' if checked == 0 else 'passes'} a criterion with a pass line"
    return Rate(value, int(crossed.sum()), len(base), reason)


def _counts(pairs: pd.DataFrame, use: str) -> Counts:
    chosen = pairs[pairs["use"] == use]
    discrepancies = int(chosen["discrepancy"].sum())
    return Counts(len(chosen), discrepancies, discrepancies / len(chosen) if len(chosen) else None)


def _evaluator(
    name: str, own: pd.DataFrame, visits: pd.DataFrame, excluded: tuple[ExcludedShare, ...], direction: Direction,
    fit: Fit | None, place: int, false_pass: _FalsePass, evaluator: int, method: Method,
) -> EvaluatorResult:  # fmt: skip
    scored = own[own["use"] == "scored"]
    weight, discrepancy = scored["weight"].to_numpy(), scored["discrepancy"].to_numpy().astype(float)
    severity = scored["severity_weight"].to_numpy()
    ones = np.ones(len(scored))
    raw_rate = hajek_rate(weight, discrepancy, ones)
    posterior = fit.of(place) if fit is not None and place >= 0 else None
    own_lower = fit.own_of(place).quantile(0.05) if fit is not None and place >= 0 else None
    bound = direction.false_pass_posterior.q95 if direction.false_pass_posterior else None
    evidence = Evidence(len(visits), len(scored), raw_rate, posterior.quantile(0.95) if posterior else 1.0, bound,
                        own_lower or 0.0)  # fmt: skip
    grade = decide_grade(evidence, method)
    needed = visits_needed(fit, place, len(visits), method) if fit and grade.name == "inconclusive" else None
    rated = posterior if grade.name != "not rated" else None
    theta = summary(rated) if rated else None
    return EvaluatorResult(
        evaluator_id=name,
        visits=len(visits),
        pairs=len(scored),
        effective_visits=effective_number(visits["weight"].to_numpy()) if len(visits) else None,
        discrepancies=int(discrepancy.sum()),
        raw_rate=raw_rate,
        unweighted_rate=float(discrepancy.mean()) if len(scored) else None,
        severity_weighted_rate=hajek_rate(weight * severity, discrepancy, ones),
        exact_agreement=hajek_rate(weight, scored["exact"].to_numpy().astype(float), ones),
        score=100 * (1 - theta.mean) if theta else None,
        interval=(100 * (1 - theta.q95), 100 * (1 - theta.q05)) if theta else None,
        posterior=theta,
        exceedance=rated.exceedance(method.theta0) if rated else None,
        own_data_q05=own_lower if rated else None,
        grade=grade.name,
        grade_reasons=grade.reasons,
        visits_needed=needed,
        visits_still_needed=None if needed is None else max(0, needed - len(visits)),
        rank_interval=None,
        investigate=False,
        sanction_proposal=SanctionProposal(False, None, False),
        direction=direction,
        difficulty=_counts(own, "difficulty"),
        reported_only=_counts(own, "reported"),
        documents=_counts(own, "document"),
        for_cause=_counts(own, "for_cause"),
        weight_cap=WeightCap(
            int((visits["raw_weight"] > visits["weight"]).sum()),
            hajek_rate(visits["raw_weight"].to_numpy(), visits["d"].to_numpy(), visits["m"].to_numpy()),
        ),
        excluded=excluded,
    )


def _compare_evaluators(
    results: Sequence[EvaluatorResult], visits: pd.DataFrame, fit: Fit | None, place: NDArray[np.int64],
    check_error: CheckError, method: Method,
) -> list[EvaluatorResult]:  # fmt: skip
    """Adds what only the comparison of rated evaluators says: queue, sanction proposals, rank intervals."""
    from dataclasses import replace

    rated = [i for i, result in enumerate(results) if result.exceedance is not None]
    if fit is None or not rated:
        return list(results)
    exceedance = [results[i].exceedance or 0.0 for i in rated]
    queue = {rated[each] for each in investigate_queue(exceedance, method.queue_level)}
    q = float(observed_rate(np.array(method.theta0), check_error.mean))
    p_values = []
    for i in rated:
        own = visits[visits["evaluator"] == i]
        p_values.append(exact_p_value(own["d"].to_numpy(), own["m"].to_numpy(), q, fit.hyper["rho"]))
    rejected = benjamini_hochberg(p_values, method.sanction_level)
    ranks = rank_intervals(fit, [int(place[i]) for i in rated])
    finished = list(results)
    for k, i in enumerate(rated):
        proposed = exceedance[k] >= method.sanction_probability and rejected[k]
        finished[i] = replace(
            results[i],
            investigate=i in queue,
            rank_interval=ranks[k],
            sanction_proposal=SanctionProposal(proposed, p_values[k], rejected[k]),
        )
    return finished
