from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.evaluators.names import DatedName
from registry.evaluators.phoenix import (
    Ending,
    Limits,
    Membership,
    Profile,
    Role,
    Sign,
    Signal,
    possible_successions,
    signals_of,
)
from registry.evaluators.phoenix_index import ProfileIndex

EXCLUDED_ON = date(2026, 3, 1)
ENDING = Ending(EXCLUDED_ON, date(2028, 10, 1), "list L, entry 7")
LEADS = frozenset(Membership(f"lead{number}", Role.LEAD_EVALUATOR) for number in range(5))
BOSS = Membership("boss", Role.LEGAL_REPRESENTATIVE)
OLD = Profile(
    "E3",
    date(2018, 1, 1),
    (DatedName("E3", "大山评估有限公司"),),
    LEADS | {BOSS},
    ("恩施市解放路１号 二楼",),
    ("0718-8888888",),
)
SIMILAR = "恩施大山评估有限公司 / 大山评估有限公司"
NEW = Profile("E4", date(2026, 4, 12), (DatedName("E4", "绿洲咨询有限公司"),))


def signals(new: Profile, old: Profile = OLD, limits: Limits | None = None) -> tuple[Signal, ...]:
    found = possible_successions(new, [(old, ENDING)], limits or Limits())
    return found[0].signals if found else ()


def test_a_new_body_of_the_same_people_is_shown_with_the_evidence() -> None:
    four = frozenset(sorted(LEADS, key=lambda each: each.person)[:4])
    other = Membership("someone", Role.LEAD_EVALUATOR)

    (found,) = possible_successions(replace(NEW, members=four | {BOSS, other}), [(OLD, ENDING)], Limits())

    assert (found.new, found.old, found.ending, found.days_after) == ("E4", "E3", ENDING, 42)
    assert found.signals == (
        Signal(Sign.SAME_LEGAL_REPRESENTATIVE, ("boss",), Fraction(1)),
        Signal(Sign.SAME_LEAD_EVALUATORS, ("lead0", "lead1", "lead2", "lead3"), Fraction(4, 5)),
    )


@pytest.mark.parametrize(
    ("changes", "sign", "evidence"),
    [
        ({"addresses": ("恩施市解放路1号二楼",)}, Sign.SAME_ADDRESS, ("恩施市解放路1号二楼",)),
        ({"phones": ("+86 718 888 8888", "0718 8888888")}, Sign.SAME_PHONE, ("+86 718 888 8888", "0718 8888888")),
        ({"names": (DatedName("E4", "恩施大山评估有限公司"),)}, Sign.SIMILAR_NAME, (SIMILAR,)),
        ({"members": {Membership("boss", Role.STAFF)}}, Sign.SAME_PERSON_OTHER_ROLE, ("boss",)),
    ],
)  # fmt: skip
def test_each_sign_comes_with_what_both_have(changes: dict[str, object], sign: Sign, evidence: tuple[str, ...]) -> None:
    limits = Limits(name_floor=0.75)

    assert [(each.sign, each.evidence) for each in signals(replace(NEW, **changes), limits=limits)] == [  # type: ignore[arg-type]
        (sign, evidence)
    ]


def test_a_founding_soon_after_is_no_sign_by_itself() -> None:
    assert possible_successions(NEW, [(OLD, ENDING)], Limits()) == ()


def test_a_few_people_who_moved_are_no_sign() -> None:
    crowd = frozenset(Membership(f"new{number}", Role.LEAD_EVALUATOR) for number in range(8))

    assert signals(replace(NEW, members=crowd | {Membership("lead0", Role.LEAD_EVALUATOR)})) == ()


@pytest.mark.parametrize(
    ("founded_on", "is_shown"),
    [
        (date(2025, 2, 28), False),
        (date(2025, 3, 1), True),
        (date(2029, 3, 1), True),
        (date(2029, 3, 2), False),
        (None, True),
    ],
)
def test_only_foundings_near_the_ending_are_looked_at(founded_on: date | None, is_shown: bool) -> None:
    assert bool(signals(replace(NEW, founded_on=founded_on, members=frozenset({BOSS})))) is is_shown


def test_a_long_bar_is_watched_to_its_end() -> None:
    late = replace(NEW, founded_on=date(2034, 1, 1), members=frozenset({BOSS}))

    assert possible_successions(late, [(OLD, replace(ENDING, ends_on=date(2035, 1, 1)))], Limits()) != ()
    assert possible_successions(late, [(OLD, replace(ENDING, ends_on=None))], Limits()) == ()


def test_a_body_is_no_successor_of_itself_and_an_empty_phone_is_no_sign() -> None:
    assert possible_successions(OLD, [(OLD, ENDING)], Limits()) == ()
    assert (
        signals(replace(NEW, phones=("-", "110"), addresses=("",)), replace(OLD, phones=("-", "110"), addresses=("",)))
        == ()
    )


def test_the_old_body_with_most_signals_comes_first() -> None:
    other = replace(OLD, body="E2", members=frozenset({BOSS}), phones=())
    new = replace(NEW, members=frozenset({BOSS}), phones=OLD.phones)

    found = possible_successions(new, [(other, ENDING), (OLD, ENDING)], Limits())

    assert [each.old for each in found] == ["E3", "E2"]


memberships = st.frozensets(st.builds(Membership, st.sampled_from("abcdefgh"), st.sampled_from(Role)), max_size=4)
told_addresses = st.lists(st.sampled_from(["解放路1号", "解放路１号 ", "人民路2号", "--"]), max_size=2)
told_phones = st.lists(st.sampled_from(["0718-8888888", "+86 718 8888888", "0571 1234567", "12"]), max_size=2)
told_names = st.lists(st.sampled_from(["大山评估有限公司", "大山评估咨询公司", "小河", "绿洲咨询有限公司"]), max_size=2)


@st.composite
def profiles(draw: st.DrawFn, body: str) -> Profile:
    names = tuple(DatedName(body, each) for each in draw(told_names))
    return Profile(body, None, names, draw(memberships), tuple(draw(told_addresses)), tuple(draw(told_phones)))


@settings(max_examples=200)
@given(profiles("new"), st.tuples(*(profiles(f"old{each}") for each in range(4))))
def test_whoever_shares_a_sign_is_found_without_looking_at_each(new: Profile, old: tuple[Profile, ...]) -> None:
    limits = Limits()
    alike = ProfileIndex(old).alike(new, limits.name_floor)

    assert {each.body for each in old if any(signals_of(new, each, limits))} <= alike


def test_whoever_shares_nothing_is_not_looked_at() -> None:
    assert ProfileIndex([OLD]).alike(NEW, Limits().name_floor) == frozenset()
    assert ProfileIndex([OLD]).alike(replace(NEW, members=LEADS), Limits().name_floor) == {"E3"}
