"""Dated changes of divisions: what kinds there are, and the rules that one row of a file has to keep. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from registry.errors import Violation
from registry.regions.coverage import Statement
from registry.regions.reference import LEVELS, Level, code_fault, name_fault, read_day


class ChangeKind(StrEnum):
    """Of merged regions each old one leads to the new one, of a split one each new one comes from the old one.

    A region that goes on under its code after a merger or a split is another one: it leads from its code to its code.
    """

    RENAMED = "renamed"
    RECODED = "recoded"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    ABOLISHED = "abolished"
    ESTABLISHED = "established"


# One region before and the same one after.
IDENTITY = frozenset({ChangeKind.RENAMED, ChangeKind.RECODED, ChangeKind.MOVED})
COLUMNS = ("on", "kind", "from_code", "to_code")
OPTIONAL_COLUMNS = ("from_name", "from_parent", "to_name", "to_parent", "level")
_SEEN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a change. Name and parent are empty where they follow from the divisions."""

    end: Literal["from", "to"]
    code: str
    name: str = ""
    parent: str = ""

    def column(self, what: str) -> str:
        return "level" if what == "level" else f"{self.end}_{what}"


@dataclass(frozen=True, slots=True)
class Change:
    """From the day `on` things are as `after` says. depth: of the regions that come or go.

    complete_to_depth: down to which level the file tells all changes. file, row: where it was read.
    """

    on: date
    kind: ChangeKind
    before: Side | None
    after: Side | None
    depth: int | None = None
    complete_to_depth: int = -1
    file: str | None = None
    row: int | None = None

    def read_from(self, file: str, row: int) -> "Change":
        return replace(self, file=file, row=row)

    def fault(self, code: str, message: str, column: str, value: str) -> Violation:
        return Violation(
            code,
            message,
            _FIXES[code],
            file=self.file,
            row=self.row,
            column=column or None,
            value=value[:_SEEN_CHARACTERS],
        )


_FIXES = {
    "not-valid": "Correct the code or the day, or add the change that brought the region about.",
    "still-valid": "Correct the code or the day; a region that is merged or split leads from its code to its code.",
    "contradicts": "Correct it, or leave it empty.",
    "missing-value": "Fill it in: it does not follow from the divisions.",
    "orphan": "Add the changes of the regions in it (moved, recoded), or name a higher level with --down-to.",
}


def read_change(cells: Mapping[str, str], system: str) -> tuple[Change | None, list[tuple[str, str, str, str]]]:
    """A row as a change, or its faults: column, rule, sentence, what to do."""
    faults = [*_cell_faults(cells, system)]
    if faults:
        return None, faults
    kind = ChangeKind(cells["kind"])
    before = _side("from", cells) if kind is not ChangeKind.ESTABLISHED else None
    after = _side("to", cells) if kind is not ChangeKind.ABOLISHED else None
    day = read_day(cells["on"])
    assert day is not None
    depth = LEVELS.index(Level(cells["level"])) if cells.get("level") else None
    faults = [*_kind_faults(kind, cells)]
    return (None, faults) if faults else (Change(day, kind, before, after, depth), [])


def _side(end: Literal["from", "to"], cells: Mapping[str, str]) -> Side:
    return Side(end, cells[f"{end}_code"], cells.get(f"{end}_name", ""), cells.get(f"{end}_parent", ""))


def _cell_faults(cells: Mapping[str, str], system: str) -> Iterator[tuple[str, str, str, str]]:
    if read_day(cells["on"]) is None:
        yield "on", "bad-day", "The day is not one as 2021-04-09.", "Write year, month and day with hyphens."
    if cells["kind"] not in set(ChangeKind):
        yield "kind", "unknown-kind", "This kind of change is not known.", f"Write one of: {', '.join(ChangeKind)}."
    level = cells.get("level", "")
    if level and level not in set(Level):
        yield "level", "unknown-level", "This level is not known.", f"Write one of: {', '.join(Level)}, or nothing."
    yield from _code_faults(cells, system)
    for column in ("from_name", "to_name"):
        if cells.get(column) and (found := name_fault(cells[column])):
            yield column, *found


def _code_faults(cells: Mapping[str, str], system: str) -> Iterator[tuple[str, str, str, str]]:
    wanted = {"from_code": cells["kind"] != "established", "to_code": cells["kind"] != "abolished"}
    for column, is_wanted in wanted.items():
        if is_wanted and (found := code_fault(system, cells[column], None)):
            yield column, *found
        if not is_wanted and cells[column]:
            yield column, "surplus-code", f"A region that is {cells['kind']} has no such side.", "Leave it empty."
    for column in ("from_parent", "to_parent"):
        if cells.get(column) and (found := code_fault(system, cells[column], None)):
            yield column, *found


def _kind_faults(kind: ChangeKind, cells: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    same_code = cells["from_code"] == cells["to_code"]
    names = cells.get("from_name", ""), cells.get("to_name", "")
    parents = cells.get("from_parent", ""), cells.get("to_parent", "")
    if kind is ChangeKind.RENAMED:
        if not same_code:
            yield "to_code", "bad-change", "A region that is renamed keeps its code.", "Use recoded where it changes."
        if not all(names) or names[0] == names[1]:
            yield "to_name", "bad-change", "A region that is renamed has two different names.", "Give both."
    if kind is ChangeKind.RECODED and same_code:
        yield "to_code", "bad-change", "A region that is recoded has two different codes.", "Give both."
    if kind is ChangeKind.MOVED and (not all(parents) or parents[0] == parents[1]):
        yield "to_parent", "bad-change", "A region that is moved lies in two different ones.", "Give both parents."


def with_depths(changes: Sequence[Change], statements: Sequence[Statement]) -> list[Change]:
    """Each with the level down to which all changes of its day are known."""

    def depth(on: date) -> int:
        return max((each.depth for each in statements if each.first <= on <= each.last), default=-1)

    return [replace(each, complete_to_depth=depth(each.on)) for each in changes]
