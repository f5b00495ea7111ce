"""Workbooks and Parquet files that are bombs, damaged or not what they say, through both faces and in our columns.

What the readers make of each is in test_file_reader.py, test_spreadsheets.py and test_parquet_tables.py.
"""

import io
import json
import pickle
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bad_input_list import bodies_of
from builders import make_check, make_report
from faces import Faces, files_of
from file_samples import BOMBS
from xlsx_files import PACKAGE, RELATIONS, plain_workbook, raw_workbook, text_cell, texts_part

REPORT = make_report()
HEADING, VALUES = list(REPORT), list(REPORT.values())
LETTERS = "ABCDEF"


def row_of(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def texts(number: int, values: list[str]) -> list[str]:
    return [text_cell(f"{letter}{number}", value) for letter, value in zip(LETTERS, values, strict=True)]


GOOD = row_of(1, *texts(1, HEADING)) + row_of(2, *texts(2, VALUES))


def workbook(place: str, cell: str, **parts: Any) -> bytes:
    """A good workbook with another cell at a place of its second row."""
    cells = {f"{letter}2": text for letter, text in zip(LETTERS, texts(2, VALUES), strict=True)} | {place: cell}
    return raw_workbook(row_of(1, *texts(1, HEADING)) + row_of(2, *cells.values()), **parts)


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content, **options)
    return content.getvalue()


def good_parquet(**changes: Any) -> bytes:
    return parquet({name: [value] for name, value in REPORT.items()} | changes)


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return content.getvalue()


def with_reports(content: bytes, name: str) -> dict[str, tuple[str, bytes]]:
    return files_of() | {"reports": (name, content)}


@pytest.mark.parametrize("name", ["reports.xlsx", "reports.parquet"])
def test_a_good_file_of_each_format_is_recorded_as_csv_is(faces: Faces, name: str) -> None:
    content = raw_workbook(GOOD) if name.endswith("xlsx") else good_parquet()

    read = faces.accept(with_reports(content, name))

    plain = faces.accept(files_of())
    assert json.loads(read["result"])["evaluators"] == json.loads(plain["result"])["evaluators"]


ENTITY = '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
REMOTE = '<!DOCTYPE sst SYSTEM "http://127.0.0.1:9/x.dtd">'
NESTED = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(6))
EXPANSION = f'<!DOCTYPE sst [<!ENTITY a "{"x" * 100}">{NESTED}]>'
SHARED = '<c r="C2" t="s"><v>0</v></c>'

