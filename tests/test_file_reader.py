"""The one door for users' files: what they are, what is refused, and that the next one is read."""

import io
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from file_samples import (
    BOMBS,
    CSV,
    OLD_START,
    OLD_WORKBOOK,
    PARQUET,
    WORKBOOK,
    code_of,
    is_serving,
    parquet,
    refused,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsx_files import GOOD_ROW, HEADING, plain_workbook, raw_workbook, text_cell

from registry.errors import Unreadable
from registry.file_formats import FileFormat, shown_name
from registry.file_limits import UPLOAD
from registry.file_reader import read_file


def outcome(content, name):
    try:
        table = read_file(content, name=name)
    except Unreadable as error:
        return "refused" if error.detail else "refused without a word"
    return "read" if table.heading and len(table) + len(table.bad_records) else "read without a row"


@pytest.mark.parametrize(
    ("content", "name", "form"),
    [
        (CSV, "x.csv", FileFormat.CSV),
        (CSV, "X.TXT", FileFormat.CSV),
        (CSV, "x", FileFormat.CSV),
        (WORKBOOK, "x.xlsx", FileFormat.XLSX),
        (WORKBOOK, "x", FileFormat.XLSX),
        (OLD_WORKBOOK, "x.xls", FileFormat.XLS),
        (PARQUET, "x.parquet", FileFormat.PARQUET),
        (PARQUET, "x.pq", FileFormat.PARQUET),
    ],
)
def test_each_format_gives_the_same_table(content, name, form):
    table = read_file(content, name=name)

    assert (table.heading, table.file_heading, list(table.rows)) == (("code", "value"), ("code", "value"), [2])
    assert (table.record(0), table.form, table.name) == (["x", "1"], form, name)
    assert len(table.sha256) == 64


def test_a_file_is_read_from_its_path(tmp_path):
    (tmp_path / "x.csv").write_bytes(CSV)

    assert read_file(tmp_path / "x.csv", name="x.csv") == read_file(CSV, name="x.csv")
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "none.csv", name="none.csv")


def test_what_is_wrong_with_rows_comes_back_with_its_place():
    rows = HEADING + f'<row r="2">{text_cell("A2", "x")}<c r="B2"><f>1+1</f><v>2</v></c></row>'

    (found,) = read_file(raw_workbook(rows), name="x.xlsx").bad_record_violations()
    (ragged,) = read_file(b"code,value\nx\n", name="x.csv").bad_record_violations()

    assert found.where() == "x.xlsx, sheet S, row 2, column value"
    assert (ragged.code, ragged.where()) == ("ragged-row", "x.csv, row 2")


def test_the_encoding_of_a_csv_file_is_named_and_never_guessed():
    content = "code,town\n1,丽水\n".encode("gb18030")

    assert read_file(content, name="x.csv", encoding="gb18030").record(0) == ["1", "丽水"]
    assert "--encoding gb18030" in refused(content).detail
    assert "not UTF-8" in refused("code,town\n1,København\n".encode("latin-1")).detail


