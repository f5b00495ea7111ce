"""Events, causes and surveillances of many scope items as columns of numbers. Pure.

A day is its ordinal (date.toordinal), an instant its microseconds since 1970; NO_DAY stands for none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from registry.evaluators.policy import State
from registry.evaluators.qualification import Event, EventType, Surveillance
from registry.evaluators.status import Flag

Days: TypeAlias = NDArray[np.int32]
Instants: TypeAlias = NDArray[np.int64]
Places: TypeAlias = NDArray[np.int32]
Codes: TypeAlias = NDArray[np.int8]
Truths: TypeAlias = NDArray[np.bool_]

NO_DAY = 0
NOWHERE = -1
NOTHING = -1
# The codes of the columns. They are not stored, so their numbers mean nothing outside of a process.
EVENT_TYPES: tuple[EventType, ...] = tuple(each for each in EventType if each is not EventType.CORRECT)
STATES = tuple(State)
FLAGS = tuple(Flag)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EventColumns:
    """A row for each event. item: from 0. acts_as: place in EVENT_TYPES, NOTHING for a correction to nothing.

    supersedes: the row that a correction takes out, else NOWHERE. begins_on: see Event.
    """

    item: Places
    seq: Instants
    acts_as: Codes
    effective_from: Days
    recorded_at: Instants
    begins_on: Days
    valid_to: Days
    supersedes: Places
    under_investigation: Truths


@dataclass(frozen=True, slots=True)
class CauseColumns:
    """A row for each cause that an event opens or closes. cause: place in keys; review_by: of opening rows."""

    event: Places
    cause: Places
    opens: Truths
    review_by: Days
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SurveillanceColumns:
    item: Places
    completed_on: Days
    recorded_at: Instants


@dataclass(frozen=True, slots=True)
class Columns:
    item_count: int
    events: EventColumns
    causes: CauseColumns
    surveillances: SurveillanceColumns


def to_columns(items: Sequence[str], events: Sequence[Event], surveillances: Iterable[Surveillance]) -> Columns:
    """Items take their numbers from their order; events of other items are left out.

    A million events take seconds to become objects and to be read here: fill the columns from rows of a table then.
    """
    numbers = {item_id: number for number, item_id in enumerate(items)}
    held = [each for each in events if each.item_id in numbers]
    completed = [each for each in surveillances if each.item_id in numbers]
    return Columns(
        len(items),
        _event_columns(held, numbers),
        _cause_columns(held),
        SurveillanceColumns(
            np.array([numbers[each.item_id] for each in completed], np.int32),
            np.array([each.completed_on.toordinal() for each in completed], np.int32),
            np.array([microseconds(each.recorded_at) for each in completed], np.int64),
        ),
    )


def _event_columns(events: Sequence[Event], numbers: dict[str, int]) -> EventColumns:
    codes: dict[EventType, int] = {each: code for code, each in enumerate(EVENT_TYPES)}
    return EventColumns(
        np.array([numbers[each.item_id] for each in events], np.int32),
        np.array([each.seq for each in events], np.int64),
        np.array([NOTHING if each.acts_as is None else codes.get(each.acts_as, NOTHING) for each in events], np.int8),
        np.array([each.effective_from.toordinal() for each in events], np.int32),
        np.array([microseconds(each.recorded_at) for each in events], np.int64),
        np.array([each.begins_on.toordinal() for each in events], np.int32),
        np.array([each.valid_to.toordinal() if each.valid_to else NO_DAY for each in events], np.int32),
        _superseded(events),
        np.array([each.under_investigation for each in events], np.bool_),
    )


def _superseded(events: Sequence[Event]) -> Places:
    found = np.full(len(events), NOWHERE, np.int32)
    corrections = [row for row, each in enumerate(events) if each.type is EventType.CORRECT]
    named = {events[row].supersedes for row in corrections}
    places = {(each.item_id, each.id): row for row, each in enumerate(events) if each.id in named}
    for row in corrections:
        found[row] = places.get((events[row].item_id, events[row].supersedes or ""), NOWHERE)
    return found


def _cause_columns(events: Sequence[Event]) -> CauseColumns:
    rows: list[tuple[int, str, bool, int]] = []
    for row, each in enumerate(events):
        if each.acts_as is EventType.SUSPEND:
            rows += [
                (row, cause.key, True, cause.review_by.toordinal() if cause.review_by else NO_DAY)
                for cause in each.causes
            ]
        elif each.acts_as is EventType.REINSTATE:
            rows += [(row, key, False, NO_DAY) for key in each.closes]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(key for _, key, _, _ in rows))}
    return CauseColumns(
        np.array([row for row, _, _, _ in rows], np.int32),
        np.array([numbers[key] for _, key, _, _ in rows], np.int32),
        np.array([opens for _, _, opens, _ in rows], np.bool_),
        np.array([review_by for _, _, _, review_by in rows], np.int32),
        tuple(numbers),
    )


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
