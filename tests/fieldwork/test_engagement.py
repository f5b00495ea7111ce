"""The fold of an engagement's events, their guards, and what eligibility asks of engagements."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from fieldwork_samples import FAMILY, NOW, PINNED, TOWN, make_event, make_terms
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.evaluators.periods import Period
from registry.fieldwork.engagement import (
    Engagement,
    EngagementEvent,
    EngagementRecord,
    EventKind,
    PinnedStandard,
    ReportFacts,
    State,
    as_known,
    state_of,
)
from registry.fieldwork.engagement_guards import Code, log_faults
from registry.fieldwork.engagement_projections import cycles, open_engagements, reports

AGREED = make_event(1, EventKind.AGREED, "2026-04-20")
STARTED = make_event(2, EventKind.STARTED, "2026-05-10")
REPORT = make_event(3, EventKind.REPORT_ISSUED, "2026-06-01")
COMPLETED = make_event(4, EventKind.COMPLETED, "2026-06-05")
WHOLE = (AGREED, STARTED, REPORT, COMPLETED)
LATER = NOW + timedelta(days=30)


def record_of(*events: EngagementEvent, code: str = "eg-000001", evaluator: str = "uscc:e") -> EngagementRecord:
    return EngagementRecord(code, "ev-000001", evaluator, "uscc:c", "HT-1", events)


def known(*events: EngagementEvent, code: str = "eg-000001") -> Engagement:
    found = as_known(record_of(*events, code=code), LATER)
    assert found is not None
    return found


def on(day: str) -> date:
    return date.fromisoformat(day)


def codes(*added: EngagementEvent, before: tuple[EngagementEvent, ...] = ()) -> list[str]:
    return [each.code for each in log_faults(before, added, {each.number: "/" for each in added})]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-04-19", State.NO_RECORD), ("2026-04-20", State.AGREED), ("2026-05-09", State.AGREED),
        ("2026-05-10", State.UNDER_WAY), ("2026-06-04", State.UNDER_WAY), ("2026-06-05", State.COMPLETED),
    ],
)  # fmt: skip
def test_the_state_of_each_day(day: str, state: State) -> None:
    assert state_of(WHOLE, on(day), NOW).kind is state
    assert state_of(WHOLE, on(day), NOW - timedelta(seconds=1)).kind is State.NO_RECORD


def test_a_termination_ends_what_is_agreed_or_under_way_and_a_correction_takes_it_out() -> None:
    ended = make_event(3, EventKind.TERMINATED, "2026-06-01")
    taken_out = make_event(4, EventKind.CORRECTED, "2026-06-01", supersedes=3, recorded_at=LATER)

    assert state_of((AGREED, ended), on("2026-06-01"), NOW).kind is State.TERMINATED
    assert state_of((AGREED, STARTED, ended), on("2026-06-02"), NOW).kind is State.TERMINATED
    assert state_of((AGREED, STARTED, ended, taken_out), on("2026-06-02"), NOW).kind is State.TERMINATED
    assert state_of((AGREED, STARTED, ended, taken_out), on("2026-06-02"), LATER).kind is State.UNDER_WAY


INSTANTS = [NOW + timedelta(days=each) for each in range(4)]
DAYS = [date(2026, 5, 1) + timedelta(days=each) for each in range(6)]


@st.composite
def logs(draw: st.DrawFn) -> list[EngagementEvent]:
    """Of any events, also of such as guards would refuse."""
    found: list[EngagementEvent] = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        kind = draw(st.sampled_from([*EventKind]))
        changes: dict[str, Any] = {"recorded_at": draw(st.sampled_from(INSTANTS))}
        if kind is EventKind.CORRECTED:
            if not found:
                continue
            changes |= {
                "supersedes": draw(st.sampled_from(found)).number,
                "becomes": draw(st.sampled_from([None, EventKind.AGREED, EventKind.STARTED, EventKind.TERMINATED])),
            }
        found.append(make_event(number, kind, str(draw(st.sampled_from(DAYS))), **changes))
    return found


@settings(max_examples=150)
@given(logs(), st.randoms(use_true_random=False), st.sampled_from(DAYS), st.sampled_from(INSTANTS))
def test_order_never_matters_and_what_is_recorded_later_changes_nothing_before(
    log: list[EngagementEvent], shuffler: Random, day: date, instant: datetime
) -> None:
    shuffled = list(log)
    shuffler.shuffle(shuffled)
    answer = state_of(log, day, instant)

    assert state_of(shuffled, day, instant) == answer
    assert as_known(record_of(*shuffled), instant) == as_known(record_of(*log), instant)
    assert state_of([each for each in log if each.recorded_at <= instant], day, instant) == answer
    assert answer.kind in State


@settings(max_examples=50)
@given(st.permutations([EventKind.AGREED, EventKind.STARTED, EventKind.COMPLETED]), st.sampled_from(DAYS))
def test_events_of_one_day_happened_in_their_order_whatever_was_recorded_first(
    kinds: list[EventKind], day: date
) -> None:
    log = [make_event(number, kind, "2026-05-03") for number, kind in enumerate(kinds, start=1)]

    assert state_of(log, day, NOW).kind is (State.COMPLETED if day >= on("2026-05-03") else State.NO_RECORD)


def test_a_whole_history_in_any_order_is_admitted() -> None:
    assert codes(*WHOLE) == []
    assert codes(*reversed(WHOLE)) == []
    assert codes(make_event(5, EventKind.REPORT_ISSUED, "2026-06-08"), before=WHOLE) == []
    assert codes(make_event(2, EventKind.TERMINATED, "2027-01-01"), before=(AGREED,)) == []


@pytest.mark.parametrize(
    ("before", "event", "code"),
    [
        ((AGREED,), make_event(9, EventKind.STARTED, "2026-04-19"), Code.BEFORE_AGREEMENT),
        ((AGREED,), make_event(9, EventKind.REPORT_ISSUED, "2026-05-20"), Code.BEFORE_START),
        ((AGREED, STARTED), make_event(9, EventKind.REPORT_ISSUED, "2026-05-09"), Code.BEFORE_START),
        ((AGREED,), make_event(9, EventKind.COMPLETED, "2026-05-20"), Code.BEFORE_START),
        ((AGREED, STARTED), make_event(9, EventKind.STARTED, "2026-05-20"), Code.STARTED_ALREADY),
        ((AGREED,), make_event(9, EventKind.AGREED, "2026-05-20"), Code.AGREED_ALREADY),
        (WHOLE, make_event(9, EventKind.TERMINATED, "2026-06-09"), Code.ENDED),
        (WHOLE, make_event(9, EventKind.COMPLETED, "2026-06-09"), Code.ENDED),
        ((AGREED,), make_event(9, EventKind.STARTED, "2026-06-11"), Code.AHEAD_OF_TODAY),
        ((AGREED,), make_event(9, EventKind.TERMINATED, "2026-06-01", reason=""), Code.REASON_MISSING),
        ((AGREED,), make_event(9, EventKind.CORRECTED, "2026-06-01", supersedes=7), Code.CORRECTS_NOTHING),
        ((AGREED,), make_event(9, EventKind.CORRECTED, "2026-06-01"), Code.CONTENT_DOES_NOT_FIT),
        ((AGREED,), make_event(9, EventKind.STARTED, "2026-06-01", standard=None), Code.CONTENT_DOES_NOT_FIT),
        (
            (AGREED, STARTED),
            make_event(9, EventKind.TERMINATED, "2026-06-01", becomes=EventKind.COMPLETED),
            Code.CONTENT_DOES_NOT_FIT,
        ),
        (
            (AGREED,),
            make_event(9, EventKind.STARTED, "2026-06-01", standard=PinnedStandard("other", "1.0.0", "5" * 64)),
            Code.STANDARD_PINNED,
        ),
        (
            (AGREED, STARTED, REPORT),
            make_event(9, EventKind.REPORT_ISSUED, "2026-06-02", report=ReportFacts("R-3", "p-1", "1.0.0")),
            Code.REPORT_NUMBER_USED,
        ),
    ],
)
def test_what_the_log_does_not_admit(before: tuple[EngagementEvent, ...], event: EngagementEvent, code: Code) -> None:
    assert codes(event, before=before) == [code]


def test_a_report_by_another_version_than_that_of_the_start_names_the_pinned_one() -> None:
    other = make_event(9, EventKind.REPORT_ISSUED, "2026-06-02", report=ReportFacts("R-9", "p-1", "3.0.0"))

    (fault,) = log_faults((AGREED, STARTED), (other,), {9: ""})
    assert fault.code == Code.STANDARD_PINNED
    assert f"{FAMILY}@{PINNED.version}" in fault.message
    assert fault.value == "3.0.0"


def test_every_broken_rule_is_told_at_once_and_a_correction_is_held_against_what_follows() -> None:
    late = make_event(9, EventKind.STARTED, "2026-06-30", standard=None)
    assert codes(late, before=()) == [Code.AHEAD_OF_TODAY, Code.CONTENT_DOES_NOT_FIT, Code.BEFORE_AGREEMENT]

    moved = make_event(9, EventKind.CORRECTED, "2026-06-02", supersedes=2, becomes=EventKind.STARTED)
    (fault,) = log_faults((AGREED, STARTED, REPORT), (moved,), {9: "/"})
    assert (fault.code, fault.pointer) == (Code.BEFORE_START, "")
    assert fault.message.startswith("Event 3 would stand wrong then: ")


def test_cycles_of_a_subject_leave_out_what_never_started() -> None:
    second = make_event(1, EventKind.AGREED, "2026-04-20", terms=make_terms(cycle=2))
    third = make_event(1, EventKind.AGREED, "2026-04-20", terms=make_terms(cycle=3))
    ended = make_event(2, EventKind.TERMINATED, "2026-05-02")
    other = make_event(1, EventKind.AGREED, "2026-04-20", terms=make_terms(scored=("mca:330106002",)))
    engagements = [known(third, ended), known(second, code="eg-000002"), known(*WHOLE), known(other)]

    found = cycles(engagements, TOWN)
    assert [(each.number, each.began_on, each.source) for each in found] == [
        (1, on("2026-05-10"), "engagement/eg-000001"),
        (2, on("2026-05-01"), "engagement/eg-000002"),
    ]
    assert {each.evaluator for each in found} == {"uscc:e"}


@pytest.mark.parametrize(
    ("events", "known_at", "period"),
    [
        ((AGREED,), "2026-06-10", Period(on("2026-05-01"), on("2026-10-01"))),
        ((AGREED, STARTED), "2026-06-10", Period(on("2026-05-10"), on("2026-10-01"))),
        # The window is over, and nobody recorded an end: it is late.
        ((AGREED, STARTED), "2026-10-01", Period(on("2026-05-10"))),
        (WHOLE, "2026-06-10", Period(on("2026-05-10"), on("2026-06-06"))),
        ((AGREED, make_event(2, EventKind.TERMINATED, "2026-06-01")), "2026-06-10", None),
    ],
)
def test_days_on_which_an_engagement_takes_people(
    events: tuple[EngagementEvent, ...], known_at: str, period: Period | None
) -> None:
    at = datetime.combine(on(known_at), NOW.timetz()).astimezone(UTC)

    found = open_engagements([known(*events)], Period(on("2026-06-01"), on("2026-12-01")), at)
    assert [each.period for each in found] == ([] if period is None else [period])
    assert open_engagements([known(*events)], Period(on("2026-01-01"), on("2026-02-01")), at) == ()


def test_reports_with_who_signed_and_by_which_version() -> None:
    (found,) = reports([known(*WHOLE)])

    assert (found.number, found.issued_on, found.signatory, found.standard) == ("R-3", on("2026-06-01"), "p-1", PINNED)
