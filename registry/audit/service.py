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
    newest_of,
    read_key,
    read_note,
    read_signatures,
    signed,
    trusted,
    witnesses_of,
)
from registry.audit.entry import SALT_BYTES, Event, EventRejected, entry_leaf, read_entry, written
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
from registry.ids import hidden_character


class LogNotContinuous(Conflict):
    code = "log-not-continuous"
    title = "The log does not continue what was signed"


class ErasureRefused(Conflict):
    code = "erasure-refused"
    title = "The payload cannot be erased"


class NothingToSign(Conflict):
    code = "nothing-to-sign"
    title = "The log has no entry yet"


_MAX_REASON = 1000
_ASK = "Do not go on with this database: see 'Restoring a backup' in docs/audit.md."


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

    Raises EntryNotFound, EventRejected without a reason, and ErasureRefused for what is erased already or what the
    proofs of others need.
    """
    _require_reason(reason)
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


def _require_reason(reason: str) -> None:
    hidden = hidden_character(reason)
    if not reason.strip() or len(reason) > _MAX_REASON or hidden:
        seen = f"it has the character {hidden}" if hidden else f"it has {len(reason.strip())} characters"
        raise EventRejected(
            f"The reason of an erasure is one line of 1 to {_MAX_REASON} characters without control characters; {seen}."
        )


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


def sign(database: Database, keys: LogKeys, now: datetime, *, adopt: bool = False) -> str:
    """The signed checkpoint of the log as it is, kept in the database and outside it.

    adopt: an operator says that the checkpoint kept outside is lost, and the newest of the database stands for it.
    Raises LogNotContinuous where the log is smaller than, or other than, what was signed before.
    """
    newest, kept = keys.newest(), newest_of(keys)
    size, root = read(database, lambda session: _signable(session, keys, kept, adopt=adopt))
    if newest is not None and kept is not None and kept.checkpoint.size == size:
        note = newest
    else:
        note = signed(Checkpoint(keys.origin, size, root), keys.signing)
        # First outside: what was published can then never be forgotten by a restored database.
        keys.replace_newest(newest, note)
    write(database, lambda session: _keep_checkpoint(session, size, note, now))
    return note


def _signable(session: Session, keys: LogKeys, newest: Note | None, *, adopt: bool) -> tuple[int, bytes]:
    size, root = queries.state(session)
    in_database = queries.newest_checkpoint(session)
    if size == 0 and newest is None and in_database is None:
        raise NothingToSign("The log has no entry yet, so there is nothing to sign.")
    if newest is None and in_database is not None and not adopt:
        raise LogNotContinuous(
            f"The checkpoint kept outside the database, newest-checkpoint.txt beside the keys, is missing, but the "
            f"database holds one over {in_database.size} entries. Restore the newest copy of that file, or run "
            f"`registry audit checkpoint --adopt` if it is lost. {_ASK}"
        )
    _require_sound_end(session, size, root)
    if newest is not None:
        require_continuation(session, newest, "outside the database")
    if in_database is not None:
        require_continuation(session, trusted(in_database.note, *log_keys(keys)), "in the database")
    return size, root


def _require_sound_end(session: Session, size: int, root: bytes) -> None:
    """Raises LogNotContinuous unless head, nodes and newest entry are of one log. Reads at most log2(size) nodes."""
    last = queries.last_entry(session)
    if (-1 if last is None else last.index) != size - 1:
        kept = "no entry is kept" if last is None else f"the newest entry kept is {last.index}"
        raise LogNotContinuous(f"The head of the log counts {size} entries, but {kept}. {_ASK}")
    if last is None:
        return
    if entry_leaf(last.salt, last.entry.encode()) != last.leaf:
        raise LogNotContinuous(f"The text or salt of entry {last.index} is not what its leaf is the hash of. {_ASK}")
    try:
        of_nodes, path = queries.root_at(session, size), queries.inclusion_proof(session, last.index, size)
    except queries.CheckpointNotFound as error:
        raise LogNotContinuous(f"{error.detail} {_ASK}") from error
    if of_nodes != root:
        raise LogNotContinuous(f"The subtree roots of the head (frontier) are not those of the kept nodes. {_ASK}")
    if merkle.root_by_inclusion(last.leaf, last.index, size, path) != root:
        raise LogNotContinuous(f"The nodes above entry {last.index} are not those of its leaf. {_ASK}")


def require_continuation(session: Session, note: Note, place: str) -> None:
    """Raises LogNotContinuous unless the log, as its head has it, begins with what the checkpoint says."""
    was, (size, root) = note.checkpoint, queries.state(session)
    if was.size > size:
        raise LogNotContinuous(
            f"The log has {size} entries, but the checkpoint kept {place} was signed over {was.size}. "
            f"An older backup was restored, or entries were removed. {_ASK}"
        )
    try:
        path = queries.consistency_proof(session, was.size, size)
        was_root = queries.root_at(session, was.size)
    except queries.CheckpointNotFound as error:
        raise LogNotContinuous(f"{error.detail} {_ASK}") from error
    if was_root != was.root:
        raise LogNotContinuous(
            f"The first {was.size} entries of the log are not those that the checkpoint kept {place} was signed over. "
            f"The log was rewritten, or went on from an older backup. {_ASK}"
        )
    if not merkle.is_consistent(was.size, was.root, size, root, path):
        raise LogNotContinuous(
            f"The head of the log (frontier) does not lead on from the checkpoint of {was.size} entries kept {place}: "
            f"head or nodes were changed. {_ASK}"
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
    newest = newest_of(keys)
    if newest is not None and kept is not None and kept.size == size == newest.checkpoint.size:
        return False
    if size == 0 and newest is None and kept is None:
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
