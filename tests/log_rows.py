"""A log for tests: events, keys of its own, and the one way to spoil rows that may not be changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from registry.audit import queries, service
from registry.audit.checking import Verdict
from registry.audit.checkpoint import log_keys, newest_of
from registry.audit.entry import Event
from registry.db import Database, read, write
from registry.keys import Keys, open_keys

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_event(number: int = 0, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "actor": "account:9b2e", "action": "comparison.record", "subject": f"comparison:{number}",
        "payload": {"title": "乡镇环境整治", "number": number}, "reason": "",
    }  # fmt: skip
    return Event(**values | changes)


def append_many(database: Database, number: int, first: int = 0) -> None:
    def work(session: Session) -> None:
        for each in range(first, first + number):
            service.append(session, make_event(each), NOON)

    write(database, work)


def make_keys(folder: Path) -> Keys:
    return open_keys(folder / "keys")


def verdict(database: Database, keys: Keys | None = None) -> Verdict:
    if keys is None:
        return read(database, queries.check_log)
    note, signers = newest_of(keys), log_keys(keys)
    newest = None if note is None else note.checkpoint
    return read(database, lambda session: queries.check_log(session, signers, newest))


def faults(database: Database, keys: Keys | None = None) -> list[str]:
    return [str(each) for each in verdict(database, keys).faults]


@contextmanager
def unprotected(database: Database) -> Iterator[Connection]:
    """As somebody who owns the database: without the triggers and references that stop everybody else."""
    with database.engine.connect().execution_options(migrating=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _, definition in triggers:
            connection.exec_driver_sql(definition)
