"""The whole register at once: what is there before an import, and what an export shows; rows to columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from registry.evaluators.models import Evaluator
from registry.evaluators.qualification import EventType
from registry.evaluators.qualification_models import QualificationEvent, ScopeItem
from registry.evaluators.register_models import RegisterImport
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

_AT_ONCE = 500
_CODES = {str(each): code for code, each in enumerate(EVENT_TYPES)}
_CORRECT = str(EventType.CORRECT)


def find_import(session: Session, content_sha256: str) -> RegisterImport | None:
    return session.scalar(select(RegisterImport).where(RegisterImport.content_sha256 == content_sha256))


def known_codes(session: Session, credit_codes: Iterable[str]) -> dict[str, str]:
    """By credit code, the code of the evaluator that has it already."""
    wanted, found = list(credit_codes), dict[str, str]()
    for first in range(0, len(wanted), _AT_ONCE):
        part = Evaluator.credit_code.in_(wanted[first : first + _AT_ONCE])
        rows = session.execute(select(Evaluator.credit_code, Evaluator.code).where(part))
        found |= {credit_code: code for credit_code, code in rows if credit_code is not None}
    return found


def highest_number(session: Session) -> int:
    return session.scalar(select(func.max(Evaluator.number))) or 0


@dataclass(frozen=True, slots=True)
class Listed:
    """An item that was decided on, with whose it is. name, region, ...: of the evaluator, as of now."""

    item: ScopeItem
    code: str
    name: str
    credit_code: str | None
    legal_form: str
    region: str


def list_decided(session: Session) -> list[Listed]:
    """By evaluator and number."""
    was_decided = exists().where(QualificationEvent.item_id == ScopeItem.id)
    statement = (
        select(ScopeItem, Evaluator.code, Evaluator.name, Evaluator.credit_code, Evaluator.legal_form, Evaluator.region)
        .join(Evaluator, Evaluator.id == ScopeItem.evaluator_id)
        .where(was_decided)
        .order_by(Evaluator.number, ScopeItem.number)
    )
    return [Listed(*row) for row in session.execute(statement)]


def load_columns(session: Session, items: Sequence[UUID]) -> Columns:
    """Events and surveillances of all items, as the status of many at once wants them. items: all that have any."""
    numbers = {item: number for number, item in enumerate(items)}
    table = QualificationEvent
    statement = select(
        table.id, table.item_id, table.seq, table.type, table.becomes, table.effective_from, table.recorded_at,
        table.valid_from, table.valid_to, table.supersedes, table.under_investigation, table.causes, table.closes,
    ).order_by(table.seq)  # fmt: skip
    rows = session.execute(statement).all()
    places = {row.id: place for place, row in enumerate(rows)}
    acting = [row.becomes if row.type == _CORRECT else row.type for row in rows]
    events = EventColumns(
        np.array([numbers[row.item_id] for row in rows], np.int32),
        np.array([row.seq for row in rows], np.int64),
        np.array([NOTHING if each is None else _CODES[each] for each in acting], np.int8),
        _days(row.effective_from for row in rows),
        _instants(row.recorded_at for row in rows),
        _days(row.valid_from or row.effective_from for row in rows),
        _days(row.valid_to for row in rows),
        np.array([NOWHERE if row.supersedes is None else places[row.supersedes] for row in rows], np.int32),
        np.array([row.under_investigation for row in rows], np.bool_),
    )
    return Columns(len(items), events, _causes(rows, acting), _surveillances(session, numbers))


def _causes(rows: Sequence[Any], acting: Sequence[str | None]) -> CauseColumns:
    found = list(_cause_rows(rows, acting))
    numbers = {key: number for number, key in enumerate(dict.fromkeys(key for _, key, _, _ in found))}
    return CauseColumns(
        np.array([place for place, _, _, _ in found], np.int32),
        np.array([numbers[key] for _, key, _, _ in found], np.int32),
        np.array([opens for _, _, opens, _ in found], np.bool_),
        np.array([review_by for _, _, _, review_by in found], np.int32),
    )


def _cause_rows(rows: Sequence[Any], acting: Sequence[str | None]) -> Iterator[tuple[int, str, bool, int]]:
    for place, (row, act) in enumerate(zip(rows, acting, strict=True)):
        if act == EventType.SUSPEND:
            for cause in row.causes:
                review_by = cause.get("review_by")
                yield place, cause["key"], True, date.fromisoformat(review_by).toordinal() if review_by else NO_DAY
        elif act == EventType.REINSTATE:
            yield from ((place, key, False, NO_DAY) for key in row.closes)


def _surveillances(session: Session, numbers: dict[UUID, int]) -> SurveillanceColumns:
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


def _days(days: Iterable[date | None]) -> "np.ndarray[Any, np.dtype[np.int32]]":
    return np.array([NO_DAY if each is None else each.toordinal() for each in days], np.int32)


def _instants(instants: Iterable[datetime]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.array([microseconds(each) for each in instants], np.int64)
