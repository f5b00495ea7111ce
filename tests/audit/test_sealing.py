"""Sealed entries: nobody sees them, their number or their days; shown, they prove that they existed."""

import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_rows import append_many, faults, make_keys, unprotected
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry.audit import queries, sealing, service
from registry.audit.checkpoint import log_key
from registry.audit.entry import read_entry
from registry.audit.models import Entry, Payload, SealedDay
from registry.audit.queries import NotProvenYet, SealedNotFound
from registry.audit.sealing import ClockDoubtful, SealBroken, SealingRejected, day_tree, days_due, root_of_day
from registry.db import Database, read, write
from registry.entropy import random_bytes
from registry.errors import RegistryError

KEY, OTHER_KEY = bytes(32), bytes([1] * 32)
PLAN = {"evaluator": "needle-E17", "site": "needle-village", "on": "2026-04-01"}
# Five past midnight in Asia/Shanghai is 16:05 of the day before in UTC.
EVENING = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 1, 16, 5, tzinfo=UTC)


def sealed_in(session: Session, now: datetime = EVENING, content: Any = PLAN) -> UUID:
    return service.seal(session, KEY, "spot-check-plan", content, now).id


def counted_bytes(seed: int = 0) -> Callable[[int], bytes]:
    """Bytes that look random and are the same each time."""
    numbers = itertools.count(seed)
    return lambda number: hashlib.sha512(str(next(numbers)).encode()).digest()[:number]


def test_what_was_sealed_is_read_with_the_key_alone(session: Session) -> None:
    sealed = service.seal(session, KEY, "spot-check-plan", PLAN, EVENING)

    opened = queries.open_sealed(session, KEY, sealed.id)
    assert (opened.kind, opened.content, opened.sealed_at) == ("spot-check-plan", PLAN, "2026-03-01T12:00:00.000000Z")
    with pytest.raises(SealBroken):
        queries.open_sealed(session, OTHER_KEY, sealed.id)
    with pytest.raises(SealedNotFound):
        queries.open_sealed(session, KEY, uuid4())


def test_the_same_content_twice_has_nothing_in_common(session: Session) -> None:
    first, second = (service.seal(session, KEY, "spot-check-plan", PLAN, EVENING) for _ in range(2))

    assert first.commitment != second.commitment
    assert first.id != second.id
    assert first.id.version == second.id.version == 4


