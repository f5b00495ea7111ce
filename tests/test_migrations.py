"""Migrations: one line of revisions, the tables of the models, evidence that cannot be changed, commands about it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from databases import Databases
from hatchling.builders.wheel import WheelBuilder
from pytest_alembic.tests import (
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)
from rows import make_comparison, saved_job
from sqlalchemy import Engine, inspect, text
from typer.testing import CliRunner, Result

from registry import db_state
from registry.db import Database, migration, open_database, write
from registry.db_cli import database as commands
from registry.db_engines import DatabaseMissing
from registry.db_state import DatabaseNotCurrent
from registry.errors import Conflict, RegistryError
from registry.migrations import immutable

ROOT = Path(__file__).resolve().parent.parent
__all__ = [  # pytest collects them here too
    "test_model_definitions_match_ddl",
    "test_single_head_revision",
    "test_up_down_consistency",
    "test_upgrade",
]


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    opened = open_database(empty_url, create=True)
    yield opened
    opened.close()


@pytest.fixture
def alembic_engine(empty: Database) -> Engine:
    return empty.engine


@pytest.fixture
def alembic_config() -> Config:
    return db_state.alembic_config()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def faults(database: Database) -> dict[str, str]:
    return {finding.subject: finding.fault for finding in db_state.check(database) if finding.fault}


def test_a_new_database_gets_all_tables_and_passes_the_check(empty: Database) -> None:
    assert db_state.upgrade(empty) == (None, db_state.newest_revision())
    assert faults(empty) == {}
    db_state.require_current(empty)


def test_tables_of_every_slice_are_found() -> None:
    assert set(db_state.metadata_of_all_tables().tables) >= {"contents", "comparisons", "jobs", "idempotency_keys"}


def test_every_constraint_has_a_name(database: Database) -> None:
    seen = inspect(database.engine)
    for table in db_state.metadata_of_all_tables().tables:
        constraints = [
            seen.get_pk_constraint(table), *seen.get_foreign_keys(table), *seen.get_check_constraints(table),
            *seen.get_unique_constraints(table), *seen.get_indexes(table),
        ]  # fmt: skip
        assert all(str(each["name"]).startswith(("pk_", "fk_", "ck_", "uq_", "ix_")) for each in constraints), table


def test_an_upgrade_that_fails_half_way_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(*_: Any) -> None:
        raise Conflict("planted")

    with monkeypatch.context() as changed:
        changed.setattr(immutable, "refuse_changes", planted)
        with pytest.raises(Conflict, match="planted"):
            db_state.upgrade(empty)

    assert inspect(empty.engine).get_table_names() == []
    db_state.upgrade(empty)
    assert faults(empty) == {}


@contextmanager
def waiting_upgrades(url: str, engine: str, number: int) -> Iterator[None]:
    """Holds what an upgrade must wait for, and ends once so many of them wait."""
    opened = open_database(url, create=True)
    with migration(opened.engine) as connection:
        connection.execute(text("SELECT 1" if engine == "sqlite" else db_state.POSTGRESQL_LOCK))
        yield
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        give_up_at = time.monotonic() + 120
        while engine == "postgresql" and connection.scalar(waiting) != number and time.monotonic() < give_up_at:
            time.sleep(0.05)
    opened.close()


@pytest.mark.slow
def test_of_two_upgrades_at_once_both_succeed(empty_url: str, engine_name: str) -> None:
    program = "import sys; from registry.db_cli import database; database(['upgrade', '--url', sys.argv[1]])"
    start = [sys.executable, "-c", program, empty_url]
    with waiting_upgrades(empty_url, engine_name, 2):
        both = [subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    done = [each.communicate(timeout=180) for each in both]

    assert [each.returncode for each in both] == [0, 0], done
    with closing(open_database(empty_url)) as opened:
        assert faults(opened) == {}


def test_a_downgrade_never_destroys_what_was_recorded(database: Database) -> None:
    write(database, lambda session: session.add(make_comparison(session)))

    with pytest.raises(Conflict, match="would destroy"):
        command.downgrade(db_state.alembic_config(database), "base")

    assert faults(database) == {}


def test_a_database_without_tables_or_ahead_of_the_program_is_named(empty: Database) -> None:
    assert "registry db upgrade" in faults(empty)["revision"]
    with pytest.raises(DatabaseNotCurrent, match="no tables yet"):
        db_state.require_current(empty)

    db_state.upgrade(empty)
    write(empty, lambda session: session.execute(text("UPDATE alembic_version SET version_num = 'ffff'")))

    assert "newer program" in faults(empty)["revision"]
    with pytest.raises(DatabaseNotCurrent, match="newer program"):
        db_state.upgrade(empty)


@pytest.mark.parametrize(
    ("statement", "subject", "named"),
    [
        ("DROP INDEX ix_jobs_state_created_at", "tables", "ix_jobs_state_created_at"),
        ("ALTER TABLE jobs ADD COLUMN priority BIGINT", "tables", "priority"),
        ("DROP TABLE idempotency_keys", "tables", "idempotency_keys"),
        ("DROP TRIGGER contents_refuse_delete{on}", "triggers", "contents_refuse_delete"),
    ],
)
def test_tables_that_differ_from_the_models_are_named(
    database: Database, statement: str, subject: str, named: str
) -> None:
    on = " ON contents" if database.engine.dialect.name == "postgresql" else ""
    write(database, lambda session: session.execute(text(statement.format(on=on))))

    assert named in faults(database)[subject]


def test_a_dropped_rule_is_named(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("postgresql", tmp_path))
    write(opened, lambda session: session.execute(text("ALTER TABLE jobs DROP CONSTRAINT ck_jobs_state_is_known")))
    write(opened, lambda session: session.execute(text("ALTER TABLE contents DISABLE TRIGGER contents_refuse_update")))

    assert "ck_jobs_state_is_known" in faults(opened)["tables"]
    assert "contents_refuse_update" in faults(opened)["triggers"]
    opened.close()


def test_a_reference_that_leads_nowhere_is_named(databases: Databases, tmp_path: Path) -> None:
    opened = open_database(databases.migrated("sqlite", tmp_path))
    saved_job(opened)
    with opened.engine.connect().execution_options(migrating=True) as connection, connection.begin():
        connection.execute(text("UPDATE jobs SET comparison_id = '00000000000000000000000000000001'"))

    assert "jobs" in faults(opened)["references"]
    opened.close()


def test_the_commands_tell_the_state_by_their_exit_codes(empty_url: str) -> None:
    with closing(open_database(empty_url, create=True)) as opened:
        assert db_state.current_revision(opened) is None
    before = run("check", "--url", empty_url)
    upgraded = run("upgrade", "--url", empty_url)
    again = run("upgrade", "--url", empty_url)
    after = run("check", "--url", empty_url)
    current = run("current", "--url", empty_url)

    assert [each.exit_code for each in (before, upgraded, again, after, current)] == [4, 0, 0, 0, 0]
    assert "Already at revision" in again.stdout
    assert current.stdout.startswith(db_state.newest_revision())


def test_the_check_of_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    done = run("check", "--url", f"sqlite:///{tmp_path / 'x.db'}")

    assert isinstance(done.exception, DatabaseMissing)
    assert isinstance(done.exception, RegistryError)
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_not_printed(tmp_path: Path) -> None:
    done = run("upgrade", "--url", f"postgresql://root:geheim@/x?host={tmp_path}")

    assert isinstance(done.exception, RegistryError)
    assert "geheim" not in done.output + str(done.exception)


def test_the_settings_do_not_show_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.config import Settings

    monkeypatch.setenv("REGISTRY_DATABASE_URL", "postgresql://root:geheim@host/x")

    assert Settings().database_url == "postgresql://root:geheim@host/x"
    assert "geheim" not in repr(Settings()) + str(Settings())


def test_naming_the_commands_imports_nothing_heavy() -> None:
    heavy = "('sqlalchemy', 'alembic', 'psycopg', 'fastapi')"
    program = f"import sys, registry.db_cli; print(sorted(set({heavy}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_wheel_holds_the_migrations() -> None:
    held = {each.distribution_path for each in WheelBuilder(str(ROOT)).recurse_included_files()}
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "registry" / "migrations").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert "registry/migrations/script.py.mako" in expected
    assert expected - held == set()
