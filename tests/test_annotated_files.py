"""Files given back with what is wrong in them: in the format they came in, and with nothing of theirs changed."""

import io
from array import array

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xls_files import OldSheet, old_workbook
from xlsx_files import plain_workbook

from registry.annotated_files import TooLongForSheet, annotate
from registry.errors import Violation
from registry.file_formats import FileFormat
from registry.file_limits import UPLOAD
from registry.parquet_tables import read_parquet
from registry.parsing import Column, TextTable, read_csv
from registry.spreadsheets import read_workbook

ROWS = [["x", "1"], ["=1+1", "@SUM(A1)"], ["00123", "-5"]]


def table_of(rows, form=FileFormat.XLSX, heading=("code", "value"), first=2, sheet="May", **changes):
    columns = {
        name: Column(tuple(row[place] for row in rows), array("q", range(len(rows))))
        for place, name in enumerate(heading)
    }
    numbers = array("q", range(first, first + len(rows)))
    return TextTable("x", "", heading, columns, numbers, (), heading, form=form, sheet=sheet, **changes)


def violation(row, column="value", message="Wrong.", fix="Correct it."):
    return Violation("bad-value", message, fix, file="x", row=row, column=column, value="v", sheet="May")


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(page):
    return [["" if cell is None else cell for cell in row] for row in page.iter_rows(values_only=True)]


def test_a_workbook_comes_back_as_a_workbook_of_texts():
    given_back = annotate(table_of(ROWS), [violation(3), violation(3, "code", "Other.", "Stop."), violation(4)])

    page = opened(given_back.content).active
    assert (given_back.format, given_back.notice, page.title) == (FileFormat.XLSX, "", "May")
    assert cells(page) == [
        ["code", "value", "error"],
        ["x", "1", ""],
        ["=1+1", "@SUM(A1)", "value: Wrong. Correct it. | code: Other. Stop."],
        ["00123", "-5", "value: Wrong. Correct it."],
    ]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:C4")