def test_sealed_content_is_in_no_row_text_or_error(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    identifier = write(database, sealed_in)
    write(database, lambda session: service.close_days(session, NEXT_DAY))

    with database.readers() as session:
        opened = queries.open_sealed(session, KEY, identifier)
        shown = [repr(opened), repr(sealing.boxed(KEY, identifier, ("k", PLAN, EVENING), bytes(28)))]
        for table in ("entries", "payloads", "sealed_entries", "sealed_days", "sealed_places"):
            rows = session.execute(text(f"SELECT * FROM audit_{table}")).all()
            shown += [
                str(bytes(cell)) if isinstance(cell, (bytes, memoryview)) else str(cell) for row in rows for cell in row
            ]
        for call in (
            lambda: queries.open_sealed(session, OTHER_KEY, identifier),
            lambda: sealed_in(session, content={"needle"}),
        ):
            with pytest.raises(RegistryError) as caught:
                call()
            shown += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
    assert not [each for each in [*shown, caplog.text] if "needle" in each]


def test_what_is_no_json_cannot_be_sealed(session: Session) -> None:
    with pytest.raises(SealingRejected):
        sealed_in(session, content=float("nan"))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_day_reaches_the_log_as_one_entry_of_one_length_whatever_was_sealed(database: Database, number: int) -> None:
    append_many(database, 3)
    for _ in range(number):
        write(database, sealed_in)

    assert write(database, lambda session: service.close_days(session, NEXT_DAY)) == [date(2026, 3, 1)]

    with database.readers() as session:
        size, _ = queries.state(session)
        row, payload = queries.get_entry(session, 3), queries.find_payload(session, 3)
        assert payload is not None
        assert size == 4
        assert (len(row.entry), len(payload.content)) == (210, 99)
        entry = read_entry(row.entry)
        assert (entry["actor"], entry["action"], entry["subject"]) == ("system", "audit.close_day", "day:2026-03-01")
    assert faults(database) == []


def test_two_logs_that_differ_in_sealed_entries_look_the_same(
    databases: Any, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T8: whatever is random is the same here, so that what differs depends on the sealed entries."""
    from registry.db import open_database

    seen = []
    for sealed in (0, 25):
        (folder := tmp_path / str(sealed)).mkdir()
        database = open_database(databases.migrated(engine_name, folder))
        for _ in range(sealed):
            write(database, sealed_in)
        monkeypatch.setattr(service, "random_bytes", counted_bytes())
        append_many(database, 3)
        write(database, lambda session: service.close_days(session, NEXT_DAY + timedelta(days=2)))
        with database.readers() as session:
            rows = session.execute(select(Entry.entry, Entry.salt, Payload.content).join(Payload)).all()
            # The root of a day is a hash or a random number: nobody without the leaves can tell which.
            seen.append([(len(entry), len(salt), len(content)) for entry, salt, content in rows])
            seen.append(queries.state(session)[0])  # type: ignore[arg-type]
            public = [each.entry for each in queries.list_entries(session, limit=100)]
            seen.append([read_entry(each) | {"payload_sha256": ""} for each in public])  # type: ignore[misc]
        monkeypatch.undo()
        database.close()

    assert seen[:3] == seen[3:]


def test_every_day_is_closed_once_also_after_days_without_a_server(database: Database) -> None:
    def close(now: datetime) -> list[date]:
        return list(write(database, lambda session: service.close_days(session, now)))

    before_the_minute = NEXT_DAY - timedelta(seconds=1)
    assert close(before_the_minute) == [date(2026, 2, 28)]
    assert close(before_the_minute) == []
    assert close(NEXT_DAY) == [date(2026, 3, 1)]
    assert close(NEXT_DAY + timedelta(days=5)) == [date(2026, 3, day) for day in range(2, 7)]
    assert close(NEXT_DAY) == []
    assert read(database, queries.state)[0] == 7
    assert faults(database) == []


def test_a_sealed_entry_is_in_the_next_day_that_is_closed_whatever_the_clock_said(database: Database) -> None:
    write(database, lambda session: service.close_days(session, NEXT_DAY))
    ahead, behind = (write(database, lambda s, d=d: sealed_in(s, EVENING + timedelta(days=d))) for d in (400, -400))  # type: ignore[misc]

    write(database, lambda session: service.close_days(session, NEXT_DAY + timedelta(days=3)))

    with database.readers() as session:
        places = {sealed_id: day for sealed_id, day, *_ in queries.sealed_places(session)}
        assert places == {ahead: date(2026, 3, 4), behind: date(2026, 3, 4)}
    assert faults(database) == []


def test_a_clock_that_is_years_ahead_closes_nothing(database: Database) -> None:
    write(database, lambda session: service.close_days(session, NEXT_DAY))
    later = NEXT_DAY + timedelta(days=4000)

    with pytest.raises(ClockDoubtful, match="4000 days since 2026-03-02"):
        write(database, lambda session: service.close_days(session, later))

    assert len(write(database, lambda session: service.close_days(session, later, 4000))) == 4000


def test_a_revealed_entry_proves_that_it_existed(database: Database, tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    identifiers = [write(database, sealed_in) for _ in range(3)]
    with pytest.raises(NotProvenYet):
        read(database, lambda session: queries.reveal(session, KEY, identifiers[1]))

    service.keep(database, keys, NEXT_DAY)

    with database.readers() as session:
        shown = queries.reveal(session, KEY, identifiers[1])
        day = session.scalars(select(SealedDay)).one()
    leaf = hashlib.sha256(b"\0" + bytes.fromhex(shown["sealed"]["salt"]) + shown["sealed"]["text"].encode()).digest()
    assert root_of_day(leaf, shown["place"], b"".join(map(bytes.fromhex, shown["path"]))) == day.root
    assert f"{log_key(keys).name}\n1\n" in shown["checkpoint"]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_sealed_entries SET leaf = (SELECT root FROM audit_sealed_days LIMIT 1)", "sealed entry"),
        ("UPDATE audit_sealed_places SET place = 1 - place % 2", "sealed entry"),
        ("UPDATE audit_sealed_days SET root = (SELECT leaf FROM audit_sealed_entries LIMIT 1)", "day 2026"),
        ("UPDATE audit_sealed_days SET day = '2026-02-20' WHERE day = '2026-03-02'", "day 2026"),
        ("DELETE FROM audit_sealed_days WHERE day = '2026-03-02'", "entry 1: closes day:2026-03-02"),
    ],
)
def test_a_changed_sealed_row_is_named(database: Database, statement: str, named: str) -> None:
    write(database, sealed_in)
    for days in range(3):
        write(database, lambda session, d=days: service.close_days(session, NEXT_DAY + timedelta(days=d)))  # type: ignore[misc]
    assert faults(database) == []

    with unprotected(database) as connection:
        connection.execute(text(statement))

    assert any(each.startswith(named) for each in faults(database)), faults(database)


def test_a_plan_cannot_be_changed_by_who_has_the_key(session: Session) -> None:
    identifier = sealed_in(session)
    forged = sealing.boxed(KEY, identifier, ("spot-check-plan", {**PLAN, "site": "another"}, EVENING), bytes(28))

    with pytest.raises(SealBroken, match="not what was committed"):
        sealing.opened(KEY, identifier, sealing.Box(forged.nonce, forged.ciphertext, bytes(32)))


@given(number=st.integers(0, 40), seed=st.integers(0, 2**40))
def test_every_leaf_of_a_day_leads_to_its_root_by_a_path_of_one_length(number: int, seed: int) -> None:
    leaves = [hashlib.sha256(f"{seed} {each}".encode()).digest() for each in range(number)]

    tree = day_tree(leaves, counted_bytes(seed))

    assert len(tree.root) == 32
    assert len(set(tree.places)) == number
    for leaf, place, path in zip(leaves, tree.places, tree.paths, strict=True):
        assert len(path) == 20 * 32
        assert root_of_day(leaf, place, path) == tree.root
        assert root_of_day(hashlib.sha256(leaf).digest(), place, path) != tree.root
        assert root_of_day(leaf, place ^ 1, path) != tree.root


@pytest.mark.parametrize("leaves", [[], [bytes(32)]])
def test_what_fills_a_day_cannot_be_told_from_hashes(leaves: list[bytes]) -> None:
    first, second = (day_tree(leaves, random_bytes) for _ in range(2))

    hashes = [each for tree in (first, second) for path in tree.paths for each in queries.split_hashes(path)]
    hashes += [first.root, second.root]
    assert len(set(hashes)) == 2 + 40 * len(leaves)
    # No byte is special: of so many random ones hardly any hash has six of one value.
    assert max(each.count(byte) for each in hashes for byte in set(each)) < 6


@pytest.mark.parametrize(("place", "path"), [(-1, bytes(640)), (1 << 20, bytes(640)), (0, bytes(608)), (0, bytes(672))])
def test_a_path_of_another_form_leads_nowhere(place: int, path: bytes) -> None:
    assert root_of_day(bytes(32), place, path) is None


@given(st.integers(0, 900), st.integers(0, 86_399))
def test_days_are_closed_in_order_without_gap(days: int, second: int) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=second)

    (first,) = days_due(None, now)
    rest = days_due(first, now + timedelta(days=days), most=1000)

    assert [first, *rest] == [first + timedelta(days=each) for each in range(len(rest) + 1)]
    assert len(rest) == days
