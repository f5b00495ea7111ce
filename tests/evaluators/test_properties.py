"""What holds for every log of events, legal or not: properties 1 to 4, columns, changed days, wider windows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

from evaluator_samples import POLICY, covers, make_asked, make_circumstances, make_item
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.evaluators.back_dating import changed_days
from registry.evaluators.batch_status import statuses
from registry.evaluators.coverage import Holding, Outcome, find_coverage
from registry.evaluators.guards import refusals
from registry.evaluators.periods import Period
from registry.evaluators.policy import State
from registry.evaluators.qualification import Cause, CauseKind, Event, EventType, Surveillance
from registry.evaluators.status import IN_FORCE, Flag, recorded, status, status_on, timeline
from registry.evaluators.status_columns import NO_DAY, to_columns

ITEMS = ("a", "b", "c")
FIRST = date(2024, 1, 1)
# Few days and instants, so that events meet on them; the reviews and the ends of validity lie among them too.
DAYS = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=20 * number))
INSTANTS = st.integers(0, 40).map(lambda number: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=20 * number))
KEYS = ("x", "y", "z")
SHORT = replace(POLICY, surveillance_months=6, surveillance_notice_days=30)


@st.composite
def causes(draw: st.DrawFn) -> Cause:
    return Cause(draw(st.sampled_from(KEYS)), CauseKind.IMPOSED, "R", "n", draw(st.none() | DAYS))


@st.composite
def event(draw: st.DrawFn, number: int, items: tuple[str, ...] = ITEMS) -> Event:
    kind = draw(st.sampled_from([*EventType, EventType.GRANT, EventType.SUSPEND, EventType.CORRECT]))
    known_at = draw(INSTANTS)
    effective = draw(DAYS)
    return Event(
        id=f"e{number}",
        seq=number,
        item_id=draw(st.sampled_from(items)),
        type=kind,
        decision_id=f"d{number}",
        decided_on=effective,
        effective_from=effective,
        published_at=None,
        recorded_at=known_at,
        valid_from=draw(st.none() | DAYS),
        valid_to=draw(st.none() | DAYS),
        causes=tuple(draw(st.lists(causes(), max_size=2))),
        closes=tuple(draw(st.lists(st.sampled_from(KEYS), max_size=2))),
        under_investigation=draw(st.booleans()),
        supersedes=f"e{draw(st.integers(0, 12))}" if kind is EventType.CORRECT else None,
        becomes=draw(st.none() | st.sampled_from(EventType)) if kind is EventType.CORRECT else None,
    )


@st.composite
def logs(draw: st.DrawFn) -> tuple[Event, ...]:
    """Any events on three items, most of which were granted; also such as no guard admits."""
    number = draw(st.integers(0, 9))
    grants = [
        replace(draw(event(100 + i, (item,))), type=EventType.GRANT, supersedes=None, becomes=None)
        for i, item in enumerate(ITEMS)
        if draw(st.booleans())
    ]
    return (*grants, *(draw(event(i)) for i in range(number)))


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
