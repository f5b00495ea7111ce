"""Status lists: places that are given to scope items once for ever, and lists as they were at any instant.

A list is never stored. Events are never changed, so it follows from them at every instant again, bit for bit as it was.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from registry.eligibility import attestation_queries as queries
from registry.eligibility.attestation_errors import StatusListNotFound
from registry.eligibility.attestation_models import StatusIndex
from registry.eligibility.attestation_queries import ListState
from registry.eligibility.credential import StatusEntry
from registry.eligibility.status_list import ENTRIES, Bits, Purpose, bits_of, drawn_index
from registry.entropy import random_bytes
from registry.evaluators.batch_status import statuses
from registry.evaluators.status_service import POLICY
from registry.recently_used import RecentlyUsed
from registry.validity import legal_day

_Key = tuple[str, Purpose, int, date, ListState]
# Of bits that were asked for lately: some hundred lists.
_BITS = RecentlyUsed[_Key, bytes](8 * 1024 * 1024, len)


def places_of(session: Session, item_ids: Iterable[str], now: datetime) -> tuple[StatusEntry, ...]:
    """In the order of the items; those that have no place yet are given one."""
    asked = tuple(item_ids)
    known = queries.find_places(session, asked)
    for each in asked:
        if each not in known:
            known[each] = _allot(session, each, now)
    return tuple(known[each] for each in asked)


def _allot(session: Session, item_id: str, now: datetime) -> StatusEntry:
    number = queries.filling_list(session)
    position = drawn_index(lambda drawn: queries.is_free(session, number, drawn), random_bytes)
    session.add(StatusIndex(item_id=UUID(item_id), list_number=number, position=position, allotted_at=now))
    # The next draw has to see it.
    session.flush()
    return StatusEntry(item_id, number, position)


def list_bits(session: Session, purpose: Purpose, number: int, at: datetime, now: datetime) -> Bits:
    """The list as it was at an instant. Raises StatusListNotFound before its first item, and for what lies ahead."""
    if at > now:
        raise StatusListNotFound(f"{at.isoformat()} lies ahead of now, {now.isoformat()}: that list is not known yet.")
    state = queries.list_state(session, number, at)
    if state.items == 0:
        raise StatusListNotFound(f"There was no list {number} at {at.isoformat()}.")
    day = legal_day(at)

    def make() -> bytes:
        positions, columns = queries.list_columns(session, number, at)
        on_day = statuses(columns, day, at, POLICY)
        bits = bits_of(purpose, positions, on_day, statuses(columns, date.max, at, POLICY))
        return np.packbits(bits).tobytes()

    # Of which database: tests have several.
    database = str(session.get_bind().engine.url)
    packed = _BITS.get((database, purpose, number, day, state), make)
    return np.unpackbits(np.frombuffer(packed, np.uint8), count=ENTRIES).astype(np.bool_)
