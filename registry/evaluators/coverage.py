"""Whether one scope item covers what is asked for on every day of a window, where not, and what nearly does. Pure.

No two items are put together, neither by dimension nor by day: one item has to do for the whole window.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from registry.evaluators.periods import Period, joined, segments
from registry.evaluators.policy import State
from registry.evaluators.scope import Asked, Covers, Dimension, Fit, ScopeItem, fit, told
from registry.evaluators.status import Flag, Span, Status


class Outcome(StrEnum):
    COVERED = "covered"
    GAPS = "gaps"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a day is not covered. A code is never used again for something else."""

    NO_RECORD = "NO_RECORD"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    VALIDITY_ENDS_IN_WINDOW = "VALIDITY_ENDS_IN_WINDOW"
    SUSPENDED = "SUSPENDED"
    SUSPENSION_REVIEW_OVERDUE = "SUSPENSION_REVIEW_OVERDUE"
    WITHDRAWN_PART = "WITHDRAWN_PART"
    WITHDRAWN = "WITHDRAWN"
    SURRENDERED = "SURRENDERED"
    VOID = "VOID"
    NOT_PERMITTED = "NOT_PERMITTED"


@dataclass(frozen=True, slots=True)
class Holding:
    """A scope item of an evaluator and its status on every day, see status.timeline."""

    item: ScopeItem
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Days that an item does not cover. causes: keys of what it is suspended for. basis: ids of events."""

    period: Period
    reason: Reason | Dimension
    causes: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An item that would cover every day but for one dimension."""

    item_id: str
    dimension: Dimension
    held: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """item_id: the item that covers, or the one that leaves the fewest days; None where none fits on any day.

    unknown: days of which it cannot be told. nearest_misses are given where nothing covers.
    """

    outcome: Outcome
    item_id: str | None
    gaps: tuple[Gap, ...] = ()
    unknown: tuple[Period, ...] = ()
    nearest_misses: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """Days of the window on which neither the fit nor the status of any item changes, seen from one item."""

    period: Period
    fit: Fit
    status: Status
    is_permitted: bool

    @property
    def is_gap(self) -> bool:
        return bool(self.fit.failed) or not self.is_permitted

    @property
    def is_unknown(self) -> bool:
        return not self.is_gap and bool(self.fit.unknown)


def find_coverage(
    holdings: Sequence[Holding],
    asked: Asked,
    window: Period,
    *,
    permitted: Collection[State],
    covers: Covers,
    changes_on: Collection[date] | None = None,
) -> Coverage:
    """permitted: states in which the work may be done, see Policy.states_permitting.

    changes_on: days from which `covers` may answer otherwise; None asks it about every day. Raises ValueError for a
    window without end.
    """
    if window.valid_to is None:
        raise ValueError(f"The window {window} has no end.")
    changes = _every_day(window) if changes_on is None else changes_on
    starts = {span.period.valid_from for each in holdings for span in each.spans}
    periods = segments(window, {*changes, *starts})
    held = sorted(holdings, key=lambda each: each.item.id)
    parts = {each.item.id: _parts(each, asked, periods, permitted, covers) for each in held}
    for outcome in (Outcome.COVERED, Outcome.UNKNOWN):
        candidates = [item_id for item_id, each in parts.items() if _outcome(each) is outcome]
        if candidates:
            best = min(candidates, key=lambda item_id: _lost_days(parts[item_id]))
            misses = () if outcome is Outcome.COVERED else _near_misses(held, parts)
            return Coverage(outcome, best, (), _unknown(parts[best]), misses)
    fitting = [item_id for item_id, each in parts.items() if any(not part.fit.failed for part in each)]
    if not fitting:
        gaps = _joined_gaps(Gap(each, _missing_scope(i, parts.values())) for i, each in enumerate(periods))
        return Coverage(Outcome.GAPS, None, gaps, (), _near_misses(held, parts))
    best = min(fitting, key=lambda item_id: _lost_days(parts[item_id]))
    gaps = _joined_gaps(_gap(each, window) for each in parts[best] if each.is_gap)
    return Coverage(Outcome.GAPS, best, gaps, _unknown(parts[best]), _near_misses(held, parts))


def _every_day(window: Period) -> set[date]:
    return {window.valid_from + timedelta(days=number) for number in range(window.days())}


def _parts(
    holding: Holding, asked: Asked, periods: Sequence[Period], permitted: Collection[State], covers: Covers
) -> tuple[_Part, ...]:
    found = []
    for period in periods:
        status = next(each.status for each in holding.spans if each.period.holds(period.valid_from))
        fits = fit(holding.item, asked, period.valid_from, covers)
        found.append(_Part(period, fits, status, status.state in permitted))
    return tuple(found)


def _outcome(parts: Iterable[_Part]) -> Outcome:
    seen = tuple(parts)
    if any(each.is_gap for each in seen):
        return Outcome.GAPS
    return Outcome.UNKNOWN if any(each.is_unknown for each in seen) else Outcome.COVERED


def _lost_days(parts: Iterable[_Part]) -> int:
    return sum(each.period.days() for each in parts if each.is_gap or each.is_unknown)


def _unknown(parts: Iterable[_Part]) -> tuple[Period, ...]:
    return joined(each.period for each in parts if each.is_unknown)


def _missing_scope(place: int, parts: Iterable[Sequence[_Part]]) -> Reason | Dimension:
    """The first dimension in which none of the items that are left fits."""
    left = [each[place].fit for each in parts]
    for dimension in Dimension if left else ():
        left = [each for each in left if dimension not in each.failed]
        if not left:
            return dimension
    return Reason.NO_RECORD


def _gap(part: _Part, window: Period) -> Gap:
    status = part.status
    if part.fit.failed:
        return Gap(part.period, part.fit.failed[0])
    return Gap(part.period, _reason(status, window), status.suspended_for, status.basis)


def _reason(status: Status, window: Period) -> Reason:
    if Flag.SUSPENSION_REVIEW_OVERDUE in status.flags:
        return Reason.SUSPENSION_REVIEW_OVERDUE
    if status.state is State.EXPIRED and status.valid_to is not None and status.valid_to > window.valid_from:
        return Reason.VALIDITY_ENDS_IN_WINDOW
    return Reason.NOT_PERMITTED if status.state is State.VALID else Reason[status.state.name]


def _joined_gaps(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    found: list[Gap] = []
    for each in gaps:
        last = found[-1] if found else None
        touches = last is not None and last.period.valid_to == each.period.valid_from
        if last is not None and touches and replace(last, period=each.period) == each:
            found[-1] = replace(each, period=Period(last.period.valid_from, each.period.valid_to))
        else:
            found.append(each)
    return tuple(found)


def _near_misses(held: Iterable[Holding], parts: Mapping[str, Sequence[_Part]]) -> tuple[NearMiss, ...]:
    found = []
    for each in held:
        seen = parts[each.item.id]
        failed = {dimension for part in seen for dimension in part.fit.failed}
        is_otherwise_sure = all(part.is_permitted and not part.fit.unknown for part in seen)
        if len(failed) == 1 and is_otherwise_sure:
            (dimension,) = failed
            found.append(NearMiss(each.item.id, dimension, told(each.item, dimension)))
    return tuple(found)
