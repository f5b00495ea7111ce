"""Files about regions: every fault at once with row, column, value and what to do; all formats alike."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from region_samples import AS_OF, HANGZHOU, HANGZHOU_CHANGES, changes_file, divisions_file, write_csv

from registry.errors import Unreadable
from registry.regions.inputs import read_changes, read_divisions, read_facts
from registry.regions.region_errors import DivisionsRejected

DIVISIONS, FACTS = "code,name,level,parent_code", "region,key,value,valid_from,valid_to,source"


def faults(caught: pytest.ExceptionInfo[DivisionsRejected]) -> list[tuple[int | None, str | None, str]]:
    assert all(each.fix for each in caught.value.violations)
    return [(each.row, each.column, each.code) for each in caught.value.violations]


def test_all_faults_of_a_file_of_divisions_are_found_at_once(tmp_path: Path) -> None:
    lines = [
        "420000,湖北省,province,",
        "422800,恩施州,prefecture,420000",
        "422828,鹤峰县,county,422899",
        "42282810,容美镇,township,422828",
        "422828101,,township,422828",
        "422828102,燕\u200b子镇,township,422828",
        "422828103,太平镇,town,422828",
        "422828104,中营镇,township,",
        "4.22828E+08,下坪乡,township,422828",
        "422800,恩施州,prefecture,420000",
        "422829,同级,county,422828",
        "4228,短,prefecture,420000",
    ]
    with pytest.raises(DivisionsRejected, match="Nothing was imported") as caught:
        read_divisions(write_csv(tmp_path / "d.csv", DIVISIONS, lines), "mca", AS_OF)

    assert faults(caught) == [
        (4, "parent_code", "orphan"),
        (5, "code", "bad-code"),
        (6, "name", "missing-name"),
        (7, "name", "hidden-character"),
        (8, "level", "unknown-level"),
        (9, "parent_code", "missing-parent"),
        (10, "code", "lost-digits"),
        (11, "code", "doubled-code"),
        (12, "parent_code", "orphan"),
        (13, "code", "bad-code"),
    ]
    assert "422899" in str(caught.value)


def test_rows_that_tell_their_days_are_held_to_them(tmp_path: Path) -> None:
    lines = [
        "a,区,county,p,2020-01-01,2019-01-01",
        "p,省,province,,2020-06-01,",
        "b,区,county,p,2020-01-01,",
        "c,区,county,p,2020-13-01,",
        "d,区,county,p,2021-01-01,",
        "d,新区,county,p,2022-01-01,",
    ]
    with pytest.raises(DivisionsRejected) as caught:
        read_divisions(write_csv(tmp_path / "d.csv", f"{DIVISIONS},valid_from,valid_to", lines), "own:zones", AS_OF)

    assert faults(caught) == [
        (2, "valid_to", "days-out-of-order"),
        (4, "parent_code", "orphan"),
        (5, "valid_from", "bad-day"),
        (5, "parent_code", "orphan"),
        (7, "code", "doubled-code"),
    ]


def test_a_heading_that_is_not_ours_is_named_column_by_column(tmp_path: Path) -> None:
    with pytest.raises(DivisionsRejected) as caught:
        read_divisions(write_csv(tmp_path / "d.csv", "code,nam,level", ["1,2,3"]), "mca", AS_OF)

    assert faults(caught) == [
        (1, "name", "missing-column"),
        (1, "parent_code", "missing-column"),
        (1, "nam", "unknown-column"),
    ]


def test_the_format_and_the_order_of_the_rows_make_no_difference(tmp_path: Path) -> None:
    frame = pd.DataFrame(HANGZHOU[::-1], columns=DIVISIONS.split(","))
    frame.to_excel(tmp_path / "d.xlsx", index=False)
    frame.to_parquet(tmp_path / "d.parquet", index=False)
    given = [read_divisions(divisions_file(tmp_path), "mca", AS_OF)]
    given += [read_divisions(tmp_path / name, "mca", AS_OF) for name in ("d.xlsx", "d.parquet")]

    assert len({each.content_sha256 for each in given}) == 1
    assert all(len(each.edition.codes) == len(HANGZHOU) for each in given)
    other = divisions_file(tmp_path, HANGZHOU[:-1], "other.csv")
    assert read_divisions(other, "mca", AS_OF).content_sha256 != given[0].content_sha256


def test_full_width_digits_are_read_as_ordinary_ones(tmp_path: Path) -> None:
    given = read_divisions(
        write_csv(tmp_path / "d.csv", DIVISIONS, ["\uff14\uff12\uff10\uff10\uff10\uff10,湖北省,province,"]),
        "mca",
        AS_OF,
    )

    assert list(given.edition.codes) == ["420000"]


def test_all_faults_of_a_file_of_changes_are_found_at_once(tmp_path: Path) -> None:
    lines = "\n".join(
        [
            "2021-4-9,renamed,330106,旧,,330106,新,,",
            "2021-04-09,joined,330106,,,330107,,,",
            "2021-04-09,renamed,330106,旧,,330107,新,,",
            "2021-04-09,renamed,330106,新,,330106,新,,",
            "2021-04-09,recoded,330106,,,330106,,,",
            "2021-04-09,moved,330106,,330100,330106,,330100,",
            "2021-04-09,established,330106,,,330107,新,330100,county",
            "2021-04-09,abolished,330106,旧,330100,33010,,,kreis",
            "2021-04-09,recoded,330199,,,330106,,,",
            "2021-04-09,recoded,330199,,,330106,,,",
        ]
    )
    with pytest.raises(DivisionsRejected) as caught:
        read_changes(changes_file(tmp_path, lines), "mca")

    assert faults(caught) == [
        (2, "on", "bad-day"),
        (3, "kind", "unknown-kind"),
        (4, "to_code", "bad-change"),
        (5, "to_name", "bad-change"),
        (6, "to_code", "bad-change"),
        (7, "to_parent", "bad-change"),
        (8, "from_code", "surplus-code"),
        (9, "level", "unknown-level"),
        (9, "to_code", "surplus-code"),
    ]


def test_a_row_that_stands_twice_is_named(tmp_path: Path) -> None:
    line = HANGZHOU_CHANGES.splitlines()[0]
    with pytest.raises(DivisionsRejected) as caught:
        read_changes(changes_file(tmp_path, f"{line}\n{line}"), "mca")

    assert faults(caught) == [(3, None, "doubled-row")]


def test_all_faults_of_a_file_of_facts_are_found_at_once(tmp_path: Path) -> None:
    lines = [
        "mca:422828,terrain,mountain,2020-01-01,,survey",
        "422828,terrain,mountain,2020-01-01,,survey",
        "mca:422828,Terrain!,mountain,2020-01-01,,survey",
        "mca:422828,terrain,mountain,,,survey",
        "mca:422828,terrain,mountain,2020-01-01,2019-01-01,",
        f"mca:422828,terrain,{'山' * 201},2020-01-01,,survey",
    ]
    with pytest.raises(DivisionsRejected) as caught:
        read_facts(write_csv(tmp_path / "f.csv", FACTS, lines))

    assert faults(caught) == [
        (3, "region", "bad-region-reference"),
        (4, "key", "bad-key"),
        (5, "valid_from", "bad-day"),
        (6, "source", "missing-source"),
        (6, "valid_to", "days-out-of-order"),
        (7, "value", "long-text"),
    ]


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read"):
        read_divisions(tmp_path / "none.csv", "mca", date(2025, 1, 1))
