"""Ratings in one form for every coefficient: units grouped by their pattern of ratings, categories and weights."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from registry.errors import Invalid

Matrix: TypeAlias = NDArray[np.float64]
Values: TypeAlias = pd.DataFrame | NDArray[Any] | Sequence[Sequence[Any]]
Form: TypeAlias = Values | None
Names: TypeAlias = Sequence[Hashable] | None
Weights: TypeAlias = Literal["linear", "quadratic"] | NDArray[Any] | Sequence[Sequence[float]] | None

# Beyond this many cells a value is a measurement, not a category, and the matrices no longer fit in memory.
CELL_LIMIT = 50_000_000
# A share this close to a bound is the bound plus rounding.
ROUNDING = 1e-12


class InvalidRatings(Invalid):
    code = "invalid-ratings"
    title = "The ratings cannot be used"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic with what is known about its error.

    interval: 95 % limits. n: units (or pairs of values) with at least two ratings. method: formulas used.
    reason: why value, standard_error or interval is None; value is never NaN.
    """

    value: float | None
    standard_error: float | None
    interval: tuple[float, float] | None
    n: int
    method: str
    reason: str | None = None


def undefined(n: int, method: str, reason: str) -> Estimate:
    return Estimate(None, None, None, n, method, reason)


def estimate(
    value: float, standard_error: float | None, multiplier: float, *, n: int, method: str, lowest: float = -1.0
) -> Estimate:
    """Put value +- multiplier x standard_error into an Estimate, with limits inside [lowest, 1].

    A standard error of 0 gives no interval: a large-sample variance is 0 when nothing varied, which is no precision.
    """
    if standard_error is None:
        return Estimate(float(value), None, None, n, method, "One unit gives no standard error.")
    if standard_error < ROUNDING:
        reason = "All units contribute alike, so the large-sample variance is 0 and gives no interval."
        return Estimate(float(value), 0.0, None, n, method, reason)
    low = max(min(lowest, value), value - multiplier * standard_error)
    high = min(1.0, value + multiplier * standard_error)
    return Estimate(float(value), float(standard_error), (float(low), float(high)), n, method)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Units that have a rating, grouped by pattern: the cost of a coefficient depends on patterns, not on units.

    counts: (patterns, categories) ratings in each category. frequency: (patterns,) units with the pattern.
    codes: (patterns, raters) index of the category, -1 for a missing rating; None when it is not known who rated.
    ordered: whether the order of categories means anything.
    """

    counts: Matrix
    frequency: Matrix
    codes: NDArray[np.int64] | None
    categories: tuple[Hashable, ...]
    ordered: bool

    @property
    def ratings(self) -> Matrix:
        """Number of ratings of a unit, by pattern."""
        totals: Matrix = self.counts.sum(axis=1)
        return totals

    @property
    def pairable(self) -> int:
        """Number of units with at least two ratings."""
        return int(self.frequency[self.ratings >= 2].sum())

    def pair_table(self, coefficient: str) -> Matrix:
        """Count units by the categories of two raters, rows rater A; a unit that lacks a rating is left out.

        Raises InvalidRatings unless there are exactly two raters and it is known who gave which rating.
        """
        if self.codes is None:
            raise InvalidRatings(
                f"{coefficient} needs to know who gave which rating, and counts= does not say: give ratings= or table=."
            )
        if self.codes.shape[1] != 2:
            raise InvalidRatings(f"{coefficient} compares two raters; {self.codes.shape[1]} were given.")
        table = np.zeros((len(self.categories), len(self.categories)))
        both = (self.codes >= 0).all(axis=1)
        np.add.at(table, tuple(self.codes[both].T), self.frequency[both])
        return table


def read_units(ratings: Form, table: Form, counts: Form, categories: Names) -> Units:
    """Bring exactly one of three forms into Units; a unit without any rating is dropped.

    ratings: (units, raters); None, NaN and NA are missing. table: (k, k) counts of pairs of two raters, rows rater A.
    counts: (units, k) number of ratings in each category. categories: all categories in their order, used or not;
    without it those seen, sorted, or the labels of a DataFrame, or 1..k. Raises InvalidRatings.
    """
    known = None if categories is None else check_categories(categories)
    given = [name for name, value in (("ratings", ratings), ("table", table), ("counts", counts)) if value is not None]
    if len(given) == 1:
        if ratings is not None:
            return _from_ratings(ratings, known)
        if table is not None:
            return _from_table(table, known)
        if counts is not None:
            return _from_counts(counts, known)
    seen = " and ".join(f"{name}=" for name in given) or "none"
    raise InvalidRatings(f"Give exactly one of ratings=, table= and counts=; {seen} was given.")


def code_ratings(
    ratings: Values, categories: tuple[Hashable, ...] | None
) -> tuple[NDArray[np.int64], tuple[Hashable, ...]]:
    """Replace ratings by indices of categories, -1 for missing: ((units, raters) indices, categories).

    Raises InvalidRatings when the shape is not two-dimensional or a rating is not among the categories.
    """
    if isinstance(ratings, np.ma.MaskedArray):
        ratings = pd.DataFrame(ratings)
    frame = ratings.to_numpy(dtype=object) if isinstance(ratings, pd.DataFrame) else ratings
    values = frame if isinstance(frame, np.ndarray) else np.array(frame, dtype=object)
    if values.ndim == 1 and values.size == 0:
        values = values.reshape(0, 2)
    if values.ndim != 2:
        raise InvalidRatings("ratings= must be a table of equally long rows: one row a unit, one column a rater.")
    try:
        codes, seen = pd.factorize(values.ravel())
    except TypeError as error:
        raise InvalidRatings("A rating must be a number, a text or a truth value.") from error
    found = tuple(np.asarray(seen).tolist())
    known = _sorted(found) if categories is None else categories
    position = {category: index for index, category in enumerate(known)}
    unknown = [value for value in found if value not in position]
    if unknown:
        shown = ", ".join(repr(value) for value in unknown[:5])
        raise InvalidRatings(f"{len(unknown)} values are not among the categories: {shown}.")
    lookup = np.array([position[value] for value in found] + [-1], dtype=np.int64)
    return lookup[codes].reshape(values.shape), known


def agreement_weights(units: Units, weights: Weights) -> Matrix:
    """Make the (k, k) matrix of agreement weights: 1 on the diagonal, others 0 to 1, symmetric; None is the identity.

    "linear" and "quadratic" fall with the distance of the categories: of their values when all are numbers, else of
    their ranks. Raises InvalidRatings for another matrix, or for text whose order was not given with categories=.
    Source: Cohen 1968, doi:10.1037/h0026256; Gwet 2014, ISBN 978-0970806284.
    """
    size = len(units.categories)
    if weights is None:
        return np.eye(size)
    if not isinstance(weights, str):
        return _given_weights(weights, size)
    if weights not in ("linear", "quadratic"):
        raise InvalidRatings(f'weights= is "linear", "quadratic" or a matrix, not {weights!r}.')
    if size < 2:
        return np.eye(size)
    if not units.ordered and size > 2:
        raise InvalidRatings(f"{weights} weights need the order of the categories: give categories=.")
    values = scale_values(units.categories)
    numbers = np.arange(size, dtype=np.float64) if values is None else values
    distance = np.abs(np.subtract.outer(numbers, numbers)) / np.ptp(numbers)
    return 1.0 - (distance if weights == "linear" else distance**2)


def scale_values(categories: tuple[Any, ...]) -> Matrix | None:
    """Values of categories that are all numbers (a truth value is none), else None."""
    if all(isinstance(value, Real) and not isinstance(value, bool) for value in categories):
        return np.array(categories, dtype=np.float64)
    return None


def _given_weights(weights: NDArray[Any] | Sequence[Sequence[float]], size: int) -> Matrix:
    matrix = _numbers(weights, "weights=")
    if matrix.shape != (size, size):
        raise InvalidRatings(f"weights= must be {size} x {size}, one row and column a category; it is {matrix.shape}.")
    if not (np.all(np.diag(matrix) == 1.0) and np.all((matrix >= 0.0) & (matrix <= 1.0))):
        raise InvalidRatings(
            "weights= holds agreement weights: 1 on the diagonal and 0 to 1 elsewhere. "
            "Disagreement weights d become 1 - d / max(d)."
        )
    if not np.array_equal(matrix, matrix.T):
        raise InvalidRatings("weights= must be symmetric.")
    return matrix


def _from_ratings(ratings: Values, known: tuple[Hashable, ...] | None) -> Units:
    codes, categories = code_ratings(ratings, known)
    size = len(categories)
    patterns, frequency = _group(codes, size)
    rated = (patterns >= 0).any(axis=1)
    patterns, frequency = patterns[rated], frequency[rated]
    ordered = known is not None or not any(isinstance(value, str) for value in categories)
    return _units(patterns, frequency, categories, ordered)


def _from_table(table: Values, known: tuple[Hashable, ...] | None) -> Units:
    cells = _whole_numbers(table, "table=")
    if cells.shape[0] != cells.shape[1]:
        raise InvalidRatings(f"table= must be square; it is {cells.shape[0]} x {cells.shape[1]}.")
    if isinstance(table, pd.DataFrame) and list(table.index) != list(table.columns):
        raise InvalidRatings("table= must have the same categories in the same order as rows and as columns.")
    pairs = np.argwhere(cells > 0).astype(np.int64)
    return _units(pairs, cells[cells > 0], _labels(table, cells.shape[1], known), ordered=True)


def _from_counts(counts: Values, known: tuple[Hashable, ...] | None) -> Units:
    cells = _whole_numbers(counts, "counts=")
    categories = _labels(counts, cells.shape[1], known)
    patterns, frequency = np.unique(cells[cells.sum(axis=1) > 0], axis=0, return_counts=True)
    return Units(patterns, frequency.astype(np.float64), None, categories, ordered=True)


def _units(patterns: NDArray[np.int64], frequency: Matrix, categories: tuple[Hashable, ...], ordered: bool) -> Units:
    rows, size = len(patterns), len(categories)
    if size * max(rows, size) > CELL_LIMIT:
        raise InvalidRatings(
            f"{size} categories are too many for a coefficient of agreement. For measurements use icc, "
            "concordance_correlation or bland_altman."
        )
    counts = np.zeros((rows, size))
    for codes in patterns.T:
        present = codes >= 0
        counts[np.flatnonzero(present), codes[present]] += 1.0
    return Units(counts, frequency.astype(np.float64), patterns, categories, ordered)


def _group(codes: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], Matrix]:
    """Distinct rows in lexicographic order and how often each occurs."""
    raters = codes.shape[1]
    if (size + 1) ** raters >= 2**62:
        rows, frequency = np.unique(codes, axis=0, return_counts=True)
        return rows, frequency.astype(np.float64)
    powers = np.array([(size + 1) ** place for place in reversed(range(raters))], dtype=np.int64)
    keys, frequency = np.unique((codes + 1) @ powers, return_counts=True)
    return keys[:, np.newaxis] // powers % (size + 1) - 1, frequency.astype(np.float64)


def check_categories(categories: Sequence[Hashable]) -> tuple[Hashable, ...]:
    known = tuple(value.item() if isinstance(value, np.generic) else value for value in categories)
    values = pd.Series(list(known), dtype=object)
    if (values.isna() | values.isin([np.inf, -np.inf])).any():
        raise InvalidRatings("A category cannot be missing or infinite.")
    if len(set(known)) != len(known):
        raise InvalidRatings("Each category may be given only once; 1, 1.0 and True are the same.")
    return known


def _sorted(values: tuple[Any, ...]) -> tuple[Hashable, ...]:
    try:
        return check_categories(sorted(values))
    except TypeError as error:
        raise InvalidRatings("The ratings mix kinds that have no common order: give categories=.") from error


def _labels(cells: Values, size: int, known: tuple[Hashable, ...] | None) -> tuple[Hashable, ...]:
    if known is None:
        return check_categories(list(cells.columns)) if isinstance(cells, pd.DataFrame) else tuple(range(1, size + 1))
    if len(known) != size:
        raise InvalidRatings(f"{len(known)} categories were given for {size} columns.")
    return known


def _numbers(values: Any, name: str) -> Matrix:
    try:
        matrix = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidRatings(f"{name} must be a matrix of numbers.") from error
    if matrix.ndim != 2 or not np.all(np.isfinite(matrix)):
        raise InvalidRatings(f"{name} must be a matrix of finite numbers.")
    return matrix


def _whole_numbers(values: Any, name: str) -> Matrix:
    matrix = _numbers(values, name)
    if np.any(matrix < 0) or np.any(matrix != np.floor(matrix)):
        raise InvalidRatings(f"{name} must hold counts: whole numbers, 0 or more.")
    return matrix
