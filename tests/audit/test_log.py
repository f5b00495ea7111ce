"""Appending to the log: one chain, in the order of appending, in the transaction of the change, never changed."""

from datetime import timedelta

import pytest
from log_rows import NOON, append_many, faults, make_event, unprotected, verdict
from rows import make_job
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from registry import db_state
from registry.audit import merkle, queries, service
from registry.audit.entry import EventRejected, entry_leaf, is_payload_of, read_entry
from registry.audit.models import Entry, Node
from registry.audit.queries import EntryNotFound
from registry.audit.service import ErasureRefused
from registry.db import Database, read, write
from registry.db_errors import ConstraintViolated
from registry.errors import Conflict
from registry.reliability.models import Job


def test_an_entry_holds_what_was_done_and_the_digest_of_its_payload(session: Session) -> None:
    index = service.append(session, make_event(7, reason="上级要求"), NOON)

    row, payload = queries.get_entry(session, index), queries.find_payload(session, index)
    assert payload is not None
    entry = read_entry(row.entry)
    assert entry == {
        "actor": "account:9b2e", "action": "comparison.record", "subject": "comparison:7", "index": index,
        "recorded_at": "2026-03-01T12:00:00.000000Z", "payload_sha256": entry["payload_sha256"],
    }  # fmt: skip
    assert is_payload_of(entry["payload_sha256"], payload.salt, payload.content)
    assert "上级要求" in payload.content
    assert "上级要求" not in row.entry
    assert row.leaf == entry_leaf(row.salt, row.entry.encode())


def test_the_same_event_twice_has_other_salts_and_digests(session: Session) -> None:
    first, second = (service.append(session, make_event(), NOON) for _ in range(2))

    rows = [queries.get_entry(session, index) for index in (first, second)]
    assert len({each.salt for each in rows}) == len({read_entry(each.entry)["payload_sha256"] for each in rows}) == 2


def test_the_tree_is_that_of_the_leaves(database: Database) -> None:
    append_many(database, 100)

    with database.readers() as session:
        leaves = session.scalars(select(Entry.leaf).order_by(Entry.index)).all()
        frontier: tuple[bytes, ...] = ()
        for index, leaf in enumerate(leaves):
            frontier, _ = merkle.appended(frontier, index, leaf)
        assert queries.state(session) == (100, merkle.folded(frontier))
        assert session.scalar(select(func.count()).select_from(Node)) == 50 + 25 + 12 + 6 + 3 + 1
        for size in (1, 2, 63, 64, 65, 100):
            for index in (0, size // 2, size - 1):
                path = queries.inclusion_proof(session, index, size)
                assert merkle.root_by_inclusion(leaves[index], index, size, path) == queries.root_at(session, size)
            proof = queries.consistency_proof(session, size, 100)
            assert merkle.is_consistent(size, queries.root_at(session, size), 100, queries.state(session)[1], proof)


def test_an_entry_is_saved_with_the_change_or_not_at_all(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(make_job())
        service.append(session, make_event(), NOON)
        raise Conflict("planted")

    with pytest.raises(Conflict, match="planted"):
        write(database, work)

    assert read(database, queries.state)[0] == 0
    assert read(database, lambda session: session.scalar(select(func.count()).select_from(Job))) == 0
    append_many(database, 3)
    assert verdict(database).size == 3
    assert faults(database) == []


def test_the_order_is_that_of_appending_whatever_the_clock_says(database: Database) -> None:
    jumps = (0, 7200, -7200, 86_400 * 366, -86_400, 0)

    indexes = [
        write(database, lambda s, j=jump: service.append(s, make_event(), NOON + timedelta(seconds=j)))  # type: ignore[misc]
        for jump in jumps
    ]

    assert indexes == [0, 1, 2, 3, 4, 5]
    assert faults(database) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "Zhang San"}, {"actor": ""}, {"actor": "account:"}, {"action": "record"}, {"action": "Comparison.x"},
        {"subject": "comparison"}, {"subject": "person:张三"}, {"subject": "x:" + "y" * 300}, {"subject": "a:b\n"},
    ],
)  # fmt: skip
def test_an_event_of_another_form_is_refused(session: Session, changes: dict[str, str]) -> None:
    with pytest.raises(EventRejected, match=next(iter(changes))):
        service.append(session, make_event(**changes), NOON)


