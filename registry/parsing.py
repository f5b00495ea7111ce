"""Strict readers of users' text: JSON without ambiguities, CSV without guesses."""

import csv
import io
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from registry.canonical import sha256_hex
from registry.errors import Invalid, Violation

MAX_JSON_DEPTH = 64
MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_INTEGER = 2**53
MAX_CELL = 32 * 1024
MAX_COLUMNS = 200
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(Invalid):
    code = "unreadable"
    title = "The file cannot be read"


# --- JSON -----------------------------------------------------------------------------------------------------


def parse_json(content: bytes, *, file: str | None = None) -> Any:
    """The value of a JSON text, refusing what parsers read differently.

    Refused: anything but UTF-8 without a byte order mark, duplicate keys, NaN and infinities (also 1e400), lone
    surrogates, NUL, integers beyond 2**53, nesting deeper than 64, more than 64 MiB. Raises Unreadable.
    """
    name = file or "The JSON text"

    def refuse(reason: str) -> NoReturn:
        raise Unreadable(f"{name} is not acceptable JSON: {reason}.")

    def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            keys = [key for key, _ in pairs]
            refuse(f"duplicate key {next(key for key in keys if keys.count(key) > 1)!r}")
        return value

    if len(content) > MAX_JSON_BYTES:
        refuse(f"it has {len(content)} bytes, the limit is {MAX_JSON_BYTES}")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse(f"byte {error.start} is not UTF-8")
    if text.startswith("\ufeff"):
        refuse("it starts with a byte order mark; save it as UTF-8 without one")
    try:
        value = json.loads(text, object_pairs_hook=without_duplicates, parse_constant=refuse)
    except json.JSONDecodeError as error:
        refuse(f"{error.msg} at line {error.lineno}, column {error.colno}")
    except (RecursionError, ValueError) as error:
        refuse(f"{error}")
    problem = _json_problem(value)
    if problem:
        refuse(problem)
    return value


def _json_problem(value: Any) -> str | None:
    """Why a parsed value is refused, or None. Walks with a stack, so depth cannot exhaust Python's own."""
    stack: list[tuple[Any, int]] = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if depth > MAX_JSON_DEPTH:
            return f"it is nested deeper than {MAX_JSON_DEPTH} levels"
        if isinstance(item, dict):
            stack.extend((part, depth + 1) for pair in item.items() for part in pair)
        elif isinstance(item, list):
            stack.extend((part, depth + 1) for part in item)
        elif isinstance(item, str):
            if "\0" in item or any("\ud800" <= character <= "\udfff" for character in item):
                return f"the text {item[:40]!r} holds NUL or half of a surrogate pair"
        elif isinstance(item, float) and item - item != 0.0:
            return "a number is too large to be finite"
        elif isinstance(item, int) and abs(item) > MAX_INTEGER:
            return f"the integer {str(item)[:20]}… is beyond 2**53; write it as a string"
    return None


