"""The server that the other tests rely on: it is ours, ends with us, and a given one is left as it was found."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import postgres_server
import psycopg
import pytest
from databases import Databases
from postgres_server import NoPostgres, Server
from sqlalchemy import make_url


def names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}


@pytest.fixture
def url(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    """A server that somebody gives: the one that runs anyway, with a database that is not ours to drop."""
    given = databases.server().create()
    monkeypatch.setenv(postgres_server.GIVEN, given)
    return given


def test_a_given_server_is_used_and_left_as_it_was(url: str) -> None:
    before = names(url)

    with postgres_server.server() as given:
        first, second = given.create(), given.create()
        assert names(url) - before == {make_url(each).database for each in (first, second)}
        given.drop(first)

    assert names(url) == before


def test_only_databases_made_here_are_dropped(url: str) -> None:
    Server(url).drop(url)

    assert make_url(url).database in names(url)


@pytest.mark.slow
def test_an_own_server_ends_with_its_use_and_leaves_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres_server.GIVEN, raising=False)
    with postgres_server.server() as own:
        data = Path(own.show("data_directory"))
        pid = int((data / "postmaster.pid").read_text().split()[0]) if os.access(data, os.R_OK) else None
        assert own.show("fsync") == "on"
        assert own.show("listen_addresses") == ""

    assert not data.parent.exists()
    if pid is not None:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


ONE_THAT_WAITS = """
import postgres_server
with postgres_server.server() as own:
    print(own.show("data_directory"), flush=True)
    input()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a killed run cannot tell its server to end")
def test_a_killed_run_takes_its_server_with_it_and_the_next_run_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres_server.GIVEN, raising=False)
    command = [sys.executable, "-c", ONE_THAT_WAITS]
    run = subprocess.Popen(command, cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert run.stdin is not None
    assert run.stdout is not None
    with run.stdin, run.stdout:
        data = Path(run.stdout.readline().strip())
        socket = next(data.parent.glob(".s.PGSQL.*[0-9]"))
        run.send_signal(signal.SIGKILL)
        run.wait()

    assert data.parent.exists()
    give_up_at = time.monotonic() + 30
    while socket.exists() and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert not socket.exists()
    with postgres_server.server():
        assert not data.parent.exists()


def test_without_any_server_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> Any:
        return iter([Path("/nonexistent/bin")])

    monkeypatch.delenv(postgres_server.GIVEN, raising=False)
    monkeypatch.setattr(postgres_server, "_folders_of_programs", nothing)

    with pytest.raises(NoPostgres, match="apt-get install postgresql") as raised, postgres_server.server():
        pass
    assert "/nonexistent/bin" in str(raised.value)
    assert postgres_server.LEFT_OUT in str(raised.value)
