"""Which events a qualification admits: each guard refuses once, and what keeps all rules is admitted."""

import pytest
from evaluator_samples import (
    POLICY,
    at,
    codes,
    day,
    make_cause,
    make_circumstances,
    make_event,
    make_grant,
    make_reinstatement,
    make_surveillance,
    make_suspension,
)

from registry.evaluators.guards import refusals
from registry.evaluators.qualification import Event, EventType
from registry.evaluators.refusal import Code

GRANT = make_grant()
SUSPENSION = make_suspension("2025-01-01", None, make_cause(review_by="2025-06-01"))
REINSTATEMENT = make_reinstatement("2025-02-01")
RENEWAL = make_event("renew", "2028-01-01", "2027-11-01", valid_to="2032-01-01")
EXTENSION = make_event("extend", "2025-01-01", item_id="item_2", parent_item_id="item_1", valid_to="2028-01-01")
VISITED = [make_surveillance("2025-12-01"), make_surveillance("2027-10-01")]


@pytest.mark.parametrize(
    ("history", "event"),
    [
        ([], make_grant()),
        ([], make_grant("2024-01-01", "2029-01-01")),
        ([GRANT], SUSPENSION),
        ([make_grant(valid_from="2025-06-01", valid_to="2026-01-01")], SUSPENSION),
        ([GRANT, SUSPENSION], make_suspension("2025-02-01", None, make_cause("fees", "2025-09-01"))),
        ([GRANT, SUSPENSION], REINSTATEMENT),
        ([GRANT], make_event("reduce", "2025-01-01")),
        ([GRANT, SUSPENSION], make_event("reduce", "2025-02-01")),
        ([GRANT], EXTENSION),
        ([GRANT], RENEWAL),
        ([GRANT, SUSPENSION, REINSTATEMENT], RENEWAL),
        ([GRANT, SUSPENSION], make_event("withdraw", "2025-02-01")),
        ([GRANT, SUSPENSION], make_event("surrender", "2025-02-01")),
        ([GRANT, make_event("withdraw", "2025-01-01")], make_event("annul", "2024-01-01", "2026-01-01")),
        ([GRANT, SUSPENSION], make_event("correct", "2025-01-01", "2025-03-01", supersedes=SUSPENSION.id)),
    ],
    ids=lambda given: f"{given.type}" if isinstance(given, Event) else "-".join(each.type for each in given),
)
def test_what_keeps_all_rules_is_admitted(history: list[Event], event: Event) -> None:
    assert codes(history, event, VISITED) == []


@pytest.mark.parametrize("event", [make_grant(), SUSPENSION, RENEWAL, make_event("withdraw", "2025-01-01")])
def test_who_assessed_does_not_decide(event: Event) -> None:
    history = [] if event.type is EventType.GRANT else [GRANT]

    assert codes(history, event, VISITED, decider="assessor") == [Code.DECIDER_ASSESSED]


def test_a_decision_is_not_recorded_before_it_is_taken() -> None:
    early = make_event("withdraw", "2025-03-01", "2025-01-01", decided_on="2025-01-02")

    assert codes([GRANT], early) == [Code.DECIDED_AFTER_RECORDED]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_to": "2029-01-02"}, Code.CYCLE_TOO_LONG),
        ({"valid_to": "2024-01-01"}, Code.PERIOD_MISSING),
        ({"valid_to": None}, Code.PERIOD_MISSING),
        ({"valid_from": "2023-12-31"}, Code.PERIOD_MISSING),
    ],
)
def test_a_grant_lasts_no_longer_than_a_cycle(changes: dict[str, str | None], code: Code) -> None:
    assert codes([], make_grant("2024-01-01", **changes)) == [code]  # type: ignore[arg-type]


def test_a_grant_needs_all_criteria_and_not_too_many_withdrawals() -> None:
    assert codes([], make_grant(), criteria_not_met=("R1", "R7")) == [Code.CRITERIA_NOT_MET]
    assert codes([], make_grant(), withdrawals=1) == []
    assert codes([], make_grant(), withdrawals=2) == [Code.WITHDRAWN_TOO_OFTEN]


