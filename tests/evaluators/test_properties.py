"""What holds for every log of events, legal or not: properties 1 to 4, columns, changed days, wider windows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

from evaluator_samples import POLICY, covers, make_asked, make_circumstances, make_item
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import DAYS, FIRST, INSTANTS, ITEMS, event, logs

from registry.evaluators.back_dating import changed_days
from registry.evaluators.batch_status import statuses
from registry.evaluators.coverage import Holding, Outcome, find_coverage
from registry.evaluators.due import DueKind, ItemDue, due_of_items
from registry.evaluators.guards import refusals
from registry.evaluators.periods import Period
from registry.evaluators.policy import State
from registry.evaluators.qualification import Event, EventType, Surveillance
from registry.evaluators.status import IN_FORCE, Flag, Status, recorded, status, status_on, timeline
from registry.evaluators.status_columns import NO_DAY, to_columns

SHORT = replace(POLICY, surveillance_months=6, surveillance_notice_days=30)
VISITS = st.lists(st.builds(Surveillance, st.sampled_from(ITEMS), DAYS, INSTANTS), max_size=3).map(tuple)


@given(logs(), st.randoms(use_true_random=False), DAYS, INSTANTS, VISITS)
def test_property_1_the_order_of_insertion_never_changes_an_answer(
    log: tuple[Event, ...], random: Random, on: date, known_at: datetime, visits: tuple[Surveillance, ...]
) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)

    for item in ITEMS:
        asked = {"surveillances": visits, "policy": SHORT}
        assert status(shuffled, item, on, known_at, **asked) == status(log, item, on, known_at, **asked)  # type: ignore[arg-type]


@given(logs(), DAYS, INSTANTS, VISITS)
def test_property_2_what_is_recorded_later_never_changes_an_answer(
    log: tuple[Event, ...], on: date, known_at: datetime, visits: tuple[Surveillance, ...]
) -> None:
    known = tuple(each for each in log if each.recorded_at <= known_at)
    seen = tuple(each for each in visits if each.recorded_at <= known_at)

    for item in ITEMS:
        assert status(log, item, on, known_at, surveillances=visits, policy=SHORT) == status(
            known, item, on, known_at, surveillances=seen, policy=SHORT
        )


@given(logs(), event(50), DAYS, INSTANTS)
def test_property_3_an_event_of_one_item_never_changes_another(
    log: tuple[Event, ...], added: Event, on: date, known_at: datetime
) -> None:
    for item in set(ITEMS) - {added.item_id}:
        assert status((*log, added), item, on, known_at, surveillances=(), policy=SHORT) == status(
            log, item, on, known_at, surveillances=(), policy=SHORT
        )


@given(logs(), st.sampled_from([*ITEMS, "unheard-of"]), st.dates(), INSTANTS, VISITS)
def test_property_4_status_is_total(
    log: tuple[Event, ...], item: str, on: date, known_at: datetime, visits: tuple[Surveillance, ...]
) -> None:
    found = status(log, item, on, known_at, surveillances=visits, policy=SHORT)

    assert isinstance(found.state, State)
    assert (found.state is State.NO_RECORD) == (found.valid_from is None)
    assert (found.state is State.SUSPENDED) == bool(found.suspended_for)
    assert found.state in IN_FORCE or not found.flags - {Flag.UNDER_INVESTIGATION}
    assert set(found.basis) <= {each.id for each in log if each.item_id == item and each.recorded_at <= known_at}


@settings(max_examples=300)
@given(logs(), DAYS | st.dates(), INSTANTS, VISITS)
def test_columns_give_the_same_answers(
    log: tuple[Event, ...], on: date, known_at: datetime, visits: tuple[Surveillance, ...]
) -> None:
    found = statuses(to_columns(ITEMS, log, visits), on, known_at, SHORT)

    for number, item in enumerate(ITEMS):
        plain = status(log, item, on, known_at, surveillances=visits, policy=SHORT)
        assert found.state_of(number) is plain.state
        assert found.flags_of(number) == plain.flags
        assert found.open_causes[number] == len(plain.causes)
        days = found.valid_from[number], found.valid_to[number]
        assert days == tuple(each.toordinal() if each else NO_DAY for each in (plain.valid_from, plain.valid_to))


def due_of(item: int, found: Status, on: date) -> Iterator[ItemDue]:
    """As it is said of one item."""
    if found.surveillance_due_on and found.flags & {Flag.SURVEILLANCE_DUE, Flag.SURVEILLANCE_OVERDUE}:
        is_overdue = Flag.SURVEILLANCE_OVERDUE in found.flags
        yield ItemDue(DueKind.SURVEILLANCE, item, found.surveillance_due_on, is_overdue)
    for each in found.causes if found.state is State.SUSPENDED else ():
        if (review_by := each.cause.review_by) is not None:
            yield ItemDue(DueKind.SUSPENSION_REVIEW, item, review_by, review_by < on, each.cause.key)


@settings(max_examples=300)
@given(logs(), DAYS | st.dates(), INSTANTS, VISITS)
def test_what_falls_due_is_the_same_from_columns(
    log: tuple[Event, ...], on: date, known_at: datetime, visits: tuple[Surveillance, ...]
) -> None:
    columns = to_columns(ITEMS, log, visits)

    found = set(due_of_items(columns, statuses(columns, on, known_at, SHORT), on))

    assert found == {
        each
        for number, item in enumerate(ITEMS)
        for each in due_of(number, status(log, item, on, known_at, surveillances=visits, policy=SHORT), on)
    }


@given(logs(), DAYS | st.dates(), INSTANTS, VISITS)
def test_a_timeline_tells_what_is_told_day_by_day(
    log: tuple[Event, ...], on: date, known_at: datetime, visits: tuple[Surveillance, ...]
) -> None:
    for item in ITEMS:
        known = recorded(log, item, known_at, visits)
        spans = timeline(known, SHORT)

        (held,) = [each.status for each in spans if each.period.holds(on)]
        assert held == status_on(known, on, SHORT)
        assert [each.period.valid_to for each in spans[:-1]] == [each.period.valid_from for each in spans[1:]]
        assert all(one.status != next_one.status for one, next_one in pairwise(spans))


@given(logs(), event(50), DAYS | st.dates(), VISITS)
def test_changed_days_are_those_on_which_the_answer_is_another(
    log: tuple[Event, ...], added: Event, on: date, visits: tuple[Surveillance, ...]
) -> None:
    changed = changed_days(log, [added], surveillances=visits, policy=SHORT)

    for item in ITEMS:
        was, becomes = (
            status(each, item, on, added.recorded_at, surveillances=visits, policy=SHORT)
            for each in (log, (*log, added))
        )
        assert any(each.holds(on) for each in changed.get(item, ())) == (was.answer != becomes.answer)


@given(st.lists(event(0, ("a",)), max_size=8), DAYS)
def test_what_the_guards_admit_is_never_suspended_without_a_cause_nor_valid_after_an_end(
    proposals: list[Event], on: date
) -> None:
    log: list[Event] = []
    for number, each in enumerate(sorted(proposals, key=lambda one: one.recorded_at)):
        proposed = replace(each, id=f"e{number}", seq=number, decided_on=FIRST, supersedes="e0")
        circumstances = make_circumstances(verified_on=FIRST, open_investigations=("i",) * each.under_investigation)
        if not refusals(log, proposed, circumstances, surveillances=(), policy=SHORT):
            log.append(proposed)
    ends = [each for each in log if each.type in {EventType.WITHDRAW, EventType.SURRENDER, EventType.REDUCE}]
    superseded = {each.supersedes for each in log if each.type is EventType.CORRECT}
    standing = [each for each in ends if each.id not in superseded and each.effective_from <= on]

    found = status(log, "a", on, datetime(2100, 1, 1, tzinfo=UTC), surveillances=(), policy=SHORT)

    assert not (standing and found.state in IN_FORCE)
    assert all(cause.review_by for each in log for cause in each.causes if each.acts_as is EventType.SUSPEND)


@given(logs(), st.integers(0, 300), st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_wider_window_never_becomes_covered(
    log: tuple[Event, ...], start: int, length: int, earlier: int, later: int
) -> None:
    known_at = datetime(2100, 1, 1, tzinfo=UTC)
    holdings = [Holding(make_item(item), timeline(recorded(log, item, known_at, ()), SHORT)) for item in ITEMS]
    first, last = FIRST + timedelta(days=start), FIRST + timedelta(days=start + length)

    def outcome(window: Period) -> Outcome:
        found = find_coverage(holdings, make_asked(), window, permitted={State.VALID}, covers=covers)
        assert (found.outcome is Outcome.GAPS) == bool(found.gaps)
        return found.outcome

    wider = Period(first - timedelta(days=earlier), last + timedelta(days=later))
    assert outcome(Period(first, last)) is Outcome.COVERED or outcome(wider) is not Outcome.COVERED
