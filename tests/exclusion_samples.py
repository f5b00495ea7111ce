"""Exclusion lists with their files in each format, and evaluators with dossiers, for tests."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from register_samples import credit_code
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.evaluators import exclusion_list_service as lists
from registry.evaluators import exclusion_service as service
from registry.evaluators.dossier_service import Submission, apply
from registry.evaluators.exclusion_inputs import read_list_bytes
from registry.evaluators.exclusion_list_service import ImportReport, ListTerms, Query
from registry.evaluators.exclusion_service import Answer, Asked
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period

LIST = "ccgp-serious"
TERMS = ListTerms("政府采购严重违法失信名单", "财政部", "政府采购法第七十七条")
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
DAY = date(2026, 6, 1)
PARENT = credit_code(900)
# KPMG Audit, its first three letters Cyrillic.
LOOKS_LIKE_KPMG = "\u041a\u0420\u041cG Audit"

Row = Mapping[str, str]


def make_row(number: int = 1, **changes: str) -> dict[str, str]:
    """An entry about evaluator of the same number, in force on DAY."""
    return {
        "key": f"e-{number}", "name": f"杭州第{number}环境评估有限公司", "credit_code": credit_code(number),
        "valid_from": "2025-01-01", "valid_to": "2028-01-01", "scope": "", "basis": "财罚2025第1号",
    } | changes  # fmt: skip


def csv_of(rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def xlsx_of(rows: Sequence[Row]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, list(rows[0]))
        for place, row in enumerate(rows, start=1):
            for column, cell in enumerate(row.values()):
                page.write_string(place, column, cell)
    return content.getvalue()


def json_of(rows: Sequence[Row]) -> bytes:
    return json.dumps([{name: cell or None for name, cell in row.items()} for row in rows], ensure_ascii=False).encode()


FILES = {"list.csv": csv_of, "list.xlsx": xlsx_of, "list.json": json_of}


def record_list(session: Session, code: str = LIST, now: datetime = NOW - timedelta(days=900), **changes: Any) -> None:
    terms = {name: getattr(TERMS, name) for name in TERMS.__slots__}
    lists.record_list(session, OPERATOR, code, ListTerms(**(terms | changes)), now)


def take(
    session: Session,
    rows: Sequence[Row],
    queried_at: datetime = NOW,
    recorded_at: datetime | None = None,
    code: str = LIST,
    **changes: Any,
) -> ImportReport:
    given = read_list_bytes("list.csv", csv_of(rows))
    query = Query(queried_at, **changes)
    return lists.import_list(session, OPERATOR, code, given, query, recorded_at or queried_at)


def make_dossier(number: int = 1, name: str | None = None, **changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "$schema": "urn:evaluator-registry:schema:evaluator:v1",
        "names": [{"name": name or f"杭州第{number}环境评估有限公司"}],
        "credit_code": credit_code(number),
        "legal_form": "company",
        "region": "mca:330106",
        "persons": [],
        "staff": [],
        "ownership": [],
        "certificates": [],
        "declarations": [],
    }
    return known | changes


def make_edge(owner: str, share: float | None, owned: str | None = None, **changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "owner": {"credit_code": owner},
        "basis": "shares",
        "valid_from": "2020-01-01",
        "source": "register of companies",
        "seen_at": "2026-05-01",
    }
    if share is not None:
        known["share"] = share
    if owned is not None:
        known["owned"] = {"credit_code": owned}
    return known | changes


def register(session: Session, now: datetime = NOW - timedelta(days=10), **changes: Any) -> Evaluator:
    """changes: of make_dossier."""
    return apply(session, OPERATOR, Submission(make_dossier(**changes), None), now).evaluator


def ask(first: date = DAY, until: date | None = None, known_at: datetime = NOW, **changes: Any) -> Asked:
    return Asked(Period(first, until or first + timedelta(days=1)), known_at, **changes)


def codes(answer: Answer) -> list[str]:
    return [finding.code for each in answer.lists for finding in each.findings]


def check(session: Session, evaluator: Evaluator, asked: Asked | None = None) -> list[str]:
    return codes(service.check_evaluator(session, evaluator, asked or ask()))
