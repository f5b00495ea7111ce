"""The status of many scope items on one day at once, from columns: the same answers as status.py gives. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from registry.evaluators.policy import Policy, State
from registry.evaluators.qualification import BEGINNINGS, ENDINGS, EventType
from registry.evaluators.status import ENDED_AS, IN_FORCE, Flag
from registry.evaluators.status_columns import (
    EVENT_TYPES,
    NO_DAY,
    NOTHING,
    NOWHERE,
    Codes,
    Columns,
    Days,
    EventColumns,
    Places,
    Truths,
    microseconds,
)

Rows: TypeAlias = NDArray[np.intp]

STATES = tuple(State)
FLAGS = tuple(Flag)
_STATE = {each: code for code, each in enumerate(STATES)}
_TYPE: dict[EventType, int] = {each: code for code, each in enumerate(EVENT_TYPES)}
_ENDS_IN = np.array([_STATE[ENDED_AS[each]] if each in ENDED_AS else 0 for each in EVENT_TYPES], np.int8)
_ORDINAL_OF_1970 = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class StatusColumns:
    """By item. state: place in STATES. flags: a bit for each of FLAGS. Days are NO_DAY where there is none.

    surveillance_due_on: last day in time, also of items that are not in force. opened: rows of causes that are open.
    """

    state: Codes
    flags: Codes
    open_causes: Places
    valid_from: Days
    valid_to: Days
    surveillance_due_on: Days
    opened: Rows

    def state_of(self, item: int) -> State:
        return STATES[int(self.state[item])]

    def flags_of(self, item: int) -> frozenset[Flag]:
        return frozenset(flag for bit, flag in enumerate(FLAGS) if self.flags[item] >> bit & 1)


@dataclass(frozen=True, slots=True)
class _Counting:
    """Rows of the events that count, by item and in their order, and for each item a place in them.

    beginning, ending: of the first one; behind the last row where there is none. item, acts_as: of each row.
    """

    rows: Rows
    item: Places
    acts_as: Codes
    beginning: Rows
    ending: Rows
    is_annulled: Truths


def statuses(columns: Columns, valid_at: date, known_at: datetime, policy: Policy) -> StatusColumns:
    day, instant, number = valid_at.toordinal(), microseconds(known_at), columns.item_count
    counting = _counting(columns.events, day, instant, number)
    has_begun = counting.beginning < len(counting.rows)
    has_ended = counting.ending < len(counting.rows)
    valid_from, valid_to = _validity(columns.events, counting, number)
    opened = _opened(columns, counting)
    open_causes = np.bincount(columns.events.item[columns.causes.event[opened]], minlength=number).astype(np.int32)
    ending = counting.rows[counting.ending[has_ended]]

    state = np.where(open_causes > 0, _STATE[State.SUSPENDED], _STATE[State.VALID]).astype(np.int8)
    state[(valid_to != NO_DAY) & (valid_to <= day)] = _STATE[State.EXPIRED]
    state[valid_from > day] = _STATE[State.NOT_YET_VALID]
    state[has_ended] = _ENDS_IN[columns.events.acts_as[ending]]
    state[counting.is_annulled] = _STATE[State.VOID]
    state[~has_begun] = _STATE[State.NO_RECORD]

    due = _due(columns, valid_from, day, instant, policy)
    is_in_force = np.isin(state, [_STATE[each] for each in IN_FORCE])
    is_investigated = np.zeros(number, np.bool_)
    is_investigated[has_ended] = columns.events.under_investigation[ending]
    raised = {
        Flag.SURVEILLANCE_OVERDUE: is_in_force & (due < day),
        Flag.SURVEILLANCE_DUE: is_in_force & (day <= due) & (due - day <= policy.surveillance_notice_days),
        Flag.SUSPENSION_REVIEW_OVERDUE: (state == _STATE[State.SUSPENDED]) & _is_review_overdue(columns, opened, day),
        Flag.UNDER_INVESTIGATION: (state == _STATE[State.SURRENDERED]) & is_investigated,
    }
    flags = np.zeros(number, np.int8)
    for bit, flag in enumerate(FLAGS):
        flags |= raised[flag].astype(np.int8) << bit
    open_causes = np.where(has_begun, open_causes, 0).astype(np.int32)
    return StatusColumns(state, flags, open_causes, valid_from, valid_to, due, opened)


def _counting(events: EventColumns, day: int, instant: int, number: int) -> _Counting:
    counts = events.recorded_at <= instant
    taken_out = events.supersedes[counts & (events.supersedes != NOWHERE)]
    counts[taken_out] = False
    is_annulled = np.zeros(number, np.bool_)
    is_annulled[events.item[counts & (events.acts_as == _TYPE[EventType.ANNUL])]] = True
    rows = np.flatnonzero(counts & (events.effective_from <= day) & (events.acts_as != NOTHING))
    rows = rows[np.lexsort((events.seq[rows], events.effective_from[rows], events.item[rows]))]
    item, acts_as = events.item[rows], events.acts_as[rows]
    beginning = _first(item, np.isin(acts_as, [_TYPE[each] for each in BEGINNINGS]), number)
    ending = _first(item, np.isin(acts_as, [_TYPE[each] for each in ENDINGS]), number)
    return _Counting(rows, item, acts_as, beginning, ending, is_annulled)


def _first(item: Places, is_meant: Truths, number: int) -> Rows:
    """Of each item, the first row that is meant; behind the last row where none is."""
    found = np.full(number, len(item), np.intp)
    backwards = np.flatnonzero(is_meant)[::-1]
    # Where an item comes several times, the last assignment holds.
    found[item[backwards]] = backwards
    return found


def _validity(events: EventColumns, counting: _Counting, number: int) -> tuple[Days, Days]:
    has_begun = counting.beginning < len(counting.rows)
    giving = counting.beginning.copy()
    position = np.arange(len(counting.rows))
    is_renewal = (
        (counting.acts_as == _TYPE[EventType.RENEW])
        & (position > counting.beginning[counting.item])
        & (position < counting.ending[counting.item])
    )
    giving[counting.item[is_renewal]] = position[is_renewal]
    valid_from, valid_to = np.full(number, NO_DAY, np.int32), np.full(number, NO_DAY, np.int32)
    valid_from[has_begun] = events.begins_on[counting.rows[counting.beginning[has_begun]]]
    valid_to[has_begun] = events.valid_to[counting.rows[giving[has_begun]]]
    return valid_from, valid_to


def _opened(columns: Columns, counting: _Counting) -> Rows:
    """Of each item and cause the last row that counts, where that one opens it."""
    causes = columns.causes
    positions = np.full(len(columns.events.item), NOWHERE, np.intp)
    positions[counting.rows] = np.arange(len(counting.rows))
    position, item = positions[causes.event], columns.events.item[causes.event]
    rows = np.flatnonzero((position != NOWHERE) & (position < counting.ending[item]))
    rows = rows[np.lexsort((position[rows], causes.cause[rows], item[rows]))]
    pair = item[rows].astype(np.int64) << 32 | causes.cause[rows]
    is_last = np.ones(len(rows), np.bool_)
    is_last[:-1] = pair[1:] != pair[:-1]
    found: Rows = rows[is_last & causes.opens[rows]]
    return found


def _is_review_overdue(columns: Columns, opened: Rows, day: int) -> Truths:
    """Whether the review of one of the item's open causes is."""
    found = np.zeros(columns.item_count, np.bool_)
    review_by = columns.causes.review_by[opened]
    overdue = opened[(review_by != NO_DAY) & (review_by < day)]
    found[columns.events.item[columns.causes.event[overdue]]] = True
    return found


def _due(columns: Columns, valid_from: Days, day: int, instant: int, policy: Policy) -> Days:
    completed = columns.surveillances
    rows = (
        (completed.recorded_at <= instant)
        & (completed.completed_on <= day)
        & (completed.completed_on >= valid_from[completed.item])
    )
    latest = valid_from.copy()
    np.maximum.at(latest, completed.item[rows], completed.completed_on[rows])
    return _months_later(latest, policy.surveillance_months)


def _months_later(days: Days, months: int) -> Days:
    """As periods.months_later, for each day."""
    dates = (days.astype(np.int64) - _ORDINAL_OF_1970).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    later = month + months
    last = (later + 1).astype("datetime64[D]") - 1
    same_day = later.astype("datetime64[D]") + (dates - month.astype("datetime64[D]"))
    found = np.minimum(same_day, last).astype(np.int64) + _ORDINAL_OF_1970
    bounded: Days = np.minimum(found, _LAST_DAY).astype(np.int32)
    return bounded
