"""Which entries of the log can change the answers about one evaluator alone, and which about anybody."""

from typing import Any

import pytest

from registry.eligibility.affected import causes_of
from registry.evaluators.qualification import EventType

_OF_ONE = ("grant", "suspend", "reinstate", "extend", "renew", "reduce")


def test_a_decision_that_deprives_of_no_right_and_corrects_none_concerns_its_evaluator() -> None:
    causes = causes_of([*((f"qualification.{each}", "evaluator:ev-1") for each in _OF_ONE), ("key.made", "key:1")])

    assert (causes.evaluators, causes.count) == ({"ev-1"}, len(_OF_ONE))
    assert causes_of([("key.made", "key:1"), ("eligibility.affected", "eligibility_check:ec-1")]).is_nothing


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        *((f"qualification.{each}", "evaluator:ev-1") for each in EventType if each not in _OF_ONE),
        ("evaluator.hold_name", "evaluator:ev-1"), ("evaluator.erase_person", "evaluator:ev-1"),
        ("qualification.something", "evaluator:ev-1"), ("qualification.grant", "something:1"), ("something.new", "x"),
    ],
)  # fmt: skip
def test_everything_else_that_may_change_answers_concerns_anybody(action: str, subject: str) -> None:
    entries: list[Any] = [("qualification.grant", "evaluator:ev-2"), (action, subject)]

    assert causes_of(entries).evaluators is None


def test_the_first_causes_are_told_each_once_and_all_are_counted() -> None:
    entries = [("qualification.grant", f"evaluator:ev-{each}") for each in range(30)]

    causes = causes_of(entries * 2)

    assert (causes.told, causes.count) == (tuple(f"{action} {subject}" for action, subject in entries[:20]), 30)
    assert causes.evaluators is not None
    assert len(causes.evaluators) == 30
