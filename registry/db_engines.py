"""Engines: SQLite made safe for several writers, PostgreSQL made serializable."""

import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from registry.db_errors import DatabaseUnavailable
from registry.errors import Conflict, Invalid

# Older libraries can damage a file in WAL mode (https://www.sqlite.org/wal.html#walresetbug).
SQLITE_WITH_SAFE_WAL = (3, 51, 3)
SQLITE_BUSY = 5
# A writer waits so long for another one before it is told that the database is busy.
BUSY_TIMEOUT_S = 5.0
# Together as many as the web server has threads, so that none waits for a connection.
_POOL = {"pool_size": 5, "max_overflow": 35, "pool_timeout": 30.0}

# Execution options of an engine or a connection, by dialect; _begin_sqlite reads those of SQLite.
READ_ONLY: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
MIGRATING: dict[str, dict[str, Any]] = {
    # SQLite changes a table by making it anew, which must not look like the removal of referenced rows.
    "sqlite": {"migrating": True},
    # One upgrade waits for another by a lock, and must then see what that one did.
    "postgresql": {"isolation_level": "READ COMMITTED"},
}


class DatabaseUrlRejected(Invalid):
    code = "database-url-rejected"
    title = "The address of the database cannot be used"


class DatabaseMissing(Conflict):
    code = "database-missing"
    title = "There is no database yet"


def default_url() -> URL:
    """registry.db in the user's data folder, the same from whatever folder a command is run."""
    home = Path.home()
    folders = {"darwin": home / "Library" / "Application Support", "win32": home / "AppData" / "Local"}
    folder = folders.get(sys.platform, home / ".local" / "share")
    return URL.create("sqlite", database=str(folder / "evaluator-registry" / "registry.db"))


def read_url(text: str | None) -> URL:
    """The address with the driver we use; None or nothing is the default. Raises DatabaseUrlRejected."""
    if not text:
        return default_url()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        # The text is not repeated: it may hold a password.
        raise DatabaseUrlRejected(f"The address of the database is not a URL. {_FORMS}") from error
    backend = url.drivername.partition("+")[0]
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise DatabaseUrlRejected(f"The registry works with SQLite and PostgreSQL, not with {backend!r}. {_FORMS}")
    if not url.database or url.database == ":memory:" or url.query:
        raise DatabaseUrlRejected(f"The SQLite database must be a file, and the URL has no options. {_FORMS}")
    return url.set(drivername="sqlite")


_FORMS = "Give sqlite:////path/to/file.db or postgresql://user@host/name."


def sqlite_module() -> ModuleType:
    """pysqlite3 brings a newer SQLite than Python does; it has wheels for some machines only."""
    try:
        import pysqlite3  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        import sqlite3

        return sqlite3
    module: ModuleType = pysqlite3
    return module


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite address; None for a server."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def make_engine(url: URL, *, create: bool = False) -> Engine:
    """create: an SQLite file that does not exist is made, else it is refused (DatabaseMissing)."""
    path = sqlite_file(url)
    if path is None:
        return _postgresql_engine(url)
    if create:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    elif not path.is_file():
        raise DatabaseMissing(f"There is no database at {path}. Make it with: registry db upgrade")
    return _sqlite_engine(url)


def read_only(engine: Engine) -> Engine:
    """The same pool, with transactions that see one state of the database and cannot write."""
    return engine.execution_options(**READ_ONLY[engine.dialect.name])


def _postgresql_engine(url: URL) -> Engine:
    try:
        return create_engine(url, isolation_level="SERIALIZABLE", pool_pre_ping=True, **_POOL)
    except ModuleNotFoundError as error:
        raise DatabaseUnavailable(
            "PostgreSQL needs the driver psycopg: pip install 'evaluator-registry[postgres]'"
        ) from error


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, module=sqlite_module(), connect_args={"timeout": BUSY_TIMEOUT_S}, **_POOL)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions on its own terms: not for SELECT, so that an update between a reader's look
    # and its own update is lost without an error. With None it leaves that to _begin_sqlite.
    connection.isolation_level = None
    wanted = "wal" if sqlite_module().sqlite_version_info >= SQLITE_WITH_SAFE_WAL else "delete"
    mode = _journal_mode(connection, wanted)
    if mode != wanted:
        raise DatabaseUnavailable(
            f"The database is in journal mode {mode}, which SQLite {sqlite_module().sqlite_version} cannot use safely. "
            "Stop the other programs that use it, or install the Python package pysqlite3."
        )
    connection.execute("PRAGMA synchronous = FULL")
    # So that the triggers against deletion also see a row that INSERT OR REPLACE would push out.
    connection.execute("PRAGMA recursive_triggers = ON")


def _journal_mode(connection: Any, wanted: str) -> str:
    """The mode after the attempt to set it; two programs that make a file at once wait for each other."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    while mode != wanted:
        try:
            (mode,) = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()
            break
        except sqlite_module().OperationalError as error:
            # This statement does not wait by itself.
            if error.sqlite_errorcode & 0xFF != SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
    return str(mode)


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock before they read; readers cannot write."""
    options = connection.get_execution_options()
    reads, migrates = options.get("read_only", False), options.get("migrating", False)
    # These two have no effect inside a transaction, and the next user of the connection may want them otherwise.
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if migrates else 'ON'}")
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
