"""Strict readers of users' files: CSV without guesses, JSON (in json_text); and the writer of CSV."""

import csv
import io
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from registry.canonical import sha256_hex
from registry.errors import Unreadable, Violation
from registry.file_formats import FileFormat
from registry.json_text import parse_json

__all__ = [
    "BadRecord",
    "Column",
    "TextTable",
    "Unreadable",
    "parse_json",
    "plain_cell",
    "read_csv",
    "safe_cell",
    "write_csv",
]

MAX_CELL_CHARACTERS = 32 * 1024
MAX_COLUMNS = 200
_SEEN_CHARACTERS = 80
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Also the full-width signs, which a Chinese or Japanese spreadsheet takes for the same.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BOTH_ENCODINGS = (
    "Leave out --encoding; if the other file needs it, save this one as “CSV UTF-8”, whose mark at the start tells."
)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """Cells of one column: codes[i] is the place of row i's text in values. Repeated texts are kept once."""

    values: tuple[str, ...]
    codes: "array[int]"


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that does not fit into the table: another width, NUL, a cell over the limit."""

    row: int
    cells: tuple[str, ...]
    code: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as text. rows[i] is the spreadsheet row (heading = 1) of record i; bad records stand apart.

    heading names the columns as we call them, file_heading as the file does. form, sheet: of the file, None where the
    table comes from none. problems: cells for which a record stands apart, with sheet, row, column and value.
    """

    name: str
    sha256: str
    heading: tuple[str, ...]
    columns: dict[str, Column]
    rows: "array[int]"
    bad_records: tuple[BadRecord, ...] = ()
    file_heading: tuple[str, ...] = ()
    form: FileFormat | None = None
    sheet: str | None = None
    problems: tuple[Violation, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def record(self, index: int) -> list[str]:
        return [column.values[column.codes[index]] for column in self.columns.values()]

    def map_cells(self, change: Callable[[str], str]) -> "TextTable":
        """The table with every cell changed, headings left as they are."""
        columns = {
            name: Column(tuple(change(value) for value in column.values), column.codes)
            for name, column in self.columns.items()
        }
        bad = tuple(replace(each, cells=tuple(change(cell) for cell in each.cells)) for each in self.bad_records)
        return replace(self, columns=columns, bad_records=bad)

    def column_label(self, name: str) -> str:
        """The column as the file's owner knows it; where that is another word, our name follows in brackets."""
        if name not in self.heading or not self.file_heading:
            return name
        given = self.file_heading[self.heading.index(name)]
        return name if given == name else f"{given} ({name})"

    def bad_record_violations(self) -> list[Violation]:
        """Those of the cells with problems; for bad records without one, those of the records."""
        named = {each.row for each in self.problems}
        records = (each for each in self.bad_records if each.row not in named)
        return [
            *self.problems,
            *(
                Violation(
                    each.code,
                    each.message,
                    each.fix,
                    file=self.name,
                    row=each.row,
                    value=",".join(each.cells)[:_SEEN_CHARACTERS],
                    sheet=self.sheet,
                )
                for each in records
            ),
        ]


def read_csv(content: bytes, *, name: str, encoding: str | None = None, may_be_empty: bool = False) -> TextTable:
    """A comma-separated text with one heading row, every cell as text, exactly as written; blank rows are passed over.

    encoding: None means UTF-8 with or without a byte order mark, and nothing else. Records of another width, with
    NUL or with a cell over 32,768 characters are set apart. Raises Unreadable for a wrong encoding, a file without
    a heading or rows, a doubled heading, a blank one over a column with text, an unclosed quote.
    """
    plain = _utf8(content, name, encoding)
    has_nul = b"\0" in plain
    text = io.TextIOWrapper(io.BytesIO(plain), encoding="utf-8", newline="")
    records = _records(csv.reader(text, strict=True), name)
    heading = _heading(next(records, (1, []))[1], name)
    width = len(heading)
    places: list[dict[str, int]] = [{} for _ in heading]
    codes = [array("q") for _ in heading]
    rows, bad = array("q"), []
    for row, cells in records:
        # Almost every record is sound, so the reason is looked for only where there is one.
        if len(cells) != width or has_nul or max(map(len, cells)) > MAX_CELL_CHARACTERS:
            problem = _bad_record(row, cells, heading)
            if problem is not None:
                bad.append(problem)
                continue
        rows.append(row)
        for known, code, cell in zip(places, codes, cells, strict=True):
            code.append(known.setdefault(cell, len(known)))
    if not rows and not bad and not may_be_empty:
        raise Unreadable(f"{name} has a heading but no rows. Check that the right file was exported.")
    blank = _blank_columns(heading, places, name)
    columns = {
        each: Column(tuple(known), code) for each, known, code in zip(heading, places, codes, strict=True) if each
    }
    kept = tuple(each for each in heading if each)
    records_apart = tuple(
        each if len(each.cells) != len(heading) else replace(each, cells=_without(each.cells, blank)) for each in bad
    )
    return TextTable(name, sha256_hex(content), kept, columns, rows, records_apart, kept, FileFormat.CSV)


def _blank_columns(heading: Sequence[str], places: Sequence[dict[str, int]], name: str) -> frozenset[int]:
    """Columns without a heading or any text, as spreadsheets write them beside a table. Raises Unreadable for text."""
    blank = frozenset(place for place, each in enumerate(heading) if not each)
    used = [str(place + 1) for place in sorted(blank) if any(places[place])]
    if used:
        raise Unreadable(f"{name} has a blank heading over column {', '.join(used)}. Give every column a name.")
    return blank


def _without(cells: tuple[str, ...], left_out: frozenset[int]) -> tuple[str, ...]:
    return tuple(cell for place, cell in enumerate(cells) if place not in left_out)


def _utf8(content: bytes, name: str, encoding: str | None) -> bytes:
    """The content in UTF-8 without a byte order mark. A mark says UTF-8 louder than a named encoding does."""
    if content.startswith(_WORKBOOK_STARTS):
        raise Unreadable(f"{name} is a workbook, not CSV. Open it and save it as “CSV UTF-8 (comma delimited)”.")
    if encoding is None or content.startswith(_BYTE_ORDER_MARK):
        return _from("utf-8", content, name).removeprefix(_BYTE_ORDER_MARK)
    decoded = _from(encoding, content, name)
    if decoded != content and not content.isascii() and _is_utf8(content):
        raise Unreadable(f"{name} is UTF-8 already; as {encoding} its characters would be garbled. {_BOTH_ENCODINGS}")
    return decoded.removeprefix(_BYTE_ORDER_MARK)


def _from(encoding: str, content: bytes, name: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        is_utf8 = encoding != "utf-8" and _is_utf8(content)
        remedy = _BOTH_ENCODINGS if is_utf8 else _remedy(content, encoding)
        line = max(content.count(b"\n", 0, error.start), content.count(b"\r", 0, error.start)) + 1
        what = "is UTF-8" if is_utf8 else f"is not {encoding.upper()}: byte {error.start} (line {line}) does not fit"
        raise Unreadable(f"{name} {what}. {remedy}") from error
    except (LookupError, UnicodeError) as error:
        raise Unreadable(
            f"{name} cannot be read as {encoding!r}: {error}. Known: utf-8, gb18030, big5, utf-16."
        ) from error


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _remedy(content: bytes, encoding: str) -> str:
    save = "Save it as “CSV UTF-8”"
    if encoding != "utf-8":
        return f"{save} and leave out --encoding."
    if content.startswith(_UTF_16_MARKS):
        return f"{save}, or name its encoding: --encoding utf-16."
    return f"{save}, or name its encoding, for example --encoding gb18030 for a file from a Chinese Excel."


def _records(reader: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with its spreadsheet row."""
    row = 0
    try:
        for cells in reader:
            row += 1
            if any(cells):
                yield row, cells
    except csv.Error as error:
        raise Unreadable(
            f"{name}, from row {row + 1}: {error}. Check the double quotes: one that is opened must be closed, and one "
            f"inside a text is written twice. No cell may hold more than {MAX_CELL_CHARACTERS} characters."
        ) from error


def _bad_record(row: int, cells: list[str], heading: Sequence[str]) -> BadRecord | None:
    if len(cells) != len(heading):
        message = f"The row has {len(cells)} fields, the heading has {len(heading)}."
        fix = "Add or remove commas, or put a text that holds a comma into double quotes."
        return BadRecord(row, tuple(cells), "ragged-row", message, fix)
    for column, cell in zip(heading, cells, strict=True):
        if "\0" in cell:
            return BadRecord(row, tuple(cells), "nul-character", f"{column} holds NUL.", "Clean the cell.")
        if len(cell) > MAX_CELL_CHARACTERS:
            message = f"{column} holds {len(cell)} characters, the limit is {MAX_CELL_CHARACTERS}."
            return BadRecord(row, tuple(cells), "long-cell", message, "Shorten the text; check the double quotes.")
    return None


def _heading(cells: list[str], name: str) -> tuple[str, ...]:
    heading = tuple(cell.strip() for cell in cells)
    if not heading:
        raise Unreadable(f"{name} is empty. Expected a heading row and at least one row of data.")
    if any("\0" in each for each in heading):
        raise Unreadable(f"{name} has NUL in its heading, so it is no text file. Save it as “CSV UTF-8”.")
    if len(heading) == 1 and any(separator in heading[0] for separator in ";\t|，；"):
        raise Unreadable(f"{name} has no commas in its heading {heading[0][:80]!r}. Save it as comma-separated CSV.")
    if len(heading) > MAX_COLUMNS:
        raise Unreadable(f"{name} has {len(heading)} columns, the limit is {MAX_COLUMNS}.")
    doubled = [repr(each) for each, count in Counter(heading).items() if each and count > 1]
    if doubled:
        raise Unreadable(f"{name} has a doubled heading: {', '.join(doubled)}. Give every column one name of its own.")
    return heading


def safe_cell(text: str) -> str:
    """The cell as a CSV export writes it: text that a spreadsheet would run as a formula gets a leading quote.

    So does text that starts with such quotes, so that plain_cell can always undo it.
    """
    if not text.lstrip("'").startswith(_FORMULA_STARTS) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def plain_cell(text: str) -> str:
    """The cell before safe_cell."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_STARTS) else text


def write_csv(heading: Sequence[str], records: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese; formulas are made harmless."""
    text = io.StringIO(newline="")
    plain = csv.writer(text, lineterminator="\n")
    quoting = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for record in (heading, *records):
        cells = [safe_cell(cell) for cell in record]
        # Left to itself the writer quotes line feeds but no carriage returns, at which a reader would break the row.
        (quoting if any("\r" in cell for cell in cells) else plain).writerow(cells)
    return text.getvalue().encode("utf-8-sig")
