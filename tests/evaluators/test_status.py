"""What an item was on a day, as known at an instant: the cases of the design and their siblings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from evaluator_samples import (
    ALWAYS,
    ITEM,
    POLICY,
    at,
    day,
    make_cause,
    make_event,
    make_grant,
    make_reinstatement,
    make_surveillance,
    make_suspension,
    status_of,
)

from registry.evaluators.policy import State
from registry.evaluators.qualification import EventType, withdrawal_count
from registry.evaluators.status import Flag, recorded, timeline
from registry.validity import legal_day

BEIJING = timezone(timedelta(hours=8))


# Case 1: expiry.
def test_case_1_the_last_day_of_validity_ends_at_midnight_where_the_register_is() -> None:
    events = [make_grant("2024-07-01", "2026-07-01")]
    late_evening = legal_day(datetime(2026, 6, 30, 23, 59, tzinfo=BEIJING))
    same_day_in_london = legal_day(datetime(2026, 6, 30, 16, 30, tzinfo=UTC))

    assert status_of(events, str(late_evening)).state is State.VALID
    assert status_of(events, str(same_day_in_london)).state is State.EXPIRED


def test_case_1_a_renewal_counts_once_it_is_recorded() -> None:
    renewal = make_event("renew", "2026-07-01", "2026-04-20", valid_to="2028-07-01")
    events = [make_grant("2024-07-01", "2026-07-01"), renewal]

    assert status_of(events, "2026-08-01", at("2026-04-15")).state is State.EXPIRED
    assert status_of(events, "2026-08-01", at("2026-04-21")).state is State.VALID
    assert status_of(events, "2026-06-01", at("2026-04-21")).valid_to == day("2026-07-01")


def test_a_grant_may_take_effect_before_its_validity_begins() -> None:
    events = [make_grant("2024-01-01", valid_from="2024-03-01")]

    assert status_of(events, "2023-12-31").state is State.NO_RECORD
    assert status_of(events, "2024-02-29").state is State.NOT_YET_VALID
    assert status_of(events, "2024-03-01").state is State.VALID


# Case 4: one item is suspended, another is not.
def test_case_4_a_suspended_item_leaves_the_other_item_alone() -> None:
    events = [make_grant(item_id="agri"), make_grant(item_id="env"), make_suspension("2025-01-01", item_id="env")]

    assert status_of(events, "2025-02-01", item_id="agri").state is State.VALID
    assert status_of(events, "2025-02-01", item_id="env").state is State.SUSPENDED


# Case 5: a suspension that is recorded later than it took effect.
def test_case_5_a_back_dated_suspension_shows_only_to_those_who_know_it() -> None:
    events = [make_grant(), make_suspension("2026-03-01", "2026-03-20")]

    assert status_of(events, "2026-03-10", at("2026-03-10")).state is State.VALID
    assert status_of(events, "2026-03-10", at("2026-03-20")).state is State.SUSPENDED


# Case 7: a review day passes.
def test_case_7_a_suspension_does_not_end_by_the_clock() -> None:
    events = [make_grant(), make_suspension("2026-01-01")]

    in_time, late = status_of(events, "2026-06-01"), status_of(events, "2026-06-02")

    assert (in_time.state, Flag.SUSPENSION_REVIEW_OVERDUE in in_time.flags) == (State.SUSPENDED, False)
    assert (late.state, Flag.SUSPENSION_REVIEW_OVERDUE in late.flags) == (State.SUSPENDED, True)


def test_case_7_of_two_causes_one_stays_open() -> None:
    events = [
        make_grant(),
        make_suspension("2026-01-01"),
        make_suspension("2026-02-01", None, make_cause("fees", "2026-09-01")),
        make_reinstatement("2026-03-01"),
    ]

    found = status_of(events, "2026-03-02")

    assert (found.state, [(each.cause.key, each.since) for each in found.causes]) == (
        State.SUSPENDED,
        [("fees", day("2026-02-01"))],
    )
    assert status_of([*events, make_reinstatement("2026-04-01", closes=("fees",))], "2026-04-01").state is State.VALID


def test_an_open_cause_that_is_told_again_gets_another_review_and_keeps_its_beginning() -> None:
    again = make_suspension("2026-05-01", None, make_cause(review_by="2026-08-01"))

    found = status_of([make_grant(), make_suspension("2026-01-01"), again], "2026-07-01")

    assert [(each.since, each.cause.review_by) for each in found.causes] == [(day("2026-01-01"), day("2026-08-01"))]
    assert Flag.SUSPENSION_REVIEW_OVERDUE not in found.flags


def test_a_suspension_never_stretches_validity() -> None:
    events = [
        make_grant(valid_to="2026-07-01"),
        make_suspension("2026-06-01", None, make_cause(review_by="2027-01-01")),
    ]

    assert status_of(events, "2026-07-01").state is State.EXPIRED


# Case 8: order and edges.
def test_case_8_before_the_grant_there_is_no_record() -> None:
    events = [make_grant(), make_event("withdraw", "2025-01-01")]

    assert status_of(events, "2023-06-01").state is State.NO_RECORD
    assert status_of(events, "2025-01-01").state is State.WITHDRAWN
    assert status_of([], "2025-01-01").state is State.NO_RECORD


def test_case_8_events_of_one_day_count_in_the_order_of_their_numbers() -> None:
    suspension = make_suspension("2026-02-02", seq=1007)
    reinstatement = make_reinstatement("2026-02-02", seq=1008)
    grant = make_grant()

    assert status_of([grant, suspension, reinstatement], "2026-02-02").state is State.VALID
    assert status_of([reinstatement, suspension, grant], "2026-02-02").state is State.VALID


def test_case_8_a_suspension_ahead_does_not_count_yet() -> None:
    events = [make_grant(), make_suspension("2026-08-01", "2026-02-01", make_cause(review_by="2026-12-01"))]

    assert status_of(events, "2026-07-31").state is State.VALID
    assert status_of(events, "2026-08-01").state is State.SUSPENDED


# Case 18: appeal and annulment.
def test_case_18_an_appeal_upheld_from_the_start_takes_the_withdrawal_out() -> None:
    withdrawal = make_event("withdraw", "2026-02-01")
    upheld = make_event("correct", "2026-02-01", "2026-06-01", supersedes=withdrawal.id)
    events = [make_grant(), withdrawal, upheld]

    assert status_of(events, "2026-03-01", at("2026-03-05")).state is State.WITHDRAWN
    assert status_of(events, "2026-03-01", at("2026-06-02")).state is State.VALID


def test_case_18_an_annulled_grant_is_void_from_the_start() -> None:
    events = [make_grant(), make_suspension("2025-01-01"), make_event("annul", "2024-01-01", "2026-01-01")]

    assert status_of(events, "2025-06-01", at("2025-06-01")).state is State.SUSPENDED
    assert status_of(events, "2025-06-01").state is State.VOID
    assert status_of(events, "2023-06-01").state is State.NO_RECORD


def test_an_annulment_holds_although_the_grant_is_corrected_afterwards() -> None:
    grant = make_grant()
    annulment = make_event("annul", "2024-01-01", "2026-01-01")
    for effective in ("2023-06-01", "2024-01-01", "2024-06-01"):
        corrected = make_event(
            "correct", effective, "2026-02-01", supersedes=grant.id, becomes=EventType.GRANT, valid_to="2028-01-01"
        )
        found = status_of([grant, annulment, corrected], "2024-07-01")

        assert (found.state, annulment.id in found.basis) == (State.VOID, True)


@pytest.mark.parametrize(
    ("kind", "state"),
    [("withdraw", State.WITHDRAWN), ("surrender", State.SURRENDERED), ("reduce", State.WITHDRAWN_PART)],
)
def test_nothing_follows_an_end(kind: str, state: State) -> None:
    events = [
        make_grant(),
        make_event(kind, "2025-01-01"),
        make_reinstatement("2025-02-01"),
        make_event("renew", "2025-03-01", valid_to="2030-01-01"),
        make_event("surrender", "2025-04-01"),
        make_grant("2025-05-01", "2030-01-01"),
    ]

    assert status_of(events, "2024-12-31").state is State.VALID
    assert status_of(events, "2025-06-01").state is state
    assert status_of(events, "2029-01-01").state is state


def test_a_correction_of_the_beginning_lifts_neither_suspension_nor_end() -> None:
    grant = make_grant()
    later = make_event("correct", "2025-06-01", supersedes=grant.id, becomes=EventType.GRANT, valid_to="2028-01-01")

    assert status_of([grant, make_suspension("2025-01-01"), later], "2025-07-01").state is State.SUSPENDED
    assert status_of([grant, make_event("withdraw", "2025-01-01"), later], "2025-07-01").state is State.WITHDRAWN


def test_a_correction_counts_in_the_place_of_what_it_corrects_and_can_be_corrected() -> None:
    grant, suspension = make_grant(), make_suspension("2026-01-01")
    moved = make_event(
        "correct", "2026-02-01", supersedes=suspension.id, becomes=EventType.SUSPEND, causes=suspension.causes
    )
    moved_again = make_event(
        "correct", "2026-03-01", supersedes=moved.id, becomes=EventType.SUSPEND, causes=suspension.causes
    )

    assert status_of([grant, suspension, moved], "2026-01-15").state is State.VALID
    assert status_of([grant, suspension, moved], "2026-02-01").state is State.SUSPENDED
    assert status_of([grant, suspension, moved, moved_again], "2026-02-15").state is State.VALID
    assert status_of([grant, suspension, moved, moved_again], "2026-03-01").state is State.SUSPENDED


def test_a_correction_reaches_no_event_of_another_item() -> None:
    suspension = make_suspension("2026-01-01")
    stray = make_event("correct", "2026-01-01", item_id="item_2", supersedes=suspension.id)

    assert status_of([make_grant(), suspension, stray], "2026-02-01").state is State.SUSPENDED


# Surveillance.
@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2025-10-02", set()),
        ("2025-10-03", {Flag.SURVEILLANCE_DUE}),
        ("2026-01-01", {Flag.SURVEILLANCE_DUE}),
        ("2026-01-02", {Flag.SURVEILLANCE_OVERDUE}),
        ("2028-01-01", set()),
    ],
)
def test_surveillance_falls_due_and_overdue_by_the_day(on: str, expected: set[Flag]) -> None:
    assert status_of([make_grant("2024-01-01")], on).flags == expected


def test_a_completed_surveillance_counts_from_its_day_once_it_is_recorded() -> None:
    visits = [make_surveillance("2025-12-01", "2026-02-01"), make_surveillance("2025-12-01", item_id="item_2")]

    assert status_of([make_grant()], "2026-01-15", at("2026-01-15"), visits).flags == {Flag.SURVEILLANCE_OVERDUE}
    assert status_of([make_grant()], "2026-01-15", at("2026-02-01"), visits).surveillance_due_on == day("2027-12-01")
    assert status_of([make_grant()], "2025-11-30", ALWAYS, visits).surveillance_due_on == day("2026-01-01")


def test_the_last_of_several_surveillances_counts_from_its_own_day_on() -> None:
    visits = [make_surveillance("2025-06-01"), make_surveillance("2024-06-01")]

    assert status_of([make_grant()], "2025-05-31", ALWAYS, visits).surveillance_due_on == day("2026-06-01")
    assert status_of([make_grant()], "2025-06-01", ALWAYS, visits).surveillance_due_on == day("2027-06-01")


def test_a_suspended_item_stays_under_surveillance_and_an_ended_one_does_not() -> None:
    suspended = [make_grant(), make_suspension("2025-12-15")]

    assert Flag.SURVEILLANCE_OVERDUE in status_of(suspended, "2026-01-02").flags
    assert status_of([*suspended, make_event("withdraw", "2026-01-01")], "2026-01-02").flags == frozenset()


def test_a_surrender_during_an_investigation_says_so() -> None:
    events = [make_grant(), make_event("surrender", "2025-01-01", under_investigation=True)]

    assert status_of(events, "2024-12-31").flags == frozenset()
    assert status_of(events, "2025-01-01").flags == {Flag.UNDER_INVESTIGATION}


def test_decisions_to_withdraw_are_counted_once_whatever_they_touch() -> None:
    first = [make_event("withdraw", "2025-01-01", decision_id="d1", item_id=each) for each in ("a", "b")]
    second = make_event("withdraw", "2025-02-01", item_id="c")
    upheld = make_event("correct", "2025-02-01", "2025-03-01", item_id="c", supersedes=second.id)

    assert withdrawal_count([*first, second, upheld], at("2025-02-15")) == 2
    assert withdrawal_count([*first, second, upheld], at("2025-03-15")) == 1


def test_a_timeline_tells_every_day_in_order() -> None:
    events = [make_grant(valid_from="2024-02-01"), make_suspension("2025-01-01"), make_reinstatement("2025-02-01")]
    completed = [make_surveillance("2025-12-01")]

    spans = timeline(recorded(events, ITEM, ALWAYS, completed), POLICY)

    seen = [(str(each.period.valid_from), each.status.state) for each in spans]
    assert seen[:5] == [
        ("0001-01-01", State.NO_RECORD),
        ("2024-01-01", State.NOT_YET_VALID),
        ("2024-02-01", State.VALID),
        ("2025-01-01", State.SUSPENDED),
        ("2025-02-01", State.VALID),
    ]
    assert (seen[-1], spans[-1].period.valid_to) == (("2028-01-01", State.EXPIRED), None)
