"""Workbooks, read in the limited process: values from calamine, and what calamine hides from a look of our own.

calamine gives a formula's last value, nothing for an error, and ends the process when cells stand far apart. So the
sheet is looked through first (sheet_scan, old_workbooks), and calamine gets what was looked at and no more.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import python_calamine

from registry.cell_texts import cell_text
from registry.errors import Unreadable, Violation
from registry.file_formats import FileFormat, protected, refusal
from registry.file_limits import Limits
from registry.old_workbooks import OldWorkbook
from registry.parsing import TextTable
from registry.sheet_facts import (
    MOST_COLUMNS,
    MOST_NAMED,
    SheetFacts,
    refused,
    require_small_enough,
    structure_violations,
)
from registry.sheet_scan import SCAN_ERRORS, PaddedStyles, SheetScan, has_content
from registry.table_builder import TableBuilder
from registry.workbook_package import Package

_FORMULA = (
    "formula-cell",
    "The cell holds a formula, whose value depends on where and when it is computed.",
    "Copy the cells and paste them as values.",
)
_ERROR = (
    "error-cell",
    "The cell holds an error of the spreadsheet.",
    "Correct what it is computed from, or leave it blank if there is nothing.",
)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The sheet to be read: its facts, and a workbook in which calamine finds it at place."""

    name: str
    facts: SheetFacts
    content: bytes
    place: int


def read_workbook(content: bytes, *, name: str, form: FileFormat, sheet: str | None, limits: Limits) -> TextTable:
    """The table of one sheet, every cell as text. sheet: None where only one of those that are shown has data.

    Raises Unreadable; rows with formulas and errors stand apart, unless there are more than can be named.
    """
    find = _old_sheet if form is FileFormat.XLS else _sheet
    found = find(content, name, sheet, limits)
    facts = found.facts
    require_small_enough(facts, name, found.name, limits)
    violations = list(structure_violations(facts, name, found.name))
    builder = TableBuilder(name, form, limits, found.name)
    _read_cells(found, builder, name, violations)
    count = len(violations)
    if facts.formula_count + facts.error_count > MOST_NAMED:
        violations += _named(facts, builder)
        count += facts.formula_count + facts.error_count
    if violations:
        raise refused(name, found.name, violations, count)
    return builder.table()


def _sheet(content: bytes, name: str, asked: str | None, limits: Limits) -> _Sheet:
    package = Package(content, name, limits)
    names = [(each.name, each.is_hidden) for each in package.sheets]
    try:
        with_data = [each for each in package.sheets if not each.is_hidden and has_content(package.chunks(each.path))]
        part = package.sheets[_chosen(names, [each.name for each in with_data], asked, name)]
        styles = PaddedStyles()
        styles_part = package.styles(styles.start)
        scan = SheetScan(styles.digits, limits.rows + 1)
        sheet = bytearray()
        scan.feed(package.chunks(part.path), sheet.extend)
    except SCAN_ERRORS as error:
        raise package.damaged(f"a sheet is not acceptable XML ({error})") from error
    if scan.has_too_many_rows:
        return _Sheet(part.name, scan.facts, b"", 0)
    return _Sheet(part.name, scan.facts, package.alone(bytes(sheet), styles_part), 0)


def _old_sheet(content: bytes, name: str, asked: str | None, limits: Limits) -> _Sheet:
    workbook = OldWorkbook(content, name)
    names = [(each.name, each.is_hidden) for each in workbook.sheets]
    facts = [workbook.facts(each) for each in workbook.sheets]
    for each, seen in zip(workbook.sheets, facts, strict=True):
        # calamine reads all sheets of such a workbook at once.
        require_small_enough(seen, name, each.name, limits)
    with_data = [
        each.name for each, seen in zip(workbook.sheets, facts, strict=True) if seen.seen_rows and not each.is_hidden
    ]
    place = _chosen(names, with_data, asked, name)
    return _Sheet(names[place][0], facts[place], content, workbook.sheets[place].place)


def _chosen(sheets: Sequence[tuple[str, bool]], with_data: Sequence[str], asked: str | None, name: str) -> int:
    """The place of the sheet to be read. sheets: the name of each, and whether it is hidden."""
    names = [each for each, _ in sheets]
    listed = ", ".join(f"“{each}”" for each in names) or "none"
    if asked is not None:
        if asked not in names:
            message = f"The workbook has no sheet “{asked[:80]}”. Its sheets: {listed}."
            raise refusal(name, "unknown-sheet", message, "Name one of them.")
        return names.index(asked)
    if not with_data:
        hidden = ", ".join(f"“{each}”" for each, is_hidden in sheets if is_hidden)
        note = f" Hidden: {hidden}." if hidden else ""
        raise refusal(name, "empty-file", f"No sheet that is shown holds anything.{note}", "Give the sheet with data.")
    if len(with_data) > 1:
        shown = ", ".join(f"“{each}”" for each in with_data)
        fix = f"Say which of them is to be read, for example “{with_data[0]}”, or leave only one."
        raise refusal(name, "several-sheets", f"{len(with_data)} sheets hold data: {shown}.", fix)
    return names.index(with_data[0])


