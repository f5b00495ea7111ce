"""Agreement of measurements, rates of differences between report and check, and intervals of shares.

x and y, or report and check, are paired by position. None and NaN are missing; how many pairs remain is n.
Input that cannot be read so raises InvalidRatings; a value that is not defined is None with a reason.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from registry.reliability.ratings import ROUNDING, Estimate, InvalidRatings, Matrix, Values, undefined

# pandas knows the type of a Series' values to checkers only.
Column: TypeAlias = "pd.Series[Any] | NDArray[Any] | Sequence[Any]"
IccForm: TypeAlias = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
Missing: TypeAlias = Literal["exclude", "exclude_check", "difference"]

NORMAL_95 = float(special.ndtri(0.975))
REPLICATES = 1500
SEED = 20_110_601


def proportion_interval(
    k: int, n: int, method: Literal["wilson", "exact", "jeffreys"] = "wilson", level: float = 0.95
) -> tuple[float, float]:
    """Two-sided interval of a share k / n: Wilson's score, Clopper and Pearson's exact, or Jeffreys' equal-tailed one.

    Raises InvalidRatings unless 0 <= k <= n, n > 0 and 0 < level < 1. Jeffreys' limits are quantiles of
    Beta(k + 1/2, n - k + 1/2) even for k = 0 and k = n, where some packages put 0 and 1.
    Source: Newcombe 1998, Statistics in Medicine 17:857; Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286.
    """
    if k != int(k) or n != int(n) or not 0 <= k <= n or n < 1:
        raise InvalidRatings(f"A share needs whole numbers with 0 <= k <= n and n > 0; k = {k}, n = {n} were given.")
    if not 0 < level < 1:
        raise InvalidRatings(f"level= must lie between 0 and 1; {level} was given.")
    tail = (1 - level) / 2
    if method == "wilson":
        z = float(special.ndtri(1 - tail))
        centre, half = (k + z * z / 2) / (n + z * z), z * np.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
        return (0.0 if k == 0 else float(centre - half)), (1.0 if k == n else float(centre + half))
    if method == "exact":
        low = 0.0 if k == 0 else float(special.betaincinv(k, n - k + 1, tail))
        return low, (1.0 if k == n else float(special.betaincinv(k + 1, n - k, 1 - tail)))
    if method == "jeffreys":
        low, high = special.betaincinv(k + 0.5, n - k + 0.5, [tail, 1 - tail])
        return float(low), float(high)
    raise InvalidRatings(f'method= is "wilson", "exact" or "jeffreys", not {method!r}.')


def icc(ratings: Values, form: IccForm = "2,1") -> Estimate:
    """Intraclass correlation of (units, raters) measurements, with F-based 95 % limits and no standard error.

    form: "1" raters differ by unit, "2" raters are a sample, "3" raters are fixed; ",1" one rating, ",k" their mean.
    A unit with a missing rating is dropped, and method says how many were. At most 1, and may be below 0.
    Source: Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420.
    """
    if form not in ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k"):
        raise InvalidRatings(f'form= is "1,1", "2,1", "3,1", "1,k", "2,k" or "3,k", not {form!r}.')
    values = _measurements(ratings)
    complete = values[~np.isnan(values).any(axis=1)]
    n, k = complete.shape
    dropped = len(values) - n
    method = f"ICC({form}); F limits" + (f"; {dropped} units with missing ratings dropped" if dropped else "")
    if k < 2:
        raise InvalidRatings("An intraclass correlation needs at least two raters.")
    if n < 2:
        return undefined(n, method, "An intraclass correlation needs two units with all ratings.")
    squares = _mean_squares(complete)
    top, bottom = _icc_parts(squares, n, k, form)
    if bottom <= ROUNDING * max(squares):
        return undefined(n, method, "The units do not differ, so there is no variance to compare with.")
    value = top / bottom
    within = squares[1] if form[0] == "1" else squares[3]
    if within == 0:
        return Estimate(value, None, None, n, method, "The error variance is 0, so the F limits are not defined.")
    limits = _icc_limits(squares, n, k, form)
    reason = "The source gives no standard error." if limits else "The F limits are not defined for so few units."
    return Estimate(value, None, limits, n, method, reason)


def concordance_correlation(x: Column, y: Column) -> Estimate:
    """Lin's concordance correlation, variances with denominator n, limits by Fisher's z; -1 to 1.

    Source: Lin 1989, doi:10.2307/2532051; standard error as corrected in Lin 2000,
    doi:10.1111/j.0006-341X.2000.00324.x.
    """
    method = "Lin concordance correlation; Fisher z limits"
    first, second = _pairs(x, y)
    n = len(first)
    if n < 2:
        return undefined(n, method, "Two pairs are needed.")
    (sxx, sxy), (_, syy) = np.cov(first, second, ddof=0).tolist()
    shift = float(first.mean() - second.mean())
    if sxx + syy + shift**2 == 0:
        return undefined(n, method, "All values are the same.")
    value = 2 * sxy / (sxx + syy + shift**2)
    r = sxy / np.sqrt(sxx * syy) if sxx > 0 and syy > 0 else 0.0
    if n < 3 or abs(r) < ROUNDING or 1 - abs(value) < ROUNDING:
        reason = "The standard error needs three pairs, a correlation that is not 0 and values that differ."
        return Estimate(value, None, None, n, method, reason)
    u2 = shift**2 / np.sqrt(sxx * syy)
    variance = (1 - r**2) * value**2 * (1 - value**2) / r**2 + 2 * value**3 * (1 - value) * u2 / r
    variance = max(float(variance - value**4 * u2**2 / (2 * r**2)), 0.0) / (n - 2)
    error = float(np.sqrt(variance))
    half = NORMAL_95 * error / (1 - value**2)
    limits = (float(np.tanh(np.arctanh(value) - half)), float(np.tanh(np.arctanh(value) + half)))
    return Estimate(value, error, limits, n, method)


@dataclass(frozen=True, slots=True)
class BlandAltman:
    """Differences x - y, in their unit. limits: mean -+ multiplier x sd; the intervals are 95 %."""

    n: int
    mean_difference: float | None
    sd_difference: float | None
    limits: tuple[float, float] | None
    mean_interval: tuple[float, float] | None
    lower_limit_interval: tuple[float, float] | None
    upper_limit_interval: tuple[float, float] | None
    multiplier: float
    method: str
    reason: str | None = None


def bland_altman(x: Column, y: Column, *, multiplier: float = 1.96) -> BlandAltman:
    """Mean difference and limits of agreement; sd with denominator n - 1. The paper of 1986 has the multiplier 2.

    Source: Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8; variance of a limit,
    sd^2 (1 / n + multiplier^2 / (2 (n - 1))): Bland and Altman 1999, doi:10.1177/096228029900800204.
    """
    method = "Bland-Altman limits of agreement; Student t intervals"
    first, second = _pairs(x, y)
    differences, n = first - second, len(first)
    if n < 2:
        mean = float(differences[0]) if n else None
        reason = "Limits of agreement need two pairs."
        return BlandAltman(n, mean, None, None, None, None, None, multiplier, method, reason)
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    t = float(special.stdtrit(n - 1, 0.975))
    low, high = mean - multiplier * sd, mean + multiplier * sd
    of_mean = t * sd / np.sqrt(n)
    of_limit = t * sd * np.sqrt(1 / n + multiplier**2 / (2 * (n - 1)))
    around = [(float(c - h), float(c + h)) for c, h in ((mean, of_mean), (low, of_limit), (high, of_limit))]
    return BlandAltman(n, mean, sd, (low, high), around[0], around[1], around[2], multiplier, method)


def reliability_ratio(report: Column, check: Column) -> Estimate:
    """1 - (Var(report - check) / 2) / Var(check): the share of variance that is not error of measurement; at most 1.

    Limits are percentiles of 1,500 bootstrap samples of pairs with a fixed seed, drawn from sorted pairs, so that the
    same pairs in any order give the same numbers. standard_error is the spread of the same samples.
    Source: Innovations for Poverty Action, bcstats for Stata.
    """
    method = f"reliability ratio; percentile bootstrap, {REPLICATES} samples"
    first, second = _pairs(report, check)
    order = np.lexsort((second, first))
    differences, checked = (first - second)[order], second[order]
    n = len(checked)
    if n < 2 or float(np.ptp(checked)) == 0:
        return undefined(n, method, "The check values do not vary.")
    value = 1 - float(differences.var() / 2 / checked.var())
    # The raw stream of a bit generator is the same in every version of numpy; the methods of Generator are not.
    stream, drawn = np.random.PCG64(SEED), []
    for _ in range(REPLICATES):
        chosen = (stream.random_raw(n) >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)
        sample = checked[chosen]
        if float(np.ptp(sample)) > 0:
            drawn.append(1 - float(differences[chosen].var() / 2 / sample.var()))
    if len(drawn) < REPLICATES / 2:
        return Estimate(value, None, None, n, method, "Most bootstrap samples have check values that do not vary.")
    low, high = np.percentile(drawn, [2.5, 97.5]).tolist()
    return Estimate(value, float(np.std(drawn, ddof=1)), (low, high), n, method)


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Share of units of a group in which report and check differ; interval: Wilson, 95 %."""

    group: Hashable
    differences: int
    n: int
    rate: float | None
    interval: tuple[float, float] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """total has the group None; groups are sorted, numbers before texts."""

    total: ErrorRate
    groups: tuple[ErrorRate, ...]


