"""Writing to the log: entries, erasures, sealed entries and their days, checkpoints, witnesses' signatures."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Table, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from registry.audit import merkle, queries, sealing
from registry.audit.checking import CLOSE_DAY, ERASE
from registry.audit.checkpoint import (
    Checkpoint,
    CheckpointRejected,
    LogKeys,
    Note,
    log_keys,
    read_key,
    read_note,
    read_signatures,
    signed,
    trusted,
    witnesses_of,
)
from registry.audit.entry import SALT_BYTES, Event, read_entry, written
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
from registry.audit.sealing import NONCE_BYTES, Sealed
from registry.db import Database, read, write
from registry.entropy import random_bytes
from registry.errors import Conflict


class LogNotContinuous(Conflict):
    code = "log-not-continuous"
    title = "The log does not continue what was signed"


class ErasureRefused(Conflict):
    code = "erasure-refused"
    title = "The payload cannot be erased"


class NothingToSign(Conflict):
    code = "nothing-to-sign"
    title = "The log has no entry yet"


def _table(model: type) -> Table:
    table = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


# Statements on tables, not on mapped classes: an append is part of every write, and this is half of its cost.
_HEAD = _table(Head)
_READ_HEAD = select(_HEAD.c.size, _HEAD.c.frontier).where(_HEAD.c.id == 1).with_for_update()
_MOVE_HEAD = update(_HEAD).where(_HEAD.c.id == 1).values(size=bindparam("to"), frontier=bindparam("over"))
_ADD_ENTRY, _ADD_PAYLOAD, _ADD_NODE = (insert(_table(each)) for each in (Entry, Payload, Node))
# The same four in one, for a server to which each statement is a journey.
_ADD_AT_ONCE = text("""
WITH entry AS (
    INSERT INTO audit_entries (index, entry, salt, leaf, subject) VALUES (:index, :entry, :salt, :leaf, :subject)
), payload AS (
    INSERT INTO audit_payloads (entry_index, salt, content) VALUES (:index, :payload_salt, :content)
), nodes AS (
    INSERT INTO audit_nodes (level, place, hash)
    SELECT * FROM unnest(CAST(:all_level AS smallint[]), CAST(:all_place AS bigint[]), CAST(:all_hash AS bytea[]))
)
UPDATE audit_heads SET size = :to, frontier = :over WHERE id = 1
""")
# Only a lock of a table comes before the transaction's view of the database; one taken by SELECT comes after it.
_TAKE_TURN = text("LOCK TABLE audit_heads IN EXCLUSIVE MODE")


def append(session: Session, event: Event, now: datetime) -> int:
    """Log the event in the caller's transaction; gives the entry's index. Raises EventRejected.

    Writers queue at the head: on SQLite they do so anyway, on PostgreSQL the loser of two is run again by db.write.
    Best called last in a transaction, and after take_turn where many write at once.
    """
    connection = session.connection()
    head = connection.execute(_READ_HEAD).one()
    index: int = head.size
    new = written(event, index, now, random_bytes(2 * SALT_BYTES))
    frontier, completed = merkle.appended(queries.split_hashes(head.frontier), index, new.leaf)
    entry = {"index": index, "entry": new.text, "salt": new.salt, "leaf": new.leaf, "subject": event.subject}
    head_after = {"to": index + 1, "over": b"".join(frontier)}
    nodes = [{"level": level, "place": place, "hash": root} for (level, place), root in completed]
    if connection.dialect.name == "postgresql":
        payload = {"payload_salt": new.payload_salt, "content": new.content}
        columns = {f"all_{name}": [node[name] for node in nodes] for name in ("level", "place", "hash")}
        connection.execute(_ADD_AT_ONCE, entry | payload | columns | head_after)
        return index
    connection.execute(_ADD_ENTRY, entry)
    connection.execute(_ADD_PAYLOAD, {"entry_index": index, "salt": new.payload_salt, "content": new.content})
    if nodes:
        connection.execute(_ADD_NODE, nodes)
    connection.execute(_MOVE_HEAD, head_after)
    return index


def take_turn(session: Session) -> None:
    """As the first step of a transaction on PostgreSQL: wait for other writers of the log instead of losing to them."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TAKE_TURN)


def erase(session: Session, index: int, *, actor: str, reason: str, now: datetime) -> int:
    """Remove the payload of an entry, which stays provable, and log that; gives the index of that entry.

    Raises EntryNotFound, and ErasureRefused for what is erased already or what the proofs of others need.
    """
    entry = read_entry(queries.get_entry(session, index).entry)
    if entry["action"] in {CLOSE_DAY, ERASE}:
        raise ErasureRefused(f"Entry {index} is {entry['action']}, which proves something about others.")
    if session.get_bind().dialect.name == "sqlite":
        # Otherwise the bytes would stay in the file until something else is written over them.
        session.execute(text("PRAGMA secure_delete = ON"))
    removed = session.execute(delete(Payload).where(Payload.entry_index == index).returning(Payload.entry_index))
    if removed.first() is None:
        raise ErasureRefused(f"The payload of entry {index} is erased already.")
    return append(session, Event(actor, ERASE, f"entry:{index}", reason=reason), now)


