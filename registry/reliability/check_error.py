"""How often a checker is wrong, learned from visits that a second checker repeated without knowing the first."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta as beta_distribution

from registry.reliability.method import Method
from registry.reliability.posterior import Posterior

_CELLS = 4000


@dataclass(frozen=True, slots=True)
class CheckError:
    """Posterior of one checker's error probability. nodes: (error, weight), weights adding up to 1.

    Without double checks it is not assessed and taken as 0; the prior alone would be an invention.
    """

    assessed: bool
    findings: int
    discrepancies: int
    nodes: tuple[tuple[float, float], ...]
    mean: float = 0.0
    q05: float = 0.0
    q95: float = 0.0

    @property
    def delta(self) -> float | None:
        return self.discrepancies / self.findings if self.findings else None

    @property
    def point(self) -> float | None:
        return None if self.delta is None else error_from_discordance(self.delta)


def error_from_discordance(delta: float) -> float:
    """(1 - sqrt(1 - 2 delta)) / 2: the error of each of two alike, independent checkers; .5 from delta = .5 up.

    Two checkers differ when exactly one errs: delta = 2 eps (1 - eps).
    """
    return (1 - math.sqrt(max(0.0, 1 - 2 * delta))) / 2


def check_error_posterior(discrepancies: int, findings: int, method: Method) -> CheckError:
    """eps ~ Beta(1, 20), discrepancies ~ Binomial(findings, 2 eps (1 - eps)), on a grid over [0, .5]."""
    if findings == 0:
        return CheckError(False, 0, 0, ((0.0, 1.0),))
    edges = np.linspace(0.0, 0.5, _CELLS + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    delta = 2 * middle * (1 - middle)
    log = discrepancies * np.log(delta) + (findings - discrepancies) * np.log1p(-delta)
    masses = np.diff(beta_distribution.cdf(edges, *method.check_error_prior)) * np.exp(log - log.max())
    posterior = Posterior(edges, masses / masses.sum())
    return CheckError(
        assessed=True,
        findings=findings,
        discrepancies=discrepancies,
        nodes=equal_mass_nodes(posterior, method.check_error_nodes),
        mean=posterior.mean,
        q05=posterior.quantile(0.05),
        q95=posterior.quantile(0.95),
    )


def equal_mass_nodes(posterior: Posterior, count: int) -> tuple[tuple[float, float], ...]:
    """count points of equal weight, each the mean of its share of the mass: the mean is kept exactly."""
    middle = (posterior.edges[:-1] + posterior.edges[1:]) / 2
    cumulative = np.concatenate([[0.0], np.cumsum(posterior.masses)])
    moment = np.concatenate([[0.0], np.cumsum(posterior.masses * middle)])
    at = np.interp(np.linspace(0.0, cumulative[-1], count + 1), cumulative, moment)
    return tuple((float(share * count), 1.0 / count) for share in np.diff(at))
