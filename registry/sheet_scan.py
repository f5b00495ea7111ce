"""Reads the XML of a sheet for its facts, piece by piece. Refused: DTDs, and what could be taken in two ways."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.parsers import expat

from registry.sheet_facts import SheetFacts, column_letters, column_place
from registry.workbook_package import NotWellFormed, local_name, xml_parser

_ROWS = 2**20
_FORMULA_CHARACTERS = 200
_DIGITS = "0123456789"
_CONTENT = frozenset({"v", "t", "f"})


class _Kinds(dict[str, str]):
    """Names of elements without the prefix of the first one; those of other vocabularies are nothing."""

    def __missing__(self, name: str) -> str:
        if not self:
            self._prefix = name.removesuffix(local_name(name))
        is_ours = name.startswith(self._prefix) and ":" not in name.removeprefix(self._prefix)
        self[name] = name.removeprefix(self._prefix) if is_ours else ""
        return self[name]


class SheetScan:
    """Facts of one sheet. padded: for a style that shows leading zeros, the digits it shows."""

    def __init__(self, padded: Mapping[str, int], most_rows: int) -> None:
        self.facts = SheetFacts()
        self.has_too_many_rows = False
        self._most_rows = most_rows
        self._padded = padded
        self._kinds = _Kinds()
        # The columns of cells with content.
        self._places: dict[str, int] = {}
        self._row = 0
        self._row_text = ""
        self._row_digits = 0
        self._is_row_seen = True
        self._is_hidden = False
        self._has_places = False
        self._column = -1
        self._implied_column = -1
        self._cell: dict[str, str] = {}
        self._is_seen = True
        self._text: list[str] = []
        self._parser = xml_parser(self._start)

    def feed(self, pieces: Iterable[bytes], each: Callable[[bytes], object]) -> None:
        """Raises NotWellFormed, ExpatError and ValueError. each: what else is to be done with a piece."""
        for piece in pieces:
            each(piece)
            self._parser.Parse(piece, False)
            if self.has_too_many_rows:
                break
        else:
            self._parser.Parse(b"", True)
        self.facts.seen_columns.update(self._places.values())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """Called for every element, of which a large sheet has millions."""
        kind = self._kinds[name]
        if kind == "c":
            self._cell = attributes
            self._is_seen = False
            if "r" in attributes:
                self._has_places = True
            else:
                self._imply_place()
        elif kind in _CONTENT:
            if not self._is_seen:
                self._see()
            if kind == "f":
                self._collect(self._formula)
            elif kind == "v" and self._cell.get("t") == "e":
                self._collect(self._error)
        elif kind == "row":
            self._begin_row(attributes)
        elif kind == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        row = int(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < row <= _ROWS:
            raise NotWellFormed(f"row {row} follows row {self._row}")
        self._row, self._row_text = row, str(row)
        self._row_digits = len(self._row_text)
        self._is_row_seen = self._has_places = False
        self._column = self._implied_column = -1
        self._is_hidden = attributes.get("hidden") in {"1", "true"}

    def _imply_place(self) -> None:
        """In a row without places each cell stands right of the one before it, with content or not."""
        if self._has_places:
            raise NotWellFormed(f"only some cells of row {self._row} have a place")
        self._implied_column += 1
        self._cell["r"] = column_letters(self._implied_column) + self._row_text

    def _see(self) -> None:
        """The cell has content, for which elements without any may stand around."""
        self._is_seen = True
        place, digits = self._cell["r"], self._row_digits
        if place[-digits:] != self._row_text:
            raise NotWellFormed(f"cell {place[:20]} stands in row {self._row}")
        letters = place[:-digits]
        column = self._places.get(letters)
        if column is None:
            column = self._places[letters] = column_place(letters)
        if column <= self._column:
            raise NotWellFormed(f"the cells of row {self._row} are out of order")
        self._column = column
        if not self._is_row_seen:
            self._see_row()
        if self._padded and self._cell.get("t", "n") == "n":
            shown = self._padded.get(self._cell.get("s", ""))
            if shown is not None:
                self.facts.pad(self._row, column, shown)

    def _see_row(self) -> None:
        self._is_row_seen = True
        self.facts.seen_rows.add(self._row)
        if self._is_hidden:
            self.facts.hidden_rows.append(self._row)
        self.has_too_many_rows = len(self.facts.seen_rows) > self._most_rows

    def _collect(self, then: Callable[[str], None]) -> None:
        """Give the text of the element that begins to then."""
        self._text = []
        parser = self._parser

        def end(_: str) -> None:
            parser.CharacterDataHandler = parser.EndElementHandler = None
            then("".join(self._text)[:_FORMULA_CHARACTERS])

        parser.CharacterDataHandler = self._text.append
        parser.EndElementHandler = end

    def _formula(self, text: str) -> None:
        self.facts.add_formula(self._row, self._column, f"={text}")

    def _error(self, text: str) -> None:
        self.facts.add_error(self._row, self._column, text)

    def _merge(self, cells: str) -> None:
        first, _, last = cells.partition(":")
        self.facts.add_merged(*_place(first), *_place(last or first))


class FoundContent(Exception):
    """A sheet has a cell with content."""


def has_content(pieces: Iterable[bytes]) -> bool:
    """Whether a sheet has a cell with content. Raises NotWellFormed and ExpatError."""

    kinds = _Kinds()

    def start(name: str, _: dict[str, str]) -> None:
        if kinds[name] in _CONTENT:
            raise FoundContent

    parser = xml_parser(start)
    try:
        for piece in pieces:
            parser.Parse(piece, False)
    except FoundContent:
        return True
    parser.Parse(b"", True)
    return False


def _place(cell: str) -> tuple[int, int]:
    letters = cell.rstrip(_DIGITS)
    return int(cell[len(letters) :]), column_place(letters)


SCAN_ERRORS: tuple[type[Exception], ...] = (expat.ExpatError, NotWellFormed, ValueError)


class PaddedStyles:
    """Which styles of a workbook show whole numbers with leading zeros: format 000000, for example."""

    def __init__(self) -> None:
        self.digits: dict[str, int] = {}
        self._formats: dict[str, int] = {}
        self._count: int | None = None

    def start(self, name: str, attributes: dict[str, Any]) -> None:
        kind = local_name(name)
        if kind == "numFmt":
            shown = attributes.get("formatCode", "").partition(";")[0]
            if len(shown) > 1 and not shown.strip("0"):
                self._formats[attributes.get("numFmtId", "")] = min(len(shown), 255)
        elif kind == "cellXfs":
            self._count = 0
        elif kind in {"cellStyles", "dxfs"}:
            self._count = None
        elif kind == "xf" and self._count is not None:
            digits = self._formats.get(attributes.get("numFmtId", ""))
            if digits is not None:
                self.digits[str(self._count)] = digits
            self._count += 1
