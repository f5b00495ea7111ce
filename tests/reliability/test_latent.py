"""Dawid and Skene: the anaesthetists, and what must hold for any ratings."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.reliability.latent import LatentClasses, dawid_skene
from registry.reliability.ratings import InvalidRatings

# A loaded machine is no failure, and the combinations of parameters are many.
QUICK = settings(deadline=None, max_examples=40)
REFERENCE = Path(__file__).parents[1] / "reference" / "reliability-reference.json"
CASE: dict[str, Any] = next(
    case for case in json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"] if case["id"] == "D23"
)


@pytest.fixture(scope="module")
def anaesthetists() -> LatentClasses:
    data = CASE["data"]
    return dawid_skene(data["ratings"], data["rater_of_column"], [1, 2, 3, 4])


@pytest.mark.parametrize("expected", CASE["expected"], ids=lambda expected: expected["statistic"])
def test_published_value(anaesthetists: LatentClasses, expected: dict[str, Any]) -> None:
    computed = {
        "class_prevalence": anaesthetists.prevalence,
        "observer1_error_rates": anaesthetists.errors[0].rates,
        "observer1_error_rates_em": anaesthetists.errors[0].rates,
        "posterior_unit3_class2": anaesthetists.posterior[2][1],
    }[expected["statistic"]]

    np.testing.assert_allclose(computed, expected["value"], rtol=0, atol=expected["abs_tol"])


def test_the_anaesthetists_converge_and_keep_their_order(anaesthetists: LatentClasses) -> None:
    assert anaesthetists.converged
    assert anaesthetists.iterations < 100
    assert [errors.rater for errors in anaesthetists.errors] == [1, 2, 3, 4, 5]
    assert len(anaesthetists.posterior) == 45


@given(rows=st.lists(st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=3, max_size=3), min_size=1, max_size=12))
@QUICK
def test_shares_sum_to_one_and_the_order_of_units_does_not_matter(rows: list[list[str | None]]) -> None:
    if all(value is None for row in rows for value in row):
        with pytest.raises(InvalidRatings, match="no rating"):
            dawid_skene(rows, ["x", "y", "x"], ["a", "b", "c"])
        return
    found = dawid_skene(rows, ["x", "y", "x"], ["a", "b", "c"])
    turned = dawid_skene(rows[::-1], ["x", "y", "x"], ["a", "b", "c"])

    assert sum(found.prevalence) == pytest.approx(1)
    assert found.posterior == turned.posterior[::-1]
    for shares, row in zip(found.posterior, rows, strict=True):
        assert (shares is None) == all(value is None for value in row)
        assert shares is None or sum(shares) == pytest.approx(1)
    for errors in found.errors:
        assert all(rates is None or sum(rates) == pytest.approx(1) for rates in errors.rates)


def test_perfect_raters_have_no_errors() -> None:
    found = dawid_skene([["a", "a"], ["b", "b"], ["b", "b"]], ["x", "y"], ["a", "b"])

    assert found.prevalence == pytest.approx((1 / 3, 2 / 3))
    assert found.posterior == ((1.0, 0.0), (0.0, 1.0), (0.0, 1.0))
    assert [errors.rates for errors in found.errors] == [((1.0, 0.0), (0.0, 1.0))] * 2


def test_a_class_that_a_rater_never_met_has_no_rates() -> None:
    found = dawid_skene([["a", "a"], ["b", None]], ["x", "y"], ["a", "b", "c"])

    assert found.errors[1].rates == ((1.0, 0.0, 0.0), None, None)


def test_two_simulated_raters_with_known_errors_are_recovered() -> None:
    rng = np.random.default_rng(20260101)
    truth = rng.random(20_000) < 0.3
    wrong = {"x": (0.05, 0.20), "y": (0.10, 0.10), "z": (0.02, 0.30)}
    flips = [
        np.where(truth, rng.random(truth.size) < miss, rng.random(truth.size) < alarm) for alarm, miss in wrong.values()
    ]
    ratings = np.column_stack([truth ^ flip for flip in flips])

    found = dawid_skene(ratings, list(wrong), [False, True])

    assert found.prevalence[1] == pytest.approx(0.3, abs=0.01)
    for errors, (alarm, miss) in zip(found.errors, wrong.values(), strict=True):
        np.testing.assert_allclose(errors.rates, [[1 - alarm, alarm], [miss, 1 - miss]], atol=0.02)


@pytest.mark.parametrize(
    ("ratings", "raters", "message"),
    [
        ([[1, 2]], ["x"], "names 1 columns; ratings has 2"),
        ([[1, 5]], ["x", "y"], "not among the categories: 5"),
        ([], ["x", "y"], "no rating"),
    ],
)
def test_unusable_input_says_why(ratings: Any, raters: list[str], message: str) -> None:
    with pytest.raises(InvalidRatings, match=message):
        dawid_skene(ratings, raters, [1, 2])
