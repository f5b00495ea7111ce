"""Workbooks from raw XML, as no spreadsheet would write them, and plain ones."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADING = f'<row r="1">{text_cell("A1", "code")}{text_cell("B1", "value")}</row>'
GOOD_ROW = f'<row r="2">{text_cell("A2", "x")}<c r="B2"><v>1</v></c></row>'


def raw_workbook(
    rows: str | Iterable[bytes] = HEADING + GOOD_ROW,
    *,
    after: str = "",
    prolog: str = "",
    texts: str | None = None,
    styles: str | None = None,
    workbook: str = "",
    parts: Mapping[str, str] | None = None,
) -> bytes:
    """rows: XML inside sheetData, or the bytes of the whole sheet in pieces. workbook: XML before the sheets."""
    kinds = {"worksheet": "worksheets/sheet1.xml"}
    kinds |= {} if texts is None else {"sharedStrings": "sharedStrings.xml"}
    kinds |= {} if styles is None else {"styles": "styles.xml"}
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/{kind}" Target="{path}"/>'
        for i, (kind, path) in enumerate(kinds.items(), start=1)
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        root = f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{root}</Relationships>')
        sheets = '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{workbook}{sheets}</workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>'
        )
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            if isinstance(rows, str):
                rows = [f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()]
            for piece in rows:
                part.write(piece)
        for path, text in {"xl/sharedStrings.xml": texts, "xl/styles.xml": styles, **(parts or {})}.items():
            if text is not None:
                archive.writestr(path, text)
    return content.getvalue()


def texts_part(body: str, doctype: str = "") -> str:
    return f'{doctype}<sst xmlns="{MAIN}">{body}</sst>'


def bloated_workbook(mebibytes: int) -> bytes:
    """A sheet with that much white space before its first row."""

    def pieces() -> Iterable[bytes]:
        yield f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
        for _ in range(mebibytes):
            yield b" " * 2**20
        yield f"{HEADING}{GOOD_ROW}</sheetData></worksheet>".encode()

    return raw_workbook(pieces())


def plain_workbook(
    *sheets: tuple[str, Sequence[Sequence[object]]], hidden: Sequence[str] = (), **options: str
) -> bytes:
    """A workbook as xlsxwriter writes it. options: the number format of a column by its letter."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    formats = {column: workbook.add_format({"num_format": code}) for column, code in options.items()}
    for name, rows in sheets:
        page = workbook.add_worksheet(name)
        for column, form in formats.items():
            page.set_column(f"{column}:{column}", None, form)
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                form = formats.get(chr(ord("A") + place)) if row else None
                write = page.write_string if isinstance(cell, str) else page.write
                write(row, place, cell, *([form] if form else []))
        if name in hidden:
            page.hide()
    workbook.close()
    return content.getvalue()
