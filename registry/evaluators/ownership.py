"""Who controls whom, and who has a share in whom, on one day, by dated facts. Pure.

A controls B where it is declared so, or where A and the bodies that A controls hold more than half of B together.
What is not known is kept: shares that nobody told, that were seen too long ago, or of which sources tell different
things could be anyone's. So each answer has two sides, what is certain and what is possible.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import islice

from registry.evaluators.periods import day_after

HALF = Fraction(1, 2)
WHOLE = Fraction(1)
# Published shares are rounded, so they may add up to a little more than one.
_ROUNDING = Fraction(1, 100)
_MOST_PATHS = 10
_MOST_BODIES = 200
# In place of a body: whoever holds what is not known.
ANYONE = "*"


class Basis(StrEnum):
    """Why somebody has a say. All but SHARES are control declared. A word is never used again."""

    SHARES = "shares"
    ACTUAL_CONTROLLER = "actual_controller"
    AGREEMENT = "agreement"
    APPOINTMENT = "appointment"
    # 举办单位 of a public institution.
    SPONSOR = "sponsor"


@dataclass(frozen=True, slots=True)
class Edge:
    """A fact about two bodies or persons, by their ids. share: 0 to 1, None where it is not told.

    Half-open days. seen_at: the day on which the source said so. One source tells one owner's whole share in one edge;
    of several in force on a day the one it said last counts.
    """

    owner: str
    owned: str
    share: Fraction | None
    basis: Basis
    valid_from: date
    valid_to: date | None
    source: str
    seen_at: date

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


Path = tuple[Edge, ...]


class GapKind(StrEnum):
    """Why it is not known to whom a body belongs. A word is never used again."""

    MISSING = "ownership_missing"
    STALE = "ownership_stale"
    OVER_WHOLE = "ownership_over_whole"
    # More bodies above than are looked at: those beyond may be anyone's.
    TOO_MANY = "ownership_too_many_bodies"


@dataclass(frozen=True, slots=True)
class Gap:
    """accounted: the sum of shares that is certain. last_seen_at: of the newest fact, however old."""

    body: str
    kind: GapKind
    accounted: Fraction
    last_seen_at: date | None


@dataclass(frozen=True, slots=True)
class Control:
    """paths: from the controller down to the body; several where holdings count together. At most ten are shown."""

    controller: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Interests:
    """Shares in one body: multiplied through chains, or held by all that one party controls, whichever is more.

    unaccounted: the share that could be anyone's.
    """

    shares: dict[str, Fraction]
    unaccounted: Fraction


@dataclass(frozen=True, slots=True)
class _Held:
    """Who holds one body on the day. certain: shares that are sure. named: all owners told of, sure or not."""

    certain: dict[str, Edge]
    named: tuple[str, ...]
    declared: dict[str, Edge]
    doubtful: tuple[str, ...]
    total: Fraction
    gap: Gap | None

    def above(self) -> Iterable[str]:
        """Owners that can matter: beside a sure majority, or where all that is sure is less than half, the declared.

        With less than half, anyone may control the body whoever is above it, and no shares control it for sure.
        """
        if self.total < HALF:
            return {*self.declared, *self.doubtful}
        for owner, edge in self.certain.items():
            if (edge.share or 0) > HALF and self.total - (edge.share or 0) <= HALF:
                return {owner, *self.declared, *self.doubtful}
        return {*self.named, *self.declared, *self.doubtful}


class Ownership:
    """The facts, made ready once for every day.

    ends: persons and others that have no owners by nature. state_bodies: owners that are only the state; they are ends.
    """

    def __init__(
        self,
        edges: Iterable[Edge],
        *,
        ends: Iterable[str] = (),
        state_bodies: Iterable[str] = (),
        founded_on: Mapping[str, date] | None = None,
    ) -> None:
        by_owned: defaultdict[str, list[Edge]] = defaultdict(list)
        for edge in edges:
            by_owned[edge.owned].append(edge)
        self._by_owned = dict(by_owned)
        self.state_bodies = frozenset(state_bodies)
        self._founded_on = dict(founded_on or {})
        self._ends = self.state_bodies | frozenset(ends)

    def on(self, day: date, oldest_seen: date) -> "OwnershipOnDay":
        """oldest_seen: what was seen before it is too old to be sure of."""
        return OwnershipOnDay(self, day, oldest_seen)

    def edges_into(self, body: str) -> list[Edge]:
        return self._by_owned.get(body, [])

    def is_end(self, body: str, on: date) -> bool:
        """A body belongs to nobody before it is founded."""
        return body in self._ends or (body in self._founded_on and on < self._founded_on[body])


class OwnershipOnDay:
    """Answers of one day. What is found for one body is kept for the next."""

    def __init__(self, ownership: Ownership, day: date, oldest_seen: date) -> None:
        self.ownership, self.day = ownership, day
        # What was seen on a later day is sure of this one, however long ago that was.
        self._oldest_seen = min(oldest_seen, day)
        self._too_old = oldest_seen
        self._held: dict[str, _Held] = {}
        self._cut_off: dict[str, Gap] = {}
        self._certain: dict[str, frozenset[str]] = {}
        self._possible: dict[str, frozenset[str]] = {}

    def controllers(self, body: str) -> frozenset[str]:
        """Who controls the body for sure, at any height; never the body itself."""
        self._settle(body)
        return self._certain[body] - {body}

    def possible_controllers(self, body: str) -> frozenset[str]:
        """Who may control it by what is known and not known; ANYONE alone where it could be somebody not named."""
        self._settle(body)
        return self._possible[body] - {body}

    def control_of(self, body: str) -> tuple[Control, ...]:
        found = [Control(each, self.control_paths(each, body)) for each in self.controllers(body)]
        return tuple(sorted(found, key=lambda control: (min(map(len, control.paths), default=0), control.controller)))

    def control_paths(self, controller: str, body: str) -> tuple[Path, ...]:
        """The shortest first, of the first ten that are found."""
        self._settle(body)
        return tuple(sorted(islice(self._paths(controller, body, ()), _MOST_PATHS), key=len))

    def chains(self, party: str, body: str) -> tuple[Path, ...]:
        """Chains of holdings of any size from the party down to the body, the shortest first, of those looked at."""
        found: list[Path] = []
        level: list[tuple[str, Path]] = [(body, ())]
        while level and len(found) < _MOST_PATHS:
            above = [
                (owner, (edge, *below))
                for owned, below in level
                for owner, edge in sorted({**self._holders(owned).certain, **self._holders(owned).declared}.items())
                if owner not in {body, *(each.owned for each in below)}
            ]
            found.extend(path for owner, path in above if owner == party)
            level = [each for each in above if each[0] != party][:_MOST_BODIES]
        return tuple(found[:_MOST_PATHS])

    def gaps(self, body: str) -> tuple[Gap, ...]:
        """What is not known of the body and of those above it."""
        self._settle(body)
        above = self._upwards(body, is_settled_too=True)
        found = {gap for each in above if (gap := self._holders(each).gap) is not None}
        found.update(
            gap for each in above for owner in self._holders(each).above() if (gap := self._cut_off.get(owner))
        )
        return tuple(sorted(found, key=lambda gap: gap.body))

    def interests_in(self, body: str, negligible: Fraction) -> Interests:
        """negligible: parts of a chain smaller than this are not followed, and count as unaccounted."""
        self._settle(body)
        shares, unaccounted = self._multiplied(body, negligible)
        held, anyones = self._holders(body), Fraction(0)
        grouped: defaultdict[str, Fraction] = defaultdict(Fraction)
        for owner, edge in held.certain.items():
            share = edge.share or Fraction(0)
            self._settle(owner)
            anyones += share if ANYONE in self._possible[owner] else 0
            for party in {owner, *self._certain[owner]}:
                grouped[party] += share
        for party, share in grouped.items():
            shares[party] = max(shares.get(party, share), share)
        shares.pop(body, None)
        return Interests(shares, max(unaccounted, anyones + WHOLE - held.total))

    def next_change(self) -> date | None:
        """The first day after this one on which a fact that was looked at begins or ends to be in force, or to be sure.

        What was seen too long ago is sure of the days up to the one on which it was seen, and of none after it.
        """
        days = (
            day
            for body in self._held
            for edge in self.ownership.edges_into(body)
            for day in (
                edge.valid_from,
                edge.valid_to,
                day_after(edge.seen_at) if edge.seen_at < self._too_old else None,
            )
            if day is not None and day > self.day
        )
        return min(days, default=None)

    def _multiplied(self, body: str, negligible: Fraction) -> tuple[dict[str, Fraction], Fraction]:
        found: defaultdict[str, Fraction] = defaultdict(Fraction)
        unaccounted, level = Fraction(0), {body: WHOLE}
        for _ in range(64):
            above: defaultdict[str, Fraction] = defaultdict(Fraction)
            for owned, weight in level.items():
                held = self._holders(owned)
                unaccounted += weight * max(WHOLE - held.total, Fraction(0))
                for owner, edge in held.certain.items():
                    above[owner] += weight * (edge.share or 0)
            for owner, weight in above.items():
                found[owner] += weight
            level = {owner: weight for owner, weight in above.items() if weight >= negligible}
            unaccounted += sum((each for owner, each in above.items() if owner not in level), Fraction(0))
            if not level:
                break
        return dict(found), unaccounted + sum(level.values(), Fraction(0))

    def _paths(self, controller: str, body: str, below: Path) -> Iterator[Path]:
        held = self._holders(body)
        visited = {edge.owned for edge in below} | {body}
        for owner, edge in sorted({**held.certain, **held.declared}.items()):
            if owner == controller:
                yield (edge, *below)
            elif owner not in visited and controller in self._certain.get(owner, ()):
                yield from self._paths(controller, owner, (edge, *below))

    def _upwards(self, body: str, *, is_settled_too: bool = False) -> list[str]:
        """The body and those above it that can matter, the nearest last; what lies beyond the limit is cut off."""
        order = {body: None}
        queue = deque((body,))
        while queue:
            for owner in sorted(self._holders(queue.popleft()).above()):
                if owner in order or (owner in self._certain and not is_settled_too) or owner in self._cut_off:
                    continue
                if len(order) < _MOST_BODIES:
                    order[owner] = None
                    queue.append(owner)
                elif owner not in self._certain:
                    self._cut_off[owner] = Gap(owner, GapKind.TOO_MANY, Fraction(0), None)
                    self._certain[owner], self._possible[owner] = frozenset(), frozenset({ANYONE})
        return [*reversed(order)]

    def _settle(self, body: str) -> None:
        """Sets only grow, so repeating until nothing changes finds the least that fits, circles and all."""
        if body in self._certain:
            return
        order = self._upwards(body)
        changed = True
        while changed:
            changed = False
            for each in order:
                held = self._holders(each)
                certain, possible = self._certain_of(held), self._possible_of(held)
                if certain != self._certain.get(each) or possible != self._possible.get(each):
                    self._certain[each], self._possible[each] = certain, possible
                    changed = True

    def _certain_of(self, held: _Held) -> frozenset[str]:
        found = {party for each in held.declared for party in (each, *self._certain.get(each, ()))}
        sums: defaultdict[str, Fraction] = defaultdict(Fraction)
        for owner, edge in held.certain.items():
            for party in {owner, *self._certain.get(owner, ())}:
                sums[party] += edge.share or 0
        return frozenset(found.union(party for party, share in sums.items() if share > HALF))

    def _possible_of(self, held: _Held) -> frozenset[str]:
        """Whoever is not kept out by half that is surely others'."""
        told = (*held.declared, *held.doubtful)
        found = {party for each in told for party in (each, *self._possible.get(each, ()))}
        sums: defaultdict[str, Fraction] = defaultdict(Fraction)
        anyones = Fraction(0)
        for owner in held.named:
            share = held.certain[owner].share or Fraction(0) if owner in held.certain else Fraction(0)
            parties = {owner, *self._possible.get(owner, ())}
            if ANYONE in parties:
                anyones += share
                share = Fraction(0)
            for party in parties:
                sums[party] += share
        others = held.total - anyones
        if others < HALF or ANYONE in found:
            return frozenset({ANYONE})
        return frozenset(found.union(party for party, share in sums.items() if others - share < HALF))

    def _holders(self, body: str) -> _Held:
        held = self._held.get(body)
        if held is None:
            held = self._held[body] = self._read_holders(body)
        return held

    def _read_holders(self, body: str) -> _Held:
        newest: dict[tuple[str, str, bool], Edge] = {}
        for edge in self.ownership.edges_into(body):
            key = (edge.owner, edge.source, edge.basis is Basis.SHARES)
            if edge.holds(self.day) and (key not in newest or _later(edge) > _later(newest[key])):
                newest[key] = edge
        fresh = [edge for edge in newest.values() if edge.seen_at >= self._oldest_seen]
        declared = {edge.owner: edge for edge in fresh if edge.basis is not Basis.SHARES}
        certain: dict[str, Edge] = {}
        for edge in fresh:
            known = certain.get(edge.owner)
            if edge.share is not None and (known is None or edge.share < (known.share or 0)):
                certain[edge.owner] = edge
        named = tuple(
            {edge.owner: None for edge in newest.values() if edge.basis is Basis.SHARES or edge.share is not None}
        )
        doubtful = tuple({each.owner for each in newest.values() if each.basis is not Basis.SHARES} - declared.keys())
        total = sum((edge.share or Fraction(0) for edge in certain.values()), Fraction(0))
        if self.ownership.is_end(body, self.day) or (declared and not named):
            return _Held(certain, named, declared, doubtful, max(total, WHOLE), None)
        last_seen_at = max((edge.seen_at for edge in newest.values()), default=None)
        if total > WHOLE + _ROUNDING:
            gap = Gap(body, GapKind.OVER_WHOLE, total, last_seen_at)
            return _Held({}, named, declared, doubtful, Fraction(0), gap)
        kind = GapKind.STALE if len(fresh) < len(newest) else GapKind.MISSING
        gap_or_none = Gap(body, kind, total, last_seen_at) if total < WHOLE else None
        return _Held(certain, named, declared, doubtful, total, gap_or_none)


def _later(edge: Edge) -> tuple[date, Fraction]:
    """Of two facts seen on one day the larger share."""
    return edge.seen_at, edge.share if edge.share is not None else Fraction(0)
