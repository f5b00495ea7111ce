"""The database of the settings, for commands and the server: made where there is none yet, never upgraded unasked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from registry import db_state
from registry.config import settings_from_environment
from registry.db import Database, open_database, read, write
from registry.db_errors import domain_errors

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """Work is a function of a session; it is saved when `write` returns."""

    database: Database

    def read(self, work: Callable[[Session], Result]) -> Result:
        return read(self.database, work)

    def write(self, work: Callable[[Session], Result]) -> Result:
        return write(self.database, work)


@contextmanager
def own_database() -> Iterator[OwnDatabase]:
    opened = open_own_database(settings_from_environment().database_url)
    try:
        yield OwnDatabase(opened)
    finally:
        opened.close()


def open_own_database(url: str | None) -> Database:
    """An SQLite file that is missing or empty gets its tables. One that is behind is left as it is.

    Raises DatabaseNotCurrent, which names `registry db upgrade`, and DatabaseUnavailable.
    """
    opened = open_database(url, create=True)
    try:
        with domain_errors():
            is_empty = opened.engine.dialect.name == "sqlite" and not inspect(opened.engine).get_table_names()
        if is_empty:
            db_state.upgrade(opened)
        db_state.require_current(opened)
    except BaseException:
        opened.close()
        raise
    return opened
