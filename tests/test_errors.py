"""What a violation and an error say to a person."""

import pytest

from registry.errors import EXIT_CODES, Conflict, Forbidden, Invalid, Kind, NotFound, Unavailable, Violation


@pytest.mark.parametrize(
    ("violation", "text"),
    [
        (Violation("c", "Wrong."), "Wrong."),
        (
            Violation("c", "Wrong.", "Do it.", file="r.csv", row=3, column="value", value="x"),
            "r.csv, row 3, column value: Wrong. Seen: 'x'. Do it.",
        ),
        (Violation("c", "Wrong.", pointer="/criteria/0", file="c.json"), "c.json, /criteria/0: Wrong."),
        (Violation("c", "Wrong.", pointer=""), "(document): Wrong."),
        (Violation("c", "Wrong.", value=""), "Wrong. Seen: ''."),
        (Violation("c", "Wrong.", value="a\u200bb\n"), "Wrong. Seen: 'a\\u200bb\\n'."),
    ],
)
def test_a_violation_says_where_what_seen_and_what_to_do(violation, text):
    assert str(violation) == text


def test_an_error_lists_its_violations_below_its_sentence():
    error = Invalid("Two rules are broken.", [Violation("a", "One."), Violation("b", "Two.")])

    assert str(error) == "Two rules are broken.\n  One.\n  Two."


@pytest.mark.parametrize(
    ("kind", "code"), [(Invalid, 1), (NotFound, 3), (Conflict, 4), (Forbidden, 5), (Unavailable, 6)]
)
def test_every_kind_has_its_exit_code(kind, code):
    assert EXIT_CODES[kind.kind] == code


def test_no_kind_is_without_an_exit_code_and_none_is_that_of_success_or_of_a_wrong_call():
    assert set(EXIT_CODES) == set(Kind)
    assert not {0, 2} & set(EXIT_CODES.values())
