"""Facts about owners for tests: edges in few words, a plain reading of the rule of control, and large graphs."""

import random
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from registry.evaluators.control import OwnershipOnDay
from registry.evaluators.ownership import Basis, Edge, Ownership

DAY = date(2026, 6, 1)
SEEN_AT = date(2026, 5, 1)
HALF = Fraction(1, 2)
LONG_AGO = date(2024, 1, 1)
OLDEST_SEEN = date(2025, 6, 1)


def make_edge(owner: str, owned: str, percent: float | None = 100, **changes: object) -> Edge:
    values = {
        "owner": owner,
        "owned": owned,
        "share": None if percent is None else Fraction(str(percent)) / 100,
        "basis": Basis.SHARES,
        "valid_from": date(2010, 1, 1),
        "valid_to": None,
        "source": "register",
        "seen_at": SEEN_AT,
    }
    return Edge(**(values | changes))  # type: ignore[arg-type]


def make_ownership(
    edges: Iterable[Edge],
    *,
    ends: Iterable[str] = (),
    state: Iterable[str] = (),
    founded_on: Mapping[str, date] | None = None,
) -> Ownership:
    """Owners without owners of their own count as persons, unless ends are told."""
    edges = list(edges)
    roots = {edge.owner for edge in edges} - {edge.owned for edge in edges}
    return Ownership(edges, ends=ends or roots, state_bodies=state, founded_on=founded_on)


def on_day(edges: Iterable[Edge], day: date = DAY, **others: Iterable[str]) -> OwnershipOnDay:
    return OwnershipOnDay(make_ownership(edges, **others), day, OLDEST_SEEN)


def naive_controlled(edges: Iterable[Edge], controller: str) -> set[str]:
    """Downwards, as the rule is said: what is declared, and what the controlled and the controller hold by majority."""
    edges = list(edges)
    found = {controller}
    while True:
        held: dict[str, Fraction] = {}
        added = {edge.owned for edge in edges if edge.owner in found and edge.basis is not Basis.SHARES}
        for edge in edges:
            if edge.owner in found and edge.share is not None:
                held[edge.owned] = held.get(edge.owned, Fraction(0)) + edge.share
        added |= {owned for owned, share in held.items() if share > HALF}
        if added <= found:
            return found - {controller}
        found |= added


def lifelike_edges(rng: random.Random, count: int) -> list[Edge]:
    """Most bodies belong to persons, some to one another in chains and groups, a few in circles."""
    edges: list[Edge] = []
    body = 0
    while len(edges) < count:
        owners = rng.choice((1, 1, 2, 2, 3, 4))
        cuts = sorted(rng.sample(range(1, 100), owners - 1))
        for low, high in zip([0, *cuts], [*cuts, 100], strict=True):
            is_body = body > 100 and rng.random() < 0.35
            owner = f"b{rng.randrange(body + (5 if rng.random() < 0.01 else 0))}" if is_body else f"p{len(edges)}"
            if owner != f"b{body}" and all(edge.owner != owner for edge in edges[-owners:]):
                edges.append(make_edge(owner, f"b{body}", high - low))
        body += 1
    return edges


def tangled_edges(rng: random.Random, count: int) -> list[Edge]:
    """Any body may hold any other: nearly all hang together, in circles."""
    bodies = count // 2
    return [
        make_edge(f"b{rng.randrange(bodies)}", f"b{place % bodies}", rng.choice((20, 30, 45, 49, 50)))
        for place in range(count)
    ]