def seal(session: Session, key: bytes, kind: str, content: object, now: datetime) -> Sealed:
    """Commit to a JSON value that only holders of the key can read. Raises SealingRejected."""
    sealed_id = uuid4()
    box = sealing.boxed(key, sealed_id, (kind, content, now), random_bytes(SALT_BYTES + NONCE_BYTES))
    values = {"id": sealed_id, "nonce": box.nonce, "ciphertext": box.ciphertext, "leaf": box.leaf}
    session.execute(insert(SealedEntry), values)
    return Sealed(sealed_id, box.leaf.hex())


def close_days(session: Session, now: datetime, most: int = sealing.MOST_DAYS) -> Sequence[date]:
    """One entry for each day that is over, also for days without sealed entries or without a server.

    What waits goes into the newest of them, whatever the clock said when it was sealed. Raises ClockDoubtful.
    """
    due = sealing.days_due(queries.last_closed_day(session), now, most)
    for day in due:
        waiting = queries.waiting_leaves(session) if day == due[-1] else {}
        _close_day(session, day, waiting, now)
    return due


def _close_day(session: Session, day: date, waiting: dict[UUID, bytes], now: datetime) -> None:
    tree = sealing.day_tree(list(waiting.values()), random_bytes)
    event = Event("system", CLOSE_DAY, f"day:{day.isoformat()}", sealing.day_payload(tree.root))
    session.execute(insert(SealedDay), {"day": day, "entry_index": append(session, event, now), "root": tree.root})
    rows = [
        {"sealed_id": sealed_id, "day": day, "place": place, "path": path}
        for sealed_id, place, path in zip(waiting, tree.places, tree.paths, strict=True)
    ]
    if rows:
        session.execute(insert(SealedPlace), rows)


def sign(database: Database, keys: LogKeys, now: datetime) -> str:
    """The signed checkpoint of the log as it is, kept in the database and outside it.

    Raises LogNotContinuous where the log is smaller than, or other than, what was signed before.
    """
    newest = keys.newest()
    size, root = read(database, lambda session: _signable(session, keys, newest))
    signed_before = read_note(newest).checkpoint.size if newest else 0
    if newest is not None and signed_before == size:
        note = newest
    else:
        note = signed(Checkpoint(keys.origin, size, root), keys.signing)
        # First outside: what was published can then never be forgotten by a restored database.
        keys.replace_newest(newest, note)
    write(database, lambda session: _keep_checkpoint(session, size, note, now))
    return note


def _signable(session: Session, keys: LogKeys, newest: str | None) -> tuple[int, bytes]:
    size, root = queries.state(session)
    if size == 0 and newest is None:
        raise NothingToSign("The log has no entry yet, so there is nothing to sign.")
    in_database = queries.newest_checkpoint(session)
    for place, note in (("outside the database", newest), ("in the database", in_database and in_database.note)):
        if note:
            require_continuation(session, trusted(note, *log_keys(keys)), place)
    return size, root


def require_continuation(session: Session, note: Note, place: str) -> None:
    """Raises LogNotContinuous unless the log begins with what the checkpoint says."""
    was, (size, _) = note.checkpoint, queries.state(session)
    ask = "Do not go on with this database: see 'Restoring a backup' in docs/audit.md."
    if was.size > size:
        raise LogNotContinuous(
            f"The log has {size} entries, but the checkpoint kept {place} was signed over {was.size}. "
            f"An older backup was restored, or entries were removed. {ask}"
        )
    if queries.root_at(session, was.size) != was.root:
        raise LogNotContinuous(
            f"The first {was.size} entries of the log are not those that the checkpoint kept {place} was signed over. "
            f"The log was rewritten, or went on from an older backup. {ask}"
        )


def _keep_checkpoint(session: Session, size: int, note: str, now: datetime) -> None:
    if session.get(SignedCheckpoint, size) is None:
        session.add(SignedCheckpoint(size=size, note=note, signed_at=now))
        session.flush()


def keep(database: Database, keys: LogKeys, now: datetime) -> bool:
    """What a server does from time to time: close days that are over, sign what grew. True where it did something."""
    # Most of the time nothing is due, and to find that out nobody needs to be kept from writing.
    last = read(database, queries.last_closed_day)
    if sealing.days_due(last, now):
        write(database, lambda session: close_days(session, now))
    size, kept = read(database, lambda session: (queries.state(session)[0], queries.newest_checkpoint(session)))
    newest = keys.newest()
    if newest is not None and kept is not None and kept.size == size == read_note(newest).checkpoint.size:
        return False
    if size == 0 and newest is None:
        return False
    sign(database, keys, now)
    return True


def add_cosignatures(session: Session, witnesses: Sequence[str], size: int, lines: str, now: datetime) -> list[str]:
    """Keep the signatures of known witnesses for the checkpoint of this size; gives the names of the new ones.

    lines: signature lines, or a whole cosigned checkpoint. Raises CheckpointRejected, CheckpointNotFound.
    """
    kept = queries.get_checkpoint(session, size)
    found = witnesses_of(read_note(kept.note), read_signatures(lines), [read_key(each) for each in witnesses])
    if not found:
        raise CheckpointRejected("None of the signatures is of a witness that this log knows. See witnesses.txt.")
    added = []
    for each in found:
        if session.get(Cosignature, (size, each.name)) is None:
            session.add(Cosignature(size=size, witness=each.name, line=str(each), received_at=now))
            session.flush()
            added.append(each.name)
    return added
