"""Workbooks that are damaged, hostile or too large: refused before or while they are unpacked."""

from dataclasses import replace

import pytest
from sheet_reading import only, read, records, refused
from xlsx_files import (
    GOOD_ROW,
    HEADING,
    bloated_workbook,
    plain_workbook,
    raw_workbook,
    text_cell,
    texts_part,
)

from registry.file_limits import OWN_FILE, UPLOAD


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            raw_workbook('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts=texts_part(
                "<si><t>&x;</t></si>", '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>')),
            id="external entity",
        ),
        pytest.param(
            raw_workbook('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts=texts_part(
                "<si><t>&g;</t></si>", '<!DOCTYPE sst [<!ENTITY a "xx"><!ENTITY g "&a;&a;">]>')),
            id="entity expansion",
        ),
        pytest.param(raw_workbook(prolog='<?xml version="1.0" encoding="UTF-7"?>'), id="encoding"),
        pytest.param(raw_workbook(prolog='<?xml version="1.0" encoding="none"?>'), id="no such encoding"),
        pytest.param(raw_workbook(prolog="<!DOCTYPE worksheet>"), id="document type in the sheet"),
        pytest.param(raw_workbook(styles='<!DOCTYPE x><styleSheet/>'), id="document type in the styles"),
        pytest.param(raw_workbook(HEADING + '<row r="2"><c r="B2"/><c><v>1</v></c></row>'), id="some with a place"),
        pytest.param(raw_workbook(HEADING + GOOD_ROW + GOOD_ROW), id="one row twice"),
        pytest.param(raw_workbook(HEADING + f'<row r="2">{text_cell("A3", "x")}</row>'), id="a cell of another row"),
        pytest.param(
            raw_workbook(HEADING + f'<row r="2">{text_cell("B2", "x")}{text_cell("A2", "x")}</row>'), id="order"),
        pytest.param(raw_workbook(HEADING + f'<row r="2">{text_cell("XFE2", "x")}</row>'), id="no such column"),
        pytest.param(raw_workbook(HEADING + f'<row r="1048577">{text_cell("A1048577", "x")}</row>'), id="no such row"),
        pytest.param(
            raw_workbook(HEADING + '<row r="2"><c r="A2" t="s"><v>5</v></c></row>', texts=texts_part("")), id="text"),
        pytest.param(raw_workbook(HEADING + "<row"), id="cut off"),
        pytest.param(raw_workbook(parts={"xl/Worksheets/sheet1.xml": "x"}), id="one part twice"),
        pytest.param(raw_workbook()[:-30], id="no directory"),
        pytest.param(b"PK\x03\x04" + b"\0" * 100, id="nothing"),
    ],
)  # fmt: skip
def test_a_damaged_or_hostile_workbook_is_refused(content):
    found = only(refused(content))

    assert found.code == "damaged-workbook"
    assert "save it anew" in found.fix


@pytest.mark.parametrize(
    ("part", "noun"),
    [("xl/workbook.bin", ".xlsb"), ("word/document.xml", ".docx"), ("mimetype", ".ods"), ("Index/Document.iwa", "Num")],
)  # fmt: skip
def test_other_archives_are_named(part, noun):
    found = only(refused(raw_workbook(parts={part: "x"})))

    assert (found.code, noun in found.message) == ("not-what-its-suffix-says", True)


def test_bytes_are_counted_while_a_workbook_is_unpacked():
    assert records(read(bloated_workbook(30))) == [["x", "1"]]
    assert only(refused(bloated_workbook(70))).code == "zip-bomb"
    assert records(read(bloated_workbook(70), limits=OWN_FILE)) == [["x", "1"]]


def test_a_workbook_with_much_repetition_is_no_bomb():
    content = plain_workbook(("S", [["code", "value"], *[["x", 1]] * 20_000]))

    assert len(read(content)) == 20_000


def test_a_workbook_of_too_many_parts_is_refused():
    parts = {f"xl/media/{i}.txt": "x" for i in range(200)}

    assert "parts" in only(refused(raw_workbook(parts=parts))).message


@pytest.mark.parametrize("far", ["XFD1048576", "A1048576", "XFD2"])
def test_cells_far_from_each_other_are_refused_before_they_are_read(far):
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    start = f'<row r="1">{text_cell("A1", "a")}{text_cell("B1", "b")}{text_cell("C1", "c")}</row>'

    found = only(refused(raw_workbook(f'{start}<row r="{row}"><c r="{far}"><v>1</v></c></row>')))

    assert found.code == "too-large"
    assert f"{int(row):,} rows" in found.message or far in found.message


def test_more_rows_than_allowed_are_refused():
    content = plain_workbook(("S", [["code"], *[["x"]] * 11]))

    assert len(read(content, limits=replace(UPLOAD, rows=11))) == 11
    assert "more than 10 rows" in only(refused(content, limits=replace(UPLOAD, rows=10))).message
