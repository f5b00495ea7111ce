"""Small workbooks of the old format, byte by byte: nothing that is installed writes them."""

import struct
from dataclasses import dataclass, field

GENERAL, DAY, CODE = 0, 1, 2
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class OldSheet:
    """cells: text, number, bool, ("formula", number), ("error", code) or (style, number) by (row, column) from 0.

    rows: what the sheet says it has.
    """

    name: str = "S"
    cells: dict = field(default_factory=dict)
    merged: list = field(default_factory=list)
    hidden_rows: tuple = ()
    state: int = 0
    rows: int | None = None


def old_workbook(*sheets: OldSheet, protected: bool = False, version: int = 0x0600, epoch: int = 0) -> bytes:
    before = _record(0x0809, struct.pack("<HHHHII", version, 5, 0x0DBB, 0x07CC, 0xC1, 0x0306))
    if protected:
        before += _record(0x002F, struct.pack("<H", 1) + b"\0" * 52)
    before += _record(0x0042, struct.pack("<H", 1200)) + _record(0x0022, struct.pack("<H", epoch))
    for number, code in ((164, "yyyy-mm-dd"), (165, "000000")):
        before += _record(0x041E, struct.pack("<H", number) + _text(code, "<H"))
    before += b"".join(_record(0x00E0, struct.pack("<HH", 0, number) + b"\0" * 16) for number in (0, 164, 165))
    parts = [_sheet(each) for each in sheets]
    names = [_text(each.name, "<B") for each in sheets]
    place = len(before) + sum(10 + len(name) for name in names) + 4
    for sheet, name, part in zip(sheets, names, parts, strict=True):
        before += _record(0x0085, struct.pack("<IBB", place, sheet.state, 0) + name)
        place += len(part)
    return _container(before + _record(0x000A) + b"".join(parts))


def _sheet(sheet: OldSheet) -> bytes:
    rows = [row for row, _ in sheet.cells] or [0]
    columns = [column for _, column in sheet.cells] or [0]
    content = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0xC1, 0x0306))
    content += _record(
        0x0200, struct.pack("<IIHHH", min(rows), sheet.rows or max(rows) + 1, min(columns), max(columns) + 1, 0)
    )
    for row in sheet.hidden_rows:
        content += _record(0x0208, struct.pack("<6HI", row, 0, 256, 255, 0, 0, 0x20))
    content += b"".join(_cell(row, column, value) for (row, column), value in sorted(sheet.cells.items()))
    if sheet.merged:
        content += _record(
            0x00E5, struct.pack("<H", len(sheet.merged)) + b"".join(struct.pack("<4H", *m) for m in sheet.merged)
        )
    return content + _record(0x000A)


def _cell(row: int, column: int, value: object) -> bytes:
    head = struct.pack("<2H", row, column)
    if isinstance(value, str):
        return _record(0x0204, head + struct.pack("<H", GENERAL) + _text(value, "<H"))
    if isinstance(value, bool):
        return _record(0x0205, head + struct.pack("<HBB", GENERAL, value, 0))
    if isinstance(value, tuple) and value[0] == "error":
        return _record(0x0205, head + struct.pack("<HBB", GENERAL, value[1], 1))
    if isinstance(value, tuple) and value[0] == "formula":
        formula = struct.pack("<HB", 1, 0x1E)
        return _record(0x0006, head + struct.pack("<HdHI", GENERAL, value[1], 0, 0) + struct.pack("<H", 3) + formula)
    style, number = value if isinstance(value, tuple) else (GENERAL, value)
    return _record(0x0203, head + struct.pack("<Hd", style, number))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, length: str) -> bytes:
    return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")


def _container(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    tables = -(-(count + 2) // 127)
    following = [TABLE] * tables + [END] + [tables + 2 + i for i in range(count - 1)] + [END]
    following += [FREE] * (tables * 128 - len(following))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, END, 0, 1) + _entry("Workbook", 2, tables + 1, len(stream), FREE)
    return head + struct.pack(f"<{tables * 128}I", *following) + directory.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, FREE, FREE, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)
