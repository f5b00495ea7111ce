import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ownership_samples import (
    DAY,
    LONG_AGO,
    OLDEST_SEEN,
    lifelike_edges,
    make_edge,
    make_ownership,
    naive_controlled,
    on_day,
)

from registry.evaluators.control import ANYONE, OwnershipOnDay
from registry.evaluators.ownership import Basis, Edge, GapKind

LITTLE = Fraction(1, 10000)


def path_of(view: OwnershipOnDay, controller: str, body: str) -> list[list[str]]:
    return [[path[0].owner, *(edge.owned for edge in path)] for path in view.control_paths(controller, body)]


@st.composite
def graphs(draw: st.DrawFn) -> list[Edge]:
    """Any bodies, any shares that fit into the whole, circles and declared control too."""
    bodies = [f"b{number}" for number in range(draw(st.integers(2, 7)))]
    edges = []
    for owned in bodies:
        left = 100
        for owner in draw(st.lists(st.sampled_from([*bodies, "p", "q"]), unique=True, max_size=4)):
            percent = draw(st.integers(0, left))
            left -= percent
            basis = draw(st.sampled_from([Basis.SHARES] * 4 + [Basis.AGREEMENT]))
            if owner != owned:
                edges.append(make_edge(owner, owned, percent, basis=basis))
    return edges


def share_of(party: str, view: OwnershipOnDay, body: str, negligible: Fraction = LITTLE) -> Fraction:
    known = view.interests_in(body, negligible)
    return Fraction(known.of[party], known.whole)


def test_a_majority_controls_and_half_does_not() -> None:
    view = on_day(
        [make_edge("P", "A", 50.01), make_edge("Q", "A", 49.99), make_edge("P", "B", 50), make_edge("Q", "B", 50)]
    )

    assert view.controllers("A") == {"P"}
    assert view.controllers("B") == frozenset()
    assert view.possible_controllers("B") == frozenset()


def test_control_is_followed_through_majorities_with_the_path() -> None:
    rest = [make_edge("x", "Q", 40), make_edge("y", "E1", 40)]
    view = on_day([make_edge("P", "Q", 60), make_edge("Q", "E1", 60), *rest])

    assert view.controllers("E1") == {"P", "Q"}
    assert path_of(view, "P", "E1") == [["P", "Q", "E1"]]
    assert share_of("P", view, "E1") == Fraction(3, 5)


def test_shares_are_multiplied_through_chains_without_control() -> None:
    edges = [make_edge("P", "Q", 40), make_edge("x", "Q", 60), make_edge("Q", "E1", 50), make_edge("y", "E1", 50)]

    assert share_of("P", on_day(edges), "E1") == Fraction(1, 5)


def test_circular_shares_are_counted_each_time_round() -> None:
    edges = [make_edge("X", "E", 15), make_edge("Z", "E", 40), make_edge("y", "E", 45)]
    edges += [make_edge("E", "Z", 50), make_edge("w", "Z", 50)]

    share = share_of("X", on_day(edges), "E", Fraction(1, 10**9))

    assert abs(share - Fraction(15, 100) / (1 - Fraction(1, 5))) < Fraction(1, 10**8)


def test_what_one_party_holds_through_several_counts_together() -> None:
    edges = [make_edge("P", "A"), make_edge("P", "E", 20), make_edge("A", "E", 31), make_edge("y", "E", 49)]
    view = on_day(edges)

    assert view.controllers("E") == {"P"}
    assert path_of(view, "P", "E") == [["P", "E"], ["P", "A", "E"]]


@pytest.mark.parametrize("basis", [each for each in Basis if each is not Basis.SHARES])
def test_declared_control_needs_no_share(basis: Basis) -> None:
    view = on_day([make_edge("U", "E", None, basis=basis)])

    assert view.controllers("E") == {"U"}
    assert view.gaps("E") == ()


def test_circles_come_to_an_end() -> None:
    edges = [make_edge("A", "B", 60), make_edge("B", "A", 60), make_edge("P", "A", 40), make_edge("P", "B", 40)]
    view = on_day(edges)

    assert view.controllers("A") == {"B"}
    assert view.control_paths("B", "A") == ((edges[1],),)


def test_a_fact_counts_on_its_days_only() -> None:
    sold_on = date(2025, 12, 1)
    edges = [make_edge("P", "E", valid_to=sold_on), make_edge("R", "E", valid_from=sold_on)]

    assert on_day(edges, sold_on - timedelta(days=1)).controllers("E") == {"P"}
    assert on_day(edges, sold_on).controllers("E") == {"R"}


def test_the_next_change_is_that_of_a_fact_that_matters() -> None:
    edges = [make_edge("P", "E", valid_to=date(2027, 1, 1)), make_edge("P", "Z", valid_to=date(2026, 7, 1))]
    view = on_day(edges)

    view.controllers("E")

    assert view.next_change() == date(2027, 1, 1)


def test_what_was_seen_too_long_ago_could_be_anyones() -> None:
    view = on_day([make_edge("P", "E", seen_at=LONG_AGO)])

    assert view.controllers("E") == frozenset()
    assert view.possible_controllers("E") == {ANYONE}
    assert [(gap.body, gap.kind, gap.last_seen_at) for gap in view.gaps("E")] == [("E", GapKind.STALE, LONG_AGO)]
    known = view.interests_in("E", LITTLE)
    assert known.unaccounted == known.whole


def test_what_was_seen_on_a_later_day_stays_sure_of_an_earlier_one() -> None:
    edges = [make_edge("P", "E", seen_at=LONG_AGO)]

    assert on_day(edges, LONG_AGO).controllers("E") == {"P"}


