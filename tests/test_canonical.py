"""Canonical JSON against the vectors that RFC 8785 publishes."""

import hashlib
import struct

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.canonical import NotCanonical, canonical_json, digest, sha256_hex
from registry.json_text import parse_json

# The machine of the tests may be busy.
QUICK = settings(deadline=None)

# RFC 8785, appendix B: IEEE 754 bits, JSON form.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "text"), NUMBERS)
def test_a_number_has_the_form_of_the_rfc(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))

    assert canonical_json(number) == text.encode()


def test_keys_are_sorted_by_utf16_units():
    # RFC 8785, section 3.2.3. The emoji comes before U+FB33 in UTF-16 and after it in code points.
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }

    found = list(parse_json(canonical_json(value)).values())

    assert found == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_the_example_of_the_rfc_has_its_bytes():
    # RFC 8785, sections 3.2.2 and 3.2.4.
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }

    assert canonical_json(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_the_digest_is_the_sha256_of_the_form():
    assert digest({"b": 1, "a": [True, None]}) == hashlib.sha256(b'{"a":[true,null],"b":1}').hexdigest()
    # FIPS 180-2, appendix B.1.
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def holding_itself():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        10**5000,
        "\ud800",
        {"\ud800": 1},
        {1: 2},
        b"bytes",
        object(),
        {"a": [float("nan")]},
        holding_itself(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_json_has_no_form(value):
    with pytest.raises(NotCanonical):
        canonical_json(value)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
# From 2**53 on a whole float has no point in its canonical form and reads back as an integer that is too large.
NUMBERS_READ_BACK = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-(2.0**52), 2.0**52)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS_READ_BACK | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@QUICK
@given(JSON)
def test_the_form_reads_back_as_the_value_and_stays_the_same(value):
    form = canonical_json(value)

    assert parse_json(form) == value
    assert canonical_json(parse_json(form)) == form


# Whole numbers, surrogates and control characters too, and keys of any script: for each the quick way or the other.
ANY_TEXT = st.text()
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(ANY_TEXT | st.sampled_from(["a", "b", "A", "é", "\ufb33", "\U0001f600"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@QUICK
@given(ANY_JSON)
def test_the_form_is_that_of_the_reference_library(value):
    try:
        expected = rfc8785.dumps(value)
    except ValueError:
        expected = None

    try:
        found = canonical_json(value)
    except NotCanonical:
        found = None
    assert found == expected
