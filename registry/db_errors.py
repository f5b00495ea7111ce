"""What a database can say no to, as errors of the domain. Told from codes of the drivers, never from their texts."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from registry.errors import Conflict, NotFound, RegistryError, Unavailable

_log = logging.getLogger(__name__)


class ConstraintViolated(Conflict):
    """constraint is its name where the driver tells it: PostgreSQL does, SQLite does not.

    A service that owes its caller a better sentence looks before it inserts. That look is safe: SQLite has one writer
    at a time, and PostgreSQL, serializable, aborts one of two that looked at the same gap; write() then runs it again.
    """

    code = "constraint-violated"
    title = "The change contradicts what is recorded"

    def __init__(self, constraint: str | None) -> None:
        super().__init__(
            "The change contradicts what is recorded, or would alter what may not change. Nothing was saved."
        )
        self.constraint = constraint


class ConcurrentWrites(Conflict):
    code = "concurrent-writes"
    title = "Others were writing to the same records"


class StaleVersion(Conflict):
    """current_version is what the record is at now."""

    code = "stale-version"
    title = "The record was changed by somebody else"

    def __init__(self, expected_version: int, current_version: int) -> None:
        super().__init__(
            f"The change was made to version {expected_version}, but the record is at version {current_version}. "
            "Nothing was saved. Look at the record again, then make the change anew."
        )
        self.current_version = current_version


class RowNotFound(NotFound):
    code = "row-not-found"
    title = "There is no such record"


class DatabaseBusy(Unavailable):
    code = "database-busy"
    title = "The database is busy"


class DatabaseUnavailable(Unavailable):
    code = "database-unavailable"
    title = "The database cannot be used"


class TablesDiffer(Unavailable):
    """Of a database that was checked when the program started, this is the first that is heard of it."""

    code = "database-tables-differ"
    title = "The tables of the database are not those of the program"


_NOTHING_SAVED = "Nothing was saved. Try again."
_TABLES = (
    "A table or a column that the program needs is missing. Nothing was saved. Run `registry db upgrade`; "
    "`registry db check` says what differs."
)
# https://www.sqlite.org/rescode.html, primary codes.
_SQLITE: dict[int, tuple[type[RegistryError], str]] = {
    # A statement that SQLite cannot prepare. Ours come from the models, so it is the tables that are different.
    1: (TablesDiffer, _TABLES),
    5: (DatabaseBusy, f"Another program has been writing to the database for too long. {_NOTHING_SAVED}"),
    6: (DatabaseBusy, f"A table of the database is locked. {_NOTHING_SAVED}"),
    8: (DatabaseUnavailable, "The database can only be read here: check the rights on its file and folder."),
    10: (DatabaseUnavailable, "The disk failed while the database was read or written."),
    11: (DatabaseUnavailable, "The database file is damaged. Restore a backup."),
    13: (DatabaseUnavailable, "The disk is full. Nothing was saved."),
    14: (
        DatabaseUnavailable,
        "The database file cannot be opened: check that its folder exists and the rights on it.",
    ),
    26: (DatabaseUnavailable, "The file is not an SQLite database."),
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html, codes and classes.
_POSTGRESQL: dict[str, tuple[type[RegistryError], str]] = {
    "40001": (ConcurrentWrites, f"Others were writing to the same records. {_NOTHING_SAVED}"),
    "40P01": (ConcurrentWrites, f"Others were writing to the same records. {_NOTHING_SAVED}"),
    "25006": (DatabaseUnavailable, "The database can only be read here."),
    "42501": (DatabaseUnavailable, "The database refuses this to the user of the program: look at the granted rights."),
    "42P01": (TablesDiffer, _TABLES),
    "42703": (TablesDiffer, _TABLES),
    "3D000": (DatabaseUnavailable, "There is no database of that name on the server."),
    "28": (DatabaseUnavailable, "The database server refused the user or the password."),
    "53": (DatabaseUnavailable, "The database server has run out of connections, memory or disk."),
}
_LOST = (
    "The connection to the database failed. If a change was being saved, whether it was is not known: "
    "look before making it again."
)


def domain_error(error: DBAPIError) -> RegistryError | None:
    """The error of the domain for an error of the driver, or None where only a fault of ours can be behind it."""
    driver_error = error.orig
    sqlstate: str | None = getattr(driver_error, "sqlstate", None)
    if isinstance(error, IntegrityError):
        return ConstraintViolated(getattr(getattr(driver_error, "diag", None), "constraint_name", None))
    # The low byte is the primary code; the drivers differ in whether they add the extended one.
    known = _SQLITE.get(getattr(driver_error, "sqlite_errorcode", 0) & 0xFF)
    if sqlstate is not None:
        known = _POSTGRESQL.get(sqlstate) or _POSTGRESQL.get(sqlstate[:2])
    if known is not None:
        kind, detail = known
        if kind is TablesDiffer:
            # The answer does not name the table, which whoever runs the server wants to know.
            _log.error("The tables differ: %s", driver_error)
        return kind(detail)
    lost = error.connection_invalidated or (sqlstate or "").startswith(("08", "57P"))
    # The driver itself, not the server, says that it got no connection.
    never_connected = isinstance(error, OperationalError) and sqlstate is None and hasattr(driver_error, "sqlstate")
    return DatabaseUnavailable(_LOST) if lost or never_connected else None


@contextmanager
def domain_errors() -> Iterator[None]:
    """Inside it, errors of the driver become errors of the domain; what cannot be told stays as it is."""
    try:
        yield
    except DBAPIError as error:
        known = domain_error(error)
        if known is None:
            raise
        raise known from error
    except StatementError as error:
        # A type of ours refused a value before the database saw it.
        if not isinstance(error.orig, RegistryError):
            raise
        raise error.orig from error
    except PoolTimeout as error:
        raise DatabaseBusy(f"All connections to the database are in use. {_NOTHING_SAVED}") from error
