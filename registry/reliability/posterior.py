"""The score model: visit-level beta-binomials on a grid, computed without sampling.

A visit with m findings has d material discrepancies, d ~ BetaBinomial(m, q, rho). q mixes what the evaluator does
(theta) with what the checker does (check_error); rho is how alike the findings of one visit are. theta of ordinary
evaluators follows one Beta prior, that of a share omega of poor ones another; the hyper-parameters are averaged over
a grid. All posteriors are masses on the cells of one grid of theta, so a re-run gives the same bits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import beta as beta_distribution

from registry.errors import Invalid
from registry.reliability.method import HyperGrid, Method

Floats = NDArray[np.float64]

# 80 cells below .2, where evaluators are told apart, and 45 above.
EDGES: Floats = np.concatenate([np.linspace(0.0, 0.2, 81), np.linspace(0.2, 1.0, 46)[1:]])
MIDPOINTS: Floats = (EDGES[:-1] + EDGES[1:]) / 2
_SMALLEST = 1e-300


class InvalidVisits(Invalid):
    code = "invalid-visits"
    title = "The visits cannot be scored"


@dataclass(frozen=True, slots=True)
class Posterior:
    """A distribution over [0, 1] as masses on cells; edges has one entry more than masses, and masses add up to 1."""

    edges: Floats
    masses: Floats

    @property
    def mean(self) -> float:
        return float(self.masses @ ((self.edges[:-1] + self.edges[1:]) / 2))

    def quantile(self, p: float) -> float:
        """The point below which p (0 to 1) of the mass lies, the distribution function taken as linear in a cell."""
        cumulative = np.concatenate([[0.0], np.cumsum(self.masses)])
        return float(np.interp(p * cumulative[-1], cumulative, self.edges))

    def exceedance(self, threshold: float) -> float:
        """P(theta > threshold)."""
        cumulative = np.concatenate([[0.0], np.cumsum(self.masses)])
        below = float(np.interp(threshold, self.edges, cumulative))
        return float(min(1.0, max(0.0, cumulative[-1] - below)))


def log_beta_binomial(d: Floats, m: Floats, q: Floats, rho: float) -> Floats:
    """log P(d of m) for mean q and intra-visit correlation rho; arrays broadcast. rho = 0 is the binomial.

    Parametrised by a = q (1 - rho) / rho, b = (1 - q)(1 - rho) / rho. Source: Skellam 1948, JRSS B 10:257.
    """
    q = np.clip(q, 1e-12, 1 - 1e-12)
    choose = gammaln(m + 1) - gammaln(d + 1) - gammaln(m - d + 1)
    if rho == 0:
        binomial: Floats = choose + d * np.log(q) + (m - d) * np.log1p(-q)
        return binomial
    a, b = q * (1 - rho) / rho, (1 - q) * (1 - rho) / rho
    result: Floats = (
        choose + gammaln(d + a) + gammaln(m - d + b) - gammaln(m + a + b) - gammaln(a) - gammaln(b) + gammaln(a + b)
    )
    return result


def observed_rate(theta: Floats, check_error: float) -> Floats:
    """q: how often report and check differ when each errs independently, theta + eps - 2 theta eps."""
    return theta + check_error - 2 * theta * check_error


def beta_masses(mean: float, concentration: float, edges: Floats = EDGES) -> Floats:
    """Prior mass of each cell: the difference of the Beta distribution function at its ends."""
    cumulative = beta_distribution.cdf(edges, mean * concentration, (1 - mean) * concentration)
    masses: Floats = np.diff(cumulative)
    return masses


def evaluator_posterior(  # noqa: PLR0913 - each is one quantity of the model
    discrepancies: Sequence[int],
    findings: Sequence[int],
    *,
    mean: float,
    concentration: float,
    rho: float,
    check_error: float,
    weights: Sequence[float] | None = None,
) -> Posterior:
    """Posterior of one evaluator's theta under one Beta(mean * concentration, (1 - mean) * concentration) prior.

    discrepancies, findings: whole counts d and m, one entry per visit, 0 <= d <= m. weights: normalised design
    weights, None = 1 each. rho in [0, 1), check_error in [0, .5). Raises InvalidVisits.
    """
    d, m = np.asarray(discrepancies, dtype=float), np.asarray(findings, dtype=float)
    w = np.ones(len(d)) if weights is None else np.asarray(weights, dtype=float)
    if not (d.ndim == m.ndim == w.ndim == 1 and len(d) == len(m) == len(w)):
        raise InvalidVisits("discrepancies, findings and weights need one entry per visit each.")
    if np.any(~np.isfinite(d) | ~np.isfinite(m) | (d < 0) | (d > m) | (d != np.floor(d)) | (m != np.floor(m))):
        raise InvalidVisits("A visit needs whole counts with 0 <= discrepancies <= findings.")
    if np.any(~np.isfinite(w) | (w < 0)):
        raise InvalidVisits("A weight must be a finite number of 0 or more.")
    if not (0 < mean < 1 and concentration > 0 and 0 <= rho < 1 and 0 <= check_error < 0.5):
        raise InvalidVisits(
            f"Needed: 0 < mean < 1, concentration > 0, 0 <= rho < 1, 0 <= check_error < .5;"
            f" given {mean}, {concentration}, {rho}, {check_error}."
        )
    edges = np.concatenate([np.linspace(0.0, 0.2, 801), np.linspace(0.2, 1.0, 801)[1:]])
    q = observed_rate((edges[:-1] + edges[1:]) / 2, check_error)
    log_likelihood = w @ log_beta_binomial(d[:, None], m[:, None], q[None, :], rho) if len(d) else np.zeros(len(q))
    masses = beta_masses(mean, concentration, edges) * np.exp(log_likelihood - log_likelihood.max())
    return Posterior(edges, masses / masses.sum())


# --- all evaluators of a pool together ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """Visits of a pool. evaluator: place of each visit's evaluator, 0 .. evaluators - 1; weight: normalised."""

    evaluators: int
    evaluator: NDArray[np.int64]
    events: Floats
    findings: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """posterior: masses, evaluators x cells. own: the same with a flat prior and the pool's rho, or None.

    hyper: posterior mean of each hyper-parameter. predictive: prior masses after the pool, by rho (rho x cells),
    with rho_weight its posterior; log_likelihood: rho x evaluators x cells at the mean check error.
    """

    posterior: Floats
    own: Floats
    hyper: dict[str, float]
    rho_weight: Floats
    predictive: Floats
    log_likelihood: Floats

    def of(self, evaluator: int) -> Posterior:
        return Posterior(EDGES, self.posterior[evaluator])

    def own_of(self, evaluator: int) -> Posterior:
        return Posterior(EDGES, self.own[evaluator])


