"""Patterns that engines read alike, in linear time, and the formats that are asserted."""

import re
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.schema_texts import FORMATS, PatternRefused, longest_match, matcher
from registry.validation import fast, judge


@pytest.mark.parametrize(
    "pattern",
    ["\\d", "\\w+", "\\s", "\\D", "\\b", "\\A", "\\Z", "\\z", "\\<a", "\\p{L}", "\\x41", "\\u0041", "\\0", "\\",
     "(?i)a", "(?P<n>a)", "(?<n>a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(?>a)", "(?#a)", "(?", "a{,3}", "a{", "a{2",
     "a}", "]", "a)", "(a", "[a", "[]", "[^]", "[a[b]", "[a^]", "[a&&b]", "[a~~b]", "[a--b]", "[z-a]", "[a-c-e]", "a**",
     "a*?", "a++", "a{1}{2}", "*", "+a", "a|*", "(*)", "^*", "a^b", "a$b", "$a", "(^a)", "(a$)", "a$$", "a{3,2}",
     "[]a-]", "[a&&]", "(" * 11 + ")" * 11],
)  # fmt: skip
def test_what_engines_read_differently_is_no_pattern(pattern: str) -> None:
    with pytest.raises(PatternRefused, match=r"^At character \d+ of the pattern stands "):
        longest_match(pattern)


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [("^[0-9]{6}$", 6), ("^a?(bc|d){2,3}$", 7), ("^a*$", None), ("a", None), ("^a", None), ("^$", 0), ("^a{0}b$", 1),
     ("^a{2,}$", None), ("^(a*){0}$", 0), ("^(|ab)$", 2), ("^a$|^bc$", 2), ("^\\$\\.$", 2),
     ("^(?:\\n|[^\\]\\-]){3}$", 3), ("^[-a][a-]$", 2)],
)  # fmt: skip
def test_the_longest_match_is_known(pattern: str, longest: int | None) -> None:
    assert longest_match(pattern) == longest


PIECES = st.one_of(
    st.sampled_from(
        ["a", "b", "1", "-", ".", "[ab]", "[^a]", "[0-9]", "[a-]", "\\.", "\\-", "\\n", "中", "[一-龥]", " "]
    ),
    st.sampled_from(["(a|b)", "(?:ab|)", "(1)"]),
)
PATTERNS = st.builds(
    lambda start, pieces, end: start + "".join(pieces) + end,
    st.sampled_from(["", "^"]),
    st.lists(st.builds(str.__add__, PIECES, st.sampled_from(["", "*", "+", "?", "{2}", "{1,2}", "{0,}"])), max_size=5),
    st.sampled_from(["", "$"]),
)


@settings(max_examples=1000, deadline=None)
@given(PATTERNS, st.text(st.sampled_from("ab1-.\n中 \r\u2028é"), max_size=8))
def test_both_engines_read_a_pattern_of_the_profile_alike(pattern: str, text: str) -> None:
    longest = longest_match(pattern)
    as_python = re.compile(f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern)

    assert matcher(pattern)(text) == (as_python.search(text) is not None)
    if longest is not None and as_python.search(text):
        assert len(text) <= longest


@settings(max_examples=1000, deadline=None)
@given(st.text(st.sampled_from("ab^$\\.*+?()[]{}|/-,012dwn:=<!&~ 中"), max_size=12))
def test_any_text_is_a_pattern_of_the_profile_or_refused(pattern: str) -> None:
    try:
        longest_match(pattern)
    except PatternRefused:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_python = re.compile(re.sub(r"\$(?=$|\|)", lambda _: "\\Z", pattern) if "\\" not in pattern else pattern)
    for text in ("", "a", "ab", "0", "a\n", "-", "b/a", "{1}", "^"):
        if "\\" not in pattern:
            assert matcher(pattern)(text) == (as_python.search(text) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("^[0-9]{6}$", "123456\n", False),
        ("^[0-9]{6}$", "123456", True),
        ("^[0-9]{6}$", "١٢٣٤٥٦", False),
        ("^[0-9]{6}$", "x123456", False),
    ],
)
def test_the_end_of_a_pattern_is_the_end_of_the_text(pattern: str, text: str, fits: bool) -> None:
    schema = {"type": "string", "pattern": pattern}

    assert (judge(schema, text) == [], fast(schema).violations(text) == []) == (fits, fits)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([A-Z]{0,3}-?)*[0-9]{6}$", "^(a|a)*$", "(a*)*b"])
@pytest.mark.parametrize("keyword", ["pattern", "patternProperties", "closed"])
def test_patterns_are_judged_in_linear_time(pattern: str, keyword: str) -> None:
    text = ("a" if "a" in pattern else "A") * 100_000 + "!"
    schema, document = {
        "pattern": ({"pattern": pattern}, text),
        "patternProperties": ({"patternProperties": {pattern: False}}, {text: 1}),
        "closed": ({"patternProperties": {pattern: True}, "additionalProperties": False}, {text: 1}),
    }[keyword]
    start = time.process_time()

    outcomes = [bool(judge(schema, document)), bool(fast(schema).violations(document))]

    assert outcomes == [keyword != "patternProperties"] * 2
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("name", "text", "holds"),
    [("date", "2024-02-29", True), ("date", "2023-02-29", False), ("date", "2024-01-0.", False),
     ("date", "20240101", False),
     ("date", "2024-W01-1", False), ("date", "٢٠٢٤-01-01", False), ("date", "2024-01-01\n", False),
     ("date-time", "2024-02-29T12:00:00Z", True), ("date-time", "2024-02-29T12:00:00", False),
     ("date-time", "2024-12-31T23:59:60Z", True), ("date-time", "2024-12-31T15:59:60-08:00", True),
     ("date-time", "2024-12-31T12:00:60Z", False), ("date-time", "2024-02-30T12:00:00Z", False),
     ("date-time", "2024-02-29T12:00:0.z", False), ("date-time", "2024-02-29T12:00:00.5+08:00", True),
     ("date-time", "2024-02-29T12:00:00+24:00", False), ("date-time", "2024-02-29 12:00:00Z", False),
     ("uuid", "2eb8aa08-AA98-11ea-b4aa-73b441d16380", True), ("uuid", "2eb8aa08aa9811eab4aa73b441d16380", False),
     ("uuid", "{2eb8aa08-aa98-11ea-b4aa-73b441d1638}", False), ("uuid", "2eb٣aa08-aa98-11ea-b4aa-73b441d16380", False)],
)  # fmt: skip
def test_a_format_is_what_its_standard_says(name: str, text: str, holds: bool) -> None:
    schema = {"format": name}

    assert FORMATS[name](text) is holds
    assert (judge(schema, text) == [], fast(schema).violations(text) == []) == (holds, holds)
    assert judge(schema, 3) == fast(schema).violations(3) == []
