"""Criteria: how a value is read, and every contradiction of a document."""

import math

import pytest
from builders import make_criteria, make_criterion
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.canonical import NotCanonical
from registry.errors import RegistryError
from registry.reliability.criteria import CriteriaRejected, read_criteria, value_text
from registry.reliability.criterion import plain_number
from registry.reliability.service import checked_criteria

# The machine of the tests may be busy.
QUICK = settings(deadline=None)

ORDINAL = {"scale": "ordinal", "categories": ["poor", "fair", "good"]}
NOMINAL = {"scale": "nominal", "categories": ["a", "b", "c"]}


def one(**changes):
    return checked_criteria(make_criteria(make_criterion(**changes)))[0]


@pytest.mark.parametrize(
    ("changes", "text", "reading"),
    [
        ({}, "true", 1.0),
        ({}, "TRUE", 1.0),
        ({}, "否", 0.0),
        ({}, "0", 0.0),
        ({"favourable": "lower"}, "true", 0.0),
        ({"favourable": [False]}, "false", 1.0),
        ({"categories": ["不合格", "合格"]}, "合格", 1.0),
        ({"categories": ["不合格", "合格"]}, "true", None),
        ({}, "ja", None),
        (ORDINAL, "fair", 1.0),
        (ORDINAL, "Fair", None),
        ({"scale": "ordinal", "categories": [1, 2, 3.5]}, "2", 1.0),
        ({"scale": "ordinal", "categories": [1, 2, 3.5]}, "3.5", 2.0),
        ({"scale": "ratio"}, "1e3", 1000.0),
        ({"scale": "ratio"}, "-0", 0.0),
        ({"scale": "interval"}, "-3.5", -3.5),
        ({"scale": "count"}, "3.0", 3.0),
        ({"scale": "count"}, "1e15", 1e15),
        ({"scale": "count"}, "1e16", None),
    ],
)
def test_a_text_is_read_on_its_scale(changes, text, reading):
    assert one(**changes).read(text) == reading


@pytest.mark.parametrize("text", ["", "not_assessed", "未评估"])
@pytest.mark.parametrize("changes", [{}, ORDINAL, NOMINAL, {"scale": "count"}])
def test_a_finding_may_be_not_assessed(changes, text):
    assert math.isnan(one(**changes).read(text))


@QUICK
@given(st.text(max_size=10))
def test_a_number_is_finite_or_none(text):
    number = plain_number(text, signed=True)

    assert number is None or (math.isfinite(number) and abs(number) <= 1e15)


