"""Coefficients of agreement: published numbers, independent packages as oracles, and invariants."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats import inter_rater

from registry.reliability import agreement
from registry.reliability.agreement import Estimate, InvalidRatings

# A loaded machine is no failure, and the combinations of parameters are many.
QUICK = settings(deadline=None, max_examples=40)
REFERENCE = Path(__file__).parents[1] / "reference" / "reliability-reference.json"
CASES: dict[str, Any] = {
    case["id"]: case for case in json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"] if case["id"] <= "D29"
}
LEVELS = ("nominal", "ordinal", "interval", "ratio")
TWO_RATERS = (
    agreement.percent_agreement,
    agreement.cohen_kappa,
    agreement.conger_kappa,
    agreement.fleiss_kappa,
    agreement.scott_pi,
    agreement.gwet_ac,
    agreement.brennan_prediger,
    agreement.krippendorff_alpha,
)
MANY_RATERS = tuple(f for f in TWO_RATERS if f not in (agreement.cohen_kappa, agreement.scott_pi))


def agreement_of(disagreement: list[list[float]]) -> np.ndarray:
    matrix = np.array(disagreement, dtype=float)
    return 1 - matrix / matrix.max()


def units_of(case: str) -> list[list[Any]]:
    data = CASES[case]["data"]
    return [list(unit) for unit in zip(*data["ratings"], strict=True)]


def gao_table() -> list[list[int]]:
    data = CASES["D29"]["data"]
    missed, failing = data["missed_requirements"], data["truth_fail_requirements"]
    return [[failing - missed, missed], [0, data["requirements_surveyed_approx"] - failing]]


def with_error(function: Callable[..., Estimate], **arguments: Any) -> dict[str, Callable[[dict[str, Any]], Any]]:
    name = arguments.pop("name")
    return {
        name: lambda given: function(**given, **arguments).value,
        f"{name}_se": lambda given: function(**given, **arguments).standard_error,
    }


# How each statistic of the reference file is found from the data of its case.
STATISTICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    **with_error(agreement.percent_agreement, name="percent_agreement"),
    **with_error(agreement.percent_agreement, name="percent_agreement_quadratic", weights="quadratic"),
    **with_error(agreement.cohen_kappa, name="cohen_kappa"),
    **with_error(agreement.cohen_kappa, name="cohen_kappa_quadratic", weights="quadratic"),
    **with_error(agreement.cohen_kappa, name="weighted_kappa_linear", weights="linear"),
    **with_error(agreement.conger_kappa, name="conger_kappa_quadratic", weights="quadratic"),
    **with_error(agreement.fleiss_kappa, name="fleiss_kappa"),
    **with_error(agreement.scott_pi, name="scott_pi"),
    **with_error(agreement.gwet_ac, name="gwet_ac1"),
    **with_error(agreement.gwet_ac, name="gwet_ac2_quadratic", weights="quadratic"),
    **with_error(agreement.brennan_prediger, name="brennan_prediger"),
    **with_error(agreement.brennan_prediger, name="brennan_prediger_quadratic", weights="quadratic"),
    **with_error(agreement.krippendorff_alpha, name="krippendorff_alpha"),
    **with_error(agreement.krippendorff_alpha, name="krippendorff_alpha_quadratic", weights="quadratic"),
    **{
        f"alpha_{level}": lambda given, level=level: agreement.krippendorff_alpha(**given, level=level).value
        for level in LEVELS
    },
    "fleiss_kappa_exact": lambda given: agreement.fleiss_kappa(**given).value,
    "pabak": lambda given: agreement.brennan_prediger(**given).value,
    "p_pos": lambda given: agreement.positive_agreement(**given).value,
    "p_neg": lambda given: agreement.negative_agreement(**given).value,
    "cohen_kappa_ase": lambda given: agreement.cohen_kappa(**given).standard_error,
    "ci95": lambda given: agreement.cohen_kappa(**given).interval,
    "weighted_kappa_linear_ase": lambda given: agreement.cohen_kappa(**given, weights="linear").standard_error,
    "weighted_kappa_custom": lambda given: (
        agreement.cohen_kappa(**given, weights=agreement_of(CASES["D07"]["data"]["disagreement_weights"])).value
    ),
    "mcnemar_chi2_uncorrected": lambda given: agreement.mcnemar_exact(**given).chi_squared,
    "mcnemar_z_abs": lambda given: np.sqrt(agreement.mcnemar_exact(**given).chi_squared),
    "mcnemar_p_exact_binomial": lambda given: agreement.mcnemar_exact(**given).p_value,
    "net_difference_rate": lambda given: agreement.net_difference_rate(**given).value,
    "gross_difference_rate": lambda given: agreement.gross_difference_rate(**given).value,
    "index_of_inconsistency": lambda given: agreement.index_of_inconsistency(**given).value,
    "percent_agreement_upper_bound": lambda given: agreement.percent_agreement(**given).value,
    "kappa_if_no_false_alarms": lambda given: agreement.cohen_kappa(**given).value,
    "ac1_if_no_false_alarms": lambda given: agreement.gwet_ac(**given).value,
}
DATA: dict[str, dict[str, Any]] = {
    "D01": {"ratings": units_of("D01")},
    "D02": {"ratings": units_of("D02")},
    "D04": {"ratings": CASES["D04"]["data"]["ratings"]},
    **{case: {"table": CASES[case]["data"]["table"]} for case in ("D03", "D07", "D08", "D09", "D10", "D14")},
    **{case: {"counts": CASES[case]["data"]["counts"]} for case in ("D05", "D06")},
    "D29": {"table": gao_table()},
}
# Shares of D29 that proportion_interval and a division give.
ELSEWHERE = {
    "missed_failure_rate_sites",
    "missed_failure_rate_requirements",
    "rate_of_disparity",
    "missed_failure_rate_sites_wilson95",
}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param(case, expected, id=f"{case}-{expected['statistic']}")
        for case in DATA
        for expected in CASES[case]["expected"]
        if expected["statistic"] not in ELSEWHERE
    ],
)
def test_published_value(case: str, expected: dict[str, Any]) -> None:
    computed = STATISTICS[expected["statistic"]](DATA[case])

    np.testing.assert_allclose(computed, expected["value"], rtol=0, atol=expected["abs_tol"])


# irrCAC for R, vignette "overview": the contingency table of D03 and the raw ratings of D04.
@pytest.mark.parametrize(
    ("function", "standard_error"),
    [
        (agreement.percent_agreement, 0.03128898),
        (agreement.scott_pi, 0.05905473),
        (agreement.brennan_prediger, 0.04693346),
        (agreement.krippendorff_alpha, 0.05905473),
    ],
)
def test_standard_errors_of_the_table_in_the_vignette(function: Callable[..., Estimate], standard_error: float) -> None:
    assert function(**DATA["D03"]).standard_error == pytest.approx(standard_error, abs=1e-8)


@pytest.mark.parametrize(
    ("function", "standard_error", "interval"),
    [
        (agreement.fleiss_kappa, 0.15302, (0.42438, 1.0)),
        (agreement.gwet_ac, 0.14295, (0.46081, 1.0)),
        (agreement.krippendorff_alpha, 0.14557, (0.419, 1.0)),
        (agreement.conger_kappa, 0.14917, (0.435, 1.0)),
        (agreement.brennan_prediger, 0.14472, (0.454, 1.0)),
        (agreement.percent_agreement, 0.12561, (0.542, 1.0)),
    ],
)
def test_standard_errors_and_limits_of_the_raw_ratings_in_the_vignette(
    function: Callable[..., Estimate], standard_error: float, interval: tuple[float, float]
) -> None:
    found = function(**DATA["D04"])

    assert found.standard_error == pytest.approx(standard_error, abs=5e-6)
    assert found.interval == pytest.approx(interval, abs=5e-4)


matrices = st.lists(
    st.lists(st.sampled_from([None, 1, 2, 3, 4]), min_size=3, max_size=3), min_size=2, max_size=25
).filter(lambda rows: any(sum(value is not None for value in row) >= 2 for row in rows))
pairs = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=2, max_size=40)


@pytest.mark.parametrize("level", LEVELS)
@given(rows=matrices)
@QUICK
def test_alpha_equals_the_krippendorff_package(level: str, rows: list[list[int | None]]) -> None:
    values = np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=float)
    paired = values[(~np.isnan(values)).sum(axis=1) >= 2]
    found = agreement.krippendorff_alpha(rows, level=level)

    if len(np.unique(paired[~np.isnan(paired)])) < 2:
        assert found.value is None
        assert found.reason
        return
    theirs = krippendorff.alpha(reliability_data=values.T, level_of_measurement=level)
    assert found.value == pytest.approx(theirs, abs=1e-9)


@given(table=st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3))
@QUICK
def test_cohen_kappa_equals_statsmodels(table: list[list[int]]) -> None:
    for weights, theirs in ((None, None), ("linear", "linear"), ("quadratic", "quadratic")):
        found = agreement.cohen_kappa(table=table, weights=weights)
        if found.value is None:
            assert found.reason
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle = inter_rater.cohens_kappa(np.array(table), wt=theirs)
        assert found.value == pytest.approx(oracle.kappa, abs=1e-9)
        # A variance near 0 is a difference of equal numbers, and its root carries the rounding.
        assert found.standard_error == pytest.approx(np.nan_to_num(oracle.std_kappa), abs=1e-5)


@given(rows=st.lists(st.lists(st.integers(1, 4), min_size=3, max_size=3), min_size=2, max_size=25))
@QUICK
def test_fleiss_kappa_equals_statsmodels(rows: list[list[int]]) -> None:
    found = agreement.fleiss_kappa(rows)
    counts, _ = inter_rater.aggregate_raters(np.array(rows))

    if found.value is None:
        assert counts.shape[1] == 1
        return
    assert found.value == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-9)


@given(rows=pairs)
@QUICK
def test_conger_kappa_of_two_raters_is_cohen_kappa_with_its_standard_error(rows: list[tuple[int, int]]) -> None:
    cohen, conger = agreement.cohen_kappa(rows), agreement.conger_kappa(rows)

    assert (cohen.value is None) == (conger.value is None)
    if cohen.value is not None:
        assert conger.value == pytest.approx(cohen.value, abs=1e-9)
        assert conger.standard_error == pytest.approx(cohen.standard_error, abs=1e-5)


def spread_by_small_changes(value: Callable[[np.ndarray], float], table: np.ndarray) -> float:
    """Infinitesimal jackknife: root of the sum over cells of count x derivative^2, derivatives taken numerically."""
    step, squares = 1000.0, 0.0
    for cell in np.ndindex(table.shape):
        more, less = table.copy(), table.copy()
        more[cell] += step
        less[cell] -= step
        squares += table[cell] * ((value(more) - value(less)) / (2 * step)) ** 2
    return float(np.sqrt(squares))


@pytest.mark.parametrize("function", TWO_RATERS)
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_the_standard_error_is_that_of_the_derivatives(function: Callable[..., Estimate], weights: Any) -> None:
    table = np.array([[13, 3, 1], [2, 20, 7], [5, 4, 56]]) * 1e6

    found = function(table=table, weights=weights)

    by_hand = spread_by_small_changes(lambda cells: function(table=cells, weights=weights).value, table)
    assert found.standard_error == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize(
    "function",
    [
        agreement.positive_agreement,
        agreement.negative_agreement,
        agreement.net_difference_rate,
        agreement.gross_difference_rate,
        agreement.index_of_inconsistency,
    ],
)
def test_the_standard_error_of_two_by_two_statistics_is_that_of_the_derivatives(
    function: Callable[..., Estimate],
) -> None:
    table = np.array([[40, 9], [26, 45]]) * 1e6

    found = function(table=table)

    by_hand = spread_by_small_changes(lambda cells: function(table=cells).value, table)
    assert found.standard_error == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("function", TWO_RATERS)
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@given(rows=pairs)
@QUICK
def test_a_table_and_its_units_give_the_same_bits(
    function: Callable[..., Estimate], weights: Any, rows: list[tuple[int, int]]
) -> None:
    table = np.zeros((3, 3), dtype=int)
    for first, second in rows:
        table[first - 1, second - 1] += 1

    from_rows = function(rows, categories=[1, 2, 3], weights=weights)
    from_table = function(table=table, weights=weights)

    assert from_rows == from_table


@pytest.mark.parametrize("function", [f for f in MANY_RATERS if f is not agreement.conger_kappa])
@given(rows=matrices)
@QUICK
def test_counts_and_their_units_agree(function: Callable[..., Estimate], rows: list[list[int | None]]) -> None:
    counts = [[row.count(category) for category in (1, 2, 3, 4)] for row in rows]

    from_rows, from_counts = function(rows, categories=[1, 2, 3, 4]), function(counts=counts)

    assert same(from_rows, from_counts)


@pytest.mark.parametrize("function", TWO_RATERS)
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@given(rows=pairs)
@QUICK
def test_swapping_the_raters_changes_nothing(
    function: Callable[..., Estimate], weights: Any, rows: list[tuple[int, int]]
) -> None:
    swapped = [(second, first) for first, second in rows]

    here = function(rows, categories=[1, 2, 3], weights=weights)
    there = function(swapped, categories=[1, 2, 3], weights=weights)

    assert same(here, there)


@pytest.mark.parametrize("function", MANY_RATERS)
@given(rows=matrices)
@QUICK
def test_new_labels_and_another_order_of_units_change_nothing(
    function: Callable[..., Estimate], rows: list[list[int | None]]
) -> None:
    names = {None: None, 1: "d", 2: "a", 3: "c", 4: "b"}
    relabelled = [[names[value] for value in row] for row in reversed(rows)]

    assert same(function(rows), function(relabelled))


def same(one: Estimate, other: Estimate) -> bool:
    if (one.value is None) != (other.value is None) or one.n != other.n:
        return False
    if one.value is None:
        return one.reason == other.reason
    return one.value == pytest.approx(other.value, abs=1e-9) and one.standard_error == pytest.approx(
        other.standard_error, abs=1e-7
    )


@pytest.mark.parametrize("function", TWO_RATERS)
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@given(values=st.lists(st.integers(1, 3), min_size=2, max_size=30))
@QUICK
def test_perfect_agreement_is_exactly_one_or_undefined(
    function: Callable[..., Estimate], weights: Any, values: list[int]
) -> None:
    found = function([(value, value) for value in values], categories=[1, 2, 3], weights=weights)

    assert found.value == 1.0 or (found.value is None and len(set(values)) == 1)


@pytest.mark.parametrize("function", TWO_RATERS)
@given(rows=pairs)
@QUICK
def test_the_value_lies_inside_its_limits_and_the_limits_inside_the_range(
    function: Callable[..., Estimate], rows: list[tuple[int, int]]
) -> None:
    found = function(rows)

    lowest = 0.0 if function is agreement.percent_agreement else -1.0
    if found.value is not None:
        assert lowest <= found.value <= 1.0
    if found.interval is not None:
        low, high = found.interval
        assert lowest <= low <= found.value <= high <= 1.0


@pytest.mark.parametrize("function", TWO_RATERS)
def test_agreement_on_one_known_category_is_undefined_beyond_chance(function: Callable[..., Estimate]) -> None:
    found = function([["pass", "pass"]] * 5)

    if function is agreement.percent_agreement:
        assert found.value == 1.0
    else:
        assert found.value is None
        assert found.reason


def test_a_category_that_nobody_used_still_counts() -> None:
    rows = [[1, 1], [1, 2], [2, 2], [2, 2]]

    assert agreement.brennan_prediger(rows).value == pytest.approx(0.5)
    assert agreement.brennan_prediger(rows, categories=[1, 2, 3]).value == pytest.approx(0.625)
    assert agreement.gwet_ac([["pass", "pass"]] * 5, categories=["pass", "fail"]).value == 1.0
    # Without category 2 its neighbours would become adjacent if weights went by rank.
    spread = [[1, 1], [1, 3], [3, 3], [4, 3], [4, 4]]
    bare, full = (agreement.percent_agreement(spread, categories=c, weights="linear") for c in (None, [1, 2, 3, 4]))
    assert bare.value == full.value == pytest.approx(1 - (2 / 3 + 1 / 3) / 5)


def test_weights_go_by_value_for_numbers_and_by_rank_for_texts() -> None:
    numbers = [[0, 0], [0, 1], [1, 10], [10, 10]]
    texts = [["a", "a"], ["a", "b"], ["b", "c"], ["c", "c"]]

    by_value = agreement.percent_agreement(numbers, weights="linear").value
    by_rank = agreement.percent_agreement(texts, categories=["a", "b", "c"], weights="linear").value

    assert by_value == pytest.approx((1 + 0.9 + 0.1 + 1) / 4)
    assert by_rank == pytest.approx((1 + 0.5 + 0.5 + 1) / 4)


def test_alpha_interval_is_alpha_with_quadratic_weights() -> None:
    rows = [[1, 2, None], [2, 2, 5], [5, 4, 5], [1, 1, 1], [9, 7, None]]

    by_level = agreement.krippendorff_alpha(rows, level="interval")
    by_weights = agreement.krippendorff_alpha(rows, weights="quadratic")

    assert by_level.value == pytest.approx(by_weights.value, abs=1e-12)
    assert by_level.standard_error == pytest.approx(by_weights.standard_error, abs=1e-12)


def test_ordinal_alpha_is_not_the_one_with_ordinal_weights_of_gwet() -> None:
    found = agreement.krippendorff_alpha(units_of("D01"), level="ordinal").value

    assert found == pytest.approx(0.8154, abs=5e-5)
    assert abs(found - 0.8336) > 0.01


@pytest.mark.parametrize("function", TWO_RATERS)
def test_no_units_and_no_pairs_are_undefined_with_a_reason(function: Callable[..., Estimate]) -> None:
    for rows in ([], np.empty((0, 2)), [[None, None], [None, None]], [[1, None], [None, 2]]):
        found = function(rows)

        assert found == Estimate(None, None, None, 0, found.method, "No unit has two ratings.")


def test_one_rater_is_undefined_for_many_raters_and_an_error_for_two() -> None:
    rows = [[1], [2], [1]]

    for function in MANY_RATERS:
        assert function(rows).value is None
    for function in (agreement.cohen_kappa, agreement.scott_pi):
        with pytest.raises(InvalidRatings, match="two raters"):
            function(rows)


def test_one_unit_has_a_value_but_no_standard_error() -> None:
    found = agreement.gwet_ac([[1, 2]])

    assert found.value == -1.0
    assert found.standard_error is None
    assert found.interval is None
    assert found.reason


def test_a_unit_that_a_rater_skipped_is_left_out_by_cohen_and_scott() -> None:
    complete = [[1, 1], [1, 2], [2, 2], [2, 2]]

    for function in (agreement.cohen_kappa, agreement.scott_pi):
        assert function([*complete, [1, None], [None, 2], [None, None]]) == function(complete, categories=[1, 2])


def test_a_rater_who_rated_nothing_takes_no_part_in_conger_kappa() -> None:
    rows = [[1, 1, 2], [2, 2, 2], [1, 2, 1]]

    assert agreement.conger_kappa([[*row, None] for row in rows]) == agreement.conger_kappa(rows)


def test_every_kind_of_container_and_of_missing_value_is_read_alike() -> None:
    expected = agreement.cohen_kappa([[1, 1], [1, 2], [2, 2], [None, 1]])
    floats = np.array([[1, 1], [1, 2], [2, 2], [np.nan, 1]])
    frame = pd.DataFrame({"a": [1, 1, 2, pd.NA], "b": [1, 2, 2, 1]}, dtype="Int64")

    assert agreement.cohen_kappa(floats) == expected
    assert agreement.cohen_kappa(frame) == expected
    assert agreement.cohen_kappa(np.ma.masked_equal([[1, 1], [1, 2], [2, 2], [9, 1]], 9)) == expected
    assert agreement.cohen_kappa([["x", "x"], ["x", "y"], ["y", "y"], [float("nan"), "x"]]) == expected
    assert agreement.cohen_kappa([[False, False], [False, True], [True, True], [None, True]]) == expected
    assert agreement.cohen_kappa(pd.DataFrame({"a": ["x", "x", "y", None], "b": ["x", "y", "y", "x"]})) == expected


@pytest.mark.parametrize("function", TWO_RATERS)
def test_not_exactly_one_form_is_an_error(function: Callable[..., Estimate]) -> None:
    with pytest.raises(InvalidRatings, match="none was given"):
        function()
    with pytest.raises(InvalidRatings, match="ratings= and table= was given"):
        function([[1, 1]], table=[[1]])


@pytest.mark.parametrize(
    ("function", "given", "message"),
    [
        (agreement.cohen_kappa, {"counts": [[2, 0], [1, 1]]}, "who gave which rating"),
        (agreement.conger_kappa, {"counts": [[2, 0], [1, 1]]}, "who gave which rating"),
        (agreement.scott_pi, {"counts": [[3, 0], [1, 1]]}, "two raters"),
        (agreement.cohen_kappa, {"ratings": [[1, 1, 2]]}, "3 were given"),
        (agreement.cohen_kappa, {"table": [[1, 2, 3], [4, 5, 6]]}, "must be square"),
        (agreement.cohen_kappa, {"table": [[1, -2], [4, 5]]}, "whole numbers"),
        (agreement.cohen_kappa, {"table": [[1, 0.5], [4, 5]]}, "whole numbers"),
        (agreement.cohen_kappa, {"table": [["a", "b"], ["c", "d"]]}, "matrix of numbers"),
        (agreement.cohen_kappa, {"table": pd.DataFrame([[1, 2], [3, 4]], index=[1, 2], columns=[2, 3])}, "same cat"),
        (agreement.cohen_kappa, {"table": [[1, 2], [3, 4]], "categories": ["a"]}, "1 categories .* 2 columns"),
        (agreement.cohen_kappa, {"ratings": [1, 2, 3]}, "one row a unit"),
        (agreement.cohen_kappa, {"ratings": [[1, 2], [3]]}, "one row a unit"),
        (agreement.cohen_kappa, {"ratings": [[1, 2], ["a", "b"]]}, "no common order"),
        (agreement.cohen_kappa, {"ratings": [[1, float("inf")]]}, "infinite"),
        (agreement.cohen_kappa, {"ratings": [[1, 2]], "categories": [1, 3]}, "not among the categories: 2"),
        (agreement.cohen_kappa, {"ratings": [["1", "2"]], "categories": [1, 2]}, "not among the categories: '1'"),
        (agreement.cohen_kappa, {"ratings": [[1, 2]], "categories": [1, 2, 1.0]}, "only once"),
        (agreement.cohen_kappa, {"ratings": [[1, 2]], "categories": [1, 2, None]}, "missing"),
        (agreement.cohen_kappa, {"ratings": [["a", "b"], ["c", "c"]], "weights": "linear"}, "give categories="),
        (agreement.cohen_kappa, {"ratings": [[1, 2]], "weights": "cubic"}, "'cubic'"),
        (agreement.cohen_kappa, {"ratings": [[1, 2]], "weights": [[1.0]]}, "2 x 2"),
        (agreement.cohen_kappa, {"ratings": [[1, 2]], "weights": [[0, 1], [1, 0]]}, "agreement weights"),
        (agreement.cohen_kappa, {"ratings": [[1, 2]], "weights": [[1, 0.2], [0.1, 1]]}, "symmetric"),
        (agreement.krippendorff_alpha, {"ratings": [[1, 2]], "level": "cubic"}, "'cubic'"),
        (agreement.krippendorff_alpha, {"ratings": [["a", "b"]], "level": "interval"}, "numbers"),
        (agreement.krippendorff_alpha, {"ratings": [["a", "b"]], "level": "ordinal"}, "give categories="),
        (agreement.krippendorff_alpha, {"ratings": [[-1, 2]], "level": "ratio"}, "0 or more"),
        (agreement.krippendorff_alpha, {"ratings": [[1, 2]], "level": "ratio", "weights": "linear"}, "not both"),
        (agreement.positive_agreement, {"ratings": [[1, 2], [3, 3]]}, "two categories; there are 3"),
        (agreement.positive_agreement, {"ratings": [[1, 1]]}, "there are 1"),
    ],
)
def test_unusable_input_says_why(function: Callable[..., Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRatings, match=message) as caught:
        function(**given)

    assert caught.value.code == "invalid-ratings"


def test_measurements_are_too_many_categories() -> None:
    rows = np.arange(20_000.0).reshape(-1, 2)

    with pytest.raises(InvalidRatings, match="concordance_correlation"):
        agreement.krippendorff_alpha(rows, level="interval")


def test_text_weights_need_no_order_when_there_are_two_categories() -> None:
    rows = [["a", "b"], ["b", "b"], ["a", "a"]]

    assert agreement.cohen_kappa(rows, weights="linear").value == agreement.cohen_kappa(rows).value


@given(a=st.integers(0, 40), b=st.integers(0, 40), c=st.integers(0, 40), d=st.integers(0, 40))
@QUICK
def test_two_by_two_statistics_mirror_each_other(a: int, b: int, c: int, d: int) -> None:
    table, mirrored, swapped = [[a, b], [c, d]], [[d, c], [b, a]], [[a, c], [b, d]]
    positive, negative = agreement.positive_agreement(table=table), agreement.negative_agreement(table=mirrored)
    net, other = agreement.net_difference_rate(table=table), agreement.net_difference_rate(table=swapped)
    inconsistency, kappa = agreement.index_of_inconsistency(table=table), agreement.cohen_kappa(table=table)

    assert (positive.value, positive.interval) == (negative.value, negative.interval)
    assert (net.value is None and other.value is None) or net.value == -other.value
    assert agreement.mcnemar_exact(table=table).p_value == agreement.mcnemar_exact(table=swapped).p_value
    assert (inconsistency.value is None) == (kappa.value is None)
    if kappa.value is not None:
        assert inconsistency.value == pytest.approx(1 - kappa.value)
    for found in (positive, agreement.gross_difference_rate(table=table)):
        assert found.interval is None or found.interval[0] <= found.value <= found.interval[1]


def test_two_by_two_statistics_without_data_are_undefined() -> None:
    for function in (
        agreement.positive_agreement,
        agreement.negative_agreement,
        agreement.net_difference_rate,
        agreement.gross_difference_rate,
        agreement.index_of_inconsistency,
    ):
        found = function([])
        assert (found.value, found.n) == (None, 0)
        assert found.reason
    assert agreement.mcnemar_exact([[1, 1], [2, 2]]).p_value is None
    assert agreement.positive_agreement(table=[[0, 0], [0, 9]]).reason == "Neither rater used the category."


def test_the_first_category_is_the_positive_one() -> None:
    rows = [["pass", "pass"], ["pass", "fail"], ["fail", "fail"], ["fail", "fail"]]

    assert agreement.positive_agreement(rows, categories=["fail", "pass"]).value == pytest.approx(0.8)
    assert agreement.positive_agreement(rows, categories=["pass", "fail"]).value == pytest.approx(2 / 3)


def test_the_limits_of_positive_agreement_are_those_of_wilson_carried_over() -> None:
    found = agreement.positive_agreement(table=[[40, 9], [6, 45]])
    low, high = agreement.proportion_interval(40, 55)

    assert found.interval == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    # Graham and Bull 1998: sqrt(4 a (b + c) (a + b + c)) / (2 a + b + c)^2.
    assert found.standard_error == pytest.approx(np.sqrt(4 * 40 * 15 * 55) / 95**2)


def test_a_million_units_are_one_table() -> None:
    codes = np.random.default_rng(7).integers(1, 4, size=(1_000_000, 2))
    table = np.zeros((3, 3), dtype=int)
    np.add.at(table, (codes[:, 0] - 1, codes[:, 1] - 1), 1)

    assert agreement.krippendorff_alpha(codes) == agreement.krippendorff_alpha(table=table)


def test_every_name_of_the_package_can_be_imported_from_agreement() -> None:
    assert all(hasattr(agreement, name) for name in agreement.__all__)
    assert {"icc", "concordance_correlation", "bland_altman", "error_rates", "reliability_ratio"} <= set(
        agreement.__all__
    )
