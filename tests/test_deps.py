"""A COMMIT that fails is never a 201: the transaction ends before the response leaves."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request, Response
from fastapi.testclient import TestClient
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, func, insert, select
from sqlalchemy.orm import Session

from registry import deps
from registry.db import Database, read
from registry.deps import ReadSessionDep, SessionDep, WriterDep
from registry.errors import RegistryError
from registry.problems import of_registry_error

tables = MetaData()
Table("parents", tables, Column("id", Integer, primary_key=True))
# The database looks for the parent when the transaction ends, so it is the COMMIT that fails.
children = Table(
    "children",
    tables,
    Column("id", Integer, primary_key=True),
    Column("parent_id", ForeignKey("parents.id", deferrable=True, initially="DEFERRED"), nullable=False),
)
ORPHAN = insert(children).values(id=1, parent_id=99)


def actor(session: SessionDep) -> str:
    return str(session.scalar(select(func.count()).select_from(children)))


def app(database: Database | None) -> FastAPI:
    app = FastAPI()
    app.state.database = database

    def on_registry_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RegistryError)
        return of_registry_error(error)

    app.add_exception_handler(RegistryError, on_registry_error)

    @app.post("/session", status_code=201)
    def by_session(session: SessionDep) -> dict[str, bool]:
        session.execute(ORPHAN)
        return {"saved": True}

    @app.post("/with-actor", status_code=201)
    def by_session_of_an_actor(session: SessionDep, _actor: Annotated[str, Depends(actor)]) -> dict[str, bool]:
        session.execute(ORPHAN)
        return {"saved": True}

    @app.post("/writer", status_code=201)
    def by_writer(write: WriterDep) -> dict[str, bool]:
        write(lambda session: session.execute(ORPHAN))
        return {"saved": True}

    @app.post("/planted", status_code=201)
    def by_session_of_the_default_scope(session: Annotated[Session, Depends(deps.session)]) -> dict[str, bool]:
        session.execute(ORPHAN)
        return {"saved": True}

    add_good_routes(app)
    return app


def add_good_routes(app: FastAPI) -> None:
    @app.post("/good", status_code=201)
    def good(session: SessionDep) -> dict[str, bool]:
        session.execute(tables.tables["parents"].insert().values(id=99))
        session.execute(ORPHAN)
        return {"saved": True}

    @app.post("/from-a-reader", status_code=201)
    def from_a_reader(session: ReadSessionDep) -> dict[str, bool]:
        session.execute(ORPHAN)
        return {"saved": True}

    @app.get("/count")
    def count(session: ReadSessionDep) -> int:
        return session.scalars(select(func.count()).select_from(children)).one()


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    tables.create_all(database.engine)
    with TestClient(app(database), raise_server_exceptions=False) as client:
        yield client


def count(database: Database) -> int | None:
    return read(database, lambda session: session.scalar(select(func.count()).select_from(children)))


@pytest.mark.parametrize("route", ["/session", "/with-actor", "/writer"])
def test_a_commit_that_fails_is_a_conflict_and_not_a_201(client: TestClient, database: Database, route: str) -> None:
    response = client.post(route)

    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "constraint-violated"
    assert count(database) == 0


def test_the_default_scope_would_have_answered_201_for_what_was_not_saved(
    client: TestClient, database: Database
) -> None:
    response = client.post("/planted")

    assert response.status_code == 201
    assert count(database) == 0


def test_what_is_acknowledged_is_saved(client: TestClient, database: Database) -> None:
    response = client.post("/good")

    assert response.status_code == 201
    assert count(database) == 1
    assert client.get("/count").json() == 1


def test_the_connection_is_whole_again_after_a_commit_that_failed(client: TestClient) -> None:
    statuses = [client.post(route).status_code for route in ("/session", "/writer", "/good", "/session", "/good")]

    assert statuses == [409, 409, 201, 409, 409]


def test_a_route_that_reads_cannot_write(client: TestClient, database: Database) -> None:
    assert client.post("/from-a-reader").status_code == 503
    assert count(database) == 0


def test_a_server_without_a_database_says_so() -> None:
    with TestClient(app(None), raise_server_exceptions=False) as client:
        response = client.get("/count")

    assert response.status_code == 503
    assert response.json()["code"] == "database-unavailable"
