"""Templates in documents become the rules that editors mean, and faults stand at the argument that has them."""

from fractions import Fraction

import pytest
from hypothesis import given
from rule_samples import ENVIRONMENT, rules
from standard_samples import make_criterion, make_small_standard

from registry.documents import schema_violations
from registry.rules.checking import Rule
from registry.rules.declarations import BOOLEAN, level
from registry.rules.grammar import read_tree
from registry.rules.printing import canonical_text
from registry.standards.rule_forms import read_given_rule, rule_text

THRESHOLD = {"template": "threshold", "measure": "facts.rate", "operator": "<=", "limit": "params.limit"}
SHARE = {"template": "share", "part": "facts.n", "whole": "actions.m", "operator": ">=", "percent": "params.limit"}
STEPS = {
    "template": "step_deduction",
    "full": "4",
    "points": "1",
    "shortfall": "100 - facts.rate",
    "step": 'quantity(0.1, "%")',
}
LADDER = [{"condition": "facts.n > 2", "level": "A"}, {"condition": "facts.p", "level": "B"}]
LEVELS = {"template": "levels", "ladder": LADDER, "lowest": "D"}
MUST = {"template": "must_have", "conditions": ["facts.p", "facts.n > 2 || facts.q"]}
BUDGET = {
    "template": "budget_with_frozen_plan",
    "spent": ["actions.money", "2 * actions.money"],
    "total": "3000",
    "plan_changed": 'findings["c-noplan"]',
}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("facts.n>2", "facts.n>2"),
        (THRESHOLD, "facts.rate <= params.limit"),
        (SHARE, 'actions.m > 0 && quantity(100, "%") * facts.n >= params.limit * actions.m'),
        (STEPS, '(max(0, 4 - 1 * ceil(max(0, 100 - facts.rate) / quantity(0.1, "%"))))'),
        ({**STEPS, "whole_steps": True}, '(max(0, 4 - 1 * floor(max(0, 100 - facts.rate) / quantity(0.1, "%"))))'),
        (LEVELS, 'facts.n > 2 ? "A" : (facts.p ? "B" : "D")'),
        (MUST, "facts.p && (facts.n > 2 || facts.q)"),
        (BUDGET, 'sum([actions.money, 2 * actions.money]) == 3000 && !findings["c-noplan"]'),
    ],
)
def test_a_template_becomes_its_rule(given, text):
    found = rule_text(given, "/rule")

    assert isinstance(found, str)
    assert read_tree(found) == read_tree(text)


@pytest.mark.parametrize("given", ["facts.n > 2", THRESHOLD, SHARE, STEPS, LEVELS, MUST, BUDGET])
def test_the_schema_takes_what_is_read(given):
    assert schema_violations("standard.v1", make_small_standard(criteria=[make_criterion(given)])) == []


@pytest.mark.parametrize(
    ("given", "expected"), [(SHARE, BOOLEAN), (STEPS, None), (LEVELS, level("D", "C", "B", "A")), (BUDGET, BOOLEAN)]
)
def test_a_template_is_checked_as_any_other_rule(given, expected):
    assert isinstance(read_given_rule(given, ENVIRONMENT, "/rule", expected), Rule)


def test_a_point_is_lost_for_each_tenth():
    rule = read_given_rule(STEPS, ENVIRONMENT, "/rule", None)

    assert isinstance(rule, Rule)
    assert rule.evaluate({"facts.rate": Fraction("99.89")}).value == 2


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({**THRESHOLD, "measure": "facts.rate +"}, [("RULE_SYNTAX", "/rule/measure")]),
        (
            {**THRESHOLD, "measure": "facts.rate +", "limit": "2.."},
            [("RULE_SYNTAX", "/rule/measure"), ("RULE_SYNTAX", "/rule/limit")],
        ),
        ({**MUST, "conditions": ["facts.p", "(facts.q"]}, [("RULE_SYNTAX", "/rule/conditions/1")]),
        (
            {**LEVELS, "ladder": [LADDER[0], {"condition": "facts.", "level": "B"}]},
            [("RULE_SYNTAX", "/rule/ladder/1/condition")],
        ),
        ({**STEPS, "step": "params.limit"}, [("RULE_ARGUMENTS", "/rule/step")]),
    ],
)
def test_an_argument_that_cannot_be_read_is_told_at_its_place(given, expected):
    found = rule_text(given, "/rule")

    assert isinstance(found, list)
    assert [(each.code, each.pointer) for each in found] == expected
    assert read_given_rule(given, ENVIRONMENT, "/rule") == found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("facts.rat <= 2", [("RULE_UNKNOWN_FACT", "/rule")]),
        ({**THRESHOLD, "measure": "facts.rat"}, [("RULE_UNKNOWN_FACT", "/rule/measure")]),
        ({**MUST, "conditions": ["facts.p", "facts.r"]}, [("RULE_UNKNOWN_FACT", "/rule/conditions/1")]),
        (
            {**BUDGET, "spent": ["actions.money", "actions.m + actions.money"], "plan_changed": "actions.plan"},
            [("RULE_TYPE_ERROR", "/rule/spent/1"), ("RULE_UNKNOWN_ACTION", "/rule/plan_changed")],
        ),
        # Each argument is sound; they do not go together.
        ({**THRESHOLD, "limit": "facts.persons"}, [("RULE_TYPE_ERROR", "/rule")]),
        ({**MUST, "conditions": ["facts.p", "facts.n"]}, [("RULE_TYPE_ERROR", "/rule")]),
        ({**STEPS, "step": 'quantity(0, "%")'}, [("RULE_DIVISION_BY_ZERO", "/rule")]),
    ],
)
def test_a_fault_of_one_argument_is_told_at_its_place_and_one_of_the_whole_at_the_rule(given, expected):
    found = read_given_rule(given, ENVIRONMENT, "/rule")

    assert isinstance(found, list)
    assert [(each.code, each.pointer) for each in found] == expected


@given(rules, rules)
def test_arguments_keep_their_meaning_inside_a_template(first, second):
    conditions = [canonical_text(first), canonical_text(second)]

    found = rule_text({"template": "must_have", "conditions": conditions}, "/rule")

    assert isinstance(found, str)
    assert read_tree(found).operands == (first, second)
