"""The JSON reader refuses what parsers read differently, and says where."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import RegistryError, Unreadable
from registry.json_text import MAX_BYTES, MAX_DEPTH, parse_json

# The machine of the tests may be busy.
QUICK = settings(deadline=None)


def nested(levels):
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'{"a": [1, -2.5, true, null, "x"]}', {"a": [1, -2.5, True, None, "x"]}),
        (b"[9007199254740991, -9007199254740991]", [2**53 - 1, -(2**53) + 1]),
        ('"村"'.encode(), "村"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b" 0 ", 0),
        (nested(MAX_DEPTH), json.loads(nested(MAX_DEPTH))),
    ],
)
def test_plain_json_is_read(content, value):
    assert parse_json(content) == value


@pytest.mark.parametrize(
    ("content", "pointer", "reason"),
    [
        (b'{"name":"A","status":"draft","status":"published"}', "", "duplicate key 'status'"),
        (b'{"a/b": [{"x":1,"x":1}]}', "/a~1b/0", "duplicate key 'x'"),
        (b'{"score": NaN}', "/score", "NaN is not"),
        (b'{"score": [0, -Infinity]}', "/score/1", "-Infinity is not"),
        (b'{"score": 1e400}', "/score", "too large"),
        (b'{"score": ' + b"1" * 5000 + b"}", "/score", "beyond 2**53 - 1"),
        (b"[9007199254740992]", "/0", "beyond 2**53 - 1"),
        (b'{"~": "\\ud800 Audit"}', "/~0", "surrogate"),
        (b'{"name": "Acme\\u0000"}', "/name", "NUL"),
        (b'{"a\\u0000": 1}', "", "NUL"),
        (nested(MAX_DEPTH + 1), "/0" * MAX_DEPTH, "deeper than 64"),
    ],
)  # fmt: skip
def test_an_ambiguous_part_is_refused_with_its_pointer(content, pointer, reason):
    with pytest.raises(Unreadable) as caught:
        parse_json(content, file="x.json")

    (violation,) = caught.value.violations
    assert (violation.pointer, violation.file) == (pointer, "x.json")
    assert reason in f"{violation.message[0].lower()}{violation.message[1:]}" or reason in violation.message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a":"\xff"}', "byte 6 is not UTF-8"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": 1,}', "line 1"),
        (b"[1] [2]", "Extra data"),
        (b'"a\nb"', "control character"),
        (b"[" * 100_000, "deeper than 64"),
        (nested(100_000), "deeper than 64"),
        (b" " * (MAX_BYTES + 1), "limit"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_text_that_is_no_json_is_refused(content, reason):
    with pytest.raises(Unreadable, match=reason):
        parse_json(content, file="x.json")


def test_every_unacceptable_part_is_said_at_once_in_the_order_of_the_text():
    with pytest.raises(Unreadable) as caught:
        parse_json(b'{"b": [NaN, 1, 1e999], "a": 99999999999999999999, "c": {"k": 1, "k": 2}}')

    assert [violation.pointer for violation in caught.value.violations] == ["/b/0", "/b/2", "/a", "/c"]


def test_many_duplicate_keys_are_found_quickly():
    content = "{" + ",".join(f'"k{i}":0' for i in range(200_000)) + ',"k199999":1}'

    with pytest.raises(Unreadable, match="k199999"):
        parse_json(content.encode())


def test_a_message_does_not_repeat_a_huge_value():
    with pytest.raises(Unreadable) as caught:
        parse_json(b'{"a": "' + b"x" * 1_000_000 + b'\\u0000", "' + b"y" * 1_000_000 + b'": 1, "b": NaN}')

    assert len(str(caught.value)) < 1000


@QUICK
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_an_error_of_ours(content):
    with contextlib.suppress(RegistryError):
        parse_json(content)


@QUICK
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_what_is_read_is_what_the_standard_library_reads(value):
    content = json.dumps(value, ensure_ascii=True).encode()

    try:
        found = parse_json(content)
    except Unreadable:
        return

    assert found == json.loads(content)
