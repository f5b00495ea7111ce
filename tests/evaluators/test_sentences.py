"""Every finding says what it found in Chinese and in English, with nothing left open."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from string import Formatter

import pytest
from ownership_samples import LONG_AGO, make_edge, make_ownership
from register_samples import credit_code

from registry.evaluators import declared_interests, exclusion_matching, independence, tenure
from registry.evaluators.declared_interests import Declaration, Kind
from registry.evaluators.exclusion_matching import Identity, Judgement, ListEntry, Question, Snapshot
from registry.evaluators.independence import Engagement
from registry.evaluators.names import DatedName
from registry.evaluators.ownership import Edge, Gap, GapKind
from registry.evaluators.periods import Period
from registry.evaluators.sentence_words import SENTENCES
from registry.evaluators.sentences import Finding, gap_message, message
from registry.evaluators.tenure import Advice, Cycle, History

E1, C, P = (f"uscc:{credit_code(number)}" for number in (1, 2, 3))
TOWN, COUNTY, STATE = "mca:330106100", "mca:330106", "uscc:11330106000000001X"
WINDOW = Period(date(2026, 6, 1), date(2026, 10, 1))
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
SOLD_ON = date(2025, 12, 1)
APART = (make_edge("person:x", E1), make_edge("person:y", C))


def of_independence() -> Iterator[Finding]:
    def told(*edges: Edge, **changes: object) -> Iterator[Finding]:
        known: dict[str, object] = {
            "evaluator": E1, "scored": (TOWN,), "commissioner": COUNTY, "payer": COUNTY, "other_bidders": (),
            "window": WINDOW, "implementers": (C,),
        }  # fmt: skip
        ownership = make_ownership(edges, state=(STATE, TOWN, COUNTY))
        engagement = Engagement(**(known | changes))  # type: ignore[arg-type]
        yield from independence.independence(engagement, ownership, independence.Limits(), date(2026, 5, 15))

    below = make_edge("person:x", E1, 80), make_edge("person:y", C, 49), make_edge(P, C, 51), make_edge(P, E1, 20)
    yield from told(*APART)
    yield from told(*APART, implementers=(E1,))
    yield from told(make_edge(P, E1, 60), make_edge("person:x", E1, 40), make_edge(P, C))
    yield from told(*below)
    yield from told(make_edge(P, E1, valid_to=SOLD_ON), make_edge("person:x", E1, valid_from=SOLD_ON), make_edge(P, C))
    yield from told(make_edge(STATE, E1), make_edge(STATE, C))
    yield from told(make_edge(P, E1, seen_at=LONG_AGO), make_edge(P, C))
    yield from told(make_edge(P, C))
    yield from told(*APART, commissioner=TOWN, payer=TOWN)
    yield from told(*APART, make_edge(TOWN, P), commissioner=P, payer=P)
    yield from told(*APART, commissioner=None, payer=None, other_bidders=None)


def of_tenure() -> Iterator[Finding]:
    unknown = History(None, None)
    cycles = tuple(Cycle(E1, TOWN, number, date(number, 5, 1), "register") for number in (2023, 2024, 2025))
    for limit in (3, 4):
        yield tenure.rotation(E1, History((), cycles), 2026, limit)
    yield tenure.rotation(E1, unknown, 2026, 3)
    for advice in (None, (), *((Advice(who, TOWN, date(2024, 1, 1), end, "d"),) for who in (E1, P)
                               for end in (None, date(2025, 1, 1)))):  # fmt: skip
        yield from tenure.advisory_separation(E1, (TOWN,), History(advice, None), WINDOW, 24, (P,))


def of_declarations() -> Iterator[Finding]:
    for kind, about in ((Kind.INTEREST, C), (Kind.ASSOCIATED_BODY, C), (Kind.INTEREST, "name:绿洲公司@ev-000001")):
        told = Declaration("d-1", kind, about, None, None, "持有少量股份。", Period(date(2025, 1, 1)))
        yield from declared_interests.declared_interests((told,), (C, TOWN), WINDOW, 24)
    for none in ((), None):
        yield from declared_interests.declared_interests(none, (C,), WINDOW, 24)


def of_exclusions() -> Iterator[Finding]:
    code = credit_code(1)
    owner = Identity(P, frozenset({credit_code(3)}), ())
    body = Identity(E1, frozenset({code}), (DatedName(E1, "大山评估有限公司"),), (owner,))

    def told(
        *entries: tuple[str | None, date | None, str], age_days: int = 0, judged: bool = False, window: Period = WINDOW
    ) -> Iterator[Finding]:
        days = (Period(date(2025, 1, 1), end) for _, end, _ in entries)
        listed = tuple(
            ListEntry(f"e-{place}", each[0], "大山评估有限公司", frozenset({each[2]} - {""}), in_force)
            for place, (each, in_force) in enumerate(zip(entries, days, strict=True))
        )
        snapshots = [Snapshot("ccgp", NOW - timedelta(days=age_days), "0" * 64, listed)] if entries else []
        judgements = [Judgement("ccgp", "e-0", E1, True)] if judged else []
        question = Question("ccgp", window, frozenset({"review"}), NOW)
        yield from exclusion_matching.exclusions(question, body, snapshots, judgements, exclusion_matching.Limits())

    yield from told()
    yield from told((credit_code(9), None, ""), age_days=8)
    for entry in (
        (credit_code(9), None, ""), (code, None, ""), (code, date(2026, 1, 1), ""), (code, None, "bidding"),
        (credit_code(3), date(2028, 1, 1), ""), (None, None, ""), (code[:-1] + "I", None, ""),
    ):  # fmt: skip
        yield from told(entry)
    yield from told((None, None, ""), judged=True)


FINDINGS = (*of_independence(), *of_tenure(), *of_declarations(), *of_exclusions())
CODES = {
    code
    for module in (independence, tenure, declared_interests, exclusion_matching)
    for code in module.Code  # type: ignore[attr-defined]
}


def test_every_code_has_a_sentence_and_every_sentence_is_said_here() -> None:
    assert {str(each.code) for each in FINDINGS} == {str(each) for each in CODES}
    assert {each.removesuffix(" other things") for each in SENTENCES} == {str(each) for each in CODES}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_say_the_same_facts(code: str) -> None:
    fields = [{name for _, name, _, _ in Formatter().parse(each) if name} for each in SENTENCES[code].values()]

    assert fields[0] == fields[1]
    assert set(SENTENCES[code]) == {"en", "zh"}


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda each: each.code)
def test_a_finding_is_said_in_both_languages_with_nothing_left_open(finding: Finding) -> None:
    told = message(finding)

    assert set(told) == {"en", "zh"}
    for text in told.values():
        assert not re.search(r"[{}]|None|  |uscc:|name:|person:", text)
    assert re.fullmatch(
        r"[^一-鿿]*", told["en"].replace("大山评估有限公司", "").replace("绿洲公司", "").replace("持有少量股份。", "")
    )
    # Codes of bodies, regions, lists, entries and declarations; no words.
    words = re.sub(r"[0-9A-Z]{18}|mca:\d+|ccgp|[ed]-\d|\d\d:\d\d:\d\d|（[xy]）", "", told["zh"])
    assert not re.search("[A-Za-z]", words)
    assert re.search("[一-鿿]{4}", words)
    assert told["zh"].endswith("。")


@pytest.mark.parametrize(
    ("code", "en", "zh"),
    [
        (
            "COI_COOLING_OFF",
            (
                f"{E1[5:]} and the implementer {C[5:]} were under the control of {P[5:]} until 2025-12-01; "
                "apart until 2027-12-01."
            ),
            (
                f"评估机构{E1[5:]}与项目实施单位{C[5:]}曾同受{P[5:]}控制，该关系自2025年12月1日起解除；"
                "回避要求自2027年12月1日起方告终止。"
            ),
        ),
        (
            "SOURCE_STALE",
            (
                "The list ccgp was last queried at 2026-05-24 12:00:00 (UTC+8), more than 7 days before "
                "2026-06-01 12:00:00 (UTC+8)."
            ),
            "禁入名单ccgp最近一次查询于北京时间2026年5月24日12:00:00，距北京时间2026年6月1日12:00:00已超过7日，不得据以认定。",
        ),
        (
            "EXCLUDED_VIA_CONTROLLER",
            (
                f"{E1[5:]} is controlled by {P[5:]}, which is barred by entry e-0 of the list ccgp "
                "(2025-01-01 to 2027-12-31)."
            ),
            f"{E1[5:]}受{P[5:]}控制，后者被列入禁入名单ccgp（条目e-0，禁入期：2025年1月1日至2027年12月31日）。",
        ),
    ],
)
def test_days_bodies_and_instants_stand_as_readers_of_the_language_write_them(code: str, en: str, zh: str) -> None:
    (told,) = [message(each) for each in FINDINGS if each.code == code]

    assert told == {"en": en, "zh": zh}


@pytest.mark.parametrize("kind", GapKind)
def test_what_is_not_known_of_owners_is_said_in_both_languages(kind: GapKind) -> None:
    told = gap_message(Gap(E1, kind, Fraction(0), None))

    assert E1[5:] in told["en"]
    assert re.search("[一-鿿]{4}", told["zh"])
