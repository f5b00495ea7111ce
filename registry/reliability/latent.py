"""Truth behind several fallible ratings, estimated together with the errors of each rater."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.reliability.ratings import InvalidRatings, Matrix, Values, check_categories, code_ratings

TOLERANCE = 1e-8
MOST_ITERATIONS = 1000


@dataclass(frozen=True, slots=True)
class RaterErrors:
    """rates: (k, k) shares of reported categories by true class; the row of a class the rater never met is None."""

    rater: Hashable
    rates: tuple[tuple[float, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class LatentClasses:
    """prevalence: (k,) shares of the true classes among rated units. posterior: (units, k); None for one unrated."""

    categories: tuple[Hashable, ...]
    prevalence: tuple[float, ...]
    errors: tuple[RaterErrors, ...]
    posterior: tuple[tuple[float, ...] | None, ...]
    iterations: int
    converged: bool


def dawid_skene(ratings: Values, rater_of_column: Sequence[Hashable], categories: Sequence[Hashable]) -> LatentClasses:
    """Estimate true classes and error rates by expectation and maximisation, from the shares of votes.

    ratings: (units, columns), None and NaN missing; columns of the same rater are repeated readings. Deterministic;
    stops when no posterior moves by 1e-8 or after 1,000 rounds. Raters must err independently given the true class.
    Raises InvalidRatings without any rating, or for a rater_of_column of another length.
    Source: Dawid and Skene 1979, doi:10.2307/2346806.
    """
    codes, known = code_ratings(ratings, check_categories(categories))
    if len(rater_of_column) != codes.shape[1]:
        raise InvalidRatings(f"rater_of_column names {len(rater_of_column)} columns; ratings has {codes.shape[1]}.")
    raters = tuple(dict.fromkeys(rater_of_column))
    patterns, place, repeats = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    votes = _votes(patterns, [raters.index(rater) for rater in rater_of_column], len(known))
    given = votes.sum(axis=(1, 2))
    if not given.any():
        raise InvalidRatings("There is no rating, so nothing can be estimated.")
    rated = given > 0
    frequency = repeats[rated].astype(np.float64)
    posterior, iterations, converged = _expectation_maximisation(votes[rated], frequency)
    prevalence, rates = _maximise(votes[rated], frequency, posterior)
    rows: list[tuple[float, ...] | None] = [None] * len(patterns)
    for index, shares in zip(np.flatnonzero(rated).tolist(), posterior.tolist(), strict=True):
        rows[index] = tuple(shares)
    return LatentClasses(
        categories=known,
        prevalence=tuple(prevalence.tolist()),
        errors=tuple(RaterErrors(rater, _rows(rates[index])) for index, rater in enumerate(raters)),
        posterior=tuple(rows[index] for index in place.ravel().tolist()),
        iterations=iterations,
        converged=converged,
    )


def _votes(patterns: NDArray[np.int64], rater_of_column: list[int], size: int) -> Matrix:
    """(patterns, raters, k) number of times a rater gave each category."""
    votes = np.zeros((len(patterns), max(rater_of_column, default=-1) + 1, size))
    for column, rater in enumerate(rater_of_column):
        present = np.flatnonzero(patterns[:, column] >= 0)
        votes[present, rater, patterns[present, column]] += 1.0
    return votes


def _expectation_maximisation(votes: Matrix, frequency: Matrix) -> tuple[Matrix, int, bool]:
    posterior = votes.sum(axis=1) / votes.sum(axis=(1, 2))[:, np.newaxis]
    for iteration in range(1, MOST_ITERATIONS + 1):
        before = posterior
        posterior = _expect(votes, *_maximise(votes, frequency, posterior))
        if float(np.abs(posterior - before).max()) < TOLERANCE:
            return posterior, iteration, True
    return posterior, MOST_ITERATIONS, False


def _maximise(votes: Matrix, frequency: Matrix, posterior: Matrix) -> tuple[Matrix, Matrix]:
    """Prevalence (k,) and error rates (raters, true, reported); rates of a class that a rater never met are 0."""
    weight = posterior * frequency[:, np.newaxis]
    sums = np.einsum("uk,url->rkl", weight, votes)
    met = sums.sum(axis=2, keepdims=True)
    return weight.sum(axis=0) / frequency.sum(), np.divide(sums, met, out=np.zeros_like(sums), where=met > 0)


def _expect(votes: Matrix, prevalence: Matrix, rates: Matrix) -> Matrix:
    # The smallest positive number stands for 0, so that 0 votes for an impossible report still count as no evidence.
    tiny = np.finfo(np.float64).tiny
    evidence = np.einsum("url,rkl->uk", votes, np.log(np.maximum(rates, tiny))) + np.log(np.maximum(prevalence, tiny))
    likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    posterior: Matrix = likelihood / likelihood.sum(axis=1, keepdims=True)
    return posterior


def _rows(rates: Matrix) -> tuple[tuple[float, ...] | None, ...]:
    return tuple(tuple(row) if sum(row) > 0 else None for row in rates.tolist())
