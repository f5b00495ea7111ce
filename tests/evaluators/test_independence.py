from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ownership_samples import LONG_AGO, make_edge, make_ownership

from registry.evaluators import tenure
from registry.evaluators.independence import Code, Engagement, Finding, Limits, Outcome, Role, independence
from registry.evaluators.ownership import Edge, Ownership
from registry.evaluators.periods import Period
from registry.evaluators.sentences import message
from registry.evaluators.tenure import (
    Advice,
    Cycle,
    History,
    Succession,
    TenureOnMerger,
    advisory_separation,
    predecessors,
    rotation,
)

TOWN, COUNTY = "town:A111", "county:A11"
STATE = (TOWN, COUNTY, "SASAC")
WINDOW = Period(date(2026, 6, 1), date(2026, 10, 1))
KNOWN_ON = date(2026, 5, 15)


def make_engagement(**changes: object) -> Engagement:
    values: dict[str, object] = {
        "evaluator": "E1", "scored": (TOWN,), "commissioner": COUNTY, "payer": COUNTY, "other_bidders": (),
        "window": WINDOW, "implementers": ("C",),
    }  # fmt: skip
    return Engagement(**(values | changes))  # type: ignore[arg-type]


def owned(*edges: Edge) -> Ownership:
    return make_ownership([*edges], state=STATE)


def found(edges: tuple[Edge, ...], **changes: object) -> list[Finding]:
    return [*independence(make_engagement(**changes), owned(*edges), Limits(), KNOWN_ON)]


def with_party(findings: list[Finding], party: str) -> list[tuple[Code, Outcome]]:
    return [(each.code, each.outcome) for each in findings if each.party == party]


APART = (make_edge("x", "E1"), make_edge("y", "C"))


def test_a_common_controller_is_a_conflict_and_its_paths_are_shown() -> None:
    edges = (make_edge("P", "E1", 60), make_edge("x", "E1", 40), make_edge("P", "C", 51), make_edge("y", "C", 49))
    (finding,) = [each for each in found(edges) if each.outcome is Outcome.FAIL]

    assert (finding.code, finding.role, finding.party) == (Code.COI_COMMON_CONTROL, Role.IMPLEMENTER, "C")
    assert finding.through == ("P",)
    assert finding.paths == ((edges[0],), (edges[2],))


def test_an_interest_below_control_is_for_a_person() -> None:
    edges = (make_edge("P", "E1", 20), make_edge("x", "E1", 80), make_edge("P", "C", 51), make_edge("y", "C", 49))

    assert with_party(found(edges), "C") == [(Code.COI_INTEREST_BELOW_CONTROL, Outcome.REVIEW)]


def test_an_interest_below_the_limit_is_none() -> None:
    edges = (make_edge("P", "E1", 19), make_edge("x", "E1", 81), make_edge("P", "C", 51), make_edge("y", "C", 49))

    assert with_party(found(edges), "C") == [(Code.NOT_RELATED, Outcome.PASS)]


def test_what_is_not_known_since_the_founding_is_not_passed_over() -> None:
    """Its one known fact holds of all days, so that nothing else begins on that day."""
    edges = make_edge("P", "E1", 30, valid_from=date.min), make_edge("y", "C")
    for founded_on in (date(2025, 6, 1), date(2026, 7, 1)):
        ownership = make_ownership([*edges], state=STATE, founded_on={"E1": founded_on})
        findings = [*independence(make_engagement(), ownership, Limits(), KNOWN_ON)]

        assert with_party(findings, "C") == [(Code.COI_DATA_MISSING, Outcome.UNKNOWN)], founded_on


def test_a_common_owner_that_is_only_the_state_is_said_and_no_conflict() -> None:
    edges = (make_edge("SASAC", "E1"), make_edge("SASAC", "C"))

    assert with_party(found(edges), "C") == [(Code.COI_STATE_ONLY, Outcome.PASS)]


def test_a_group_below_the_state_is_a_conflict() -> None:
    edges = (make_edge("SASAC", "G"), make_edge("G", "E1"), make_edge("G", "C"))

    assert with_party(found(edges), "C") == [(Code.COI_COMMON_CONTROL, Outcome.FAIL)]


def test_the_subject_that_owns_the_evaluator_is_no_third_owner() -> None:
    edges = (make_edge(TOWN, "E1"), make_edge("y", "C"))

    assert with_party(found(edges), TOWN) == [(Code.COI_COMMON_CONTROL, Outcome.FAIL)]


def test_facts_seen_too_long_ago_leave_it_unknown() -> None:
    edges = (make_edge("P", "E1", seen_at=LONG_AGO), make_edge("P", "C"))
    findings = found(edges)

    assert with_party(findings, "C") == [(Code.COI_DATA_STALE, Outcome.UNKNOWN)]
    assert [gap.body for each in findings if each.party == "C" for gap in each.gaps] == ["E1"]


def test_facts_that_nobody_gave_leave_it_unknown() -> None:
    assert with_party(found((make_edge("P", "C"),)), "C") == [(Code.COI_DATA_MISSING, Outcome.UNKNOWN)]


