"""Two readings: material or not, in whose favour, and on which side of the pass line."""

import math

import numpy as np
import pytest
from builders import make_criterion
from hypothesis import given
from hypothesis import strategies as st

from registry.reliability.criteria import Criterion, read_criteria
from registry.reliability.discrepancy import differences


def held(report, check, **changes):
    (criterion,) = read_criteria({"criteria": [make_criterion(**changes)]})
    y, x = criterion.read(str(report)), criterion.read(str(check))
    found = differences([criterion], np.array([0]), np.array([y]), np.array([x]))
    return {name: getattr(found, name)[0] for name in ("material", "size", "lenient", "harsh")}


ORDINAL = {"scale": "ordinal", "categories": ["poor", "fair", "good", "excellent"]}


@pytest.mark.parametrize(
    ("report", "check", "changes", "material", "size"),
    [
        ("true", "false", {}, True, 1),
        ("false", "true", {}, True, -1),
        ("true", "false", {"favourable": "lower"}, True, -1),
        ("true", "true", {}, False, 0),
        ("b", "a", {"scale": "nominal", "categories": ["a", "b", "c"], "favourable": ["b", "c"]}, True, 1),
        ("a", "c", {"scale": "nominal", "categories": ["a", "b", "c"], "favourable": ["b", "c"]}, True, -1),
        ("b", "c", {"scale": "nominal", "categories": ["a", "b", "c"], "favourable": ["b", "c"]}, True, 0),
        ("good", "fair", ORDINAL, True, 1),
        ("good", "fair", ORDINAL | {"tolerance": {"levels": 1}}, False, 1),
        ("excellent", "fair", ORDINAL | {"tolerance": {"levels": 1}}, True, 2),
        ("12", "10", {"scale": "interval"}, True, 2),
        ("12", "10", {"scale": "interval", "tolerance": {"absolute": 2}}, False, 2),
        ("-12", "-10", {"scale": "interval", "favourable": "lower"}, True, 2),
        ("105", "100", {"scale": "ratio", "tolerance": {"relative": 0.05}}, False, 5),
        ("106", "100", {"scale": "ratio", "tolerance": {"relative": 0.05}}, True, 6),
        ("106", "100", {"scale": "ratio", "tolerance": {"relative": 0.05, "absolute": 6}}, False, 6),
        ("95", "100", {"scale": "ratio", "tolerance": {"relative": 0.05}}, False, -5),
        ("3", "2", {"scale": "count", "tolerance": {"relative": 0.5}}, False, 1),
        ("3", "2", {"scale": "count"}, True, 1),
    ],
)
def test_material_and_size(report, check, changes, material, size):
    found = held(report, check, **changes)

    assert (bool(found["material"]), found["size"]) == (material, size)


def test_an_interval_has_no_relative_tolerance():
    criterion = Criterion("c1", "interval", relative=0.5)

    found = differences([criterion], np.array([0]), np.array([105.0]), np.array([100.0]))

    assert found.material[0]


@pytest.mark.parametrize(("report", "check"), [("0.8", "0.7"), ("0.3", "0.2"), ("1.1", "1"), ("100000.1", "100000")])
def test_a_difference_of_exactly_the_tolerance_is_not_material(report, check):
    assert not held(report, check, scale="ratio", tolerance={"absolute": 0.1})["material"]


LINE = ORDINAL | {"pass": {"op": ">=", "value": "good"}}


@pytest.mark.parametrize(
    ("report", "check", "changes", "lenient", "harsh"),
    [
        ("good", "fair", LINE, 1, 0),
        ("fair", "good", LINE, 0, 1),
        ("fair", "poor", LINE, 0.5, 0),  # cited, but at a lower level
        ("poor", "fair", LINE, 0, 0.5),
        ("excellent", "good", LINE, 0, 0),  # both pass
        ("good", "fair", ORDINAL, 1, 0),  # no pass line: the direction of the difference
        ("fair", "good", ORDINAL, 0, 1),
        ("good", "fair", ORDINAL | {"tolerance": {"levels": 1}}, 0, 0),
        ("80", "79", {"scale": "ratio", "pass": {"op": ">=", "value": 80}, "tolerance": {"absolute": 2}}, 1, 0),
        ("true", "false", {}, 1, 0),
        ("true", "false", {"favourable": "lower"}, 0, 1),
        ("true", "false", {"pass": {"op": "==", "value": False}}, 0, 1),
        ("3", "5", {"scale": "count", "favourable": "lower", "pass": {"op": "<", "value": 4}}, 1, 0),
    ],
)
def test_direction(report, check, changes, lenient, harsh):
    found = held(report, check, **changes)

    assert (found["lenient"], found["harsh"]) == (lenient, harsh)


def test_without_a_pass_line_nothing_passes_or_fails():
    (criterion,) = read_criteria({"criteria": [make_criterion(**ORDINAL)]})

    found = differences([criterion], np.array([0]), np.array([1.0]), np.array([2.0]))

    assert math.isnan(found.reported_pass[0])
    assert math.isnan(found.checked_pass[0])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_swapping_the_sides_turns_the_direction(pairs):
    criteria = read_criteria({"criteria": [make_criterion(**LINE)]})
    y, x = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    place = np.zeros(len(pairs), dtype=np.int64)

    there, back = differences(criteria, place, y, x), differences(criteria, place, x, y)

    assert (there.material == back.material).all()
    assert (there.size == -back.size).all()
    assert (there.lenient == back.harsh).all()
    assert (there.harsh == back.lenient).all()
