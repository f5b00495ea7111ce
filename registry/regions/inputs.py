"""Users' files about regions, and the divisions that are shipped, as checked rows; all faults at once, by row."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from registry import documents
from registry.canonical import sha256_hex
from registry.errors import Unreadable, Violation
from registry.file_reader import OWN_FILE, read_file
from registry.ids import clean_text, with_ordinary_digits
from registry.parsing import TextTable
from registry.regions import changes as change_rules
from registry.regions import facts as fact_rules
from registry.regions.changes import Change, read_change
from registry.regions.edition_rules import ORPHAN_RULES, orphans, overlaps
from registry.regions.history import Edition
from registry.regions.reference import (
    DEPTH,
    MCA,
    Level,
    Reference,
    code_fault,
    name_fault,
    read_day,
    read_reference,
)
from registry.regions.region_errors import DivisionsRejected, ReferenceRejected

SHIPPED_AS_OF = date(2025, 12, 31)
_SHIPPED = f"{MCA}-{SHIPPED_AS_OF}.csv"
_DIVISIONS = ("code", "name", "level", "parent_code")
_DAYS = ("valid_from", "valid_to")
_SEEN_CHARACTERS = 80
_DEPTHS = {str(level): depth for level, depth in DEPTH.items()}

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class DivisionsFile:
    """Checked rows of an edition. content_sha256: of the rows, in whatever order and format they came."""

    name: str
    edition: Edition
    content_sha256: str


@dataclass(frozen=True, slots=True)
class ChangesFile:
    name: str
    changes: tuple[Change, ...]
    content_sha256: str


@dataclass(frozen=True, slots=True)
class FactRowIn:
    """A row of a file of facts; value None ends what was said before."""

    region: Reference
    key: str
    value: str | None
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class FactsFile:
    name: str
    facts: tuple[FactRowIn, ...]
    content_sha256: str


@dataclass(slots=True)
class _Rows:
    """Clean cells by column, and what is wrong with them."""

    table: TextTable
    faults: list[Violation] = field(default_factory=list)

    def column(self, name: str, change: Callable[[str], str] = clean_text) -> list[str]:
        """Empty texts where the file lacks the column."""
        column = self.table.columns.get(name)
        if column is None:
            return [""] * len(self.table)
        clean = [change(value) for value in column.values]
        return [clean[code] for code in column.codes]

    def refuse(self, index: int, column: str, fault: tuple[str, str, str], value: str) -> None:
        rule, message, fix = fault
        self.faults.append(
            Violation(
                rule,
                message,
                fix,
                file=self.table.name,
                row=self.table.rows[index],
                column=self.table.column_label(column) if column else None,
                value=value[:_SEEN_CHARACTERS],
                sheet=self.table.sheet,
            )
        )

    def finish(self) -> None:
        """Raises DivisionsRejected where anything was wrong, in the order of the file."""
        faults = sorted([*self.table.bad_record_violations(), *self.faults], key=lambda each: each.row or 0)
        if faults:
            rows = len({each.row for each in faults})
            sentence = f"{self.table.name}: {rows} row(s) break {len(faults)} rule(s). Nothing was imported."
            raise DivisionsRejected(sentence, faults)


def read_divisions(
    path: Path, system: str, as_of: date, progress: Progress = lambda _share, _step: None
) -> DivisionsFile:
    """A file of one edition. Raises Unreadable, DivisionsRejected."""
    progress(0.0, "Reading the file")
    rows = _Rows(_table(path, _DIVISIONS, _DAYS))
    progress(0.3, "Checking the rows")
    codes, levels, parents = (rows.column(name, _code_text) for name in ("code", "level", "parent_code"))
    names = rows.column("name")
    depths = _checked_rows(rows, system, codes, names, levels)
    starts, ends = (_days(rows, name) for name in _DAYS)
    for index in starts.keys() & ends.keys():
        if ends[index] <= starts[index]:
            fault = "days-out-of-order", "The row ends before it begins.", "valid_to is the first day after it."
            rows.refuse(index, "valid_to", fault, str(ends[index]))
    edition = Edition(as_of, codes, names, depths, [each or None for each in parents], starts, ends)
    _check_parents(rows, edition)
    for earlier, later in overlaps(edition):
        fault = (
            "doubled-code",
            f"The code stands in row {rows.table.rows[earlier]} too, for the same days.",
            "Keep one of the rows, or give them days that are apart.",
        )
        rows.refuse(later, "code", fault, codes[later])
    rows.finish()
    days = (
        [str(each.get(i) or "") for i in range(len(codes))] if each else [""] * len(codes) for each in (starts, ends)
    )
    return DivisionsFile(rows.table.name, edition, _digest(zip(codes, names, levels, parents, *days, strict=True)))


def shipped_divisions(progress: Progress = lambda _share, _step: None) -> DivisionsFile:
    """Those of the Ministry of Civil Affairs down to townships. Raises DocumentNotFound."""
    return read_divisions(documents.divisions_path(_SHIPPED), MCA, SHIPPED_AS_OF, progress)


def read_changes(path: Path, system: str) -> ChangesFile:
    """Raises Unreadable, DivisionsRejected."""
    rows = _Rows(_table(path, change_rules.COLUMNS, change_rules.OPTIONAL_COLUMNS))
    names = (*change_rules.COLUMNS, *change_rules.OPTIONAL_COLUMNS)
    columns = {name: rows.column(name, clean_text if name.endswith("_name") else _code_text) for name in names}
    found, lines = [], []
    for index in range(len(rows.table)):
        cells = {name: values[index] for name, values in columns.items()}
        change, faults = read_change(cells, system)
        for column, *fault in faults:
            rows.refuse(index, column, (fault[0], fault[1], fault[2]), cells.get(column, ""))
        if change is not None:
            found.append(change.read_from(rows.table.name, rows.table.rows[index]))
            lines.append(tuple(cells.values()))
    _refuse_doubled(rows, lines)
    rows.finish()
    return ChangesFile(rows.table.name, tuple(found), _digest(lines))


def read_facts(path: Path) -> FactsFile:
    """Raises Unreadable, DivisionsRejected."""
    rows = _Rows(_table(path, tuple(name for name in fact_rules.COLUMNS if name != "valid_to"), ("valid_to",)))
    columns = {name: rows.column(name) for name in fact_rules.COLUMNS}
    starts, ends = _days(rows, "valid_from", is_needed=True), _days(rows, "valid_to")
    found, lines = [], []
    for index in range(len(rows.table)):
        cells = {name: values[index] for name, values in columns.items()}
        region = _reference(rows, index, cells["region"])
        for name in ("key", "value", "source"):
            if (fault := fact_rules.text_fault(name, cells[name])) is not None:
                rows.refuse(index, name, (fault.code, fault.message, fault.fix), cells[name])
        start, end = starts.get(index), ends.get(index)
        if start is not None and end is not None and end <= start:
            fault_of_days = (
                "days-out-of-order",
                "The fact ends before it begins.",
                "valid_to is the first day after it.",
            )
            rows.refuse(index, "valid_to", fault_of_days, str(end))
        if region is not None and start is not None:
            found.append(FactRowIn(region, cells["key"], cells["value"] or None, start, end, cells["source"]))
        lines.append(tuple(cells.values()))
    _refuse_doubled(rows, lines)
    rows.finish()
    return FactsFile(rows.table.name, tuple(found), _digest(lines))


def _table(path: Path, required: Sequence[str], optional: Sequence[str]) -> TextTable:
    try:
        table = read_file(path, name=path.name, limits=OWN_FILE)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error
    known = f"The columns are {', '.join(required)}; where needed also {', '.join(optional)}."
    faults = [
        Violation("missing-column", f"The column {name} is missing.", known, file=table.name, row=1, column=name)
        for name in required
        if name not in table.columns
    ] + [
        Violation("unknown-column", f"There is no column {name!r} here.", known, file=table.name, row=1, column=name)
        for name in table.heading
        if name not in {*required, *optional}
    ]
    if faults:
        raise DivisionsRejected(f"The heading of {table.name} is not as it should be. Nothing was imported.", faults)
    return table


def _code_text(text: str) -> str:
    return with_ordinary_digits(clean_text(text))


def _checked_rows(
    rows: _Rows, system: str, codes: Sequence[str], names: Sequence[str], levels: Sequence[str]
) -> list[int]:
    """Depths; -1 where the level is not known."""
    # Names repeat, and almost all are sound: each is judged once.
    name_faults = {name: fault for name in set(names) if (fault := name_fault(name))}
    depths = [_DEPTHS.get(level, -1) for level in levels]
    for index, (code, name, depth) in enumerate(zip(codes, names, depths, strict=True)):
        if name in name_faults:
            rows.refuse(index, "name", name_faults[name], name)
        if depth < 0:
            fault = "unknown-level", "This level is not known.", f"Write one of: {', '.join(Level)}."
            rows.refuse(index, "level", fault, levels[index])
        if found := code_fault(system, code, Level(levels[index]) if depth >= 0 else None):
            rows.refuse(index, "code", found, code)
    return depths


def _check_parents(rows: _Rows, edition: Edition) -> None:
    for place, rule in orphans(edition):
        rows.refuse(place, "parent_code", ORPHAN_RULES[rule], edition.parents[place] or "")


def _days(rows: _Rows, name: str, *, is_needed: bool = False) -> dict[int, date]:
    """By place, of rows that tell one."""
    found = {}
    for index, text in enumerate(rows.column(name, _code_text)):
        if not text and not is_needed:
            continue
        day = read_day(text)
        if day is None:
            fault = "bad-day", "This is no day as 2021-04-09.", "Write year, month and day with hyphens."
            rows.refuse(index, name, fault, text)
        else:
            found[index] = day
    return found


def _reference(rows: _Rows, index: int, text: str) -> Reference | None:
    try:
        return read_reference(text)
    except ReferenceRejected as error:
        for each in error.violations:
            rows.refuse(index, "region", (each.code, each.message, "Write it as mca:422828100."), text)
        return None


def _refuse_doubled(rows: _Rows, lines: Sequence[tuple[str, ...]]) -> None:
    """Only where every row could be read, so that lines stand for rows."""
    if len(lines) < len(rows.table):
        return
    doubled = {line for line, count in Counter(lines).items() if count > 1}
    seen: set[tuple[str, ...]] = set()
    for index, line in enumerate(lines):
        if line in seen and line in doubled:
            rows.refuse(index, "", ("doubled-row", "The row stands in the file before.", "Remove it."), ",".join(line))
        seen.add(line)


def _digest(lines: Iterable[Sequence[str]]) -> str:
    """No cell has a tab or a line break: they are hidden characters."""
    return sha256_hex("\n".join(sorted("\t".join(line) for line in lines)).encode())
