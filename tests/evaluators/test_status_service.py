"""Status in time through the database: cases of the design with their numbers, and siblings of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from evaluator_samples import at, day, make_asked
from sqlalchemy.orm import Session
from vetting_samples import LATE, Vetting, make_cause, make_scope, make_vetting

from registry.errors import Conflict
from registry.evaluators import appeal_service, qualification_queries, status_service
from registry.evaluators.appeal_service import Ruling
from registry.evaluators.asked_times import TimeRejected, read_known_at, read_valid_at
from registry.evaluators.coverage import Coverage, Outcome, Reason, find_coverage
from registry.evaluators.periods import Period
from registry.evaluators.policy import Activity, State
from registry.evaluators.scope import Dimension
from registry.evaluators.status import Flag
from registry.evaluators.status_service import POLICY
from registry.evaluators.vetting_errors import EventRefused, ScopeItemNotFound

PROVINCE = "mca:420000"


@pytest.fixture
def vetting(session: Session, tmp_path: Path) -> Vetting:
    return make_vetting(session, tmp_path)


def coverage(
    vetting: Vetting,
    first: str,
    last: str,
    known_at: str | datetime = LATE,
    domain: str = "agri",
    region: str = PROVINCE,
) -> Coverage:
    """last: the first day after the window."""
    known = known_at if isinstance(known_at, datetime) else at(known_at)
    return find_coverage(
        status_service.holdings(vetting.session, vetting.evaluator, known),
        make_asked(domain, region),
        Period(day(first), day(last)),
        permitted=POLICY.states_permitting(Activity.BID),
        covers=lambda outer, inner, _on: outer == inner,
    )


def test_case_1_an_item_that_ends_in_the_window_leaves_a_gap_until_its_renewal_is_known(vetting: Vetting) -> None:
    (item,) = vetting.granted(effective="2026-01-05", valid_to="2026-07-01")
    vetting.decide("renew", item, "2026-07-01", "2026-04-20", valid_to=day("2028-07-01"))

    before = coverage(vetting, "2026-05-01", "2026-10-01", "2026-04-15")
    after = coverage(vetting, "2026-05-01", "2026-10-01", "2026-04-21")

    assert [(each.period, each.reason) for each in before.gaps] == [
        (Period(day("2026-07-01"), day("2026-10-01")), Reason.VALIDITY_ENDS_IN_WINDOW)
    ]
    assert after.outcome is Outcome.COVERED


def test_case_1_the_last_day_is_a_day_of_the_registrys_zone(vetting: Vetting) -> None:
    (item,) = vetting.granted(effective="2026-01-05", valid_to="2026-07-01")

    last_minute = read_valid_at("2026-06-30T23:59:00+08:00")
    same_day_in_utc = read_valid_at("2026-06-30T16:30:00Z")

    assert vetting.status(item, str(last_minute)).state is State.VALID
    assert vetting.status(item, str(same_day_in_utc)).state is State.EXPIRED


def test_case_4_a_partial_suspension_touches_one_item(vetting: Vetting) -> None:
    agri, env = vetting.granted(make_scope("agri"), make_scope("env"))
    vetting.suspend(env, "2026-03-01")

    assert vetting.status(agri, "2026-03-05").state is State.VALID
    assert vetting.status(env, "2026-03-05").suspended_for == ("late-report",)
    assert coverage(vetting, "2026-03-05", "2026-03-06").outcome is Outcome.COVERED
    (gap,) = coverage(vetting, "2026-03-05", "2026-03-06", domain="env").gaps
    assert gap.reason is Reason.SUSPENDED


def test_case_5_a_back_dated_suspension_changes_what_is_known_later_and_names_the_days(vetting: Vetting) -> None:
    (item,) = vetting.granted()

    recorded = vetting.suspend(item, "2026-03-01", "2026-03-20")

    assert vetting.status(item, "2026-03-10", "2026-03-10").state is State.VALID
    assert vetting.status(item, "2026-03-10", "2026-03-25").state is State.SUSPENDED
    assert [(each.valid_from, each.valid_to) for each in recorded.changed[item]] == [
        (day("2026-03-01"), day("2028-02-01"))
    ]
    assert recorded.changed[item][0].holds(day("2026-03-10"))


def test_case_7_a_suspension_never_ends_by_the_clock(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-03-01")

    found = vetting.status(item, "2026-06-02")

    assert found.state is State.SUSPENDED
    assert Flag.SUSPENSION_REVIEW_OVERDUE in found.flags
    assert Flag.SUSPENSION_REVIEW_OVERDUE not in vetting.status(item, "2026-06-01").flags


def test_case_7_of_two_causes_one_stays_open(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-03-01", None, make_cause("late-report"), make_cause("fee"))

    vetting.reinstate(item, "2026-04-01", None, "late-report")

    assert vetting.status(item, "2026-04-02").suspended_for == ("fee",)
    vetting.reinstate(item, "2026-04-10", None, "fee")
    assert vetting.status(item, "2026-04-10").state is State.VALID


def test_case_8_before_the_grant_there_is_no_record_even_after_a_withdrawal(vetting: Vetting) -> None:
    (item,) = vetting.granted(effective="2026-02-01")
    vetting.decide("withdraw", item, "2027-01-01")

    assert vetting.status(item, "2023-06-01").state is State.NO_RECORD
    assert vetting.status(item, "2026-12-31").state is State.VALID
    assert vetting.status(item, "2027-01-01").state is State.WITHDRAWN


def test_case_8_events_of_one_day_count_in_the_order_of_their_recording(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-02-02")
    vetting.reinstate(item, "2026-02-02")

    assert vetting.status(item, "2026-02-02").state is State.VALID


def test_case_8_a_reinstatement_after_a_withdrawal_is_refused_and_nothing_is_recorded(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.decide("withdraw", item, "2026-05-01")
    before = qualification_queries.events_of(vetting.session, vetting.evaluator.id)

    with pytest.raises(EventRefused) as refused:
        vetting.reinstate(item, "2026-05-02")

    assert {each.code for each in refused.value.violations} >= {"ENDED"}
    assert isinstance(refused.value, Conflict)
    assert qualification_queries.events_of(vetting.session, vetting.evaluator.id) == before


def test_case_8_a_suspension_that_lies_ahead_holds_from_its_day(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    vetting.suspend(item, "2026-08-01", "2026-07-01", make_cause(review_by="2026-12-01"))

    assert vetting.status(item, "2026-07-31").state is State.VALID
    (gap,) = coverage(vetting, "2026-07-31", "2026-10-01").gaps
    assert (gap.reason, gap.period.valid_from) == (Reason.SUSPENDED, day("2026-08-01"))


def test_case_18_an_appeal_is_shown_and_an_upheld_one_lifts_the_withdrawal_from_the_start(vetting: Vetting) -> None:
    (item,) = vetting.granted(effective="2026-01-05")
    withdrawn = vetting.decide("withdraw", item, "2026-02-01")
    filed = appeal_service.file_appeal(
        vetting.session, vetting.applicant, withdrawn.decision_id, "It is not so.", day("2026-02-20"), at("2026-02-20")
    )

    pending = status_service.status(vetting.session, vetting.evaluator, day("2026-03-01"), at("2026-03-05"))
    ruling = Ruling("upheld", day("2026-06-01"), "The notice was of another body.")
    _, recorded = appeal_service.decide_appeal(
        vetting.session, vetting.other, filed.appeal.id, ruling, at("2026-06-01")
    )

    assert pending.states == (State.WITHDRAWN,)
    assert [each.id for each in pending.items[0].appeals] == [filed.appeal.id]
    assert vetting.status(item, "2026-03-01", "2026-06-02").state is State.VALID
    assert vetting.status(item, "2026-03-01", "2026-03-05").state is State.WITHDRAWN
    assert recorded is not None
    assert recorded.changed[item][0].holds(day("2026-03-01"))
    later = status_service.status(vetting.session, vetting.evaluator, day("2026-07-01"), at("2026-07-01"))
    assert later.items[0].appeals == ()


def test_case_18_an_annulled_grant_is_void_from_its_beginning(vetting: Vetting) -> None:
    (item,) = vetting.granted()

    recorded = vetting.decide("annul", item, "2026-02-01", "2027-03-01")

    assert vetting.status(item, "2026-09-01").state is State.VOID
    assert vetting.status(item, "2026-09-01", "2027-02-01").state is State.VALID
    assert recorded.changed[item][0].valid_from == day("2026-02-01")


def test_without_a_decision_the_evaluator_has_no_record(vetting: Vetting) -> None:
    vetting.opened()

    found = status_service.status(vetting.session, vetting.evaluator, day("2026-01-01"), LATE)

    assert (found.states, found.items) == ((State.NO_RECORD,), ())


def test_what_was_recorded_later_was_not_known_and_that_is_an_answer(vetting: Vetting) -> None:
    (item,) = vetting.granted()

    found = status_service.status(vetting.session, vetting.evaluator, day("2026-03-01"), at("2026-01-01"))

    assert found.states == (State.NO_RECORD,)
    assert [str(each.item.id) for each in found.items] == [item]


def test_an_item_that_the_evaluator_does_not_have_is_not_found(vetting: Vetting) -> None:
    vetting.granted()

    for unknown in ("2", "0", "99999999999999999999", "x", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(ScopeItemNotFound):
            status_service.status(vetting.session, vetting.evaluator, day("2026-03-01"), LATE, item=unknown)


def test_a_history_tells_corrected_events_and_every_day(vetting: Vetting) -> None:
    (item,) = vetting.granted()
    suspended = vetting.suspend(item, "2026-03-01", "2026-03-20")
    wrong = str(suspended.events[0].id)
    vetting.decide("correct", (), "2026-03-01", "2026-03-25", supersedes=wrong)

    found = status_service.history(vetting.session, vetting.evaluator, at("2026-04-01"))
    before = status_service.history(vetting.session, vetting.evaluator, at("2026-03-21"))

    assert [each.type for each in found.events] == ["grant", "suspend", "correct"]
    assert wrong not in found.items[0].counting
    assert [each.type for each in before.events] == ["grant", "suspend"]
    assert wrong in before.items[0].counting
    assert State.SUSPENDED in {each.status.state for each in before.items[0].spans}
    assert State.SUSPENDED not in {each.status.state for each in found.items[0].spans}


def test_no_two_items_are_put_together(vetting: Vetting) -> None:
    vetting.granted(make_scope("agri", "mca:420000"), make_scope("env", "mca:330000"))

    found = coverage(vetting, "2026-03-01", "2026-04-01", domain="agri", region="mca:330000")

    assert found.outcome is Outcome.GAPS
    assert {each.dimension for each in found.nearest_misses} == {Dimension.REGION, Dimension.DOMAIN}


@pytest.mark.parametrize("text", ["", "2026-02-30", "yesterday", "2026-03-10T00:00:00", "0001-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_asked_about_is_refused(text: str) -> None:
    with pytest.raises(TimeRejected):
        read_valid_at(text)
    with pytest.raises(TimeRejected):
        read_known_at(text, LATE)


def test_how_an_address_writes_a_zone_is_told_where_its_sign_was_lost() -> None:
    for text, is_told in (("2026-03-10T00:00:00 08:00", True), ("yesterday", False)):
        with pytest.raises(TimeRejected) as raised:
            read_valid_at(text)
        assert ("%2B" in str(raised.value)) == is_told


def test_what_will_be_known_is_not_asked_for() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)

    assert read_known_at(None, now) == now
    with pytest.raises(TimeRejected):
        read_known_at("2026-03-01T00:00:01Z", now)
