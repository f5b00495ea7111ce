"""Files of exclusion lists as checked rows: CSV, XLSX, JSON; all faults at once. See exclusion_import."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.canonical import sha256_hex
from registry.errors import Unreadable, Violation
from registry.evaluators.exclusion_errors import ExclusionRowsRejected
from registry.evaluators.exclusion_import import COLUMNS, EntryRow, read_entry
from registry.evaluators.register_rows import Fault
from registry.file_limits import OWN_FILE, UPLOAD, Limits
from registry.file_reader import read_file, shown_name
from registry.ids import clean_text, with_ordinary_digits
from registry.json_text import parse_json
from registry.own_files import read_bytes
from registry.parsing import Column, TextTable

_SEEN_CHARACTERS = 80
_NAMES = tuple(each.name for each in COLUMNS)
# Names keep the digits that they have, and credit codes have rules of their own.
_AS_WRITTEN = frozenset({"name", "credit_code", "key", "basis", "scope"})
_KNOWN = (
    f"The columns are {', '.join(each.name for each in COLUMNS if each.is_needed)}; where needed also "
    f"{', '.join(each.name for each in COLUMNS if not each.is_needed)}."
)
_JSON_FORM = 'The file is a list of objects, or an object with the list as "entries".'

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class ListFile:
    """sha256: of the bytes. table: as it was read, for giving it back. violations: with any, nothing is imported."""

    name: str
    sha256: str
    table: TextTable
    rows: tuple[EntryRow, ...]
    violations: tuple[Violation, ...]

    def rejection(self) -> ExclusionRowsRejected:
        count = len({each.row for each in self.violations})
        sentence = f"{self.name}: {count} row(s) break {len(self.violations)} rule(s). Nothing was imported."
        return ExclusionRowsRejected(sentence, self.violations)


def read_list(path: Path, progress: Progress = lambda _share, _step: None) -> ListFile:
    """Of the command line. Raises Unreadable, FileMissing, and ExclusionRowsRejected for a heading."""
    progress(0.0, "Reading the file")
    return read_list_bytes(path.name, read_bytes(path, OWN_FILE.file_bytes), OWN_FILE)


def read_list_bytes(name: str, content: bytes, limits: Limits = UPLOAD) -> ListFile:
    """Raises Unreadable, and ExclusionRowsRejected for a heading."""
    is_json = name.lower().endswith(".json")
    table = _table_of_json(name, content) if is_json else read_file(content, name=name, limits=limits)
    faults = list(_heading_faults(table))
    if faults:
        raise ExclusionRowsRejected(
            f"The heading of {table.name} is not as it should be. Nothing was imported.", faults
        )
    violations = table.bad_record_violations()
    rows, first_with = [], dict[str, int]()
    for index, cells in enumerate(_lines(table)):
        row, refused = read_entry(cells)
        faults_of_row = list(refused)
        if row is not None:
            earlier = first_with.setdefault(row.entry.key, table.rows[index])
            if earlier != table.rows[index]:
                faults_of_row.append(_doubled(cells, earlier))
            rows.append(row)
        violations += [_violation(table, index, each) for each in faults_of_row]
    violations.sort(key=lambda each: each.row or 0)
    return ListFile(table.name, sha256_hex(content), table, tuple(rows), tuple(violations))


def _lines(table: TextTable) -> Iterator[dict[str, str]]:
    cells = {name: [""] * len(table) for name in _NAMES}
    for name in _NAMES:
        if (column := table.columns.get(name)) is not None:
            clean = [_clean(name, value) for value in column.values]
            cells[name] = [clean[code] for code in column.codes]
    for row in zip(*cells.values(), strict=True):
        yield dict(zip(_NAMES, row, strict=True))


def _clean(name: str, text: str) -> str:
    return clean_text(text) if name in _AS_WRITTEN else with_ordinary_digits(clean_text(text))


def _doubled(cells: dict[str, str], earlier: int) -> Fault:
    if cells["key"]:
        fix = "Each entry needs a key of its own."
        return Fault("key", "doubled-value", f"The same key stands in row {earlier}.", fix, cells["key"])
    fix = "Keep one of the rows, or give each a key."
    return Fault("", "doubled-row", f"Row {earlier} bars the same body from the same day on.", fix, cells["name"])


def _violation(table: TextTable, index: int, fault: Fault) -> Violation:
    return Violation(
        fault.code,
        fault.message,
        fault.fix,
        file=table.name,
        row=table.rows[index],
        column=table.column_label(fault.column) if fault.column else None,
        value=fault.value[:_SEEN_CHARACTERS],
        sheet=table.sheet,
    )


def _heading_faults(table: TextTable) -> Iterator[Violation]:
    missing = [each.name for each in COLUMNS if each.is_needed and each.name not in table.columns]
    unknown = [each for each in table.heading if each not in _NAMES]
    told = [(each, "missing-column", f"The column {each} is missing.") for each in missing]
    told += [(each, "unknown-column", f"There is no column {each!r} here.") for each in unknown]
    for column, code, message in told:
        shown = column[:_SEEN_CHARACTERS]
        yield Violation(code, message, _KNOWN, file=table.name, row=1, column=shown, sheet=table.sheet)


def _table_of_json(name: str, content: bytes) -> TextTable:
    """Row 2 is the first entry, as in a sheet. Raises Unreadable, with every member that is no text."""
    shown = shown_name(name)
    value = parse_json(content, file=shown)
    entries = value.get("entries") if isinstance(value, dict) and set(value) == {"entries"} else value
    if not isinstance(entries, list) or not entries or not all(isinstance(each, dict) for each in entries):
        raise Unreadable(f"{shown} is no exclusion list. {_JSON_FORM}")
    if len(entries) > OWN_FILE.rows:
        raise Unreadable(f"{shown} has {len(entries):,} entries, the limit is {OWN_FILE.rows:,}. Split it.")
    faults = [
        Violation("no-text", "The value is no text.", "Write a text, or null where there is none.", file=shown,
                  row=index, column=member[:_SEEN_CHARACTERS], value=str(cell)[:_SEEN_CHARACTERS])
        for index, entry in enumerate(entries, start=2)
        for member, cell in entry.items()
        if not _is_text(member, cell)
    ]  # fmt: skip
    if faults:
        raise ExclusionRowsRejected(f"{shown}: {len(faults)} value(s) are no texts. Nothing was imported.", faults)
    heading = tuple(dict.fromkeys(member for entry in entries for member in entry))
    columns = {member: _column(_cell(entry.get(member)) for entry in entries) for member in heading}
    return TextTable(shown, sha256_hex(content), heading, columns, array("q", range(2, len(entries) + 2)))


def _is_text(member: str, cell: Any) -> bool:
    if member == "scope" and isinstance(cell, list):
        return all(isinstance(each, str) and ";" not in each for each in cell)
    return cell is None or isinstance(cell, str)


def _cell(cell: str | list[str] | None) -> str:
    return ";".join(cell) if isinstance(cell, list) else cell or ""


def _column(cells: Iterable[str]) -> Column:
    places: dict[str, int] = {}
    codes = array("q", (places.setdefault(each, len(places)) for each in cells))
    return Column(tuple(places), codes)
