# ruff: noqa: RUF001 (letters that look alike are what these tests are about)
import json
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from dossier_samples import make_dossier
from hypothesis import given
from hypothesis import strategies as st

from registry.evaluators.dossier_rules import Before, dossier_faults
from registry.evaluators.name_index import Candidate, NameIndex
from registry.evaluators.names import DatedName, Likeness, NameDoubt, likeness, name_doubts, normalise

REFERENCE = Path(__file__).parent.parent / "reference"
BAD_INPUTS = json.loads((REFERENCE / "bad-inputs.json").read_text(encoding="utf-8"))["cases"]
_BY_SCRIPT = json.loads((REFERENCE / "organisation-names" / "names.json").read_text(encoding="utf-8"))
REAL_NAMES = tuple(name for names in _BY_SCRIPT.values() for name in names)
PAYLOADS = {case["id"]: case["payload"] for case in BAD_INPUTS if case["id"] in {"D62", "D67"}}
SHANGHAI = "大山评估(上海)有限公司"
LATIN = (
    "KPMG Audit", "Pacific Rural Survey", "Beacon Assessors", "ACME Inspection", "Oxbow Capital Review",
    "Harbor Accounting", "TOP Score", "Sichuan Echo", "Cosmo Appraisal", "Peak Ecology",
)  # fmt: skip
# Letters of Cyrillic, Greek and others that look like a Latin one.
LOOK_ALIKES = {
    "A": "А Α", "B": "В Β", "C": "С Ϲ", "E": "Е Ε", "H": "Н Η", "K": "К Κ", "M": "М Μ", "O": "О Ο 0", "P": "Р Ρ",
    "T": "Т Τ", "S": "Ѕ", "a": "а", "c": "с ϲ", "e": "е", "o": "о ο", "p": "р ρ", "s": "ѕ", "i": "і", "m": "rn",
    "r": "г", "l": "1 I", "x": "х", "y": "у",
}  # fmt: skip
# Characters of Chinese names with those that look the same: radicals, other scripts, traditional forms.
HAN = {
    "山": "⼭",
    "大": "⼤",
    "口": "ロ 囗",
    "工": "エ ⼯",
    "力": "カ",
    "龙": "⻰ 龍",
    "马": "⻢",
    "评": "評",
    "估": "估\u200b",
}
HAN_NAMES = (SHANGHAI, "工口力评估有限公司", "龙马评估研究院", "大口山农业评估中心")


def confusable_pairs() -> list[tuple[str, str]]:
    pairs = []
    for names, table in ((LATIN, LOOK_ALIKES), (HAN_NAMES, HAN)):
        for name in names:
            for letter, others in table.items():
                pairs += [(name, name.replace(letter, other)) for other in others.split(" ") if letter in name]
    return pairs


PAIRS = confusable_pairs()


def found(known: list[str], asked: str) -> list[tuple[str, Likeness]]:
    index = NameIndex(DatedName(str(place), name) for place, name in enumerate(known))
    return [(each.known.name, each.likeness) for each in index.candidates(asked).found]


def test_a_name_in_mixed_scripts_is_shown_with_the_name_it_looks_like() -> None:
    payload = PAYLOADS["D62"]

    assert found(["Other Audit", payload["resembles"]], payload["legal_name"])[0] == (
        "KPMG Audit",
        Likeness.LOOKS_THE_SAME,
    )
    assert name_doubts(payload["legal_name"]) == (NameDoubt.MIXED_SCRIPTS,)


@pytest.mark.parametrize("legal_name", PAYLOADS["D67"]["legal_names"])
def test_brackets_and_radicals_make_no_other_name(legal_name: str) -> None:
    assert found([PAYLOADS["D67"]["existing"]], legal_name) == [
        (PAYLOADS["D67"]["existing"], Likeness.SAME_SPELT_OTHERWISE)
    ]


def test_there_are_a_hundred_pairs() -> None:
    assert len(set(PAIRS)) >= 100


@pytest.mark.parametrize(("known", "asked"), PAIRS)
def test_each_of_a_hundred_names_that_look_alike_is_flagged(known: str, asked: str) -> None:
    ((name, why),) = found([known], asked)

    assert name == known
    assert why in {Likeness.LOOKS_THE_SAME, Likeness.SAME_SPELT_OTHERWISE}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (SHANGHAI, Likeness.SAME),
        ("大山 评估 【上海】 有限公司", Likeness.SAME_SPELT_OTHERWISE),
        ("大山評估(上海)有限公司", Likeness.LOOKS_THE_SAME),
        ("上海大山评估有限公司", Likeness.SAME_WORDS_MOVED),
        ("大山(上海)评估有限公司", Likeness.SAME_WORDS_MOVED),
        ("大山评估(上海)股份有限公司", Likeness.OTHER_LEGAL_FORM),
        ("大山评估(上海)", Likeness.OTHER_LEGAL_FORM),
        ("上海大山资产评估有限公司", Likeness.SIMILAR),
    ],
)
def test_each_kind_of_likeness_is_told(asked: str, expected: Likeness) -> None:
    assert found([SHANGHAI], asked) == [(SHANGHAI, expected)]


@pytest.mark.parametrize(
    ("name", "stem", "legal_form"),
    [
        (SHANGHAI, "上海大山评估", "有限公司"),
        ("立信会计师事务所（特殊普通合伙）", "立信会计师事务所", "(特殊普通合伙)"),
        ("Beacon Assessors Co., Ltd.", "beaconassessors", "coltd"),
        ("北京大山咨询有限公司 Ltd", "北京大山咨询", "有限公司ltd"),
        ("Incorporated", "incorporated", ""),
        ("有限公司", "有限公司", ""),
        ("合作社", "合作社", ""),
        ("()", "()", ""),
        ("", "", ""),
    ],
)
def test_the_legal_form_is_kept_apart(name: str, stem: str, legal_form: str) -> None:
    normal = normalise(name)

    assert (normal.stem, normal.legal_form) == (stem, legal_form)