@pytest.mark.parametrize("end", [[], [make_event("withdraw", "2025-01-01")], [make_event("surrender", "2025-01-01")]])
def test_an_item_is_granted_once(end: list[Event]) -> None:
    again = make_grant("2026-01-01", "2029-01-01")

    assert codes([GRANT, *end], again) == [Code.ALREADY_GRANTED]
    assert codes([make_grant("2027-01-01", "2029-01-01", recorded_on="2025-01-01")], again) == [Code.ALREADY_GRANTED]


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (make_cause(reason=" "), Code.REASON_MISSING),
        (make_cause(notice=""), Code.NOTICE_MISSING),
        (make_cause(review_by=None), Code.REVIEW_MISSING),
        (make_cause(review_by="2026-10-02"), Code.REVIEW_OUT_OF_BOUNDS),
        (make_cause(review_by="2025-12-31"), Code.REVIEW_OUT_OF_BOUNDS),
    ],
)
def test_a_suspension_gives_reason_notice_and_a_review_in_time(cause: object, code: Code) -> None:
    suspension = make_suspension("2026-01-01", None, cause)  # type: ignore[arg-type]
    in_time = make_suspension("2026-01-01", None, make_cause(review_by="2026-10-01"))

    assert codes([GRANT], suspension) == [code]
    assert codes([GRANT], in_time) == []
    assert codes([GRANT], make_suspension("2026-01-01", None, make_cause(review_by="2026-01-01"))) == []
    assert codes([GRANT], make_event("suspend", "2026-01-01")) == [Code.CAUSE_MISSING]


def test_a_review_is_not_put_off_beyond_the_maximum_from_the_beginning() -> None:
    again = make_suspension("2025-05-01", None, make_cause(review_by="2025-10-02"))

    assert codes([GRANT, SUSPENSION], again) == [Code.REVIEW_OUT_OF_BOUNDS]


def test_every_broken_rule_is_told_at_once() -> None:
    suspension = make_suspension("2028-01-01", None, make_cause("a", None, notice=""), make_cause("b", None))

    assert codes([GRANT], suspension, decider="assessor") == [
        Code.DECIDER_ASSESSED,
        Code.EXPIRED,
        Code.NOTICE_MISSING,
        Code.REVIEW_MISSING,
        Code.REVIEW_MISSING,
    ]


@pytest.mark.parametrize(
    ("evidence", "verified_on"),
    [(None, "2025-01-15"), ("", "2025-01-15"), ("sha256:5e", None), ("sha256:5e", "2025-02-02")],
)
def test_a_reinstatement_was_verified_before_it_was_decided(evidence: str | None, verified_on: str | None) -> None:
    verified = {"evidence": evidence, "verified_on": day(verified_on) if verified_on else None}

    assert codes([GRANT, SUSPENSION], REINSTATEMENT, **verified) == [Code.NOT_VERIFIED]
    assert codes([GRANT, SUSPENSION], REINSTATEMENT, verified_on=REINSTATEMENT.decided_on) == []


def test_a_reinstatement_closes_open_causes() -> None:
    other = make_reinstatement("2025-02-01", closes=("late-report", "fees"))
    none = make_reinstatement("2025-02-01", closes=())

    assert codes([GRANT, SUSPENSION], other) == [Code.CAUSE_NOT_OPEN]
    assert codes([GRANT, SUSPENSION], none) == [Code.CAUSE_NOT_OPEN]
    assert codes([GRANT], REINSTATEMENT) == [Code.NOT_SUSPENDED]
    assert codes([GRANT, make_event("withdraw", "2025-01-15")], REINSTATEMENT) == [Code.ENDED, Code.CAUSE_NOT_OPEN]


def test_a_reinstatement_waits_for_an_overdue_surveillance() -> None:
    suspension = make_suspension("2025-12-01", None, make_cause(review_by="2026-06-01"))
    late = make_reinstatement("2026-01-02")

    assert codes([GRANT, suspension], late) == [Code.SURVEILLANCE_OVERDUE]
    assert codes([GRANT, suspension], late, [make_surveillance("2025-12-20")]) == []
    assert codes([GRANT, suspension], make_reinstatement("2026-01-01")) == []


def test_a_reinstatement_comes_before_the_end_of_validity() -> None:
    history = [make_grant(valid_to="2025-02-01"), SUSPENSION]

    assert codes(history, make_reinstatement("2025-01-31")) == []
    assert codes(history, REINSTATEMENT) == [Code.EXPIRED]


