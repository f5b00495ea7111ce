"""Changes that contradict the divisions, each other, or what is said to be complete."""

from datetime import date

import pytest
from region_samples import AS_OF, HANGZHOU, HANGZHOU_CHANGES, TOWN_CHANGES, make_edition, make_history

from registry.regions.coverage import Statement, coverage
from registry.regions.edition_rules import orphans, overlaps
from registry.regions.history import Edition
from registry.regions.reference import LEVELS, Level


def faults(lines: str, level: Level = Level.COUNTY, **claim: date | None) -> list[tuple[int | None, str, str | None]]:
    history = make_history(lines, level=level, **claim)  # type: ignore[arg-type]
    return [(each.row, each.code, each.column) for each in history.violations]


def test_the_changes_of_hangzhou_are_sound() -> None:
    assert faults(HANGZHOU_CHANGES + TOWN_CHANGES) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("2022-01-01,recoded,330199,,,330198,,,", (2, "not-valid", "to_code"), id="leads-nowhere"),
        pytest.param("2026-01-01,recoded,330199,,,330198,,,", (2, "not-valid", "from_code"), id="comes-from-nothing"),
        pytest.param("2022-01-01,recoded,330105,,,330106,,,", (2, "still-valid", "from_code"), id="taken-before"),
        pytest.param("2026-01-01,recoded,330105,,,330106,,,", (2, "still-valid", "to_code"), id="taken-after"),
        pytest.param(
            "2022-01-01,renamed,330106,西子区,,330106,西子湖区,,", (2, "contradicts", "to_name"), id="other-name"
        ),
        pytest.param(
            "2022-01-01,abolished,330199,旧区,,,,,county", (2, "missing-value", "from_parent"), id="no-parent"
        ),
        pytest.param("2022-01-01,abolished,330199,旧区,330100,,,,", (2, "missing-value", "level"), id="no-level"),
        pytest.param(
            "2022-01-01,merged,330199,旧区,330100,330106,,,county\n2022-01-01,merged,330198,,330100,330106,,,county",
            (3, "missing-value", "from_name"),
            id="no-name",
        ),
        pytest.param("2022-01-01,abolished,330199,旧区,339900,,,,county", (2, "orphan", None), id="parent-not-there"),
        pytest.param("2022-01-01,abolished,330199,旧区,330106,,,,county", (2, "orphan", None), id="parent-not-above"),
    ],
)
def test_a_change_that_cannot_have_been_is_named(lines: str, expected: tuple[int, str, str | None]) -> None:
    assert faults(lines) == [expected]


def test_one_region_has_one_change_of_identity_a_day() -> None:
    lines = "2022-01-01,renamed,330106,旧区,,330106,西湖区,,\n2022-01-01,moved,330106,,420000,330106,,330100,"

    assert {code for _, code, _ in faults(lines)} == {"contradicts"}


def test_a_county_that_comes_late_leaves_its_townships_without_one_where_all_levels_are_told() -> None:
    lines = "2022-01-01,established,,,,330102,上城区,330100,county"

    assert faults(lines, Level.COUNTY) == []
    assert faults(lines, Level.TOWNSHIP) == [(2, "orphan", None)]


def test_all_faults_are_found_at_once() -> None:
    lines = "2022-01-01,recoded,330199,,,330198,,,\n2023-01-01,recoded,330105,,,330106,,,"

    assert [row for row, _, _ in faults(lines)] == [2, 3]


def test_editions_that_complete_changes_do_not_lead_to_each_other_disagree() -> None:
    old = make_edition(HANGZHOU[:5], date(2020, 12, 31))
    history = make_history("", [old, make_edition()], since=date(2021, 1, 1), level=Level.COUNTY)

    assert {each.value for each in history.violations} == {"330110", "330113", "420000", "422800", "422828"}
    assert {each.code for each in history.violations} == {"editions-disagree"}


