import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.reliability.weights import design_weights, effective_number, hajek_rate, normalised_weights

REFERENCE = Path(__file__).parent.parent / "reference" / "reliability-reference.json"


def test_the_reference_case_of_design_weights():
    case = next(each for each in json.loads(REFERENCE.read_text())["cases"] if each["id"] == "D26")
    data, expected = case["data"], {each["statistic"]: each["value"] for each in case["expected"]}
    weights, d = np.array(data["weights_1_over_pi"]), np.array(data["d"], dtype=float)
    m = np.full(len(d), float(data["m"]))

    assert effective_number(weights) == pytest.approx(expected["n_eff"], abs=1e-6)
    assert normalised_weights(weights) == pytest.approx(expected["normalised_weights"], abs=1e-6)
    assert hajek_rate(weights, d, m) == pytest.approx(expected["hajek_discrepancy_rate"], abs=1e-6)
    assert hajek_rate(np.ones(6), d, m) == pytest.approx(expected["unweighted_rate"], abs=1e-6)


def test_a_weight_is_one_over_the_inclusion_probability_cut_at_five_times_the_median():
    weights = design_weights(np.array([1.0, 0.5, 0.5, 0.5, 0.01]), cap=5.0)

    assert weights.raw.tolist() == [1, 2, 2, 2, 100]
    assert weights.capped.tolist() == [1, 2, 2, 2, 10]


def test_a_rate_without_findings_is_none():
    assert hajek_rate(np.array([]), np.array([]), np.array([])) is None


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50))
def test_normalised_weights_add_up_to_the_effective_number_which_never_exceeds_the_count(weights):
    w = np.array(weights)

    assert normalised_weights(w).sum() == pytest.approx(effective_number(w))
    assert effective_number(w) <= len(w) + 1e-9


@given(st.integers(1, 20), st.floats(0.1, 10))
def test_equal_weights_are_no_weights(n, weight):
    w = np.full(n, weight)

    assert normalised_weights(w) == pytest.approx(np.ones(n))
