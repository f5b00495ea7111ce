"""Events and surveillances of many scope items as the columns of status_columns.py: reads only, a part at a time.

Rows become numbers as they come: a million of them as objects would take most of the time and of the memory.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, FromClause, String, Text, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from registry.evaluators.qualification import EventType
from registry.evaluators.qualification_models import QualificationEvent
from registry.evaluators.status_columns import (
    EVENT_TYPES,
    NO_DAY,
    NOTHING,
    NOWHERE,
    CauseColumns,
    Columns,
    EventColumns,
    SurveillanceColumns,
    microseconds,
)
from registry.evaluators.surveillance_models import SurveillanceResult, SurveilledItem

_AT_ONCE = 50_000
_CODES: dict[str | None, int] = {None: NOTHING, **{str(each): code for code, each in enumerate(EVENT_TYPES)}}
# Of the table and not of its class: the rows are no objects.
_TABLE: FromClause = QualificationEvent.__table__
_C = _TABLE.c
_ACTS_AS = case((_C.type == EventType.CORRECT, _C.becomes), else_=_C.type)


def _as_given(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """As the driver gives it, which is a text on SQLite for identifiers, days and instants."""
    return type_coerce(column, String)


def load_columns(session: Session, items: Sequence[UUID]) -> Columns:
    """items: all that have any events."""
    numbers = {key: number for number, item in enumerate(items) for key in (item, item.hex)}
    events = _events(session, numbers)
    return Columns(len(items), events, _causes(session, events.seq), _surveillances(session, numbers))


def _events(session: Session, numbers: Mapping[Any, int]) -> EventColumns:
    begins_on = func.coalesce(_C.valid_from, _C.effective_from)
    days_and_instants = (_C.effective_from, _C.recorded_at, begins_on, _C.valid_to)
    given = map(_as_given, days_and_instants)
    statement = select(
        _as_given(_C.item_id), _C.seq, _ACTS_AS, *given, _C.under_investigation
    ).order_by(_C.seq)  # fmt: skip
    parts: list[tuple[np.ndarray[Any, Any], ...]] = [
        _event_part(numbers, *zip(*rows, strict=True)) for rows in _partitions(session, statement)
    ] or [_event_part(numbers, *([()] * 8))]
    item, seq, acts_as, effective, recorded, begins, valid_to, investigated = map(
        np.concatenate, zip(*parts, strict=True)
    )
    superseded = _superseded(session, seq)
    return EventColumns(item, seq, acts_as, effective, recorded, begins, valid_to, superseded, investigated)


def _event_part(numbers: Mapping[Any, int], *columns: Sequence[Any]) -> tuple[np.ndarray[Any, Any], ...]:
    item, seq, acts_as, effective_from, recorded_at, begins_on, valid_to, under_investigation = columns
    return (
        np.array([numbers[each] for each in item], np.int32),
        np.array(seq, np.int64),
        np.array([_CODES[each] for each in acts_as], np.int8),
        _days(effective_from),
        _instants(recorded_at),
        _days(begins_on),
        _days(valid_to),
        np.array(under_investigation, np.bool_),
    )


def _superseded(session: Session, seq: "np.ndarray[Any, Any]") -> "np.ndarray[Any, np.dtype[np.int32]]":
    corrected = _TABLE.alias()
    statement = select(_C.seq, corrected.c.seq).join_from(_TABLE, corrected, corrected.c.id == _C.supersedes)
    found = np.full(len(seq), NOWHERE, np.int32)
    pairs = np.array([tuple(row) for row in session.execute(statement)], np.int64).reshape(-1, 2)
    found[np.searchsorted(seq, pairs[:, 0])] = np.searchsorted(seq, pairs[:, 1])
    return found


def _causes(session: Session, seq: "np.ndarray[Any, Any]") -> CauseColumns:
    statement = (
        select(_C.seq, _ACTS_AS, type_coerce(_C.causes, Text), type_coerce(_C.closes, Text))
        .where(or_(*(column.in_(["suspend", "reinstate"]) for column in (_C.type, _C.becomes))))
        .order_by(_C.seq)
    )
    numbers: dict[str, int] = {}
    parts = [_cause_part(seq, numbers, rows) for rows in _partitions(session, statement)] or [
        _cause_part(seq, numbers, [])
    ]
    event, cause, opens, review_by = map(np.concatenate, zip(*parts, strict=True))
    return CauseColumns(event, cause, opens, review_by, tuple(numbers))


def _cause_part(
    seq: "np.ndarray[Any, Any]", numbers: dict[str, int], rows: Sequence[Any]
) -> tuple[np.ndarray[Any, Any], ...]:
    """numbers: of the keys so far; grows."""
    found = [
        (row_seq, numbers.setdefault(key, len(numbers)), opens, review_by)
        for row_seq, acts_as, causes, closes in rows
        for key, opens, review_by in (
            _opened(causes)
            if acts_as == EventType.SUSPEND
            else _closed(closes)
            if acts_as == EventType.REINSTATE
            else ()
        )
    ]
    at, keys, opens, review_by = zip(*found, strict=True) if found else ((), (), (), ())
    return (
        np.searchsorted(seq, np.array(at, np.int64)).astype(np.int32),
        np.array(keys, np.int32),
        np.array(opens, np.bool_),
        np.array(review_by, np.int32),
    )


# Texts repeat: one decision often suspends many items.
@lru_cache(maxsize=65_536)
def _opened(causes: str) -> tuple[tuple[str, bool, int], ...]:
    def review_by(cause: Mapping[str, Any]) -> int:
        day = cause.get("review_by")
        return NO_DAY if day is None else date.fromisoformat(day).toordinal()

    return tuple((each["key"], True, review_by(each)) for each in json.loads(causes))


@lru_cache(maxsize=65_536)
def _closed(closes: str) -> tuple[tuple[str, bool, int], ...]:
    return tuple((key, False, NO_DAY) for key in json.loads(closes))


def _surveillances(session: Session, numbers: Mapping[Any, int]) -> SurveillanceColumns:
    statement = (
        select(SurveilledItem.item_id, SurveillanceResult.completed_on, SurveillanceResult.recorded_at)
        .join(SurveillanceResult, SurveillanceResult.surveillance_id == SurveilledItem.surveillance_id)
        .where(SurveillanceResult.completed_on.is_not(None))
    )
    rows = [row for row in session.execute(statement) if row.item_id in numbers]
    return SurveillanceColumns(
        np.array([numbers[row.item_id] for row in rows], np.int32),
        _days(row.completed_on for row in rows),
        _instants(row.recorded_at for row in rows),
    )


def _partitions(session: Session, statement: Any) -> Iterator[Sequence[Any]]:
    return session.execute(statement.execution_options(yield_per=_AT_ONCE)).partitions()


def _days(days: Iterable[date | str | None]) -> "np.ndarray[Any, np.dtype[np.int32]]":
    return np.array([*map(_ordinal, days)], np.int32)


def _instants(instants: Iterable[datetime | str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.array([*map(_microseconds, instants)], np.int64)


# Days and instants repeat.
@lru_cache(maxsize=65_536)
def _ordinal(day: date | str | None) -> int:
    if day is None:
        return NO_DAY
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()


@lru_cache(maxsize=65_536)
def _microseconds(instant: datetime | str) -> int:
    """A text is in UTC and does not say so."""
    return microseconds(datetime.fromisoformat(instant).replace(tzinfo=UTC) if isinstance(instant, str) else instant)
