"""Reading the log: entries, proofs, checkpoints, what waits sealed, and the rows in the order of a whole check."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, undefer

from registry.audit import merkle, sealing
from registry.audit.checking import Chunk, KeptEntry, LogCheck, Verdict
from registry.audit.checkpoint import Checkpoint, VerifierKey
from registry.audit.export import CHECKPOINT, lines, tlog_proof
from registry.audit.merkle import HASH_BYTES
from registry.audit.models import (
    Cosignature,
    Entry,
    Head,
    Node,
    Payload,
    SealedDay,
    SealedEntry,
    SealedPlace,
    SignedCheckpoint,
)
from registry.audit.sealing import Box, Opened
from registry.db import Base
from registry.errors import Conflict, NotFound
from registry.json_text import MAX_INTEGER
from registry.migrations.immutable import without_triggers

CHUNK = 4096
_TABLES = [each for name, each in Base.metadata.tables.items() if name.startswith("audit_")]


class EntryNotFound(NotFound):
    code = "entry-not-found"
    title = "The log has no such entry"


class CheckpointNotFound(NotFound):
    code = "checkpoint-not-found"
    title = "There is no such checkpoint"


class SealedNotFound(NotFound):
    code = "sealed-entry-not-found"
    title = "There is no such sealed entry"


class NotProvenYet(Conflict):
    code = "not-proven-yet"
    title = "There is no proof yet"


def split_hashes(joined: bytes) -> list[bytes]:
    return [joined[start : start + HASH_BYTES] for start in range(0, len(joined), HASH_BYTES)]


def state(session: Session) -> tuple[int, bytes]:
    """Size and root of the log as it is, signed or not."""
    head = session.execute(select(Head.size, Head.frontier)).one()
    return head.size, merkle.folded(split_hashes(head.frontier))


def root_at(session: Session, size: int) -> bytes:
    """The root when the log had this size, from its nodes."""
    return merkle.folded(read_nodes(session, merkle.nodes_of(0, size)))


def read_nodes(session: Session, nodes: Sequence[merkle.Node]) -> list[bytes]:
    """Raises CheckpointNotFound beyond the log."""
    leaves = [place for level, place in nodes if level == 0]
    found: dict[merkle.Node, bytes] = {}
    if leaves:
        rows = session.execute(select(Entry.index, Entry.leaf).where(Entry.index.in_(leaves)))
        found |= {(0, index): leaf for index, leaf in rows}
    if len(leaves) < len(nodes):
        higher = [each for each in nodes if each[0]]
        statement = select(Node.level, Node.place, Node.hash).where(tuple_(Node.level, Node.place).in_(higher))
        found |= {(row.level, row.place): row.hash for row in session.execute(statement)}
    missing = [each for each in nodes if each not in found]
    if missing:
        raise CheckpointNotFound(f"The tree of the log has no node at level {missing[0][0]}, place {missing[0][1]}.")
    return [found[each] for each in nodes]


def inclusion_proof(session: Session, index: int, size: int) -> list[bytes]:
    """Hashes from the leaf up. Raises EntryNotFound, CheckpointNotFound."""
    _require_size(session, size)
    if not 0 <= index < size:
        raise EntryNotFound(f"A log of {size} entries has no entry {index}; the first is 0.")
    return merkle.proof(merkle.inclusion_ranges(index, size), lambda nodes: read_nodes(session, nodes))


def consistency_proof(session: Session, earlier: int, later: int) -> list[bytes]:
    """Raises CheckpointNotFound for sizes that are beyond the log or not in order."""
    _require_size(session, later)
    if not 0 <= earlier <= later:
        raise CheckpointNotFound(f"A log of {earlier} entries is not the beginning of one of {later}.")
    return merkle.proof(merkle.consistency_ranges(earlier, later), lambda nodes: read_nodes(session, nodes))


def _require_size(session: Session, size: int) -> None:
    (present, _) = state(session)
    if not 0 <= size <= present:
        raise CheckpointNotFound(f"The log has {present} entries, not yet {size}.")


def get_entry(session: Session, index: int) -> Entry:
    found = session.get(Entry, index) if 0 <= index <= MAX_INTEGER else None
    if found is None:
        raise EntryNotFound(f"The log has no entry {index}; it has {state(session)[0]}, and the first is 0.")
    return found


def last_entry(session: Session) -> Entry | None:
    return session.scalar(select(Entry).order_by(Entry.index.desc()).limit(1))


def find_payload(session: Session, index: int) -> Payload | None:
    """None once it is erased."""
    return session.get(Payload, index)


def list_entries(session: Session, *, limit: int, after: int = -1, subject: str | None = None) -> Sequence[Entry]:
    """In the order of the log. after: the index of the last one seen."""
    statement = select(Entry).where(Entry.index > after).order_by(Entry.index).limit(limit)
    return session.scalars(statement if subject is None else statement.where(Entry.subject == subject)).all()


def newest_checkpoint(session: Session) -> SignedCheckpoint | None:
    return session.scalar(select(SignedCheckpoint).order_by(SignedCheckpoint.size.desc()).limit(1))


def get_checkpoint(session: Session, size: int | None = None) -> SignedCheckpoint:
    """None: the newest. Raises CheckpointNotFound."""
    found = newest_checkpoint(session) if size is None else session.get(SignedCheckpoint, size)
    if found is None:
        which = "no checkpoint yet" if size is None else f"no checkpoint of size {size}"
        raise CheckpointNotFound(f"The log has {which}. Sign the present one with: registry audit checkpoint")
    return found


def note_of(session: Session, checkpoint: SignedCheckpoint) -> str:
    """The checkpoint with the signatures of its witnesses."""
    statement = select(Cosignature.line).where(Cosignature.size == checkpoint.size).order_by(Cosignature.witness)
    return checkpoint.note + "".join(session.scalars(statement))


def waiting_leaves(session: Session) -> dict[UUID, bytes]:
    """Sealed entries that no day holds yet; at most as many as fit into one."""
    statement = (
        select(SealedEntry.id, SealedEntry.leaf)
        .where(~select(SealedPlace).where(SealedPlace.sealed_id == SealedEntry.id).exists())
        .order_by(SealedEntry.id)
        .limit(1 << (sealing.HEIGHT - 1))
    )
    return {row.id: row.leaf for row in session.execute(statement)}


def open_sealed(session: Session, key: bytes, sealed_id: UUID) -> Opened:
    """For the holder of the key. Raises SealedNotFound, SealBroken."""
    found = session.get(SealedEntry, sealed_id, options=[undefer(SealedEntry.ciphertext)])
    if found is None:
        raise SealedNotFound(f"There is no sealed entry {sealed_id}.")
    return sealing.opened(key, sealed_id, Box(found.nonce, found.ciphertext, found.leaf))


def reveal(session: Session, key: bytes, sealed_id: UUID) -> dict[str, Any]:
    """Everything that proves that the sealed content existed when its day was closed; see revelation.py.

    Raises SealedNotFound, SealBroken, and NotProvenYet before its day is closed and signed.
    """
    opened = open_sealed(session, key, sealed_id)
    place = session.get(SealedPlace, sealed_id)
    day = session.get(SealedDay, place.day) if place else None
    checkpoint = newest_checkpoint(session)
    if place is None or day is None or checkpoint is None or checkpoint.size <= day.entry_index:
        raise NotProvenYet("The day of this sealed entry is not closed and signed yet. It is so on the next day.")
    entry, payload = get_entry(session, day.entry_index), find_payload(session, day.entry_index)
    assert payload is not None
    proof = inclusion_proof(session, day.entry_index, checkpoint.size)
    return {
        "sealed": {"text": opened.text, "salt": opened.salt.hex()},
        "place": place.place,
        "path": [each.hex() for each in split_hashes(place.path)],
        "payload": {"text": payload.content, "salt": payload.salt.hex()},
        "entry": {"text": entry.entry, "salt": entry.salt.hex()},
        "index": day.entry_index,
        "proof": [each.hex() for each in proof],
        "checkpoint": note_of(session, checkpoint),
    }


def record_proof(session: Session, index: int) -> str:
    """A .tlog-proof of the entry in the newest checkpoint. Raises CheckpointNotFound, EntryNotFound."""
    newest = get_checkpoint(session)
    path = inclusion_proof(session, index, newest.size)
    entry = get_entry(session, index)
    return tlog_proof((entry.salt, entry.entry), index, path, note_of(session, newest))


def export(session: Session, put: Callable[[str, bytes], None], *, with_payloads: bool) -> int:
    """Hand all files of the log to `put`, piece by piece, each with the name of its file; gives the signed size.

    Raises CheckpointNotFound, and NotProvenYet where an erasure is not signed yet.
    """
    newest = get_checkpoint(session)
    # The payload would be missing, and the entry that says so would not be there.
    erasures = Entry.index >= newest.size, Entry.subject.startswith("entry:")
    if session.scalar(select(Entry.index).where(*erasures).limit(1)) is not None:
        raise NotProvenYet("A payload was erased after the log was signed. Try again.")
    put(CHECKPOINT, note_of(session, newest).encode())
    for name, piece in lines(chunks(session, newest.size, with_tree=False), with_payloads=with_payloads):
        put(name, piece)
    return newest.size


def chunks(session: Session, end: int, *, with_tree: bool = True) -> Iterator[Chunk]:
    """All that the first `end` entries are, in bounded pieces. with_tree: also nodes and checkpoints."""
    for start in range(0, end, CHUNK):
        stop = min(start + CHUNK, end)
        statement = (
            select(Entry.index, Entry.entry, Entry.salt, Entry.leaf, Entry.subject, Payload.salt, Payload.content)
            .outerjoin(Payload, Payload.entry_index == Entry.index)
            .where(Entry.index >= start, Entry.index < stop)
            .order_by(Entry.index)
        )
        entries = [KeptEntry(*row) for row in session.execute(statement)]
        nodes = _nodes_completed(session, start, stop) if with_tree else {}
        within = SignedCheckpoint.size.between(start + 1, stop)
        notes: Mapping[int, str] = (
            dict(session.execute(select(SignedCheckpoint.size, SignedCheckpoint.note).where(within)).all())
            if with_tree
            else {}
        )
        yield Chunk(start, stop, entries, nodes, notes)


def _nodes_completed(session: Session, start: int, stop: int) -> dict[merkle.Node, bytes]:
    """Nodes of which the last entry is one of these."""
    levels = [level for level, _ in merkle.levels_completed(stop)]
    rules = [and_(Node.level == each, Node.place >= start >> each, Node.place < stop >> each) for each in levels]
    if not rules:
        return {}
    rows = session.execute(select(Node.level, Node.place, Node.hash).where(or_(*rules)))
    return {(row.level, row.place): row.hash for row in rows}


def counts(session: Session) -> tuple[int, int, int]:
    """How many entries and nodes there are, and the size of the largest checkpoint, for what is too much."""
    entries = session.scalar(select(func.count()).select_from(Entry)) or 0
    nodes = session.scalar(select(func.count()).select_from(Node)) or 0
    return entries, nodes, session.scalar(select(func.max(SignedCheckpoint.size))) or 0


def cosignatures(session: Session) -> Sequence[Cosignature]:
    return session.scalars(select(Cosignature).order_by(Cosignature.size, Cosignature.witness)).all()


def last_closed_day(session: Session) -> date | None:
    return session.scalar(select(func.max(SealedDay.day)))


def closed_days(session: Session) -> Sequence[tuple[date, int, bytes]]:
    statement = select(SealedDay.day, SealedDay.entry_index, SealedDay.root).order_by(SealedDay.day)
    return session.execute(statement).all()


def sealed_places(session: Session) -> Iterator[tuple[UUID, date, int, bytes, bytes]]:
    """id, day, place, path and leaf of every sealed entry that a day holds."""
    statement = select(SealedPlace.sealed_id, SealedPlace.day, SealedPlace.place, SealedPlace.path, SealedEntry.leaf)
    joined = statement.join(SealedEntry, SealedEntry.id == SealedPlace.sealed_id).order_by(SealedPlace.sealed_id)
    yield from session.execute(joined.execution_options(yield_per=CHUNK))


def check_log(
    session: Session,
    keys: Sequence[VerifierKey] = (),
    newest: Checkpoint | None = None,
    outside: Sequence[tuple[str, Checkpoint]] = (),
    witnesses: Sequence[VerifierKey] = (),
) -> Verdict:
    """Read every row of the log and name every fault.

    newest: the checkpoint kept outside. Without keys neither it nor signatures of checkpoints are looked at.
    """
    check = LogCheck(keys, outside if newest is None else [("kept outside the database", newest), *outside])
    head = session.execute(select(Head.size, Head.frontier)).one()
    for chunk in chunks(session, head.size):
        check.feed(chunk)
    counted = counts(session)
    check.check_end((head.size, head.frontier), counted)
    if keys:
        is_kept = newest is not None and session.get(SignedCheckpoint, newest.size) is not None
        check.check_newest(newest, counted[2], is_kept=is_kept)
    check.check_triggers(without_triggers(session.connection(), _TABLES))
    roots = check.check_days(closed_days(session))
    for sealed_id, day, place, path, leaf in sealed_places(session):
        check.check_place(sealed_id, (place, path), leaf, roots.get(day))
    for each in cosignatures(session):
        note = get_checkpoint(session, each.size).note
        check.check_cosignature(note, each.line, witnesses, f"checkpoint {each.size}, signature of {each.witness}")
    return check.verdict()
