"""How each engine is set up, and which addresses are taken."""

import sys
from pathlib import Path

import pytest
from databases import Databases
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry import db_engines
from registry.db import open_database, read, read_transaction, transaction
from registry.db_engines import DatabaseMissing, DatabaseUrlRejected, read_url
from registry.db_errors import DatabaseUnavailable
from registry.reliability.models import Job


def pragma(session: Session, name: str) -> object:
    return session.execute(text(f"PRAGMA {name}")).scalar_one()


def test_sqlite_is_set_up_to_keep_what_it_acknowledged(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("sqlite", tmp_path))

    with transaction(opened) as session:
        assert pragma(session, "journal_mode") == "wal"
        assert pragma(session, "synchronous") == 2
        assert pragma(session, "foreign_keys") == 1
        assert pragma(session, "busy_timeout") == 5000
        assert pragma(session, "mmap_size") == 0
    opened.close()


def test_an_sqlite_library_with_the_wal_race_gets_a_rollback_journal(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_engines, "SQLITE_WITH_SAFE_WAL", (99, 0, 0))
    opened = open_database(databases.migrated("sqlite", tmp_path))

    with transaction(opened) as session:
        assert pragma(session, "journal_mode") == "delete"
        assert pragma(session, "synchronous") == 2
    opened.close()


def test_a_writer_holds_the_lock_of_sqlite_before_its_first_read(databases: Databases, tmp_path: Path) -> None:
    url = databases.migrated("sqlite", tmp_path)
    opened, other = open_database(url), db_engines.sqlite_module().connect(read_url(url).database, timeout=0)

    with transaction(opened) as session:
        session.scalars(select(Job)).all()
        with pytest.raises(db_engines.sqlite_module().OperationalError):
            other.execute("BEGIN IMMEDIATE")

    other.close()
    opened.close()


def test_a_writer_on_postgresql_is_serializable(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("postgresql", tmp_path))

    with transaction(opened) as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "serializable"
    with read_transaction(opened) as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        assert session.scalar(text("SHOW transaction_read_only")) == "on"
    opened.close()


def test_a_server_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    opened = open_database(f"postgresql://postgres@/x?host={tmp_path}")

    with pytest.raises(DatabaseUnavailable):
        read(opened, lambda session: session.scalar(select(1)))
    opened.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"evaluator,site\n" * 500)
    opened = open_database(f"sqlite:///{tmp_path / 'x.db'}")

    with pytest.raises(DatabaseUnavailable):
        read(opened, lambda session: session.scalar(select(1)))
    opened.close()


def test_a_mistyped_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        open_database(f"sqlite:///{tmp_path / 'mistyped.db'}")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["registry.db", "mysql://root:geheim@host/x", "sqlite://", "sqlite:///:memory:", "sqlite:///x.db?mode=ro"]
)
def test_other_addresses_are_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(DatabaseUrlRejected) as raised:
        read_url(url)
    assert "geheim" not in str(raised.value)


def test_without_an_address_the_file_stands_in_the_users_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert str(read_url(None).database).startswith(str(tmp_path))
    assert read_url("") == read_url(None)


def test_without_the_driver_of_postgresql_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(DatabaseUnavailable, match="pip install"):
        open_database("postgresql://host/x")
