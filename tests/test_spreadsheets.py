"""Workbooks as tables of text: what a spreadsheet hides is said, and no value is taken that the file does not show."""

import datetime as dt
import io

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheet_reading import only, read, records, refused
from xlsx_files import (
    GOOD_ROW,
    HEADING,
    MAIN,
    plain_workbook,
    raw_workbook,
    text_cell,
    texts_part,
)

from registry.file_formats import FileFormat
from registry.ids import has_lost_digits
from registry.sheet_facts import column_letters, column_place

# A wall clock without a zone, as spreadsheets have it.
DAY_OF_MAY = dt.datetime.fromisoformat("2024-05-01")


def column_of(*cells, **options):
    """What is read of a sheet with one column of these cells."""
    return [
        record[0] for record in records(read(plain_workbook(("S", [["code"], *[[each] for each in cells]]), **options)))
    ]


def test_cells_are_read_as_a_csv_file_would_have_them():
    rows = [
        ["code", "日期"],
        ["00123", DAY_OF_MAY],
        ["'x", DAY_OF_MAY + dt.timedelta(seconds=66_601)],
        [True, dt.time(12, 30)],
        [1.5, -3],
        ["=1+1", 1e-7],
        [" a\nb ", 0],
    ]  # fmt: skip

    table = read(plain_workbook(("S", rows)))

    assert table.heading == ("code", "日期")
    assert (table.sheet, table.form, list(table.rows)) == ("S", FileFormat.XLSX, [2, 3, 4, 5, 6, 7])
    assert records(table) == [
        ["00123", "2024-05-01"],
        ["'x", "2024-05-01T18:30:01"],
        ["true", "12:30:00"],
        ["1.5", "-3"],
        ["=1+1", "0.0000001"],
        [" a\nb ", "0"],
    ]


def test_days_are_counted_from_the_epoch_of_the_workbook():
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    rows = HEADING + f'<row r="2">{text_cell("A2", "x")}<c r="B2" s="1"><v>43951</v></c></row>'

    found = [
        read(raw_workbook(rows, styles=styles, workbook=epoch)).record(0)[1]
        for epoch in ("", '<workbookPr date1904="1"/>')
    ]

    assert found == ["2020-04-30", "2024-05-01"]


@pytest.mark.parametrize("code", [110101199003071234, 1e15, 123456789012345.6e3, 99999999999999999999])
def test_a_code_that_was_turned_into_a_number_shows_it(code):
    (text,) = column_of(code)

    assert has_lost_digits(text)


@pytest.mark.parametrize(("number", "text"), [(422828000000, "422828000000"), (999999999999999, "999999999999999"),
                                              (0.1 + 0.2, "0.3"), (1.1, "1.1"), (-0.0, "0")])  # fmt: skip
def test_other_numbers_are_written_as_a_spreadsheet_shows_them(number, text):
    assert column_of(number) == [text]


def test_a_number_that_is_shown_with_leading_zeros_keeps_them():
    assert column_of(123, 1234567, "45", 1.5, A="000000") == ["000123", "1234567", "45", "1.5"]


def test_numbers_of_another_format_get_no_zeros():
    assert column_of(123, A="0.00") == ["123"]
    assert column_of(123, A="0") == ["123"]


def test_each_formula_is_named_and_its_last_value_not_taken():
    rows = HEADING + (
        '<row r="2"><c r="A2"><f>HYPERLINK("http://x","y")</f><v>7</v></c><c r="B2"><f>1/0</f></c></row>'
        f'<row r="3">{text_cell("A3", "good")}<c r="B3"><v>2</v></c></row>'
        '<row r="9"><c r="A9" t="str"><f t="shared" si="0"/><v>1</v></c></row>'
        '<row r="10"><c r="B10"><f>A1</f></c></row>'
    )  # fmt: skip

    table = read(raw_workbook(rows))

    found = table.bad_record_violations()
    assert [(v.code, v.file, v.sheet, v.row, v.column, v.value) for v in found] == [
        ("formula-cell", "x.xlsx", "S", 2, "code", '=HYPERLINK("http://x","y")'),
        ("formula-cell", "x.xlsx", "S", 2, "value", "=1/0"),
        ("formula-cell", "x.xlsx", "S", 9, "code", "="),
        ("formula-cell", "x.xlsx", "S", 10, "value", "=A1"),
    ]
    assert all(each.message and "values" in each.fix for each in found)
    assert records(table) == [["good", "2"]]
    assert [(each.row, each.cells) for each in table.bad_records][1:] == [(9, ("=", "")), (10, ("", "=A1"))]


