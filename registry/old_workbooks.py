"""Workbooks of the old format (.xls): its container and the records of its sheets, as far as facts are in them.

Sources: Microsoft, [MS-CFB] Compound File Binary File Format; [MS-XLS] Excel Binary File Format.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from registry.errors import Unreadable
from registry.file_formats import protected, refusal
from registry.sheet_facts import SheetFacts

_FREE_SECTORS = 0xFFFFFFFA
_DIRECTORY_ENTRY = 128
_SMALL_STREAM = 4096
_STREAM, _ROOT = 2, 5

_BEGIN, _END, _FILE_PASS, _SHEET, _FORMAT, _STYLE, _SIZE = 0x0809, 0x000A, 0x002F, 0x0085, 0x041E, 0x00E0, 0x0200
_ROW, _FORMULA, _ERROR, _MERGED, _MANY_NUMBERS = 0x0208, 0x0006, 0x0205, 0x00E5, 0x00BD
_NUMBERS = {0x0203, 0x027E}
_CELLS = {*_NUMBERS, _FORMULA, _ERROR, 0x00FD, 0x0204, 0x00D6}
_VERSION_8 = 0x0600
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_HIDDEN_ROW = 0x20
_MOST_ROWS, _MOST_COLUMNS = 2**16, 2**8
_PADDED = re.compile(r"(0{2,})(;.*)?")
_SAVE = "Open it in a spreadsheet and save it as an Excel workbook (.xlsx)."


@dataclass(frozen=True, slots=True)
class OldSheet:
    """place: among all sheets of the workbook, charts included."""

    name: str
    place: int
    offset: int
    is_hidden: bool


class OldWorkbook:
    """An .xls file. Raises Unreadable where it is none, damaged, protected, or older than Excel 97."""

    def __init__(self, content: bytes, name: str) -> None:
        self._name = name
        self.sheets: tuple[OldSheet, ...] = ()
        self._padded: dict[int, int] = {}
        try:
            self._stream = _stream(content)
            self._read_globals()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, what: str) -> Unreadable:
        return refusal(self._name, "damaged-workbook", f"The workbook is damaged: {what}.", _SAVE)

    def _read_globals(self) -> None:
        if not self._stream:
            message = "The file is an old Office document without a workbook of Excel 97 to 2003."
            raise refusal(self._name, "not-what-its-suffix-says", message, _SAVE)
        sheets: list[OldSheet] = []
        formats: dict[int, int] = {}
        styles: list[int] = []
        place = 0
        for kind, data in self._records(0):
            if kind == _FILE_PASS:
                raise protected(self._name)
            if kind == _SHEET:
                offset, state, what = struct.unpack_from("<IBB", data)
                if what == 0:
                    sheets.append(OldSheet(_text(data[6:], 1), place, offset, state != 0))
                place += 1
            elif kind == _FORMAT and (shown := _PADDED.fullmatch(_text(data[2:], 2))):
                formats[struct.unpack_from("<H", data)[0]] = len(shown[1])
            elif kind == _STYLE:
                styles.append(struct.unpack_from("<2xH", data)[0])
        self.sheets = tuple(sheets)
        self._padded = {i: min(formats[each], 255) for i, each in enumerate(styles) if each in formats}

    def _records(self, offset: int) -> Iterator[tuple[int, bytes]]:
        """The records of the part that begins at offset, without those of parts inside it."""
        depth = 0
        while True:
            kind, length = struct.unpack_from("<HH", self._stream, offset)
            data = self._stream[offset + 4 : offset + 4 + length]
            if len(data) < length:
                raise struct.error("a record is cut off")
            if kind == _BEGIN:
                depth += 1
                if depth == 1 and struct.unpack_from("<H", data)[0] != _VERSION_8:
                    message = "The workbook is of an Excel before 1997."
                    raise refusal(self._name, "not-what-its-suffix-says", message, _SAVE)
            elif kind == _END:
                depth -= 1
            if depth <= 0:
                return
            if depth == 1:
                yield kind, data
            offset += 4 + length

    def facts(self, sheet: OldSheet) -> SheetFacts:
        """Formulas are counted and placed; their texts are not read."""
        facts = SheetFacts()
        hidden: set[int] = set()
        padded: list[tuple[int, int, int]] = []
        try:
            for kind, data in self._records(sheet.offset):
                if kind == _SIZE:
                    _require_possible(*struct.unpack_from("<4xI2xH", data))
                elif kind == _ROW:
                    row, flags = struct.unpack_from("<H10xB", data)
                    if flags & _HIDDEN_ROW:
                        hidden.add(row + 1)
                elif kind in _CELLS or kind == _MANY_NUMBERS:
                    self._see(kind, data, facts, padded)
                elif kind == _MERGED:
                    (count,) = struct.unpack_from("<H", data)
                    for top, bottom, left, right in struct.iter_unpack("<4H", data[2 : 2 + 8 * count]):
                        facts.add_merged(top + 1, left, bottom + 1, right)
        except (struct.error, IndexError) as error:
            raise self._damaged(f"sheet {sheet.name}, {error}") from error
        for row, column, digits in sorted(padded):
            facts.pad(row, column, digits)
        facts.hidden_rows.extend(sorted(hidden & facts.seen_rows))
        return facts

    def _see(self, kind: int, data: bytes, facts: SheetFacts, padded: list[tuple[int, int, int]]) -> None:
        row, column = struct.unpack_from("<2H", data)
        if kind == _MANY_NUMBERS:
            cells = [(column + i, style) for i, (style, _) in enumerate(struct.iter_unpack("<HI", data[4:-2]))]
        else:
            cells = [(column, struct.unpack_from("<4xH", data)[0])]
        for each, style in cells:
            facts.see(row + 1, each)
            if (kind in _NUMBERS or kind == _MANY_NUMBERS) and style in self._padded:
                padded.append((row + 1, each, self._padded[style]))
        if kind == _FORMULA:
            facts.add_formula(row + 1, column, "(formula)")
        elif kind == _ERROR and data[7]:
            facts.add_error(row + 1, column, _ERRORS.get(data[6], "#ERROR!"))


def _require_possible(rows: int, columns: int) -> None:
    """calamine makes room for as many cells as a sheet says it has, and ends the process if there is none."""
    if rows > _MOST_ROWS or columns > _MOST_COLUMNS:
        raise struct.error(f"it says it has {rows} rows and {columns} columns")


def _text(data: bytes, length_size: int) -> str:
    """A string with its length before it, in characters; then come a flag and one or two bytes a character."""
    length = int.from_bytes(data[:length_size], "little")
    start = length_size + 1
    if data[length_size] & 1:
        return data[start : start + 2 * length].decode("utf-16-le")
    return data[start : start + length].decode("latin-1")


def _stream(content: bytes) -> bytes:
    """The stream Workbook of a compound file, empty if there is none."""
    container = _Container(content)
    directory = container.chain(container.first_directory)
    root: bytes | None = None
    for place in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        entry = directory[place : place + _DIRECTORY_ENTRY]
        length, kind = struct.unpack_from("<64xHB", entry)
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<116xII", entry)
        if kind == _ROOT:
            root = container.chain(start)
        elif kind == _STREAM and name.lower() == "workbook":
            return container.chain(start)[:size] if size >= _SMALL_STREAM else container.small(root or b"", start, size)
    if root is None:
        raise struct.error("the container has no root")
    return b""


class _Container:
    """A compound file: sectors, and a table that says which one follows which. No chain is longer than the file."""

    def __init__(self, content: bytes) -> None:
        major, shift, small_shift = struct.unpack_from("<26xH2xHH", content)
        if major not in {3, 4} or shift not in {9, 12} or small_shift != 6:
            raise struct.error("the container is of no known version")
        self._content = content
        self._size = 1 << shift
        self._most = len(content) // self._size + 1
        self.first_directory, self._first_small, more = struct.unpack_from("<48xI8xI4xI", content)
        tables = list(struct.unpack_from("<76x109I", content))
        for _ in range(self._most):
            if more >= _FREE_SECTORS:
                break
            *numbers, more = struct.unpack(f"<{self._size // 4}I", self._sector(more))
            tables += numbers
        self._following: list[int] = []
        for each in tables[: self._most]:
            if each < _FREE_SECTORS:
                self._following += _numbers(self._sector(each))

    def _sector(self, number: int) -> bytes:
        return self._content[(number + 1) * self._size : (number + 2) * self._size]

    def chain(self, number: int) -> bytes:
        found: list[bytes] = []
        while number < _FREE_SECTORS and len(found) <= self._most:
            found.append(self._sector(number))
            number = self._following[number]
        return _whole(number, found)

    def small(self, root: bytes, number: int, size: int) -> bytes:
        """A stream that lies in pieces of 64 bytes within the root."""
        following = _numbers(self.chain(self._first_small))
        found: list[bytes] = []
        while number < _FREE_SECTORS and len(found) <= size // 64:
            found.append(root[number * 64 : number * 64 + 64])
            number = following[number]
        return _whole(number, found)[:size]


def _whole(number: int, found: list[bytes]) -> bytes:
    if number < _FREE_SECTORS:
        raise struct.error("its sectors go in a circle")
    return b"".join(found)


def _numbers(sectors: bytes) -> list[int]:
    return [number for (number,) in struct.iter_unpack("<I", sectors)]
