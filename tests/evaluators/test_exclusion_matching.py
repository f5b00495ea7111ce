from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.evaluators.exclusion_matching import (
    Code,
    Finding,
    Identity,
    Judgement,
    Limits,
    ListEntry,
    MatchKind,
    Question,
    Snapshot,
    Why,
    exclusions,
    match,
)
from registry.evaluators.independence import Outcome
from registry.evaluators.names import DatedName, Likeness
from registry.evaluators.periods import Period

CODE, OTHER_CODE = "91110000600037341L", "N2330106MF1234567L"
NAME = "大山评估(上海)有限公司"
KNOWN_AT = datetime(2026, 4, 15, 1, tzinfo=UTC)
WINDOW = Period(date(2026, 5, 1), date(2026, 10, 1))
OWN_NAME = DatedName("E1", NAME, date(2026, 2, 1))
FORMER_NAME = DatedName("E1", "绿洲咨询有限公司", date(2020, 1, 1), date(2026, 2, 1))
IDENTITY = Identity("E1", frozenset({CODE}), (OWN_NAME, FORMER_NAME))
ENTRY = ListEntry("7", CODE, NAME, frozenset(), Period(date(2025, 1, 1), date(2028, 1, 1)))
JUDGED = Judgement("L", "7", "E1", is_same=False)


def make_snapshot(*entries: ListEntry, days_old: float = 1) -> Snapshot:
    return Snapshot("L", KNOWN_AT - timedelta(days=days_old), f"{days_old}", entries)


def asked(
    *snapshots: Snapshot, identity: Identity = IDENTITY, judgements: tuple[Judgement, ...] = (), **changes: object
) -> list[tuple[Code, Outcome]]:
    return [
        (each.code, each.outcome) for each in findings(*snapshots, identity=identity, judgements=judgements, **changes)
    ]


def findings(
    *snapshots: Snapshot, identity: Identity = IDENTITY, judgements: tuple[Judgement, ...] = (), **changes: object
) -> tuple[Finding, ...]:
    limits = changes.pop("limits", Limits())
    question = replace(Question("L", WINDOW, frozenset(), KNOWN_AT), **changes)  # type: ignore[arg-type]
    return exclusions(question, identity, snapshots, judgements, limits)  # type: ignore[arg-type]


def test_the_same_code_is_the_same_body_whatever_its_name() -> None:
    assert asked(make_snapshot(replace(ENTRY, name="?"))) == [(Code.EXCLUDED, Outcome.FAIL)]
    assert asked(make_snapshot(replace(ENTRY, credit_code=CODE.lower()))) == [(Code.EXCLUDED, Outcome.FAIL)]


def test_the_same_name_with_another_code_is_another_body() -> None:
    assert asked(make_snapshot(replace(ENTRY, credit_code=OTHER_CODE))) == [(Code.NOT_LISTED, Outcome.PASS)]


@pytest.mark.parametrize(
    ("name", "why", "likeness"),
    [
        (NAME, Why.NAME, Likeness.SAME),
        ("大山评估（上海）有限公司", Why.NAME, Likeness.SAME_SPELT_OTHERWISE),
        ("上海大山评估有限公司", Why.NAME, Likeness.SAME_WORDS_MOVED),
        ("绿洲咨询有限公司", Why.FORMER_NAME, Likeness.SAME),
    ],
)
def test_a_name_alone_is_for_a_person(name: str, why: Why, likeness: Likeness) -> None:
    (finding,) = findings(make_snapshot(replace(ENTRY, credit_code=None, name=name)))

    assert (finding.code, finding.outcome) == (Code.NAME_ONLY_MATCH, Outcome.UNKNOWN)
    assert finding.match is not None
    assert (finding.match.kind, finding.match.why, finding.match.likeness) == (MatchKind.CANDIDATE, why, likeness)


def test_a_mistyped_code_is_for_a_person() -> None:
    like = match(replace(ENTRY, credit_code="91110000600037347L", name="?"), IDENTITY, 0.85)

    assert like is not None
    assert (like.kind, like.why) == (MatchKind.CANDIDATE, Why.CODE_ALMOST_SAME)


def test_a_body_without_a_code_is_never_matched_for_sure() -> None:
    nameless = replace(IDENTITY, credit_codes=frozenset())

    assert asked(make_snapshot(ENTRY), identity=nameless) == [(Code.NAME_ONLY_MATCH, Outcome.UNKNOWN)]


def test_a_person_decides_on_a_name() -> None:
    snapshot = make_snapshot(replace(ENTRY, credit_code=None))

    assert asked(snapshot, judgements=(JUDGED,)) == [(Code.NOT_LISTED, Outcome.PASS)]
    assert asked(snapshot, judgements=(replace(JUDGED, is_same=True),)) == [(Code.EXCLUDED, Outcome.FAIL)]
    assert asked(snapshot, judgements=(replace(JUDGED, key="8"),)) == [(Code.NAME_ONLY_MATCH, Outcome.UNKNOWN)]