def _read_cells(sheet: _Sheet, builder: TableBuilder, name: str, violations: list[Violation]) -> None:
    """Give the rows of a sheet to the builder, none if the sheet is refused already."""
    problems = _problems_by_row(sheet.facts)
    for row, cells in _rows(sheet, name):
        if not builder.has_heading:
            builder.set_heading(row, cells)
            for place, rule, seen in problems.pop(row, ()):
                violations.append(builder.violation(row, place, rule, seen))
        elif row in problems:
            found = [builder.violation(row, place, rule, seen) for place, rule, seen in problems[row]]
            builder.set_apart(row, cells, found)
        elif not violations:
            builder.add(row, cells)


def _problems_by_row(facts: SheetFacts) -> dict[int, list[tuple[int, tuple[str, str, str], str]]]:
    found: dict[int, list[tuple[int, tuple[str, str, str], str]]] = {}
    texts = {**facts.formulas, **{place: text for place, text in facts.errors.items() if place not in facts.formulas}}
    for (row, column), text in sorted(texts.items()):
        rule = _FORMULA if (row, column) in facts.formulas else _ERROR
        found.setdefault(row, []).append((column, rule, text))
    return found


def _named(facts: SheetFacts, builder: TableBuilder) -> Iterator[Violation]:
    """The first cells that break a rule, of a sheet in which too many do."""
    for row, problems in _problems_by_row(facts).items():
        for place, rule, seen in problems:
            yield builder.violation(row, place, rule, seen)


def _rows(sheet: _Sheet, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with its number, from the first column of the sheet on."""
    facts = sheet.facts
    shown: dict[int, dict[int, str]] = {}
    for (row, place), text in (*facts.errors.items(), *facts.formulas.items()):
        shown.setdefault(row, {})[place] = text
    padding = zip(facts.padded, facts.padded_digits, strict=True)
    at, digits = next(padding, (0, 0))
    cells = _cells(sheet, name)
    left = [""] * (cells.start or (0, 0))[1]
    row = 0
    for row, values in enumerate(cells.iter_rows(), start=1):
        texts = [*left, *[each if type(each) is str else cell_text(each) for each in values]]
        while at // MOST_COLUMNS == row:
            if (text := texts[at % MOST_COLUMNS]).isdigit():
                texts[at % MOST_COLUMNS] = text.zfill(digits)
            at, digits = next(padding, (0, 0))
        if row in shown:
            texts += [""] * (facts.last_column + 1 - len(texts))
            for place, text in shown[row].items():
                texts[place] = text
        if any(texts):
            yield row, texts
    # Rows at the end that hold nothing but formulas without a value are none to the reader.
    for below in sorted(each for each in shown if each > row):
        yield below, [shown[below].get(place, "") for place in range(facts.last_column + 1)]


def _cells(sheet: _Sheet, name: str) -> python_calamine.CalamineSheet:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheet.content))
        cells = workbook.get_sheet_by_index(sheet.place)
    except python_calamine.PasswordError as error:
        raise protected(name) from error
    except (python_calamine.CalamineError, python_calamine.XmlError, python_calamine.ZipError, ValueError) as error:
        raise _damaged(name, sheet.name, str(error)) from error
    if not _is_within(cells.start, cells.end, sheet.facts):
        raise _damaged(name, sheet.name, "its cells are not where they were seen first")
    return cells


def _is_within(start: tuple[int, int] | None, end: tuple[int, int] | None, facts: SheetFacts) -> bool:
    """Whether the reader saw cells only where the look before saw some."""
    if start is None or end is None:
        return True
    rows = min(facts.seen_rows, default=0) - 1 <= start[0] <= end[0] <= facts.last_row - 1
    return rows and min(facts.seen_columns, default=0) <= start[1] <= end[1] <= facts.last_column


def _damaged(name: str, sheet: str, what: str) -> Unreadable:
    message = f"The sheet is damaged: {what[:200]}."
    return refusal(name, "damaged-workbook", message, "Open it in a spreadsheet and save it anew.", sheet)