def test_editions_that_complete_changes_lead_to_each_other_are_one_time() -> None:
    before = [("330000", "浙江省", "province", ""), ("330100", "杭州市", "prefecture", "330000")]
    counties = {
        "330102": "上城区",
        "330103": "下城区",
        "330104": "江干区",
        "330105": "拱墅区",
        "330106": "西湖区",
        "330110": "余杭区",
    }
    before += [(code, name, "county", "330100") for code, name in counties.items()]
    editions = [make_edition(before, date(2020, 12, 31)), make_edition(HANGZHOU[:7])]
    history = make_history(HANGZHOU_CHANGES, editions, since=date(2021, 1, 1), level=Level.COUNTY)

    assert history.violations == ()
    assert history.coverage.spans[LEVELS.index(Level.COUNTY)] == ((date(2020, 12, 31), AS_OF),)


DAY = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2024, 1, 1), DAY, (date(2024, 1, 1), DAY)),
        (date(2024, 1, 1), date(2024, 9, 1), (date(2024, 1, 1), date(2024, 9, 1))),
        # The changes of the edition's own day are not told, so the day before is not known.
        (date(2024, 1, 1), date(2024, 5, 31), (DAY, DAY)),
        (date(2024, 6, 2), date(2024, 9, 1), (DAY, date(2024, 9, 1))),
        (date(2024, 6, 3), date(2024, 9, 1), (DAY, DAY)),
    ],
)
def test_what_is_known_reaches_as_far_as_changes_are_complete(
    first: date, last: date, expected: tuple[date, date]
) -> None:
    known = coverage([DAY], [Statement(first, last, LEVELS.index(Level.COUNTY))])

    assert known.spans[LEVELS.index(Level.COUNTY)] == (expected,)
    assert known.spans[LEVELS.index(Level.TOWNSHIP)] == ((DAY, DAY),)


def test_statements_that_adjoin_are_one_time() -> None:
    statements = [Statement(date(2023, 1, 1), date(2023, 12, 31), 4), Statement(date(2024, 1, 1), DAY, 4)]

    assert coverage([DAY], statements).spans[4] == ((date(2023, 1, 1), DAY),)
    assert coverage([DAY], statements[:1]).spans[4] == ((DAY, DAY),)


def test_between_two_editions_nothing_is_known() -> None:
    known = coverage([date(2023, 1, 1), DAY], [])

    assert [known.is_known(0, on) for on in (date(2022, 1, 1), date(2023, 1, 1), date(2023, 6, 1), DAY)] == [
        False, True, False, True,
    ]  # fmt: skip
    assert known.is_known(0, date(2030, 1, 1))
    assert known.as_of(0, date(2030, 1, 1)) == DAY


def own_edition(*rows: tuple[str, str | None, date | None, date | None]) -> Edition:
    places = range(len(rows))
    return Edition(
        DAY,
        [row[0] for row in rows],
        ["名"] * len(rows),
        [0 if row[1] is None else 1 for row in rows],
        [row[1] for row in rows],
        {i: day for i in places if (day := rows[i][2]) is not None},
        {i: day for i in places if (day := rows[i][3]) is not None},
    )


def test_rows_of_one_code_overlap_where_a_day_is_in_both() -> None:
    split, later = date(2020, 1, 1), date(2021, 1, 1)

    assert overlaps(own_edition(("a", None, None, split), ("a", None, split, None))) == []
    assert overlaps(own_edition(("a", None, split, None), ("a", None, None, later))) == [(1, 0)]
    assert overlaps(own_edition(("a", None, None, None), ("a", None, None, None))) == [(0, 1)]


def test_a_parent_has_to_be_there_on_all_days_of_a_row() -> None:
    split = date(2020, 1, 1)
    parents = ("p", None, None, split), ("p", None, split, None)

    assert list(orphans(own_edition(*parents, ("c", "p", None, None)))) == []
    assert list(orphans(own_edition(parents[1], ("c", "p", None, None)))) == [(1, "not-always")]
    assert list(orphans(own_edition(parents[1], ("c", "p", split, None)))) == []
    assert list(orphans(own_edition(parents[1], ("c", "q", split, None)))) == [(1, "no-such")]