def test_a_name_that_nobody_has_resembles_nothing() -> None:
    assert found([SHANGHAI, "KPMG Audit"], "鹤峰县农业科学研究所") == []
    assert likeness(SHANGHAI, "鹤峰县农业科学研究所") is None


def test_a_name_that_two_bodies_had_gives_both_with_their_days() -> None:
    renamed = date(2026, 2, 1)
    old = DatedName("E1", SHANGHAI, date(2020, 1, 1), renamed)
    new = DatedName("E1", "绿洲评估有限公司", renamed)
    taker = DatedName("E2", SHANGHAI, date(2026, 6, 1))
    index = NameIndex([old, new, taker])

    july = index.candidates(SHANGHAI, on=date(2026, 7, 1)).found
    march = index.candidates(SHANGHAI, on=date(2026, 3, 1)).found

    assert july == (
        Candidate(old, Likeness.SAME, 1.0, is_former=True),
        Candidate(taker, Likeness.SAME, 1.0, is_former=False),
    )
    assert {each.known.holder for each in march if each.is_former} == {"E1", "E2"}


def test_a_body_does_not_resemble_itself() -> None:
    index = NameIndex([DatedName("E1", SHANGHAI), DatedName("E2", "上海大山评估有限公司")])

    assert [each.known.holder for each in index.candidates(SHANGHAI, apart_from="E1").found] == ["E2"]


def test_the_likest_come_first_and_it_is_said_how_many_are_left_out() -> None:
    known = ["大山评估有限责任公司", "大山评估有限公司", "大川评估有限公司", "大山资产评估有限公司"]
    index = NameIndex(DatedName(str(place), name) for place, name in enumerate(known))

    candidates = index.candidates("大山评估有限公司", floor=0.7, limit=2)

    assert [each.known.holder for each in candidates.found] == ["1", "0"]
    assert candidates.left_out == 2


def test_a_mark_between_two_letters_is_found_though_letters_differ_too() -> None:
    ((name, why),) = found(["KPMG Audit Partners"], "КРМG Audit Partner")

    assert (name, why) == ("KPMG Audit Partners", Likeness.SIMILAR)


@pytest.mark.parametrize(
    ("name", "doubts"),
    [
        ("大山评估ABC有限公司", ()),
        ("日本アあABC", ()),
        ("Росс ABC", (NameDoubt.MIXED_SCRIPTS,)),
        ("大山\u200b评估", (NameDoubt.HIDDEN_CHARACTER,)),
        ("КPMG\u202eAudit", (NameDoubt.MIXED_SCRIPTS, NameDoubt.HIDDEN_CHARACTER)),
        (SHANGHAI, ()),
        ("大山评估（上海）有限公司", ()),
    ],
)
def test_what_is_odd_about_a_name_is_told(name: str, doubts: tuple[NameDoubt, ...]) -> None:
    assert name_doubts(name) == doubts


def test_no_name_of_five_hundred_real_organisations_is_refused_and_each_is_found_again() -> None:
    index = NameIndex(DatedName(name, name) for name in REAL_NAMES)

    assert len(set(REAL_NAMES)) == 500
    assert not [
        fault
        for name in REAL_NAMES
        for fault in dossier_faults(make_dossier(names=[{"name": name}]), Before(), date(2026, 6, 1))
    ]
    for name in REAL_NAMES:
        alike = [each for each in index.candidates(name).found if each.likeness is not Likeness.SIMILAR]
        assert [(each.known.name, each.likeness) for each in alike] == [(name, Likeness.SAME)]


def test_of_real_names_only_those_that_say_it_in_two_scripts_are_doubted() -> None:
    """A doubt refuses nothing: it is shown to whoever vets."""
    doubted = {name: name_doubts(name) for name in REAL_NAMES if name_doubts(name)}

    assert set(doubted.values()) == {(NameDoubt.MIXED_SCRIPTS,)}
    assert set(doubted) == {
        "Poste Maroc بريد المغرب", "Umnia Bank أمنية بنك", "Maroc Telecom اتصالات المغرب", "Wafacash وفاكاش",
        "Al Barid Bank البريد بنك", "ΔΕΗ blue",
    }  # fmt: skip


@given(st.text(max_size=30))
def test_any_text_is_normalised_once_for_all(name: str) -> None:
    normal = normalise(name)

    assert normalise(normal.text).text == normal.text
    assert bool(normal.stem) == bool(normal.text)


@given(
    st.text("大山评估上海()（） KPMGкрм有限公司ab01", max_size=12),
    st.text("大山评估上海()（） KPMGкрм有限公司ab01", max_size=12),
)
def test_likeness_is_mutual_and_the_index_agrees(one: str, other: str) -> None:
    both = likeness(one, other)
    candidates = NameIndex([DatedName("other", other)]).candidates(one).found

    assert both == likeness(other, one)
    assert [(each.likeness, each.score) for each in candidates] == ([both] if both else [])


@given(st.text(max_size=20))
def test_a_name_is_like_itself_in_any_normal_form(name: str) -> None:
    assert likeness(name, normalize("NFD", name)) is not None
    assert likeness(name, name) == (Likeness.SAME, 1.0)
