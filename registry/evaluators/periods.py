"""Times made of whole days, half-open. Pure."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """[valid_from, valid_to) with at least one day; valid_to None is open. Raises ValueError where it holds no day."""

    valid_from: date
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError(f"No day lies from {self.valid_from} to before {self.valid_to}.")

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def common_with(self, other: "Period") -> "Period | None":
        first = max(self.valid_from, other.valid_from)
        ends = [each.valid_to for each in (self, other) if each.valid_to is not None]
        last = min(ends, default=None)
        return Period(first, last) if last is None or first < last else None

    def days(self) -> int:
        """How many; an open period reaches to the last day that can be written."""
        return ((self.valid_to or date.max) - self.valid_from).days

    def __str__(self) -> str:
        if self.valid_to is None:
            return f"from {self.valid_from}"
        return f"{self.valid_from} to {self.valid_to - _DAY}"


def joined(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The same days in as few periods as hold them, in order."""
    found: list[Period] = []
    for each in sorted(periods, key=lambda period: period.valid_from):
        last = found[-1] if found else None
        if last is None or (last.valid_to is not None and last.valid_to < each.valid_from):
            found.append(each)
        elif last.valid_to is not None and (each.valid_to is None or last.valid_to < each.valid_to):
            found[-1] = Period(last.valid_from, each.valid_to)
    return tuple(found)


def segments(within: Period, starts: Iterable[date]) -> tuple[Period, ...]:
    """The period cut on each of the days that lies in it: from such a day something may be otherwise."""
    cuts = sorted({within.valid_from, *(day for day in starts if within.holds(day))})
    return tuple(Period(first, last) for first, last in zip(cuts, [*cuts[1:], within.valid_to], strict=True))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day. Never after 9999-12-31."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_after(day: date) -> date | None:
    """None after the last day that can be written."""
    return day + _DAY if day < date.max else None


def day_before(day: date) -> date:
    return day - _DAY
