"""Which item answers where several do: the one whose surveillance is least late. And how late that is. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from registry.evaluators.coverage import Coverage, Holding, Outcome
from registry.evaluators.periods import Period, day_after, day_before
from registry.evaluators.status import Flag, Span
from registry.validity import legal_day


def aged_on(window: Period, aged_at: datetime) -> date:
    """The last day of the window, or the day from which ages count if that is earlier: so much can be late."""
    assert window.valid_to is not None
    return min(day_before(window.valid_to), legal_day(aged_at))


def least_late(
    holdings: Sequence[Holding], window: Period, on: date, find: Callable[[Sequence[Holding]], Coverage]
) -> Coverage:
    """find: the coverage by some of the items. on: see aged_on. An item that is late does not stand in for another."""
    found = find(holdings)
    late = {each.item.id: days_late(each.spans, window, on) for each in holdings}
    if found.outcome is Outcome.GAPS or found.item_id is None or not late[found.item_id]:
        return found
    for most in sorted(set(late.values())):
        among = find([each for each in holdings if late[each.item.id] <= most])
        if among.outcome is found.outcome:
            return replace(among, nearest_misses=found.nearest_misses)
    return found


def days_late(spans: Iterable[Span], window: Period, on: date) -> int:
    """Of surveillance, the most on one of the days of the window that have passed, or today where none has."""
    passed = Period(min(window.valid_from, on), day_after(on))
    return max((_late_in(each, on) for each in spans_in(spans, passed)), default=0)


def _late_in(span: Span, on: date) -> int:
    due = span.status.surveillance_due_on
    if due is None or Flag.SURVEILLANCE_OVERDUE not in span.status.flags:
        return 0
    last = on if span.period.valid_to is None else day_before(span.period.valid_to)
    return (last - due).days


def spans_in(spans: Iterable[Span], window: Period) -> Iterator[Span]:
    for each in spans:
        common = each.period.common_with(window)
        if common is not None:
            yield Span(common, each.status)