REFUSED: dict[str, tuple[str, bytes]] = {
    "D42 external entity": ("r.xlsx", workbook("C2", SHARED, texts=texts_part("<si><t>[&x;]</t></si>", ENTITY))),
    "D43 entity expansion": ("r.xlsx", workbook("C2", SHARED, texts=texts_part("<si><t>&g;</t></si>", EXPANSION))),
    "D44 400 MB of spaces": ("r.xlsx", BOMBS["400 MB of spaces"][0]),
    "D45 two far cells": ("r.xlsx", raw_workbook(GOOD + row_of(1_048_576, text_cell("XFD1048576", "x")))),
    "D55 truncated": ("r.parquet", good_parquet()[:-10]),
    "D55 bare magic": ("r.parquet", b"PAR1" + b"\0" * 20 + b"PAR1"),
    "D56 web page": ("r.xlsx", b"<html><table><tr><td>1</td></tr></table></html>"),
    "D56 pickle": ("r.xlsx", pickle.dumps({"score": 1})),
    "D56 zip without a workbook": ("r.xlsx", archive("a.txt")),
}
SIBLINGS: dict[str, tuple[str, bytes]] = {
    "remote document type": ("r.xlsx", workbook("C2", SHARED, texts=texts_part("<si><t>a</t></si>", REMOTE))),
    "entity in the sheet": ("r.xlsx", raw_workbook(GOOD, prolog=ENTITY.replace("sst", "worksheet"))),
    "a far row": ("r.xlsx", raw_workbook(GOOD + row_of(1_048_576, text_cell("A1048576", "x")))),
    "a column number beyond all": ("r.xlsx", raw_workbook(GOOD + row_of(3, text_cell("ZZZZZZ3", "x")))),
    "a row number beyond all": ("r.xlsx", raw_workbook(GOOD + row_of(99_999_999_999, text_cell("A3", "x")))),
    "merged cells": ("r.xlsx", raw_workbook(GOOD, after='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>')),
    "an error of the spreadsheet": ("r.xlsx", workbook("C2", '<c r="C2" t="e"><v>#REF!</v></c>')),
    "a code of 18 digits as a number": ("r.xlsx", workbook("C2", '<c r="C2"><v>1.1010119900307E+17</v></c>')),
    "a sheet that is not there": ("r.xlsx", workbook("C2", SHARED)),
    "a workbook cut off": ("r.xlsx", raw_workbook(GOOD)[:-40]),
    "a workbook with a flipped byte": ("r.xlsx", raw_workbook(GOOD)[:60] + b"\xff" + raw_workbook(GOOD)[61:]),
    "300 parts": ("r.xlsx", archive(*[f"xl/{i}.xml" for i in range(300)])),
    "a path in the archive": ("r.xlsx", archive("../../etc/passwd", "xl/workbook.xml")),
    "an old workbook that is none": ("r.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "far cells of an old workbook": ("r.xls", BOMBS["far cells of an old workbook"][0]),
    "a workbook as Parquet": ("r.parquet", raw_workbook(GOOD)),
    "Parquet as a workbook": ("r.xlsx", good_parquet()),
    "a workbook as CSV": ("r.csv", raw_workbook(GOOD)),
    "Parquet as CSV": ("r.csv", good_parquet()),
    "gzip as CSV": ("r.csv", b"\x1f\x8b\x08" + b"\0" * 30),
    "PDF as a workbook": ("r.xlsx", b"%PDF-1.7\n" + b"\0" * 30),
    "nothing as a workbook": ("r.xlsx", b""),
    "nothing as Parquet": ("r.parquet", b""),
    "Arrow's own format": ("r.parquet", b"ARROW1\0\0" + b"\0" * 40),
    "nested Parquet": ("r.parquet", good_parquet(site_id=[["s1"]])),
    "Parquet with bytes": ("r.parquet", good_parquet(site_id=[b"\xff\xfe"])),
    "Parquet without a column": ("r.parquet", parquet({"score": [1, 2, 3]})),
    "Parquet without a row": ("r.parquet", parquet({name: pa.array([], pa.string()) for name in HEADING})),
    "an unknown suffix": ("r.docx", archive("word/document.xml")),
    "a macro workbook": ("r.xlsm", raw_workbook(GOOD)),
    "a binary workbook": ("r.xlsb", archive("xl/workbook.bin")),
    "OpenDocument": ("r.ods", archive("content.xml")),
}


@pytest.mark.parametrize(("name", "content"), [*REFUSED.values(), *SIBLINGS.values()], ids=[*REFUSED, *SIBLINGS])
def test_a_file_that_does_harm_or_is_none_is_refused(faces: Faces, name: str, content: bytes) -> None:
    refusal, said = faces.refuse(with_reports(content, name))

    assert name in refusal.text
    assert name in said
    assert faces.send_files(files_of(), on_error="report").status_code == 201


@pytest.mark.parametrize("identifier", ["D42", "D43", "D45", "D46", "D55", "D56"])
def test_the_files_of_the_list_are_refused_as_they_are(faces: Faces, identifier: str) -> None:
    name = "r.parquet" if identifier == "D55" else "r.xlsx"

    for content in bodies_of(identifier):
        faces.refuse(with_reports(content, name))


FORMULAS = {
    "D46 with its last value": '<c r="{}"><f>HYPERLINK("http://x","y")</f><v>7</v></c>',
    "D46 without a value": '<c r="{}"><f>1/0</f></c>',
    "with a text": '<c r="{}" t="str"><f>"s"&amp;1</f><v>s1</v></c>',
    "shared": '<c r="{}"><f t="shared" ref="A2:A3" si="0">1+1</f><v>2</v></c>',
    "of an array": '<c r="{}"><f t="array" ref="A2">1+1</f><v>2</v></c>',
    "without text": '<c r="{}"><f/><v>2</v></c>',
}


@pytest.mark.parametrize("cell", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.parametrize("letter", ["C", "E"])
def test_each_formula_is_named_by_sheet_row_and_column(faces: Faces, cell: str, letter: str) -> None:
    place = f"{letter}2"
    column = HEADING[LETTERS.index(letter)]

    refusal, said = faces.refuse(with_reports(workbook(place, cell.format(place)), "r.xlsx"))

    (error,) = refusal.errors
    assert (error["sheet"], error["row"], error["column"]) == ("S", 2, column)
    assert f"r.xlsx, sheet S, row 2, column {column}" in said


def test_d54_two_hundred_million_rows_are_refused(faces: Faces) -> None:
    (content,) = bodies_of("D54")

    refusal, _ = faces.refuse(with_reports(content, "r.parquet"))

    assert "r.parquet" in refusal.text


def test_a_million_rows_are_too_many_for_an_upload(faces: Faces) -> None:
    content = good_parquet(**{name: [value] * 100_001 for name, value in REPORT.items()})

    answer = faces.send_files(with_reports(content, "r.parquet"))

    assert answer.status_code == 422
    assert "100,000" in answer.text


def test_a_workbook_with_addresses_calls_nobody(faces: Faces) -> None:
    outside = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/hyperlink" '
        'Target="http://127.0.0.1:9/x" TargetMode="External"/></Relationships>'
    )
    links = f'<hyperlinks><hyperlink ref="A2" r:id="rId1" xmlns:r="{RELATIONS}"/></hyperlinks>'
    content = raw_workbook(GOOD, after=links, parts={"xl/worksheets/_rels/sheet1.xml.rels": outside})

    assert faces.accept(with_reports(content, "r.xlsx"))["pairs"]


def test_codes_of_a_workbook_stay_texts(faces: Faces) -> None:
    report = make_report(site_id="00123", evaluator_id="NA")
    content = plain_workbook(("S", [list(report), list(report.values())]))

    read = faces.accept(files_of([], [make_check(site_id="00123")]) | {"reports": ("r.xlsx", content)})

    (pair,) = json.loads(read["pairs"])["pairs"]
    assert (pair["site_id"], pair["evaluator_id"]) == ("00123", "NA")