@pytest.mark.parametrize("kind", ["withdraw", "surrender", "reduce"])
def test_case_8_nothing_is_reinstated_after_an_end(kind: str) -> None:
    history = [GRANT, SUSPENSION, make_event(kind, "2025-01-15")]

    assert codes(history, REINSTATEMENT) == [Code.ENDED]


def test_nothing_is_reinstated_after_an_annulment() -> None:
    history = [GRANT, SUSPENSION, make_event("annul", "2024-01-01", "2025-01-15")]

    assert codes(history, REINSTATEMENT) == [Code.ENDED]


@pytest.mark.parametrize("kind", ["suspend", "reduce", "withdraw", "surrender"])
def test_what_expired_or_never_was_granted_cannot_end(kind: str) -> None:
    causes = (make_cause(review_by="2028-02-01"),) if kind == "suspend" else ()
    early_causes = (make_cause(review_by="2023-09-01"),) if kind == "suspend" else ()

    assert codes([GRANT], make_event(kind, "2028-01-01", causes=causes)) == [Code.EXPIRED]
    assert codes([GRANT], make_event(kind, "2023-06-01", "2025-01-01", causes=early_causes)) == [Code.NOT_GRANTED]


def test_an_extension_ends_with_its_parent() -> None:
    longer = make_event("extend", "2025-01-01", item_id="item_2", parent_item_id="item_1", valid_to="2028-01-02")
    orphan = make_event("extend", "2025-01-01", item_id="item_2", valid_to="2027-01-01")

    assert codes([GRANT], longer) == [Code.OUTLIVES_PARENT]
    assert codes([GRANT], orphan) == [Code.PARENT_NOT_VALID]
    assert codes([GRANT, make_suspension("2024-12-01")], EXTENSION) == [Code.PARENT_NOT_VALID]
    assert codes([GRANT, EXTENSION], EXTENSION) == [Code.ALREADY_GRANTED]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recorded_on": "2028-01-01"}, Code.RENEWED_TOO_LATE),
        ({"effective": "2028-01-02"}, Code.RENEWAL_LEAVES_A_GAP),
        ({"effective": "2027-12-01", "valid_to": "2028-01-01"}, Code.RENEWAL_SHORTENS),
        ({"valid_to": "2033-01-02"}, Code.CYCLE_TOO_LONG),
    ],
)
def test_a_renewal_is_recorded_in_time_and_goes_on_without_a_gap(changes: dict[str, str], code: Code) -> None:
    given = {"effective": "2028-01-01", "recorded_on": "2027-11-01", "valid_to": "2032-01-01"} | changes

    assert codes([GRANT], make_event("renew", **given), VISITED) == [code]  # type: ignore[arg-type]


def test_what_is_suspended_is_reinstated_before_it_is_renewed() -> None:
    now = make_suspension("2027-10-01")
    later = make_suspension("2027-12-01", "2027-10-01")

    assert codes([GRANT, now], RENEWAL, VISITED) == [Code.SUSPENDED]
    assert codes([GRANT, later], RENEWAL, VISITED) == [Code.SUSPENDED]
    assert codes([GRANT, make_event("withdraw", "2027-10-01")], RENEWAL, VISITED) == [Code.ENDED]
    assert codes([], RENEWAL) == [Code.NOT_GRANTED]


def test_a_surrender_says_whether_something_is_under_investigation() -> None:
    plain = make_event("surrender", "2025-01-01")
    flagged = make_event("surrender", "2025-01-01", under_investigation=True)

    assert codes([GRANT], plain, open_investigations=("complaint_3",)) == [Code.INVESTIGATION_NOT_FLAGGED]
    assert codes([GRANT], flagged) == [Code.INVESTIGATION_NOT_FLAGGED]
    assert codes([GRANT], flagged, open_investigations=("complaint_3",)) == []


def test_an_annulment_reaches_back_to_the_grant() -> None:
    assert codes([GRANT], make_event("annul", "2024-06-01")) == [Code.ANNULLED_FROM_ANOTHER_DAY]
    assert codes([], make_event("annul", "2024-01-01")) == [Code.NOT_GRANTED]


