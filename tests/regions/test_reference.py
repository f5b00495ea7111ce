"""References as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.regions.reference import Level, Reference, code_fault, read_day, read_reference
from registry.regions.region_errors import ReferenceRejected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mca:422828100", Reference("mca", "422828100")),
        (" nbs:110101001001 ", Reference("nbs", "110101001001")),
        ("mca:\uff14\uff12\uff12\uff18\uff12\uff18", Reference("mca", "422828")),
        ("mca:330103@2020-05-01", Reference("mca", "330103", date(2020, 5, 1))),
        ("own:test-zone:A.1", Reference("own:test-zone", "A.1")),
    ],
)
def test_a_reference_is_system_code_and_perhaps_a_day(text: str, expected: Reference) -> None:
    assert read_reference(text) == expected
    assert read_reference(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("422828100", 1),
        ("mca:", 1),
        ("mca:42282810", 1),
        ("mca:022828", 1),
        ("mca:4.22828E+08", 1),
        ("mca:422828@2020-5-1", 1),
        ("mca:422828@", 1),
        ("MCA:422828", 1),
        ("own:Ä:a b@gestern", 3),
        ("", 2),
        ("mca:422828\u200b", 1),
    ],
)
def test_every_fault_of_a_reference_is_named(text: str, number: int) -> None:
    with pytest.raises(ReferenceRejected, match="such as mca:422828100") as caught:
        read_reference(text)

    assert len(caught.value.violations) == number


@given(st.text(max_size=30))
def test_whatever_is_read_is_a_reference_or_refused(text: str) -> None:
    try:
        found = read_reference(text)
    except ReferenceRejected:
        return
    assert read_reference(str(found)) == found


@pytest.mark.parametrize(
    ("code", "level", "rule"),
    [
        ("422828", Level.COUNTY, None),
        ("422828", Level.TOWNSHIP, "bad-code"),
        ("422828100", Level.TOWNSHIP, None),
        ("422828100001", Level.VILLAGE, None),
        ("422828100", Level.VILLAGE, "bad-code"),
        ("NULL", None, "missing-code"),
    ],
)
def test_an_official_code_has_the_length_of_its_level(code: str, level: Level | None, rule: str | None) -> None:
    found = code_fault("mca", code, level)

    assert (None if found is None else found[0]) == rule


def test_a_day_has_one_form() -> None:
    assert read_day("2021-04-09") == date(2021, 4, 9)
    assert [read_day(each) for each in ("20210409", "2021-4-9", "2021-02-30", "", "2021-04-09T00:00")] == [None] * 5
