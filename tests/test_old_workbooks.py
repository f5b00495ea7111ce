"""Workbooks of the old format: read by the same rules, and what is hidden in them is said as well."""

import pytest
from sheet_reading import only, read, records, refused
from xls_files import CODE, DAY, OldSheet, old_workbook

from registry.file_formats import FileFormat
from registry.ids import has_lost_digits

OLD_CELLS = {(0, 0): "code", (0, 1): "value", (1, 0): "x", (1, 1): 1.0}


def test_old_workbooks_are_read_by_the_same_rules():
    cells = OLD_CELLS | {(1, 0): (CODE, 123.0), (1, 1): True, (2, 0): (DAY, 45413.0), (2, 1): 1.5,
                         (3, 0): 110101199003071234.0, (3, 1): "丽水"}  # fmt: skip

    table = read(old_workbook(OldSheet(cells=cells)))

    assert records(table)[:2] == [["000123", "true"], ["2024-05-01", "1.5"]]
    assert has_lost_digits(table.record(2)[0])
    assert (table.form, table.sheet, list(table.rows)) == (FileFormat.XLS, "S", [2, 3, 4])


def test_formulas_and_errors_of_old_workbooks_are_named():
    cells = OLD_CELLS | {(2, 0): "y", (2, 1): ("formula", 3.0), (3, 0): ("error", 0x2A)}

    table = read(old_workbook(OldSheet(cells=cells)))

    assert [(v.code, v.sheet, v.row, v.column, v.value) for v in table.bad_record_violations()] == [
        ("formula-cell", "S", 3, "value", "(formula)"),
        ("error-cell", "S", 4, "code", "#N/A"),
    ]
    assert records(table) == [["x", "1"]]


def test_merged_cells_and_hidden_rows_of_old_workbooks_are_named():
    error = refused(old_workbook(OldSheet(cells=OLD_CELLS, merged=[(0, 1, 1, 1)], hidden_rows=(1, 7))))

    assert [(each.code, each.row) for each in error.violations] == [("merged-cells", 1), ("hidden-rows", 2)]


def test_sheets_of_old_workbooks_are_chosen_by_the_same_rules():
    two = old_workbook(OldSheet("May", OLD_CELLS), OldSheet("六月", OLD_CELLS | {(1, 0): "y"}))

    assert only(refused(two)).code == "several-sheets"
    assert records(read(two, sheet="六月")) == [["y", "1"]]
    assert read(old_workbook(OldSheet("Lists", OLD_CELLS, state=1), OldSheet("S", OLD_CELLS))).sheet == "S"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (old_workbook(OldSheet(cells=OLD_CELLS), protected=True), "protected-file"),
        (old_workbook(OldSheet(cells=OLD_CELLS), version=0x0500), "not-what-its-suffix-says"),
        (old_workbook(OldSheet(cells={(0, 0): "a", (65535, 150): "x"})), "too-large"),
        (old_workbook(OldSheet()), "empty-file"),
        # calamine ends the process over this one.
        (old_workbook(OldSheet(cells=OLD_CELLS, rows=2**31)), "damaged-workbook"),
        (old_workbook(OldSheet(cells=OLD_CELLS))[:1600], "damaged-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged-workbook"),
        (old_workbook(OldSheet(cells=OLD_CELLS)).replace(b"W\0o\0r\0k\0b", b"W\0o\0r\0d\0b"),
         "not-what-its-suffix-says"),
    ],
)  # fmt: skip
def test_old_workbooks_that_cannot_be_read_say_why(content, code):
    assert only(refused(content)).code == code


def test_an_old_workbook_whose_sectors_go_in_a_circle_is_refused():
    content = bytearray(old_workbook(OldSheet(cells=OLD_CELLS)))
    # The second sector of the stream follows itself.
    content[512 + 4 * 3 : 512 + 4 * 4] = (3).to_bytes(4, "little")

    refused(bytes(content))