def test_what_was_recorded_is_not_recorded_again() -> None:
    """Another cause, another review day, and the same cause after its end are no repetition."""
    annulment = make_event("annul", "2024-01-01", "2025-01-15")
    fees = make_cause("fees", "2025-09-01")
    again = make_suspension("2025-01-01", "2025-01-02", *SUSPENSION.causes)
    both = make_suspension("2025-01-01", "2025-01-02", *SUSPENSION.causes, fees)
    later = make_suspension("2025-01-01", "2025-01-02", make_cause(review_by="2025-07-01"))
    lifted = make_reinstatement("2025-01-01", "2025-01-02")

    assert codes([GRANT, annulment], make_event("annul", "2024-01-01", "2025-01-16")) == [Code.ANNULLED_ALREADY]
    assert codes([GRANT, SUSPENSION], again) == codes([GRANT, SUSPENSION], both) == [Code.CAUSE_ALREADY_OPEN]
    for event in (make_suspension("2025-01-01", "2025-01-02", fees), later):
        assert codes([GRANT, SUSPENSION], event) == []
    assert codes([GRANT, SUSPENSION, lifted], again) == []


@pytest.mark.parametrize(
    ("published_on", "expected"),
    [
        ("2024-12-31", [Code.PUBLISHED_BEFORE_DECIDED]),
        ("2025-01-01", []),
        ("2025-02-04", []),
        ("2025-02-05", [Code.PUBLISHED_TOO_LATE]),
        ("2999-01-01", [Code.PUBLISHED_TOO_LATE]),
    ],
)
def test_a_decision_is_published_between_its_day_and_a_month_after_its_recording(
    published_on: str, expected: list[Code]
) -> None:
    event = make_event("withdraw", "2025-01-01", "2025-01-05", decided_on="2025-01-01", published_at=at(published_on))

    assert codes([GRANT], event) == expected


def test_a_correction_names_an_event_that_stands() -> None:
    struck = make_event("correct", "2025-01-01", supersedes=SUSPENSION.id)
    to_correction = make_event("correct", "2025-01-01", supersedes=SUSPENSION.id, becomes=EventType.CORRECT)

    assert codes([GRANT], struck) == [Code.CORRECTS_NOTHING]
    assert codes([GRANT, SUSPENSION, struck], make_event("correct", "2025-01-01", supersedes=SUSPENSION.id)) == [
        Code.CORRECTS_NOTHING
    ]
    assert codes([GRANT, SUSPENSION], to_correction) == [Code.CORRECTS_NOTHING]
    of_correction = make_event("correct", "2025-01-01", supersedes=struck.id, becomes=EventType.CORRECT)
    assert codes([GRANT, SUSPENSION, struck], of_correction) == [Code.CORRECTS_NOTHING]


def test_a_corrected_event_keeps_the_rules_of_what_it_becomes() -> None:
    def corrected(review_by: str, supersedes: str) -> Event:
        causes = (make_cause(review_by=review_by),)
        return make_event(
            "correct", "2025-01-10", "2025-03-01", supersedes=supersedes, becomes=EventType.SUSPEND, causes=causes
        )

    first = corrected("2025-06-01", SUSPENSION.id)

    assert codes([GRANT, SUSPENSION], first) == []
    assert codes([GRANT, SUSPENSION], corrected("2026-06-01", SUSPENSION.id)) == [Code.REVIEW_OUT_OF_BOUNDS]
    assert codes([GRANT, SUSPENSION, first], corrected("2025-10-05", first.id)) == []
    assert codes([GRANT, SUSPENSION, first], corrected("2025-10-11", first.id)) == [Code.REVIEW_OUT_OF_BOUNDS]


def test_a_renewal_that_was_in_time_can_be_corrected_after_the_end() -> None:
    corrected = make_event(
        "correct", "2028-01-01", "2028-03-01", supersedes=RENEWAL.id, becomes=EventType.RENEW, valid_to="2031-01-01"
    )
    late = make_event("renew", "2028-01-01", "2028-03-01", valid_to="2031-01-01")

    assert codes([GRANT, RENEWAL], corrected, VISITED) == []
    assert codes([GRANT], late, VISITED) == [Code.RENEWED_TOO_LATE]


def test_a_refusal_tells_what_is_wrong_the_value_the_limit_and_what_to_do() -> None:
    (found,) = refusals(
        [], make_grant("2024-01-01", "2029-01-02"), make_circumstances(), surveillances=[], policy=POLICY
    )

    assert (found.about, found.value, found.limit) == ("item_1", "2029-01-02", "2029-01-01")
    assert str(found.violation()) == (
        "item_1: The validity from 2024-01-01 to before 2029-01-02 is longer than 60 months. Seen: '2029-01-02'. "
        "Set valid_to to 2029-01-01 or before."
    )