def error_rates(
    report: Column,
    check: Column,
    *,
    groups: "Column | None" = None,
    missing: Missing = "exclude",
    tolerance: float | None = None,
) -> ErrorRates:
    """Rates of differences between report and check, in all and by group.

    missing: "exclude" drops a unit with a blank on either side; "exclude_check" drops it for a blank check only, and a
    blank report is a difference; "difference" keeps all, and a blank on one side is a difference, on both sides none,
    as when Stata compares. tolerance: largest |report - check| that is no difference; None asks for equality.
    """
    first, second = _objects(report), _objects(check)
    if len(first) != len(second) or (groups is not None and len(groups) != len(first)):
        raise InvalidRatings("report, check and groups must be equally long.")
    blank, blank_check = pd.isna(first), pd.isna(second)
    if missing not in ("exclude", "exclude_check", "difference"):
        raise InvalidRatings(f'missing= is "exclude", "exclude_check" or "difference", not {missing!r}.')
    dropped = {"exclude": blank | blank_check, "exclude_check": blank_check}.get(missing, np.zeros_like(blank))
    differs = blank != blank_check
    both = ~(blank | blank_check)
    differs[both] = _differ(first[both], second[both], tolerance)
    total = _error_rate(None, int(differs[~dropped].sum()), int((~dropped).sum()))
    if groups is None:
        return ErrorRates(total, ())
    codes, names = pd.factorize(_objects(groups))
    if (codes < 0).any():
        raise InvalidRatings("groups has a blank: every unit needs a group.")
    counted = np.bincount(codes[~dropped], minlength=len(names)).tolist()
    different = np.bincount(codes[~dropped & differs], minlength=len(names)).tolist()
    rates = zip(names.tolist(), different, counted, strict=True)
    ordered = sorted(rates, key=lambda rate: (isinstance(rate[0], str), rate[0]))
    return ErrorRates(total, tuple(_error_rate(name, d, n) for name, d, n in ordered))


