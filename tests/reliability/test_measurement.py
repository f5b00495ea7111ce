"""Agreement of measurements, rates of differences and intervals of shares: published numbers and invariants."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from registry.reliability.measurement import (
    ErrorRate,
    bland_altman,
    concordance_correlation,
    error_rates,
    icc,
    proportion_interval,
    reliability_ratio,
)
from registry.reliability.ratings import InvalidRatings

# A loaded machine is no failure, and the combinations of parameters are many.
QUICK = settings(deadline=None, max_examples=40)
REFERENCE = Path(__file__).parents[1] / "reference" / "reliability-reference.json"
CASES: dict[str, Any] = {
    case["id"]: case for case in json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"] if case["id"] <= "D29"
}
FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
METER, MINI = CASES["D12"]["data"]["a"], CASES["D12"]["data"]["b"]


def expected(case: str, statistic: str) -> Any:
    return next(
        pytest.approx(entry["value"], rel=0, abs=max(entry["abs_tol"], 1e-12))
        for entry in CASES[case]["expected"]
        if entry["statistic"] == statistic
    )


@pytest.mark.parametrize("form", FORMS)
def test_icc_of_shrout_and_fleiss(form: str) -> None:
    found = icc(CASES["D11"]["data"]["ratings"], form)

    assert found.value == expected("D11", f"icc_{form.replace(',', '_')}")
    assert found.n == 6


# R package psych, ICC() on the same ratings, printed to two digits.
@pytest.mark.parametrize(
    ("form", "interval"),
    [
        ("1,1", (-0.13, 0.72)),
        ("2,1", (0.02, 0.76)),
        ("3,1", (0.34, 0.95)),
        ("1,k", (-0.88, 0.91)),
        ("2,k", (0.07, 0.93)),
        ("3,k", (0.68, 0.99)),
    ],
)
def test_limits_of_icc(form: str, interval: tuple[float, float]) -> None:
    assert icc(CASES["D11"]["data"]["ratings"], form).interval == pytest.approx(interval, abs=0.0051)


def test_icc_drops_units_with_missing_ratings_and_says_so() -> None:
    rows = CASES["D11"]["data"]["ratings"]
    found = icc([*rows, [1, None, 3, 4], [None, None, None, None]], "2,1")

    assert found.value == icc(rows, "2,1").value
    assert found.n == 6
    assert "2 units" in found.method


@pytest.mark.parametrize("form", FORMS)
def test_icc_at_the_edges(form: str) -> None:
    assert icc([[1, 1], [2, 2], [3, 3]], form).value == 1.0
    assert icc([[5, 5], [5, 5]], form).value is None
    assert icc([[1, 2]], form).value is None
    assert icc(np.empty((0, 2)), form).reason
    with pytest.raises(InvalidRatings, match="two raters"):
        icc([[1], [2]], form)


@pytest.mark.parametrize("form", FORMS)
@given(rows=st.lists(st.lists(st.integers(-3, 3), min_size=2, max_size=2), min_size=2, max_size=8))
@QUICK
def test_icc_is_at_most_one_lies_in_its_limits_and_ignores_the_unit_of_measure(
    form: str, rows: list[list[int]]
) -> None:
    found, scaled = icc(rows, form), icc(1000 * np.array(rows, dtype=float) + 7, form)

    assert (found.value is None) == (scaled.value is None)
    if found.value is not None:
        assert found.value <= 1 + 1e-12
        assert scaled.value == pytest.approx(found.value, abs=1e-6)
    if found.interval is not None:
        assert found.interval[0] <= found.value + 1e-9
        assert found.value <= found.interval[1] + 1e-9


def test_peak_flow_meters_of_bland_and_altman() -> None:
    found = bland_altman(METER, MINI, multiplier=2)

    assert found.mean_difference == expected("D12", "mean_difference")
    assert found.sd_difference == expected("D12", "sd_difference")
    assert found.limits == expected("D12", "limits_of_agreement_2sd")
    # The paper: mean -22.0 to 17.8, lower limit -114.3 to -45.1 and upper limit 40.9 to 110.1 with sqrt(3 / n) for the
    # standard error of a limit; ours is 1 / n + 4 / (2 (n - 1)), a little wider.
    assert found.mean_interval == pytest.approx((-22.0, 17.8), abs=0.06)
    assert found.lower_limit_interval == pytest.approx((-114.3, -45.1), abs=1.0)
    assert found.upper_limit_interval == pytest.approx((40.9, 110.1), abs=1.0)
    assert bland_altman(METER, MINI).limits == pytest.approx((-78.1, 73.9), abs=0.06)


def test_bland_altman_at_the_edges() -> None:
    assert bland_altman([], []).mean_difference is None
    assert bland_altman([3], [1]).mean_difference == 2.0
    assert bland_altman([3], [1]).reason
    assert bland_altman([1, 2, 3], [1, 2, 3]).limits == (0.0, 0.0)
    assert bland_altman([1, None, 3, 4], [1, 2, float("nan"), 5]).n == 2


def test_concordance_of_the_peak_flow_meters() -> None:
    found = concordance_correlation(METER, MINI)

    assert found.value == expected("D12", "lin_ccc")
    assert found.interval[0] < found.value < found.interval[1]
    assert found == concordance_correlation(MINI, METER)


@pytest.mark.parametrize("shift", [0.4, 2.5])
def test_the_standard_error_of_the_concordance_is_the_spread_of_repeated_samples(shift: float) -> None:
    rng = np.random.default_rng(11)
    truth = rng.normal(size=(1500, 200))
    first, second = rng.normal(scale=0.5, size=(2, *truth.shape))
    x, y = truth + first, 1.2 * truth + shift + second
    found = [concordance_correlation(a, b) for a, b in zip(x, y, strict=True)]

    spread = np.std([estimate.value for estimate in found])
    typical = np.mean([estimate.standard_error for estimate in found])
    assert typical == pytest.approx(spread, rel=0.06)


def test_concordance_at_the_edges() -> None:
    assert concordance_correlation([1, 2, 3], [1, 2, 3]).value == 1.0
    assert concordance_correlation([1, 2, 3], [3, 2, 1]).value == -1.0
    assert concordance_correlation([1, 1, 1], [1, 1, 1]).value is None
    assert concordance_correlation([1, 1, 1], [1, 2, 3]).value == 0.0
    assert concordance_correlation([1], [1]).value is None


@given(
    rows=st.lists(st.tuples(st.floats(-1e3, 1e3, width=32), st.floats(-1e3, 1e3, width=32)), min_size=3, max_size=20)
)
@QUICK
def test_concordance_is_within_its_limits(rows: list[tuple[float, float]]) -> None:
    x, y = zip(*rows, strict=True)
    found = concordance_correlation(x, y)

    assert found.value is None or -1 - 1e-9 <= found.value <= 1 + 1e-9
    if found.interval is not None:
        assert found.interval[0] <= found.value <= found.interval[1]


def test_reliability_ratio_is_the_formula_of_ipa() -> None:
    report, check = [3, 5, 8, 2, 9, 4], [3, 6, 8, 1, 9, 6]
    differences = np.subtract(report, check)

    found = reliability_ratio(report, check)

    assert found.value == pytest.approx(1 - (differences.var(ddof=1) / 2) / np.var(check, ddof=1))
    assert found.interval[0] <= found.value <= found.interval[1]


def test_reliability_ratio_gives_the_same_bits_again_and_in_any_order() -> None:
    rng = np.random.default_rng(3)
    check = rng.normal(size=50)
    report = check + rng.normal(scale=0.3, size=50)
    order = rng.permutation(50)

    found = reliability_ratio(report, check)

    assert reliability_ratio(report, check) == found
    shuffled = reliability_ratio(report[order], check[order])
    assert (shuffled.value, shuffled.interval) == (found.value, found.interval)


def test_reliability_ratio_at_the_edges() -> None:
    assert reliability_ratio([1, 2, 3], [2, 2, 2]).value is None
    assert reliability_ratio([], []).value is None
    assert reliability_ratio([1, 2, 3], [1, 2, 3]).value == 1.0
    many = reliability_ratio(list(range(40)), [0] * 39 + [1])
    assert many.value is not None


def backchecks() -> dict[str, list[Any]]:
    data = CASES["D13"]["data"]
    survey = pd.DataFrame(data["survey"], columns=data["survey_columns"]).set_index("id")
    check = pd.DataFrame(data["backcheck"], columns=data["backcheck_columns"]).set_index("id")
    joined = survey.join(check.add_suffix("_check"))
    return {name: joined[name].to_list() for name in ("gender", "gender_check", "enum", "enumteam")}


@pytest.mark.parametrize(
    ("groups", "statistic"),
    [
        ("enum", "type1_by_enumerator {id: [differences,total]}"),
        ("enumteam", "type1_by_team {team: [differences,total]}"),
    ],
)
def test_back_checks_where_a_blank_is_a_difference(groups: str, statistic: str) -> None:
    rows = backchecks()
    found = error_rates(rows["gender"], rows["gender_check"], groups=rows[groups], missing="difference")
    value = next(entry["value"] for entry in CASES["D13"]["expected"] if entry["statistic"] == statistic)

    assert {str(rate.group): [rate.differences, rate.n] for rate in found.groups} == value
    assert [found.total.differences, found.total.n] == expected("D13", "type1_total")


def test_back_check_rates_by_team() -> None:
    rows = backchecks()
    found = error_rates(rows["gender"], rows["gender_check"], groups=rows["enumteam"], missing="difference")

    assert {str(rate.group): rate.rate for rate in found.groups} == expected("D13", "type1_by_team_rate")


def test_back_checks_without_blank_checks_and_without_any_blank() -> None:
    rows = backchecks()
    by_check = error_rates(rows["gender"], rows["gender_check"], missing="exclude_check").total
    by_both = error_rates(rows["gender"], rows["gender_check"]).total

    assert [by_check.differences, by_check.n] == expected("D13", "type1_total_missing_backcheck_excluded")
    # The one difference left is a blank in the survey.
    assert (by_both.differences, by_both.n) == (0, 6)


def test_a_blank_on_both_sides_is_no_difference() -> None:
    total = error_rates([None, 1, None], [float("nan"), None, 2], missing="difference").total

    assert (total.differences, total.n) == (2, 3)


def test_a_group_without_units_has_no_rate() -> None:
    found = error_rates([1, None], [1, 2], groups=["a", "b"])

    assert found.groups[1] == ErrorRate("b", 0, 0, None, None, "No unit has both values.")
    assert error_rates([], []).total.rate is None


def test_texts_numbers_and_groups_of_both_kinds_are_compared_and_sorted() -> None:
    found = error_rates(["a", 1, 2, "b"], ["a", 1.0, 3, "a"], groups=["x", 10, 9, "x"])

    assert [(rate.group, rate.differences, rate.n) for rate in found.groups] == [(9, 1, 1), (10, 0, 1), ("x", 1, 2)]


def test_a_difference_at_the_tolerance_is_none() -> None:
    total = error_rates([0.4, 1.0, 5], [0.1, 1.31, 5], tolerance=0.3).total

    assert total.differences == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"report": [1], "check": [1, 2]}, "equally long"),
        ({"report": [1], "check": [1], "groups": [1, 2]}, "equally long"),
        ({"report": [1], "check": [1], "groups": [None]}, "needs a group"),
        ({"report": [1], "check": [1], "missing": "drop"}, "'drop'"),
        ({"report": ["a"], "check": ["b"], "tolerance": 1}, "must be a number"),
        ({"report": [1], "check": [2], "tolerance": -1}, "0 or more"),
    ],
)
def test_unusable_error_rates_say_why(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRatings, match=message):
        error_rates(**arguments)


@pytest.mark.parametrize("case", ["D15", "D16"])
@pytest.mark.parametrize(
    ("method", "statistic"),
    [("wilson", "wilson_95"), ("exact", "clopper_pearson_95"), ("jeffreys", "jeffreys_95")],
)
def test_intervals_of_newcombe(case: str, method: Any, statistic: str) -> None:
    data = CASES[case]["data"]

    assert list(proportion_interval(data["x"], data["n"], method)) == expected(case, statistic)


def test_missed_failures_that_the_accreditor_did_not_cite() -> None:
    data = CASES["D29"]["data"]
    sites, failing = data["missed_sites"], data["truth_fail_sites"]
    found = error_rates(["pass"] * sites + ["fail"] * (failing - sites), ["fail"] * failing).total

    assert found.rate == expected("D29", "missed_failure_rate_sites")
    assert list(found.interval) == expected("D29", "missed_failure_rate_sites_wilson95")
    requirements, wrong = data["truth_fail_requirements"], data["missed_requirements"]
    by_requirement = error_rates([0] * wrong + [1] * (requirements - wrong), [1] * requirements).total
    assert by_requirement.rate == expected("D29", "missed_failure_rate_requirements")
    rest = data["spot_checks"] - sites
    assert error_rates([0] * sites + [1] * rest, [1] * (sites + rest)).total.rate == expected(
        "D29", "rate_of_disparity"
    )


@given(n=st.integers(1, 400), share=st.floats(0, 1), level=st.sampled_from([0.9, 0.95, 0.99]))
@QUICK
def test_intervals_equal_statsmodels_and_mirror(n: int, share: float, level: float) -> None:
    k = round(share * n)
    for method, theirs in (("wilson", "wilson"), ("exact", "beta"), ("jeffreys", "jeffreys")):
        low, high = proportion_interval(k, n, method, level)
        mirrored = proportion_interval(n - k, n, method, level)
        assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)
        assert 0 <= low <= high <= 1
        if 0 < k < n or method != "jeffreys":
            assert (low, high) == pytest.approx(proportion_confint(k, n, 1 - level, theirs), abs=1e-9)


@pytest.mark.parametrize(
    ("k", "n", "arguments"),
    [(1, 0, {}), (3, 2, {}), (-1, 2, {}), (0.5, 2, {}), (1, 2, {"level": 1}), (1, 2, {"method": "wald"})],
)
def test_unusable_shares_are_refused(k: Any, n: int, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidRatings):
        proportion_interval(k, n, **arguments)


@pytest.mark.parametrize("function", [bland_altman, concordance_correlation, reliability_ratio])
def test_unusable_measurements_say_why(function: Any) -> None:
    with pytest.raises(InvalidRatings, match="equally long"):
        function([1, 2], [1])
    with pytest.raises(InvalidRatings, match="must be a number"):
        function(["a", 2], [1, 2])
    with pytest.raises(InvalidRatings, match="finite"):
        function([float("inf"), 2], [1, 2])
