"""What falls due of scope items on a day, from their statuses. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from registry.evaluators.batch_status import STATES, StatusColumns
from registry.evaluators.policy import State
from registry.evaluators.status import Flag
from registry.evaluators.status_columns import FLAGS, NO_DAY, Columns


class DueKind(StrEnum):
    """A word is never used again for something else."""

    # Of an item: the surveillance that the policy asks for is not completed.
    SURVEILLANCE = "surveillance"
    # One that was planned has no result.
    PLANNED_SURVEILLANCE = "planned_surveillance"
    SUSPENSION_REVIEW = "suspension_review"
    CORRECTION = "correction"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class ItemDue:
    """item: its number in the columns. due_on: last day in time. cause: key of the one whose review is due."""

    kind: DueKind
    item: int
    due_on: date
    is_overdue: bool
    cause: str | None = None


_IS_DUE = sum(1 << FLAGS.index(each) for each in (Flag.SURVEILLANCE_DUE, Flag.SURVEILLANCE_OVERDUE))


def due_of_items(columns: Columns, found: StatusColumns, on: date) -> Iterator[ItemDue]:
    """found: the statuses of the same columns on that day."""
    for item in np.flatnonzero(found.flags & _IS_DUE):
        yield _due(DueKind.SURVEILLANCE, int(item), int(found.surveillance_due_on[item]), on)
    causes, opened = columns.causes, found.opened
    item_of = columns.events.item[causes.event[opened]]
    is_meant = (found.state[item_of] == STATES.index(State.SUSPENDED)) & (causes.review_by[opened] != NO_DAY)
    for item, row in zip(item_of[is_meant], opened[is_meant], strict=True):
        key = causes.keys[causes.cause[row]]
        yield _due(DueKind.SUSPENSION_REVIEW, int(item), int(causes.review_by[row]), on, key)


def _due(kind: DueKind, item: int, due_on: int, on: date, cause: str | None = None) -> ItemDue:
    return ItemDue(kind, item, date.fromordinal(due_on), due_on < on.toordinal(), cause)
