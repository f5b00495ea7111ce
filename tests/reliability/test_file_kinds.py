"""Findings in every kind of file, through the command and the API: the same result, and the bad file given back."""

import io
import json

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from api_requests import COMPARISONS, assert_problem, client_of
from xls_files import OldSheet, old_workbook
from xlsx_files import raw_workbook, text_cell

from registry.file_reader import UPLOAD

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAME = ("evaluators", "criteria", "pool", "dropped")


def table(rows):
    heading = list(dict.fromkeys(key for row in rows for key in row))
    return [heading, *([str(row.get(name, "")) for name in heading] for row in rows)]


def csv_file(rows):
    return pd.DataFrame(rows).to_csv(index=False).encode()


def xlsx_file(rows, **sheets):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        for name, each in {"findings": rows, **sheets}.items():
            page = workbook.add_worksheet(name)
            for place, cells in enumerate(table(each)):
                page.write_row(place, 0, cells)
    return content.getvalue()


def xls_file(rows):
    cells = {(row, column): cell for row, line in enumerate(table(rows)) for column, cell in enumerate(line)}
    return old_workbook(OldSheet("findings", cells))


def parquet_file(rows):
    heading, *lines = table(rows)
    columns = {name: [line[place] for line in lines] for place, name in enumerate(heading)}
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


def json_file(rows):
    return json.dumps(rows).encode()


KINDS = {"csv": csv_file, "xlsx": xlsx_file, "xls": xls_file, "parquet": parquet_file, "json": json_file}


def put(inputs, name, content):
    path = inputs.folder / name
    path.write_bytes(content)
    return path


def files(inputs, kind):
    write = KINDS[kind]
    return {
        "reports": (f"报告.{kind}", write(inputs.reports)),
        "spot_checks": (f"checks.{kind}", write(inputs.spot_checks)),
        "criteria": ("criteria.json", json.dumps(inputs.criteria).encode()),
    }


def given_back(content, kind):
    """The rows of a file that came back, each by heading."""
    if kind == "xlsx":
        page = openpyxl.load_workbook(io.BytesIO(content)).active
        heading, *lines = ([cell or "" for cell in row] for row in page.iter_rows(values_only=True))
        return [dict(zip(heading, line, strict=True)) for line in lines]
    if kind == "parquet":
        return pq.read_table(io.BytesIO(content)).to_pylist()
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False).to_dict("records")


@pytest.fixture
def plain(inputs, run_registry):
    """The result of the same findings from CSV files."""
    document = json.loads(run_registry("compare", *inputs.options(format="json")).out)
    return {name: document[name] for name in SAME}


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_finds_the_same_in_every_kind_of_file(inputs, run_registry, plain, kind):
    given = {name: put(inputs, name, content) for name, content in files(inputs, kind).values()}
    reports, checks = (path for name, path in given.items() if name != "criteria.json")

    run = run_registry("compare", *inputs.options(reports=reports, spot_checks=checks, format="json"))

    assert run.code == 0, run.err
    assert {name: json.loads(run.out)[name] for name in SAME} == plain


@pytest.mark.parametrize("kind", KINDS)
def test_the_api_finds_the_same_in_every_kind_of_file(inputs, plain, database, kind):
    response = client_of(database).post(COMPARISONS, files=files(inputs, kind))

    assert response.status_code == 201, response.text
    document = client_of(database).get(response.json()["links"]["result"]).json()
    assert {name: document[name] for name in SAME} == plain
    assert client_of(database).post(response.json()["links"]["replay"]).json()["identical"] is True


# The kind of a file, the kind in which it comes back.
BACK = {"csv": "csv", "xlsx": "xlsx", "xls": "xlsx", "parquet": "parquet", "json": "csv"}


@pytest.mark.parametrize(("kind", "back"), BACK.items())
def test_the_command_gives_a_bad_file_back_in_its_own_format(inputs, run_registry, kind, back):
    inputs.reports[1]["value"] = "quite good"
    reports = put(inputs, f"reports.{kind}", KINDS[kind](inputs.reports))
    errors = inputs.folder / "errors"

    run = run_registry("compare", *inputs.options(reports=reports, on_error="report", errors=errors))

    assert run.code == 0, run.err
    assert ("old format .xls cannot be written" in run.err) == (kind == "xls")
    rows = given_back(errors.read_bytes(), back)
    assert [{name: row[name] for name in inputs.reports[0]} for row in rows] == inputs.reports
    assert [place for place, row in enumerate(rows) if row["error"]] == [1]
    assert rows[1]["error"].startswith("value: 02 (ratio) takes a number of 0 or more")


@pytest.mark.parametrize("back", ["csv", "xlsx", "parquet"])
def test_the_suffix_of_errors_says_the_format(inputs, run_registry, back):
    inputs.reports[0]["value"] = "?"
    errors = inputs.folder / f"errors.{back}"

    assert run_registry("compare", *inputs.write().options(on_error="report", errors=errors)).code == 0

    assert given_back(errors.read_bytes(), back)[0]["error"]


@pytest.mark.parametrize(("kind", "back"), BACK.items())
def test_the_api_gives_a_bad_file_back_in_its_own_format(inputs, database, kind, back):
    inputs.spot_checks[2]["observed_on"] = "2024-02-30"

    response = client_of(database).post(
        f"{COMPARISONS}/annotated-file", params={"side": "spot_checks"}, files=files(inputs, kind)
    )

    assert response.status_code == 200, response.text
    assert response.headers["content-disposition"] == f'attachment; filename="spot_checks-errors.{back}"'
    rows = given_back(response.content, back)
    assert [place for place, row in enumerate(rows) if row["error"]] == [2]
    assert client_of(database).get(COMPARISONS).json()["comparisons"] == []


