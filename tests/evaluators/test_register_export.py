"""The register as files: the same statuses as one evaluator after the other has, and nothing that is not public."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from register_samples import NOW, credit_code, imported, make_evaluator, make_grant, read_rows, small_register
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.evaluators import qualification_queries, status_service
from registry.evaluators.models import Evaluator
from registry.evaluators.policy import Policy, State
from registry.evaluators.qualification_models import QualificationEvent, ScopeItem
from registry.evaluators.register_export import HEADING, ExportFormat, Listing, export
from registry.evaluators.register_service import listing
from registry.evaluators.status import Flag
from registry.evaluators.surveillance_models import PlannedSurveillance, SurveillanceResult, SurveilledItem
from registry.file_reader import read_file
from registry.parsing import TextTable

LATER = NOW + timedelta(days=10)
DAYS = [date(2023, 1, 1), date(2024, 3, 1), date(2025, 6, 1), date(2026, 2, 1), date(2026, 3, 20), date(2029, 3, 1)]
INSTANTS = [NOW - timedelta(days=1), NOW, LATER - timedelta(days=1), LATER]


def add_event(session: Session, item: ScopeItem, kind: str, on: date, **changes: object) -> UUID:
    """As a decision would record it, without its guards: what counts here is how it is read."""
    seq, _ = qualification_queries.newest_event(session)
    values = {
        "id": uuid4(), "seq": seq + 1, "evaluator_id": item.evaluator_id, "item_id": item.id, "type": kind,
        "decision_id": uuid4(), "decided_on": on, "effective_from": on, "published_at": None, "recorded_at": LATER,
        "recorded_by": "operator", "person_id": None, "valid_from": None, "valid_to": None, "causes": [], "closes": [],
        "parent_item_id": None, "under_investigation": False, "supersedes": None, "becomes": None, "reason": "x",
        "rule": None, "evidence_sha256": None, "sha256": "0" * 64,
    } | changes  # fmt: skip
    session.add(QualificationEvent(**values))
    session.flush()
    return UUID(str(values["id"]))


def cause(key: str, review_by: str | None = None) -> dict[str, str]:
    found = {"key": key, "kind": "imposed", "reason": "x", "notice": "x"}
    return found if review_by is None else found | {"review_by": review_by}


@pytest.fixture
def eventful(session: Session, tmp_path: Path) -> Session:
    """A register in which something of every kind has happened."""
    numbers = range(1, 9)
    grants = [make_grant(number) for number in numbers]
    imported(session, read_rows(tmp_path, [make_evaluator(number) for number in numbers], grants))
    items = session.scalars(
        select(ScopeItem).join(Evaluator, Evaluator.id == ScopeItem.evaluator_id).order_by(Evaluator.number)
    ).all()
    suspended, reinstated, withdrawn, annulled, corrected, surrendered, surveyed, _ = items
    add_event(session, suspended, "suspend", date(2026, 1, 1), causes=[cause("a", "2026-03-10"), cause("b")])
    add_event(session, reinstated, "suspend", date(2026, 1, 1), causes=[cause("a"), cause("b")])
    add_event(session, reinstated, "reinstate", date(2026, 3, 1), closes=["a", "b"])
    add_event(session, withdrawn, "withdraw", date(2026, 3, 15))
    add_event(session, annulled, "annul", date(2026, 3, 1))
    wrong = add_event(session, corrected, "withdraw", date(2026, 2, 1))
    add_event(session, corrected, "correct", date(2026, 2, 1), supersedes=wrong)
    add_event(session, surrendered, "surrender", date(2026, 3, 1), under_investigation=True)
    common = {"recorded_by": "operator", "person_id": None}
    plan = PlannedSurveillance(
        id=uuid4(), evaluator_id=surveyed.evaluator_id, kind="routine", due_on=date(2026, 3, 1), reason="",
        recorded_at=NOW, **common,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    session.add(SurveilledItem(surveillance_id=plan.id, item_id=surveyed.id))
    session.add(
        SurveillanceResult(
            surveillance_id=plan.id, completed_on=date(2026, 1, 15), statement="x", evidence_sha256=None,
            recorded_at=LATER, **common,
        )
    )  # fmt: skip
    session.flush()
    return session


def one_by_one(session: Session, valid_at: date, known_at: datetime) -> Iterator[tuple[object, ...]]:
    for evaluator in session.scalars(select(Evaluator).order_by(Evaluator.number)):
        for each in status_service.status(session, evaluator, valid_at, known_at).items:
            found = each.status
            yield evaluator.code, each.item.number, found.state, found.flags, found.valid_from, found.valid_to


@pytest.mark.parametrize("valid_at", DAYS)
@pytest.mark.parametrize("known_at", INSTANTS)
def test_all_at_once_say_what_each_alone_says(eventful: Session, valid_at: date, known_at: datetime) -> None:
    found = listing(eventful, valid_at, known_at, Policy())

    assert [
        (each.evaluator, each.number, each.state, each.flags, each.valid_from, each.valid_to) for each in found.lines
    ] == list(one_by_one(eventful, valid_at, known_at))


def test_the_register_of_the_test_has_something_of_every_kind(eventful: Session) -> None:
    found = listing(eventful, date(2026, 3, 20), LATER, Policy())

    assert {each.state for each in found.lines} == {
        State.SUSPENDED, State.VALID, State.WITHDRAWN, State.VOID, State.SURRENDERED,
    }  # fmt: skip
    assert {flag for each in found.lines for flag in each.flags} >= {
        Flag.SUSPENSION_REVIEW_OVERDUE, Flag.UNDER_INVESTIGATION, Flag.SURVEILLANCE_OVERDUE,
    }  # fmt: skip


def listed(session: Session, tmp_path: Path) -> Listing:
    imported(session, small_register(tmp_path))
    return listing(session, date(2026, 2, 1), NOW, Policy())


def table(found: Listing, form: ExportFormat) -> TextTable:
    return read_file(export(found, form), name=f"register.{form}")


@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.XLSX])
def test_a_table_has_a_row_for_every_item(session: Session, tmp_path: Path, form: ExportFormat) -> None:
    found = table(listed(session, tmp_path), form)

    assert found.heading == HEADING
    assert len(found) == 4
    assert dict(zip(HEADING, found.record(2), strict=True)) == {
        "evaluator": "ev-000001", "name": "杭州第1环境评估有限公司", "credit_code": credit_code(1),
        "legal_form": "company", "region": "mca:330106", "item": "3", "domain": "environment",
        "regions": "mca:330000", "descendants": "yes", "excepted": "", "evaluation_type": "assessment",
        "subject_level": "township", "standard": "town-environment", "from_version": "2.0.0",
        "before_version": "3.0.0", "state": "expired", "flags": "", "valid_from": "2024-03-01",
        "valid_to": "2025-01-01", "valid_at": "2026-02-01", "known_at": "2026-03-01T12:00:00.000000Z",
        "name_held": "no",
    }  # fmt: skip


def test_json_says_the_same(session: Session, tmp_path: Path) -> None:
    found = listed(session, tmp_path)
    document = json.loads(export(found, ExportFormat.JSON))

    assert (document["valid_at"], document["known_at"]) == ("2026-02-01", "2026-03-01T12:00:00.000000Z")
    assert [each["state"] for each in document["items"]] == ["valid", "valid", "expired", "valid"]
    assert document["items"][0]["regions"] == ["mca:330000"]


@pytest.mark.parametrize("form", list(ExportFormat))
def test_the_same_question_has_the_same_bytes(session: Session, tmp_path: Path, form: ExportFormat) -> None:
    found = listed(session, tmp_path)

    assert export(found, form) == export(found, form)


@pytest.mark.parametrize("form", list(ExportFormat))
def test_an_empty_register_is_a_file_too(form: ExportFormat) -> None:
    assert export(Listing(date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), ()), form)


def test_names_that_a_spreadsheet_would_run_are_texts(session: Session, tmp_path: Path) -> None:
    imported(session, read_rows(tmp_path, [make_evaluator(1, name="=1+1")], [make_grant(1)]))
    found = listing(session, date(2026, 2, 1), NOW, Policy())

    assert b"'=1+1" in export(found, ExportFormat.CSV)
    assert table(found, ExportFormat.XLSX).record(0)[1] == "=1+1"
