"""Numbers and codes as a reader meets them."""

import copy
from typing import Any

import pytest
from builders import make_visits
from samples import make_sample

from registry.documents import read_schema, schema_violations
from registry.languages import translator
from registry.reliability import compare
from registry.reliability.presentation import (
    UnknownOrder,
    evaluator_lines,
    leniency_words,
    percent,
    rate_text,
    score_text,
)
from registry.reliability.wording import REASONS, say

SAMPLE = make_sample()
ENGLISH, CHINESE = translator("en"), translator("zh")


def make_direction(**changes: Any) -> dict[str, Any]:
    known = {"lenient": 8.0, "harsh": 2.0, "leniency_index": 0.8, "pool_leniency_index": 0.5, "leniency_p_value": 0.01}
    return known | changes


def test_the_sample_keeps_to_the_schema() -> None:
    assert schema_violations("comparison.v1", SAMPLE.document) == []


def test_every_reason_of_the_schema_has_a_sentence() -> None:
    assert set(read_schema("comparison.v1")["$defs"]["reason"]["enum"]) == set(REASONS)


def test_every_text_of_a_real_comparison_is_known_in_chinese() -> None:
    """Also when the scoring changes its sentences: then wording.py must follow."""
    outcomes = {"good": [(0, 10)] * 12, "bad": [(6, 10)] * 12, "middling": [(1, 10)] * 5, "new": [(0, 3)]}
    document = compare(*make_visits(outcomes)).document()
    evaluators = document["evaluators"]
    texts = [
        *document["method"]["rules"].values(),
        *(reason for each in evaluators for reason in each["grade_reasons"]),
        *(each["sanction_proposal"]["note"] for each in evaluators),
        *(each["direction"][name] for each in evaluators for name in ("leniency_reason", "false_pass_reason")),
    ]

    assert len({each["grade"] for each in evaluators}) >= 3
    assert [text for text in texts if text and say(text, CHINESE) == text] == []


def test_a_score_is_never_shown_without_its_interval() -> None:
    assert score_text(93.14, [90.2, 95.64]) == "93.1 [90.2, 95.6]"
    assert score_text(93.14, None) == "–"
    assert score_text(None, None) == "–"


def test_percentages_follow_the_language() -> None:
    assert percent(0.0312, ENGLISH) == "3.1 %"
    assert percent(0.0312, CHINESE) == "3.1%"
    assert percent(None, ENGLISH) == "–"
    assert rate_text({"value": None, "events": 0, "n": 0}, ENGLISH) == "– (0/0)"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "more lenient than the others"),
        ({"leniency_index": 0.2}, "harsher than the others"),
        ({"leniency_p_value": 0.2}, "mostly lenient"),
        ({"leniency_p_value": None, "lenient": 1.0}, "mostly harsh"),
        ({"leniency_p_value": None, "lenient": 2.0}, "as often lenient as harsh"),
        ({"lenient": 0.0, "harsh": 0.0, "leniency_index": None, "leniency_p_value": None}, "no difference"),
    ],
)
def test_direction_in_words(changes: dict[str, Any], expected: str) -> None:
    assert leniency_words(make_direction(**changes), ENGLISH) == expected


def test_evaluators_without_a_value_come_last_in_either_order() -> None:
    for order in ("score", "-score"):
        scores = [line.score for line in evaluator_lines(SAMPLE.document, ENGLISH, order)]
        known = [score for score in scores if score is not None]
        assert scores[len(known) :] == [None] * (len(scores) - len(known))
        assert known == sorted(known, reverse=order.startswith("-"))


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(UnknownOrder, match="known"):
        evaluator_lines(SAMPLE.document, ENGLISH, "rank")


def test_a_score_without_interval_is_not_shown() -> None:
    document = copy.deepcopy(SAMPLE.document)
    document["evaluators"][0]["interval"] = None

    assert all(line.score_text == "–" for line in evaluator_lines(document, ENGLISH) if line.low is None)


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        (
            "no A: U95 of false passes 0.350 > 0.25",
            "no grade A: upper bound of the false pass rate 0.350, limit 0.25: exceeded",
            "不能评 A：漏报率上界 0.350，限值 0.25：超过",
        ),
        (
            "no A: the false-pass rate is unknown",
            "no grade A: the false pass rate is not known",
            "不能评 A：漏报率未知",
        ),
        ("2 visits, at least 4 are needed", "2 visits, at least 4 are needed", "走访 2 次，至少需要 4 次"),
        ("30 days for every criterion", "30 days for every criterion", "所有指标 30 天"),
        ("A sentence that nobody knows", "A sentence that nobody knows", "A sentence that nobody knows"),
    ],
)
def test_sentences_of_a_result_are_said_in_the_readers_language(text: str, english: str, chinese: str) -> None:
    assert say(text, ENGLISH) == english
    assert say(text, CHINESE) == chinese