def test_nobody_decides_against_a_code() -> None:
    assert asked(make_snapshot(ENTRY), judgements=(JUDGED,)) == [(Code.EXCLUDED, Outcome.FAIL)]


@pytest.mark.parametrize(
    ("days_old", "code"), [(7, Code.NOT_LISTED), (7.1, Code.SOURCE_STALE), (45, Code.SOURCE_STALE)]
)
def test_an_old_query_clears_nobody(days_old: float, code: Code) -> None:
    assert [each for each, _ in asked(make_snapshot(days_old=days_old))] == [code]


def test_a_list_that_nobody_queried_clears_nobody() -> None:
    assert asked() == [(Code.SOURCE_MISSING, Outcome.UNKNOWN)]
    assert asked(make_snapshot(days_old=-1)) == [(Code.SOURCE_MISSING, Outcome.UNKNOWN)]
    assert asked(replace(make_snapshot(ENTRY), list_id="M")) == [(Code.SOURCE_MISSING, Outcome.UNKNOWN)]


def test_a_hit_on_an_old_query_is_still_a_hit() -> None:
    assert asked(make_snapshot(ENTRY, days_old=45)) == [
        (Code.SOURCE_STALE, Outcome.UNKNOWN),
        (Code.EXCLUDED, Outcome.FAIL),
    ]


def test_an_entry_that_ended_and_is_still_listed_bars_no_more() -> None:
    ended = replace(ENTRY, in_force=Period(date(2024, 1, 1), date(2026, 5, 1)))

    assert asked(make_snapshot(ended)) == [(Code.LISTED_BUT_ENDED, Outcome.PASS)]


def test_an_entry_that_begins_inside_the_window_bars_from_then() -> None:
    (finding,) = findings(make_snapshot(replace(ENTRY, in_force=Period(date(2026, 9, 1)))))

    assert (finding.code, finding.barred) == (Code.EXCLUDED, Period(date(2026, 9, 1), date(2026, 10, 1)))


def test_scope_decides_what_an_entry_bars_from() -> None:
    snapshot = make_snapshot(replace(ENTRY, scope=frozenset({"works"})))

    assert asked(snapshot, scope=frozenset({"services"})) == [(Code.LISTED_BUT_ENDED, Outcome.PASS)]
    assert asked(snapshot, scope=frozenset({"works", "goods"})) == [(Code.EXCLUDED, Outcome.FAIL)]
    assert asked(snapshot, scope=frozenset()) == [(Code.EXCLUDED, Outcome.FAIL)]
    assert asked(make_snapshot(ENTRY), scope=frozenset({"services"})) == [(Code.EXCLUDED, Outcome.FAIL)]


def test_an_entry_taken_off_upstream_still_bars_on_its_days() -> None:
    with_it, without_it = make_snapshot(ENTRY, days_old=60), make_snapshot(days_old=1)
    past = Period(date(2026, 1, 1), date(2026, 2, 1))

    (then,) = findings(with_it, without_it, window=past)

    assert (then.code, then.snapshot) == (Code.EXCLUDED, with_it)
    assert asked(with_it, without_it) == [(Code.LISTED_BUT_ENDED, Outcome.PASS)]


def test_an_entry_put_on_the_list_again_bars_again() -> None:
    on, off = make_snapshot(ENTRY, days_old=60), make_snapshot(days_old=30)

    assert asked(on, off, make_snapshot(ENTRY)) == [(Code.EXCLUDED, Outcome.FAIL)]


def test_a_listed_controller_bars_as_the_policy_says() -> None:
    child = replace(IDENTITY, id="E2", credit_codes=frozenset({OTHER_CODE}), names=(), controllers=(IDENTITY,))

    own = Code.NOT_LISTED, Outcome.PASS
    assert asked(make_snapshot(ENTRY), identity=child) == [(Code.EXCLUDED_VIA_CONTROLLER, Outcome.FAIL), own]
    assert asked(make_snapshot(ENTRY), identity=child, limits=Limits(bars_controlled=False)) == [
        (Code.EXCLUDED_VIA_CONTROLLER, Outcome.REVIEW), own,
    ]  # fmt: skip


def test_that_a_body_is_not_listed_is_said_of_the_newest_query() -> None:
    """Also where its controller was on the list, in an earlier one."""
    child = replace(IDENTITY, id="E2", credit_codes=frozenset({OTHER_CODE}), names=(), controllers=(IDENTITY,))
    snapshots = make_snapshot(ENTRY, days_old=3), make_snapshot(days_old=1)

    found = findings(*snapshots, identity=child, judgements=())

    assert [each.snapshot for each in found if each.body == "E2"] == [snapshots[1]]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=4, unique=True), st.floats(0, 100))
def test_staler_queries_never_clear_anybody(ages: list[float], more: float) -> None:
    def is_clear(*snapshots: Snapshot) -> bool:
        return all(outcome is Outcome.PASS for _, outcome in asked(*snapshots))

    now = is_clear(*(make_snapshot(days_old=age) for age in ages))
    staler = is_clear(*(make_snapshot(days_old=age + more) for age in ages))

    assert now or not staler