def test_errors_of_the_spreadsheet_are_named():
    rows = (
        HEADING + f'<row r="2">{text_cell("A2", "x")}<c r="B2" t="e"><v>#N/A</v></c></row>' + GOOD_ROW.replace("2", "3")
    )

    table = read(raw_workbook(rows))

    (found,) = table.bad_record_violations()
    assert (found.code, found.row, found.column, found.value) == ("error-cell", 2, "value", "#N/A")
    assert table.bad_records[0].cells == ("x", "#N/A")
    assert records(table) == [["x", "1"]]


def test_of_very_many_formulas_the_first_are_named_and_all_counted():
    rows = "".join(f'<row r="{i}">{text_cell(f"A{i}", "x")}<c r="B{i}"><f>1</f></c></row>' for i in range(2, 5002))

    error = refused(raw_workbook(HEADING + rows))

    assert "5000 place(s)" in error.detail
    assert [(each.code, each.row) for each in error.violations] == [("formula-cell", i) for i in range(2, 102)]


def test_a_formula_in_the_heading_is_named():
    rows = f'<row r="1">{text_cell("A1", "code")}<c r="B1" t="str"><f>"value"</f><v>value</v></c></row>{GOOD_ROW}'

    found = only(refused(raw_workbook(rows)))

    assert (found.code, found.row, found.column) == ("formula-cell", 1, '="value"')


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_formulas_are_found_whatever_the_prefix(prefix):
    rows = HEADING + '<row r="2"><c r="A2"><f>1</f><v>7</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    for name in ("worksheet", "sheetData", "row", "c", "f", "v", "is", "t"):
        for start in ("<", "</"):
            sheet = sheet.replace(f"{start}{name} ", f"{start}{prefix}{name} ")
            sheet = sheet.replace(f"{start}{name}>", f"{start}{prefix}{name}>")
    sheet = sheet.replace("xmlns=", "xmlns:x=" if prefix else "xmlns=")

    table = read(raw_workbook([sheet.encode()]))

    assert [(each.code, each.column) for each in table.bad_record_violations()] == [("formula-cell", "code")]


def test_formulas_of_extensions_are_no_cells():
    after = '<extLst><ext xmlns:xm="urn:xm"><xm:f>Sheet1!$A$1</xm:f></ext></extLst>'

    table = read(raw_workbook(after=after))

    assert (table.bad_records, records(table)) == ((), [["x", "1"]])


def test_merged_cells_among_the_data_are_named():
    after = '<mergeCells><mergeCell ref="A2:A4"/><mergeCell ref="B2"/><mergeCell ref="Z90:Z91"/></mergeCells>'

    found = only(refused(raw_workbook(after=after)))

    assert (found.code, found.sheet, found.row, found.column, found.value) == ("merged-cells", "S", 2, "A", "A2:A4")


def test_hidden_rows_with_data_are_named_by_their_runs():
    rows = ""
    for row in range(2, 9):
        hidden = ' hidden="1"' if row in {3, 4, 6, 8} else ""
        rows += f'<row r="{row}"{hidden}>{text_cell(f"A{row}", "x") if row < 8 else ""}</row>'

    error = refused(raw_workbook(HEADING + rows))

    assert [(each.code, each.row, each.message) for each in error.violations] == [
        ("hidden-rows", 3, "The rows 3 to 4 are hidden and hold data."),
        ("hidden-rows", 6, "Row 6 is hidden and holds data."),
    ]


