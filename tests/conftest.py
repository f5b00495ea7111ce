"""Fixtures for all tests. A test that takes `database` or `session` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from databases import Databases, without_postgres
from hypothesis import HealthCheck, settings
from postgres_server import LEFT_OUT
from sqlalchemy.orm import Session

from registry.db import Database, open_database

# Machines are shared and slow at times: how long an example takes says nothing about the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

ENGINES = ("sqlite", "postgresql")

# pytest-alembic 0.13 hangs tests of its own on this file, which stops pytest 9. test_migrations.py names them itself.
collect_ignore = ["conftest.py"]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(tmp_path_factory.mktemp("databases"), stack)


@pytest.fixture(autouse=True)
def _keys_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test makes keys in the folder of the user, where those of a PostgreSQL database usually are."""
    monkeypatch.setenv("REGISTRY_KEYS_DIR", str(tmp_path / "keys"))


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
    if without_postgres():
        terminalreporter.section("POSTGRESQL WAS LEFT OUT", sep="!", red=True)
        terminalreporter.line(f"{LEFT_OUT} is set: nothing here was tried on PostgreSQL.")
