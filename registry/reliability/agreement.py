"""Coefficients of agreement between raters, each with a standard error and a 95 % interval.

Every coefficient takes exactly one of three forms:
ratings: (units, raters), entries numbers, texts or truth values; None and NaN are missing;
table: (k, k) counts of the pairs of two raters, rows rater A, columns rater B;
counts: (units, k) how many raters chose each category.
categories: all of them in their order; a category that nobody used still counts. weights: None, "linear", "quadratic"
or a (k, k) matrix of agreement weights. A value that is not defined is None with a reason; input that breaks these
rules raises InvalidRatings.

Standard errors of the coefficients after Gwet take every unit's contribution to the coefficient (linearisation). Where
no unit has more than two ratings the sum of squares is divided by n^2, as in Gwet's formulas for two raters, else by
n (n - 1), as in his formulas for several; limits use Student's t with n - 1 degrees of freedom.
Source: Gwet 2008, doi:10.1348/000711006X126600; Gwet 2014, Handbook of Inter-Rater Reliability, ISBN 978-0970806284.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from registry.reliability.measurement import (
    BlandAltman,
    ErrorRate,
    ErrorRates,
    bland_altman,
    concordance_correlation,
    error_rates,
    icc,
    proportion_interval,
    reliability_ratio,
)
from registry.reliability.ratings import (
    ROUNDING,
    Estimate,
    Form,
    InvalidRatings,
    Matrix,
    Names,
    Units,
    Weights,
    agreement_weights,
    estimate,
    read_units,
    scale_values,
    undefined,
)

__all__ = [
    "BlandAltman",
    "ErrorRate",
    "ErrorRates",
    "Estimate",
    "InvalidRatings",
    "McNemar",
    "bland_altman",
    "brennan_prediger",
    "cohen_kappa",
    "concordance_correlation",
    "conger_kappa",
    "error_rates",
    "fleiss_kappa",
    "gross_difference_rate",
    "gwet_ac",
    "icc",
    "index_of_inconsistency",
    "krippendorff_alpha",
    "mcnemar_exact",
    "negative_agreement",
    "net_difference_rate",
    "percent_agreement",
    "positive_agreement",
    "proportion_interval",
    "reliability_ratio",
    "scott_pi",
]

# Chance agreement of a coefficient, and its contribution by pattern of ratings, whose mean over units it is.
Chance: TypeAlias = Callable[[Units, Matrix], tuple[float, Matrix]]
Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]

NORMAL_95 = float(special.ndtri(0.975))
NO_PAIRS = "No unit has two ratings."
ALL_CHANCE = "Agreement by chance is complete (only one category was used), so the coefficient is 0 / 0."
ONE_CATEGORY = "Only one category is known: give categories=."


def percent_agreement(
    ratings: Form = None, *, table: Form = None, counts: Form = None, categories: Names = None, weights: Weights = None
) -> Estimate:
    """Share of agreeing pairs of raters, mean over units; 0 to 1. Source: Gwet 2014, with the linearised variance."""
    units = read_units(ratings, table, counts, categories)
    return _linearised(units, agreement_weights(units, weights), _no_chance, "percent agreement", lowest=0.0)


def cohen_kappa(
    ratings: Form = None, *, table: Form = None, counts: Form = None, categories: Names = None, weights: Weights = None
) -> Estimate:
    """Cohen's kappa of two raters, weighted or not, over the units that both rated; normal limits.

    Source: Cohen 1960, doi:10.1177/001316446002000104; Cohen 1968, doi:10.1037/h0026256; standard error: Fleiss, Cohen
    and Everitt 1969, doi:10.1037/h0028106.
    """
    method = "Cohen kappa; Fleiss-Cohen-Everitt standard error"
    units = read_units(ratings, table, counts, categories)
    metric = agreement_weights(units, weights)
    pairs = units.pair_table("Cohen's kappa")
    n = float(pairs.sum())
    if n == 0:
        return undefined(0, method, NO_PAIRS)
    shares = pairs / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, chance = float((pairs * metric).sum()) / n, float(rows @ metric @ columns)
    if 1 - chance < ROUNDING:
        return undefined(int(n), method, ALL_CHANCE)
    value = (observed - chance) / (1 - chance)
    expected = np.add.outer(metric @ columns, rows @ metric)
    spread = float((shares * (metric - expected * (1 - value)) ** 2).sum()) - (value - chance * (1 - value)) ** 2
    # The difference of two near-equal numbers may fall below 0 by rounding.
    error = np.sqrt(max(spread, 0.0) / n) / (1 - chance)
    error = 0.0 if spread < ROUNDING else float(error)
    return estimate(value, error, NORMAL_95, n=int(n), method=method)


def gwet_ac(
    ratings: Form = None, *, table: Form = None, counts: Form = None, categories: Names = None, weights: Weights = None
) -> Estimate:
    """Gwet's AC1, or AC2 with weights: chance agreement only where rating is hard. Source: Gwet 2008."""
    units = read_units(ratings, table, counts, categories)
    name = "Gwet AC1" if weights is None else "Gwet AC2"
    return _linearised(units, agreement_weights(units, weights), _gwet_chance, name)


