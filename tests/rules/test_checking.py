"""Types, units, names and linearity."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_samples import CNY, ENVIRONMENT, GRADES, PERCENT, rules

from registry.rules.checking import read_rule
from registry.rules.declarations import BOOLEAN, Kind, decimal, integer, level
from registry.rules.printing import canonical_text
from registry.rules.rule_errors import RuleRejected
from registry.rules.units import ONE, read_unit


def faults(text: str, expected=BOOLEAN) -> list[tuple[str, str]]:
    with pytest.raises(RuleRejected) as raised:
        read_rule(text, ENVIRONMENT, expected)
    return [(each.code, raised.value.text[each.at.start : each.at.end]) for each in raised.value.faults]


@given(rules)
def test_well_typed_rules_pass(tree):
    assert read_rule(canonical_text(tree), ENVIRONMENT).type == BOOLEAN


@pytest.mark.parametrize(
    "text",
    [
        "actions.money + facts.persons > 2",
        "actions.money > facts.persons",
        "facts.rate < facts.x",
        'facts.rate < quantity(0.02, "1")',
        "facts.p < facts.q",
        "facts.p == 1",
        "facts.n == true",
        'facts.n == "1"',
        'facts.word < "b"',
        'facts.day == "2026-03-01"',
        "facts.day > 20260301",
        'facts.area == "est"',
        'facts.grade >= "E"',
        "facts.grade >= 2",
        "facts.grade == facts.word",
        "facts.grade == facts.area",
        'facts.n in [1, "a"]',
        "min(facts.rate, actions.money) > 1",
        "sum([facts.rate, actions.money]) > 1",
        "(facts.p ? facts.rate : actions.money) > 1",
        'facts.day - facts.until > quantity(1, "CNY")',
        'facts.area + "x" == "westx"',
        "-facts.p",
    ],
)
def test_what_differs_in_type_or_unit_does_not_meet(text):
    assert {code for code, _ in faults(text)} == {"RULE_TYPE_ERROR"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("facts.n", integer()),
        ("facts.n + 0.5", decimal()),
        ("facts.n / 2", decimal()),
        ("facts.n * 2", integer()),
        ("floor(facts.rate)", integer(PERCENT)),
        ("count([facts.p, facts.q])", integer()),
        ("facts.rate + 2", decimal(PERCENT)),
        ("max(0, facts.rate)", decimal(PERCENT)),
        ('facts.rate * quantity(0.01, "1/%")', decimal()),
        ('facts.rate / quantity(0.1, "%")', decimal()),
        ("params.k * actions.money", decimal(CNY)),
        ('facts.persons * quantity(2.5, "CNY/person")', decimal(CNY)),
        ("facts.day - facts.until", integer(read_unit("day"))),
        ("facts.grade", level(*GRADES)),
        ('facts.p ? facts.grade : "A"', level(*GRADES)),
        ("facts.p ? facts.n : 0.5", decimal()),
    ],
)
def test_the_type_of_a_rule_is_computed(text, expected):
    assert read_rule(text, ENVIRONMENT, None).type == expected


def test_a_bare_number_takes_the_unit_that_it_meets():
    rule = read_rule("facts.rate < 2 * 3 + 1", ENVIRONMENT)

    assert rule.tree == read_rule("facts.rate < 2 * 3 + 1", ENVIRONMENT).tree
    assert rule.tree.right.right.unit == PERCENT
    assert rule.canonical == "facts.rate < 2 * 3 + 1"


def test_percent_and_share_meet_only_by_a_written_conversion():
    assert faults("facts.rate < facts.x")[0][0] == "RULE_TYPE_ERROR"
    assert read_rule('facts.rate * quantity(0.01, "1/%") < facts.x', ENVIRONMENT).type == BOOLEAN


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("facts.n * actions.m >= 10", "RULE_NONLINEAR", "facts.n * actions.m"),
        ("facts.n * facts.n >= 10", "RULE_NONLINEAR", "facts.n * facts.n"),
        ("(facts.p ? facts.n : 1) * facts.x > 1", "RULE_NONLINEAR", "(facts.p ? facts.n : 1) * facts.x"),
        ("10 / facts.n > 1", "RULE_NONLINEAR", "facts.n"),
        ("10 / params.k > 1", "RULE_NONLINEAR", "params.k"),
        ("facts.n / 0 > 1", "RULE_DIVISION_BY_ZERO", "0"),
        ("facts.n / (1 - 1.0) > 1", "RULE_DIVISION_BY_ZERO", "1 - 1.0"),
        ("facts.n / -0 > 1", "RULE_DIVISION_BY_ZERO", "-0"),
        ("1 / (1 / 0) > 1", "RULE_DIVISION_BY_ZERO", "0"),
        ("1 / ((!1) ? 1 : 2) > 1", "RULE_TYPE_ERROR", "1"),
        ('1 / (("a" < 1) ? 1 : 2) > 1', "RULE_TYPE_ERROR", '"a" < 1'),
    ],
)
def test_products_of_unknowns_and_open_divisors_are_refused(text, code, place):
    assert faults(text) == [(code, place)]


def test_parameters_may_be_multiplied_with_facts():
    assert read_rule("params.k * facts.n + params.k * params.k >= 3", ENVIRONMENT).names == ("facts.n", "params.k")


@pytest.mark.parametrize(
    ("text", "code", "fix"),
    [
        ("facts.rat > 1", "RULE_UNKNOWN_FACT", "Did you mean facts.rate?"),
        ("params.limt > 1", "RULE_UNKNOWN_PARAM", "Did you mean params.limit?"),
        ("actions.fly", "RULE_UNKNOWN_ACTION", "Declare it among the actions."),
        ('findings["c-noplam"]', "RULE_UNKNOWN_FINDING", 'Did you mean findings["c-noplan"]?'),
        ("findings.rate > 1", "RULE_UNKNOWN_FINDING", "Did you mean facts.rate?"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(text, code, fix):
    with pytest.raises(RuleRejected) as raised:
        read_rule(text, ENVIRONMENT, pointer="/criteria/0/measure/assert")

    (violation,) = raised.value.violations
    assert (violation.code, violation.fix, violation.pointer) == (code, fix, "/criteria/0/measure/assert")


def test_of_many_unknown_names_the_first_come_with_suggestions():
    with pytest.raises(RuleRejected) as raised:
        read_rule("||".join(["facts.rat>1"] * 100), ENVIRONMENT)

    fixes = [each.fix for each in raised.value.violations]
    assert fixes == ["Did you mean facts.rate?"] * 5 + ["Declare it among the facts."] * 95


def test_all_faults_are_told_at_once_and_none_twice():
    assert faults("facts.rat > 1 && facts.p > 2 && facts.n + facts.p == 1 && !facts.n && facts.n / 0 == facts.rat") == [
        ("RULE_UNKNOWN_FACT", "facts.rat"),
        ("RULE_TYPE_ERROR", "facts.p > 2"),
        ("RULE_TYPE_ERROR", "facts.n + facts.p"),
        ("RULE_TYPE_ERROR", "facts.n"),
        ("RULE_DIVISION_BY_ZERO", "0"),
        ("RULE_UNKNOWN_FACT", "facts.rat"),
    ]


def test_a_rule_has_to_give_what_is_expected_of_it():
    assert faults("facts.n") == [("RULE_TYPE_ERROR", "facts.n")]
    assert faults("facts.rate", decimal(CNY)) == [("RULE_TYPE_ERROR", "facts.rate")]
    assert faults("facts.x", integer()) == [("RULE_TYPE_ERROR", "facts.x")]
    assert faults("facts.rate", integer()) == [("RULE_TYPE_ERROR", "facts.rate")]
    assert read_rule("facts.n", ENVIRONMENT, decimal()).type == decimal()
    assert read_rule("5", ENVIRONMENT, decimal(CNY)).type == decimal(CNY)
    assert read_rule('facts.p ? "A" : "B"', ENVIRONMENT, level(*GRADES)).type.kind is Kind.LEVEL


def test_a_rule_whose_canonical_form_is_too_long_is_refused():
    text = "+".join(["facts.n"] * 25)
    long = "&&".join([f"({text})==1"] * 9)

    assert len(long) < 2048
    assert faults(long)[0][0] == "RULE_TOO_LONG"


@settings(max_examples=300)
@given(rules, st.data())
def test_any_part_put_in_any_place_is_a_rule_or_a_list_of_faults(tree, data):
    text = canonical_text(tree)
    spare = data.draw(
        st.sampled_from(["facts.p", "1", '"A"', "facts.day", "actions.money", "facts.n * facts.n", "1/0"])
    )
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))

    with suppress(RuleRejected):
        read_rule(f"{text[:start]}{spare}{text[end:]}", ENVIRONMENT, None).evaluate({})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1", "1"),
        ("%", "%"),
        ("m*m", "m^2"),
        ("CNY/person/year", "CNY/person/year"),
        ("1/%", "1/%"),
        ("元/人", "元/人"),
    ],
)
def test_units_have_one_spelling(text, written):
    found = read_unit(text)

    assert found is not None
    assert str(found) == written
    assert read_unit(written) == found
    assert found / found == ONE


@pytest.mark.parametrize("text", ["", "2m", "m^0", "m^10", "m//s", "/s", "m s", "m^-1", "m" * 61, "м"])
def test_what_is_no_unit_is_refused(text):
    assert read_unit(text) is None
