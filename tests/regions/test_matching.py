"""Two official code systems held against each other: never a join on codes alone."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from region_samples import Row, make_edition

from registry.regions.matching import MatchKind, counts, match_editions

TOP: list[Row] = [("420000", "湖北省", "province", ""), ("422828", "鹤峰县", "county", "420000")]


def towns(names: dict[str, str], parent: str = "422828") -> list[Row]:
    return [(code, name, "township", parent) for code, name in names.items()]


def matched(mca: dict[str, str], nbs: dict[str, str]) -> list[tuple[str | None, str | None, str]]:
    found = match_editions(make_edition(TOP + towns(mca)), make_edition(TOP + towns(nbs), date(2023, 6, 30)))
    return [(each.mca_code, each.nbs_code, str(each.kind)) for each in found if each.depth == 3]


def test_each_kind_of_match() -> None:
    mca = {
        "422828100": "容美镇", "422828101": "和平街道", "422828102": "太平镇", "422828103": "燕子镇",
        "422828104": "新设镇",
    }  # fmt: skip
    nbs = {
        "422828100": "容美镇", "422828101": "和平街道办事处", "422828102": "走马镇", "422828103": "五里乡",
        "422828200": "太平镇", "422828400": "农场",
    }  # fmt: skip

    assert matched(mca, nbs) == [
        ("422828100", "422828100", "same_code_same_name"),
        ("422828101", "422828101", "same_code_similar_name"),
        (None, "422828102", "only_in_nbs"),
        ("422828102", "422828200", "moved_code_same_name_in_same_county"),
        ("422828103", "422828103", "same_code_other_name"),
        ("422828104", None, "only_in_mca"),
        (None, "422828400", "only_in_nbs"),
    ]


def test_codes_that_changed_places_are_not_joined_on_the_code() -> None:
    mca, nbs = {"422828100": "甲镇", "422828101": "乙镇"}, {"422828100": "乙镇", "422828101": "甲镇"}

    assert matched(mca, nbs) == [
        ("422828100", "422828101", "moved_code_same_name_in_same_county"),
        ("422828101", "422828100", "moved_code_same_name_in_same_county"),
    ]


def test_a_name_that_is_there_twice_is_not_guessed() -> None:
    mca, nbs = {"422828100": "甲镇"}, {"422828200": "甲镇", "422828201": "甲镇"}

    assert [kind for *_, kind in matched(mca, nbs)] == ["only_in_mca", "only_in_nbs", "only_in_nbs"]


def test_levels_that_one_system_lacks_are_left_out() -> None:
    villages = [("422828100001", "村", "village", "422828100")]
    nbs = make_edition([*TOP, *towns({"422828100": "容美镇"}), *villages], date(2023, 6, 30))
    found = match_editions(make_edition(TOP + towns({"422828100": "容美镇"})), nbs)

    assert counts(found) == {(depth, MatchKind.SAME_CODE_SAME_NAME): 1 for depth in (0, 2, 3)}


CODES = st.sampled_from([f"4228281{number:02}" for number in range(8)])
NAMES = st.sampled_from(["甲镇", "甲乡", "乙镇", "丙街道", "丙街道办事处"])


@given(st.dictionaries(CODES, NAMES), st.dictionaries(CODES, NAMES))
def test_every_code_of_either_side_is_matched_exactly_once(mca: dict[str, str], nbs: dict[str, str]) -> None:
    found = matched(mca, nbs)

    assert sorted(ours for ours, _, _ in found if ours) == sorted(mca) if nbs and mca else True
    assert sorted(theirs for _, theirs, _ in found if theirs) == sorted(nbs) if nbs and mca else True
    for ours, theirs, kind in found:
        if kind in ("same_code_same_name", "moved_code_same_name_in_same_county"):
            assert ours is not None
            assert theirs is not None
            assert mca[ours] == nbs[theirs]
        if kind in ("only_in_mca", "only_in_nbs"):
            assert None in (ours, theirs)
        elif kind != "moved_code_same_name_in_same_county":
            assert ours == theirs