def _error_rate(group: Hashable, differences: int, n: int) -> ErrorRate:
    if n == 0:
        return ErrorRate(group, 0, 0, None, None, "No unit has both values.")
    return ErrorRate(group, differences, n, differences / n, proportion_interval(differences, n))


def _differ(first: NDArray[Any], second: NDArray[Any], tolerance: float | None) -> NDArray[np.bool_]:
    if tolerance is None:
        unequal: NDArray[np.bool_] = np.asarray(first != second, dtype=np.bool_)
        return unequal
    if not tolerance >= 0:
        raise InvalidRatings(f"tolerance= must be 0 or more; {tolerance} was given.")
    x, y = _floats(first), _floats(second)
    # A difference that is over the tolerance by rounding alone is none.
    allowed: Matrix = tolerance + ROUNDING * np.maximum(np.abs(x), np.abs(y))
    over: NDArray[np.bool_] = np.abs(x - y) > allowed
    return over


def _mean_squares(values: Matrix) -> tuple[float, float, float, float]:
    """Mean squares between units, within units, between raters, and of the residual; rounding is set to 0."""
    n, k = values.shape
    centred = values - values.mean()
    units, raters = centred.mean(axis=1), centred.mean(axis=0)
    between, judges = k * float(units @ units) / (n - 1), n * float(raters @ raters) / (k - 1)
    within = float(((centred - units[:, np.newaxis]) ** 2).sum()) / (n * (k - 1))
    residual = float(((centred - units[:, np.newaxis] - raters) ** 2).sum()) / ((n - 1) * (k - 1))
    least = ROUNDING * float((centred**2).sum())
    between, within, judges, residual = (0.0 if s <= least else s for s in (between, within, judges, residual))
    return between, within, judges, residual


