"""Fixtures for all tests. A test that takes `database` or `session` runs on SQLite and on PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import postgres_server
import pytest
from sqlalchemy.orm import Session

from registry import db_state
from registry.db import Database, open_database

ENGINES = ("sqlite", "postgresql")

# pytest-alembic 0.13 hangs tests of its own on this file, which stops pytest 9. test_migrations.py names them itself.
collect_ignore = ["conftest.py"]


class Databases:
    """Makes databases for one run of tests; the tables are made once per engine and then copied."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._server: postgres_server.Server | None = None
        self._templates: dict[str, str] = {}
        self._shared: dict[str, Database] = {}

    def empty(self, engine: str, folder: Path) -> str:
        return self.server().create() if engine == "postgresql" else f"sqlite:///{folder / 'registry.db'}"

    def migrated(self, engine: str, folder: Path) -> str:
        template = self._template(engine)
        if engine == "postgresql":
            return self.server().create(template)
        shutil.copyfile(template.removeprefix("sqlite:///"), folder / "registry.db")
        return f"sqlite:///{folder / 'registry.db'}"

    def drop(self, url: str) -> None:
        if url.startswith("postgresql"):
            self.server().drop(url)

    def shared(self, engine: str) -> Database:
        """One database for all tests that roll back."""
        if engine not in self._shared:
            (folder := self._folder / "shared").mkdir(exist_ok=True)
            self._shared[engine] = open_database(self.migrated(engine, folder))
            self._stack.callback(self._shared[engine].close)
        return self._shared[engine]

    def server(self) -> postgres_server.Server:
        if self._server is None:
            if os.environ.get(postgres_server.LEFT_OUT, "0") not in {"", "0"}:
                pytest.skip(f"{postgres_server.LEFT_OUT} is set")
            try:
                self._server = self._stack.enter_context(postgres_server.server())
            except postgres_server.NoPostgres as error:
                pytest.fail(str(error), pytrace=False)
        return self._server

    def _template(self, engine: str) -> str:
        if engine not in self._templates:
            url = self.empty(engine, self._folder)
            made = open_database(url, create=True)
            db_state.upgrade(made)
            made.close()
            self._templates[engine] = url
        return self._templates[engine]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(tmp_path_factory.mktemp("databases"), stack)


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(databases: Databases, engine_name: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables; the SQLite file is still to be made."""
    url = databases.empty(engine_name, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def database_url(databases: Databases, engine_name: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database of its own for each test, with all tables."""
    url = databases.migrated(engine_name, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """For tests in which something is really saved."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def session(databases: Databases, engine_name: str) -> Iterator[Session]:
    """A session on a database with all tables, rolled back after the test: the quick way to test a service."""
    with databases.shared(engine_name).writers() as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get(postgres_server.LEFT_OUT, "0") not in {"", "0"}:
        terminalreporter.section("POSTGRESQL WAS LEFT OUT", sep="!", red=True)
        terminalreporter.line(f"{postgres_server.LEFT_OUT} is set: nothing here was tried on PostgreSQL.")
