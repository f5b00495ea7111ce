"""CSV files as people send them, on both faces: refused with row and column, or kept as they are."""

import csv
import io
import json
from typing import Any

import pytest
from api_requests import counts
from bad_input_list import CASES, bodies_of
from builders import make_check, make_report
from faces import Faces, csv_of, files_of, run_command
from openpyxl import load_workbook
from starlette.testclient import TestClient

from registry.app import create_app
from registry.config import Settings
from registry.db import Database
from registry.reliability.inputs import comparison_of
from registry.reliability.submission import Products

HEADING = "report_id,evaluator_id,site_id,criterion_id,value,observed_on"
ROW = "r1,E1,s1,c1,true,2024-03-01"


def reports(*lines: str, heading: str = HEADING, end: str = "\n") -> bytes:
    return end.join((heading, *lines, "")).encode()


def with_reports(content: bytes, name: str = "reports.csv") -> dict[str, tuple[str, bytes]]:
    return files_of() | {"reports": (name, content)}


# Each with what both faces say. The list's own file is tried beside it.
REFUSED: dict[str, tuple[bytes, str]] = {
    "D48 an extra field in every row": (reports(f"{ROW},x", f"{ROW},y"), "row 2"),
    "D49 latin-1": (reports(ROW.replace("s1", "København")).decode().encode("latin-1"), "UTF-8"),
    "D50 unclosed quote": (reports(ROW.replace("s1", '"s1'), ROW), "quote"),
    "D51 duplicate heading": (reports(f"{ROW},true", heading=f"{HEADING},value"), "'value'"),
    "D58 nothing": (b"", "empty"),
    "D66 GB18030": (reports(ROW.replace("s1", "丽水")).decode().encode("gb18030"), "gb18030"),
}
SIBLINGS: dict[str, tuple[bytes, str]] = {
    "heading only": (reports(), "no rows"),
    "a byte order mark only": (b"\xef\xbb\xbf", "empty"),
    "blank lines only": (b"\n\n\r\n", "empty"),
    "a field too few": (reports(ROW, ROW.removesuffix(",2024-03-01")), "row 3"),
    "one row of many is longer": (reports(*[ROW] * 9, f"{ROW},"), "row 11"),
    "headings that differ in spaces": (reports(f"{ROW},x", heading=f"{HEADING}, value "), "'value'"),
    "blank heading over text": (reports(f"{ROW},x", heading=f"{HEADING},"), "column 7"),
    "text after a quote": (reports(ROW.replace("s1", '"s"1')), "quote"),
    "NUL": (reports(ROW.replace("s1", "s\0")), "NUL"),
    "NUL in the heading": (reports(ROW, heading=HEADING.replace("site_id", "site\0id")), "NUL"),
    "semicolons": (reports(ROW.replace(",", ";"), heading=HEADING.replace(",", ";")), "comma"),
    "tabs": (reports(ROW.replace(",", "\t"), heading=HEADING.replace(",", "\t")), "comma"),
    "UTF-16": (reports(ROW).decode().encode("utf-16"), "utf-16"),
    "Big5": (reports(ROW.replace("s1", "麗水")).decode().encode("big5"), "UTF-8"),
    "a surrogate as UTF-8": (reports(ROW).replace(b"s1", b"\xed\xa0\x80"), "UTF-8"),
    "a cell of a megabyte": (reports(ROW.replace("s1", "x" * 1_000_000)), "row 2"),
    "a heading of a megabyte": (reports(f"{ROW},1", heading=f"{HEADING},{'x' * 1_000_000}"), "32"),
    "201 columns": (reports(ROW + ",1" * 195, heading=HEADING + "".join(f",h{i}" for i in range(195))), "200"),
    "100,000 commas": (b"," * 100_000 + b"\n", "empty"),
    "a missing column": (reports(ROW.removesuffix(",2024-03-01"), heading=HEADING.removesuffix(",observed_on")),
                         "observed_on"),
    "only line ends in quotes": (b'"\n\n\n"\n"\n"\n', "column"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*REFUSED, *SIBLINGS])
def test_a_file_that_is_no_table_of_ours_is_refused(faces: Faces, name: str) -> None:
    content, said = (REFUSED | SIBLINGS)[name]

    refusal, err = faces.refuse(with_reports(content))

    places = " ".join(f"row {each.get('row')}" for each in refusal.errors)
    assert said.lower() in f"{refusal.text} {places}".lower()
    assert said.lower() in err.lower()
    assert "reports.csv" in refusal.text
    assert "reports.csv" in err