def _icc_parts(squares: tuple[float, float, float, float], n: int, k: int, form: IccForm) -> tuple[float, float]:
    """Numerator and denominator of the coefficient."""
    between, within, judges, residual = squares
    error = within if form[0] == "1" else residual
    rater = (judges - residual) / n if form[0] == "2" else 0.0
    if form.endswith("k"):
        return between - error, between + rater
    return between - error, between + (k - 1) * error + k * rater


def _icc_limits(
    squares: tuple[float, float, float, float], n: int, k: int, form: IccForm
) -> tuple[float, float] | None:
    between, within, _, residual = squares
    if form[0] == "2":
        single = _icc2_limits(squares, n, k)
        if single is None or form == "2,1":
            return single
        low, high = single
        # Spearman and Brown's formula has a pole at -1 / (k - 1).
        defined = 1 + (k - 1) * low > ROUNDING
        return (k * low / (1 + (k - 1) * low), k * high / (1 + (k - 1) * high)) if defined else None
    error, df = (within, n * (k - 1)) if form[0] == "1" else (residual, (n - 1) * (k - 1))
    ratio = between / error
    low, high = float(ratio / special.fdtri(n - 1, df, 0.975)), float(ratio * special.fdtri(df, n - 1, 0.975))
    if form.endswith("k"):
        return 1 - 1 / low, 1 - 1 / high
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _icc2_limits(squares: tuple[float, float, float, float], n: int, k: int) -> tuple[float, float] | None:
    """Limits of ICC(2,1) with Satterthwaite's degrees of freedom; None where there are almost none."""
    between, _, judges, residual = squares
    top, bottom = _icc_parts(squares, n, k, "2,1")
    value, ratio = top / bottom, judges / residual
    rest = n * (1 + (k - 1) * value) - k * value
    spread = (n - 1) * (k * value * ratio) ** 2 + rest**2
    df = (k - 1) * (n - 1) * (k * value * ratio + rest) ** 2 / spread if spread > ROUNDING else 0.0
    low_f, high_f = special.fdtri(n - 1, df, 0.975), special.fdtri(df, n - 1, 0.975)
    # With almost no degrees of freedom the quantile grows beyond all bounds, and so does the interval.
    if df <= 0 or max(low_f, high_f) > 1 / ROUNDING:
        return None
    others = k * judges + (k * n - k - n) * residual
    low = n * (between - low_f * residual) / (low_f * others + n * between)
    high = n * (high_f * between - residual) / (others + n * high_f * between)
    return float(low), float(high)


def _measurements(ratings: Values) -> Matrix:
    values = np.array(ratings, dtype=object) if not isinstance(ratings, pd.DataFrame) else ratings.to_numpy(object)
    if values.ndim != 2:
        raise InvalidRatings("ratings must be a table of equally long rows: one row a unit, one column a rater.")
    return _floats(values.ravel()).reshape(values.shape)


def _pairs(x: Column, y: Column) -> tuple[Matrix, Matrix]:
    """Both columns as numbers, without the pairs that lack one."""
    first, second = _floats(_objects(x)), _floats(_objects(y))
    if len(first) != len(second):
        raise InvalidRatings(f"The columns must be equally long; they have {len(first)} and {len(second)} values.")
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def _objects(values: Column) -> NDArray[Any]:
    return pd.Series(values if isinstance(values, pd.Series | np.ndarray) else list(values)).to_numpy(dtype=object)


def _floats(values: NDArray[Any]) -> Matrix:
    try:
        numbers = pd.Series(values, dtype=object).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InvalidRatings("A measurement must be a number.") from error
    if np.isinf(numbers).any():
        raise InvalidRatings("A measurement must be finite.")
    return numbers
