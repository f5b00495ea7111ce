"""Divisions and changes for tests, small enough to be read.

HANGZHOU is example data after the changes of 2021-04-09 in Hangzhou: 上城区 and 江干区 became a new 上城区, 下城区 and
拱墅区 a new 拱墅区, and 余杭区 was divided into a new 余杭区 and 临平区. Only counties are told.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from registry.regions.answers import Resolution
from registry.regions.changes import Change, read_change, with_depths
from registry.regions.coverage import Statement, coverage
from registry.regions.history import Edition, History, derive
from registry.regions.reference import DEPTH, LEVELS, Level, read_reference
from registry.regions.tree import Tree

AS_OF = date(2025, 12, 31)
THE_DAY = date(2021, 4, 9)
BEFORE, AFTER = date(2021, 4, 8), date(2021, 4, 10)
SINCE = date(2021, 1, 1)

Row = tuple[str, str, str, str]
HANGZHOU: tuple[Row, ...] = (
    ("330000", "浙江省", "province", ""),
    ("330100", "杭州市", "prefecture", "330000"),
    ("330102", "上城区", "county", "330100"),
    ("330105", "拱墅区", "county", "330100"),
    ("330106", "西湖区", "county", "330100"),
    ("330110", "余杭区", "county", "330100"),
    ("330113", "临平区", "county", "330100"),
    ("330102001", "清波街道", "township", "330102"),
    ("420000", "湖北省", "province", ""),
    ("422800", "恩施土家族苗族自治州", "prefecture", "420000"),
    ("422828", "鹤峰县", "county", "422800"),
    ("422828100", "容美镇", "township", "422828"),
)
CHANGE_HEADING = "on,kind,from_code,from_name,from_parent,to_code,to_name,to_parent,level"
HANGZHOU_CHANGES = """\
2021-04-09,merged,330102,上城区,330100,330102,上城区,330100,county
2021-04-09,merged,330104,江干区,330100,330102,上城区,330100,county
2021-04-09,merged,330103,下城区,330100,330105,拱墅区,330100,county
2021-04-09,merged,330105,拱墅区,330100,330105,拱墅区,330100,county
2021-04-09,split,330110,余杭区,330100,330110,余杭区,330100,county
2021-04-09,split,330110,余杭区,330100,330113,临平区,330100,county
"""
# Invented, for a town that got another code, and another name later.
TOWN_CHANGES = """\
2022-03-01,recoded,422828209,,,422828100,,,
2023-05-01,renamed,422828100,容阳镇,,422828100,容美镇,,
"""


def make_edition(rows: Iterable[Row] = HANGZHOU, as_of: date = AS_OF) -> Edition:
    codes, names, levels, parents = (list(each) for each in zip(*rows, strict=True))
    return Edition(as_of, codes, names, [DEPTH[Level(each)] for each in levels], [each or None for each in parents])


def make_changes(lines: str) -> list[Change]:
    heading = CHANGE_HEADING.split(",")
    found = []
    for row, line in enumerate(lines.splitlines(), start=2):
        change, faults = read_change(dict(zip(heading, line.split(","), strict=True)), "mca")
        assert change is not None, faults
        found.append(change.read_from("changes.csv", row))
    return found


def make_history(
    lines: str = "",
    editions: Sequence[Edition] = (),
    *,
    since: date | None = SINCE,
    until: date = AS_OF,
    level: Level = LEVELS[-1],
) -> History:
    """since: all changes from this day are told, down to the level."""
    taken = list(editions) or [make_edition()]
    statements = [] if since is None else [Statement(since, until, DEPTH[level])]
    changes = with_depths(make_changes(lines), statements)
    return derive(taken, changes, coverage([each.as_of for each in taken], statements))


def make_tree(lines: str = "", editions: Sequence[Edition] = (), **claim: date | Level | None) -> Tree:
    history = make_history(lines, editions, **claim)  # type: ignore[arg-type]
    assert history.violations == ()
    return Tree("mca", history)


def hangzhou() -> Tree:
    return make_tree(HANGZHOU_CHANGES + TOWN_CHANGES, level=Level.COUNTY)


def resolved(tree: Tree, reference: str, on: date) -> Resolution:
    return tree.resolve(read_reference(reference), on)


def covers(tree: Tree, outer: str, inner: str, on: date) -> bool | None:
    return tree.covers(read_reference(outer), read_reference(inner), on).value


def related(found: Resolution) -> list[str]:
    return [f"{each.code} {each.name}" for each in found.related]


def write_csv(path: Path, heading: str, lines: Iterable[str]) -> Path:
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def divisions_file(folder: Path, rows: Iterable[Row] = HANGZHOU, name: str = "divisions.csv") -> Path:
    return write_csv(folder / name, "code,name,level,parent_code", (",".join(each) for each in rows))


def changes_file(folder: Path, lines: str = HANGZHOU_CHANGES, name: str = "changes.csv") -> Path:
    return write_csv(folder / name, CHANGE_HEADING, lines.splitlines())
