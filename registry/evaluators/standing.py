"""What is above one body on one day, and until when it stays so, kept for the next who asks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from registry.evaluators.control import Interests, OwnershipOnDay
from registry.evaluators.ownership import Gap, Ownership


class Standing:
    """One body in a view. Each answer is found when it is asked for, and looks at no more facts than it needs.

    limit: share from which an interest counts.
    """

    def __init__(self, view: OwnershipOnDay, body: str, limit: Fraction) -> None:
        self.body, self._view, self._limit = body, view, limit

    @cached_property
    def controlling(self) -> frozenset[str]:
        """The body itself and whoever controls it for sure."""
        return self._view.controllers(self.body) | {self.body}

    @cached_property
    def possibly_controlling(self) -> frozenset[str]:
        return self._view.possible_controllers(self.body) | {self.body}

    @cached_property
    def interests(self) -> Interests:
        return self._view.interests_in(self.body, self._limit / 1000)

    @cached_property
    def interested(self) -> frozenset[str]:
        """Those in control, and whoever surely has an interest."""
        return self.controlling | self.interests.reaching(self._limit)

    @cached_property
    def possibly_interested(self) -> frozenset[str]:
        return self.possibly_controlling | self.interests.possibly_reaching(self._limit)

    @cached_property
    def may_be_anyones(self) -> bool:
        """Whether somebody not named may have an interest."""
        return self.interests.may_be_anyones(self._limit)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        return self._view.gaps(self.body)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer with the days on which it is the same. control_until: as far as control alone is asked for."""

    standing: Standing
    is_in_any_order: bool
    first: date
    control_until: date | None
    until: date | None
    founding: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and all(each is None or day < each for each in (self.until, self.founding))


class Standings:
    """Standings of many bodies on many days. What is found of one body is kept for all who are compared with it."""

    def __init__(self, ownership: Ownership, oldest_seen: date, limit: Fraction) -> None:
        self._ownership, self._oldest_seen, self._limit = ownership, oldest_seen, limit
        self._kept: dict[tuple[str, date], _Kept] = {}
        self._last: dict[str, _Kept] = {}

    def on(self, day: date, bodies: Sequence[str]) -> "StandingsOnDay":
        """A fresh view for what else is asked of the day, and the bodies.

        Bodies of which the answers depend on the order of the questions are all looked at in that one view.
        """
        view = self.view(day)
        kept = [self._of(body, day) for body in bodies]
        if all(each.is_in_any_order for each in kept):
            return StandingsOnDay(view, tuple(each.standing for each in kept), tuple(kept))
        return StandingsOnDay(view, tuple(Standing(view, body, self._limit) for body in bodies), ())

    def view(self, day: date) -> OwnershipOnDay:
        return OwnershipOnDay(self._ownership, day, self._oldest_seen)

    def _of(self, body: str, day: date) -> _Kept:
        last = self._last.get(body)
        if last is None or not last.holds(day):
            last = self._kept.get((body, day)) or self._find(body, day)
            self._last[body] = self._kept[body, day] = last
        return last

    def _find(self, body: str, day: date) -> _Kept:
        view = self.view(day)
        standing = Standing(view, body, self._limit)
        control_until = view.next_change() if standing.controlling else None
        is_in_any_order = standing.interests is not None and view.is_in_any_order()
        return _Kept(standing, is_in_any_order, day, control_until, view.next_change(), view.next_founding())


@dataclass(frozen=True, slots=True)
class StandingsOnDay:
    view: OwnershipOnDay
    standings: tuple[Standing, ...]
    kept: tuple[_Kept, ...]

    def next_change(self, *, of_control_alone: bool) -> date | None:
        """The first later day on which a fact that was looked at changes."""
        changes = (each.control_until if of_control_alone else each.until for each in self.kept)
        return min((day for day in (self.view.next_change(), *changes) if day is not None), default=None)
