"""What receivers of webhooks are told: every decision, however it came about, and when something changes by itself."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dossier_samples import NOW
from evaluator_samples import POLICY, at, day, make_event, make_grant, make_surveillance, make_suspension
from hypothesis import given, settings
from log_samples import INSTANTS, ITEMS, logs
from register_samples import imported, small_register
from sqlalchemy import select
from sqlalchemy.orm import Session
from vetting_samples import Vetting, make_scope, make_vetting

from registry.accounts.permissions import OPERATOR
from registry.evaluators import appeal_service, webhook_service
from registry.evaluators.appeal_service import Ruling
from registry.evaluators.qualification import Event
from registry.evaluators.status import next_change, status
from registry.evaluators.webhook_models import WebhookMessage
from registry.json_text import parse_json
from registry.outbound import Outbound
from registry.secret_box import SecretBox
from registry.validity import legal_day

MARCH = at("2026-03-01")
HOOK = "https://hooks.example.org/registry"


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    made = make_vetting(session, tmp_path)
    allowed = Outbound(frozenset({"https://hooks.example.org"}))
    webhook_service.register(session, OPERATOR, (HOOK, ""), allowed, SecretBox(b"k" * 32), NOW)
    return made


def told(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of each message, in the order in which they were told."""
    rows = session.scalars(select(WebhookMessage)).all()
    found = [parse_json(each.payload.encode()) for each in rows]
    return [(each["type"], each["data"]) for each in sorted(found, key=lambda each: each["timestamp"])]


def test_a_grant_tells_when_its_items_change_by_themselves(vetting: Vetting) -> None:
    items = vetting.granted(make_scope("agri"), make_scope("env"), effective="2026-02-01", on="2026-01-05")

    ((type_, data),) = told(vetting.session)
    assert (type_, tuple(data["items"])) == ("qualification.grant", items)
    # It begins later than it was decided.
    assert data["next_change_on"] == "2026-02-01"


def test_decisions_a_surveillance_and_an_upheld_appeal_are_told(vetting: Vetting) -> None:
    first, second = vetting.granted(make_scope("agri"), make_scope("env"), effective="2026-01-05", on="2026-01-05")
    vetting.suspend(first, "2026-03-01")
    withdrawn = vetting.decide("withdraw", (first, second), "2026-03-10")
    filed = appeal_service.file_appeal(
        vetting.session, vetting.applicant, withdrawn.decision_id, "No.", day("2026-03-11"), at("2026-03-11")
    )
    ruling = Ruling("upheld", day("2026-03-12"), "It was another.")
    appeal_service.decide_appeal(vetting.session, vetting.other, filed.appeal.id, ruling, at("2026-03-12"))
    vetting.surveilled((second,), "2027-12-01")

    found = told(vetting.session)
    assert [(type_, data["next_change_on"]) for type_, data in found] == [
        # Two years less ninety days after the beginning, the surveillance is due.
        ("qualification.grant", "2027-10-07"),
        # The day after the last one for the review.
        ("qualification.suspend", "2026-06-02"),
        ("qualification.withdraw", None),
        ("qualification.correct", "2026-06-02"),
        # The end of the validity.
        ("surveillance.completed", "2028-02-01"),
    ]
    assert sorted(found[3][1]["items"]) == sorted((first, second))
    assert found[4][1] == {
        "evaluator": vetting.evaluator.code, "items": [second], "completed_on": "2027-12-01",
        "next_change_on": "2028-02-01",
    }  # fmt: skip


def test_an_import_of_a_register_is_told_once(vetting: Vetting, tmp_path: Path) -> None:
    report = imported(vetting.session, small_register(tmp_path))

    ((type_, data),) = told(vetting.session)
    assert (type_, data["import"], data["items"]) == ("register.imported", report.import_id, 4)


def test_nothing_changes_by_itself_where_nothing_lies_ahead() -> None:
    def following(*events: Event, known_at: datetime = MARCH, **changes: Any) -> object:
        return next_change(events, ["item_1"], known_at, **({"surveillances": (), "policy": POLICY} | changes))

    grant = make_grant("2025-01-01", valid_to="2028-01-01")
    assert following() is None
    assert following(grant) == day("2026-10-03")
    assert following(grant, surveillances=[make_surveillance("2026-02-01")]) == day("2027-11-03")
    assert following(grant, make_event("withdraw", "2026-02-01")) is None
    assert following(grant, make_event("withdraw", "2026-05-01", "2026-02-01")) == day("2026-05-01")
    # A suspension that is known already and begins later.
    assert following(grant, make_suspension("2026-04-01", "2026-02-01")) == day("2026-04-01")
    # The last moment of the day before, where the register is kept.
    assert following(grant, known_at=datetime.fromisoformat("2026-10-02T15:59:59Z")) == day("2026-10-03")
    assert following(grant, known_at=datetime.fromisoformat("2026-10-02T16:00:00Z")) != day("2026-10-03")


@settings(max_examples=40)
@given(logs(), INSTANTS)
def test_the_next_change_is_the_first_day_with_another_answer(log: tuple[Event, ...], known_at: datetime) -> None:
    def answers(on: Any) -> list[object]:
        return [status(log, each, on, known_at, surveillances=(), policy=POLICY).answer for each in ITEMS]

    today = legal_day(known_at)
    found = next_change(log, ITEMS, known_at, surveillances=(), policy=POLICY)

    days = (found - today).days if found is not None else 400
    assert all(answers(today + timedelta(days=each)) == answers(today) for each in range(1, min(days, 400)))
    assert found is None or answers(found) != answers(today)
