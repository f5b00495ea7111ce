"""A user's table given back in the user's own format, with one more column that says what is wrong with each row.

CSV, XLSX and Parquet come back as they came. A workbook of the old format (.xls) comes back as .xlsx: nothing that is
maintained writes .xls (xlwt had its last release in 2017, and its authors say not to use it).
"""

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from registry.errors import Invalid, Violation
from registry.file_formats import FileFormat
from registry.parsing import TextTable, write_csv

ERROR_COLUMN = "error"
# Where the file has an `error` column of its own.
OTHER_ERROR_COLUMN = "registry_error"
_OLD_FORMAT = "The old format .xls cannot be written any more; this is the same table as .xlsx."

# One fixed day for every file, so that the same table gives the same bytes.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_LONGEST_CELL = 32_767
# Comments are slow to write and to open; every bad cell is coloured, and the column says everything.
_MOST_COMMENTS = 1_000
_ROWS_IN_MEMORY = 100_000
_SHEET_NAME = 31
_MOST_ROWS = 2**20
_WIDTH, _ERROR_WIDTH = 16, 60
# Not allowed in XML, whatever way it is written.
_NOT_IN_XML = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


class TooLongForSheet(Invalid):
    code = "too-long-for-sheet"
    title = "The table has more rows than a sheet of a workbook"


