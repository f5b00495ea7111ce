"""What routes ask for: the database, as a session or as a writer, and the present instant."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from registry.clock import utc_now
from registry.db import Database, read_transaction, transaction, write
from registry.db_errors import DatabaseUnavailable

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Writer:
    """`write(lambda session: service.record(session, ...))`: saved when it returns, run again where others got in."""

    database: Database

    def __call__(self, work: Callable[[Session], Result]) -> Result:
        return write(self.database, work)


def database(request: Request) -> Database:
    """The one of create_app. Raises DatabaseUnavailable where the pages are served without one."""
    found = getattr(request.app.state, "database", None)
    if not isinstance(found, Database):
        raise DatabaseUnavailable(
            "This server has no database. Make one with `registry db upgrade`, then start `registry serve`."
        )
    return found


def session(request: Request) -> Iterator[Session]:
    with transaction(database(request)) as opened:
        yield opened


def read_session(request: Request) -> Iterator[Session]:
    with read_transaction(database(request)) as opened:
        yield opened


def writer(request: Request) -> Writer:
    return Writer(database(request))


# With scope "function" the COMMIT comes before the response is sent. With the default scope it comes after, and a
# COMMIT that fails has already been answered with 201. A streamed body outlives the session: it opens its own.
SessionDep = Annotated[Session, Depends(session, scope="function")]
ReadSessionDep = Annotated[Session, Depends(read_session, scope="function")]
WriterDep = Annotated[Writer, Depends(writer)]
NowDep = Annotated[datetime, Depends(utc_now)]