def test_a_workbook_that_came_back_is_accepted_once_it_is_put_right(inputs, run_registry, plain):
    first = inputs.reports[0]["value"]
    inputs.reports[0]["value"] = "?"
    reports, errors = put(inputs, "reports.xlsx", xlsx_file(inputs.reports)), inputs.folder / "errors.xlsx"
    assert run_registry("compare", *inputs.options(reports=reports, on_error="report", errors=errors)).code == 0
    workbook = openpyxl.load_workbook(errors)
    place = list(inputs.reports[0]).index("value") + 1
    workbook.active.cell(2, place).value = first
    workbook.save(errors)

    run = run_registry("compare", *inputs.options(reports=errors, format="json"))

    assert {name: json.loads(run.out)[name] for name in SAME} == plain


def test_a_bad_cell_of_a_workbook_is_named_with_its_sheet(inputs, run_registry, database):
    inputs.reports[3]["value"] = "?"
    content = xlsx_file(inputs.reports)

    run = run_registry("compare", *inputs.options(reports=put(inputs, "r.xlsx", content)))
    response = client_of(database).post(COMPARISONS, files=files(inputs, "xlsx"))

    assert run.code == 1
    assert "r.xlsx, sheet findings, row 5, column value" in run.err
    (fault,) = assert_problem(response, 422, "findings-rejected")["errors"]
    assert (fault["sheet"], fault["row"], fault["column"], fault["value"]) == ("findings", 5, "value", "?")


def test_one_workbook_with_two_sheets_serves_for_both_sides(inputs, run_registry, plain, database):
    content = xlsx_file(inputs.reports, 抽查=inputs.spot_checks)
    book = put(inputs, "all.xlsx", content)

    unnamed = run_registry("compare", *inputs.options(reports=book, spot_checks=book))
    run = run_registry(
        "compare",
        *inputs.options(
            reports=book, spot_checks=book, reports_sheet="findings", spot_checks_sheet="抽查", format="json"
        ),
    )
    given = files(inputs, "xlsx") | {"reports": ("all.xlsx", content), "spot_checks": ("all.xlsx", content)}
    options = {"sheets": {"reports": "findings", "spot_checks": "抽查"}}
    response = client_of(database).post(COMPARISONS, files=given, data={"options": json.dumps(options)})

    assert unnamed.code == 1
    assert "2 sheets hold data: “findings”, “抽查”" in unnamed.err
    assert {name: json.loads(run.out)[name] for name in SAME} == plain
    assert response.status_code == 201, response.text
    assert response.json()["options"]["sheets"] == options["sheets"]


def test_a_recorded_workbook_is_run_again_from_its_own_bytes(inputs, run_registry, database_url, monkeypatch):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    book = put(inputs, "all.xlsx", xlsx_file(inputs.reports, 抽查=inputs.spot_checks))
    sheets = {"reports_sheet": "findings", "spot_checks_sheet": "抽查"}

    run = run_registry("compare", *inputs.options(reports=book, spot_checks=book, **sheets), "--record")
    identifier = run.err.split("Recorded as ")[1].split()[0]

    assert run_registry("comparisons", "replay", identifier).code == 0


def test_a_recorded_file_that_is_larger_than_an_upload_is_run_again(inputs, run_registry, database_url, monkeypatch):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    for row in inputs.reports:
        row |= {f"remark {i}": "好" * 10_000 for i in range(100)}
    inputs.write()
    assert (inputs.folder / "reports.csv").stat().st_size > UPLOAD.file_bytes

    run = run_registry("compare", *inputs.options(), "--record")
    identifier = run.err.split("Recorded as ")[1].split()[0]

    assert run_registry("comparisons", "replay", identifier).code == 0


def test_codes_that_a_spreadsheet_turned_into_numbers_are_refused(inputs, run_registry):
    cells = {
        "report_id": "r", "evaluator_id": None, "site_id": "1", "criterion_id": "c1", "value": "是",
        "observed_on": "2024-03-01",
    }  # fmt: skip
    line = "".join(
        f'<c r="{"ABCDEF"[place]}2"><v>91310000717854505</v></c>'
        if text is None
        else text_cell(f"{'ABCDEF'[place]}2", text)
        for place, text in enumerate(cells.values())
    )
    heading = "".join(text_cell(f"{'ABCDEF'[place]}1", name) for place, name in enumerate(cells))
    book = put(inputs, "r.xlsx", raw_workbook(f'<row r="1">{heading}</row><row r="2">{line}</row>'))

    run = run_registry("compare", *inputs.options(reports=book))

    assert run.code == 1
    assert "r.xlsx, sheet S, row 2, column evaluator_id" in run.err
    assert "Export the codes as text from the original source." in run.err


def test_chinese_headings_of_a_workbook_are_proposed_and_mapped(inputs, run_registry, plain):
    chinese = {
        "report_id": "报告编号", "evaluator_id": "评估机构", "site_id": "行政村", "criterion_id": "指标编号",
        "value": "评估结果", "observed_on": "评估日期",
    }  # fmt: skip
    rows = [{chinese.get(name, name): value for name, value in row.items()} for row in inputs.reports]
    book = put(inputs, "报告.xlsx", xlsx_file(rows))
    mapping = {"reports": {heading: column for column, heading in chinese.items()}}
    columns = put(inputs, "columns.json", json.dumps(mapping).encode())

    unmapped = run_registry("compare", *inputs.options(reports=book))
    run = run_registry("compare", *inputs.options(reports=book, columns=columns, format="json"))

    assert unmapped.code == 1
    assert '"评估机构": "evaluator_id"' in unmapped.err
    assert {name: json.loads(run.out)[name] for name in SAME} == plain