@dataclass(frozen=True, slots=True)
class AnnotatedFile:
    """notice: what the user should know of it, if anything."""

    content: bytes
    format: FileFormat
    notice: str = ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The table as it goes out. rows: spreadsheet row and cells, in order; marked: violations by row, then place."""

    heading: tuple[str, ...]
    error_place: int
    rows: tuple[tuple[int, Sequence[str]], ...]
    marked: Mapping[int, Mapping[int, list[Violation]]]


def annotate(table: TextTable, violations: Iterable[Violation], form: FileFormat | None = None) -> AnnotatedFile:
    """The table with the column `error`. form: None for the format of the table's own file.

    Headings are those of the file; of a file that was annotated before, the column is written anew. A row with too
    many fields has the surplus ones after the error. The same table and violations give the same bytes. Raises
    TooLongForSheet.
    """
    return _written(_sheet(table, violations), table, form)


def extend(table: TextTable, added: Mapping[str, Sequence[str]], form: FileFormat | None = None) -> AnnotatedFile:
    """The table with more columns behind its own, a cell for each of its rows. Raises TooLongForSheet."""
    heading = (*(table.file_heading or table.heading), *added)
    more = zip(*added.values(), strict=True)
    rows = tuple((row, [*table.record(i), *cells]) for i, (row, cells) in enumerate(zip(table.rows, more, strict=True)))
    return _written(_Sheet(heading, len(heading) - 1, rows, {}), table, form)


def _written(sheet: _Sheet, table: TextTable, form: FileFormat | None) -> AnnotatedFile:
    asked = form or table.form or FileFormat.CSV
    if asked is FileFormat.CSV:
        return AnnotatedFile(write_csv(sheet.heading, (cells for _, cells in sheet.rows)), asked)
    if asked is FileFormat.PARQUET:
        return AnnotatedFile(_parquet(sheet), asked)
    name = table.sheet or "Sheet1"
    return AnnotatedFile(_xlsx(sheet, name), FileFormat.XLSX, _OLD_FORMAT if asked is FileFormat.XLS else "")


def _sheet(table: TextTable, violations: Iterable[Violation]) -> _Sheet:
    given = table.file_heading or table.heading
    width = len(given)
    kept = width - 1 if given[-1] in (ERROR_COLUMN, OTHER_ERROR_COLUMN) else width
    places = {name: place for place, name in enumerate(given)}
    places |= {table.column_label(name): place for place, name in enumerate(table.heading)}
    messages: dict[int, list[str]] = {}
    marked: dict[int, dict[int, list[Violation]]] = {}
    for each in violations:
        if each.row is not None:
            column = f"{each.column}: " if each.column else ""
            messages.setdefault(each.row, []).append(f"{column}{each.message} {each.fix}".strip())
            marked.setdefault(each.row, {}).setdefault(places.get(each.column or "", kept), []).append(each)
    records: list[tuple[int, Sequence[str]]] = [(row, table.record(i)) for i, row in enumerate(table.rows)]
    records += [(each.row, each.cells) for each in table.bad_records]
    records.sort(key=lambda record: record[0])
    error_column = OTHER_ERROR_COLUMN if ERROR_COLUMN in given[:kept] else ERROR_COLUMN
    rows = tuple(
        (row, [*cells[:kept], *[""] * (kept - len(cells)), " | ".join(messages.get(row, [])), *cells[width:]])
        for row, cells in records
    )
    return _Sheet((*given[:kept], error_column), kept, rows, marked)


def _xlsx(sheet: _Sheet, name: str) -> bytes:
    """Every cell as text, in the row that it had; bad cells coloured, the first of them with a comment."""
    import xlsxwriter  # type: ignore[import-untyped]

    if sheet.rows and sheet.rows[-1][0] > _MOST_ROWS:
        raise TooLongForSheet(
            f"The table reaches to row {sheet.rows[-1][0]:,}, a sheet only to {_MOST_ROWS:,}. Use CSV."
        )
    content = io.BytesIO()
    large = len(sheet.rows) > _ROWS_IN_MEMORY
    options = {"in_memory": not large, "constant_memory": large, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(content, options)
    workbook.set_properties({"created": _CREATED})
    page = workbook.add_worksheet(name.translate(_NOT_IN_NAMES)[:_SHEET_NAME])
    text = workbook.add_format({"num_format": "@"})
    bad = workbook.add_format({"num_format": "@", "bg_color": "#FFC7CE"})
    strong = workbook.add_format({"num_format": "@", "bold": True, "bottom": 1})
    page.set_column(0, sheet.error_place, _WIDTH, text)
    page.set_column(sheet.error_place, sheet.error_place, _ERROR_WIDTH, text)
    page.freeze_panes(1, 0)
    for place, heading in enumerate(sheet.heading):
        page.write_string(0, place, _writable(heading), strong)
    comments = _MOST_COMMENTS
    for row, cells in sheet.rows:
        marked = sheet.marked.get(row, {})
        for place, cell in enumerate(cells):
            if cell or place in marked:
                page.write_string(row - 1, place, _writable(cell), bad if place in marked else text)
        # A workbook that is not held in memory takes a comment only with its row.
        for place, violations in islice(marked.items(), comments):
            page.write_comment(row - 1, place, _comment(violations), {"x_scale": 2, "author": "registry"})
            comments -= 1
    last = sheet.rows[-1][0] if sheet.rows else 1
    page.autofilter(0, 0, last - 1, len(sheet.heading) - 1)
    page.ignore_errors({"number_stored_as_text": f"A1:XFD{last}"})
    workbook.close()
    return content.getvalue()


def _comment(violations: Iterable[Violation]) -> str:
    return _writable("\n".join(f"{each.message} {each.fix} [{each.code}]" for each in violations))


def _writable(cell: str) -> str:
    return cell[:_LONGEST_CELL].translate(_NOT_IN_XML)


def _parquet(sheet: _Sheet) -> bytes:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    width = max((len(cells) for _, cells in sheet.rows), default=0)
    surplus = [f"surplus_{i}" for i in range(1, width - len(sheet.heading) + 1)]
    heading = [*sheet.heading, *surplus]
    columns = zip(*([*cells, *[""] * (len(heading) - len(cells))] for _, cells in sheet.rows), strict=True)
    arrays = [pa.array(column, pa.string()) for column in columns] or [pa.array([], pa.string())] * len(heading)
    content = io.BytesIO()
    pq.write_table(pa.table(arrays, names=heading), content)
    return content.getvalue()