def brennan_prediger(
    ratings: Form = None, *, table: Form = None, counts: Form = None, categories: Names = None, weights: Weights = None
) -> Estimate:
    """Agreement beyond uniform chance; for two raters and two categories the PABAK (2 x agreement - 1).

    Source: Brennan and Prediger 1981, doi:10.1177/001316448104100307.
    """
    units = read_units(ratings, table, counts, categories)
    return _linearised(units, agreement_weights(units, weights), _uniform_chance, "Brennan-Prediger")


def fleiss_kappa(
    ratings: Form = None, *, table: Form = None, counts: Form = None, categories: Names = None, weights: Weights = None
) -> Estimate:
    """Fleiss' kappa, raters interchangeable; a unit with one rating counts in the shares of categories only.

    Source: Fleiss 1971, doi:10.1037/h0031619; missing ratings and variance: Gwet 2014.
    """
    units = read_units(ratings, table, counts, categories)
    return _linearised(units, agreement_weights(units, weights), _fleiss_chance, "Fleiss kappa")


def scott_pi(
    ratings: Form = None, *, table: Form = None, counts: Form = None, categories: Names = None, weights: Weights = None
) -> Estimate:
    """Scott's pi of two raters with common margins, over the units that both rated.

    Source: Scott 1955, doi:10.1086/266577.
    """
    units = read_units(ratings, table, counts, categories)
    if units.ratings.max(initial=0) > 2 or (units.codes is not None and units.codes.shape[1] != 2):
        raise InvalidRatings("Scott's pi compares two raters; for more use fleiss_kappa.")
    both = units.ratings == 2
    codes = None if units.codes is None else units.codes[both]
    paired = Units(units.counts[both], units.frequency[both], codes, units.categories, units.ordered)
    return _linearised(paired, agreement_weights(units, weights), _fleiss_chance, "Scott pi")


def conger_kappa(
    ratings: Form = None, *, table: Form = None, counts: Form = None, categories: Names = None, weights: Weights = None
) -> Estimate:
    """Cohen's kappa for any number of raters: chance from each rater's own margins.

    Source: Conger 1980, doi:10.1037/0033-2909.88.2.322; missing ratings and variance: Gwet 2014.
    """
    units = read_units(ratings, table, counts, categories)
    if units.codes is None:
        raise InvalidRatings(
            "Conger's kappa needs to know who gave which rating, and counts= does not say: use fleiss_kappa."
        )
    return _linearised(units, agreement_weights(units, weights), _conger_chance, "Conger kappa")