def test_control_that_ended_lately_still_counts() -> None:
    sold_on = date(2025, 12, 1)
    edges = (make_edge("P", "E1", valid_to=sold_on), make_edge("R", "E1", valid_from=sold_on), make_edge("P", "C"))
    (finding,) = [each for each in found(edges) if each.party == "C"]

    assert (finding.code, finding.outcome) == (Code.COI_COOLING_OFF, Outcome.FAIL)
    assert finding.until == date(2027, 12, 1)


def test_control_that_ended_long_ago_is_forgotten() -> None:
    sold_on = date(2024, 6, 1)
    edges = (make_edge("P", "E1", valid_to=sold_on), make_edge("R", "E1", valid_from=sold_on), make_edge("P", "C"))

    assert with_party(found(edges), "C") == [(Code.NOT_RELATED, Outcome.PASS)]


def test_control_that_begins_inside_the_window_counts() -> None:
    bought_on = date(2026, 9, 1)
    edges = (make_edge("x", "E1", valid_to=bought_on), make_edge("P", "E1", valid_from=bought_on), make_edge("P", "C"))
    (finding,) = [each for each in found(edges) if each.party == "C"]

    assert (finding.code, finding.on) == (Code.COI_COMMON_CONTROL, bought_on)


def test_control_holds_through_a_chain_whatever_the_product_of_shares() -> None:
    edges = (
        make_edge("P", "Q", 60), make_edge("x", "Q", 40), make_edge("Q", "E1", 60), make_edge("y", "E1", 40),
        make_edge("P", "C"),
    )  # fmt: skip
    (finding,) = [each for each in found(edges) if each.party == "C"]

    assert (finding.code, finding.outcome) == (Code.COI_COMMON_CONTROL, Outcome.FAIL)
    assert [[edge.owner for edge in path] for path in finding.paths] == [["P", "Q"], ["P"]]


def test_the_evaluator_is_not_its_own_subject_or_bidder() -> None:
    assert with_party(found(APART, scored=(TOWN, "E1")), "E1") == [(Code.COI_IS_PARTY, Outcome.FAIL)]


def test_bidders_under_one_control_are_found_and_unknown_bidders_said() -> None:
    edges = (make_edge("P", "E1"), make_edge("P", "E2"), make_edge("y", "C"))

    assert with_party(found(edges, other_bidders=("E2",)), "E2") == [(Code.COI_COMMON_CONTROL, Outcome.FAIL)]
    assert (Code.BIDDERS_UNKNOWN, Outcome.UNKNOWN) in with_party(found(APART, other_bidders=None), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code", "outcome"),
    [
        ({"commissioner": TOWN}, Code.COMMISSIONER_IS_SUBJECT, Outcome.FAIL),
        ({"payer": TOWN}, Code.PAYER_IS_SUBJECT, Outcome.FAIL),
        ({"scored": (TOWN, COUNTY)}, Code.COMMISSIONER_IS_SUBJECT, Outcome.FAIL),
        ({"commissioner": None}, Code.COMMISSIONER_UNKNOWN, Outcome.UNKNOWN),
        ({"payer": None}, Code.PAYER_UNKNOWN, Outcome.UNKNOWN),
        ({"payer": "T"}, Code.PAYER_UNDER_SUBJECT, Outcome.REVIEW),
        ({"commissioner": "T"}, Code.COMMISSIONER_UNDER_SUBJECT, Outcome.REVIEW),
        ({"payer": "S"}, Code.PAYER_UNKNOWN, Outcome.UNKNOWN),
        ({}, Code.COMMISSIONER_APART, Outcome.PASS),
        ({}, Code.PAYER_APART, Outcome.PASS),
    ],
)
def test_who_asks_and_who_pays_is_not_scored(changes: dict[str, object], code: Code, outcome: Outcome) -> None:
    findings = found((*APART, make_edge(TOWN, "T"), make_edge(TOWN, "S", seen_at=LONG_AGO)), **changes)

    assert (code, outcome) in {(each.code, each.outcome) for each in findings}


def severity(findings: list[Finding]) -> int:
    order = [Outcome.PASS, Outcome.REVIEW, Outcome.UNKNOWN, Outcome.FAIL]
    return max(order.index(each.outcome) for each in findings)


@given(
    st.lists(st.tuples(st.sampled_from("PQxE"), st.sampled_from(("E1", "C", "Q")), st.integers(0, 60)), max_size=6),
    st.data(),
)
def test_staler_facts_and_a_wider_window_never_help(rows: list[tuple[str, str, int]], data: st.DataObject) -> None:
    edges = tuple(make_edge(owner, body, percent) for owner, body, percent in dict.fromkeys(rows) if owner != body)
    staler = tuple(replace(each, seen_at=LONG_AGO) if data.draw(st.booleans()) else each for each in edges)

    now = found(edges)

    if severity(now) > 0:
        assert severity(found(staler)) > 0
    wider = Period(WINDOW.valid_from, date(2027, 10, 1))
    assert severity(found(edges, window=wider)) >= severity(now)
    assert all(set(message(each)) == {"en", "zh"} for each in now)


ADVICE = Advice("E1", TOWN, date(2023, 1, 1), date(2024, 6, 2), "dossier")


