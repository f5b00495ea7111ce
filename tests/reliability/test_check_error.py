import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from registry.reliability.check_error import check_error_posterior, equal_mass_nodes, error_from_discordance
from registry.reliability.method import Method
from registry.reliability.posterior import Posterior

CASES = json.loads((Path(__file__).parent.parent / "reference" / "reliability-reference.json").read_text())["cases"]


def test_the_reference_error_of_checkers():
    case = next(each for each in CASES if each["id"] == "D24")
    expected = {each["statistic"]: each["value"] for each in case["expected"]}

    eps = error_from_discordance(case["data"]["double_check_discordance"])

    assert eps == pytest.approx(expected["auditor_error_eps"], abs=1e-6)
    q = case["data"]["observed_discrepancy_q"]
    assert (q - eps) / (1 - 2 * eps) == pytest.approx(expected["evaluator_discrepancy_theta"], abs=1e-6)


@given(st.floats(0, 0.5))
def test_two_checkers_differ_when_exactly_one_errs(eps):
    assert error_from_discordance(2 * eps * (1 - eps)) == pytest.approx(eps, abs=1e-7)


def test_more_discordance_than_chance_is_an_error_of_one_half():
    assert error_from_discordance(0.6) == 0.5


def test_without_double_checks_it_is_not_assessed_and_zero_never_the_prior():
    found = check_error_posterior(0, 0, Method())

    assert not found.assessed
    assert found.nodes == ((0.0, 1.0),)
    assert found.mean == 0


def test_the_posterior_meets_numerical_integration():
    eps = np.linspace(1e-6, 0.5 - 1e-6, 200_001)
    density = stats.beta(1, 20).pdf(eps) * stats.binom.pmf(9, 150, 2 * eps * (1 - eps))
    mean = (eps * density).sum() / density.sum()

    found = check_error_posterior(9, 150, Method())

    assert found.mean == pytest.approx(mean, abs=1e-5)
    assert found.q05 < found.point < found.q95


def test_many_double_checks_outweigh_the_prior():
    found = check_error_posterior(2910, 50_000, Method())

    assert found.mean == pytest.approx(0.03, abs=5e-4)


def test_the_nodes_keep_the_mean_and_share_the_mass():
    found = check_error_posterior(9, 150, Method())
    errors, weights = zip(*found.nodes, strict=True)

    assert sum(weights) == pytest.approx(1)
    assert float(np.dot(errors, weights)) == pytest.approx(found.mean, abs=1e-9)
    assert list(errors) == sorted(errors)


def test_equal_mass_nodes_of_a_uniform_are_the_middles():
    uniform = Posterior(np.linspace(0, 1, 1001), np.full(1000, 1e-3))

    assert [node for node, _ in equal_mass_nodes(uniform, 4)] == pytest.approx([0.125, 0.375, 0.625, 0.875], abs=1e-3)
