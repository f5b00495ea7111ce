"""The state of a database: its revision, what it lacks, and the way to the newest revision."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, text

import registry
from registry.db import Base, Database, read_transaction
from registry.db_engines import SQLITE_WITH_SAFE_WAL, sqlite_module
from registry.errors import Conflict
from registry.migrations.immutable import without_triggers

# The second one, which Alembic leaves out by default, compares CHECK constraints by name.
COMPARISON_OPTIONS: dict[str, Any] = {
    "autogenerate_plugins": ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
    "compare_type": True,
}
# Of two upgrades of PostgreSQL at once the second waits here. SQLite has one writer anyway.
POSTGRESQL_LOCK = "SELECT pg_advisory_xact_lock(hashtext('registry migrations'))"
# PRAGMA synchronous: every commit reaches the disk.
_FULL = 2


class DatabaseNotCurrent(Conflict):
    code = "database-not-current"
    title = "The database and the program are of different revisions"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. fault is empty where all is well."""

    subject: str
    seen: str
    fault: str = ""


@cache
def metadata_of_all_tables() -> MetaData:
    """Tables of every `models.py`, every `x_models.py` and two of the foundation: a new slice needs no entry here."""
    import_module("registry.blobs")
    import_module("registry.answered_requests")
    for folder in iter_modules(registry.__path__, "registry."):
        files = iter_modules(import_module(folder.name).__path__) if folder.ispkg else ()
        for each in files:
            if each.name.rpartition("_")[2] == "models":
                import_module(f"{folder.name}.{each.name}")
    return Base.metadata


def alembic_config(database: Database | None = None) -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", "registry:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = database.engine if database else None
    return config


@cache
def newest_revision() -> str:
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert newest is not None
    return newest


def current_revision(database: Database) -> str | None:
    """None for a database without our tables. Raises DatabaseUnavailable."""
    with read_transaction(database) as session:
        return _revision(session.connection())


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the tables to the newest revision, in one transaction; gives the revisions before and after.

    Raises DatabaseNotCurrent where the database is ahead of this program.
    """
    before = current_revision(database)
    try:
        command.upgrade(alembic_config(database), "head")
    except CommandError as error:
        raise DatabaseNotCurrent(_revision_fault(before) or "The tables cannot be brought up to date.") from error
    return before, newest_revision()


def require_current(database: Database) -> None:
    """For the start of a program. Raises DatabaseNotCurrent, which says what to do."""
    fault = _revision_fault(current_revision(database))
    if fault:
        raise DatabaseNotCurrent(fault)


def check(database: Database) -> tuple[Finding, ...]:
    """How the engine is set up, the revision, tables against models, triggers and references."""
    with read_transaction(database) as session:
        connection = session.connection()
        found = list((_sqlite if connection.dialect.name == "sqlite" else _postgresql)(connection))
        revision = _revision(connection)
        fault = _revision_fault(revision)
        found.append(Finding("revision", f"{revision or 'none'}; newest: {newest_revision()}", fault))
        # Against another revision everything would differ.
        if not fault:
            found += _tables(connection)
    return tuple(found)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _revision_fault(revision: str | None) -> str:
    if revision is None:
        return "The database has no tables yet. Run: registry db upgrade"
    if revision == newest_revision():
        return ""
    known = {each.revision for each in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if revision in known:
        return f"The database is at revision {revision}, behind {newest_revision()}. Run: registry db upgrade"
    return f"The database is at revision {revision}, which this program does not know. Use a newer program."


def _tables(connection: Connection) -> Iterator[Finding]:
    metadata = metadata_of_all_tables()
    context = MigrationContext.configure(connection, opts=COMPARISON_OPTIONS)
    differences = [_described(each) for each in compare_metadata(context, metadata)]
    yield _listed("tables", "as the program has them", differences, "The tables are not those of the program")
    immutable = ", ".join(table.name for table in metadata.sorted_tables if "immutable" in table.info)
    missing = without_triggers(connection, metadata.sorted_tables)
    yield _listed("triggers", f"{immutable} refuse changes", missing, "Triggers are missing or disabled")


def _described(difference: Any) -> str:
    """Alembic gives (operation, ..., object) or a list of such for the columns of a table."""
    if isinstance(difference, list):
        return ", ".join(_described(each) for each in difference)
    named = [
        str(getattr(part, "name", part)) for part in difference[1:] if isinstance(part, str) or hasattr(part, "name")
    ]
    return " ".join([str(difference[0]), *named])


def _listed(subject: str, well: str, faults: list[str], sentence: str) -> Finding:
    return Finding(subject, well if not faults else "", f"{sentence}: {'; '.join(faults)}." if faults else "")


def _sqlite(connection: Connection) -> Iterator[Finding]:
    module = sqlite_module()
    yield Finding("engine", f"SQLite {module.sqlite_version} ({module.__name__})")
    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    slow = "" if module.sqlite_version_info >= SQLITE_WITH_SAFE_WAL else "; slow, the package pysqlite3 would cure it"
    yield Finding("journal", f"{journal}{slow}")
    synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    fault = "" if synchronous >= _FULL else "Saved changes may be lost with the power."
    yield Finding("synchronous", str(synchronous), fault)
    faults = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(10)") if row[0] != "ok"]
    yield _listed("file", "sound", faults, "The file is damaged; restore a backup")
    dangling = [f"{row[0]} row {row[1]} -> {row[2]}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    yield _listed("references", "hold", dangling[:10], f"{len(dangling)} references lead nowhere")


def _postgresql(connection: Connection) -> Iterator[Finding]:
    def shown(setting: str) -> str:
        return str(connection.execute(text("SELECT current_setting(:setting)"), {"setting": setting}).scalar_one())

    yield Finding("engine", f"PostgreSQL {shown('server_version')}")
    encoding = shown("server_encoding")
    fault = "" if encoding == "UTF8" else "The database must be made with encoding UTF8."
    yield Finding("encoding", encoding, fault)
    durable = {setting: shown(setting) for setting in ("fsync", "synchronous_commit", "full_page_writes")}
    off = [setting for setting, value in durable.items() if value == "off"]
    yield _listed("durability", "on", off, "Saved changes may be lost with the power, since these are off")
    doubtful = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated ORDER BY conname"
    yield _listed("references", "hold", list(connection.scalars(text(doubtful))), "Constraints were never validated")
