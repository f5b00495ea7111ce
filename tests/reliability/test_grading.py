import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from registry.reliability.grading import (
    Evidence,
    benjamini_hochberg,
    decide_grade,
    exact_p_value,
    investigate_queue,
    rank_intervals,
    visits_needed,
)
from registry.reliability.method import DISCREPANCY_GRID, Method
from registry.reliability.posterior import VisitCounts, fit_pool

CASES = {
    each["id"]: each
    for each in json.loads((Path(__file__).parent.parent / "reference" / "reliability-reference.json").read_text())[
        "cases"
    ]
}
GOOD = Evidence(visits=8, pairs=96, raw_rate=0.05, bound=0.09, false_pass_bound=0.2, own_lower=0.01)


def grade(**changes):
    return decide_grade(replace(GOOD, **changes), Method()).name


def test_a_needs_bound_false_passes_visits_and_raw_rate():
    assert grade() == "A"


@pytest.mark.parametrize(
    "change",
    [{"bound": 0.101}, {"false_pass_bound": 0.251}, {"false_pass_bound": None}, {"visits": 7}, {"raw_rate": 0.101},
     {"raw_rate": None}],
)  # fmt: skip
def test_one_condition_short_of_a_is_b(change):
    assert grade(**change) == "B"


@pytest.mark.parametrize("change", [{"bound": 0.10}, {"false_pass_bound": 0.25}, {"raw_rate": 0.1}])
def test_the_limits_of_a_are_reached_by_equality(change):
    assert grade(**change) == "A"


def test_no_a_by_borrowing_alone():
    found = decide_grade(replace(GOOD, raw_rate=0.2), Method())

    assert found.name == "B"
    assert any("raw rate" in reason for reason in found.reasons)


def test_b_is_the_bound_of_15_percent():
    assert grade(bound=0.15) == "B"
    assert grade(bound=0.151) == "inconclusive"


def test_c_needs_the_evaluators_own_evidence():
    assert grade(bound=0.3, own_lower=0.101) == "C"
    assert grade(bound=0.3, own_lower=0.10) == "inconclusive"


def test_too_few_visits_or_pairs_are_not_rated_with_the_reason():
    few = decide_grade(replace(GOOD, visits=3, pairs=39), Method())

    assert few.name == "not rated"
    assert len(few.reasons) == 2
    assert grade(visits=4) == "B"
    assert grade(visits=3) == "not rated"
    assert grade(pairs=40) == "A"
    assert grade(pairs=39) == "not rated"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 30), st.integers(0, 300))
def test_every_grade_gives_its_reasons(bound, false_pass, own, visits, pairs):
    found = decide_grade(Evidence(visits, pairs, bound, bound, false_pass, own), Method())

    assert found.reasons
    assert found.name in ("A", "B", "C", "inconclusive", "not rated")


def test_a_grade_never_punishes_ignorance():
    # The same rate on fewer visits may turn a C into inconclusive, never the reverse.
    for visits in (4, 8, 16, 32):
        counts = VisitCounts(
            1, np.zeros(visits, dtype=np.int64), np.full(visits, 4.0), np.full(visits, 12.0), np.ones(visits)
        )
        fit = fit_pool(counts, Method(), DISCREPANCY_GRID, ((0.0, 1.0),))
        lower = fit.own_of(0).quantile(0.05)
        name = grade(visits=visits, bound=0.4, own_lower=lower)
        assert name in (("inconclusive", "C") if visits < 16 else ("C",))


def fit_of(visits):
    evaluator = np.repeat(np.arange(len(visits)), [len(each) for each in visits])
    d, m = np.array([v for each in visits for v in each], dtype=float).T
    return fit_pool(
        VisitCounts(len(visits), evaluator, d, m, np.ones(len(d))), Method(), DISCREPANCY_GRID, ((0.0, 1.0),)
    )


def test_the_visits_needed_are_those_at_which_the_observed_rate_would_decide():
    visits = [(1, 12), (1, 12), (2, 12), (1, 12)]
    fit = fit_of([visits])

    needed = visits_needed(fit, 0, 4, Method())

    assert 4 < needed <= 60
    alone = fit_of([visits * (needed // 4 + 1)])
    assert alone.of(0).quantile(0.95) <= 0.15 or alone.own_of(0).quantile(0.05) > 0.10


def test_a_rate_at_the_line_itself_is_capped():
    fit = fit_of([[(1, 12), (2, 12), (1, 12), (2, 12)]])

    assert visits_needed(fit, 0, 4, Method(visits_cap=6)) == 6


def test_the_reference_queue():
    case = CASES["D34"]
    expected = {each["statistic"]: each["value"] for each in case["expected"]}
    exceedance = case["data"]["P_theta_gt_theta0"]

    queue = investigate_queue(exceedance, case["data"]["q"])

    assert [place + 1 for place in queue] == expected["flagged_1based"]
    mean_null = float(np.mean([1 - exceedance[place] for place in queue]))
    assert mean_null == pytest.approx(expected["expected_fdr_of_set"], abs=1e-6)


def test_the_queue_may_be_empty():
    assert investigate_queue([0.5, 0.2], 0.1) == []
    assert investigate_queue([], 0.1) == []


def test_a_tie_at_the_level_is_inside():
    assert investigate_queue([0.9], 0.1) == [0]


def test_the_reference_step_up_procedure():
    case = CASES["D17"]
    expected = {each["statistic"]: each["value"] for each in case["expected"]}

    assert sum(benjamini_hochberg(case["data"]["p"], 0.05)) == expected["bh_rejections_q05"]
    assert benjamini_hochberg([], 0.05) == []


def test_one_visits_p_value_is_the_beta_binomial_tail():
    a, b = 0.1 * 0.9 / 0.1, 0.9 * 0.9 / 0.1

    found = exact_p_value(np.array([4.0]), np.array([12.0]), 0.1, 0.1)

    assert found == pytest.approx(stats.betabinom.sf(3, 12, a, b))


def test_the_p_value_of_several_visits_adds_them_up():
    found = exact_p_value(np.array([1.0, 2.0]), np.array([5.0, 7.0]), 0.1, 0.0)

    assert found == pytest.approx(stats.binom.sf(2, 12, 0.1))


def test_no_discrepancy_is_no_evidence():
    assert exact_p_value(np.array([0.0]), np.array([12.0]), 0.1, 0.1) == pytest.approx(1)


def test_ranks_are_intervals_that_widen_with_ignorance():
    clear = fit_of([[(0, 12)] * 30, [(6, 12)] * 30])
    vague = fit_of([[(0, 12)], [(1, 12)]])

    assert rank_intervals(clear, [0, 1]) == [(1, 1), (2, 2)]
    assert rank_intervals(vague, [0, 1]) == [(1, 2), (1, 2)]


def test_equal_evaluators_share_every_rank():
    assert rank_intervals(fit_of([[(1, 12)] * 10] * 4), [0, 1, 2, 3]) == [(1, 4)] * 4