def test_of_several_sheets_with_data_one_has_to_be_named():
    table = [["code"], ["x"]]
    content = plain_workbook(
        ("May", table), ("Empty", []), ("六月", [["code"], ["y"]]), ("Lists", table), hidden=["Lists"]
    )

    found = only(refused(content))

    assert found.code == "several-sheets"
    assert "“May”, “六月”" in found.message
    assert "Lists" not in found.message
    assert records(read(content, sheet="六月")) == [["y"]]
    assert records(read(content, sheet="Lists")) == [["x"]]
    assert "“May”, “Empty”, “六月”, “Lists”" in only(refused(content, sheet="June")).message


def test_a_hidden_sheet_is_passed_over():
    content = plain_workbook(("S", [["code"], ["x"]]), ("Lists", [["a"], ["b"]]), hidden=["Lists"])

    assert read(content).sheet == "S"


def test_the_heading_has_to_come_first():
    error = refused(plain_workbook(("S", [["Results of May"], ["code", "value"], ["x", 1]])))

    found = only(error)
    assert (found.code, found.row, found.column, found.value) == ("no-heading", 2, "B", "value")
    assert "Row 1 is the first with text" in found.message
    assert "delete the rows above" in found.fix


def test_blank_rows_and_columns_around_the_table_are_passed_over():
    rows = [[], ["", "", "code", "value", ""], [], ["", "", "x", 1, ""], ["", "", "", "", ""], ["", "", "y", 2, ""]]
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    page = workbook.add_worksheet()
    page.write_blank(500, 50, None, workbook.add_format({"bold": True}))
    for row, cells in enumerate(rows):
        page.write_row(row, 0, cells)
    workbook.close()

    table = read(content.getvalue())

    assert (table.heading, records(table), list(table.rows)) == (("code", "value"), [["x", "1"], ["y", "2"]], [4, 6])


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ([], "empty-file", "No sheet that is shown holds anything"),
        ([["code"]], "no-rows", "no rows"),
        ([["a", " a"], ["1", "2"]], "doubled-heading", "'a'"),
        ([["a"], ["1", "", "note"]], "no-heading", "no name over this cell"),
        ([[f"c{i}" for i in range(201)], ["x"]], "too-large", "201 columns; the limit is 200"),
    ],
)
def test_a_sheet_without_a_sound_table_is_refused(rows, code, said):
    found = only(refused(plain_workbook(("S", rows))))

    assert (found.code, said in found.message) == (code, True)


def test_a_text_over_the_limit_stands_apart():
    rows = HEADING + f'<row r="2">{text_cell("A2", "x" * 40_000)}</row>' + GOOD_ROW.replace("2", "3")

    table = read(raw_workbook(rows))

    (found,) = table.bad_record_violations()
    assert (found.code, found.row, found.column, len(found.value)) == ("long-cell", 2, "code", 80)
    assert records(table) == [["x", "1"]]


def test_rows_and_cells_without_a_place_follow_each_other():
    rows = "<row><c/><c><v>1</v></c></row>" * 2 + "<row><c/><c><v>2</v></c><c/></row><row><c/><c><f>1</f></c></row>"

    table = read(raw_workbook(rows))

    assert (table.heading, records(table), list(table.rows)) == (("1",), [["1"], ["2"]], [2, 3])
    assert [(each.row, each.column) for each in table.bad_record_violations()] == [(4, "1")]


def test_rich_texts_are_joined_and_readings_left_out():
    texts = texts_part("<si><r><t>丽</t></r><r><t>水</t></r><rPh><t>lishui</t></rPh></si>")
    rows = HEADING + '<row r="2"><c r="A2" t="s"><v>0</v></c></row>'

    assert records(read(raw_workbook(rows, texts=texts))) == [["丽水", ""]]


@given(st.integers(0, 2**14 - 1))
def test_letters_of_columns_go_both_ways(place):
    assert column_place(column_letters(place)) == place


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff"), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8).filter(lambda rows: any(any(row) for row in rows)))
def test_texts_are_read_as_they_were_written(rows):
    content = plain_workbook(("S", [["code", "value"], *rows]))

    assert records(read(content)) == [list(row) for row in rows if any(row)]
