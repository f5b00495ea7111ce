"""Files of an existing register as checked rows; all faults at once, by sheet, row and column. See register_rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from registry.canonical import sha256_hex
from registry.errors import Violation
from registry.evaluators.credit_code import Respelling, find_respelling
from registry.evaluators.register_errors import RegisterRejected
from registry.evaluators.register_rows import (
    COLUMNS,
    EVALUATORS,
    SCOPE,
    EvaluatorRow,
    Fault,
    GrantRow,
    doubled,
    read_evaluator,
    read_grant,
)
from registry.file_reader import OWN_FILE, UPLOAD, read_file, shown_name
from registry.ids import clean_text, with_ordinary_digits
from registry.own_files import opening
from registry.parsing import TextTable

_SEEN_CHARACTERS = 80
# Names keep the digits that they have, and credit codes have rules of their own.
_AS_WRITTEN = frozenset({"name", "issuer", "credit_code", "belongs_to"})

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisterFiles:
    """scope None: the first file is a workbook with both sheets."""

    evaluators: Path | Upload
    scope: Path | Upload | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands, for what is found wrong with it later."""

    file: str
    sheet: str | None
    row: int

    def violation(self, fault: Fault) -> Violation:
        return Violation(
            fault.code,
            fault.message,
            fault.fix,
            file=self.file,
            row=self.row,
            column=fault.column or None,
            value=fault.value[:_SEEN_CHARACTERS],
            sheet=self.sheet,
        )


@dataclass(frozen=True, slots=True)
class Register:
    """evaluators[i] stands at places[i]. violations: of all rows; with any of them nothing may be imported.

    content_sha256: of the cells, in whatever order and format they came. tables: as they were read, by kind, for giving
    them back. respelled: credit codes that were taken for what they stand for, for a person to see.
    """

    name: str
    as_of: date
    evaluators: tuple[EvaluatorRow, ...]
    places: tuple[Place, ...]
    grants: tuple[GrantRow, ...]
    violations: tuple[Violation, ...]
    content_sha256: str
    tables: Mapping[str, TextTable]
    respelled: tuple[Respelling, ...]


@dataclass(slots=True)
class _Table:
    """Clean cells of a table, and what is wrong with them."""

    kind: str
    table: TextTable
    violations: list[Violation] = field(default_factory=list)

    def rows(self) -> Iterator[dict[str, str]]:
        """Cells by column, empty where the file lacks the column."""
        names, cells = [], []
        for rule in COLUMNS[self.kind]:
            column = self.table.columns.get(rule.name)
            if column is not None:
                clean = [_clean(rule.name, value) for value in column.values]
                names.append(rule.name)
                cells.append([clean[code] for code in column.codes])
        for row in zip(*cells, strict=True):
            yield dict(zip(names, row, strict=True))

    def place(self, index: int) -> Place:
        return Place(self.table.name, self.table.sheet, self.table.rows[index])

    def refuse(self, index: int, faults: Iterable[Fault]) -> None:
        self.violations += [self.place(index).violation(each) for each in faults]

    def refuse_doubled(self, column: str, values: Iterable[object], seen: Callable[[int], str]) -> None:
        """column: empty where the whole row is meant."""
        code = "doubled-value" if column else "doubled-row"
        fix = f"Each row needs a {column} of its own." if column else "Keep one of the rows."
        for index, row in doubled(values, lambda place: self.table.rows[place]):
            self.refuse(index, [Fault(column, code, f"The same stands in row {row}.", fix, seen(index))])

    def found(self) -> list[Violation]:
        """In the order of the file."""
        return sorted([*self.table.bad_record_violations(), *self.violations], key=lambda each: each.row or 0)


def read_register(
    files: RegisterFiles,
    as_of: date,
    progress: Progress = lambda _share, _step: None,
) -> Register:
    """as_of: the day of which the register is. Raises Unreadable, FileMissing, and RegisterRejected for a heading."""
    progress(0.0, "Reading the files")
    evaluators, scope = _tables(files)
    progress(0.2, "Checking the rows")
    evaluator_lines, grant_lines = list(evaluators.rows()), list(scope.rows())
    bodies = _read_evaluators(evaluators, evaluator_lines)
    grants = _read_grants(scope, grant_lines, as_of)
    known = {cells["ref"] for cells in evaluator_lines}
    for index, cells in enumerate(grant_lines):
        # A record that could not be taken apart may have been the one that is missing.
        if cells["ref"] and cells["ref"] not in known and not evaluators.table.bad_records:
            message = f"No row of {EVALUATORS} has this ref."
            fix = "Correct it, or add the evaluator."
            scope.refuse(index, [Fault("ref", "unknown-ref", message, fix, cells["ref"])])
    violations = [*evaluators.found(), *scope.found()]
    return Register(
        evaluators.table.name,
        as_of,
        tuple(each for each in bodies if each is not None),
        tuple(evaluators.place(index) for index, each in enumerate(bodies) if each is not None),
        tuple(grants),
        tuple(violations),
        _digest((EVALUATORS, evaluator_lines), (SCOPE, grant_lines)),
        {each.kind: each.table for each in (evaluators, scope)},
        tuple(_respelled(evaluator_lines)),
    )