@QUICK
@given(st.floats(-1e14, 1e14))
def test_the_text_of_a_float_reads_back_as_the_float(number):
    assert plain_number(value_text(number), signed=True) == number


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (1.0, "1"), (1.5, "1.5"), (" a ", "a"), (3, "3"), (-0.0, "0")]
)
def test_a_json_value_and_a_cell_have_one_text(value, text):
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("changes", "reading", "passes"),
    [
        ({}, 1.0, True),
        ({}, 0.0, False),
        ({"pass": {"op": "==", "value": False}}, 1.0, True),
        ({"favourable": "lower", "pass": {"op": "==", "value": False}}, 1.0, True),
        (ORDINAL, 2.0, None),
        (ORDINAL | {"pass": {"op": ">=", "value": "fair"}}, 1.0, True),
        (ORDINAL | {"pass": {"op": ">", "value": "fair"}}, 1.0, False),
        (NOMINAL, 0.0, None),
        (NOMINAL | {"favourable": ["b"]}, 1.0, True),
        (NOMINAL | {"pass": {"op": "in", "value": ["a", "b"]}}, 2.0, False),
        (NOMINAL | {"pass": {"op": "!=", "value": "a"}}, 2.0, True),
        ({"scale": "ratio", "pass": {"op": ">=", "value": "0.9"}}, 0.9, True),
        ({"scale": "count", "favourable": "lower", "pass": {"op": "<", "value": 4}}, 4.0, False),
        ({"scale": "count", "favourable": "lower", "pass": {"op": "<", "value": 4}}, math.nan, None),
    ],
)  # fmt: skip
def test_a_reading_passes_or_fails(changes, reading, passes):
    assert one(**changes).passes(reading) is passes


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"identifier": "  "}, "/id", "missing-identifier"),
        ({"identifier": "c\u200b1"}, "/id", "hidden-character"),
        ({"identifier": "4.4E+11"}, "/id", "digits-lost"),
        ({"identifier": "#N/A"}, "/id", "placeholder"),
        (ORDINAL | {"categories": ["a", "a"]}, "/categories", "duplicate-category"),
        (ORDINAL | {"categories": ["a", " a "]}, "/categories", "duplicate-category"),
        (ORDINAL | {"categories": [1, "1"]}, "/categories", "duplicate-category"),
        (ORDINAL | {"categories": ["a", "not_assessed"]}, "/categories", "category-not-assessed"),
        (ORDINAL | {"categories": ["a", " "]}, "/categories", "category-not-assessed"),
        (ORDINAL | {"categories": ["a", "b\u202e"]}, "/categories", "hidden-character"),
        (ORDINAL | {"favourable": ["great"]}, "/favourable", "unknown-category"),
        (ORDINAL | {"favourable": ["poor"]}, "/favourable", "favourable-order"),
        (ORDINAL | {"favourable": ["poor", "good"]}, "/favourable", "favourable-order"),
        (ORDINAL | {"favourable": "lower"}, "/favourable", "favourable-order"),
        ({"favourable": ["maybe"]}, "/favourable", "unknown-category"),
        ({"favourable": [True, False]}, "/favourable", "unknown-category"),
        (ORDINAL | {"pass": {"op": "==", "value": "great"}}, "/pass/value", "unknown-category"),
        ({"pass": {"op": "==", "value": "maybe"}}, "/pass/value", "unknown-category"),
        (NOMINAL | {"pass": {"op": ">=", "value": "a"}}, "/pass/op", "pass-line"),
        (NOMINAL | {"pass": {"op": "==", "value": ["a"]}}, "/pass/op", "pass-line"),
        (NOMINAL | {"pass": {"op": "in", "value": "a"}}, "/pass/op", "pass-line"),
        ({"scale": "ratio", "pass": {"op": "in", "value": [1]}}, "/pass", "pass-line"),
        ({"scale": "ratio", "pass": {"op": ">=", "value": "much"}}, "/pass", "pass-line"),
        ({"scale": "ratio", "pass": {"op": ">=", "value": True}}, "/pass", "pass-line"),
        (ORDINAL | {"pass": {"op": ">", "value": "good"}}, "/pass", "pass-line"),
        (ORDINAL | {"pass": {"op": "<=", "value": "poor"}}, "/pass", "pass-direction"),
        ({"scale": "count", "favourable": "higher", "pass": {"op": "<=", "value": 2}}, "/pass", "pass-direction"),
        ({"scale": "count", "favourable": "lower", "pass": {"op": ">", "value": 2}}, "/pass", "pass-direction"),
        ({"favourable": "higher", "pass": {"op": "==", "value": False}}, "/pass", "pass-direction"),
        (NOMINAL | {"favourable": ["a"], "pass": {"op": "==", "value": "b"}}, "/pass", "pass-direction"),
        ({"tolerance": {"absolute": 1}}, "/tolerance/absolute", "tolerance"),
        (ORDINAL | {"tolerance": {"relative": 0.1}}, "/tolerance/relative", "tolerance"),
        ({"scale": "interval", "tolerance": {"relative": 0.1}}, "/tolerance/relative", "tolerance"),
        ({"scale": "ratio", "tolerance": {"levels": 1}}, "/tolerance/levels", "tolerance"),
        (ORDINAL | {"veto": True}, "/veto", "veto-without-pass"),
        ({"scale": "count", "veto": True}, "/veto", "veto-without-pass"),
    ],
)
def test_a_contradiction_is_refused_with_its_pointer(changes, pointer, code):
    document = make_criteria(make_criterion("first"), make_criterion(**changes))

    with pytest.raises(CriteriaRejected) as caught:
        checked_criteria(document, "c.json")

    assert [(each.pointer, each.code, each.file) for each in caught.value.violations] == [
        (f"/criteria/1{pointer}", code, "c.json")
    ]
    assert caught.value.violations[0].fix


