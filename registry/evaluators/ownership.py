"""Facts about who holds whom, and what they say of the owners of one body on one day. Pure.

What is not known is kept: shares that nobody told, that were seen too long ago, or of which sources tell different
things could be anyone's. Who controls a body by them is in control.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import lcm

WHOLE = Fraction(1)
# Published shares are rounded, so they may add up to a little more than one.
_ROUNDING = Fraction(1, 100)


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
class Parts:
    """Shares of one body in whole numbers, of which `whole` make all of it: many times as quick to add as fractions.

    of: by owner. total: their sum; all of it for a body that belongs to nobody.
    """

    whole: int
    of: Mapping[str, int]
    total: int

    def is_majority(self, part: int) -> bool:
        return 2 * part > self.whole

    def is_less_than_half(self, part: int) -> bool:
        return 2 * part < self.whole


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds one body on the day. certain: shares that are sure, in `parts` as numbers. named: all owners told of,
    sure or not. declared: by owner, control that is sure. doubtful: owners whose control was declared and is not sure.
    """

    certain: Mapping[str, Edge]
    parts: Parts
    named: tuple[str, ...]
    declared: Mapping[str, Edge]
    doubtful: tuple[str, ...]
    gap: Gap | None

    def owners(self) -> set[str]:
        return {*self.named, *self.declared, *self.doubtful}

    def above(self) -> set[str]:
        """Owners that can matter: beside a sure majority, or where all that is sure is less than half, the declared.

        With less than half, anyone may control the body whoever is above it, and no shares control it for sure.
        """
        parts = self.parts
        if parts.is_less_than_half(parts.total):
            return {*self.declared, *self.doubtful}
        for owner, part in parts.of.items():
            if parts.is_majority(part) and not parts.is_majority(parts.total - part):
                return {owner, *self.declared, *self.doubtful}
        return self.owners()


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
        self._held: dict[tuple[str, date, date], Held] = {}

    def edges_into(self, body: str) -> list[Edge]:
        return self._by_owned.get(body, [])

    def founded_on(self, body: str) -> date | None:
        return self._founded_on.get(body)

    def is_end(self, body: str, on: date) -> bool:
        """A body belongs to nobody before it is founded."""
        return body in self._ends or (body in self._founded_on and on < self._founded_on[body])

    def holders(self, body: str, day: date, oldest_seen: date) -> Held:
        """oldest_seen: what was seen before it is too old to be sure of."""
        key = body, day, oldest_seen
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = self._holders(body, day, oldest_seen)
        return held

    def _holders(self, body: str, day: date, oldest_seen: date) -> Held:
        newest = self._told(body, day)
        if not newest:
            gap = None if self.is_end(body, day) else Gap(body, GapKind.MISSING, Fraction(0), None)
            return _NOBODYS if gap is None else Held({}, _NO_PARTS, (), {}, (), gap)
        fresh = [edge for edge in newest if edge.seen_at >= oldest_seen]
        declared = {edge.owner: edge for edge in fresh if edge.basis is not Basis.SHARES}
        certain: dict[str, Edge] = {}
        for edge in fresh:
            known = certain.get(edge.owner)
            if edge.share is not None and (known is None or edge.share < (known.share or 0)):
                certain[edge.owner] = edge
        named = tuple({edge.owner: None for edge in newest if edge.basis is Basis.SHARES or edge.share is not None})
        doubtful = tuple({each.owner for each in newest if each.basis is not Basis.SHARES} - declared.keys())
        parts, gap = _parts(certain), None
        if self.is_end(body, day) or (declared and not named):
            parts = Parts(parts.whole, parts.of, max(parts.total, parts.whole))
        elif parts.total != parts.whole:
            total, last_seen_at = Fraction(parts.total, parts.whole), max(edge.seen_at for edge in newest)
            if total > WHOLE + _ROUNDING:
                gap = Gap(body, GapKind.OVER_WHOLE, total, last_seen_at)
                certain, parts = {}, _NO_PARTS
            elif total < WHOLE:
                kind = GapKind.STALE if len(fresh) < len(newest) else GapKind.MISSING
                gap = Gap(body, kind, total, last_seen_at)
        return Held(certain, parts, named, declared, doubtful, gap)

    def _told(self, body: str, day: date) -> list[Edge]:
        """Of each owner what each source said last of its shares, and last of its control."""
        newest: dict[tuple[str, str, bool], Edge] = {}
        for edge in self.edges_into(body):
            key = (edge.owner, edge.source, edge.basis is Basis.SHARES)
            if edge.holds(day) and (key not in newest or _later(edge) > _later(newest[key])):
                newest[key] = edge
        return [*newest.values()]


_NO_PARTS = Parts(1, {}, 0)
# Of an end without owners. The same for all: nothing is written into what is held.
_NOBODYS = Held({}, Parts(1, {}, 1), (), {}, (), None)


def _parts(certain: Mapping[str, Edge]) -> Parts:
    shares = {owner: edge.share for owner, edge in certain.items() if edge.share is not None}
    whole = lcm(*(each.denominator for each in shares.values()))
    of = {owner: each.numerator * (whole // each.denominator) for owner, each in shares.items()}
    return Parts(whole, of, sum(of.values()))


def _later(edge: Edge) -> tuple[date, Fraction]:
    """Of two facts seen on one day the larger share."""
    return edge.seen_at, edge.share if edge.share is not None else Fraction(0)