def krippendorff_alpha(
    ratings: Form = None,
    *,
    table: Form = None,
    counts: Form = None,
    categories: Names = None,
    level: Level = "nominal",
    weights: Weights = None,
) -> Estimate:
    """Krippendorff's alpha over units with two or more ratings; weights= replaces the metric of the level.

    level: "ordinal" is Krippendorff's own metric, built from the marginal counts, not Gwet's ordinal weights;
    "interval" and "ratio" need categories that are numbers, "ratio" none below 0. The variance takes the metric as
    given.
    Source: Hayes and Krippendorff 2007, doi:10.1080/19312450709336664; variance: Gwet 2014.
    """
    units = read_units(ratings, table, counts, categories)
    if weights is not None and level != "nominal":
        raise InvalidRatings("Give level= or weights=, not both: each says how far two categories are apart.")
    pairable = units.ratings >= 2
    counted, frequency = units.counts[pairable], units.frequency[pairable]
    metric = _level_weights(units, level, frequency @ counted) if weights is None else agreement_weights(units, weights)
    method = f"Krippendorff alpha, {level if weights is None else 'weighted'}; Gwet's linearised variance"
    paired = float(frequency.sum())
    if paired == 0:
        return undefined(0, method, NO_PAIRS)
    size = counted.sum(axis=1)
    mean = float(frequency @ size) / paired
    agreeing = _agreeing(counted, metric) / (mean * (size - 1))
    shares = frequency @ counted / (mean * paired)
    by_category = metric @ shares
    raw, chance = float(frequency @ agreeing) / paired, float(shares @ by_category)
    if 1 - chance < ROUNDING:
        return undefined(int(paired), method, ALL_CHANCE)
    correction = 1 / float(frequency @ size)
    observed = (1 - correction) * raw + correction
    value, plain = (observed - chance) / (1 - chance), (raw - chance) / (1 - chance)
    excess = (size - mean) / mean
    own = (agreeing - observed * excess - chance) / (1 - chance)
    own -= 2 * (1 - plain) * (counted @ by_category / mean - chance * excess - chance) / (1 - chance)
    error, t = _standard_error(own - plain, frequency, size)
    return estimate(value, error, t, n=int(paired), method=method)


def positive_agreement(ratings: Form = None, *, table: Form = None, categories: Names = None) -> Estimate:
    """Specific agreement of two raters on the first of two categories: 2a / (2a + b + c), 0 to 1.

    Limits are Wilson's for a / (a + b + c), carried over by 2s / (1 + s).
    Source: Cicchetti and Feinstein 1990, doi:10.1016/0895-4356(90)90159-M.
    """
    pairs = _two_by_two(ratings, table, categories, "Positive agreement")
    return _specific_agreement(pairs, 0, "positive agreement")


def negative_agreement(ratings: Form = None, *, table: Form = None, categories: Names = None) -> Estimate:
    """Specific agreement of two raters on the second of two categories: 2d / (2d + b + c); see positive_agreement."""
    pairs = _two_by_two(ratings, table, categories, "Negative agreement")
    return _specific_agreement(pairs, 1, "negative agreement")


def net_difference_rate(ratings: Form = None, *, table: Form = None, categories: Names = None) -> Estimate:
    """Direction of the differences of two raters: (b - c) / n, -1 to 1, positive where A says the first category more.

    Source: US Census Bureau reinterview practice; variance of a difference of paired shares, normal limits.
    """
    method = "net difference rate; normal limits"
    pairs = _two_by_two(ratings, table, categories, "The net difference rate")
    n, only_a, only_b = float(pairs.sum()), float(pairs[0, 1]), float(pairs[1, 0])
    if n == 0:
        return undefined(0, method, NO_PAIRS)
    value = (only_a - only_b) / n
    error = float(np.sqrt(max((only_a + only_b) / n - value**2, 0.0) / n))
    return estimate(value, error, NORMAL_95, n=int(n), method=method)


def gross_difference_rate(ratings: Form = None, *, table: Form = None, categories: Names = None) -> Estimate:
    """Noise between two raters: (b + c) / n, 0 to 1, with Wilson's limits. Source: see net_difference_rate."""
    method = "gross difference rate; Wilson limits"
    pairs = _two_by_two(ratings, table, categories, "The gross difference rate")
    n, different = int(pairs.sum()), int(pairs[0, 1] + pairs[1, 0])
    if n == 0:
        return undefined(0, method, NO_PAIRS)
    value = different / n
    return Estimate(value, float(np.sqrt(value * (1 - value) / n)), proportion_interval(different, n), n, method)


