"""Standards as text in both languages: values, bounds, waivers and notices, and that a draft is never passed off."""

import re
from datetime import date
from typing import Any, get_args

import pytest
from localization_samples import (
    make_localization,
    make_narrowing,
    make_setting,
    make_waiver,
    make_wide_standard,
    resolved,
)
from standard_samples import Document, make_small_standard, make_standard

from registry.languages import Language
from registry.standards.presentation import in_language, localization_text, resolved_text, standard_text
from registry.standards.reading import read_standard

LANGUAGES = get_args(Language)
DRAFT = {"zh": "仅供测试。", "en": "Made for tests."}
MARKS = {"en": "DRAFT FOR DEMONSTRATION, not an official text", "zh": "演示草案，并非正式文本"}
SMALL = read_standard(make_small_standard())
INVEST = read_standard(make_standard())
WIDE = read_standard(make_wide_standard())
COUNTY = "rural-investment.county@1.0.0"
EVIDENCE = [{"fact": "eligible_enterprises", "value": 2, "as_of": "2026-03-31", "source": "Register"}]


def make_county(**changes: Any) -> Document:
    return make_localization(
        "county",
        **{
            "set": [make_setting("invest_target", 2, evidence=EVIDENCE), make_setting("green_cover", {"hill": "55"})],
            "waive": [make_waiver("c-noplan")],
            "add_informative": [{"id": "seen", "statement": {"zh": "所见", "en": "What was seen"}}],
            **changes,
        },
    )


def test_a_small_standard_in_english() -> None:
    assert standard_text(SMALL, "en").splitlines() == [
        "rural-investment@2.1.0  Rural investment",
        "in force from 2026-04-01",
        "",
        "Parameters",
        "  p = 2  [from 1 to 5]  set by county",
        "",
        "Criteria",
        "  c  x is enough  (mandatory)",
        "      “facts.x” is at least “params.p”.",
        "",
        "Result",
        "  All mandatory criteria have to be met.",
    ]


def test_a_small_standard_in_chinese() -> None:
    assert standard_text(SMALL, "zh").splitlines() == [
        "rural-investment@2.1.0  乡村产业投资考核",
        "自2026-04-01起施行",
        "",
        "参数",
        "  p = 2  [最低1 最高5]  由县级设定",
        "",
        "指标",
        "  c  x is enough  (必达)",
        "      “facts.x”不低于“params.p”。",
        "",
        "结论",
        "  全部必达指标达标方为通过。",
    ]


def test_a_resolved_standard_in_english_says_what_counts_and_by_whom() -> None:
    assert resolved_text(resolved(make_county(), standard=INVEST), "en").splitlines() == [
        "rural-investment@2.1.0  Rural investment",
        "in force from 2026-04-01 until 2027-04-01",
        "Degree of correspondence: MOD",
        "",
        "Parameters",
        "  invest_target enterprises to invest in = 2  (set by rural-investment.county@1.0.0)",
        "  green_cover = mountain: 80 %, hill: 55 %, plain: 20 %  (set by rural-investment.county@1.0.0)",
        "",
        "Criteria",
        "  c-invest  As many enterprises as the target says  (mandatory, 45 points)",
        "      Where: Eligible enterprises is at least 1.",
        "      “actions.enterprises_invested” is at least enterprises to invest in (now 2).",
        f"  c-noplan  The plan is not changed  (mandatory, 0 points, waived by {COUNTY} until 2026-10-01)",
        "      “actions.plan_changed” is not so.",
        "  c-funds  No funds are held back  (mandatory, veto, 35 points)",
        "      “actions.funds_unspent” is equal to 0.0 CNY.",
        "  c-green  Trees and grass cover enough of the village  (scored, 20 points)",
        "      Trees and grass cover enough of the village is at least “params.green_cover”.",
        "  c-order  The yards are in order  (informative)",
        "      An assessor judges by the scale order.",
        "  seen  What was seen  (informative, rural-investment.county@1.0.0)",
        "",
        "What cannot be otherwise",
        "  “actions.enterprises_invested” is at most eligible enterprises.",
        (
            "  If [all of the following hold: (1) “actions.enterprises_invested” is less than enterprises to invest in"
            " (now 2); (2) “actions.plan_changed” is not so], then [“actions.funds_unspent” is more than 0 CNY]."
        ),
        "",
        "Result",
        "  The points of the criteria are added.",
        "  Points in all: 100",
    ]


def test_a_resolved_standard_in_chinese() -> None:
    lines = resolved_text(resolved(make_county(), standard=INVEST), "zh").splitlines()

    assert "一致性程度：MOD" in lines
    assert "  invest_target 应投资企业数 = 2  (由rural-investment.county@1.0.0设定)" in lines
    assert "      “actions.enterprises_invested”不低于应投资企业数（现为2）。" in lines
    assert (
        "  c-noplan  The plan is not changed  (必达, 0分, 由rural-investment.county@1.0.0豁免，至2026-10-01止)" in lines
    )
    assert "  c-funds  No funds are held back  (必达, 一票否决, 35分)" in lines
    assert "  seen  所见  (仅记录, rural-investment.county@1.0.0)" in lines


def test_a_waiver_that_has_ended_is_a_note_and_waives_nothing() -> None:
    text = resolved_text(resolved(make_county(), standard=INVEST, on=date(2026, 10, 1)), "en")

    assert "Note: WAIVER_EXPIRED in rural-investment.county@1.0.0 at /waive/0" in text
    assert "waived by" not in text


