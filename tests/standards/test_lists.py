"""Lists of what is published: their order, what they leave out, and what is in force on a day."""

from datetime import date
from typing import Any

import pytest

from registry.standards.lists import listed, published_line, status_on
from registry.standards.selection import Published
from registry.validity import Validity

DAY = date(2026, 5, 1)


def make_published(identifier: str = "rural-investment", version: str = "1.0.0", **changes: Any) -> Published:
    common = {
        "kind": "standard",
        "sha256": "0" * 64,
        "title": {"zh": "乡村产业投资考核", "en": "Rural investment"},
        "validity": Validity(date(2026, 1, 1), date(2027, 1, 1)),
    }
    return Published(**{**common, "id": identifier, "version": version, **changes})


def test_lists_go_by_id_and_then_by_version_as_numbers() -> None:
    known = [make_published("b-b"), make_published("a-a", "1.10.0"), make_published("a-a", "1.9.0")]

    assert [each.reference for each in listed(known)] == ["a-a@1.9.0", "a-a@1.10.0", "b-b@1.0.0"]


def test_a_list_is_of_one_kind_or_of_the_localizations_of_one_standard() -> None:
    layer = make_published("a-a.county", kind="localization", standard="a-a@1.0.0")
    other = make_published("a-a.city", kind="localization", standard="a-a@2.0.0")
    base = make_published("a-a")

    assert listed([layer, other, base], kind="standard") == [base]
    assert listed([layer, other, base], of="a-a@1.0.0") == [layer]
    assert listed([layer, other, base], kind="mapping") == []


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2025, 12, 31), "not_yet"),
        (date(2026, 1, 1), "in_force"),
        (date(2026, 12, 31), "in_force"),
        (date(2027, 1, 1), "ended"),
    ],
)
def test_the_status_is_that_of_the_day(on: date, status: str) -> None:
    assert status_on(make_published(), on) == status


@pytest.mark.parametrize(
    ("on", "status"), [(date(2026, 4, 30), "in_force"), (DAY, "withdrawn"), (date(2028, 1, 1), "withdrawn")]
)
def test_what_was_withdrawn_stays_withdrawn_from_its_first_day_on(on: date, status: str) -> None:
    assert status_on(make_published(withdrawn_from=DAY), on) == status


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", f"{'rural-investment@1.0.0':52}  standard      in force   Rural investment"),
        ("zh", f"{'rural-investment@1.0.0':52}  standard      有效         乡村产业投资考核"),
    ],
)
def test_a_line_is_in_the_language_of_the_reader(language: Any, line: str) -> None:
    assert published_line(make_published(), DAY, language) == line


@pytest.mark.parametrize(("language", "mark"), [("en", "[draft for demonstration]"), ("zh", "[演示草案]")])
def test_a_draft_for_demonstration_says_so_in_every_list(language: Any, mark: str) -> None:
    assert published_line(make_published(is_draft_for_demonstration=True), DAY, language).endswith(mark)


def test_a_line_without_a_title_has_no_spaces_at_its_end() -> None:
    line = published_line(make_published(title={}), DAY, "en")

    assert line == line.rstrip()
