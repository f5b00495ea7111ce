"""The CSV reader: every cell as written, and nothing guessed; the writer: nothing that runs as a formula."""

import contextlib
import csv
import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import RegistryError
from registry.parsing import MAX_CELL_CHARACTERS, Unreadable, plain_cell, read_csv, safe_cell, write_csv

# The machine of the tests may be busy.
QUICK = settings(deadline=None)


def read(text, **options):
    content = text.encode() if isinstance(text, str) else text
    return read_csv(content, name="x.csv", **options)


def records(table):
    return [table.record(i) for i in range(len(table))]


@pytest.mark.parametrize(
    ("text", "found", "rows"),
    [
        ("a,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]], [2, 3]),
        ("a,b\r\n1,2\r\n3,4\r\n", [["1", "2"], ["3", "4"]], [2, 3]),
        ("a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]], [2, 3]),
        ("\ufeffa,b\n1,2", [["1", "2"]], [2]),
        (" a , b \n 1 , 2 \n", [[" 1 ", " 2 "]], [2]),
        ('a,b\n"x\ny\nz",2\n3,4\n', [["x\ny\nz", "2"], ["3", "4"]], [2, 3]),
        ('a,b\r\n"x\r\ny",2\r\n\r\n3,4\r\n', [["x\r\ny", "2"], ["3", "4"]], [2, 4]),
        ("a,b\n\n,\n1,2\n,\n\n", [["1", "2"]], [4]),
        ('a,b\n"say ""no""",""\n', [['say "no"', ""]], [2]),
        ("a,b\n00123,NA\n1e400,NaN\n", [["00123", "NA"], ["1e400", "NaN"]], [2, 3]),
        ('"a,1",b\n"1,5",2\n', [["1,5", "2"]], [2]),
    ],
)  # fmt: skip
def test_cells_are_read_as_written_and_rows_counted_as_a_spreadsheet_does(text, found, rows):
    table = read(text)

    assert (records(table), list(table.rows)) == (found, rows)


def test_empty_columns_without_a_heading_are_left_out():
    table = read("a,b,,\n1,2,,\n3,4,,\n")

    assert (table.heading, records(table), table.bad_records) == (("a", "b"), [["1", "2"], ["3", "4"]], ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("\ufeff", "is empty"),
        ("a,b\n", "no rows"),
        ("a,b\n,\n\n", "no rows"),
        ("a,a\n1,2\n", "doubled heading: 'a'"),
        ("a, a\n1,2\n", "doubled heading"),
        ("a,\n1,2\n", "blank heading over column 2"),
        ("a\0,b\n1,2\n", "NUL in its heading"),
        ("a;b\n1;2\n", "no commas"),
        ("a\tb\n1\t2\n", "no commas"),
        ("甲，乙\n1，2\n", "no commas"),
        (",".join(f"c{i}" for i in range(201)) + "\n" + "1," * 200 + "1\n", "201 columns, the limit is 200"),
        ('a,b\n1,"2\n3,4\n', "from row 2.*double quotes"),
        ('a,b\n1,2\n3,"4" 5\n', "from row 3.*double quotes"),
        ("a,b\n1," + "x" * 200_000 + "\n", "from row 2.*32768 characters"),
        (b"PK\x03\x04" + b"\0" * 40, "is a workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "is a workbook"),
        ("a,b\n1,København\n".encode("latin-1"), "not UTF-8: byte 7 .line 2.*--encoding gb18030"),
        ("a,b\n1,丽水\n".encode("gb18030"), "not UTF-8.*--encoding gb18030"),
        ("a,b\n1,2\n".encode("utf-16"), "not UTF-8.*--encoding utf-16"),
    ],
)  # fmt: skip
def test_a_file_without_a_sound_table_is_refused(text, reason):
    with pytest.raises(Unreadable, match=f"(?s)x.csv.*{reason}"):
        read(text)


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "big5", "utf-16", "utf-16-le"])
def test_a_named_encoding_is_read(encoding):
    assert records(read("a,b\n1,中文\n".encode(encoding), encoding=encoding)) == [["1", "中文"]]


def test_a_file_marked_as_utf8_is_read_as_such_beside_one_in_another_encoding():
    assert records(read("\ufeffa\n丽水\n", encoding="gb18030")) == [["丽水"]]


@pytest.mark.parametrize("encoding", ["gb18030", "latin-1", "big5", "utf-16-le"])
@pytest.mark.parametrize("text", ["a\n中\n", "a\n丽水\n", "a\n丽水市\n"])
def test_utf8_is_not_garbled_by_naming_another_encoding(text, encoding):
    with pytest.raises(Unreadable, match=r"is UTF-8.*--encoding"):
        read(text, encoding=encoding)