@pytest.mark.parametrize("edges", [[], [make_edge("P", "E", None)], [make_edge("P", "E", 30)]])
def test_shares_that_nobody_told_could_be_anyones(edges: list[Edge]) -> None:
    view = on_day(edges)

    assert view.controllers("E") == frozenset()
    assert view.possible_controllers("E") == {ANYONE}
    assert [gap.kind for gap in view.gaps("E")] == [GapKind.MISSING]


def test_what_is_not_told_may_complete_a_majority_of_one_who_is_named() -> None:
    view = on_day([make_edge("P", "E", 30), make_edge("Q", "E", 5), make_edge("R", "E", 30)])

    assert view.possible_controllers("E") == {"P", "R"}


def test_sources_that_differ_are_sure_of_the_smaller_share_only() -> None:
    register, dossier = make_edge("P", "E", 60), make_edge("P", "E", 10, source="dossier")
    view = on_day([register, dossier, make_edge("R", "E", 40)])

    assert view.controllers("E") == frozenset()
    assert view.possible_controllers("E") == {"P", "R"}


def test_two_sources_of_one_share_do_not_add_up() -> None:
    edges = [make_edge("P", "E", 30), make_edge("P", "E", 30, source="dossier"), make_edge("R", "E", 70)]

    assert on_day(edges).controllers("E") == {"R"}


def test_a_source_replaces_what_it_said_before() -> None:
    edges = [make_edge("P", "E", 60, seen_at=date(2026, 1, 1)), make_edge("P", "E", 10), make_edge("R", "E", 90)]

    assert on_day(edges).controllers("E") == {"R"}


def test_shares_over_the_whole_are_believed_of_nobody() -> None:
    view = on_day([make_edge("P", "E", 60), make_edge("Q", "E", 60)])

    assert view.controllers("E") == frozenset()
    assert [gap.kind for gap in view.gaps("E")] == [GapKind.OVER_WHOLE]
    assert on_day([make_edge(each, "E", 33.34) for each in "PQR"]).gaps("E") == ()


def test_a_body_belongs_to_nobody_before_it_is_founded() -> None:
    ownership = make_ownership([make_edge("P", "E", valid_from=DAY)], founded_on={"E": DAY})
    before = OwnershipOnDay(ownership, DAY - timedelta(days=1), OLDEST_SEEN)

    assert before.possible_controllers("E") == frozenset()
    assert OwnershipOnDay(ownership, DAY, OLDEST_SEEN).controllers("E") == {"P"}


def test_more_bodies_than_are_looked_at_are_unknown_and_not_none() -> None:
    edges = []
    for place in range(400):
        edges += [make_edge(f"b{place + 1}", f"b{place}", 50), make_edge(f"b{place + 2}", f"b{place}", 50)]
    view = on_day(edges)

    assert view.possible_controllers("b0") == {ANYONE}
    assert {gap.kind for gap in view.gaps("b0")} == {GapKind.TOO_MANY}


@given(graphs())
def test_control_is_what_the_plain_reading_of_the_rule_gives(edges: list[Edge]) -> None:
    view = on_day(edges)
    parties = {each for edge in edges for each in (edge.owner, edge.owned)}

    found = {(above, body) for body in parties for above in view.controllers(body)}

    assert found == {(above, body) for above in parties for body in naive_controlled(edges, above) if body != above}


@given(graphs())
def test_every_path_leads_down_from_the_controller_by_facts(edges: list[Edge]) -> None:
    view = on_day(edges)

    for body in {edge.owned for edge in edges}:
        for control in view.control_of(body):
            assert control.paths
            for path in control.paths:
                assert (path[0].owner, path[-1].owned) == (control.controller, body)
                assert all(upper.owned == lower.owner for upper, lower in pairwise(path))
                assert set(path) <= set(edges)


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_facts_and_of_questions_changes_nothing(edges: list[Edge], rng: random.Random) -> None:
    shuffled = rng.sample(edges, len(edges))
    bodies = sorted({edge.owned for edge in edges})
    one, other = on_day(edges), on_day(shuffled)

    forwards = {body: (one.controllers(body), one.possible_controllers(body)) for body in bodies}
    backwards = {body: (other.controllers(body), other.possible_controllers(body)) for body in reversed(bodies)}

    assert forwards == backwards


@given(graphs(), st.data())
def test_a_staler_fact_takes_away_certainty_and_no_possibility(edges: list[Edge], data: st.DataObject) -> None:
    stale = {place for place in range(len(edges)) if data.draw(st.booleans())}
    staler = [make_edge_stale(edge) if place in stale else edge for place, edge in enumerate(edges)]
    roots = {"p", "q"}
    fresh_view, stale_view = on_day(edges, ends=roots), on_day(staler, ends=roots)

    for body in {edge.owned for edge in edges}:
        possible = stale_view.possible_controllers(body)

        assert stale_view.controllers(body) <= fresh_view.controllers(body)
        assert ANYONE in possible or fresh_view.possible_controllers(body) <= possible


def make_edge_stale(edge: Edge) -> Edge:
    percent = None if edge.share is None else float(edge.share * 100)
    return make_edge(edge.owner, edge.owned, percent, basis=edge.basis, seen_at=LONG_AGO)


@given(graphs())
def test_who_controls_for_sure_may_control(edges: list[Edge]) -> None:
    view = on_day(edges)

    for body in {edge.owned for edge in edges}:
        possible = view.possible_controllers(body)

        assert ANYONE in possible or view.controllers(body) <= possible


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_a_larger_graph_gives_the_same_as_the_plain_reading(seed: int) -> None:
    edges = lifelike_edges(random.Random(seed), 300)
    view = on_day(edges)
    owners = sorted({edge.owner for edge in edges})[:40]

    for owner in owners:
        controlled = {body for body in {edge.owned for edge in edges} if owner in view.controllers(body)}

        assert controlled == naive_controlled(edges, owner)
