"""Who controls whom, and who has a share in whom, on one day, by the facts of ownership.py. Pure.

A controls B where it is declared so, or where A and the bodies that A controls hold more than half of B together.
So each answer has two sides, what is certain and what is possible by what is not known.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain, islice
from math import lcm

from registry.evaluators.ownership import Gap, GapKind, Held, Ownership, Path
from registry.evaluators.periods import day_after

_MOST_PATHS = 10
_MOST_BODIES = 200
_MOST_STEPS = 64
# In place of a body: whoever holds what is not known.
ANYONE = "*"


@dataclass(frozen=True, slots=True)
class Control:
    """paths: from the controller down to the body; several where holdings count together. At most ten are shown."""

    controller: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Interests:
    """Shares in one body: multiplied through chains, or held by all that one party controls, whichever is more.

    In whole numbers, of which `whole` make all of the body. unaccounted: what could be anyone's.
    """

    whole: int
    of: dict[str, int]
    unaccounted: int

    def reaching(self, limit: Fraction) -> set[str]:
        """Who surely has as much."""
        return {party for party, part in self.of.items() if self._reaches(part, limit)}

    def possibly_reaching(self, limit: Fraction) -> set[str]:
        """Who of those that are known has as much if all that is not known is theirs."""
        return {party for party, part in self.of.items() if self._reaches(part + self.unaccounted, limit)}

    def may_be_anyones(self, limit: Fraction) -> bool:
        return self._reaches(self.unaccounted, limit)

    def _reaches(self, part: int, limit: Fraction) -> bool:
        return part * limit.denominator >= limit.numerator * self.whole


class OwnershipOnDay:
    """Answers of one day. What is found for one body is kept for the next.

    oldest_seen: what was seen before it is too old to be sure of.
    """

    def __init__(self, ownership: Ownership, day: date, oldest_seen: date) -> None:
        self.ownership, self.day = ownership, day
        # What was seen on a later day is sure of this one, however long ago that was.
        self._oldest_seen = min(oldest_seen, day)
        self._too_old = oldest_seen
        self._held: dict[str, Held] = {}
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
        multiplied = self._multiplied(body, negligible)
        parts, shares = self._holders(body).parts, multiplied.of
        anyones = parts.whole - parts.total
        grouped: defaultdict[str, int] = defaultdict(int)
        for owner, part in parts.of.items():
            self._settle(owner)
            if ANYONE in self._possible[owner]:
                anyones += part
            for party in self._certain[owner] | {owner}:
                grouped[party] += part
        finer = multiplied.whole // parts.whole
        for party, part in grouped.items():
            shares[party] = max(shares.get(party, 0), part * finer)
        shares.pop(body, None)
        return Interests(multiplied.whole, shares, max(multiplied.unaccounted, anyones * finer))

    def next_change(self) -> date | None:
        """The first day after this one on which a fact that was looked at begins or ends to be in force, or to be sure.

        What was seen too long ago is sure of the days up to the one on which it was seen, and of none after it. A body
        that is founded begins to belong to somebody.
        """
        told = (
            day
            for body in self._held
            for edge in self.ownership.edges_into(body)
            for day in (
                edge.valid_from,
                edge.valid_to,
                day_after(edge.seen_at) if edge.seen_at < self._too_old else None,
            )
        )
        founded = (self.ownership.founded_on(body) for body in self._held)
        return min((day for day in chain(told, founded) if day is not None and day > self.day), default=None)

    def _multiplied(self, body: str, negligible: Fraction) -> Interests:
        found: defaultdict[str, int] = defaultdict(int)
        whole, unaccounted, level = 1, 0, {body: 1}
        for _ in range(_MOST_STEPS):
            each_held = [(weight, self._holders(owned).parts) for owned, weight in level.items()]
            finer = lcm(*(parts.whole for _, parts in each_held))
            if finer != 1:
                whole, unaccounted = whole * finer, unaccounted * finer
                found = defaultdict(int, {owner: part * finer for owner, part in found.items()})
            above: defaultdict[str, int] = defaultdict(int)
            for weight, parts in each_held:
                scaled = weight * (finer // parts.whole)
                unaccounted += scaled * max(parts.whole - parts.total, 0)
                for owner, part in parts.of.items():
                    above[owner] += scaled * part
            least, level = negligible.numerator * whole, {}
            for owner, weight in above.items():
                found[owner] += weight
                if weight * negligible.denominator >= least:
                    level[owner] = weight
                else:
                    unaccounted += weight
            if not level:
                break
        return Interests(whole, found, unaccounted + sum(level.values()))

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
        """Sets only grow: looking again below each change finds the least that fits, circles and all."""
        if body in self._certain:
            return
        order = self._upwards(body)
        below: defaultdict[str, list[str]] = defaultdict(list)
        for each in order:
            for owner in self._holders(each).owners():
                below[owner].append(each)
        waiting = dict.fromkeys(order)
        while waiting:
            each = next(iter(waiting))
            del waiting[each]
            held = self._holders(each)
            certain, possible = self._certain_of(held), self._possible_of(held)
            if certain != self._certain.get(each) or possible != self._possible.get(each):
                self._certain[each], self._possible[each] = certain, possible
                waiting |= dict.fromkeys(below[each])

    def _certain_of(self, held: Held) -> frozenset[str]:
        found = {party for each in held.declared for party in (each, *self._certain.get(each, ()))}
        sums: defaultdict[str, int] = defaultdict(int)
        for owner, part in held.parts.of.items():
            sums[owner] += part
            for party in self._certain.get(owner, frozenset()) - {owner}:
                sums[party] += part
        return frozenset(found.union(party for party, part in sums.items() if held.parts.is_majority(part)))

    def _possible_of(self, held: Held) -> frozenset[str]:
        """Whoever is not kept out by half that is surely others'."""
        told = (*held.declared, *held.doubtful)
        found = {party for each in told for party in (each, *self._possible.get(each, ()))}
        parts, anyones = held.parts, 0
        sums: defaultdict[str, int] = defaultdict(int)
        for owner in held.named:
            part = parts.of.get(owner, 0)
            parties = {owner, *self._possible.get(owner, ())}
            if ANYONE in parties:
                anyones += part
                part = 0
            for party in parties:
                sums[party] += part
        others = parts.total - anyones
        if parts.is_less_than_half(others) or ANYONE in found:
            return frozenset({ANYONE})
        return frozenset(found.union(party for party, part in sums.items() if parts.is_less_than_half(others - part)))

    def _holders(self, body: str) -> Held:
        held = self._held.get(body)
        if held is None:
            held = self._held[body] = self.ownership.holders(body, self.day, self._oldest_seen)
        return held