def _respelled(lines: Iterable[Mapping[str, str]]) -> Iterator[Respelling]:
    """Of the bodies, and of those that they belong to."""
    for cells in lines:
        for text in (cells.get("credit_code", ""), cells.get("belongs_to", "")):
            found = find_respelling(cells["ref"], text) if text else None
            if found is not None:
                yield found


def _read_evaluators(table: _Table, lines: list[dict[str, str]]) -> list[EvaluatorRow | None]:
    found = []
    for index, cells in enumerate(lines):
        row, faults = read_evaluator(cells)
        table.refuse(index, faults)
        found.append(row)
    table.refuse_doubled("ref", [each["ref"] or None for each in lines], lambda index: lines[index]["ref"])
    codes = [None if each is None else each.credit_code for each in found]
    table.refuse_doubled("credit_code", codes, lambda index: codes[index] or "")
    return found


def _read_grants(table: _Table, lines: list[dict[str, str]], as_of: date) -> list[GrantRow]:
    found = []
    for index, cells in enumerate(lines):
        row, faults = read_grant(cells, as_of)
        table.refuse(index, faults)
        if row is not None:
            found.append(row)
    whole = [tuple(each.values()) for each in lines]
    table.refuse_doubled("", whole, lambda index: ",".join(whole[index]))
    return found


def _tables(files: RegisterFiles) -> tuple[_Table, _Table]:
    """Raises RegisterRejected for two files of one name, and with every fault of both headings."""
    if files.scope is None:
        _require_workbook(files.evaluators)
        tables = _Table(EVALUATORS, _read(files.evaluators, EVALUATORS)), _Table(SCOPE, _read(files.evaluators, SCOPE))
    else:
        tables = _Table(EVALUATORS, _read(files.evaluators, None)), _Table(SCOPE, _read(files.scope, None))
        if tables[0].table.name == tables[1].table.name:
            # Faults name the file.
            raise RegisterRejected(f"Both files are called {tables[0].table.name}. Rename one of them.")
    faults = [fault for each in tables for fault in _heading_faults(each)]
    if faults:
        raise RegisterRejected("The headings are not as they should be. Nothing was imported.", faults)
    return tables


def _require_workbook(source: Path | Upload) -> None:
    """A CSV file has no second sheet: read as both tables, every heading of one of them would be wrong."""
    if source.name.lower().endswith(".csv"):
        message = f"{shown_name(source.name)} is one table, and a register has two, evaluators and scope."
        raise RegisterRejected(f"{message} Give the scope items as a second CSV file, or a workbook with both sheets.")


def _read(source: Path | Upload, sheet: str | None) -> TextTable:
    if isinstance(source, Upload):
        return read_file(source.content, name=source.name, sheet=sheet, limits=UPLOAD)
    with opening(source):
        return read_file(source, name=source.name, sheet=sheet, limits=OWN_FILE)


def _heading_faults(table: _Table) -> Iterator[Violation]:
    rules = COLUMNS[table.kind]
    known = f"The columns are {', '.join(each.name for each in rules if each.is_needed)}; where needed also "
    known += f"{', '.join(each.name for each in rules if not each.is_needed)}."
    faults = [
        ("missing-column", rule.name, f"The column {rule.name} is missing.")
        for rule in rules
        if rule.is_needed and rule.name not in table.table.columns
    ] + [
        ("unknown-column", name, f"There is no column {name!r} here.")
        for name in table.table.heading
        if name not in {each.name for each in rules}
    ]
    for code, column, message in faults:
        yield Violation(
            code,
            message,
            known,
            file=table.table.name,
            row=1,
            column=column[:_SEEN_CHARACTERS],
            sheet=table.table.sheet,
        )


def _clean(name: str, text: str) -> str:
    return clean_text(text) if name in _AS_WRITTEN else with_ordinary_digits(clean_text(text))


def _digest(*tables: tuple[str, list[dict[str, str]]]) -> str:
    """No cell of a sound row has a tab or a line break: they are hidden characters."""
    lines = [
        "\t".join([kind, *(cells.get(rule.name, "") for rule in COLUMNS[kind])])
        for kind, rows in tables
        for cells in rows
    ]
    return sha256_hex("\n".join(sorted(lines)).encode())