@pytest.mark.parametrize("identifier", [each for each, case in CASES.items() if case["sent_to"].endswith("csv")])
def test_the_files_of_the_list_lack_our_columns(faces: Faces, identifier: str) -> None:
    bodies = [each for each in bodies_of(identifier) if not each.startswith(b"{")]
    for content in bodies:
        for role in ("reports", "spot_checks"):
            faces.refuse(files_of() | {role: (f"{role}.csv", content)})


def test_d53_every_bad_number_is_named_in_one_answer(faces: Faces) -> None:
    values = ["inf", "nan", "1e400", "-1", "1e-400x", "0x1F", "\u0661", "=1+1", "4,5", "--"]
    rows = [make_report(report_id=f"r{i}", site_id=f"s{i}", value=value) for i, value in enumerate(values)]
    criterion = {"id": "c1", "scale": "ratio"}

    refusal, said = faces.refuse(files_of(rows, [make_check(value="4")], criterion))

    assert refusal.places() == {(row, "value") for row in range(2, 2 + len(values))}
    assert all(f"reports.csv, row {row}, column value" in said for row in range(2, 2 + len(values)))


def test_d53_an_empty_finding_is_not_assessed_and_not_nought(faces: Faces) -> None:
    criterion = {"id": "c1", "scale": "ratio"}

    read = faces.accept(files_of([make_report(value="")], [make_check(value="4")], criterion))

    assert json.loads(read["pairs"])["pairs"] == []


@pytest.mark.parametrize("on_error", ["refuse", "report"])
def test_bad_rows_go_beside_good_ones_only_where_that_was_asked_for(faces: Faces, on_error: str) -> None:
    files = with_reports(reports(ROW, f"{ROW},x"))

    answer = faces.send_files(files, on_error=on_error)

    assert answer.status_code == (422 if on_error == "refuse" else 201)
    if on_error == "refuse":
        assert {each.get("row") for each in answer.json()["errors"]} == {3}


# What is accepted is kept as it was sent.


FORMULAS = ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)"]
MORE_FORMULAS = ["=cmd|' /C calc'!A0", "'=1+1", "＝1+1", "-x", "+x"]


def recorded_pairs(faces: Faces, name: str, values: list[str]) -> dict[str, bytes]:
    rows = [make_report(report_id=f"r{i}", site_id=f"s{i}") for i in range(len(values))]
    checks = [make_check(spot_check_id=f"k{i}", site_id=f"s{i}") for i in range(len(values))]
    for row, value in zip(rows, values, strict=True):
        row[name] = value
    for row, value in zip(checks, values, strict=True):
        row.update({name: value} if name in row else {})
    return faces.accept(files_of(rows, checks))


@pytest.mark.parametrize("name", ["report_id", "site_id"])
def test_d47_a_formula_is_kept_as_text_and_runs_nowhere(faces: Faces, name: str) -> None:
    values = FORMULAS + MORE_FORMULAS

    read = recorded_pairs(faces, name, values)

    kept = json.loads(read["pairs"])["pairs"]
    exported = list(csv.DictReader(io.StringIO(read["pairs_csv"].decode("utf-8-sig"))))
    assert {each[name] for each in kept} == set(values)
    assert {each[name] for each in exported} == {f"'{each}" if each[0] in "=+-@'＝" else each for each in values}


def test_d47_a_workbook_holds_formulas_as_texts(faces: Faces) -> None:
    rows = [make_report(report_id=f"r{i}", site_id=f"s{i}", evaluator_id=each) for i, each in enumerate(FORMULAS)]
    checks = [make_check(spot_check_id=f"k{i}", site_id=f"s{i}") for i, _ in enumerate(FORMULAS)]
    paper = faces.folder / "paper.xlsx"

    code, out, err = faces.compare_files(files_of(rows, checks), "--working-paper", paper, "--format", "csv")

    cells = [cell for sheet in load_workbook(paper) for row in sheet.iter_rows() for cell in row]
    given = [cell for cell in cells if cell.value in FORMULAS]
    assert code == 0, err
    assert {cell.value for cell in given} == set(FORMULAS)
    assert {cell.data_type for cell in given} == {"s"}
    assert all(f"'{each}" in out.decode().replace('""', '"') for each in FORMULAS)


