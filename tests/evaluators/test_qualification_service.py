"""Decisions on scope items through the database: guards, four eyes, corrections, the log, and what always holds."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from evaluator_samples import at, day
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from vetting_samples import EVIDENCE, LATE, Vetting, make_cause, make_scope, make_vetting

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import OPERATOR
from registry.audit.models import Entry
from registry.canonical import digest
from registry.documents import schema_violations
from registry.evaluators import appeal_service, qualification_queries, qualification_service, status_service
from registry.evaluators.appeal_service import Ruling
from registry.evaluators.decision import Basis, Decision
from registry.evaluators.event_document import event_document
from registry.evaluators.policy import State
from registry.evaluators.qualification import EventType
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.scope import RegionSet, StandardRange
from registry.evaluators.vetting_errors import AppealRefused, EventRefused, ScopeItemNotFound, ScopeRejected


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


def entries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Entry)) or 0


def test_one_decision_on_two_items_is_two_events_and_one_entry_of_the_log(vetting: Vetting) -> None:
    items = vetting.granted(make_scope("agri"), make_scope("env"))
    before = entries(vetting.session)

    recorded = vetting.suspend(items, "2026-03-01")

    assert {each.decision_id for each in recorded.events} == {recorded.decision_id}
    assert [each.seq for each in recorded.events] == [3, 4]
    assert entries(vetting.session) == before + 1


def test_an_event_is_a_valid_document_with_its_digest(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-03-01")
    rows = qualification_queries.list_event_rows(vetting.session, vetting.evaluator.id)

    for row in rows:
        basis = {name: text for name in ("reason", "rule", "evidence_sha256") if (text := getattr(row, name))}
        document = event_document(qualification_queries.to_event(row), vetting.evaluator.code, basis)
        assert schema_violations("qualification-event.v1", document) == []
        assert digest(document) == row.sha256


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("suspend", {"causes": ()}, "CAUSE_MISSING"),
        ("suspend", {"causes": (make_cause(review_by="2029-01-01"),)}, "REVIEW_OUT_OF_BOUNDS"),
        ("reinstate", {"closes": ("late-report",)}, "NOT_SUSPENDED"),
        ("renew", {"valid_to": day("2026-04-01")}, "RENEWAL_SHORTENS"),
        ("renew", {"valid_to": day("2040-01-01")}, "CYCLE_TOO_LONG"),
        ("surrender", {"under_investigation": True}, "INVESTIGATION_NOT_FLAGGED"),
        ("annul", {}, "ANNULLED_FROM_ANOTHER_DAY"),
        ("withdraw", {"decided_on": day("2026-03-02")}, "DECIDED_AFTER_RECORDED"),
    ],
)
def test_a_guard_refuses_with_its_code_and_nothing_is_saved(
    vetting: Vetting, kind: str, changes: dict[str, Any], code: str
) -> None:
    (item,) = vetting.granted()
    before = (entries(vetting.session), vetting.status(item, "2026-03-01"))

    with pytest.raises(EventRefused) as refused:
        vetting.decide(kind, item, "2026-03-01", **changes)

    assert code in {each.code for each in refused.value.violations}
    assert (entries(vetting.session), vetting.status(item, "2026-03-01")) == before


def test_every_broken_rule_of_every_item_is_told_at_once(vetting: Vetting) -> None:
    items = vetting.granted(make_scope("agri"), make_scope("env"))

    with pytest.raises(EventRefused) as refused:
        vetting.reinstate(items, "2026-03-01")

    assert [each.code for each in refused.value.violations].count("NOT_SUSPENDED") == 2


def test_a_reinstatement_needs_evidence_that_was_verified(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-03-01")

    with pytest.raises(EventRefused, match="verified"):
        vetting.decide("reinstate", item, "2026-04-01", closes=("late-report",))
    vetting.reinstate(item, "2026-04-01")

    assert vetting.status(item, "2026-04-01").state is State.VALID


def test_an_extension_makes_items_that_end_with_their_parent_at_the_latest(vetting: Vetting) -> None:
    (item,) = vetting.granted(valid_to="2028-02-01")
    given_days: dict[str, Any] = {"parent_item_id": "1", "new_scopes": (make_scope("env"),)}

    with pytest.raises(EventRefused) as refused:
        vetting.decide("extend", (), "2026-03-01", valid_to=day("2028-03-01"), **given_days)
    recorded = vetting.decide("extend", (), "2026-03-01", valid_to=day("2028-02-01"), **given_days)

    with pytest.raises(EventRefused) as again:
        vetting.decide("extend", (), "2026-03-01", "2026-03-02", valid_to=day("2028-02-01"), **given_days)
    other = {"parent_item_id": "1", "new_scopes": (make_scope("water"),)}
    vetting.decide("extend", (), "2026-03-01", "2026-03-02", valid_to=day("2028-02-01"), **other)

    assert {each.code for each in refused.value.violations} == {"OUTLIVES_PARENT"}
    assert [each.code for each in again.value.violations] == ["ALREADY_EXTENDED"]
    assert vetting.status(str(recorded.events[0].item_id), "2026-03-01").state is State.VALID
    assert vetting.status(item, "2026-03-01").state is State.VALID


def test_a_scope_that_is_wrong_is_refused_with_every_fault(vetting: Vetting) -> None:
    wrong = (
        make_scope("agri", "nowhere"),
        make_scope("env", regions=RegionSet(("mca:420000",), True, ("mca:1",)),
                   standards=StandardRange("rural-rev", "2.0.0", "2.0.0")),
    )  # fmt: skip

    with pytest.raises(ScopeRejected) as refused:
        vetting.opened(*wrong)

    assert [each.pointer for each in refused.value.violations] == [
        "/items/0/regions/0", "/items/1/excepted/0", "/items/1/before_version"
    ]  # fmt: skip


def test_who_assessed_the_surveillance_does_not_decide_on_it(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    finished = vetting.surveilled((item,), "2026-03-01")
    basis = Basis("It found much.", surveillance=str(finished.planned.id))
    decision = Decision(EventType.WITHDRAW, day("2026-03-02"), day("2026-03-02"), basis, items=(item,))

    with pytest.raises(EventRefused) as refused:
        qualification_service.decide(vetting.session, vetting.officer, vetting.evaluator, decision, at("2026-03-02"))
    vetting.decide("withdraw", item, "2026-03-02", basis=basis)

    assert {each.code for each in refused.value.violations} == {"DECIDER_ASSESSED"}
    assert vetting.status(item, "2026-03-02").state is State.WITHDRAWN


def test_neither_the_operator_nor_the_applicant_decides(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    decision = Decision(EventType.WITHDRAW, day("2026-03-02"), day("2026-03-02"), Basis("Why."), items=(item,))

    for actor in (OPERATOR, vetting.applicant):
        with pytest.raises(NotAllowed):
            qualification_service.decide(vetting.session, actor, vetting.evaluator, decision, at("2026-03-02"))


def test_an_item_of_another_evaluator_is_not_decided_on(vetting: Vetting) -> None:
    vetting.granted()

    with pytest.raises(ScopeItemNotFound):
        vetting.decide("withdraw", str(uuid4()), "2026-03-02")


def test_a_correction_is_corrected_and_the_first_event_is_not_corrected_twice(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    wrong = vetting.decide("withdraw", item, "2026-03-02").events[0]
    first = vetting.decide("correct", (), "2026-03-02", "2026-03-03", supersedes=str(wrong.id)).events[0]

    with pytest.raises(EventRefused) as refused:
        vetting.decide("correct", (), "2026-03-02", "2026-03-04", supersedes=str(wrong.id))
    vetting.decide("correct", (), "2026-03-02", "2026-03-04", supersedes=str(first.id), becomes=EventType.WITHDRAW)

    assert {each.code for each in refused.value.violations} == {"CORRECTS_NOTHING"}
    assert vetting.status(item, "2026-03-05", "2026-03-03").state is State.VALID
    assert vetting.status(item, "2026-03-05").state is State.WITHDRAWN


def test_nothing_is_recorded_before_what_was_recorded_earlier(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-03-01", "2026-03-20")

    waited_long = vetting.decide("withdraw", item, "2026-03-19", "2026-03-19")

    assert waited_long.events[0].recorded_at == at("2026-03-20")


@pytest.mark.parametrize("statement", ["UPDATE qualification_events SET seq = 99", "DELETE FROM qualification_events"])
def test_an_event_cannot_be_changed_in_the_database(vetting: Vetting, statement: str) -> None:
    vetting.granted()

    with pytest.raises(DBAPIError, match="immutable"):
        vetting.session.execute(text(statement))


def test_an_appeal_is_decided_by_somebody_else_and_once(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    decision_id = vetting.decide("withdraw", item, "2026-03-01").decision_id
    session, filed_on = vetting.session, day("2026-03-05")
    filed = appeal_service.file_appeal(session, vetting.applicant, decision_id, "No.", filed_on, at("2026-03-05"))
    ruling = Ruling("dismissed", day("2026-03-10"), "It is so.")

    with pytest.raises(AppealRefused):
        appeal_service.decide_appeal(session, vetting.decider, filed.appeal.id, ruling, at("2026-03-10"))
    with pytest.raises(AppealRefused):
        appeal_service.file_appeal(session, vetting.applicant, decision_id, "Again.", filed_on, at("2026-03-06"))
    decided, recorded = appeal_service.decide_appeal(session, vetting.other, filed.appeal.id, ruling, at("2026-03-10"))
    with pytest.raises(AppealRefused):
        appeal_service.decide_appeal(session, vetting.other, filed.appeal.id, ruling, at("2026-03-10"))

    assert recorded is None
    assert not decided.is_pending(day("2026-03-10"), LATE)
    assert decided.is_pending(day("2026-03-09"), LATE)
    assert vetting.status(item, "2026-03-20").state is State.WITHDRAWN


# Through the database only a few examples: test_properties.py has many of the pure functions.
FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
KINDS = st.sampled_from(["suspend", "reinstate", "reduce", "withdraw", "surrender", "renew"])
STEPS = st.lists(st.tuples(KINDS, st.integers(0, 1), st.integers(1, 28)), max_size=6)


def attempt(vetting: Vetting, kind: str, item: str, effective: int, recorded: int) -> None:
    by_kind: dict[str, dict[str, Any]] = {
        "suspend": {"causes": (make_cause(review_by="2026-10-01"),)},
        "reinstate": {
            "closes": ("late-report",),
            "basis": Basis("Why.", evidence_sha256=EVIDENCE, verified_on=day("2026-03-01")),
        },
        "renew": {"valid_to": day("2029-02-01")},
    }
    changes = by_kind.get(kind, {})
    try:
        vetting.decide(kind, item, f"2026-03-{effective:02}", f"2026-04-{recorded:02}", **changes)
    except EventRefused:
        return


@FEW
@given(steps=STEPS)
def test_what_is_recorded_later_never_changes_what_was_known_before(vetting: Vetting, steps: list[Any]) -> None:
    with vetting.session.begin_nested() as example:
        items = vetting.granted(make_scope("agri"), make_scope("env"))
        seen = {}
        for number, (kind, place, effective) in enumerate(steps, start=1):
            attempt(vetting, kind, items[place], effective, number)
            known_at = at(f"2026-04-{number:02}")
            for item in items:
                for asked in ("2026-03-10", "2026-05-01"):
                    seen[item, asked, known_at] = vetting.status(item, asked, known_at)

        for (item, asked, known_at), status in seen.items():
            assert vetting.status(item, asked, known_at) == status
        example.rollback()


@FEW
@given(steps=STEPS)
def test_what_happens_to_one_item_never_changes_another(vetting: Vetting, steps: list[Any]) -> None:
    with vetting.session.begin_nested() as example:
        items = vetting.granted(make_scope("agri"), make_scope("env"))
        before = vetting.status(items[1], "2026-03-10")

        for number, (kind, _, effective) in enumerate(steps, start=1):
            attempt(vetting, kind, items[0], effective, number)

        assert vetting.status(items[1], "2026-03-10") == before
        example.rollback()


@FEW
@given(steps=STEPS, data=st.data())
def test_the_order_of_insertion_never_changes_an_answer(
    vetting: Vetting, steps: list[Any], data: st.DataObject
) -> None:
    session = vetting.session
    columns = [each.key for each in QualificationEvent.__table__.columns]
    with session.begin_nested() as example:
        (item,) = vetting.granted()
        for number, (kind, _, effective) in enumerate(steps, start=1):
            attempt(vetting, kind, item, effective, number)
        rows = qualification_queries.list_event_rows(session, vetting.evaluator.id)
        written = [{name: getattr(each, name) for name in columns} for each in rows]
        answers = [vetting.status(item, asked) for asked in ("2026-03-10", "2026-03-28", "2028-03-01")]
        example.rollback()
    with session.begin_nested() as example:
        (copy,) = vetting.granted()
        own = qualification_queries.list_event_rows(session, vetting.evaluator.id)[0]
        names = {each["id"]: uuid4() for each in written[1:]}
        for each in data.draw(st.permutations(written[1:])):
            changed = {"id": names[each["id"]], "item_id": own.item_id, "evaluator_id": own.evaluator_id}
            session.add(QualificationEvent(**each | changed))
            session.flush()

        found = [vetting.status(copy, asked) for asked in ("2026-03-10", "2026-03-28", "2028-03-01")]
        assert [each.answer for each in found] == [each.answer for each in answers]
        example.rollback()


def test_every_state_of_an_evaluator_is_told(vetting: Vetting) -> None:
    items = vetting.granted(make_scope("agri"), make_scope("env"))
    vetting.decide("reduce", items[1], "2026-03-01")

    found = status_service.status(vetting.session, vetting.evaluator, day("2026-03-01"), LATE)

    assert found.states == (State.VALID, State.WITHDRAWN_PART)
