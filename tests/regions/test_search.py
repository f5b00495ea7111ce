"""Finding regions by a part of their name."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from region_samples import AS_OF, BEFORE, HANGZHOU_CHANGES, make_edition, make_tree

from registry.regions.names import Likeness, likeness, parted, plain
from registry.regions.reference import Level
from registry.regions.search import Hit, Match, NameIndex, Query

ROWS = (
    ("420000", "湖北省", "province", ""),
    ("422800", "恩施土家族苗族自治州", "prefecture", "420000"),
    ("422828", "鹤峰县", "county", "422800"),
    ("422828100", "容美镇", "township", "422828"),
    ("422828101", "太平镇", "township", "422828"),
    ("422828100001", "容美村村民委员会", "village", "422828100"),
    ("422828101001", "鹤峰社区居委会", "village", "422828101"),
    ("422828101002", "大坡村", "village", "422828101"),
    ("450000", "广西壮族自治区", "province", ""),
    ("450224", "融安县", "county", "450000"),
    ("450224203", "大坡乡", "township", "450224"),
    ("450224203001", "新大坡村", "village", "450224203"),
)  # fmt: skip
INDEX = NameIndex(make_tree("", [make_edition(ROWS)], since=None))


def found(text: str, level: Level | None = None, limit: int = 20) -> list[Hit]:
    return INDEX.search(Query(text, AS_OF, limit, level))


def codes(hits: Sequence[Hit], match: Match | None = None) -> list[str]:
    return [each.region.code for each in hits if match in (None, each.match)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("鹤峰", ["422828", "422828101001"]),
        ("容美", ["422828100", "422828100001"]),
        ("大坡", ["450224203", "422828101002", "450224203001"]),
        ("容美镇", ["422828100"]),
        ("坡", ["450224203", "422828101002", "450224203001"]),
        ("鹤峰 大坡", ["422828101002"]),
        ("湖北 恩施 容美", ["422828100", "422828100001"]),
        ("广西 容美", []),
        ("没有", []),
        ("  ", []),
    ],
)
def test_a_part_of_a_name_finds_the_regions_higher_levels_first(text: str, expected: list[str]) -> None:
    assert codes(found(text)) == expected


def test_exact_names_come_before_beginnings_and_these_before_the_rest() -> None:
    rows = [*ROWS, ("422828102", "新大坡", "township", "422828"), ("422828103", "大坡", "township", "422828")]
    index = NameIndex(make_tree("", [make_edition(rows)], since=None))
    hits = index.search(Query("大坡", AS_OF))

    assert [each.match for each in hits] == [Match.EXACT, Match.PREFIX, Match.PREFIX, Match.CONTAINS, Match.CONTAINS]
    assert codes(hits) == ["422828103", "450224203", "422828101002", "422828102", "450224203001"]


def test_the_whole_path_is_shown() -> None:
    assert [each.name for each in found("容美镇")[0].path] == ["湖北省", "恩施土家族苗族自治州", "鹤峰县", "容美镇"]


def test_level_and_limit_narrow_the_answer() -> None:
    assert codes(found("大坡", Level.VILLAGE)) == ["422828101002", "450224203001"]
    assert codes(found("大坡", limit=1)) == ["450224203"]
    assert codes(found("鹤峰 大坡", Level.TOWNSHIP)) == []


@pytest.mark.parametrize(
    ("text", "code", "alike"),
    [
        ("容美街道办事处", "422828100", Likeness.OTHER_KIND),
        ("容美乡", "422828100", Likeness.OTHER_KIND),
        ("容美村委会", "422828100001", Likeness.SAME_KIND_IN_OTHER_WORDS),
    ],
)
def test_a_name_of_another_kind_is_only_proposed(text: str, code: str, alike: Likeness) -> None:
    hit = next(each for each in found(text) if each.region.code == code)

    assert (hit.match, hit.likeness) == (Match.PROPOSAL, alike)


def test_a_proposal_never_stands_before_a_hit() -> None:
    matches = [each.match for each in found("大坡乡")]

    assert matches == sorted(matches, key=list(Match).index)
    assert codes(found("大坡乡"), Match.EXACT) == ["450224203"]


def test_a_former_name_is_found_and_said_to_be_one() -> None:
    index = NameIndex(make_tree(HANGZHOU_CHANGES, level=Level.COUNTY))

    assert [(each.region.code, each.match) for each in index.search(Query("江干", AS_OF))] == [("330104", Match.FORMER)]
    assert [(each.region.code, each.match) for each in index.search(Query("江干", BEFORE))] == [
        ("330104", Match.PREFIX)
    ]


def test_a_level_that_is_not_known_on_the_day_is_not_shown_as_if_it_were() -> None:
    index = NameIndex(make_tree(HANGZHOU_CHANGES, level=Level.COUNTY))

    assert all(each.match is Match.FORMER for each in index.search(Query("清波街道", date(2022, 1, 1))))


@given(
    st.lists(st.text("大坡村乡镇新", min_size=1, max_size=4), min_size=1, max_size=12),
    st.text("大坡村新", min_size=1, max_size=3),
)
def test_search_finds_what_a_look_at_every_name_finds(names: list[str], text: str) -> None:
    rows = [("420000", "省", "province", "")]
    rows += [(f"4200{i + 10}", name, "county", "420000") for i, name in enumerate(names)]
    index = NameIndex(make_tree("", [make_edition(rows)], since=None))
    hits = index.search(Query(text, AS_OF, 100))

    assert {each.region.code for each in hits if each.match is not Match.PROPOSAL} == {
        code for code, name, _, _ in rows if text in name
    }
    for each in hits:
        if each.match is Match.EXACT:
            assert each.region.name == text
        if each.match is Match.PREFIX:
            assert each.region.name.startswith(text)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("容美镇", "容美镇", Likeness.SAME),
        ("\uff13村", "3村", Likeness.SAME_SPELT_OTHERWISE),
        ("长 乐", "长乐", Likeness.SAME_SPELT_OTHERWISE),
        ("和平街道", "和平街道办事处", Likeness.SAME_KIND_IN_OTHER_WORDS),
        ("大坡村委会", "大坡村村民委员会", Likeness.SAME_KIND_IN_OTHER_WORDS),
        ("大坡村", "大坡社区", Likeness.OTHER_KIND),
        ("大坡乡", "大坡镇", Likeness.OTHER_KIND),
        ("仁和镇", "仁和地区", Likeness.OTHER_KIND),
        ("容美镇", "走马镇", Likeness.DIFFERENT),
    ],
)
def test_how_alike_two_names_are(one: str, other: str, expected: Likeness) -> None:
    assert likeness(one, other) is expected
    assert likeness(other, one) is expected


@given(st.text(max_size=8))
def test_stem_and_kind_make_up_the_plain_name(name: str) -> None:
    stem, _ = parted(plain(name))

    assert plain(name).startswith(stem)
    assert likeness(name, name) is Likeness.SAME
