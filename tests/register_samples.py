"""An existing register for tests, as rows, as CSV files and as a workbook; small, or as large as is wanted."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.evaluators.credit_code import check_character
from registry.evaluators.register_inputs import Register, RegisterFiles, read_register
from registry.evaluators.register_rows import COLUMNS, EVALUATORS, SCOPE
from registry.evaluators.register_service import ImportReport, Terms, import_register

AS_OF = date(2026, 1, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = "省环境厅评估机构名录"

Rows = list[dict[str, str]]


def credit_code(number: int) -> str:
    """Of a company, well made; another one for each number below 10**9."""
    start = f"91330106{number:09}"
    return start + check_character(start)


def wide(text: str) -> str:
    """In the full-width form of a Chinese keyboard."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


def make_evaluator(number: int = 1, **changes: str) -> dict[str, str]:
    return {
        "ref": f"浙评{number:05}", "name": f"杭州第{number}环境评估有限公司", "credit_code": credit_code(number),
        "legal_form": "company", "belongs_to": "", "region": "mca:330106",
    } | changes  # fmt: skip


def make_grant(number: int = 1, **changes: str) -> dict[str, str]:
    return {
        "ref": f"浙评{number:05}", "certificate_number": f"浙环评证{number:05}", "issuer": "浙江省生态环境厅",
        "dependency": "", "domain": "environment", "regions": "mca:330000", "descendants": "yes", "excepted": "",
        "evaluation_type": "assessment", "subject_level": "township", "standard": "town-environment",
        "from_version": "2.0.0", "before_version": "3.0.0", "decided_on": "2024-02-20",
        "effective_from": "2024-03-01", "published_on": "2024-03-05", "valid_from": "", "valid_to": "2029-03-01",
    } | changes  # fmt: skip


def write_csv(path: Path, table: str, rows: Sequence[Mapping[str, str]]) -> Path:
    names = list(rows[0]) if rows else [each.name for each in COLUMNS[table]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_files(
    folder: Path, evaluators: Sequence[Mapping[str, str]], grants: Sequence[Mapping[str, str]]
) -> RegisterFiles:
    return RegisterFiles(
        write_csv(folder / "evaluators.csv", EVALUATORS, evaluators), write_csv(folder / "scope.csv", SCOPE, grants)
    )


def write_workbook(
    path: Path, evaluators: Sequence[Mapping[str, str]], grants: Sequence[Mapping[str, str]]
) -> RegisterFiles:
    """Days as a spreadsheet has them, everything else as texts."""
    workbook = xlsxwriter.Workbook(path)
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in ((EVALUATORS, evaluators), (SCOPE, grants)):
        sheet = workbook.add_worksheet(name)
        for column, heading in enumerate(rows[0]):
            sheet.write_string(0, column, heading)
            for place, each in enumerate(rows, start=1):
                if heading.endswith(("_on", "_from", "_to")) and each[heading]:
                    sheet.write_datetime(place, column, datetime.fromisoformat(each[heading]), day)
                elif each[heading]:
                    sheet.write_string(place, column, each[heading])
    workbook.close()
    return RegisterFiles(path)


def read_rows(folder: Path, evaluators: Rows, grants: Rows, as_of: date = AS_OF) -> Register:
    return read_register(write_files(folder, evaluators, grants), as_of)


def imported(session: Session, given: Register, now: datetime = NOW, *, is_dry_run: bool = False) -> ImportReport:
    return import_register(session, OPERATOR, given, Terms(SOURCE, now, is_dry_run))


def small_register(folder: Path) -> Register:
    """Two evaluators, one of which has two items of one certificate and one of another."""
    grants = [
        make_grant(1),
        make_grant(1, domain="water", dependency="hard"),
        make_grant(1, certificate_number="旧证7", valid_to="2025-01-01", published_on=""),
        make_grant(2, valid_from="2024-06-01"),
    ]
    return read_rows(folder, [make_evaluator(1), make_evaluator(2)], grants)
