"""On which days it is known how a code system stood, level by level. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.regions.reference import LEVELS

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody vouches that all changes of these days (both included) are recorded, down to this level."""

    first: date
    last: date
    depth: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """spans[depth]: first and last day of each time that is known, in order, without overlap."""

    spans: tuple[tuple[tuple[date, date], ...], ...]

    def is_known(self, depth: int, on: date) -> bool:
        """After the last day the newest state is used; an answer then carries that day, `as_of`."""
        spans = self.spans[depth]
        return any(first <= on <= last for first, last in spans) or on > spans[-1][1]

    def as_of(self, depth: int, on: date) -> date | None:
        """For a day after what is known, the last day that is."""
        last = self.spans[depth][-1][1]
        return last if on > last else None

    def known_from(self, depth: int) -> date:
        return self.spans[depth][0][0]

    def known_to(self, depth: int) -> date:
        return self.spans[depth][-1][1]

    def is_unbroken(self, depth: int, first: date, last: date) -> bool:
        return any(start <= first and last <= end for start, end in self.spans[depth])

    def seams(self) -> set[date]:
        """Days on which a time that is known begins, or one that is not."""
        return {day for spans in self.spans for start, end in spans for day in (start, end + _DAY)}


def coverage(editions: Sequence[date], statements: Iterable[Statement]) -> Coverage:
    """editions: their days in order, at least one. Each is known on its day and as far back as changes are complete;
    the newest also as far forwards."""
    vouched = tuple(statements)
    return Coverage(
        tuple(_spans(editions, [each for each in vouched if each.depth >= depth]) for depth in range(len(LEVELS)))
    )


def _spans(editions: Sequence[date], statements: Sequence[Statement]) -> tuple[tuple[date, date], ...]:
    spans: list[tuple[date, date]] = []
    for as_of in editions:
        first, last = _reached_backwards(as_of, statements), as_of
        if as_of == editions[-1]:
            last = _reached_forwards(as_of, statements)
        if spans and first <= spans[-1][1] + _DAY:
            first = min(first, spans.pop()[0])
        spans.append((first, last))
    return tuple(spans)


def _reached_backwards(as_of: date, statements: Sequence[Statement]) -> date:
    """Yesterday is known where today is and all changes of today are."""
    first, needed = as_of, as_of
    while found := [each.first for each in statements if each.first <= needed <= each.last]:
        first = min(found)
        needed = first - _DAY
    return first


def _reached_forwards(as_of: date, statements: Sequence[Statement]) -> date:
    last = as_of
    while found := [each.last for each in statements if each.first <= last + _DAY <= each.last]:
        last = max(found)
    return last
