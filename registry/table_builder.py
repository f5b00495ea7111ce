"""Builds the table of a workbook or a Parquet file row by row; the rules of headings and cells are those of CSV."""

from array import array
from collections import Counter
from collections.abc import Sequence

from registry.errors import Unreadable, Violation
from registry.file_formats import FileFormat, refusal
from registry.file_limits import Limits, require_within
from registry.parsing import BadRecord, Column, TextTable
from registry.sheet_facts import column_letters

_SEEN_CHARACTERS = 80
_CLEAN = "Clean or shorten the text."


class TableBuilder:
    """Takes the heading, then rows in order. Raises Unreadable for what leaves no sound table."""

    def __init__(self, name: str, form: FileFormat, limits: Limits, sheet: str | None = None) -> None:
        self._name = name
        self._format = form
        self._limits = limits
        self._sheet = sheet
        self._heading: tuple[str, ...] = ()
        self._heading_row = 1
        self._kept: list[int] = []
        self._has_all_headings = False
        self._known: list[dict[str, int]] = []
        # Row after row, the place of each cell's text in its column.
        self._codes = array("q")
        self._rows = array("q")
        self._apart: list[BadRecord] = []
        self._problems: list[Violation] = []

    @property
    def has_heading(self) -> bool:
        return bool(self._heading)

    def set_heading(self, row: int, cells: Sequence[str]) -> None:
        heading = tuple(cell.strip() for cell in cells)
        doubled = [repr(each) for each, count in Counter(heading).items() if each and count > 1]
        if doubled:
            message = f"The heading has {', '.join(doubled)[:200]} more than once."
            raise self._refused("doubled-heading", message, "Give every column one name of its own.")
        self._kept = [place for place, each in enumerate(heading) if each]
        if len(self._kept) > self._limits.columns:
            message = f"The heading names {len(self._kept):,} columns, the limit is {self._limits.columns}."
            raise self._refused("too-large", message, "Leave out the columns that are not needed.")
        for place in self._kept:
            if (problem := self._cell_problem(heading[place])) is not None:
                raise self._refused("bad-heading", f"Heading {place + 1} {problem}.", "Write a short name.")
        self._heading, self._heading_row = heading, row
        self._known = [{} for _ in self._kept]
        self._has_all_headings = len(self._kept) == len(heading)

    def column_label(self, place: int) -> str:
        """The heading of a column, its letter where it has none."""
        heading = self._heading[place] if place < len(self._heading) else ""
        return heading or column_letters(place)

    def add(self, row: int, cells: Sequence[str]) -> None:
        """A row that is not blank. One with a cell that no table may hold is set apart."""
        is_whole = self._has_all_headings and len(cells) == len(self._kept)
        kept = cells if is_whole else self._kept_cells(row, cells)
        codes = [known.get(cell, -1) for known, cell in zip(self._known, kept, strict=True)]
        if -1 in codes:
            problems = self._new_cell_problems(row, kept)
            if problems:
                self._set_apart(row, kept, problems)
                return
            codes = [known.setdefault(cell, len(known)) for known, cell in zip(self._known, kept, strict=True)]
        self._rows.append(row)
        self._codes.extend(codes)

    def _new_cell_problems(self, row: int, kept: Sequence[str]) -> list[Violation]:
        """What is wrong with cells whose text their column has not had yet."""
        found = []
        for place, known, cell in zip(self._kept, self._known, kept, strict=True):
            if cell not in known and (problem := self._cell_problem(cell)) is not None:
                rule = ("nul-character" if "\0" in cell else "long-cell", f"The cell {problem}.", _CLEAN)
                found.append(self.violation(row, place, rule, cell))
        return found

    def set_apart(self, row: int, cells: Sequence[str], problems: Sequence[Violation]) -> None:
        """A row that breaks rules. Cells with a rule broken hold what is to be shown of them."""
        self._set_apart(row, self._kept_cells(row, cells), problems)

    def _set_apart(self, row: int, kept: Sequence[str], problems: Sequence[Violation]) -> None:
        first = problems[0]
        most = self._limits.cell_characters
        shown = tuple(cell[:most].replace("\0", "\ufffd") for cell in kept)
        self._apart.append(BadRecord(row, shown, first.code, first.message, first.fix))
        self._problems.extend(problems)

    def violation(self, row: int, place: int, rule: tuple[str, str, str], seen: str) -> Violation:
        """rule: code, message, fix."""
        return Violation(
            *rule,
            file=self._name,
            row=row,
            column=self.column_label(place),
            value=seen[:_SEEN_CHARACTERS].replace("\0", "\ufffd"),
            sheet=self._sheet,
        )

    def _cell_problem(self, cell: str) -> str | None:
        if len(cell) > self._limits.cell_characters:
            return f"holds {len(cell):,} characters, the limit is {self._limits.cell_characters:,}"
        return "holds NUL" if "\0" in cell else None

    def _kept_cells(self, row: int, cells: Sequence[str]) -> Sequence[str]:
        """The cells below headings; there may be none beside them."""
        kept = self._kept
        for place, cell in enumerate(cells):
            if cell and (place >= len(self._heading) or not self._heading[place]):
                raise self._beside(row, place, cell)
        return [cells[place] if place < len(cells) else "" for place in kept]

    def _beside(self, row: int, place: int, cell: str) -> Unreadable:
        message = (
            f"Row {self._heading_row} is the first with text, so it is the heading; it has no name over this cell."
        )
        fix = "If the heading stands further down, delete the rows above it; else name the column or empty it."
        problem = self.violation(row, place, ("no-heading", message, fix), cell)
        return Unreadable(f"{self._name} cannot be read.", [problem])

    def table(self) -> TextTable:
        rows = len(self._rows) + len(self._apart)
        if not self._heading:
            raise self._refused("empty-file", "No cell holds anything.", "Check that the right file was exported.")
        if not rows:
            message = "There is a heading but no rows."
            raise self._refused("no-rows", message, "Check that the right file was exported.")
        require_within(rows, rows * len(self._kept), self._name, self._limits, self._sheet)
        heading = tuple(self._heading[place] for place in self._kept)
        columns = {
            each: Column(tuple(known), self._codes[place :: len(heading)])
            for place, (each, known) in enumerate(zip(heading, self._known, strict=True))
        }
        return TextTable(
            name=self._name,
            sha256="",
            heading=heading,
            columns=columns,
            rows=self._rows,
            bad_records=tuple(self._apart),
            file_heading=heading,
            form=self._format,
            sheet=self._sheet,
            problems=tuple(self._problems),
        )

    def _refused(self, code: str, message: str, fix: str) -> Unreadable:
        return refusal(self._name, code, message, fix, self._sheet)