# --- CSV ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """Cells of one column: codes[i] is the place of row i's text in values. Repeated texts are kept once."""

    values: tuple[str, ...]
    codes: "array[int]"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A CSV file as text. rows[i] is the spreadsheet row (heading = 1) of record i; ragged records stand apart."""

    name: str
    sha256: str
    heading: tuple[str, ...]
    columns: dict[str, Column]
    rows: "array[int]"
    ragged: tuple[tuple[int, tuple[str, ...]], ...] = field(default=())

    def __len__(self) -> int:
        return len(self.rows)

    def record(self, index: int) -> list[str]:
        return [column.values[column.codes[index]] for column in self.columns.values()]

    def ragged_violations(self) -> list[Violation]:
        return [
            Violation(
                code="ragged-row",
                message=f"The row has {len(cells)} fields, the heading has {len(self.heading)}.",
                fix="Add or remove commas, or put a text that holds a comma into double quotes.",
                file=self.name,
                row=row,
                value=",".join(cells)[:80],
            )
            for row, cells in self.ragged
        ]


def read_csv(content: bytes, *, name: str, encoding: str | None = None) -> TextTable:
    """A comma-separated text with one heading row, every cell as text, exactly as written.

    encoding: None means UTF-8 with or without a byte order mark, and nothing else. Records of another width are
    set apart as ragged. Raises Unreadable for a wrong encoding, an empty file, a doubled or blank heading, an
    unclosed quote, NUL, a cell over 32 KiB.
    """
    lines = io.TextIOWrapper(io.BytesIO(_utf8(content, name, encoding)), encoding="utf-8", newline="")
    reader = csv.reader(lines, strict=True)
    records = _records(reader, name)
    heading = _heading(next(records, (1, [])), name)
    width = len(heading)
    known: list[dict[str, int]] = [{} for _ in heading]
    codes = [array("l") for _ in heading]
    rows, ragged = array("l"), []
    for row, cells in records:
        if len(cells) != width:
            ragged.append((row, tuple(cells)))
            continue
        rows.append(row)
        for column, cell in enumerate(cells):
            seen = known[column]
            codes[column].append(seen.setdefault(cell, len(seen)))
    if not rows and not ragged:
        raise Unreadable(f"{name} has a heading but no rows. Check that the right file was exported.")
    columns = {each: Column(tuple(seen), code) for each, seen, code in zip(heading, known, codes, strict=True)}
    return TextTable(name, sha256_hex(content), heading, columns, rows, tuple(ragged))


def _utf8(content: bytes, name: str, encoding: str | None) -> bytes:
    try:
        if encoding is not None:
            return content.decode(encoding).removeprefix("\ufeff").encode()
        content.decode("utf-8")
        return content.removeprefix(b"\xef\xbb\xbf")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        remedy = (
            "Save it as “CSV UTF-8”, or name its encoding, for example --encoding gb18030 for a file from a Chinese Excel."
        )
        raise Unreadable(f"{name} is not {encoding or 'UTF-8'}: byte {error.start} (row {row}) does not fit. {remedy}") from error
    except (LookupError, UnicodeEncodeError) as error:
        raise Unreadable(f"{name} cannot be read as {encoding!r}: {error}. Known names are utf-8, gb18030, big5.") from error


def _records(reader: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with its spreadsheet row."""
    row = 0
    try:
        for cells in reader:
            row += 1
            if any("\0" in cell or len(cell) > MAX_CELL for cell in cells):
                raise Unreadable(f"{name}, row {row}: a cell holds NUL or more than {MAX_CELL} characters. Clean the cell.")
            if cells:
                yield row, cells
    except csv.Error as error:
        hint = "A double quote is opened and not closed." if "end of data" in str(error) else f"{error}."
        raise Unreadable(f"{name}, from row {row + 1}: {hint} Check the double quotes.") from error


def _heading(first: tuple[int, list[str]], name: str) -> tuple[str, ...]:
    heading = tuple(cell.strip() for cell in first[1])
    if not heading:
        raise Unreadable(f"{name} is empty. Expected a heading row and at least one row of data.")
    if len(heading) == 1 and any(separator in heading[0] for separator in ";\t|"):
        raise Unreadable(f"{name} has no commas in its heading {heading[0][:80]!r}. Save it as comma-separated CSV.")
    if len(heading) > MAX_COLUMNS:
        raise Unreadable(f"{name} has {len(heading)} columns, the limit is {MAX_COLUMNS}.")
    doubled = sorted({each for each in heading if heading.count(each) > 1})
    if doubled or "" in heading:
        problem = "a blank heading" if "" in heading else f"a doubled heading: {', '.join(doubled)}"
        raise Unreadable(f"{name} has {problem}. Give every column one name of its own.")
    return heading


def safe_cell(text: str) -> str:
    """The cell as a CSV export writes it: text that a spreadsheet would run as a formula gets a leading quote."""
    if not text.startswith(_FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def plain_cell(text: str) -> str:
    """The cell before safe_cell."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def write_csv(heading: Sequence[str], records: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese; formulas are made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([safe_cell(cell) for cell in heading])
    writer.writerows([safe_cell(cell) for cell in record] for record in records)
    return text.getvalue().encode("utf-8-sig")
