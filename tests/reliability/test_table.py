"""The tables of the terminal, at the widths of a small and a large window."""

import copy

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from samples import EVALUATORS, LONG_NAME, make_sample

from registry.languages import Language, translator
from registry.reliability.presentation import evaluator_lines
from registry.reliability.table import (
    EvaluatorsTable,
    comparison_renderable,
    dropped_table,
    interval_bar,
    rules_table,
)
from registry.reliability.wording import REASONS

SAMPLE = make_sample()


def printed(renderable: RenderableType, width: int) -> str:
    target = Console(width=width, color_system=None)
    with target.capture() as capture:
        target.print(renderable)
    return capture.get()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_window_and_nothing_is_cut(language: Language, width: int) -> None:
    text = printed(comparison_renderable(SAMPLE.document, translator(language)), width)

    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "…" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_every_score_stands_beside_its_interval_and_visits(language: Language, width: int) -> None:
    text = printed(EvaluatorsTable(SAMPLE.document, translator(language)), width)

    for _, visits, *_, score, interval, _ in EVALUATORS:
        if score is not None:
            assert f"{score:.1f} [{interval[0]:.1f}, {interval[1]:.1f}]" in text
            assert str(visits) in text


@pytest.mark.parametrize("width", [80, 140])
def test_identifiers_stay_on_one_line(width: int) -> None:
    text = printed(EvaluatorsTable(SAMPLE.document, translator("en")), width)

    assert "91330000MA27XW1X0A" in text
    assert "纸面评估" in text
    assert LONG_NAME[:12] in text


def test_an_evaluator_without_a_score_shows_none() -> None:
    text = printed(EvaluatorsTable(SAMPLE.document, translator("en")), 140)
    line = next(line for line in text.splitlines() if "纸面评估" in line)

    assert "[" not in line
    assert "not rated" in line


def test_an_inconclusive_grade_says_how_many_visits_are_needed() -> None:
    assert "inconclusive: 14 more" in printed(EvaluatorsTable(SAMPLE.document, translator("en")), 140)


def test_bars_are_plain_where_the_terminal_is() -> None:
    lines = evaluator_lines(SAMPLE.document, translator("en"))

    assert interval_bar(lines[0], 60.0) == "           ─● "
    assert interval_bar(lines[0], 60.0, ascii_only=True) == "           -o "


def test_markup_in_an_identifier_is_text() -> None:
    document = copy.deepcopy(SAMPLE.document)
    document["evaluators"][0]["evaluator_id"] = "[red]E[/red]"

    assert "[red]E[/red]" in printed(EvaluatorsTable(document, translator("en")), 140)


def test_without_evaluators_the_table_says_so() -> None:
    document = SAMPLE.document | {"evaluators": []}

    assert printed(EvaluatorsTable(document, translator("en")), 80).strip() == "No evaluator was compared."


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    dropped = [{"side": "reports", "reason": reason, "rows": 1} for reason in REASONS]
    english, chinese = (
        printed(dropped_table(SAMPLE.document | {"dropped": dropped}, translator(language)), 200)
        for language in ("en", "zh")
    )

    for code, sentence in REASONS.items():
        assert code in english
        assert sentence in english
        assert translator("zh")(sentence) in chinese


def test_rules_say_what_was_not_applied() -> None:
    assert "没有 sealed_at 列" in printed(rules_table(SAMPLE.document, translator("zh")), 140)
