"""Parameters: values held to their type, tables to their classes, defaults to their domains."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standard_samples import make_fact, make_parameter

from registry.errors import Violation
from registry.rules.declarations import (
    BOOLEAN,
    DATE,
    TEXT,
    Declaration,
    Namespace,
    decimal,
    integer,
    level,
)
from registry.standards.declaring import declare
from registry.standards.parameter import ANYTHING, Direction, Domain, value_json
from registry.standards.parameter_reading import (
    missing_classes,
    read_by_class,
    read_domain,
    read_domains,
    read_parameter,
    read_value,
)

CLASSES = ("mountain", "hill", "plain")
TYPES = {
    "boolean": BOOLEAN,
    "integer": integer(),
    "decimal": decimal(),
    "date": DATE,
    "text": TEXT,
    "level": level("C", "B", "A"),
}
FACTS = {
    each["id"]: declare(Namespace.FACTS, each["id"], each, "")[0]
    for each in (
        make_fact(),
        make_fact(id="terrain", type="text", choices=list(CLASSES), minimum=None, maximum=None),
        make_fact(id="remark", type="text", minimum=None, maximum=None),
    )
}


def declared(kind):
    return Declaration(Namespace.PARAMS, "p", TYPES[kind])


def read(**changes):
    """The parameter, and (code, pointer) of its violations."""
    _, parameter, violations = read_parameter(make_parameter(**changes), "/parameters/0", FACTS, ("province", "county"))
    return parameter, [(each.code, (each.pointer or "").removeprefix("/parameters/0/")) for each in violations]


def faults(**changes):
    parameter, found = read(**changes)
    assert (parameter is None) is bool(found)
    return found


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("integer", 2, 2),
        ("integer", -2, -2),
        ("decimal", "0.25", Fraction(1, 4)),
        ("decimal", 3, Fraction(3)),
        ("boolean", False, False),
        ("date", "2026-03-31", date(2026, 3, 31)),
        ("text", "west", "west"),
        ("level", "B", "B"),
    ],
)
def test_a_value_is_read_exactly(kind, given, value):
    found = read_value(declared(kind), given, "/x")

    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("kind", "given", "seen", "fix"),
    [
        ("integer", 2.5, "2.5", "Write a whole number of at most 30 digits."),
        ("integer", "2", '"2"', "Write 2, without quotation marks."),
        ("integer", True, "true", "Write a whole number of at most 30 digits."),
        ("integer", 2.0, "2.0", "Write 2, without a point."),
        ("decimal", 0.25, "0.25", 'Write "0.25", in quotation marks.'),
        ("decimal", 1e-7, "1e-07", 'Write "0.0000001", in quotation marks.'),
        ("decimal", 1e300, "1e+300", 'Write a number in quotation marks of at most 30 digits, as "0.25".'),
        ("decimal", "1e3", '"1e3"', 'Write a number in quotation marks of at most 30 digits, as "0.25".'),
        ("decimal", False, "false", 'Write a number in quotation marks of at most 30 digits, as "0.25".'),
        ("boolean", 1, "1", "Write true or false."),
        ("date", "2026-02-30", '"2026-02-30"', 'Write a day, as "2026-03-31".'),
        ("level", "D", '"D"', "Write one of C, B, A."),
    ],
)
def test_a_value_of_another_type_is_refused_with_what_to_write(kind, given, seen, fix):
    found = read_value(declared(kind), given, "/set/0/value")

    assert isinstance(found, Violation)
    assert (found.code, found.pointer, found.value, found.fix) == ("PARAM_TYPE", "/set/0/value", seen, fix)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_decimal_is_read_as_it_is_written(number):
    value = read_value(
        declared("decimal"), f"{number.normalize():f}".replace("-0", "0") if not number else f"{number:f}", ""
    )

    assert value == Fraction(number)
    assert read_value(declared("decimal"), value_json(value), "") == value


def test_the_parameter_says_who_may_do_what():
    parameter, _ = read(
        narrowable_by=["province"],
        max_tightening="0.5",
        max_relaxation="1",
        locked=True,
        rationale_required=False,
        mandate_required=True,
        evidence_required=["x", "remark"],
    )

    assert (parameter.settable_by, parameter.narrowable_by) == ({"county"}, {"province"})
    assert (parameter.max_tightening, parameter.max_relaxation) == (Fraction(1, 2), 1)
    assert (parameter.is_locked, parameter.needs_rationale, parameter.needs_mandate) == (True, False, True)
    assert (parameter.evidence, parameter.stricter_when) == (("x", "remark"), Direction.HIGHER)


def test_what_is_not_said_forbids_changes_and_asks_for_reasons():
    parameter, _ = read(settable_by=None, domain=None)

    assert (parameter.settable_by, parameter.narrowable_by, parameter.is_locked) == (frozenset(), frozenset(), False)
    assert (parameter.max_tightening, parameter.max_relaxation) == (0, 0)
    assert (parameter.needs_rationale, parameter.needs_mandate, parameter.evidence) == (True, False, ())
    assert (parameter.classes, parameter.defaults, parameter.domains) == (("",), {"": 2}, {"": ANYTHING})


BY_CLASS = {
    "default": None,
    "classified_by": "terrain",
    "default_by_class": {"mountain": "4", "hill": "3", "plain": "2"},
}


def test_one_domain_holds_for_every_class():
    parameter, _ = read(**BY_CLASS)

    assert parameter.classes == CLASSES
    assert parameter.defaults == {"mountain": 4, "hill": 3, "plain": 2}
    assert parameter.domains == dict.fromkeys(CLASSES, Domain(Fraction(1), Fraction(5)))


def test_one_default_holds_for_every_class():
    table = {"mountain": {"minimum": "1"}, "hill": {"minimum": "2"}, "plain": {"maximum": "9"}}

    parameter, _ = read(classified_by="terrain", domain=None, domain_by_class=table)

    assert parameter.defaults == dict.fromkeys(CLASSES, 2)
    assert parameter.domains["plain"] == Domain(maximum=Fraction(9))
    assert (parameter.declaration.minimum, parameter.declaration.maximum) == (None, None)


def test_the_bounds_for_rules_are_the_lowest_and_the_highest_of_all_classes():
    table = {name: {"minimum": low, "maximum": high} for name, low, high in zip(CLASSES, "213", "546", strict=True)}

    parameter, _ = read(
        **{**BY_CLASS, "domain": None, "domain_by_class": table, "default_by_class": dict.fromkeys(CLASSES, "3")}
    )

    assert (parameter.declaration.minimum, parameter.declaration.maximum) == (1, 6)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"default": 2.5}, [("PARAM_TYPE", "default")]),
        ({"default": "7"}, [("PARAM_OUT_OF_DOMAIN", "default")]),
        ({"default": "1.5", "domain": {"minimum": "1", "step": "0.2"}}, [("PARAM_OUT_OF_DOMAIN", "default")]),
        ({"domain": {"minimum": "5", "maximum": "1"}}, [("EMPTY_DOMAIN", "domain")]),
        ({"domain": {"minimum": 0.5}}, [("PARAM_TYPE", "domain/minimum")]),
        ({"domain": {"minimum": "1", "step": "0"}}, [("DECLARATION_INVALID", "domain/step")]),
        ({"domain": {"minimum": "1", "step": "-1"}}, [("DECLARATION_INVALID", "domain/step")]),
        ({"domain": {"choices": ["1", "2"]}}, [("DECLARATION_INVALID", "domain/choices")]),
        ({"settable_by": ["county", "village"]}, [("UNKNOWN_REFERENCE", "settable_by/1")]),
        ({"narrowable_by": ["village"]}, [("UNKNOWN_REFERENCE", "narrowable_by/0")]),
        ({"evidence_required": ["y"]}, [("UNKNOWN_REFERENCE", "evidence_required/0")]),
        ({"max_tightening": "-1"}, [("DECLARATION_INVALID", "max_tightening")]),
        ({"max_relaxation": "-0.1"}, [("DECLARATION_INVALID", "max_relaxation")]),
        ({"type": "text", "default": "a", "domain": None}, [("DECLARATION_INVALID", "stricter_when")]),
        ({"classified_by": "terrian"}, [("UNKNOWN_REFERENCE", "classified_by")]),
        ({"classified_by": "remark"}, [("DECLARATION_INVALID", "classified_by")]),
        ({"classified_by": "terrain", "default": "9"}, [("PARAM_OUT_OF_DOMAIN", "default")]),
        ({**BY_CLASS, "classified_by": "terrian"}, [("UNKNOWN_REFERENCE", "classified_by")]),
        (
            {**BY_CLASS, "default_by_class": {"mountain": "9", "hill": "3", "plain": "8"}},
            [("PARAM_OUT_OF_DOMAIN", "default_by_class/mountain"), ("PARAM_OUT_OF_DOMAIN", "default_by_class/plain")],
        ),
        (
            {**BY_CLASS, "default_by_class": {"mountain": "4", "hills": "3", "plain": 0.5}},
            [
                ("UNKNOWN_CLASS", "default_by_class/hills"),
                ("PARAM_TYPE", "default_by_class/plain"),
                ("CLASSES_INCOMPLETE", "default_by_class"),
            ],
        ),
        (
            {
                **BY_CLASS,
                "domain": None,
                "domain_by_class": {"mountain": {"minimum": "1"}, "sea/side": {"minimum": "x"}},
            },
            [("UNKNOWN_CLASS", "domain_by_class/sea~1side"), ("CLASSES_INCOMPLETE", "domain_by_class")],
        ),
    ],
)
def test_what_contradicts_itself_is_refused(changes, expected):
    assert faults(**changes) == expected


def test_an_unknown_class_comes_with_the_nearest():
    values, (violation,) = read_by_class(
        declared("integer"), CLASSES, {"hills": 3, "plain": 2}, "/set/0/value_by_class"
    )

    assert values == {"plain": 2}
    assert (violation.code, violation.pointer) == ("UNKNOWN_CLASS", "/set/0/value_by_class/hills")
    assert violation.fix == "Did you mean hill?"


def test_missing_classes_are_named():
    (violation,) = missing_classes(CLASSES, {"hill"}, "/x")

    assert (violation.code, violation.message) == ("CLASSES_INCOMPLETE", "The table says nothing of: mountain, plain.")
    assert missing_classes(CLASSES, CLASSES, "/x") == []


@pytest.mark.parametrize(
    ("kind", "given", "domain"),
    [
        ("integer", {"minimum": 1, "maximum": 9, "step": 2}, Domain(1, 9, Fraction(2))),
        ("decimal", {"minimum": "0", "step": "0.1"}, Domain(Fraction(0), None, Fraction(1, 10))),
        ("date", {"minimum": "2026-01-01", "step": 7}, Domain(date(2026, 1, 1), None, Fraction(7))),
        ("level", {"minimum": "B"}, Domain("B")),
        ("level", {"choices": ["A", "C"]}, Domain(choices=("A", "C"))),
        ("text", {"choices": ["west"]}, Domain(choices=("west",))),
        ("boolean", {"choices": [True]}, Domain(choices=(True,))),
    ],
)
def test_a_domain_is_read_in_values_of_its_type(kind, given, domain):
    assert read_domain(declared(kind), given, "/x") == domain


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("integer", {"minimum": 1, "step": 0.5}, [("PARAM_TYPE", "/x/step")]),
        ("integer", {"minimum": "1", "maximum": 2.0}, [("PARAM_TYPE", "/x/minimum"), ("PARAM_TYPE", "/x/maximum")]),
        ("date", {"minimum": "2026-01-01", "step": "7"}, [("PARAM_TYPE", "/x/step")]),
        ("date", {"minimum": "2026-01-02", "maximum": "2026-01-01"}, [("EMPTY_DOMAIN", "/x")]),
        ("level", {"minimum": "A", "maximum": "C"}, [("EMPTY_DOMAIN", "/x")]),
        ("level", {"choices": ["A", "D"]}, [("PARAM_TYPE", "/x/choices/1")]),
        ("level", {"minimum": "C", "step": 1}, [("DECLARATION_INVALID", "/x/step")]),
        ("text", {"minimum": "a"}, [("DECLARATION_INVALID", "/x/minimum")]),
        ("text", {"choices": ["a", "b", "a"]}, [("DECLARATION_INVALID", "/x/choices/2")]),
        ("boolean", {"maximum": True}, [("DECLARATION_INVALID", "/x/maximum")]),
        ("integer", {"choices": [1]}, [("DECLARATION_INVALID", "/x/choices")]),
    ],
)
def test_a_domain_that_its_type_cannot_have_is_refused(kind, given, expected):
    found = read_domain(declared(kind), given, "/x")

    assert isinstance(found, list)
    assert [(each.code, each.pointer) for each in found] == expected


def test_domains_by_class_may_leave_classes_out():
    domains, violations = read_domains(declared("integer"), CLASSES, {"hill": {"minimum": 2}}, "/x")

    assert (domains, violations) == ({"hill": Domain(2)}, [])