def advised(*advice: Advice, **others: object) -> list[tuple[tenure.Code, Outcome]]:
    history = History(advice, (), others.pop("successions", ()))  # type: ignore[arg-type]
    findings = advisory_separation("E1", (TOWN,), history, WINDOW, 24, **others)  # type: ignore[arg-type]
    return [(each.code, each.outcome) for each in findings]


def test_advice_counts_for_the_months_that_must_lie_between() -> None:
    assert advised(ADVICE) == [(tenure.Code.ADVISORY_SEPARATION, Outcome.FAIL)]
    assert advised(replace(ADVICE, ended_on=date(2024, 6, 1))) == [(tenure.Code.ADVICE_NONE, Outcome.PASS)]
    assert advised(replace(ADVICE, ended_on=None)) == [(tenure.Code.ADVISORY_SEPARATION, Outcome.FAIL)]
    assert advised(replace(ADVICE, subject="town:B")) == [(tenure.Code.ADVICE_NONE, Outcome.PASS)]
    assert advised(replace(ADVICE, began_on=date(2027, 1, 1), ended_on=None)) == [
        (tenure.Code.ADVICE_NONE, Outcome.PASS)
    ]


def test_advice_of_a_body_taken_over_passes_on_and_that_of_an_affiliate_is_for_a_person() -> None:
    theirs = replace(ADVICE, adviser="A")
    taken_over = Succession("A", "E1", date(2025, 1, 1), "register")

    assert advised(theirs) == [(tenure.Code.ADVICE_NONE, Outcome.PASS)]
    assert advised(theirs, successions=(taken_over,)) == [(tenure.Code.ADVISORY_SEPARATION, Outcome.FAIL)]
    assert advised(theirs, affiliates=("A",)) == [(tenure.Code.ADVICE_BY_AFFILIATE, Outcome.REVIEW)]


def test_what_nobody_declared_is_unknown() -> None:
    history = History(None, None)

    assert advisory_separation("E1", (TOWN,), history, WINDOW, 24)[0].outcome is Outcome.UNKNOWN
    assert rotation("E1", history, 2026, 3).outcome is Outcome.UNKNOWN


def cycles(evaluator: str, *numbers: int) -> tuple[Cycle, ...]:
    return tuple(Cycle(evaluator, TOWN, number, date(number, 5, 1), "register") for number in numbers)


@pytest.mark.parametrize(
    ("numbers", "count", "outcome"),
    [((), 1, Outcome.PASS), ((2024, 2025), 3, Outcome.PASS), ((2023, 2024, 2025), 4, Outcome.FAIL),
     ((2022, 2023, 2025), 2, Outcome.PASS), ((2022, 2023, 2024), 1, Outcome.PASS), ((2026, 2027), 1, Outcome.PASS)],
)  # fmt: skip
def test_cycles_in_a_row_are_limited(numbers: tuple[int, ...], count: int, outcome: Outcome) -> None:
    finding = rotation("E1", History((), cycles("E1", *numbers)), 2026, 3)

    assert (finding.count, finding.outcome) == (count, outcome)


@pytest.mark.parametrize(
    ("rule", "count"), [(TenureOnMerger.SUM, 5), (TenureOnMerger.MAX, 4), (TenureOnMerger.RESET, 2)]
)
def test_a_merger_counts_as_the_rule_says(rule: TenureOnMerger, count: int) -> None:
    history = History(
        (),
        (*cycles("A", 2023, 2024), *cycles("E1", 2024, 2025)),
        (Succession("A", "E1", date(2025, 1, 1), "register"),),
    )
    finding = rotation("E1", history, 2026, 3, rule)

    assert finding.count == count
    assert finding.outcome is (Outcome.FAIL if count > 3 else Outcome.PASS)


def test_a_merger_that_is_still_to_come_counts_for_nothing() -> None:
    later = Succession("A", "E1", date(2027, 1, 1), "register")
    history = History((), cycles("A", 2023, 2024, 2025), (later,))

    assert rotation("E1", history, 2026, 3, by=date(2026, 6, 1)).count == 1
    assert rotation("E1", history, 2028, 3, by=date(2028, 6, 1)).count == 1


def test_take_overs_are_followed_back_at_any_remove_and_circles_end() -> None:
    chain = (
        Succession("A", "B", date(2020, 1, 1), "r"), Succession("B", "E1", date(2022, 1, 1), "r"),
        Succession("Z", "B", date(2023, 1, 1), "r"), Succession("E1", "A", date(2019, 1, 1), "r"),
    )  # fmt: skip

    assert [each.predecessor for each in predecessors("E1", chain, date(2026, 1, 1))] == ["B", "A"]


def test_the_limit_of_interest_is_a_parameter() -> None:
    edges = (make_edge("P", "E1", 20), make_edge("x", "E1", 80), make_edge("P", "C", 51), make_edge("y", "C", 49))
    limits = Limits(interest=Fraction(1, 4))

    findings = independence(make_engagement(), owned(*edges), limits, KNOWN_ON)

    assert with_party([*findings], "C") == [(Code.NOT_RELATED, Outcome.PASS)]
