"""Recording engagements in a database: replay, conflict, corrections, who may, and races on one contract."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from fieldwork_samples import COUNTY, FAMILY, NOW, TOWN, make_document, recorded, registered
from people import make_person
from register_samples import credit_code
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts import queries as accounts
from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role
from registry.db import Database, read, write
from registry.errors import RegistryError
from registry.evaluators.independence_service import key_of
from registry.fieldwork import event_service, service
from registry.fieldwork.engagement import EventKind, State, state_of
from registry.fieldwork.engagement_errors import EngagementConflict, EngagementRejected
from registry.fieldwork.event_service import EventWanted
from registry.fieldwork.models import EngagementRow

START = {"kind": "started", "on": "2026-05-10"}


def codes(error: RegistryError) -> dict[str | None, str]:
    return {each.pointer: each.code for each in error.violations}


def actor_of(session: Session, *roles: Role | HeldRole) -> Actor:
    person = make_person(session, *roles, now=NOW)
    found = accounts.actor_of_key(session, person.key, NOW)
    assert found is not None
    return found


def test_an_engagement_is_recorded_once_and_its_start_pins_the_version_of_the_day(session: Session) -> None:
    evaluator = registered(session)
    made = recorded(session, evaluator.code, history=[START])
    again = recorded(session, evaluator.credit_code or "", NOW + timedelta(days=1), history=[START])

    assert (made.is_replayed, again.is_replayed, made.record.code) == (False, True, "eg-000001")
    assert again.record == made.record
    (found,) = service.engagements_of(session, [evaluator.id], NOW)
    assert found.standard is not None
    assert (found.standard.reference, len(found.standard.sha256)) == (f"{FAMILY}@1.0.0", 64)
    assert (found.evaluator, found.commissioner) == (key_of(evaluator), f"uscc:{COUNTY}")
    assert found.terms.scored == (TOWN, f"uscc:{credit_code(8)}")
    assert (found.agreed_on, found.started_on) == (date(2026, 4, 20), date(2026, 5, 10))
    assert service.engagements_of(session, [evaluator.id], NOW - timedelta(days=1)) == ()
    assert service.engagements_about(session, TOWN, NOW) == (found,)

    with pytest.raises(EngagementConflict, match="eg-000001"):
        recorded(session, evaluator.code, cycle=4)


def test_everything_that_is_wrong_with_a_document_is_told_at_once(session: Session) -> None:
    evaluator = registered(session)
    with pytest.raises(EngagementRejected) as unknown:
        recorded(
            session, "ev-999999", payer="nobody", scored=[TOWN, "mca:1"], region="mca", standard="no-standard",
            window={"from": "2026-05-01", "to": "2026-05-01"}, contract_reference="a\u200bb",
        )  # fmt: skip
    assert codes(unknown.value) == {
        "/evaluator": "EVALUATOR_UNKNOWN", "/payer": "PARTY_UNREADABLE", "/scored/1": "PARTY_UNREADABLE",
        "/region": "REGION_UNREADABLE", "/standard": "STANDARD_UNKNOWN", "/window/to": "WINDOW_EMPTY",
        "/contract_reference": "TEXT_UNREADABLE",
    }  # fmt: skip

    report = {"kind": "report_issued", "on": "2026-05-09", "report_number": "1", "signatory": "p-1"}
    with pytest.raises(EngagementRejected) as misplaced:
        recorded(
            session, evaluator.code, agreed_on="2026-06-20",
            history=[START, report | {"standard_version": "2.0.0"}, {"kind": "completed", "on": "2026-07-01"}],
        )  # fmt: skip
    assert codes(misplaced.value) == {
        "/agreed_on": "AHEAD_OF_TODAY", "/history/0": "BEFORE_AGREEMENT", "/history/1": "BEFORE_AGREEMENT",
        "/history/2": "BEFORE_START",
    }  # fmt: skip
    with pytest.raises(EngagementRejected) as early:
        recorded(session, evaluator.code, agreed_on="2014-01-01", history=[START | {"on": "2014-05-01"}])
    assert codes(early.value) == {"/history/0": "STANDARD_UNKNOWN"}
    named = START | {"on": "2014-05-01", "standard_version": "1.0.0"}
    with pytest.raises(EngagementRejected, match="only from 2015-01-01 on"):
        recorded(session, evaluator.code, agreed_on="2014-01-01", history=[named])
    assert session.scalar(select(func.count()).select_from(EngagementRow)) == 0


def test_events_follow_and_a_correction_changes_only_what_is_known_from_then_on(session: Session) -> None:
    evaluator = registered(session)
    code = recorded(session, evaluator.code).record.code
    later = NOW + timedelta(days=1)
    started = event_service.add_event(session, OPERATOR, code, EventWanted(EventKind.STARTED, date(2026, 5, 10)), NOW)
    number = started.events[-1].number

    report = EventWanted(EventKind.REPORT_ISSUED, date(2026, 6, 1), "3.0.0", "R-1", "p-1")
    with pytest.raises(EngagementRejected, match=f"{FAMILY}@1.0.0"):
        event_service.add_event(session, OPERATOR, code, report, NOW)

    corrected = EventWanted(
        EventKind.CORRECTED, date(2026, 5, 12), reason="Two days later.", supersedes=number, becomes=EventKind.STARTED
    )
    record = event_service.add_event(session, OPERATOR, code, corrected, later)
    day = date(2026, 5, 11)
    assert state_of(record.events, day, NOW).kind is State.UNDER_WAY
    assert state_of(record.events, day, later).kind is State.AGREED
    with pytest.raises(EngagementRejected) as twice:
        event_service.add_event(session, OPERATOR, code, corrected, later)
    assert [each.code for each in twice.value.violations] == ["CORRECTS_NOTHING", "STARTED_ALREADY"]


def test_what_does_not_belong_to_an_event_is_refused_and_not_dropped(session: Session) -> None:
    code = recorded(session, registered(session).code).record.code
    foreign = EventWanted(EventKind.TERMINATED, date(2026, 5, 11), "1.0.0", "7", "p-1", reason="No money.")

    with pytest.raises(EngagementRejected) as refused:
        event_service.add_event(session, OPERATOR, code, foreign, NOW)

    assert [each.pointer for each in refused.value.violations] == ["/report_number", "/signatory", "/standard_version"]


def test_terms_are_corrected_as_a_whole_and_parties_never(session: Session) -> None:
    evaluator = registered(session)
    record = recorded(session, evaluator.code).record
    window = {"from": "2026-05-01", "to": "2026-12-01"}
    wanted = EventWanted(
        EventKind.CORRECTED, date(2026, 4, 20), reason="Longer.", supersedes=record.events[0].number,
        becomes=EventKind.AGREED,
        agreement=make_document(evaluator.code, window=window, scored=["mca:330106002"]),
    )  # fmt: skip
    later = NOW + timedelta(days=1)
    event_service.add_event(session, OPERATOR, record.code, wanted, later)

    (was,), (now,) = (service.engagements_of(session, [evaluator.id], each) for each in (NOW, later))
    assert (was.terms.window.valid_to, now.terms.window.valid_to) == (date(2026, 10, 1), date(2026, 12, 1))
    assert service.engagements_about(session, TOWN, later) == ()
    assert service.engagements_about(session, TOWN, NOW) == (was,)
    assert service.engagements_about(session, "mca:330106002", later) == (now,)

    other = make_document(evaluator.code, commissioner=credit_code(9))
    fixed = EventWanted(
        EventKind.CORRECTED, date(2026, 4, 21), reason="Other.", supersedes=now.events[0].number,
        becomes=EventKind.AGREED, agreement=other,
    )  # fmt: skip
    with pytest.raises(EngagementRejected) as refused:
        event_service.add_event(session, OPERATOR, record.code, fixed, later)
    assert codes(refused.value) == {"/agreement/commissioner": "PARTIES_FIXED", "/agreement/agreed_on": "PARTIES_FIXED"}


def test_a_contract_whose_agreement_was_taken_out_is_recorded_anew_and_never_twice(session: Session) -> None:
    evaluator = registered(session)
    record = recorded(session, evaluator.code).record
    agreed = record.events[0].number
    gone = EventWanted(EventKind.CORRECTED, date(2026, 4, 20), reason="Never signed.", supersedes=agreed)
    taken_out = event_service.add_event(session, OPERATOR, record.code, gone, NOW)
    assert service.engagements_of(session, [evaluator.id], NOW) == ()

    anew = recorded(session, evaluator.code)
    assert (anew.is_replayed, anew.record.code) == (False, "eg-000002")
    assert recorded(session, evaluator.code).is_replayed
    back = EventWanted(
        EventKind.CORRECTED, date(2026, 4, 20), reason="It was.", supersedes=taken_out.events[-1].number,
        becomes=EventKind.AGREED, agreement=make_document(evaluator.code),
    )  # fmt: skip
    with pytest.raises(EngagementConflict, match="eg-000002"):
        event_service.add_event(session, OPERATOR, record.code, back, NOW)


def test_roles_reach_as_far_as_they_are_limited(session: Session) -> None:
    evaluator = registered(session)
    code = recorded(session, evaluator.code, history=[START]).record.code
    report = EventWanted(EventKind.REPORT_ISSUED, date(2026, 6, 1), "1.0.0", "R-1", "p-1")
    own, other = (actor_of(session, HeldRole(Role.EVALUATOR, each)) for each in (evaluator.code, "ev-000777"))
    elsewhere = actor_of(session, HeldRole(Role.PROCUREMENT, field_of_assessment="roads"))

    here = actor_of(session, HeldRole(Role.PROCUREMENT, field_of_assessment="agri"))

    event_service.add_event(session, own, code, report, NOW)
    service.record(session, here, make_document(evaluator.code, contract_reference="HT-8"), NOW)
    refusals: dict[str, Callable[[], object]] = {
        "another's report": lambda: event_service.add_event(session, other, code, report, NOW),
        "its own completion": lambda: event_service.add_event(
            session, own, code, EventWanted(EventKind.COMPLETED, date(2026, 6, 2)), NOW
        ),
        "another field": lambda: service.record(
            session, elsewhere, make_document(evaluator.code, contract_reference="HT-9"), NOW
        ),
    }
    for refused in refusals.values():
        with pytest.raises(NotAllowed):
            refused()


@pytest.mark.slow
def test_of_writers_at_one_instant_one_records_the_contract(database: Database) -> None:
    code = write(database, lambda session: registered(session).code)
    start = threading.Barrier(4)

    def run(cycle: int) -> Any:
        start.wait()
        try:
            return write(database, lambda session: recorded(session, code, cycle=cycle).is_replayed)
        except RegistryError as refused:
            return type(refused)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, [1, 1, 2, 2]))

    assert sorted(map(str, results)) == sorted(map(str, [False, True, EngagementConflict, EngagementConflict]))
    assert read(database, lambda session: session.scalar(select(func.count()).select_from(EngagementRow))) == 1