@dataclass(frozen=True, slots=True)
class HyperPrior:
    """Nodes of (mu1, phi1, mu2, omega) with log prior, and the prior mass of each cell under each (nodes x cells)."""

    nodes: Floats
    log_weight: Floats
    masses: Floats


@cache
def hyper_prior(grid: HyperGrid, mu1_prior: tuple[float, float]) -> HyperPrior:
    nodes, weights, masses = [], [], []
    weight = {mu1: float(beta_distribution.pdf(mu1, *mu1_prior)) for mu1 in grid.mu1}
    poor = {mu2: beta_masses(mu2, grid.phi2) for mu2 in grid.mu2}
    for mu1 in grid.mu1:
        for phi1 in grid.phi1:
            ordinary = beta_masses(mu1, phi1)
            for mu2 in (each for each in grid.mu2 if each > mu1 + grid.gap + 1e-9):
                for omega in grid.omega:
                    nodes.append((mu1, phi1, mu2, omega))
                    weights.append(weight[mu1])
                    masses.append((1 - omega) * ordinary + omega * poor[mu2])
    return HyperPrior(np.array(nodes), np.log(np.array(weights)), np.array(masses))


def fit_pool(
    visits: VisitCounts,
    method: Method,
    grid: HyperGrid,
    errors: Sequence[tuple[float, float]],
    rate: Callable[[Floats, float], Floats] = observed_rate,
) -> Fit:
    """Posterior of every evaluator, hyper-parameters averaged.

    errors: nodes (check_error, weight) from the double checks. The hyper-parameters are fitted anew for each node and
    the results averaged with the nodes' own weights (the cut): the reports must not decide how much checkers err.
    rate(theta, check_error) gives the observable rate.
    """
    prior = hyper_prior(grid, method.mu1_prior)
    log_rho = np.log(np.maximum(beta_distribution.pdf(method.rho, *method.rho_prior), _SMALLEST))
    design, d, m = _design(visits)
    mean_error = sum(error * weight for error, weight in errors)
    shape = (visits.evaluators, len(MIDPOINTS))
    posterior, own = np.zeros(shape), np.zeros(shape)
    hyper_mean, rho_weight = np.zeros(prior.nodes.shape[1]), np.zeros(len(method.rho))
    predictive = np.zeros((len(method.rho), len(MIDPOINTS)))
    for error, error_weight in errors:
        likelihoods = _likelihoods(design, d, m, rate(MIDPOINTS, error), method.rho)
        # marginal[r]: evaluators x nodes, P(visits | node, rho) up to a factor per evaluator and rho
        marginal = [np.maximum(scaled @ prior.masses.T, _SMALLEST) for scaled, _ in likelihoods]
        log_hyper = np.array([
            prior.log_weight + log_rho[r] + (np.log(marginal[r]) + likelihoods[r][1][:, None]).sum(axis=0)
            for r in range(len(method.rho))
        ])  # fmt: skip
        hyper = np.exp(log_hyper - log_hyper.max())
        hyper /= hyper.sum()
        for r, (scaled, _) in enumerate(likelihoods):
            mixed = (hyper[r] / marginal[r]) @ prior.masses
            posterior += error_weight * scaled * mixed
            flat = scaled * np.diff(EDGES)
            own += error_weight * hyper[r].sum() * flat / flat.sum(axis=1, keepdims=True)
        by_rho = hyper.sum(axis=1)
        hyper_mean += error_weight * (hyper.sum(axis=0) @ prior.nodes)
        rho_weight += error_weight * by_rho
        predictive += error_weight * (hyper @ prior.masses)
    at_mean = _likelihoods(design, d, m, rate(MIDPOINTS, mean_error), method.rho)
    names = ("mu1", "phi1", "mu2", "omega")
    return Fit(
        posterior=posterior / posterior.sum(axis=1, keepdims=True),
        own=own / own.sum(axis=1, keepdims=True),
        hyper=dict(zip(names, hyper_mean.tolist(), strict=True)) | {"rho": float(rho_weight @ np.array(method.rho))},
        rho_weight=rho_weight,
        predictive=predictive,
        log_likelihood=np.array([np.log(np.maximum(scaled, _SMALLEST)) for scaled, _ in at_mean]),
    )


def _design(visits: VisitCounts) -> tuple[Floats, Floats, Floats]:
    """Summed weights, evaluators x distinct (d, m), with these d and m: equal visits are computed once."""
    cells, place = np.unique(np.column_stack([visits.events, visits.findings]), axis=0, return_inverse=True)
    design = np.zeros((visits.evaluators, len(cells)))
    np.add.at(design, (visits.evaluator, place.reshape(-1)), visits.weight)
    return design, cells[:, 0], cells[:, 1]


def _likelihoods(design: Floats, d: Floats, m: Floats, q: Floats, rhos: Sequence[float]) -> list[tuple[Floats, Floats]]:
    """For each rho the likelihood, evaluators x cells, scaled to a largest value of 1, and the log of the scale."""
    found = []
    for rho in rhos:
        log = design @ log_beta_binomial(d[:, None], m[:, None], q[None, :], rho)
        top = log.max(axis=1)
        found.append((np.exp(log - top[:, None]), top))
    return found
