"""The legal person on a day, as known at an instant: merger, split, liquidation, corrections, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from evaluator_samples import ALWAYS, at, day
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.evaluators.entity import (
    EntityEvent,
    EntityKind,
    EntityState,
    EventKind,
    entity_spans,
    entity_state,
    successions,
)
from registry.evaluators.entity_guards import EntityCase, entity_refusals
from registry.evaluators.policy import State
from registry.evaluators.refusal import Code
from registry.evaluators.status import Status
from registry.evaluators.successor_rights import (
    ReviewCase,
    Right,
    SuccessorReview,
    pending,
    review_refusals,
    rights_at,
)
from registry.evaluators.tenure import Succession, predecessors

A, B, C = "uscc:A", "uscc:B", "uscc:C"


def event(number: int, kind: str, effective: str, recorded: str | None = None, **changes: Any) -> EntityEvent:
    known: dict[str, Any] = {"body": A, "source": "notice 7"}
    if kind == "merged_into":
        known["successors"] = (B,)
    return EntityEvent(number, kind=EventKind(kind), effective_from=day(effective),
                       recorded_at=at(recorded or effective), **(known | changes))  # fmt: skip


def kind_on(events: list[EntityEvent], on: str, known_at: datetime = ALWAYS) -> str:
    return str(entity_state(events, day(on), known_at).kind)


def codes(history: list[EntityEvent], made: EntityEvent, noted: str = "2026-01-01", **ended: str) -> list[Code]:
    states = {f"uscc:{key}": EntityState(EntityKind.DISSOLVED, day(since), (), ()) for key, since in ended.items()}
    return [each.code for each in entity_refusals(EntityCase(tuple(history), made, day(noted), states))]


def test_a_life_from_liquidation_and_back_to_a_merger() -> None:
    life = [event(1, "in_liquidation", "2026-02-01"), event(2, "liquidation_ended", "2026-03-01"),
            event(3, "merged_into", "2026-04-01")]  # fmt: skip

    days = ("2026-01-31", "2026-02-01", "2026-03-01", "2026-03-31", "2026-04-01", "2030-01-01")
    assert [kind_on(life, each) for each in days] == [
        "active", "in_liquidation", "active", "active", "merged_into", "merged_into"
    ]  # fmt: skip
    assert entity_state(life, day("2026-05-01"), ALWAYS) == EntityState(
        EntityKind.MERGED_INTO, day("2026-04-01"), (B,), (3,)
    )
    assert entity_state([], day("2026-05-01"), ALWAYS) == EntityState(EntityKind.ACTIVE, None, (), ())
    assert successions(life, ALWAYS) == (Succession(A, B, day("2026-04-01"), "entity-event/3: notice 7"),)


def test_an_end_is_for_ever_whatever_a_log_says_after_it() -> None:
    assert kind_on(
        [event(1, "dissolved", "2026-02-01"), event(2, "liquidation_ended", "2026-03-01")], "2026-04-01"
    ) == ("dissolved")


def test_a_back_dated_event_is_known_from_its_recording_and_a_correction_from_its_own() -> None:
    merger = event(1, "merged_into", "2026-03-01", "2026-03-20")
    later = event(2, "merged_into", "2026-04-01", "2026-03-25", supersedes=1, successors=(C,))
    never = event(3, "retracted", "2026-04-01", "2026-03-30", supersedes=2)
    log = [merger, later, never]

    known = (at("2026-03-19"), at("2026-03-21"), at("2026-03-26"), at("2026-03-31"))
    assert [kind_on(log, "2026-03-10", each) for each in known] == ["active", "merged_into", "active", "active"]
    assert [kind_on(log, "2026-04-02", each) for each in known] == ["active", "merged_into", "merged_into", "active"]
    assert [[each.successor for each in successions(log, instant)] for instant in known] == [[], [B], [C], []]


def test_a_split_that_the_body_survives_leaves_it_in_being_and_makes_a_successor() -> None:
    split = event(1, "split_into", "2026-02-01", successors=(A, B))
    gone = event(1, "split_into", "2026-02-01", successors=(B, C))

    assert kind_on([split], "2026-03-01") == "active"
    assert [each.successor for each in successions([split], ALWAYS)] == [B]
    assert entity_state([gone], day("2026-03-01"), ALWAYS).successors == (B, C)
    assert codes([split], event(2, "dissolved", "2026-03-01", "2026-03-02")) == []
    assert codes([gone], event(2, "dissolved", "2026-03-01", "2026-03-02")) == [Code.ENTITY_ENDED]


def test_burdens_reach_a_successor_at_any_remove_from_the_day_of_the_take_over() -> None:
    chain = successions([event(1, "merged_into", "2026-02-01"),
                         event(2, "merged_into", "2026-05-01", body=B, successors=(C,))], ALWAYS)  # fmt: skip

    assert [each.predecessor for each in predecessors(C, chain, day("2026-06-01"))] == [B, A]
    assert [each.predecessor for each in predecessors(B, chain, day("2026-06-01"))] == [A]
    assert predecessors(C, chain, day("2026-04-30")) == ()


@pytest.mark.parametrize(
    ("history", "made", "ended", "expected"),
    [
        ([], event(9, "liquidation_ended", "2026-02-01"), {}, [Code.NOT_IN_LIQUIDATION]),
        ([event(1, "in_liquidation", "2026-01-05")], event(9, "in_liquidation", "2026-02-01"), {},
         [Code.IN_LIQUIDATION_ALREADY]),
        ([event(1, "dissolved", "2026-01-05")], event(9, "merged_into", "2026-02-01"), {}, [Code.ENTITY_ENDED]),
        # What was recorded before would stand behind an end.
        ([event(1, "in_liquidation", "2026-02-01")], event(9, "dissolved", "2026-01-05", "2026-02-02"), {},
         [Code.ENTITY_ENDED]),
        ([], event(9, "merged_into", "2026-02-01", successors=()), {}, [Code.SUCCESSORS_DO_NOT_FIT]),
        ([], event(9, "merged_into", "2026-02-01", successors=(B, C)), {}, [Code.SUCCESSORS_DO_NOT_FIT]),
        ([], event(9, "split_into", "2026-02-01", successors=(B,)), {}, [Code.SUCCESSORS_DO_NOT_FIT]),
        ([], event(9, "merged_into", "2026-02-01", successors=(A,)), {}, [Code.SUCCESSOR_IS_ITSELF]),
        ([], event(9, "dissolved", "2026-02-01", successors=(B,)), {}, [Code.SUCCESSOR_NOT_WANTED]),
        ([], event(9, "merged_into", "2026-02-01"), {"B": "2026-01-01"}, [Code.SUCCESSOR_ENDED]),
        ([], event(9, "retracted", "2026-02-01"), {}, [Code.CORRECTS_NOTHING]),
        ([], event(9, "dissolved", "2026-02-01", supersedes=4), {}, [Code.CORRECTS_NOTHING]),
        ([event(1, "dissolved", "2026-01-05"), event(2, "retracted", "2026-01-05", supersedes=1)],
         event(9, "dissolved", "2026-02-01", supersedes=1), {}, [Code.CORRECTS_NOTHING]),
        ([event(1, "dissolved", "2026-01-05")], event(9, "dissolved", "2026-02-01", supersedes=1), {}, []),
        ([event(1, "in_liquidation", "2026-01-05")], event(9, "dissolved", "2026-02-01"), {}, []),
    ],
)  # fmt: skip
def test_a_guard_refuses_what_is_no_possible_life(
    history: list[EntityEvent], made: EntityEvent, ended: dict[str, str], expected: list[Code]
) -> None:
    assert codes(history, made, **ended) == expected


def test_every_broken_rule_is_told_at_once() -> None:
    made = event(9, "liquidation_ended", "2026-02-01", successors=(B,), supersedes=3)

    assert codes([], made, noted="2026-02-02") == [
        Code.NOTED_AFTER_RECORDED, Code.CORRECTS_NOTHING, Code.SUCCESSOR_NOT_WANTED, Code.NOT_IN_LIQUIDATION
    ]  # fmt: skip


_DAYS = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
_RECORDED = st.integers(0, 40).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n))


@st.composite
def logs(draw: st.DrawFn) -> list[EntityEvent]:
    """In the order of recording, possible lives or not."""
    recorded = sorted(draw(st.lists(_RECORDED, max_size=6)))
    made = []
    for number, instant in enumerate(recorded, start=1):
        kind = draw(st.sampled_from(EventKind))
        corrected = draw(st.none() | st.integers(1, number - 1)) if number > 1 else None
        heirs = draw(st.sampled_from([(B,), (A, B), (B, C)]))
        made.append(EntityEvent(number, A, kind, draw(_DAYS), instant, heirs, "s", corrected))
    return made


@settings(max_examples=60)
@given(logs(), _DAYS, _RECORDED, st.randoms(use_true_random=False))
def test_every_day_has_one_state_and_later_knowledge_changes_no_earlier_answer(
    log: list[EntityEvent], on: date, known_at: datetime, random: Random
) -> None:
    shuffled = random.sample(log, len(log))
    known = [each for each in log if each.recorded_at <= known_at]
    state, spans = entity_state(log, on, known_at), entity_spans(log, known_at)

    assert entity_state(shuffled, on, known_at) == entity_state(known, on, known_at) == state
    assert successions(shuffled, known_at) == successions(known, known_at)
    assert [each.state for each in spans if each.period.holds(on)] == [state]
    assert all(one.period.valid_to == other.period.valid_from for one, other in pairwise(spans))


OVER = Succession(A, B, day("2026-04-01"), "s")


def status(state: State, valid_from: str | None = None) -> Status:
    return Status(state, valid_from=None if valid_from is None else day(valid_from))


def test_rights_wait_until_each_is_decided_on() -> None:
    held = {A: {"1": status(State.VALID), "2": status(State.SUSPENDED), "3": status(State.EXPIRED)}}
    rights = rights_at([OVER, Succession(C, B, day("2026-04-01"), "s")], held)
    passed = SuccessorReview(1, "1", "11", day("2026-05-01"), at("2026-05-02"))

    def waiting(on: str, known: str) -> list[str]:
        return [each.item_id for each in pending(rights, [passed], day(on), at(known))]

    assert [waiting("2026-03-31", "2026-06-01"), waiting("2026-04-01", "2026-06-01")] == [[], ["1", "2"]]
    assert waiting("2026-05-01", "2026-05-01") == ["1", "2"]
    assert waiting("2026-05-01", "2026-05-03") == ["2"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"right": None, "is_predecessor": False}, [Code.NO_SUCCESSION]),
        ({"right": None}, [Code.RIGHT_NOT_HELD]),
        ({"status": status(State.NO_RECORD)}, [Code.NOT_GRANTED]),
        ({"status": status(State.VALID, "2026-03-31")}, [Code.RIGHT_BEGAN_BEFORE]),
        ({"status": None}, []),
    ],
)
def test_a_right_is_decided_on_only_where_there_is_one(changes: dict[str, Any], expected: list[Code]) -> None:
    review = SuccessorReview(1, "1", "11", day("2026-05-01"), at("2026-05-02"))
    known: dict[str, Any] = {
        "right": Right("1", OVER), "is_predecessor": True, "status": status(State.VALID, "2026-04-01")
    }  # fmt: skip

    assert [each.code for each in review_refusals(ReviewCase(review, **(known | changes)))] == expected


def test_a_decision_of_tomorrow_is_refused() -> None:
    early = SuccessorReview(1, "1", None, day("2026-05-03"), at("2026-05-02"))

    assert [each.code for each in review_refusals(ReviewCase(early, Right("1", OVER), True, None))] == [
        Code.DECIDED_AFTER_RECORDED
    ]