KEPT = {
    "D52 leading zeros": "00123",
    "D52 the code of Namibia": "NA",
    "a code of 18 digits": "110101199003070011",
    "words that stand for values": "true",
    "a number with a point": "1.50",
    "a date": "2024-3-1",
    "an exponent of another kind": "1E3x",
    "a comma and a quote": 'a, "b"',
    "composed": "Caf\u00e9",
    "a word of pandas": "n/a",
}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("name", ["site_id", "evaluator_id"])
def test_d52_a_code_stays_the_text_that_it_was(faces: Faces, name: str, code: str) -> None:
    check = make_check(site_id=code) if name == "site_id" else make_check()
    answer = faces.send_files(files_of([make_report(**{name: code})], [check]))

    (pair,) = json.loads(faces.read(answer)["pairs"])["pairs"]
    assert pair[name] == code


def test_d66_a_named_encoding_is_read_and_shown_back(faces: Faces) -> None:
    files = {
        role: (name, content.decode().replace("s1", "丽水").encode("gb18030"))
        for role, (name, content) in files_of().items()
    }

    read = faces.accept(files | {"criteria": files_of()["criteria"]}, encoding="gb18030")
    wrong, _ = faces.refuse(files | {"criteria": files_of()["criteria"]}, encoding="utf-8")

    (pair,) = json.loads(read["pairs"])["pairs"]
    assert pair["site_id"] == "丽水"
    assert b"\xef\xbf\xbd" not in b"".join(read.values())
    assert "gb18030" in wrong.text.lower() or "encoding" in wrong.text.lower()


NAMES = ["../../etc/passwd", "a\r\nSet-Cookie: x=1.csv", "report.csv\0.xlsx", "..\\..\\x.csv", "\u202evsc.x", "",
         ".csv", "/etc/passwd.csv", "C:\\x.csv", "a" * 500 + ".csv", "x.csv;filename=y.exe", 'x".csv', "\x1b[31m.csv",
         "reports.csv/", "报告.csv", "%2e%2e%2fx.csv", "con.csv"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_d57_a_file_name_is_one_printable_line_without_a_folder(faces: Faces, name: str) -> None:
    answer = faces.send_files(with_reports(reports(ROW), name))

    assert answer.status_code in {201, 422}
    assert "set-cookie" not in answer.headers
    if answer.status_code == 201:
        (kept,) = (each["name"] for each in answer.json()["files"] if each["role"] == "reports")
        assert kept.isprintable()
        assert not set(kept) & set("/\\")
        assert len(kept) <= 200


def test_d57_what_is_exported_stays_in_its_folder(faces: Faces, both_engines: dict[str, Database]) -> None:
    answer = faces.send_files(with_reports(reports(ROW), "..\\..\\passwd.csv"))
    recorded = counts(both_engines["sqlite"])

    code, out, err = run_command("comparisons", "export", answer.json()["id"], "--folder", faces.folder / "out")

    files = {each.relative_to(faces.folder).parts[0] for each in faces.folder.rglob("*")}
    assert code == 0, err
    assert files == {"out"}
    assert b"passwd.csv" in out
    assert counts(both_engines["sqlite"]) == recorded


def page_of(read: dict[str, bytes]) -> TestClient:
    """The pages of a comparison that was recorded."""
    held = comparison_of(Products(read["result"], read["pairs_csv"], b""))
    return TestClient(create_app(Settings(), held, None))


MARKUP = ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", '"><svg onload=alert(1)>', "{{7*7}}", "</title>"]


@pytest.mark.parametrize("name", MARKUP)
def test_d64_markup_in_a_name_is_shown_as_text(faces: Faces, name: str) -> None:
    read = faces.accept(files_of([make_report(evaluator_id=name)]))

    for path in ("/", "/pairs", f"/pairs?evaluator={name}"):
        page = page_of(read).get(path)
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text
        assert "<svg onload" not in page.text
        assert ">49<" not in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]


def test_rows_are_told_apart_however_they_end(faces: Faces) -> None:
    results: set[Any] = set()
    for end in ("\n", "\r\n", "\r"):
        read = faces.accept(with_reports(reports(ROW, end=end)))
        results.add(json.dumps(json.loads(read["result"])["evaluators"]))

    assert len(results) == 1
    assert csv_of([make_report()]).count(b"\n") == 2
