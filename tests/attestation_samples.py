"""A decision that covers scope items, and what attests it, for tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.canonical import digest
from registry.eligibility.attestation_keys import KeyUse, SigningKey
from registry.eligibility.attestation_service import Issuer
from registry.eligibility.credential import Addresses, AttestedCheck, StatusEntry, credential_of
from registry.eligibility.models import CheckedBody, EligibilityCheck
from registry.evaluators.models import Evaluator

ADDRESS = "https://registry.example.gov.cn"
ADDRESSES = Addresses(ADDRESS)
ITEM = "11111111-1111-4111-8111-111111111111"
ISSUED = datetime(2026, 3, 1, 8, tzinfo=UTC)


def make_rule(outcome: str = "pass", code: str = "SCOPE_COVERED", item: str = ITEM, **changes: Any) -> dict[str, Any]:
    known = {
        "rule_id": "SCO-001", "version": 1, "question": 3, "mandatory": True, "outcome": outcome, "reason_code": code,
        "about": "scope 1", "message": {"zh": "事项已覆盖。", "en": "The work is covered."}, "basis": [],
        "facts": [{"ref": f"ev-000001/item/{item}"}], "gap": [],
    }  # fmt: skip
    return known | changes


def make_content(items: Sequence[str] = (ITEM,), **changes: Any) -> dict[str, Any]:
    known = {
        "verdict": "eligible",
        "policy": {"id": "evaluator-eligibility", "version": "1.0.0", "localizations": [], "sha256": "a" * 64},
        "request": {
            "evaluator": "ev-000001",
            "scope": [
                {"domain": "agri", "region": "mca:420000", "type": "annual", "level": "town", "standard": "rural@2.1.0"}
            ],
            "window": {"from": "2026-05-01", "to": "2026-10-01"},
            "risk_class": "normal",
        },
        "rules": [make_rule(item=each) for each in items],
        "nearest_misses": [],
        "next_change_at": None,
    }
    return known | changes


def make_check(content: dict[str, Any] | None = None, **changes: Any) -> AttestedCheck:
    decision = content or make_content()
    known = {
        "id": uuid4(), "code": "ec-000001", "evaluator": "ev-000001",
        "credit_code": "91110000600037341L", "names": ("呼伦贝尔评估院",),
        "content": decision, "known_at": ISSUED, "result_sha256": digest(decision), "days": 90,
    }  # fmt: skip
    return AttestedCheck(**(known | changes))


def make_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


def make_issuer(key: SigningKey | None = None) -> Issuer:
    return Issuer(key or make_key(), ADDRESSES)


def use_of(key: SigningKey, used_from: datetime = ISSUED, **changes: Any) -> KeyUse:
    return KeyUse(key.public, used_from, **changes)


def signed(
    key: SigningKey,
    check: AttestedCheck | None = None,
    entries: Sequence[StatusEntry] = (StatusEntry(ITEM, 1, 77),),
    at: datetime = ISSUED,
    attestation_id: UUID | None = None,
) -> str:
    credential = credential_of(check or make_check(), attestation_id or uuid4(), ADDRESSES, entries, at)
    return key.sign(credential, ADDRESS, at)


def save_check(session: Session, evaluator: Evaluator, items: Sequence[str], now: datetime) -> AttestedCheck:
    """A decision as it is stored, and as it is attested."""
    check = make_check(make_content(items), evaluator=evaluator.code, known_at=now, days=90)
    number = (session.scalar(select(func.max(EligibilityCheck.number))) or 0) + 1
    row = EligibilityCheck(
        id=check.id, number=number, known_at=now, verdict=check.content["verdict"], content=check.content,
        result_sha256=check.result_sha256, batch_sha256=None, stored_at=now, stored_by="operator", person_id=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(CheckedBody(check_id=row.id, key=evaluator.code, evaluator_id=evaluator.id))
    session.flush()
    return replace(check, code=row.code)
