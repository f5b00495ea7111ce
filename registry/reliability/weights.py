"""Design weights: each visit counts for the visits it stands for, and no more than it is worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VisitWeights:
    """raw = 1 / inclusion probability; capped = raw cut at the cap; both one entry per visit of the pool."""

    raw: Floats
    capped: Floats


def design_weights(inclusion_probability: Floats, *, cap: float) -> VisitWeights:
    """Weights 1 / pi, cut at cap times the pool's median weight.

    Source: Horvitz & Thompson 1952, doi:10.1080/01621459.1952.10483446; the cut bounds the variance.
    """
    raw = 1.0 / inclusion_probability
    limit = cap * float(np.median(raw)) if len(raw) else np.inf
    return VisitWeights(raw, np.minimum(raw, limit))


def effective_number(weights: Floats) -> float:
    """Kish's effective sample size (sum w)^2 / sum w^2: visits of equal weight that are worth as much.

    Source: Kish 1965, Survey Sampling, section 11.7.
    """
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def normalised_weights(weights: Floats) -> Floats:
    """The weights scaled so that they add up to Kish's effective number."""
    return weights * (effective_number(weights) / weights.sum()) if len(weights) else weights


def hajek_rate(weights: Floats, events: Floats, findings: Floats) -> float | None:
    """Weighted ratio sum(w d) / sum(w m); None without findings.

    Source: Hajek 1971, comment in Foundations of Statistical Inference, p. 236.
    """
    total = float((weights * findings).sum())
    return float((weights * events).sum()) / total if total > 0 else None
