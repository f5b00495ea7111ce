"""What there is of attestations, keys and places in status lists: reads only."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Text, func, select, type_coerce
from sqlalchemy.orm import Session

from registry.eligibility.attestation_errors import AttestationKeyNotFound, AttestationNotFound
from registry.eligibility.attestation_keys import KeyUse
from registry.eligibility.attestation_models import Attestation, AttestationKey, CompromisedKey, StatusIndex
from registry.eligibility.credential import StatusEntry
from registry.eligibility.status_list import HELD
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
from registry.keyset import read_uuid

_CODES: dict[str, int] = {str(each): code for code, each in enumerate(EVENT_TYPES)}
_EVENT = QualificationEvent


def get_attestation(session: Session, text: str) -> Attestation:
    """Raises AttestationNotFound."""
    found_id = read_uuid(text)
    found = None if found_id is None else session.get(Attestation, found_id)
    if found is None:
        raise AttestationNotFound("There is no attestation under this identifier.")
    return found


def key_uses(session: Session) -> tuple[KeyUse, ...]:
    """Every key that ever signed, in the order of their use."""
    earliest = func.min(CompromisedKey.compromised_from).label("earliest")
    statement = select(CompromisedKey.kid, earliest).group_by(CompromisedKey.kid)
    compromised = {row.kid: row.earliest for row in session.execute(statement)}
    keys = session.scalars(select(AttestationKey).order_by(AttestationKey.number)).all()
    ends = (each.used_from for each in keys[1:])
    return tuple(KeyUse(each.public_key, each.used_from, next(ends, None), compromised.get(each.kid)) for each in keys)


def get_key_use(session: Session, kid: str) -> KeyUse:
    """Raises AttestationKeyNotFound."""
    for each in key_uses(session):
        if each.kid == kid:
            return each
    raise AttestationKeyNotFound(f"No attestation was ever signed with a key {kid[:80]!r}.")


def current_key(session: Session) -> KeyUse | None:
    return next((each for each in key_uses(session) if each.is_current), None)


def find_places(session: Session, item_ids: Iterable[str]) -> dict[str, StatusEntry]:
    wanted = [UUID(each) for each in item_ids]
    rows = session.scalars(select(StatusIndex).where(StatusIndex.item_id.in_(wanted)))
    return {str(each.item_id): StatusEntry(str(each.item_id), each.list_number, each.position) for each in rows}


def filling_list(session: Session) -> int:
    """The list that takes the next item."""
    newest = session.scalar(select(func.max(StatusIndex.list_number))) or 1
    held = session.scalar(select(func.count()).where(StatusIndex.list_number == newest)) or 0
    return newest if held < HELD else newest + 1


def is_free(session: Session, list_number: int, position: int) -> bool:
    statement = select(StatusIndex.item_id).where(
        StatusIndex.list_number == list_number, StatusIndex.position == position
    )
    return session.scalar(statement) is None


@dataclass(frozen=True, slots=True)
class ListState:
    """What the bits of a list follow from at an instant: with the legal day, the same state gives the same bits."""

    items: int
    newest_event: int


def list_state(session: Session, number: int, known_at: datetime) -> ListState:
    items = session.scalar(
        select(func.count()).where(StatusIndex.list_number == number, StatusIndex.allotted_at <= known_at)
    )
    newest = session.scalar(select(func.max(_EVENT.seq)).where(_EVENT.recorded_at <= known_at))
    return ListState(items or 0, newest or 0)


def list_columns(session: Session, number: int, known_at: datetime) -> tuple[NDArray[np.int64], Columns]:
    """Positions of the items of a list, and their events. Surveillances change no state, so they are left out."""
    places = select(StatusIndex.item_id, StatusIndex.position).where(
        StatusIndex.list_number == number, StatusIndex.allotted_at <= known_at
    )
    rows = session.execute(places.order_by(StatusIndex.position)).all()
    numbers = {item_id: place for place, (item_id, _) in enumerate(rows)}
    statement = (
        select(
            _EVENT.id, _EVENT.item_id, _EVENT.seq, _EVENT.type, _EVENT.becomes, _EVENT.effective_from,
            _EVENT.recorded_at, _EVENT.valid_from, _EVENT.valid_to, _EVENT.supersedes, _EVENT.under_investigation,
            type_coerce(_EVENT.causes, Text).label("causes"), type_coerce(_EVENT.closes, Text).label("closes"),
        )
        .join(StatusIndex, StatusIndex.item_id == _EVENT.item_id)
        .where(StatusIndex.list_number == number, StatusIndex.allotted_at <= known_at)
        .order_by(_EVENT.seq)
    )  # fmt: skip
    events = session.execute(statement).all()
    return np.array([place for _, place in rows], np.int64), _columns(numbers, events)


def _columns(numbers: dict[UUID, int], events: Sequence[Any]) -> Columns:
    rows = {each.id: row for row, each in enumerate(events)}
    acts = [each.becomes if each.type == EventType.CORRECT else each.type for each in events]
    held = EventColumns(
        np.array([numbers[each.item_id] for each in events], np.int32),
        np.array([each.seq for each in events], np.int64),
        np.array([NOTHING if each is None else _CODES[each] for each in acts], np.int8),
        np.array([each.effective_from.toordinal() for each in events], np.int32),
        np.array([microseconds(each.recorded_at) for each in events], np.int64),
        np.array([(each.valid_from or each.effective_from).toordinal() for each in events], np.int32),
        np.array([each.valid_to.toordinal() if each.valid_to else NO_DAY for each in events], np.int32),
        np.array([rows.get(each.supersedes, NOWHERE) for each in events], np.int32),
        np.array([each.under_investigation for each in events], np.bool_),
    )
    nothing = SurveillanceColumns(np.array([], np.int32), np.array([], np.int32), np.array([], np.int64))
    return Columns(len(numbers), held, _cause_columns(events, acts), nothing)


def _cause_columns(events: Sequence[Any], acts: Sequence[str | None]) -> CauseColumns:
    opened = [
        (row, cause["key"], True)
        for row, each in enumerate(events)
        if acts[row] == EventType.SUSPEND
        for cause in json.loads(each.causes)
    ]
    closed = [
        (row, key, False)
        for row, each in enumerate(events)
        if acts[row] == EventType.REINSTATE
        for key in json.loads(each.closes)
    ]
    found = sorted([*opened, *closed])
    keys = {key: number for number, key in enumerate(dict.fromkeys(key for _, key, _ in found))}
    return CauseColumns(
        np.array([row for row, _, _ in found], np.int32),
        np.array([keys[key] for _, key, _ in found], np.int32),
        np.array([opens for _, _, opens in found], np.bool_),
        np.full(len(found), NO_DAY, np.int32),
        tuple(keys),
    )