def test_a_known_class_gives_one_value_also_in_the_sentences() -> None:
    text = resolved_text(resolved(make_county(), standard=INVEST, terrain="hill"), "en")

    assert "  green_cover = 55 %  (set by" in text
    assert "is at least “params.green_cover” (now 55%)." in text


def test_what_nobody_changed_is_as_in_the_standard() -> None:
    text = resolved_text(resolved(standard=INVEST), "en")

    assert "Degree of correspondence: IDT" in text
    assert "  invest_target enterprises to invest in = 3  (as in the standard)" in text


def test_bounds_stand_by_class_where_they_differ_and_once_where_they_do_not() -> None:
    text = standard_text(WIDE, "en")

    assert "[mountain: from 60 to 100; hill: from 30 to 80; plain: from 10 to 40]" in text
    assert "  open = mountain: 1, hill: 1, plain: 1  [anything]" in text
    assert "  hours = 40  [from 20 to 60 in steps of 4]" in text
    assert "  fixed = 2  [from 1 to 5]  nobody sets it" in text


def test_a_weight_by_parameter_is_a_number_where_it_is_known() -> None:
    assert "(mandatory, weight points)" in standard_text(WIDE, "en")
    assert "(mandatory, 60 points)" in resolved_text(resolved(standard=WIDE), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_for_demonstration_says_so_in_every_text(language: Language) -> None:
    said = f"{MARKS[language]}: {DRAFT[language]}"
    standard = read_standard(make_small_standard(draft_for_demonstration=DRAFT))
    layer = make_localization(draft_for_demonstration=DRAFT)

    assert said in standard_text(standard, language)
    assert said in resolved_text(resolved(standard=standard), language)
    assert said in localization_text(layer, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resolved_standard_says_which_of_its_localizations_is_a_draft(language: Language) -> None:
    text = resolved_text(resolved(make_county(draft_for_demonstration=DRAFT), standard=INVEST), language)

    assert f"rural-investment.county@1.0.0  {MARKS[language]}: {DRAFT[language]}" in text.splitlines()
    assert MARKS[language] not in resolved_text(resolved(make_county(), standard=INVEST), language)


CHANGES = make_localization(
    "county",
    title={"zh": "县", "en": "County"},
    set=[make_setting("meets", True), make_setting("share", {"hill": "55", "plain": "20"})],
    narrow=[
        make_narrowing("hours", minimum=20, maximum=40, step=4),
        make_narrowing("method", choices=["a", "b"]),
        make_narrowing("share", by_class={"hill": {"minimum": "40"}, "plain": {"maximum": "30"}}),
    ],
    waive=[make_waiver("relative")],
    add_informative=[{"id": "seen", "statement": {"en": "Seen"}}],
)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "rural-investment.county@1.0.0  County",
                "  meets = true  As it is here.",
                "  share = hill: 55, plain: 20  As it is here.",
                "  hours: from 20 to 40 in steps of 4  As it is here.",
                "  method: one of a, b  As it is here.",
                "  share: hill: from 40; plain: to 30  As it is here.",
                "  relative: waived by The county until 2026-10-01",
                "  seen  Seen  (informative)",
            ],
        ),
        (
            "zh",
            [
                "rural-investment.county@1.0.0  县",
                "  meets = true  As it is here.",
                "  share = hill: 55, plain: 20  As it is here.",
                "  hours: 最低20 最高40 步长4  As it is here.",
                "  method: 可选a, b  As it is here.",
                "  share: hill: 最低40; plain: 最高30  As it is here.",
                "  relative: 由The county豁免，至2026-10-01止",
                "  seen  Seen  (仅记录)",
            ],
        ),
    ],
)
def test_a_localization_says_what_it_changes(language: Language, lines: list[str]) -> None:
    assert localization_text(CHANGES, language).splitlines() == lines


def test_a_mapping_says_what_answers_to_what() -> None:
    entries = [
        {
            "relationship": "subset-of",
            "sources": [{"criterion": "a"}, {"criterion": "b"}],
            "targets": [{"criterion": "c"}],
        },
        {"relationship": "no-relationship", "sources": [{"criterion": "d"}], "targets": []},
    ]

    assert localization_text({"id": "a-b", "version": "1.0.0", "entries": entries}, "en").splitlines() == [
        "a-b@1.0.0",
        "  a, b subset-of c",
        "  d no-relationship",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_of_forms_and_of_the_way_that_python_writes_values(language: Language) -> None:
    texts = [
        *(standard_text(each, language) for each in (SMALL, INVEST, WIDE)),
        resolved_text(resolved(make_county(), standard=INVEST, on=date(2026, 10, 1)), language),
        localization_text(CHANGES, language),
    ]

    for text in texts:
        assert re.findall(r"[{}]|\bTrue\b|\bFalse\b|\bNone\b|Fraction|datetime", text) == []
        assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_braces_in_a_document_stay_as_they_are() -> None:
    standard = read_standard(make_small_standard(title={"en": "{0} {title}"}, draft_for_demonstration={"en": "{}"}))

    assert "{0} {title}" in standard_text(standard, "en")
    assert f"{MARKS['en']}: {{}}" in standard_text(standard, "en")


@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        ({"zh": "乡", "en": "Township"}, "zh", "乡"),
        ({"en": "Township"}, "zh", "Township"),
        ({"zh": "乡"}, "en", "乡"),
        ({}, "en", ""),
        (None, "en", ""),
    ],
)
def test_words_are_in_the_language_or_in_the_other(words: Any, language: Language, said: str) -> None:
    assert in_language(words, language) == said