@pytest.mark.parametrize(
    ("content", "name", "code", "said"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "report.xlsx", "not-a-table", "web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "report.xls", "not-a-table", "web page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "x.xls",
         "not-a-table", "XML Spreadsheet 2003"),
        (CSV, "x.xlsx", "not-what-its-suffix-says", "text, as a CSV file is"),
        (CSV, "x.parquet", "not-what-its-suffix-says", "text"),
        (WORKBOOK, "x.csv", "not-what-its-suffix-says", ".xlsx"),
        (WORKBOOK, "x.xls", "not-what-its-suffix-says", "present format"),
        (OLD_WORKBOOK, "x.xlsx", "not-what-its-suffix-says", "old format"),
        (PARQUET, "x.csv", "not-what-its-suffix-says", "Parquet"),
        (pickle.dumps({"score": 1}), "x.xlsx", "not-a-table", "pickle"),
        (pickle.dumps({"score": 1}), "x.csv", "not-a-table", "pickle"),
        (b"%PDF-1.7", "x.csv", "not-a-table", "PDF"),
        (b"\x1f\x8b\x08", "x.csv", "not-a-table", "gzip"),
        (b"PK\x05\x06" + b"\0" * 18, "x.xlsx", "not-a-table", "empty zip"),
        (b"", "x.csv", "empty-file", "empty"),
        (b" \r\n", "x.xlsx", "empty-file", "empty"),
        (CSV, "x.ods", "unknown-suffix", ".ods"),
        (WORKBOOK, "x.xlsm", "unknown-suffix", ".xlsm"),
        (CSV, "report.csv\0.xlsx", "not-what-its-suffix-says", ".xlsx"),
        (OLD_START + "EncryptedPackage".encode("utf-16-le"), "x.xlsx", "protected-file", "password"),
        (b"PARE" + b"\0" * 20 + b"PARE", "x.parquet", "protected-file", "encrypted"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_refused(content, name, code, said):
    (found,) = refused(content, name).violations

    assert (found.code, said in found.message, bool(found.fix)) == (code, True, True)
    assert found.file.isprintable()


def test_a_zip_without_a_workbook_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "x")

    assert code_of(content.getvalue(), "x.xlsx") == "not-what-its-suffix-says"


@pytest.mark.parametrize("heading", ["PARENT,value", "PAR1,value", "BZhejiang,value", "Rar!,value", "<code>,value"])
def test_a_heading_is_not_taken_for_the_mark_of_a_format(heading):
    assert ",".join(read_file(f"{heading}\nx,1\n".encode(), name="x.csv").heading) == heading


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\a.csv", "a.csv"),
        ("a\r\nSet-Cookie: x=1.csv", "a??Set-Cookie: x=1.csv"),
        ("丽水.csv", "丽水.csv"),
        ("\udcff.csv", "?.csv"),
        ("", "file"),
        ("x" * 500 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_names_are_shown_on_one_line_and_without_folders(name, shown):
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"item,score\n", "no rows"),
        (b"item,score,score\n1,2,5\n", "doubled heading"),
        (b'item,score,comment\n1,3,"x\n2,4,y\n', "double quotes"),
        (b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n" + b"1," * 999_999 + b"1\n", "1000000 columns"),
        (b"a,b\n1," + b"x" * 20_000_000 + b"\n", "row 2"),
    ],
)
def test_what_the_reader_of_csv_refuses_comes_back_in_its_words(content, said):
    assert said in refused(content).detail


def test_files_over_the_limit_are_not_even_sent(tmp_path):
    with (tmp_path / "x.csv").open("wb") as file:
        file.truncate(2**33)
    limits = replace(UPLOAD, file_bytes=1000)

    assert code_of(tmp_path / "x.csv", "x.csv", limits=limits) == "too-large"
    assert code_of(b"x" * 1001, "x.csv", limits=limits) == "too-large"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b"code\n" + b"x\n" * 11),
        ("x.xlsx", plain_workbook(("S", [["code"], *[["x"]] * 11]))),
        ("x.parquet", parquet({"code": ["x"] * 11})),
    ],
)
def test_rows_and_cells_over_the_limits_are_refused_in_each_format(name, content):
    assert len(read_file(content, name=name, limits=replace(UPLOAD, rows=11, cells=11))) == 11
    assert code_of(content, name, limits=replace(UPLOAD, rows=10)) == "too-large"
    assert code_of(content, name, limits=replace(UPLOAD, cells=10)) == "too-large"


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_and_the_next_file_read(name):
    content, file = BOMBS[name]

    found = refused(content, file).violations

    assert found
    assert all(each.file == file and each.message and each.fix for each in found)
    assert is_serving()


def test_a_reader_that_aborts_is_survived():
    content, name = BOMBS["one text in 150,000 cells"]

    assert code_of(content, name) == "reader-gave-up"
    assert is_serving()


def test_two_hundred_million_rows_in_a_small_file_are_refused():
    content = io.BytesIO()
    table = pa.table({"score": pa.array(np.zeros(2_000_000, dtype="int64"))})
    with pq.ParquetWriter(content, table.schema, compression="zstd") as writer:
        for _ in range(100):
            writer.write_table(table, row_group_size=2_000_000)

    (found,) = refused(content.getvalue(), "x.parquet").violations

    assert (found.code, "200,000,000 rows" in found.message) == ("too-large", True)


STARTS = [b"PK\x03\x04", OLD_START, b"PAR1\0", b"", WORKBOOK[:200], OLD_WORKBOOK[:600], PARQUET[:40]]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(STARTS), st.binary(max_size=600), st.sampled_from(["x", "x.csv", "x.xlsx", "x.xls", "x.parquet"])
)
def test_any_bytes_are_read_or_refused(start, rest, name):
    assert outcome(start + rest, name) in {"read", "refused"}


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([(WORKBOOK, "x.xlsx"), (OLD_WORKBOOK, "x.xls"), (PARQUET, "x.parquet")]), st.data())
def test_a_file_with_changed_bytes_is_read_or_refused(file, data):
    content, name = bytearray(file[0]), file[1]
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))

    assert outcome(bytes(content), name) in {"read", "refused"}


def test_a_good_row_follows_a_bad_file():
    refused(*BOMBS["two far cells"])

    assert read_file(raw_workbook(HEADING + GOOD_ROW), name="x.xlsx").record(0) == ["x", "1"]
