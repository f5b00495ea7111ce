import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from registry.reliability import evaluator_posterior
from registry.reliability.method import DISCREPANCY_GRID, FALSE_PASS_GRID, Method
from registry.reliability.posterior import (
    EDGES,
    MIDPOINTS,
    InvalidVisits,
    Posterior,
    VisitCounts,
    beta_masses,
    fit_pool,
    hyper_prior,
    log_beta_binomial,
    observed_rate,
)

CASES = json.loads((Path(__file__).parent.parent / "reference" / "reliability-reference.json").read_text())["cases"]
NO_ERROR = ((0.0, 1.0),)


@pytest.mark.parametrize(
    "case", [each for each in CASES if each["capability"] == "model_posterior"], ids=lambda c: c["id"]
)
def test_the_reference_posteriors(case):
    data = case["data"]
    d, m = zip(*data["visits_d_m"], strict=True)

    posterior = evaluator_posterior(
        d, m, mean=data["mu"], concentration=data["phi"], rho=data["rho"], check_error=data["eps"]
    )

    found = {"posterior_mean": posterior.mean, "q05": posterior.quantile(0.05), "q95": posterior.quantile(0.95),
             "P_theta_gt_0.10": posterior.exceedance(0.10)}  # fmt: skip
    for expected in case["expected"]:
        assert found[expected["statistic"]] == pytest.approx(expected["value"], abs=expected["abs_tol"])


def pool(visits, weights=None):
    evaluator = np.repeat(np.arange(len(visits)), [len(each) for each in visits])
    d, m = np.array([v for each in visits for v in each], dtype=float).reshape(-1, 2).T
    return VisitCounts(len(visits), evaluator, d, m, np.ones(len(d)) if weights is None else np.asarray(weights))


def test_the_grid_of_the_pool_meets_the_closed_form_when_every_hyper_parameter_is_fixed():
    from registry.reliability.method import HyperGrid

    grid = HyperGrid(mu1=(0.1,), phi1=(20.0,), mu2=(0.2,), omega=(0.0,))
    fit = fit_pool(pool([[(2, 10), (0, 10), (1, 10)]]), Method(rho=(1e-9,)), grid, NO_ERROR)

    exact = stats.beta(2 + 3, 18 + 27)
    assert fit.of(0).mean == pytest.approx(exact.mean(), abs=3e-4)
    assert fit.of(0).quantile(0.95) == pytest.approx(exact.ppf(0.95), abs=5e-4)
    assert fit.own_of(0).quantile(0.05) == pytest.approx(stats.beta(1 + 3, 1 + 27).ppf(0.05), abs=5e-4)


def test_the_beta_binomial_is_scipys():
    d = np.arange(13.0)
    a, b = 0.2 * 0.9 / 0.1, 0.8 * 0.9 / 0.1

    assert log_beta_binomial(d, np.full(13, 12.0), np.array(0.2), 0.1) == pytest.approx(
        stats.betabinom.logpmf(d, 12, a, b)
    )


def test_without_correlation_it_is_the_binomial():
    d = np.arange(13.0)

    assert log_beta_binomial(d, np.full(13, 12.0), np.array(0.2), 0) == pytest.approx(stats.binom.logpmf(d, 12, 0.2))


def test_the_observed_rate_mixes_both_errors():
    assert observed_rate(np.array([0.1]), 0.03)[0] == pytest.approx(0.1 * 0.97 + 0.9 * 0.03)


def test_the_mass_of_a_cell_is_the_difference_of_the_distribution_function():
    masses = beta_masses(0.03, 8)

    assert masses[0] == pytest.approx(stats.beta(0.24, 7.76).cdf(EDGES[1]))
    assert masses.sum() == pytest.approx(1)


def test_the_grid_is_finer_where_evaluators_are_told_apart():
    assert len(MIDPOINTS) == 125
    assert np.diff(EDGES)[0] < np.diff(EDGES)[-1]
    assert EDGES[80] == pytest.approx(0.2)


def test_poor_evaluators_are_worse_than_ordinary_ones_at_every_node():
    for grid in (DISCREPANCY_GRID, FALSE_PASS_GRID):
        nodes = hyper_prior(grid, (1, 9)).nodes
        assert (nodes[:, 2] > nodes[:, 0] + 0.04).all()
    # .11 + .04 = .15 is not less than .15
    assert not ((hyper_prior(DISCREPANCY_GRID, (1, 9)).nodes[:, [0, 2]] == [0.11, 0.15]).all(axis=1)).any()


def test_nodes_of_mu1_are_weighted_by_their_prior_the_others_alike():
    prior = hyper_prior(DISCREPANCY_GRID, (1, 9))
    weight = np.exp(prior.log_weight)

    for mu1 in DISCREPANCY_GRID.mu1:
        of_node = weight[prior.nodes[:, 0] == mu1]
        assert of_node == pytest.approx(np.full(len(of_node), stats.beta(1, 9).pdf(mu1)))


