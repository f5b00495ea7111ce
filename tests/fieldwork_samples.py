"""Engagements with their documents and files, for tests."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from exclusion_samples import csv_of, register, xlsx_of
from register_samples import credit_code
from sqlalchemy.orm import Session

from registry.accounts.permissions import OPERATOR
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period
from registry.fieldwork import service
from registry.fieldwork.engagement import (
    Assignment,
    EngagementEvent,
    EventKind,
    Payment,
    PinnedStandard,
    Regime,
    ReportFacts,
    Terms,
)
from registry.fieldwork.service import Recorded

NOW = datetime(2026, 6, 10, 4, tzinfo=UTC)
FAMILY = "cn-beautiful-village"
# Shipped with the program; in force from 2015 on.
PINNED = PinnedStandard(FAMILY, "1.0.0", "5" * 64)
COUNTY = credit_code(7)
TOWN = "mca:330106001"

Row = Mapping[str, str]


def make_terms(**changes: Any) -> Terms:
    told: dict[str, Any] = {
        "payer": "uscc:c", "scored": (TOWN, "uscc:t"), "implementers": (), "other_bidders": None, "domain": "agri",
        "region": "mca:330106", "evaluation_type": "annual", "subject_level": "township", "standard_family": FAMILY,
        "window": Period(date(2026, 5, 1), date(2026, 10, 1)), "cycle": 1,
        "regime": Regime(Assignment.TENDER, Payment.COMMISSIONER),
    }  # fmt: skip
    return Terms(**told | changes)


def make_event(number: int, kind: EventKind, on: str, **changes: Any) -> EngagementEvent:
    """With what belongs to its kind."""
    content: dict[EventKind, dict[str, Any]] = {
        EventKind.AGREED: {"terms": make_terms()},
        EventKind.STARTED: {"standard": PINNED},
        EventKind.REPORT_ISSUED: {"report": ReportFacts(f"R-{number}", "p-1", PINNED.version)},
        EventKind.TERMINATED: {"reason": "The contract was broken."},
        EventKind.CORRECTED: {"reason": "A typing error."},
    }
    told: dict[str, Any] = {"recorded_at": NOW, "recorded_by": "operator"} | content.get(kind, {})
    told |= content.get(changes.get("becomes", kind), {})
    return EngagementEvent(number, kind, date.fromisoformat(on), **told | changes)


def make_document(evaluator: str = "ev-000001", **changes: Any) -> dict[str, Any]:
    """changes: members; None leaves one out."""
    told = {
        "$schema": "urn:evaluator-registry:schema:engagement:v1", "contract_reference": "HT-2026-001",
        "evaluator": evaluator, "commissioner": COUNTY, "payer": COUNTY, "scored": [TOWN, credit_code(8)],
        "domain": "agri", "region": "mca:330106", "evaluation_type": "annual", "subject_level": "township",
        "standard": FAMILY, "cycle": 3, "window": {"from": "2026-05-01", "to": "2026-10-01"},
        "agreed_on": "2026-04-20", "assignment": "tender", "paid_by": "commissioner",
    } | changes  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def make_row(number: int = 1, evaluator: str = "ev-000001", **changes: str) -> dict[str, str]:
    return {
        "contract_reference": f"HT-2026-{number:03}", "evaluator": evaluator, "commissioner": COUNTY,
        "payer": COUNTY, "scored": f"{TOWN};{credit_code(8)}", "implementers": "", "other_bidders": "",
        "domain": "agri", "region": "mca:330106", "evaluation_type": "annual", "subject_level": "township",
        "standard": FAMILY, "cycle": "3", "window_from": "2026-05-01", "window_to": "2026-10-01",
        "agreed_on": "2026-04-20", "assignment": "tender", "paid_by": "commissioner", "started_on": "2026-05-10",
        "standard_version": "", "completed_on": "", "terminated_on": "", "termination_reason": "",
    } | changes  # fmt: skip


def json_of(documents: Sequence[Any]) -> bytes:
    return json.dumps(list(documents), ensure_ascii=False).encode()


FILES = {"list.csv": csv_of, "list.xlsx": xlsx_of}


def registered(session: Session, number: int = 1) -> Evaluator:
    return register(session, credit_code=credit_code(number))


def recorded(session: Session, evaluator: str, now: datetime = NOW, **changes: Any) -> Recorded:
    return service.record(session, OPERATOR, make_document(evaluator, **changes), now)
