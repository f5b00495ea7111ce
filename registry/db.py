"""The database: types and names of its tables, and the only place where a transaction ends.

SQLite is the embedded database, PostgreSQL the server; both run the same tests, and tables use only what both share.
A writing transaction is serializable on either: SQLite takes its one write lock before the first read, PostgreSQL
aborts one of two that contradict each other. `write` runs such a one again.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Double,
    Engine,
    MetaData,
    Text,
    TypeDecorator,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from registry.canonical import canonical_json
from registry.db_engines import MIGRATING, make_engine, read_only, read_url
from registry.db_errors import ConcurrentWrites, DatabaseBusy, RowNotFound, StaleVersion, domain_errors
from registry.json_text import MAX_INTEGER

Result = TypeVar("Result")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, aware and UTC coming out, to the microsecond, also on SQLite, which loses zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value!r} has no time zone; an instant is aware.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value kept as its canonical text (RFC 8785): equal values are equal texts, on both engines.

    The JSON types of the engines rewrite numbers and keys, so that a digest of what was stored would not hold.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value).decode()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value, parse_int=_whole_number)


def _whole_number(digits: str) -> int | float:
    """The canonical form writes 6.8e16 as digits alone: beyond 2**53 it was not an integer that was stored."""
    number = int(digits)
    return number if abs(number) <= MAX_INTEGER else float(digits)


class Base(DeclarativeBase):
    """Integers have 64 bits, numbers double precision, texts no length: what SQLite has, PostgreSQL has too.

    A table whose rows never change says so with info={"immutable": True} and gets triggers in its migration.
    """

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        float: Double(),
        int: BigInteger(),
        str: Text(),
    }


class Versioned:
    """A row that several people may edit: every change names the version that it was made to."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    version: Mapped[int] = mapped_column(default=1)


def sha256_check(column: str) -> CheckConstraint:
    """The column holds a digest in hexadecimal, or nothing."""
    return CheckConstraint(f"length({column}) = 64", name=f"{column}_is_sha256")


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Sessions of `readers` see one state of it and cannot write."""

    engine: Engine
    writers: sessionmaker[Session]
    readers: sessionmaker[Session]

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str | None = None, *, create: bool = False) -> Database:
    """The database of a setting; None is the default, a file in the user's data folder.

    create: make an SQLite file that does not exist. Raises DatabaseUrlRejected, DatabaseMissing, DatabaseUnavailable.
    """
    engine = make_engine(read_url(url), create=create)
    return Database(
        engine,
        writers=session_factory(engine),
        readers=session_factory(read_only(engine)),
    )


def session_factory(engine: Engine) -> sessionmaker[Session]:
    # Rows outlive their transaction: a route renders them after the COMMIT.
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(database: Database) -> Iterator[Session]:
    """One unit of work: saved as a whole when the block ends, not at all when it raises.

    Raises ConstraintViolated, ConcurrentWrites, DatabaseBusy, DatabaseUnavailable, also from the end of the block.
    """
    with domain_errors(), database.writers.begin() as session:
        yield session


@contextmanager
def read_transaction(database: Database) -> Iterator[Session]:
    """One state of the database for as long as the block lasts; writing is refused."""
    with domain_errors(), database.readers.begin() as session:
        yield session


def read(database: Database, work: Callable[[Session], Result]) -> Result:
    with read_transaction(database) as session:
        return work(session)


# Of 2,000 edits that eight writers made to one row of PostgreSQL none needed more than 13.
ATTEMPTS = 30
_PATIENCE_S = 15.0
_LONGEST_PAUSE_S = 0.1


def write(database: Database, work: Callable[[Session], Result], *, attempts: int = ATTEMPTS) -> Result:
    """What `work` returns, after its changes are saved. Where others got in between, it is run again from the start.

    So `work` may run several times and changes nothing but the database. Raises what `transaction` raises, but
    ConcurrentWrites and DatabaseBusy only after so many attempts or 15 seconds.
    """
    give_up_at = time.monotonic() + _PATIENCE_S
    for attempt in range(1, attempts):
        try:
            with transaction(database) as session:
                return work(session)
        except (ConcurrentWrites, DatabaseBusy):
            if time.monotonic() > give_up_at:
                raise
        time.sleep(pause_s(attempt))
    with transaction(database) as session:
        return work(session)


def pause_s(attempt: int) -> float:
    """Longer after each attempt, and different for each thread, so that two do not collide again in step."""
    longest = min(_LONGEST_PAUSE_S, 0.001 * 2.0**attempt)
    return longest * random.Random(threading.get_ident() + attempt).uniform(0.2, 1.0)  # noqa: S311 - no secret


@contextmanager
def migration(engine: Engine) -> Iterator[Connection]:
    """One transaction for all steps of an upgrade, in which the shape of tables may change."""
    options = MIGRATING[engine.dialect.name]
    with domain_errors(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def compare_and_set(session: Session, table: type[Versioned], row_id: UUID, version: int, **changes: Any) -> int:
    """Change the row if it is still at this version; gives the new version. Raises StaleVersion, RowNotFound."""
    statement = update(table).where(table.id == row_id, table.version == version).values(version=version + 1, **changes)
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    if result.rowcount == 1:
        return version + 1
    current = session.scalar(select(table.version).where(table.id == row_id))
    if current is None:
        raise RowNotFound(f"There is no record {row_id}.")
    raise StaleVersion(version, current)
