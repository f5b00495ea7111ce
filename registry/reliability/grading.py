"""From a posterior to a grade, a work queue and a proposal. A grade is a statement about the bound, never the mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from registry.reliability.method import Method
from registry.reliability.posterior import EDGES, Fit, Posterior, log_beta_binomial

Floats = NDArray[np.float64]
GradeName = Literal["A", "B", "C", "inconclusive", "not rated"]

# Ties at a threshold count as reached, whatever binary fractions make of them.
_SLACK = 1e-12


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a grade rests on. Bounds are 95 % posterior quantiles; false_pass_bound None = lambda unknown."""

    visits: int
    pairs: int
    raw_rate: float | None
    bound: float
    false_pass_bound: float | None
    own_lower: float


@dataclass(frozen=True, slots=True)
class Grade:
    name: GradeName
    reasons: tuple[str, ...]


def decide_grade(evidence: Evidence, method: Method) -> Grade:
    """A: bound, false passes, visits and raw rate all good. B: bound. C: only on the evaluator's own evidence."""
    e = evidence
    if e.visits < method.rated_visits or e.pairs < method.rated_pairs:
        return Grade("not rated", tuple(
            reason for reason, short in (
                (f"{e.visits} visits, at least {method.rated_visits} are needed", e.visits < method.rated_visits),
                (f"{e.pairs} pairs, at least {method.rated_pairs} are needed", e.pairs < method.rated_pairs),
            ) if short
        ))  # fmt: skip
    hindrances = _hindrances_to_a(e, method)
    if not hindrances:
        return Grade("A", (f"U95 {e.bound:.3f} <= {method.grade_a:.2f}",
                           f"U95 of false passes {e.false_pass_bound:.3f} <= {method.grade_a_false_pass:.2f}",
                           f"{e.visits} visits >= {method.grade_a_visits}",
                           f"raw rate {e.raw_rate:.3f} <= {method.grade_a:.2f}"))  # fmt: skip
    if e.bound <= method.grade_b + _SLACK:
        return Grade("B", (f"U95 {e.bound:.3f} <= {method.grade_b:.2f}", *hindrances))
    above = f"U95 {e.bound:.3f} > {method.grade_b:.2f}"
    if e.own_lower > method.theta0 + _SLACK:
        return Grade("C", (f"own-data L05 {e.own_lower:.3f} > {method.theta0:.2f}", above))
    return Grade("inconclusive", (above, f"own-data L05 {e.own_lower:.3f} <= {method.theta0:.2f}"))


def _hindrances_to_a(e: Evidence, method: Method) -> tuple[str, ...]:
    found = []
    if e.bound > method.grade_a + _SLACK:
        found.append(f"no A: U95 {e.bound:.3f} > {method.grade_a:.2f}")
    if e.false_pass_bound is None:
        found.append("no A: the false-pass rate is unknown")
    elif e.false_pass_bound > method.grade_a_false_pass + _SLACK:
        found.append(f"no A: U95 of false passes {e.false_pass_bound:.3f} > {method.grade_a_false_pass:.2f}")
    if e.visits < method.grade_a_visits:
        found.append(f"no A: {e.visits} visits < {method.grade_a_visits}")
    if e.raw_rate is None or e.raw_rate > method.grade_a + _SLACK:
        rate = "unknown" if e.raw_rate is None else f"{e.raw_rate:.3f} > {method.grade_a:.2f}"
        found.append(f"no A: raw rate {rate}")
    return tuple(found)


def visits_needed(fit: Fit, evaluator: int, visits: int, method: Method) -> int:
    """The smallest number of visits, at most the cap, at which this evaluator's observed rate would reach B or C.

    visits: those so far, fewer than the cap. The cap itself may also mean that even so many would not decide.
    The visits so far are repeated pro rata: their log-likelihood is scaled. A plan, not a promise.
    """
    totals = np.arange(visits + 1, method.visits_cap + 1)
    log = fit.log_likelihood[:, evaluator, :]
    scaled = np.exp((log - log.max())[None, :, :] * (totals / visits)[:, None, None])
    shrunk = np.einsum("nrt,rt->nt", scaled, fit.predictive)
    flat = np.einsum("nrt,r,t->nt", scaled, fit.rho_weight, np.diff(EDGES))
    for total, masses, own in zip(totals, shrunk, flat, strict=True):
        bound = Posterior(EDGES, masses / masses.sum()).quantile(0.95)
        lower = Posterior(EDGES, own / own.sum()).quantile(0.05)
        if bound <= method.grade_b or lower > method.theta0:
            return int(total)
    return method.visits_cap


def investigate_queue(exceedance: Sequence[float], level: float) -> list[int]:
    """Places of the largest set whose mean P(theta <= theta0) stays within level: where to look first.

    exceedance: P(theta > theta0) of each evaluator. Source: Newton et al. 2004, doi:10.1093/biostatistics/5.2.155.
    """
    order = np.argsort(-np.asarray(exceedance), kind="stable")
    if len(order) == 0:
        return []
    null = 1 - np.asarray(exceedance)[order]
    mean = np.cumsum(null) / np.arange(1, len(order) + 1)
    within = np.flatnonzero(mean <= level + _SLACK)
    return sorted(int(place) for place in order[: within[-1] + 1]) if len(within) else []


def exact_p_value(events: Floats, findings: Floats, q: float, rho: float) -> float:
    """P(as many discrepancies or more in all visits) when every visit is BetaBinomial(m, q, rho), by convolution."""
    total = np.ones(1)
    for m in findings.astype(int):
        support = np.arange(m + 1, dtype=float)
        total = np.convolve(total, np.exp(log_beta_binomial(support, np.full(m + 1, float(m)), np.array(q), rho)))
    return float(min(1.0, total[int(events.sum()) :].sum()))


def benjamini_hochberg(p_values: Sequence[float], level: float) -> list[bool]:
    """Which hypotheses the step-up procedure rejects. Source: Benjamini & Hochberg 1995, JRSS B 57:289."""
    if not len(p_values):
        return []
    adjusted = false_discovery_control(np.clip(p_values, 0.0, 1.0), method="bh")
    return [bool(value <= level + _SLACK) for value in adjusted]


def rank_intervals(fit: Fit, places: Sequence[int], confidence: float = 0.95) -> list[tuple[int, int]]:
    """Best and worst rank of each of the places that the evidence allows, rank 1 = lowest theta.

    Another evaluator is ahead (behind) only where that is so with at least this posterior probability. In the manner
    of Klein, Wright & Wieczorek 2020, doi:10.1111/rssc.12402, with posterior probabilities for intervals.
    """
    masses = fit.posterior[list(places)]
    below = np.cumsum(masses, axis=1) - masses / 2
    # lower[i, j]: P(theta_i < theta_j), ties inside a cell split evenly
    lower = below @ masses.T
    np.fill_diagonal(lower, 0.5)
    ahead = (lower >= confidence - _SLACK).sum(axis=0)
    behind = (lower >= confidence - _SLACK).sum(axis=1)
    return [(1 + int(a), len(places) - int(b)) for a, b in zip(ahead, behind, strict=True)]
