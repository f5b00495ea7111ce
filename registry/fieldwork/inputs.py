"""Files of engagements as documents: CSV, XLSX, JSON; all faults at once, by sheet, row and column."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from registry.canonical import sha256_hex
from registry.errors import Unreadable, Violation
from registry.evaluators.register_rows import Fault
from registry.fieldwork.engagement_errors import EngagementRowsRejected
from registry.fieldwork.engagement_rows import AS_WRITTEN, COLUMNS, cell_faults, column_of, document_of
from registry.file_limits import OWN_FILE, UPLOAD, Limits
from registry.file_reader import read_file, shown_name
from registry.ids import clean_text, with_ordinary_digits
from registry.json_text import parse_json
from registry.own_files import read_bytes
from registry.parsing import TextTable

_SEEN_CHARACTERS = 80
_NAMES = tuple(each.name for each in COLUMNS)
_KNOWN = (
    f"The columns are {', '.join(each.name for each in COLUMNS if each.is_needed)}; where needed also "
    f"{', '.join(each.name for each in COLUMNS if not each.is_needed)}."
)
_JSON_FORM = (
    "The file is one engagement by schemas/engagement.v1.json, a list of them, or an object with the list as "
    '"engagements".'
)

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One engagement of a file. index: of the row in the table. pointer: of the document in a JSON file."""

    document: Any = field(repr=False)
    index: int | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class EngagementsFile:
    """sha256: of the bytes. table: as it was read, None of JSON. violations: with any, nothing is imported."""

    name: str
    sha256: str
    table: TextTable | None
    entries: tuple[Entry, ...]
    violations: tuple[Violation, ...]

    def placed(self, entry: Entry, fault: Violation) -> Violation:
        """What is wrong with the document of an entry, where its owner finds it."""
        if self.table is None or entry.index is None:
            return replace(fault, pointer=f"{entry.pointer}{fault.pointer or ''}", file=self.name)
        column = column_of(fault.pointer or "", entry.document)
        return placed_in_row(self.table, entry.index, replace(fault, pointer=None, column=column or None))

    def rejection(self, violations: tuple[Violation, ...]) -> EngagementRowsRejected:
        places = len({(each.row, (each.pointer or "/").split("/")[1]) for each in violations})
        what = "engagement(s)" if self.table is None else "row(s)"
        sentence = f"{self.name}: {places} {what} break {len(violations)} rule(s). Nothing was imported."
        return EngagementRowsRejected(sentence, violations)


def read_engagements(path: Path, progress: Progress = lambda _share, _step: None) -> EngagementsFile:
    """Of the command line. Raises Unreadable, FileMissing, and EngagementRowsRejected for a heading."""
    progress(0.0, "Reading the file")
    return read_engagements_bytes(path.name, read_bytes(path, OWN_FILE.file_bytes), OWN_FILE)


def read_engagements_bytes(name: str, content: bytes, limits: Limits = UPLOAD) -> EngagementsFile:
    """Raises Unreadable, and EngagementRowsRejected for a heading."""
    if name.lower().endswith(".json"):
        return _documents_of_json(name, content)
    table = read_file(content, name=name, limits=limits)
    faults = tuple(_heading_faults(table))
    if faults:
        raise EngagementRowsRejected(
            f"The heading of {table.name} is not as it should be. Nothing was imported.", faults
        )
    violations, entries = table.bad_record_violations(), []
    for index, cells in enumerate(_lines(table)):
        refused = list(cell_faults(cells))
        if not refused:
            entries.append(Entry(document_of(cells), index))
        violations += [placed_in_row(table, index, _violation(each)) for each in refused]
    violations.sort(key=lambda each: each.row or 0)
    return EngagementsFile(table.name, sha256_hex(content), table, tuple(entries), tuple(violations))


def placed_in_row(table: TextTable, index: int, fault: Violation) -> Violation:
    """value: of the fault, else the cell."""
    column = fault.column
    cell = table.columns.get(column or "")
    value = fault.value
    if value is None and cell is not None:
        value = cell.values[cell.codes[index]]
    return replace(
        fault,
        file=table.name,
        row=table.rows[index],
        column=table.column_label(column) if column else None,
        value=None if value is None else value[:_SEEN_CHARACTERS],
        sheet=table.sheet,
    )


def _violation(fault: Fault) -> Violation:
    return Violation(fault.code, fault.message, fault.fix, column=fault.column or None, value=fault.value)


def _lines(table: TextTable) -> Iterator[dict[str, str]]:
    cells = {name: [""] * len(table) for name in _NAMES}
    for name in _NAMES:
        if (column := table.columns.get(name)) is not None:
            clean = [clean_text(each) if name in AS_WRITTEN else with_ordinary_digits(clean_text(each))
                     for each in column.values]  # fmt: skip
            cells[name] = [clean[code] for code in column.codes]
    for row in zip(*cells.values(), strict=True):
        yield dict(zip(_NAMES, row, strict=True))


def _heading_faults(table: TextTable) -> Iterator[Violation]:
    missing = [each.name for each in COLUMNS if each.is_needed and each.name not in table.columns]
    unknown = [each for each in table.heading if each not in _NAMES]
    told = [(each, "missing-column", f"The column {each} is missing.") for each in missing]
    told += [(each, "unknown-column", f"There is no column {each!r} here.") for each in unknown]
    for column, code, message in told:
        shown = column[:_SEEN_CHARACTERS]
        yield Violation(code, message, _KNOWN, file=table.name, row=1, column=shown, sheet=table.sheet)


def _documents_of_json(name: str, content: bytes) -> EngagementsFile:
    """Raises Unreadable."""
    shown = shown_name(name)
    value = parse_json(content, file=shown)
    prefix = ""
    if isinstance(value, dict) and set(value) == {"engagements"}:
        value, prefix = value["engagements"], "/engagements"
    if isinstance(value, dict):
        return EngagementsFile(shown, sha256_hex(content), None, (Entry(value),), ())
    if not isinstance(value, list) or not value:
        raise Unreadable(f"{shown} holds no engagements. {_JSON_FORM}")
    if len(value) > OWN_FILE.rows:
        raise Unreadable(f"{shown} has {len(value):,} engagements, the limit is {OWN_FILE.rows:,}. Split it.")
    entries = tuple(Entry(each, pointer=f"{prefix}/{place}") for place, each in enumerate(value))
    return EngagementsFile(shown, sha256_hex(content), None, entries, ())
