"""Files of each format, good ones and bombs, and how a test reads them."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from xls_files import OldSheet, old_workbook
from xlsx_files import HEADING, bloated_workbook, plain_workbook, raw_workbook, text_cell, texts_part

from registry.errors import Unreadable
from registry.file_reader import read_file

WORKBOOK = plain_workbook(("S", [["code", "value"], ["x", 1]]))


OLD_WORKBOOK = old_workbook(OldSheet(cells={(0, 0): "code", (0, 1): "value", (1, 0): "x", (1, 1): 1.0}))


CSV = b"code,value\nx,1\n"


OLD_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


# Takes a second to read.
LONG_CSV = b"code,value\n" + b"".join(b"x%d,%d\n" % (i, -i) for i in range(600_000))


SHORTER_CSV = b"".join(LONG_CSV.splitlines(keepends=True)[:100_001])


def parquet(columns):
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


PARQUET = parquet({"code": ["x"], "value": [1]})


ENTITIES = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(6))


SHARED = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'


BOMBS = {
    "external entity": (raw_workbook(SHARED, texts=texts_part(
        "<si><t>[&x;]</t></si>", '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>')), "x.xlsx"),
    "entity expansion": (raw_workbook(SHARED, texts=texts_part(
        "<si><t>&g;</t></si>", f'<!DOCTYPE sst [<!ENTITY a "{"x" * 100}">{ENTITIES}]>')), "x.xlsx"),
    "400 MB of spaces": (bloated_workbook(400), "x.xlsx"),
    "one cell of 200 MB": (raw_workbook(HEADING + f'<row r="2">{text_cell("A2", "x" * 200_000_000)}</row>'), "x.xlsx"),
    "two far cells": (raw_workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "x.xlsx"),
    # Each of the cells becomes a text of its own, 4.6 GiB in all: the reader cannot have them and aborts.
    "one text in 150,000 cells": (raw_workbook(
        HEADING + "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(2, 99_000)),
        texts=texts_part(f"<si><t>{'x' * 32_000}</t></si>")), "x.xlsx"),
    "far cells of an old workbook": (
        old_workbook(*[OldSheet(f"S{i}", {(0, 0): "a", (65535, 255): "x"}) for i in range(9)]), "x.xls"),
    "truncated parquet": (parquet({"score": [1, 2, 3]})[:-10], "x.parquet"),
    "bare magic": (b"PAR1" + b"\0" * 20 + b"PAR1", "x.parquet"),
}  # fmt: skip


def refused(content, name="x.csv", **options):
    with pytest.raises(Unreadable) as caught:
        read_file(content, name=name, **options)
    return caught.value


def code_of(content, name, **options):
    (violation,) = refused(content, name, **options).violations
    return violation.code


def is_serving():
    """Whether the next file is read."""
    return read_file(CSV, name="x.csv").record(0) == ["x", "1"]
