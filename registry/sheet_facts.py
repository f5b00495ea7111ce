"""What the reader of cells hides about a sheet: formulas, errors, merged cells, hidden rows, how far cells reach."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from registry.errors import Unreadable, Violation
from registry.file_formats import refusal
from registry.file_limits import Limits

# As wide as a sheet of a workbook may be.
MOST_COLUMNS = 2**14
# More cells than this are not named one by one.
MOST_NAMED = 1_000
_MOST_SHOWN = 100
_LETTERS = re.compile(r"[A-Z]{1,3}")


def column_letters(place: int) -> str:
    """The name of a column by its place from 0: A, B, ... AA."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def column_place(letters: str) -> int:
    """The place of a column from 0. Raises ValueError for what is no column of a workbook."""
    if not _LETTERS.fullmatch(letters):
        raise ValueError(letters)
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    if place > MOST_COLUMNS:
        raise ValueError(letters)
    return place - 1


@dataclass(slots=True)
class SheetFacts:
    """Rows count from 1, columns from 0.

    formulas, errors: texts by place, MOST_NAMED of them at most; the counts are of all. padded: row * MOST_COLUMNS +
    column of numbers that are shown with leading zeros, in order, with the digits shown.
    """

    seen_rows: set[int] = field(default_factory=set)
    seen_columns: set[int] = field(default_factory=set)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    formula_count: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    error_count: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: "array[int]" = field(default_factory=lambda: array("q"))
    padded: "array[int]" = field(default_factory=lambda: array("q"))
    padded_digits: "array[int]" = field(default_factory=lambda: array("B"))

    @property
    def last_row(self) -> int:
        return max(self.seen_rows, default=0)

    @property
    def last_column(self) -> int:
        return max(self.seen_columns, default=-1)

    def see(self, row: int, column: int) -> None:
        """A cell with content."""
        self.seen_rows.add(row)
        self.seen_columns.add(column)

    def add_formula(self, row: int, column: int, text: str) -> None:
        self.formula_count += 1
        if len(self.formulas) < MOST_NAMED:
            self.formulas[row, column] = text

    def add_error(self, row: int, column: int, text: str) -> None:
        self.error_count += 1
        if len(self.errors) < MOST_NAMED:
            self.errors[row, column] = text

    def pad(self, row: int, column: int, digits: int) -> None:
        self.padded.append(row * MOST_COLUMNS + column)
        self.padded_digits.append(digits)

    def add_merged(self, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right) and len(self.merged) < MOST_NAMED:
            self.merged.append((top, left, bottom, right))


def require_small_enough(facts: SheetFacts, name: str, sheet: str, limits: Limits) -> None:
    """Raises Unreadable before a cell is read: readers make room for all cells between the outermost ones."""
    width = facts.last_column - min(facts.seen_columns, default=0) + 1
    height = facts.last_row - min(facts.seen_rows, default=1)
    corner = f"{column_letters(facts.last_column)}{facts.last_row}"
    data_rows = len(facts.seen_rows) - 1
    if data_rows > limits.rows:
        message = f"The sheet has more than {limits.rows:,} rows."
        raise refusal(name, "too-large", message, "Split it into several files.", sheet)
    if width > limits.columns:
        message = f"The cells reach to {corner}, over {width:,} columns; the limit is {limits.columns}."
        raise refusal(name, "too-large", message, "Delete what stands beside the table.", sheet)
    if height * width > limits.cells:
        message = f"The cells reach to {corner}, {facts.last_row:,} rows x {width:,} columns: over {limits.cells:,}."
        raise refusal(name, "too-large", message, "Delete what stands far from the table, or split it.", sheet)


def structure_violations(facts: SheetFacts, name: str, sheet: str) -> Iterator[Violation]:
    """Merged cells and hidden rows among the data: what the sheet says there is not what a person sees."""
    last_row, last_column = facts.last_row, facts.last_column
    for top, left, bottom, right in facts.merged:
        if top <= last_row and left <= last_column:
            cells = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
            message = f"The cells {cells} are merged, so only the first of them has a value."
            fix = "Unmerge them and write the value into every row that it is meant for."
            yield Violation("merged-cells", message, fix, file=name, row=top, column=column_letters(left), value=cells,
                            sheet=sheet)  # fmt: skip
    for first, last in _runs(facts.hidden_rows):
        what = (
            f"Row {first} is hidden and holds" if first == last else f"The rows {first} to {last} are hidden and hold"
        )
        fix = "Show the rows (clear the filter), and delete those that do not belong to the table."
        yield Violation("hidden-rows", f"{what} data.", fix, file=name, row=first, sheet=sheet)


def _runs(rows: "array[int]") -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive rows."""
    first = last = 0
    for row in rows:
        if row != last + 1:
            if first:
                yield first, last
            first = row
        last = row
    if first:
        yield first, last


def refused(name: str, sheet: str, violations: list[Violation], count: int) -> Unreadable:
    """The error for a sheet in which so many cells or rows break rules; of very many the first are named."""
    more = f", of which the first {_MOST_SHOWN} are named" if count > _MOST_SHOWN else ""
    detail = f"{name}, sheet {sheet}, cannot be read: {count} place(s) have to be changed first{more}."
    return Unreadable(detail, violations[:_MOST_SHOWN])
