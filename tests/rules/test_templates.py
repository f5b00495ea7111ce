"""Templates make the rules that editors mean, with the figures of real documents."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import templates
from registry.rules.checking import Rule, read_rule
from registry.rules.declarations import BOOLEAN, Declaration, Environment, Namespace, decimal, integer, level
from registry.rules.printing import canonical_text
from registry.rules.templates import named
from registry.rules.tree import Number, number
from registry.rules.units import read_unit

PARAMS, FACTS, ACTIONS, FINDINGS = Namespace
PERCENT, CNY, HOUSEHOLD = read_unit("%"), read_unit("CNY"), read_unit("household")
ENVIRONMENT = Environment.of(
    [
        Declaration(FACTS, "rate", decimal(PERCENT)),
        Declaration(FACTS, "recognising", integer(HOUSEHOLD)),
        Declaration(FACTS, "surveyed", integer(HOUSEHOLD)),
        Declaration(PARAMS, "percent", decimal(PERCENT)),
        Declaration(FACTS, "books", integer()),
        Declaration(FACTS, "hall", BOOLEAN),
        *(Declaration(ACTIONS, each, decimal(CNY)) for each in ("first", "second", "third")),
        Declaration(PARAMS, "total", decimal(CNY)),
        Declaration(ACTIONS, "plan_changed", BOOLEAN),
    ]
)


def rule(tree, expected=BOOLEAN) -> Rule:
    made = read_rule(canonical_text(tree), ENVIRONMENT, expected)
    return made


@pytest.mark.parametrize(("operator", "passes"), [("<", False), ("<=", True)])
def test_a_threshold_says_by_its_operator_whether_the_limit_passes(operator, passes):
    made = rule(templates.threshold(named("facts.rate"), operator, number(2)))

    assert made.evaluate({"facts.rate": Fraction(2)}).value is passes


@pytest.mark.parametrize(
    ("part", "whole", "passes"), [(899, 1000, False), (900, 1000, True), (1000, 1000, True), (0, 0, False)]
)
def test_a_share_is_multiplied_out(part, whole, passes):
    made = rule(templates.share(named("facts.recognising"), named("facts.surveyed"), ">=", named("params.percent")))
    values = {"facts.recognising": part, "facts.surveyed": whole, "params.percent": Fraction(90)}

    assert made.evaluate(values).value is passes


STEP = Number(Fraction(1, 10), is_integer=False, unit=PERCENT, is_bare=False)


@pytest.mark.parametrize(
    ("rate", "begun", "completed"),
    [("100", 4, 4), ("99.95", 3, 4), ("99.9", 3, 3), ("99.89", 2, 3), ("99.6", 0, 0), ("0", 0, 0), ("101", 4, 4)],
)
def test_a_point_is_lost_for_each_tenth_of_a_percentage_point(rate, begun, completed):
    """The scoring table of 2017: 4 points, minus 1 for each 0.1 percentage points short of 100 %, floor 0."""
    shortfall = templates.Calculate("-", number(100), named("facts.rate"))

    for whole_steps, points in ((False, begun), (True, completed)):
        made = rule(templates.step_deduction(number(4), number(1), shortfall, STEP, whole_steps), integer())
        assert made.evaluate({"facts.rate": Fraction(rate)}).value == points


@given(st.integers(0, 100), st.booleans())
def test_levels_go_down_the_ladder(books, hall):
    grades = level("none", "third", "second", "first")
    ladder = [
        (
            templates.must_have([named("facts.hall"), templates.threshold(named("facts.books"), ">=", number(80))]),
            "first",
        ),
        (templates.threshold(named("facts.books"), ">=", number(60)), "second"),
        (named("facts.hall"), "third"),
    ]

    made = rule(templates.levels(ladder, "none"), grades)

    expected = "first" if hall and books >= 80 else "second" if books >= 60 else "third" if hall else "none"
    assert made.evaluate({"facts.books": books, "facts.hall": hall}).value == expected


@pytest.mark.parametrize(
    ("third", "plan_changed", "passes"), [(500_000, False, True), (0, False, False), (500_000, True, False)]
)
def test_a_budget_is_spent_and_the_plan_kept(third, plan_changed, passes):
    """The three shares of 1,500,000 yuan of the report of 2019."""
    spent = [named(f"actions.{each}") for each in ("first", "second", "third")]
    made = rule(templates.budget_with_frozen_plan(spent, named("params.total"), named("actions.plan_changed")))
    values = {
        "actions.first": Fraction(500_000),
        "actions.second": Fraction(500_000),
        "actions.third": Fraction(third),
        "actions.plan_changed": plan_changed,
        "params.total": Fraction(1_500_000),
    }

    assert made.evaluate(values).value is passes