def index_of_inconsistency(ratings: Form = None, *, table: Form = None, categories: Names = None) -> Estimate:
    """Gross difference rate over its value by chance; for two categories 1 - Cohen's kappa, 0 (none) upwards.

    Source: US Census Bureau reinterview practice (below .2 low, above .5 high).
    """
    kappa = cohen_kappa(table=_two_by_two(ratings, table, categories, "The index of inconsistency"))
    method = "index of inconsistency; Fleiss-Cohen-Everitt standard error"
    if kappa.value is None:
        return undefined(kappa.n, method, kappa.reason or ALL_CHANCE)
    limits = None if kappa.interval is None else (1 - kappa.interval[1], 1 - kappa.interval[0])
    return Estimate(1 - kappa.value, kappa.standard_error, limits, kappa.n, method, kappa.reason)


@dataclass(frozen=True, slots=True)
class McNemar:
    """Test that two raters err equally often in either direction.

    only_a: pairs in which A alone says the first category; only_b: B alone. p_value: exact, two-sided.
    chi_squared: (only_a - only_b)^2 / (only_a + only_b), without correction.
    """

    n: int
    only_a: int
    only_b: int
    p_value: float | None
    chi_squared: float | None
    reason: str | None = None


def mcnemar_exact(ratings: Form = None, *, table: Form = None, categories: Names = None) -> McNemar:
    """Test the discordant pairs of two raters against a fair coin. Source: McNemar 1947, doi:10.1007/BF02295996."""
    pairs = _two_by_two(ratings, table, categories, "McNemar's test")
    n, only_a, only_b = int(pairs.sum()), int(pairs[0, 1]), int(pairs[1, 0])
    if only_a + only_b == 0:
        return McNemar(n, 0, 0, None, None, "No pair differs, so there is no direction to test.")
    p_value = min(1.0, 2 * float(special.bdtr(min(only_a, only_b), only_a + only_b, 0.5)))
    return McNemar(n, only_a, only_b, p_value, (only_a - only_b) ** 2 / (only_a + only_b))


def _linearised(units: Units, metric: Matrix, chance: Chance, name: str, lowest: float = -1.0) -> Estimate:
    """(agreement - chance) / (1 - chance) with Gwet's variance: the spread of the units' contributions to it."""
    method = f"{name}; Gwet's linearised variance"
    pairable = units.ratings >= 2
    total, paired = float(units.frequency.sum()), float(units.frequency[pairable].sum())
    if paired == 0:
        return undefined(0, method, NO_PAIRS)
    if len(units.categories) < 2 and chance in (_gwet_chance, _uniform_chance):
        return undefined(int(paired), method, ONE_CATEGORY)
    agreeing = _agreeing(units.counts, metric) / np.where(pairable, units.ratings * (units.ratings - 1), 1.0)
    observed = float(units.frequency @ agreeing) / paired
    expected, by_pattern = chance(units, metric)
    if 1 - expected < ROUNDING:
        return undefined(int(paired), method, ALL_CHANCE)
    value = (observed - expected) / (1 - expected)
    own = total / paired * (agreeing - expected * pairable) / (1 - expected)
    own -= 2 * (1 - value) * (by_pattern - expected) / (1 - expected)
    error, t = _standard_error(own - value, units.frequency, units.ratings)
    return estimate(value, error, t, n=int(paired), method=method, lowest=lowest)


def _standard_error(deviations: Matrix, frequency: Matrix, ratings: Matrix) -> tuple[float | None, float]:
    """Standard error from the deviations of the units' contributions, and the multiplier of the limits."""
    units = float(frequency.sum())
    if units < 2:
        return None, 0.0
    divisor = units if ratings.max() <= 2 else units - 1
    error = float(np.sqrt(frequency @ deviations**2 / (units * divisor)))
    return error, float(special.stdtrit(units - 1, 0.975))


def _agreeing(counts: Matrix, metric: Matrix) -> Matrix:
    """Weighted ordered pairs of agreeing ratings, by pattern."""
    pairs: Matrix = (counts * (counts @ metric - 1.0)).sum(axis=1)
    return pairs


def _shares(units: Units) -> tuple[Matrix, Matrix]:
    """Shares of the categories in each pattern, and their mean over units."""
    own = units.counts / units.ratings[:, np.newaxis]
    return own, units.frequency @ own / units.frequency.sum()


def _no_chance(units: Units, _metric: Matrix) -> tuple[float, Matrix]:
    return 0.0, np.zeros(len(units.frequency))