def test_all_faults_of_an_event_are_named_at_once(session: Session) -> None:
    with pytest.raises(EventRejected) as caught:
        service.append(session, make_event(actor="?", action="?", subject="?"), NOON)

    assert [each.pointer for each in caught.value.violations] == ["/actor", "/action", "/subject"]


TABLES = (
    "audit_entries", "audit_nodes", "audit_checkpoints", "audit_cosignatures", "audit_sealed_entries",
    "audit_sealed_days", "audit_sealed_places",
)  # fmt: skip


def test_every_table_of_the_log_but_the_head_is_guarded_and_payloads_can_only_be_removed() -> None:
    tables = [each for each in db_state.metadata_of_all_tables().sorted_tables if each.name.startswith("audit_")]

    assert {each.name for each in tables if "immutable" not in each.info} == {"audit_heads"}
    assert {each.name for each in tables if each.info.get("but") == "delete"} == {"audit_payloads"}
    assert {each.name for each in tables if "immutable" in each.info} == {*TABLES, "audit_payloads"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET entry = entry", "DELETE FROM audit_entries", "UPDATE audit_nodes SET hash = hash",
        "DELETE FROM audit_nodes WHERE level = 1", 'INSERT OR REPLACE INTO audit_nodes SELECT * FROM audit_nodes',
        "UPDATE audit_payloads SET content = content", "UPDATE audit_payloads SET salt = salt WHERE entry_index = 1",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_the_log(database: Database, engine_name: str, statement: str) -> None:
    append_many(database, 4)
    if engine_name == "postgresql" and "REPLACE" in statement:
        statement = "TRUNCATE audit_nodes"

    with pytest.raises(ConstraintViolated):
        write(database, lambda session: session.execute(text(statement)))

    assert faults(database) == []


def test_all_payloads_cannot_be_removed_at_once(database: Database, engine_name: str) -> None:
    if engine_name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE.")
    append_many(database, 2)

    with pytest.raises(ConstraintViolated):
        write(database, lambda session: session.execute(text("TRUNCATE audit_payloads")))


def test_a_trigger_that_is_gone_is_a_fault(database: Database, engine_name: str) -> None:
    on = " ON audit_payloads" if engine_name == "postgresql" else ""
    write(database, lambda session: session.execute(text(f"DROP TRIGGER audit_payloads_refuse_update{on}")))

    assert faults(database) == ["trigger audit_payloads_refuse_update: is missing or disabled: rows can be changed"]
    assert [each.fault for each in db_state.check(database) if "audit_payloads_refuse_update" in each.fault]


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "x\x1b[31m", "a\u202eb", "x" * 1001])
def test_an_erasure_needs_a_reason_in_plain_characters(session: Session, reason: str) -> None:
    index = service.append(session, make_event(), NOON)

    with pytest.raises(EventRejected, match="reason"):
        service.erase(session, index, actor="operator", reason=reason, now=NOON)

    assert queries.find_payload(session, index) is not None


def test_the_head_is_one_row(database: Database) -> None:
    with pytest.raises(ConstraintViolated):
        write(database, lambda s: s.execute(text("INSERT INTO audit_heads (id, size, frontier) VALUES (2, 0, '')")))


def test_entries_are_listed_in_pages_and_by_subject(database: Database) -> None:
    append_many(database, 5)
    append_many(database, 2, first=3)

    with database.readers() as session:
        assert [each.index for each in queries.list_entries(session, limit=3)] == [0, 1, 2]
        assert [each.index for each in queries.list_entries(session, limit=9, after=4)] == [5, 6]
        assert [each.index for each in queries.list_entries(session, limit=9, subject="comparison:3")] == [3, 5]
        with pytest.raises(EntryNotFound, match="has no entry 7; it has 7"):
            queries.get_entry(session, 7)
        with pytest.raises(EntryNotFound, match="has no entry 9999"):
            queries.get_entry(session, 99999999999999999999)


