"""Sheets of a working paper: a heading that stays in view and repeats in print, and cells of one kind per column."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Style: TypeAlias = Literal["text", "wrapped", "integer", "number", "percent", "score"]

# Excel's own limit.
MAX_TEXT = 32_767
A4 = 9
_NUMBER_FORMATS = {
    "text": "@",
    "wrapped": "@",
    "integer": "#,##0",
    "number": "0.0000",
    "percent": "0.0%",
    "score": "0.0",
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula with the value it has, so that the cell shows it before anything is recalculated."""

    text: str
    value: float | str


Cell: TypeAlias = str | float | Formula | None


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    width: int
    style: Style = "text"


def first_row(lines: int) -> int:
    """The spreadsheet row of the first record of a sheet that has so many lines above its heading."""
    return lines + 3 if lines else 2


class Book:
    """A workbook under way, with the formats that its sheets share."""

    def __init__(self, workbook: Any, title: str) -> None:
        self._workbook = workbook
        self._title = title.replace("&", "&&")[:200]
        self._heading = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "border": 1}
        )
        self._line = workbook.add_format({"valign": "top"})
        self._strong = workbook.add_format({"bold": True, "font_size": 14})
        self._formats = {
            style: workbook.add_format({"num_format": code, "valign": "top", "text_wrap": style == "wrapped"})
            for style, code in _NUMBER_FORMATS.items()
        }

    def sheet(
        self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], lines: Sequence[str | Formula] = ()
    ) -> int:
        """Add a sheet: lines of text (the first is its title), the heading, the rows. Returns the number of rows.

        Rows go out in order, so that a workbook of constant memory can forget each as the next begins.
        """
        sheet = self._workbook.add_worksheet(name)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        for place, line in enumerate(lines):
            self._write(sheet, place, 0, line, self._line if place else self._strong)
        top = first_row(len(lines)) - 2
        for place, column in enumerate(columns):
            sheet.write_string(top, place, column.heading, self._heading)
        formats = [self._formats[column.style] for column in columns]
        last = top
        for last, row in enumerate(rows, start=top + 1):
            for place, cell in enumerate(row):
                self._write(sheet, last, place, cell, formats[place])
        self._set_up(sheet, name, top, last, len(columns))
        return last - top

    def _write(self, sheet: Any, row: int, place: int, cell: Cell, form: Any) -> None:
        if isinstance(cell, Formula):
            sheet.write_formula(row, place, cell.text, form, cell.value)
        elif isinstance(cell, str):
            if cell:
                sheet.write_string(row, place, cell[:MAX_TEXT], form)
        elif cell is not None and math.isfinite(cell):
            sheet.write_number(row, place, cell, form)

    def _set_up(self, sheet: Any, name: str, top: int, last: int, width: int) -> None:
        sheet.freeze_panes(top + 1, 0)
        sheet.autofilter(top, 0, max(last, top + 1), width - 1)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.set_header(f"&L{self._title}&R{name}")
        sheet.set_footer("&C&P / &N")
