"""Identifiers: what makes two of them the same, and the traces that spreadsheets leave."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ids import (
    clean_text,
    codes_without_leading_zeros,
    has_lost_digits,
    hidden_character,
    is_placeholder,
    with_ordinary_digits,
)

# The machine of the tests may be busy.
QUICK = settings(deadline=None)


@pytest.mark.parametrize(
    ("text", "clean"),
    [(" a b ", "a b"), ("\u3000村\u00a0", "村"), ("e\u0301", "\u00e9"), ("", ""), ("001", "001")],
)
def test_identifiers_are_compared_composed_and_without_outer_spaces(text, clean):
    assert clean_text(text) == clean


@QUICK
@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean_text(clean_text(text)) == clean_text(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\u200bb", "U+200B"),  # zero width space
        ("\u202eabc", "U+202E"),  # right to left
        ("a\tb", "U+0009"),
        ("a\0", "U+0000"),
        ("soft\u00adhyphen", "U+00AD"),
        ("a\u00a0b", "U+00A0"),  # no-break space
        ("\ufeffid", "U+FEFF"),  # a second byte order mark
        ("\ue000", "U+E000"),  # private use
        ("\ud800", "U+D800"),
        ("\U0002ffff", "U+2FFFF"),  # not a character
        ("\u3164", "U+3164"),  # a letter that shows nothing
        ("a\u2800b", "U+2800"),  # a Braille cell without dots
        ("葛\U000e0100", "U+E0100"),  # a selector of a variant
    ],
)
def test_an_invisible_character_is_found(text, found):
    assert hidden_character(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "青瓷村",
        "a b",
        "张\u3000三",
        "第（一）公司",
        "\U00031350",
        "\U0002ebf0",
        "\U00020000",
        "Ünïcode-1/2.3",
        "甲\u00b7乙",
    ],
)
def test_what_can_be_seen_is_not_hidden(text):
    assert hidden_character(text) is None


@pytest.mark.parametrize(
    "text",
    ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "########", "#", "nan", "NaN", "NULL", "None", "<NA>", "\\N"],
)
def test_a_placeholder_is_no_identifier(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["NA", "Null", "N/A-3", "#3", "#A1", "", "0", "-", "nano", "村#1"])
def test_an_identifier_is_no_placeholder(text):
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "code",
    ["4.22828E+11", "4.22828e11", "4,22828E+11", "1E+05", "422828000000.0", "110101199003070000", "1101011990030700"],
)
def test_a_code_that_was_a_number_for_a_while_has_lost_digits(code):
    assert has_lost_digits(code)


@pytest.mark.parametrize(
    "code",
    [
        "422828000000",
        "110101199003071234",
        "330106001000000",
        "007",
        "1.0",
        "E12",
        "12E",
        "91330000MA27XW1X0A",
        "",
        "000",
    ],
)
def test_an_ordinary_code_has_lost_nothing(code):
    assert not has_lost_digits(code)


def test_full_width_digits_become_ordinary_ones():
    assert with_ordinary_digits("\uff10\uff11\uff19村") == "019村"


@pytest.mark.parametrize(
    ("codes", "known", "lost"),
    [
        (["1"], ["01"], {"1": "01"}),
        (["1"], ["1", "01"], {}),  # known as it is
        (["01"], ["1"], {}),  # nothing was taken from the longer one
        (["0"], ["000"], {"0": "000"}),
        (["000"], ["0"], {}),
        (["12"], ["0012"], {"12": "0012"}),
        (["012"], ["0012"], {"012": "0012"}),
        (["A1"], ["0A1"], {}),
        (["1"], ["2"], {}),
        ([], ["01"], {}),
        (["\u0661"], ["0\u0661"], {}),  # other digits than 0 to 9 are left alone
    ],
)
def test_codes_that_lack_leading_zeros_are_found(codes, known, lost):
    assert codes_without_leading_zeros(codes, known) == lost


@QUICK
@given(st.lists(st.from_regex(r"[0-9]{1,6}", fullmatch=True)), st.lists(st.from_regex(r"[0-9]{1,6}", fullmatch=True)))
def test_a_suspect_code_is_a_known_one_as_a_number_and_shorter(codes, known):
    for code, original in codes_without_leading_zeros(codes, known).items():
        assert original in known
        assert code not in known
        assert int(code) == int(original)
        assert len(code) < len(original)