@pytest.mark.parametrize(
    "item",
    [
        {"id": "a"},
        {"scale": "boolean"},
        {"id": 1, "scale": "boolean"},
        {"id": "a", "scale": "binary"},
        {"id": "a", "scale": "ordinal"},
        {"id": "a", "scale": "nominal", "categories": ["one"]},
        {"id": "a", "scale": "boolean", "categories": ["a", "b", "c"]},
        {"id": "a", "scale": "count", "categories": ["a", "b"]},
        {"id": "a", "scale": "count", "favourable": [1]},
        {"id": "a", "scale": "count", "favourable": "best"},
        {"id": "a", "scale": "count", "tolerance": {"absolute": -1}},
        {"id": "a", "scale": "count", "pass": {"op": "~", "value": 1}},
        {"id": "a", "scale": "count", "pass": 1},
        {"id": "a", "scale": "count", "lag_days": -1},
        {"id": "a", "scale": "count", "lag_days": 1.5},
        {"id": "a", "scale": "count", "variable_type": 4},
        {"id": "a", "scale": "count", "variable_type": True},
        {"id": "a", "scale": "count", "veto": "yes"},
        {"id": "a", "scale": "count", "weight": 1},
        "a",
        None,
    ],
    ids=str,
)
def test_what_the_schema_forbids_is_refused(item):
    with pytest.raises(CriteriaRejected, match="schema") as caught:
        checked_criteria({"criteria": [item]})

    assert caught.value.violations[0].pointer.startswith("/criteria/0")


@pytest.mark.parametrize("document", [{}, {"criteria": []}, {"criteria": None}, {"criteria": {}}])
def test_a_document_without_criteria_is_refused(document):
    with pytest.raises(CriteriaRejected):
        checked_criteria(document)


def test_a_doubled_id_is_refused_at_each_place():
    with pytest.raises(CriteriaRejected) as caught:
        read_criteria(make_criteria(make_criterion("a"), make_criterion("b"), make_criterion(" a ")))

    assert [each.pointer for each in caught.value.violations] == ["/criteria/0/id", "/criteria/2/id"]


def test_every_contradiction_is_said_at_once():
    with pytest.raises(CriteriaRejected) as caught:
        read_criteria(
            make_criteria(make_criterion("a", **ORDINAL | {"veto": True, "favourable": "lower"}), make_criterion("a"))
        )

    assert len(caught.value.violations) == 4


@pytest.mark.parametrize(
    "value", [float("nan"), 10**5000, object(), b"x", {1: 2}, "\ud800"], ids=lambda value: type(value).__name__
)
def test_what_is_no_json_is_refused_before_it_is_judged(value):
    with pytest.raises(NotCanonical):
        checked_criteria(make_criteria(make_criterion(**{"x-note": value})))


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "a", "b", "higher", "lower", ">=", "in"])
)
PARTS = (
    VALUES
    | st.lists(VALUES, max_size=3)
    | st.dictionaries(st.sampled_from(["op", "value", "absolute", "levels"]), VALUES)
)


@QUICK
@given(
    st.sampled_from(["boolean", "nominal", "ordinal", "interval", "ratio", "count"]),
    st.dictionaries(st.sampled_from(["categories", "favourable", "pass", "tolerance", "veto", "lag_days"]), PARTS),
)
def test_no_document_raises_anything_but_a_refusal(scale, changes):
    try:
        criterion = one(scale=scale, **changes)
    except RegistryError:
        return

    assert criterion.expected()
    assert criterion.read("no such value") is None


@pytest.mark.parametrize(
    ("criterion", "good"),
    [
        ({"scale": "boolean", "pass": {"op": "==", "value": False}}, "false"),
        ({"scale": "boolean", "pass": {"op": "!=", "value": True}}, "false"),
        ({"scale": "boolean", "pass": {"op": "==", "value": True}}, "true"),
        ({"scale": "boolean"}, "true"),
    ],
)
def test_without_a_word_on_what_is_favourable_the_pass_line_of_a_boolean_says_it(criterion, good):
    (found,) = read_criteria({"criteria": [{"id": "c1", **criterion}]})

    assert found.categories[-1] == good
    assert found.passing == {1}


@pytest.mark.parametrize(("op", "polarity"), [("<=", -1), ("<", -1), (">=", 1), (">", 1)])
def test_without_a_word_on_what_is_favourable_the_pass_line_of_a_number_says_it(op, polarity):
    (found,) = read_criteria({"criteria": [{"id": "c1", "scale": "ratio", "pass": {"op": op, "value": 5}}]})

    assert found.polarity == polarity
