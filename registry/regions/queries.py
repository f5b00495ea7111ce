"""Imports about regions in the database: rows in and out by columns, which is quick for hundreds of thousands."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.regions.changes import Change, ChangeKind, Side
from registry.regions.coverage import Statement
from registry.regions.facts import Fact
from registry.regions.history import Edition
from registry.regions.matching import MatchKind, RegionMatch
from registry.regions.models import ChangeRow, DivisionRow, FactRow, Matching, MatchRow, RegionImport
from registry.regions.reference import DEPTH, LEVELS, Level

_DEPTHS = {str(level): depth for level, depth in DEPTH.items()}


def list_imports(session: Session, system: str | None = None) -> Sequence[RegionImport]:
    """In the order in which they came; with a system, those of its divisions and changes."""
    statement = select(RegionImport).order_by(RegionImport.number)
    if system is not None:
        statement = statement.where(RegionImport.system == system)
    return session.scalars(statement).all()


def next_number(session: Session) -> int:
    return (session.scalar(select(func.max(RegionImport.number))) or 0) + 1


def list_systems(session: Session) -> Sequence[str]:
    """Code systems with divisions; the ministry's first, then the statistics bureau's, then own ones."""
    statement = select(RegionImport.system).where(RegionImport.kind == "divisions").distinct()
    order = {"mca": 0, "nbs": 1}
    return sorted((each for each in session.scalars(statement) if each), key=lambda each: (order.get(each, 2), each))


def statements_of(imports: Sequence[RegionImport]) -> list[Statement]:
    return [
        Statement(each.complete_from, each.complete_to, DEPTH[Level(each.complete_level)])
        for each in imports
        if each.complete_from is not None and each.complete_to is not None and each.complete_level is not None
    ]


def load_edition(session: Session, imported: RegionImport) -> Edition:
    assert imported.as_of is not None
    table = DivisionRow
    statement = (
        select(table.code, table.name, table.level, table.parent_code, table.valid_from, table.valid_to)
        .where(table.import_number == imported.number)
        .order_by(table.place)
    )
    codes: list[str] = []
    names: list[str] = []
    depths: list[int] = []
    parents: list[str | None] = []
    starts: dict[int, date] = {}
    ends: dict[int, date] = {}
    for place, (code, name, level, parent, start, end) in enumerate(session.execute(statement)):
        codes.append(code)
        names.append(name)
        depths.append(_DEPTHS[level])
        parents.append(parent)
        if start is not None:
            starts[place] = start
        if end is not None:
            ends[place] = end
    return Edition(imported.as_of, codes, names, depths, parents, starts, ends)


def load_changes(session: Session, imports: Sequence[RegionImport]) -> list[Change]:
    """Of these imports, each with the file and the row that it came from."""
    files = {each.number: each.file_name for each in imports if each.kind == "changes"}
    statement = (
        select(ChangeRow).where(ChangeRow.import_number.in_(files)).order_by(ChangeRow.import_number, ChangeRow.place)
    )
    return [_change(row, files[row.import_number]) for row in session.scalars(statement)]


def _change(row: ChangeRow, file: str) -> Change:
    return Change(
        row.changed_on,
        ChangeKind(row.kind),
        None if row.from_code is None else Side("from", row.from_code, row.from_name, row.from_parent),
        None if row.to_code is None else Side("to", row.to_code, row.to_name, row.to_parent),
        None if row.level is None else DEPTH[Level(row.level)],
        file=file,
        row=row.place,
    )


def columns_of_edition(number: int, edition: Edition) -> dict[str, Sequence[Any]]:
    rows = range(len(edition.codes))
    words = [str(level) for level in LEVELS]
    columns: dict[str, Sequence[Any]] = {
        "import_number": [number] * len(rows),
        "place": rows,
        "code": edition.codes,
        "name": edition.names,
        "level": [words[depth] for depth in edition.depths],
        "parent_code": edition.parents,
    }
    for name, days in (("valid_from", edition.starts), ("valid_to", edition.ends)):
        if days:
            columns[name] = [days.get(place) for place in rows]
    return columns


def columns_of_changes(number: int, changes: Sequence[Change]) -> dict[str, Sequence[Any]]:
    sides = {"from": [each.before for each in changes], "to": [each.after for each in changes]}
    columns: dict[str, Sequence[Any]] = {
        "import_number": [number] * len(changes),
        "place": [each.row for each in changes],
        "changed_on": [each.on for each in changes],
        "kind": [str(each.kind) for each in changes],
        "level": [None if each.depth is None else str(LEVELS[each.depth]) for each in changes],
    }
    for end, found in sides.items():
        columns |= {
            f"{end}_code": [None if each is None else each.code for each in found],
            f"{end}_name": ["" if each is None else each.name for each in found],
            f"{end}_parent": ["" if each is None else each.parent for each in found],
        }
    return columns


def load_facts(session: Session, key: str | None, system: str, codes: Sequence[str]) -> list[Fact]:
    """Of all regions that ever had one of these codes; key None: all keys."""
    statement = select(FactRow).where(FactRow.system == system, FactRow.code.in_(codes))
    if key is not None:
        statement = statement.where(FactRow.key == key)
    found = session.scalars(statement.order_by(FactRow.import_number, FactRow.place))
    return [
        Fact(
            row.system, row.code, row.coded_on, row.key, row.value, row.valid_from, row.valid_to, row.source,
            row.recorded_at, (row.import_number, row.place),
        )
        for row in found
    ]  # fmt: skip


def find_matching(session: Session, mca_import: int, nbs_import: int) -> Matching | None:
    statement = select(Matching).where(Matching.mca_import == mca_import, Matching.nbs_import == nbs_import)
    return session.scalar(statement)


def list_matches(
    session: Session, number: int, *, system: str | None = None, code: str | None = None
) -> list[RegionMatch]:
    """All of a run, or those of one code."""
    statement = select(MatchRow).where(MatchRow.matching_number == number).order_by(MatchRow.place)
    if code is not None:
        statement = statement.where((MatchRow.mca_code if system == "mca" else MatchRow.nbs_code) == code)
    return [
        RegionMatch(MatchKind(row.kind), DEPTH[Level(row.level)], row.mca_code, row.nbs_code)
        for row in session.scalars(statement)
    ]
