"""On whole numbers and conditions a rule gives what a CEL implementation gives for the same text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_samples import ENVIRONMENT, conditions, integers, points, rules

from registry.rules.checking import read_rule
from registry.rules.printing import canonical_text

cel = pytest.importorskip("cel_expr_python.cel", reason="the oracle is built for few machines")

CEL = cel.NewEnv(variables=dict.fromkeys(("facts", "actions", "params", "findings"), cel.Type.DYN))


def plain(point):
    """The whole numbers and conditions of a point as CEL takes them."""
    found = {each: {} for each in ("facts", "actions", "params", "findings")}
    for key, value in point.items():
        namespace, _, identifier = key.partition(".")
        if isinstance(value, int):
            found[namespace][identifier] = value
    return found


@settings(max_examples=300)
@given(conditions(3, integers_only=True) | integers(3, conditions_too=False), points())
def test_a_rule_on_integers_gives_what_cel_gives(tree, point):
    text = canonical_text(tree)

    expected = CEL.compile(text).eval(data=plain(point)).plain_value()

    found = read_rule(text, ENVIRONMENT, None).evaluate(point).value
    assert (found, type(found)) == (expected, type(expected))


@given(rules)
def test_every_rule_is_an_expression_of_cel(tree):
    assert CEL.compile(canonical_text(tree), disable_check=True)


@given(st.sampled_from(["true", "1 < 2 && !false", '"a" in ["b", "a"]', "true ? false : true", "'x' == \"x\""]))
def test_literals_mean_the_same(text):
    assert read_rule(text, ENVIRONMENT).evaluate({}).value == CEL.compile(text).eval(data={}).plain_value()


@pytest.mark.parametrize("text", ["7 / 2 == 3", "-7 / 2 == -3", "0.1 + 0.2 != 0.3"])
def test_where_we_differ_from_cel_on_purpose(text):
    """Division is exact and decimals are decimal: CEL cuts off and has binary floats."""
    assert CEL.compile(text).eval(data={}).plain_value() is True
    assert read_rule(text, ENVIRONMENT).evaluate({}).value is False
