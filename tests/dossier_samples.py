"""Dossiers for tests."""

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.evaluators.credit_code import check_character
from registry.evaluators.dossier_service import Submission, apply
from registry.evaluators.models import Evaluator

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
PDF = b"%PDF-1.7\n%%EOF\n"
CONFLICT = {
    "id": "town-a111",
    "kind": "interest",
    "person": "p-1",
    "about": {"name": "甲镇人民政府"},
    "statement": "Worked there until 2022.",
    "valid_from": "2022-01-01",
}
LICENCE = {
    "id": "cnas",
    "kind": "accreditation",
    "number": "IB0001",
    "issuer": "CNAS",
    "valid_from": "2024-01-01",
    "valid_to": "2030-01-01",
    "dependency": "hard",
}


def make_dossier(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A right one; number tells bodies apart. A change to None leaves the member out."""
    made = {
        "$schema": "urn:evaluator-registry:schema:evaluator:v1",
        "names": [{"name": f"大山{number}评估有限公司"}],
        "credit_code": make_credit_code(number),
        "legal_form": "company",
        "region": "mca:330000",
        "persons": [{"id": "p-1", "name": "张三"}],
        "staff": [{"person": "p-1", "post": "lead_evaluator", "valid_from": "2020-01-01"}],
        "ownership": [
            {
                "owner": {"person": "p-1"},
                "share": 0.6,
                "basis": "shares",
                "valid_from": "2015-03-01",
                "source": "register of companies",
                "seen_at": "2026-03-01",
            }
        ],
        "certificates": [LICENCE],
        "declarations": [CONFLICT],
    } | changes
    return deepcopy({member: value for member, value in made.items() if value is not None})


def make_credit_code(number: int = 0) -> str:
    start = f"91330000{number:09d}"
    return start + check_character(start)


def make_evaluator(session: Session, number: int = 0, now: datetime = NOW, **changes: Any) -> Evaluator:
    """Taken in by the operator."""
    return apply(session, OPERATOR, Submission(make_dossier(number, **changes)), now).evaluator