def test_bad_cells_of_a_workbook_are_coloured_and_say_rule_and_fix():
    page = opened(annotate(table_of(ROWS), [violation(3)]).content).active

    coloured = [cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"]
    assert coloured == ["B3"]
    assert page["B3"].comment.text == "Wrong. Correct it. [bad-value]"
    assert page["B3"].number_format == "@"


def test_a_large_workbook_is_written_the_same_without_being_held_in_memory(monkeypatch):
    small = annotate(table_of(ROWS), [violation(3), violation(2)])
    monkeypatch.setattr("registry.annotated_files._ROWS_IN_MEMORY", 2)

    large = annotate(table_of(ROWS), [violation(3), violation(2)])

    assert large.content != small.content
    assert cells(opened(large.content).active) == cells(opened(small.content).active)
    assert opened(large.content).active["B2"].comment.text == "Wrong. Correct it. [bad-value]"


def test_a_violation_of_a_whole_row_marks_its_error():
    page = opened(annotate(table_of(ROWS), [violation(2, column=None)]).content).active

    assert (page["C2"].value, page["C2"].comment.text) == ("Wrong. Correct it.", "Wrong. Correct it. [bad-value]")


def test_rows_stay_where_they_were():
    page = opened(annotate(table_of(ROWS, first=7), [violation(8)]).content).active

    assert [page["A1"].value, page["A2"].value, page["A7"].value, page["C8"].value] == [
        "code", None, "x", "value: Wrong. Correct it.",
    ]  # fmt: skip


def test_very_many_bad_cells_are_all_coloured_but_not_all_commented():
    page = opened(annotate(table_of([["x", "1"]] * 1200), [violation(row) for row in range(2, 1202)]).content).active

    assert page["B1201"].fill.fgColor.rgb == "FFFFC7CE"
    assert page["C1201"].value == "value: Wrong. Correct it."
    assert sum(cell.comment is not None for row in page.iter_rows() for cell in row) == 1000


def test_a_row_with_a_formula_comes_back_as_text_with_its_error():
    from xlsx_files import HEADING, raw_workbook

    content = raw_workbook(HEADING + '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><v>1</v></c></row>')
    table = read_workbook(content, name="x.xlsx", form=FileFormat.XLSX, sheet=None, limits=UPLOAD)

    page = opened(annotate(table, table.bad_record_violations()).content).active

    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")
    assert "formula" in page["C2"].value


def test_an_old_workbook_comes_back_in_the_present_format_and_says_so():
    content = old_workbook(OldSheet("May", {(0, 0): "code", (1, 0): "x"}))
    table = read_workbook(content, name="x.xls", form=FileFormat.XLS, sheet=None, limits=UPLOAD)

    given_back = annotate(table, [violation(2, "code")])

    assert given_back.format is FileFormat.XLSX
    assert ".xls cannot be written" in given_back.notice
    assert cells(opened(given_back.content).active) == [["code", "error"], ["x", "code: Wrong. Correct it."]]


def test_a_parquet_file_comes_back_as_texts_with_the_column():
    given_back = annotate(table_of(ROWS, FileFormat.PARQUET, sheet=None), [violation(3)])

    found = pq.read_table(io.BytesIO(given_back.content))
    assert given_back.format is FileFormat.PARQUET
    assert {str(each.type) for each in found.schema} == {"string"}
    assert found.to_pydict() == {
        "code": ["x", "=1+1", "00123"], "value": ["1", "@SUM(A1)", "-5"],
        "error": ["", "value: Wrong. Correct it.", ""],
    }  # fmt: skip


@pytest.mark.parametrize("form", [FileFormat.XLSX, FileFormat.PARQUET])
def test_a_csv_file_with_ragged_rows_can_be_had_in_another_format(form):
    table = read_csv(b"code,value\nx,1\ny,2,3\nz\n", name="x.csv")

    content = annotate(table, table.bad_record_violations(), form).content

    if form is FileFormat.XLSX:
        found = [row[:2] + row[3:] for row in cells(opened(content).active)[1:]]
    else:
        found = [
            [row["code"], row["value"], row["surplus_1"]] for row in pq.read_table(io.BytesIO(content)).to_pylist()
        ]
    assert found == [["x", "1", ""], ["y", "2", "3"], ["z", "", ""]]


def test_a_table_longer_than_a_sheet_is_refused():
    assert annotate(table_of([["x", "1"]], first=2**20), []).content
    with pytest.raises(TooLongForSheet, match=r"1,048,577.*Use CSV"):
        annotate(table_of([["x", "1"]], first=2**20 + 1), [])


def test_an_annotated_workbook_is_annotated_anew():
    once = annotate(table_of(ROWS), [violation(3)])
    table = read_workbook(once.content, name="x.xlsx", form=FileFormat.XLSX, sheet=None, limits=UPLOAD)

    page = opened(annotate(table, [violation(4, message="New.")]).content).active

    assert [row[-1] for row in cells(page)] == ["error", "", "", "value: New. Correct it."]


def test_a_column_of_the_users_own_called_error_is_kept():
    table = table_of([["x", "mine", "1"]], heading=("code", "error", "value"))

    assert cells(opened(annotate(table, [violation(2)]).content).active)[0] == [
        "code",
        "error",
        "value",
        "registry_error",
    ]


def test_columns_of_a_mapping_are_marked_under_their_own_heading():
    from registry.reliability.columns import rename_columns

    table = rename_columns(table_of([["x", "1"]], heading=("编号", "结果")), {"结果": "value"}, "reports")

    page = opened(annotate(table, [violation(2, table.column_label("value"))]).content).active

    assert cells(page)[0] == ["编号", "结果", "error"]
    assert page["B2"].comment is not None


@pytest.mark.parametrize("form", list(FileFormat))
def test_the_same_table_gives_the_same_bytes(form):
    files = [annotate(table_of(ROWS, form), [violation(3)]).content for _ in range(2)]

    assert files[0] == files[1]
    assert form in {FileFormat.CSV, FileFormat.PARQUET} or opened(files[0]).properties.created.year == 2000


@pytest.mark.parametrize("name", ["a" * 40, "x[1]:*?/\\", "'quoted'"])
def test_any_name_of_a_sheet_will_do(name):
    assert opened(annotate(table_of(ROWS, sheet=name), []).content).active.title


def test_what_xml_cannot_hold_is_replaced():
    page = opened(annotate(table_of([["a\ufffeb\uffff\x01", "1"]]), []).content).active

    assert page["A2"].value.startswith("a\ufffdb\ufffd")


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff"), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6), st.sampled_from([FileFormat.XLSX, FileFormat.PARQUET])
)
def test_what_is_written_is_read_again_as_it_was(rows, form):
    content = annotate(table_of(rows, form), [violation(2)]).content
    if form is FileFormat.XLSX:
        table = read_workbook(content, name="x.xlsx", form=form, sheet=None, limits=UPLOAD)
    else:
        table = read_parquet(content, name="x.parquet", limits=UPLOAD)

    assert table.heading == ("code", "value", "error")
    assert [table.record(i)[:2] for i in range(len(table))] == [list(row) for row in rows]


def test_a_plain_workbook_is_given_back_with_its_own_cells():
    content = plain_workbook(("S", [["code", "value"], ["00123", 1.5], ["y", True]]))
    table = read_workbook(content, name="x.xlsx", form=FileFormat.XLSX, sheet=None, limits=UPLOAD)

    assert cells(opened(annotate(table, []).content).active) == [
        ["code", "value", "error"], ["00123", "1.5", ""], ["y", "true", ""],
    ]  # fmt: skip