def test_an_erased_payload_is_gone_and_the_log_still_holds(database: Database, engine_name: str) -> None:
    append_many(database, 5)

    def work(session: Session) -> int:
        return service.erase(session, 2, actor="operator", reason="request of 3 March", now=NOON)

    assert write(database, work) == 5

    found = verdict(database)
    assert (found.faults, found.erased) == ((), (2,))
    with database.readers() as session:
        assert queries.find_payload(session, 2) is None
        assert read_entry(queries.get_entry(session, 5).entry)["subject"] == "entry:2"
    with pytest.raises(ErasureRefused, match="already"):
        write(database, work)


def test_erased_bytes_do_not_stay_in_the_file(database: Database, engine_name: str, database_url: str) -> None:
    if engine_name == "postgresql":
        pytest.skip("PostgreSQL removes the old row at the next VACUUM; docs/audit.md says so.")
    with database.engine.connect() as connection:
        # As most libraries are built; the one that comes with us overwrites by itself.
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
    write(database, lambda s: service.append(s, make_event(payload={"name": "needle-in-the-file" * 1000}), NOON))
    write(database, lambda s: service.erase(s, 0, actor="operator", reason="asked for", now=NOON))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    with open(database_url.removeprefix("sqlite:///"), "rb") as file:  # noqa: PTH123
        assert b"needle-in-the-file" not in file.read()


def test_an_erasure_cannot_be_erased_and_nothing_that_is_not_there(database: Database) -> None:
    append_many(database, 1)
    write(database, lambda s: service.erase(s, 0, actor="operator", reason="asked for", now=NOON))

    with pytest.raises(ErasureRefused, match="proves something"):
        write(database, lambda s: service.erase(s, 1, actor="operator", reason="asked for", now=NOON))
    with pytest.raises(EntryNotFound):
        write(database, lambda s: service.erase(s, 9, actor="operator", reason="asked for", now=NOON))


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_entries SET entry = replace(entry, 'comparison:3', 'comparison:4') WHERE @3", "entry 3"),
        ("UPDATE audit_entries SET subject = 'comparison:4' WHERE @3", "entry 3: its column subject"),
        ("UPDATE audit_entries SET leaf = (SELECT hash FROM audit_nodes WHERE level = 3) WHERE @3", "entry 3: its"),
        ("DELETE FROM audit_entries WHERE @3", "entry 3: is missing"),
        ("DELETE FROM audit_entries WHERE @8", "entry 8: is missing"),
        ("UPDATE audit_entries SET @9 WHERE @3", "entry 3: is missing"),
        ("UPDATE audit_payloads SET content = '{}' WHERE entry_index = 3", "entry 3: its payload is not"),
        ("DELETE FROM audit_payloads WHERE entry_index = 3", "entry 3: its payload is gone"),
        ("DELETE FROM audit_nodes WHERE level = 2 AND place = 1", "node 2/1: is missing"),
        ("UPDATE audit_nodes SET hash = (SELECT leaf FROM audit_entries WHERE @0) WHERE level = 3", "node 3/0"),
        ("UPDATE audit_heads SET size = 8", "head: it counts 8 entries, but 9"),
        ("UPDATE audit_heads SET frontier = (SELECT leaf FROM audit_entries WHERE @0)", "head: its subtree"),
        ("INSERT INTO audit_nodes SELECT 9, 0, hash FROM audit_nodes WHERE level = 3", "tree: 8 nodes are kept"),
    ],
)  # fmt: skip
def test_whoever_owns_the_database_cannot_change_it_unseen(database: Database, statement: str, named: str) -> None:
    append_many(database, 9)
    assert faults(database) == []

    with unprotected(database) as connection:
        connection.execute(text(statement.replace("@", '"index" = ')))

    assert any(each.startswith(named) for each in faults(database)), faults(database)


def test_two_swapped_entries_are_both_named(database: Database) -> None:
    append_many(database, 9)

    with unprotected(database) as connection:
        for before, after in ((3, 100), (4, 3), (100, 4)):
            connection.execute(text(f'UPDATE audit_entries SET "index" = {after} WHERE "index" = {before}'))

    found = faults(database)
    assert any(each.startswith("entry 3: its text says that it is entry 4") for each in found)
    assert any(each.startswith("entry 4: its text says that it is entry 3") for each in found)
    assert any(each.startswith(("node 1/1", "node 1/2")) for each in found)
