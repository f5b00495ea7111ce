"""Values: exact, three-valued, and with what they rest on."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_samples import ENVIRONMENT, GRADES, KEYS, known_parts, points, rules

from registry.rules.checking import Rule, read_rule
from registry.rules.declarations import BOOLEAN, integer, level
from registry.rules.evaluation import steps
from registry.rules.printing import canonical_text

TRUE, FALSE, UNKNOWN = True, False, None
LOGIC = (TRUE, UNKNOWN, FALSE)
# Kleene 1952, Introduction to Metamathematics, section 64: the strong tables; rows p, columns q, in the order t, u, f.
TABLES = {
    "facts.p && facts.q": ("tuf", "uuf", "fff"),
    "facts.p || facts.q": ("ttt", "tuu", "tuf"),
    "!facts.p || facts.q": ("tuf", "tuu", "ttt"),
    "facts.p == facts.q": ("tuf", "uuu", "fut"),
}
LETTERS = {"t": TRUE, "u": UNKNOWN, "f": FALSE}


def rule(text: str, expected=BOOLEAN) -> Rule:
    return read_rule(text, ENVIRONMENT, expected)


def facts(**values):
    return {f"facts.{key}": value for key, value in values.items() if value is not None}


@pytest.mark.parametrize("text", TABLES)
def test_the_connectives_are_those_of_kleene(text):
    found = [[rule(text).evaluate(facts(p=p, q=q)).value for q in LOGIC] for p in LOGIC]

    assert found == [[LETTERS[each] for each in row] for row in TABLES[text]]


def test_negation_is_that_of_kleene():
    assert [rule("!facts.p").evaluate(facts(p=p)).value for p in LOGIC] == [FALSE, UNKNOWN, TRUE]


@pytest.mark.parametrize("text", ["facts.p || !facts.p", "!(facts.p && !facts.p)", "facts.n == facts.n"])
def test_no_formula_is_true_of_unknowns_alone(text):
    """Kleene's logic has no tautologies (Priest 2008, An Introduction to Non-Classical Logic, 7.3)."""
    assert rule(text).evaluate({}).value is UNKNOWN


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("1.0 - 0.9 >= 0.1", True),
        ("1 / 3 + 1 / 3 + 1 / 3 == 1", True),
        ("2.0 == 2", True),
        ("7 / 2 == 3.5", True),
        ("-7 / 2 == -3.5", True),
        ("floor(-7 / 2) == -4 && ceil(-7 / 2) == -3", True),
        ("floor(7 / 2) == 3 && ceil(7 / 2) == 4 && floor(3) == 3", True),
        ("33.3 + 33.3 + 33.4 == 100", True),
        ("999999999999999 * 999999999999999 - 999999999999998 * 1000000000000 * 1000 == 1", True),
        ("10 < 4.0", False),
        ("1 - 2 - 3 == -4", True),
        ("8 / 4 / 2 == 1", True),
        ("min(3, 2.5, 4) == 2.5 && max(3, 2.5) == 3 && abs(-2) == 2 && sum([1, 2, 3]) == 6", True),
        ("count([true, false, 1 < 2]) == 2", True),
        ('"a" in ["b", "a"]', True),
        ('date("2026-03-01") - date("2026-02-28") == 1', True),
        ('date("2024-03-01") - date("2024-02-28") == 2', True),
        ('date("2026-02-28") < date("2026-03-01")', True),
    ],
)
def test_values_are_exact(text, value):
    assert rule(text).evaluate({}).value is value


def test_levels_are_ordered_as_declared():
    better = rule('facts.grade >= "B"')

    assert [better.evaluate({"facts.grade": each}).value for each in GRADES] == [False, False, True, True]
    assert rule("facts.grade", level(*GRADES)).evaluate({"facts.grade": "C"}).value == "C"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("facts.n + 1 > 0", None),
        ("facts.n * 0 == 0", None),
        ("min(3, facts.n) > 0", None),
        ("count([true, facts.p]) >= 1", None),
        ("1 in [1, facts.n]", True),
        ("2 in [1, facts.n]", None),
        ("facts.n in [1, 2]", None),
        ("facts.p ? true : true", True),
        ("facts.p ? 1 == 1 : facts.q", None),
        ("false ? facts.p : true", True),
        ("facts.rate < 2 || true", True),
    ],
)
def test_what_one_missing_fact_leaves_open(text, value):
    assert rule(text).evaluate({}).value is value


@given(rules, points(), st.data())
def test_learning_a_fact_never_turns_a_known_result_around(tree, point, data):
    checked = read_rule(canonical_text(tree), ENVIRONMENT)
    some = data.draw(known_parts(point))

    before, after = checked.evaluate(some), checked.evaluate(point)

    assert after.value is not None
    assert before.value in {None, after.value}


@given(rules, points(), st.data())
def test_the_derivation_names_what_decided_and_what_is_missing(tree, point, data):
    checked = read_rule(canonical_text(tree), ENVIRONMENT)
    some = data.draw(known_parts(point))
    outcome = checked.evaluate(some)

    assert outcome.rests_on <= set(some)
    assert outcome.missing <= set(KEYS) - set(some)
    assert bool(outcome.missing) == (outcome.value is None)
    if outcome.value is None:
        # To learn what is missing settles the matter.
        assert checked.evaluate(some | {key: point[key] for key in checked.names}).value is not None
    else:
        # What is not named may be forgotten.
        assert checked.evaluate({key: point[key] for key in outcome.rests_on}).value is outcome.value


def test_a_false_conjunct_decides_alone_and_all_that_are_false_are_named():
    outcome = rule("facts.p && facts.n > 2 && facts.q && facts.x > 0").evaluate(facts(n=1, q=False, x=Fraction(1)))

    assert (outcome.value, outcome.rests_on, outcome.missing) == (False, {"facts.n", "facts.q"}, frozenset())


def test_an_open_conjunction_names_what_is_missing():
    outcome = rule("facts.p && facts.n > 2 && facts.x > 0").evaluate(facts(n=3))

    assert (outcome.value, outcome.rests_on, outcome.missing) == (None, {"facts.n"}, {"facts.p", "facts.x"})


def test_the_steps_go_down_to_single_comparisons():
    found = steps(rule("facts.p && !(facts.n > 2 || facts.q)").tree, facts(p=True, n=1))

    assert [(canonical_text(each.tree), each.outcome.value, each.depth) for each in found] == [
        ("facts.p && !(facts.n > 2 || facts.q)", None, 0),
        ("facts.p", True, 1),
        ("!(facts.n > 2 || facts.q)", None, 1),
        ("facts.n > 2 || facts.q", None, 2),
        ("facts.n > 2", False, 3),
        ("facts.q", None, 3),
    ]


def test_a_number_comes_out_exact():
    assert rule("facts.n / 3", None).evaluate(facts(n=1)).value == Fraction(1, 3)
    assert rule("facts.n", integer()).evaluate(facts(n=5)).value == 5