def test_more_discrepancies_never_lower_theta():
    fit = fit_pool(pool([[(d, 12)] * 6 for d in range(8)]), Method(), DISCREPANCY_GRID, NO_ERROR)

    means = [fit.of(e).mean for e in range(8)]
    assert means == sorted(means)


def test_few_visits_are_drawn_to_the_pool_and_many_stand_for_themselves():
    ordinary = [[(0, 12), (1, 12)] * 6] * 20
    fit = fit_pool(pool([*ordinary, [(4, 12)], [(4, 12)] * 30]), Method(), DISCREPANCY_GRID, NO_ERROR)

    few, many = fit.of(20).mean, fit.of(21).mean
    assert 0.05 < few < many
    assert many == pytest.approx(4 / 12, abs=0.06)


def test_the_cut_keeps_the_weights_of_the_nodes_of_check_error():
    # The reports fit a check error of .2 far better than none, but the double checks say both are alike.
    visits = pool([[(3, 12)] * 20] * 10)
    each = [fit_pool(visits, Method(), DISCREPANCY_GRID, ((error, 1.0),)) for error in (0.0, 0.2)]

    both = fit_pool(visits, Method(), DISCREPANCY_GRID, ((0.0, 0.5), (0.2, 0.5)))

    assert both.posterior == pytest.approx((each[0].posterior + each[1].posterior) / 2)


def test_check_error_explains_part_of_the_differences():
    visits = pool([[(1, 12)] * 20] * 5)

    without, corrected = (fit_pool(visits, Method(), DISCREPANCY_GRID, ((error, 1.0),)) for error in (0.0, 0.05))

    assert corrected.of(0).mean < without.of(0).mean - 0.03


def test_half_a_weight_is_half_the_evidence():
    visits = [[(4, 12)] * 8]

    heavy = fit_pool(pool(visits), Method(), DISCREPANCY_GRID, NO_ERROR).own_of(0)
    light = fit_pool(pool(visits, np.full(8, 0.5)), Method(), DISCREPANCY_GRID, NO_ERROR).own_of(0)

    assert light.quantile(0.95) - light.quantile(0.05) > heavy.quantile(0.95) - heavy.quantile(0.05)


def test_the_order_of_visits_does_not_change_a_bit():
    rng = np.random.default_rng(3)
    visits = [[(int(d), 12) for d in rng.binomial(12, 0.1, 20)] for _ in range(5)]
    straight, turned = pool(visits), pool([each[::-1] for each in visits])

    one = fit_pool(straight, Method(), DISCREPANCY_GRID, NO_ERROR)
    other = fit_pool(turned, Method(), DISCREPANCY_GRID, NO_ERROR)

    assert (one.posterior == other.posterior).all()


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=40))
def test_quantiles_and_exceedance_are_each_others_inverse(masses):
    posterior = Posterior(np.linspace(0, 1, len(masses) + 1), np.array(masses) / sum(masses))

    for p in (0.05, 0.5, 0.95):
        assert 1 - posterior.exceedance(posterior.quantile(p)) == pytest.approx(p)
    assert posterior.quantile(0.05) <= posterior.quantile(0.95)
    assert posterior.exceedance(0) == pytest.approx(1)
    assert posterior.exceedance(1) == pytest.approx(0)


@pytest.mark.parametrize(
    "change",
    [{"mean": 0}, {"mean": 1}, {"concentration": 0}, {"rho": 1}, {"rho": -0.1}, {"check_error": 0.5},
     {"discrepancies": [3], "findings": [2]}, {"discrepancies": [0.5], "findings": [2]}, {"discrepancies": [-1]},
     {"discrepancies": [1, 2]}, {"weights": [-1.0]}, {"weights": [math.nan]}, {"findings": [math.inf]}],
)  # fmt: skip
def test_what_is_no_visit_or_prior_is_refused(change):
    valid = {"discrepancies": [1], "findings": [2], "mean": 0.1, "concentration": 10, "rho": 0.1, "check_error": 0.0}

    with pytest.raises(InvalidVisits):
        evaluator_posterior(**(valid | change))


def test_without_visits_the_posterior_is_the_prior():
    posterior = evaluator_posterior([], [], mean=0.1, concentration=20, rho=0.1, check_error=0.0)

    assert posterior.mean == pytest.approx(0.1, abs=1e-4)


def test_zero_weights_leave_the_prior():
    posterior = evaluator_posterior([9], [10], mean=0.1, concentration=20, rho=0.1, check_error=0.0, weights=[0.0])

    assert posterior.mean == pytest.approx(0.1, abs=1e-4)
