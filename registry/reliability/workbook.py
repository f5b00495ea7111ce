"""The auditor's working paper: a comparison as a workbook whose numbers can be computed again by hand."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]

from registry.languages import Translate
from registry.reliability.glossary import PAIR_COLUMNS
from registry.reliability.presentation import Document
from registry.reliability.reperformance import Places, reperformance_sheet, visits_sheet
from registry.reliability.visits import numbered, visit_table
from registry.reliability.workbook_cells import Book, Cell, Column, Style
from registry.reliability.workbook_sheets import (
    checkers_sheet,
    criteria_sheet,
    dropped_sheet,
    evaluators_sheet,
    glossary_sheet,
    summary_sheet,
)

# One fixed day for every file: the same comparison gives the same bytes. The result itself has no date either.
CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
PAIRS_A_SHEET = 1_000_000
# From here on rows leave memory as they are written.
PAIRS_IN_MEMORY = 100_000
_ROWS_AT_ONCE = 20_000

_WIDE = {"site_id": 18, "spot_check_id": 18, "evaluator_id": 24, "report_id": 18}
_STYLES: dict[str, Style] = {
    "evaluator_no": "integer",
    "report_row": "integer",
    "check_row": "integer",
    "lag_days": "integer",
    "discrepancy": "integer",
    "signed_size": "number",
    "reported_pass": "integer",
    "checked_pass": "integer",
    "weight": "number",
    "normalised_weight": "number",
}
_FLAGS = {"true": 1.0, "false": 0.0}


def working_paper(
    document: Document, pairs: pd.DataFrame, translate: Translate, *, pairs_a_sheet: int = PAIRS_A_SHEET
) -> bytes:
    """The workbook as the bytes of an .xlsx file; equal results give equal bytes.

    pairs: the comparison's paired findings, one row each. More than pairs_a_sheet of them go on over several sheets.
    """
    content = io.BytesIO()
    large = len(pairs) > PAIRS_IN_MEMORY
    options = {"in_memory": not large, "constant_memory": large, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(content, options)
    title = document["title"] or translate("Comparison of reports with spot checks")
    workbook.set_properties({"title": title, "created": CREATED})
    workbook.set_calc_mode("auto")
    book = Book(workbook, title)
    frame = numbered(pairs, [each["evaluator_id"] for each in document["evaluators"]])
    visits = visit_table(frame)
    summary_sheet(book, document, translate)
    evaluators_sheet(book, document, translate)
    criteria_sheet(book, document, translate)
    checkers_sheet(book, document, translate)
    dropped_sheet(book, document, translate)
    sheets = pairs_sheets(book, frame, translate, pairs_a_sheet)
    visits_sheet(book, visits, translate)
    reperformance_sheet(book, document, frame, visits, Places(sheets, translate("Visits"), len(visits)), translate)
    glossary_sheet(book, translate)
    workbook.close()
    return content.getvalue()


def pairs_sheets(book: Book, frame: pd.DataFrame, translate: Translate, limit: int) -> list[tuple[str, int]]:
    """Write every pair; returns (sheet, rows) of each sheet. The headings are the names of pairs.csv."""
    columns = [Column(name, _WIDE.get(name, 13), _STYLES.get(name, "text")) for name in PAIR_COLUMNS]
    rows = _pair_rows(frame)
    sheets = []
    for number in range(max(1, -(-len(frame) // limit))):
        name = translate("Pairs") + (f" {number + 1}" if number else "")
        sheets.append((name, book.sheet(name, columns, islice(rows, limit))))
    return sheets


def _pair_rows(frame: pd.DataFrame) -> Iterator[Sequence[Cell]]:
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        part = frame.iloc[start : start + _ROWS_AT_ONCE]
        yield from zip(*(_cells(part[name], name) for name in PAIR_COLUMNS), strict=True)


def _cells(column: pd.Series, name: str) -> Iterable[Cell]:
    if name in ("reported_pass", "checked_pass"):
        return [_FLAGS.get(text) for text in column]
    if name in _STYLES:
        return [float(number) for number in pd.to_numeric(column)]
    return [str(text) for text in column.fillna("")]
