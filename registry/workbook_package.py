"""The package of an .xlsx file: which parts it has and what they hold, every byte counted as it is unpacked.

What is read from it goes on as a new package (`alone`) of one sheet, its texts and its styles, so that the reader of
cells sees nothing but what was checked here.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from registry.errors import Unreadable
from registry.file_formats import refusal
from registry.file_limits import Limits

CHUNK = 2**20
_SMALL_PART = 4 * CHUNK
_NOT_WORKBOOKS = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a text document (.docx)",
    "ppt/presentation.xml": "a presentation (.pptx)",
    "mimetype": "an OpenDocument file (.ods)",
    "Index/Document.iwa": "a Numbers document",
}
_REPAIR = "Open it in a spreadsheet and save it anew as .xlsx."
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KINDS = {"worksheets/sheet1.xml": "worksheet", "styles.xml": "styles", "sharedStrings.xml": "sharedStrings"}

# What the standard library raises for archives that are none, truncated or contradict themselves.
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, LookupError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
_ENCODINGS = {"UTF-8", "UTF8", "US-ASCII", "UTF-16"}

Start = Callable[[str, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    path: str
    is_hidden: bool


class NotWellFormed(Exception):
    """A part is no XML that is accepted: it has a document type, which could expand without end, or an encoding."""


class Package:
    """An .xlsx file. Raises Unreadable where it is none, is damaged, or unpacks to more than the limits allow."""

    def __init__(self, content: bytes, name: str, limits: Limits) -> None:
        self.name = name
        self._limits = limits
        self._packed = max(len(content), 1)
        self._unpacked = 0
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except _ARCHIVE_ERRORS as error:
            raise self.damaged("the archive cannot be opened") from error
        self._require_sound_archive()
        self.sheets: tuple[SheetPart, ...] = ()
        self._texts: str | None = None
        self._styles: str | None = None
        self._has_1904_dates = False
        self._read_workbook()

    def damaged(self, what: str) -> Unreadable:
        return refusal(self.name, "damaged-workbook", f"The workbook is damaged: {what}.", _REPAIR)

    def _require_sound_archive(self) -> None:
        entries = self._archive.infolist()
        if len(entries) > self._limits.zip_entries:
            message = f"The workbook has {len(entries):,} parts, the limit is {self._limits.zip_entries:,}."
            raise refusal(self.name, "too-large", message, "Save only the sheet with the table as a workbook.")
        names = {entry.filename.lower() for entry in entries}
        if len(names) < len(entries):
            raise self.damaged("two of its parts have one name")
        if any(entry.flag_bits & 1 for entry in entries):
            raise refusal(self.name, "protected-file", "The archive is protected.", "Take the password off.")
        for part, noun in _NOT_WORKBOOKS.items():
            if part.lower() in names:
                message = f"The file is {noun}, whatever its name says."
                raise refusal(self.name, "not-what-its-suffix-says", message, _REPAIR)
        if not any(name.endswith("workbook.xml") for name in names):
            message = "The file is a zip archive without a workbook."
            raise refusal(self.name, "not-what-its-suffix-says", message, "Give the workbook itself.")

    def chunks(self, path: str) -> Iterator[bytes]:
        """A part in pieces, counted."""
        try:
            with self._archive.open(self._entry(path)) as part:
                while piece := part.read(CHUNK):
                    self._count(len(piece))
                    yield piece
        except _ARCHIVE_ERRORS as error:
            raise self.damaged(f"the part {path} cannot be unpacked") from error

    def _entry(self, path: str) -> zipfile.ZipInfo:
        for entry in self._archive.infolist():
            if entry.filename.lower() == path.lower():
                return entry
        raise self.damaged(f"it names a part {path[:80]} that it does not have")

    def _count(self, count: int) -> None:
        self._unpacked += count
        limits = self._limits
        packs_well = self._unpacked > limits.ratio * self._packed
        if self._unpacked > limits.unpacked_bytes or (self._unpacked > limits.free_bytes and packs_well):
            message = (
                f"The workbook unpacks to more than {self._unpacked // CHUNK} MiB from {self._packed / CHUNK:.1f} MiB."
            )
            raise refusal(self.name, "zip-bomb", message, "Split it, or save the table as “CSV UTF-8”.")

    def parse(self, path: str, start: Start | None, most: int | None = _SMALL_PART) -> bytes:
        """A part as bytes, and each of its elements to start. A part over most bytes is refused."""
        content = bytearray()
        parser = xml_parser(start)
        try:
            for piece in self.chunks(path):
                content += piece
                if most is not None and len(content) > most:
                    raise self.damaged(f"the part {path} is too large")
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, NotWellFormed) as error:
            raise self.damaged(f"the part {path} is not acceptable XML ({error})") from error
        return bytes(content)

    def _read_workbook(self) -> None:
        main = self._related("_rels/.rels", "").get("officeDocument", {"": "xl/workbook.xml"})
        workbook = next(iter(main.values()))
        folder, base = posixpath.split(workbook)
        related = self._related(f"{folder}/_rels/{base}.rels", folder)
        worksheets = related.get("worksheet", {})
        sheets: list[SheetPart] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            kind = local_name(name)
            if kind == "workbookPr":
                self._has_1904_dates = attributes.get("date1904") in ("1", "true")
            elif kind == "sheet":
                given = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                # Sheets of charts and macros hold no table.
                if given in worksheets:
                    is_hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(SheetPart(attributes.get("name", ""), worksheets[given], is_hidden))

        self.parse(workbook, start)
        self.sheets = tuple(sheets)
        self._texts = next(iter(related.get("sharedStrings", {}).values()), None)
        self._styles = next(iter(related.get("styles", {}).values()), None)

    def _related(self, path: str, folder: str) -> dict[str, dict[str, str]]:
        """By kind of relation: the path of each part by its id."""
        found: dict[str, dict[str, str]] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if local_name(name) == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                found.setdefault(kind, {})[attributes.get("Id", "")] = target.lstrip("/")

        self.parse(path, start)
        return found

    def styles(self, start: Start) -> bytes | None:
        return None if self._styles is None else self.parse(self._styles, start, None)

    def alone(self, sheet: bytes, styles: bytes | None) -> bytes:
        """A package of this sheet only, not packed: with the texts and the styles of the workbook."""
        parts = {"worksheets/sheet1.xml": sheet}
        if styles is not None:
            parts["styles.xml"] = styles
        if self._texts is not None:
            parts["sharedStrings.xml"] = self.parse(self._texts, None, None)
        return _package(parts, self._has_1904_dates)


def xml_parser(start: Start | None) -> expat.XMLParserType:
    """A parser that refuses a document type, and with it every entity of a file's own, and other encodings."""

    def refuse(*_: object) -> None:
        raise NotWellFormed("it has a document type")

    def check(_: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.upper() not in _ENCODINGS:
            raise NotWellFormed(f"it is in {encoding[:40]}, not in UTF-8")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.XmlDeclHandler = check
    if start is not None:
        parser.StartElementHandler = start
    return parser


def local_name(name: str) -> str:
    return name.rpartition(":")[2]


def _package(parts: Mapping[str, bytes], has_1904_dates: bool) -> bytes:
    related = "".join(
        f'<Relationship Id="rId{place}" Type="{_RELATIONSHIPS}/{_KINDS[path]}" Target="{path}"/>'
        for place, path in enumerate(parts, start=1)
    )
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONSHIPS}"><workbookPr date1904="{int(has_1904_dates)}"/>'
        '<sheets><sheet name="sheet" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    root = f'<Relationship Id="rId1" Type="{_RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_rels/.rels", rels.format(root))
        archive.writestr("xl/workbook.xml", workbook)
        archive.writestr("xl/_rels/workbook.xml.rels", rels.format(related))
        for path, part in parts.items():
            archive.writestr(f"xl/{path}", part)
    return content.getvalue()