@pytest.mark.parametrize(
    "encoding", ["klingon", "undefined", "base64", "", "idna", "utf\udc80", "unicode_escape", "x" * 300]
)
def test_an_unknown_encoding_is_refused(encoding):
    with pytest.raises(Unreadable):
        read(b"a\n\\ud800\xff\n", encoding=encoding)


def test_records_that_do_not_fit_stand_apart_with_their_rows():
    table = read(f"a,b\n1\n1,2,3\n\n4,5\nx\0,6\n7,{'y' * (MAX_CELL_CHARACTERS + 1)}\n8,{'z' * MAX_CELL_CHARACTERS}\n")

    assert [(each.row, each.code) for each in table.bad_records] == [
        (2, "ragged-row"),
        (3, "ragged-row"),
        (6, "nul-character"),
        (7, "long-cell"),
    ]
    assert list(table.rows) == [5, 8]
    assert table.bad_records[1].cells == ("1", "2", "3")


def test_the_violation_of_a_ragged_row_says_both_widths_and_what_stands_there():
    (violation,) = read("a,b\n1,2,3\n").bad_record_violations()

    assert str(violation) == (
        "x.csv, row 2: The row has 3 fields, the heading has 2. Seen: '1,2,3'. "
        "Add or remove commas, or put a text that holds a comma into double quotes."
    )


def test_one_extra_field_in_every_row_shifts_no_column():
    table = read("item,score\n1,2,3\n4,5,6\n")

    assert len(table) == 0
    assert [each.row for each in table.bad_records] == [2, 3]


def test_a_column_is_named_as_in_the_file_with_our_name_beside():
    table = read("a,b\n1,2\n")

    assert table.column_label("a") == "a"
    assert table.column_label("unknown") == "unknown"


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "+", "\uff1d1",
     "\uff0b1", "\uff0d1", "\uff201", "+inf", "-nan", "-1_000"],
)  # fmt: skip
def test_a_cell_that_would_run_as_a_formula_is_made_text(text):
    assert safe_cell(text) == f"'{text}"
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["", "a=1", "-5", "+7.25", "-1e-5", ".5", "'", "'quoted'", "2024-03-01", "村"])
def test_an_ordinary_cell_is_left_alone(text):
    assert safe_cell(text) == text


@QUICK
@given(st.text())
def test_making_a_cell_safe_can_always_be_undone(text):
    assert plain_cell(safe_cell(text)) == text


@QUICK
@given(st.text(st.sampled_from("='+-@ \t1a")))
def test_no_safe_cell_starts_a_formula(text):
    safe = safe_cell(text)

    assert not safe.startswith(("=", "@", "\t"))
    assert not safe.startswith(("+", "-")) or math.isfinite(float(safe))


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
HEADINGS = st.lists(
    st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=5), min_size=2, max_size=4, unique=True
)


@QUICK
@given(st.data())
def test_what_is_written_reads_back_cell_by_cell(data):
    heading = data.draw(HEADINGS)
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(heading), max_size=len(heading)), min_size=1, max_size=5))
    filled = [row for row in rows if any(row)]

    table = read_csv(write_csv(heading, rows), name="x.csv", may_be_empty=True).map_cells(plain_cell)

    assert table.heading == tuple(heading)
    assert records(table) == filled


@QUICK
@given(st.binary(max_size=120), st.sampled_from([None, "gb18030", "utf-16", "latin-1", "utf-7", "punycode"]))
def test_no_bytes_raise_anything_but_an_error_of_ours(content, encoding):
    with contextlib.suppress(RegistryError):
        read_csv(content, name="x.csv", encoding=encoding)


@QUICK
@given(st.text(st.sampled_from('ab,"\n\r\0 ='), max_size=60))
def test_every_record_is_either_in_the_table_or_apart(text):
    try:
        table = read_csv(b"h,k\n" + text.encode(), name="x.csv")
    except RegistryError:
        return

    expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    found = sorted(
        [(table.rows[i], table.record(i)) for i in range(len(table))]
        + [(each.row, list(each.cells)) for each in table.bad_records]
    )
    assert [cells for _, cells in found] == expected


def test_exports_open_in_a_spreadsheet_with_chinese_intact():
    assert write_csv(["评估机构"], [["甲"]]) == b"\xef\xbb\xbf" + "评估机构\n甲\n".encode()
