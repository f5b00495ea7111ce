"""The constants of the method, all in one frozen value, so that a result can name exactly how it was found."""

from dataclasses import asdict, dataclass
from typing import Any

from registry.canonical import digest

NAME = "visit-level beta-binomial, deterministic grid posterior"
VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class HyperGrid:
    """Nodes of the hyper-parameters of one rate; rho and mu1 are weighted by their prior, the others uniformly.

    mu1, phi1: mean and concentration of ordinary evaluators. mu2: mean of poor ones, with concentration phi2.
    omega: share of poor ones. Only mu2 > mu1 + gap counts.
    """

    mu1: tuple[float, ...]
    phi1: tuple[float, ...]
    mu2: tuple[float, ...]
    omega: tuple[float, ...]
    phi2: float = 12.0
    gap: float = 0.04


DISCREPANCY_GRID = HyperGrid(
    mu1=(0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.11, 0.15),
    phi1=(8.0, 20.0, 50.0, 150.0),
    mu2=(0.15, 0.2, 0.27, 0.35),
    omega=(0.0, 0.05, 0.1, 0.2, 0.35),
)
FALSE_PASS_GRID = HyperGrid(
    mu1=(0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
    phi1=(8.0, 20.0, 50.0, 150.0),
    mu2=(0.2, 0.4, 0.6, 0.8),
    omega=(0.0, 0.05, 0.1, 0.2, 0.35),
)


@dataclass(frozen=True, slots=True)
class Method:
    """How a comparison pairs, weighs, scores and grades. The defaults are the published method.

    lag_days: longest lag for every criterion, in place of its own; None leaves the criteria's.
    zone: IANA time zone in which the day of a check ends, for sealing.
    theta0: discrepancy probability that an evaluator must stay under, 0 to 1.
    """

    lag_days: int | None = None
    zone: str = "Asia/Shanghai"
    theta0: float = 0.10
    lag_stable: int = 60
    lag_slow: int = 14
    weight_cap: float = 5.0
    rho: tuple[float, ...] = (0.01, 0.03, 0.06, 0.10, 0.15, 0.22, 0.32)
    rho_prior: tuple[float, float] = (1.0, 6.0)
    mu1_prior: tuple[float, float] = (1.0, 9.0)
    discrepancy_grid: HyperGrid = DISCREPANCY_GRID
    false_pass_grid: HyperGrid = FALSE_PASS_GRID
    check_error_prior: tuple[float, float] = (1.0, 20.0)
    check_error_nodes: int = 15
    grade_a: float = 0.10
    grade_a_false_pass: float = 0.25
    grade_a_visits: int = 8
    grade_b: float = 0.15
    rated_visits: int = 4
    rated_pairs: int = 40
    visits_cap: int = 60
    queue_level: float = 0.10
    sanction_probability: float = 0.95
    sanction_level: float = 0.05

    def parameters(self) -> dict[str, Any]:
        return asdict(self)

    def parameters_sha256(self) -> str:
        return digest(self.parameters())
