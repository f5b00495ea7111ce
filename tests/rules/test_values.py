"""Values from documents: exact, or refused with what is wrong."""

import tracemalloc
from contextlib import suppress
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_samples import ENVIRONMENT

from registry.rules.declarations import Declaration, Environment, Namespace, decimal, integer
from registry.rules.rule_errors import FactsRejected
from registry.rules.values import read_values


def codes(raw, environment=ENVIRONMENT):
    with pytest.raises(FactsRejected) as raised:
        read_values(environment, raw)
    return [(each.code, each.pointer) for each in raised.value.violations]


@pytest.mark.parametrize(
    ("key", "given", "value"),
    [
        ("facts.n", 2, 2),
        ("facts.x", "0.10", Fraction(1, 10)),
        ("facts.x", "-3", Fraction(-3)),
        ("facts.x", 3, Fraction(3)),
        ("facts.x", Decimal("1.5"), Fraction(3, 2)),
        ("facts.p", False, False),
        ("facts.area", "west", "west"),
        ("facts.word", " e\u0301 ", "\u00e9"),
        ("facts.grade", "A", "A"),
        ("facts.day", "2026-02-28", date(2026, 2, 28)),
        ("facts.day", date(2026, 2, 28), date(2026, 2, 28)),
    ],
)
def test_a_value_is_taken_in_its_exact_form(key, given, value):
    found = read_values(ENVIRONMENT, {key: given})

    assert found == {key: value}
    assert type(found[key]) is type(value)


def test_null_is_unknown():
    assert read_values(ENVIRONMENT, {"facts.n": None}) == {}


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("facts.n", 2.5),
        ("facts.n", "2"),
        ("facts.n", True),
        ("facts.n", 2.0),
        ("facts.n", 10**30),
        ("facts.x", 0.1),
        ("facts.x", float("nan")),
        ("facts.x", True),
        ("facts.x", "1e999999999"),
        ("facts.x", Decimal("1e999999999")),
        ("facts.x", Decimal("1e-999999999")),
        ("facts.x", Decimal("NaN")),
        ("facts.x", "1/3"),
        ("facts.x", "+1"),
        ("facts.x", "01"),
        ("facts.x", ".5"),
        ("facts.x", "\uff11"),
        ("facts.x", "1" * 40),
        ("facts.p", 1),
        ("facts.p", "true"),
        ("facts.area", "est"),
        ("facts.word", "a\x00"),
        ("facts.word", "a" * 201),
        ("facts.grade", 2),
        ("facts.grade", "E"),
        ("facts.day", "2026-02-30"),
        ("facts.day", "20260228"),
        ("facts.n", [1]),
    ],
)
def test_what_is_not_of_the_declared_type_is_refused(key, given):
    assert codes({key: given}) == [("RULE_VALUE_TYPE", f"/{key}")]


@pytest.mark.parametrize(
    "given",
    [Decimal("1e9999999"), Decimal("1e-9999999"), "9" * 9_999_999, 1 << 999_999],
    ids=["large", "small", "digits", "whole"],
)
def test_a_huge_exponent_is_refused_before_any_work(given):
    tracemalloc.start()
    try:
        assert codes({"facts.x": given}) == [("RULE_VALUE_TYPE", "/facts.x")]
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_all_violations_are_told_at_once():
    environment = Environment.of(
        [
            Declaration(Namespace.FACTS, "n", integer(), minimum=0, maximum=500),
            Declaration(Namespace.FACTS, "x", decimal(), minimum=Fraction(1, 2)),
        ]
    )

    assert codes({"facts.n": 501, "facts.x": "0.4", "facts.m": 1}, environment) == [
        ("RULE_VALUE_BOUNDS", "/facts.n"),
        ("RULE_VALUE_BOUNDS", "/facts.x"),
        ("RULE_UNKNOWN_NAME", "/facts.m"),
    ]
    assert read_values(environment, {"facts.n": 500, "facts.x": "0.5"}) == {"facts.n": 500, "facts.x": Fraction(1, 2)}


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists)


@given(st.dictionaries(st.sampled_from(list(ENVIRONMENT.declarations)) | st.text(), JSON, max_size=5))
def test_any_value_is_taken_or_refused(raw):
    with suppress(FactsRejected):
        assert set(read_values(ENVIRONMENT, raw)) <= set(raw)