def _uniform_chance(units: Units, metric: Matrix) -> tuple[float, Matrix]:
    expected = float(metric.mean())
    return expected, np.full(len(units.frequency), expected)


def _gwet_chance(units: Units, metric: Matrix) -> tuple[float, Matrix]:
    own, shares = _shares(units)
    scale = float(metric.sum()) / (len(shares) * (len(shares) - 1))
    return scale * float(shares @ (1 - shares)), scale * (own @ (1 - shares))


def _fleiss_chance(units: Units, metric: Matrix) -> tuple[float, Matrix]:
    own, shares = _shares(units)
    return float(shares @ metric @ shares), own @ (metric @ shares)


def _conger_chance(units: Units, metric: Matrix) -> tuple[float, Matrix]:
    """Mean over pairs of different raters; a rater without any rating takes no part."""
    codes = np.empty((0, 0), dtype=np.int64) if units.codes is None else units.codes
    codes = codes[:, (codes >= 0).any(axis=0)]
    total, raters = float(units.frequency.sum()), codes.shape[1]
    expected, by_pattern = 0.0, np.zeros(len(units.frequency))
    margins, rated = np.zeros((raters, len(metric))), np.zeros(raters)
    for rater, chosen in enumerate(codes.T):
        present = chosen >= 0
        np.add.at(margins[rater], chosen[present], units.frequency[present])
        rated[rater] = margins[rater].sum()
    margins /= rated[:, np.newaxis]
    against = (margins.sum(axis=0) - margins) @ metric
    for rater, chosen in enumerate(codes.T):
        present, mean = chosen >= 0, float(against[rater] @ margins[rater])
        expected += mean
        by_pattern += np.where(present, against[rater][chosen] - mean, 0.0) * total / rated[rater] + mean
    pairs = raters * (raters - 1)
    return expected / pairs, by_pattern / pairs


def _level_weights(units: Units, level: Level, used: Matrix) -> Matrix:
    """Turn Krippendorff's difference function into agreement weights; alpha does not depend on its scale.

    used: (k,) pairable ratings in each category.
    """
    if level == "nominal":
        return np.eye(len(used))
    if level not in ("ordinal", "interval", "ratio"):
        raise InvalidRatings(f'level= is "nominal", "ordinal", "interval" or "ratio", not {level!r}.')
    if level == "ordinal":
        if not units.ordered:
            raise InvalidRatings("The ordinal level needs the order of the categories: give categories=.")
        position = np.cumsum(used) - used / 2
        difference = np.subtract.outer(position, position) ** 2
        return 1.0 - difference / max(float(difference.max(initial=0.0)), ROUNDING)
    values = scale_values(units.categories)
    if values is None:
        raise InvalidRatings(f"The {level} level needs categories that are numbers.")
    difference = np.subtract.outer(values, values) ** 2
    if level == "ratio":
        if values.min(initial=0.0) < 0:
            raise InvalidRatings("The ratio level needs values of 0 or more.")
        sums = np.add.outer(values, values)
        difference = difference / np.where(sums > 0, sums, 1.0) ** 2
    return 1.0 - difference / max(float(difference.max(initial=0.0)), ROUNDING)


def _two_by_two(ratings: Form, table: Form, categories: Names, name: str) -> Matrix:
    units = read_units(ratings, table, None, categories)
    pairs = units.pair_table(name)
    if pairs.shape == (2, 2):
        return pairs
    if pairs.sum() == 0:
        return np.zeros((2, 2))
    raise InvalidRatings(f"{name} needs two categories; there are {len(pairs)}. Give both with categories=.")


def _specific_agreement(pairs: Matrix, category: int, name: str) -> Estimate:
    method = f"{name}; Wilson limits of the overlap"
    agreed, different = float(pairs[category, category]), float(pairs[0, 1] + pairs[1, 0])
    n, mentioned = int(pairs.sum()), agreed + different
    if mentioned == 0:
        return undefined(n, method, "Neither rater used the category.")
    low, high = proportion_interval(int(agreed), int(mentioned))
    error = 2 * np.sqrt(agreed * different * mentioned) / (agreed + mentioned) ** 2
    limits = (2 * low / (1 + low), 2 * high / (1 + high))
    return Estimate(2 * agreed / (agreed + mentioned), float(error), limits, n, method)
