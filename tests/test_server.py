"""`registry serve` as a process: what it answers, how it ends, and what it says when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from registry.config import Settings
from registry.errors import Unavailable
from registry.server import GRACE_S, Address, address, require_free

ROOT = Path(__file__).resolve().parent.parent
SERVING = "Serving on http://{0}, the API on http://{0}/api (stop with Ctrl+C)\n"
STALLED = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nname="
)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server with a database of its own; whatever still runs after the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object, **settings: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        environment |= {"REGISTRY_DATABASE_URL": f"sqlite:///{tmp_path / 'registry.db'}", **settings}
        process = subprocess.Popen(
            [sys.executable, "-m", "registry", "serve", *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until_served(process: subprocess.Popen[str], port: int) -> None:
    end = time.monotonic() + 120
    while True:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "the server did not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def said(process: subprocess.Popen[str], timeout: float = 120) -> tuple[int, str, str]:
    """Exit code, output and error stream of a process that has been told to end or cannot start."""
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_it_serves_until_told_to_end_and_leaves_nothing_open(
    start: Start, port: int, tmp_path: Path, name: str
) -> None:
    process = start("--port", port)
    wait_until_served(process, port)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        health = client.get("/healthz").json()
        statuses = {path: client.get(path).status_code for path in ("/", "/api", "/problems", "/api/v1/comparisons")}
        # The connection stays open while the server ends.
        process.send_signal(getattr(signal, name))

        assert said(process) == (0, SERVING.format(f"127.0.0.1:{port}"), "")
    assert health["status"] == "ok"
    assert statuses == {"/": 200, "/api": 200, "/problems": 200, "/api/v1/comparisons": 401}
    # SQLite takes the log of writes away when the last connection is closed.
    assert {path.name for path in tmp_path.iterdir()} == {"registry.db", "keys"}


@pytest.mark.slow
def test_a_stalled_upload_does_not_hold_the_end_for_ever(start: Start, port: int) -> None:
    process = start("--port", port)
    wait_until_served(process, port)
    with socket.create_connection(("127.0.0.1", port)) as stalled, httpx2.Client() as client:
        stalled.sendall(STALLED)
        # The answer to a later request shows that the earlier one is being read.
        client.get(f"http://127.0.0.1:{port}/healthz")
        process.terminate()
        code, _, err = said(process, timeout=GRACE_S + 60)

    assert code == 0
    assert "timeout graceful shutdown exceeded" in err


@pytest.mark.slow
def test_a_port_in_use_is_an_error_that_names_it_and_a_way_out(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        code, out, err = said(start("--port", taken))

    assert (code, out) == (6, "")
    assert f"127.0.0.1:{taken} cannot be listened on" in err
    assert "Give another one with --port or --host." in err
    assert "Traceback" not in err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [("REGISTRY_PORT", "eighty"), ("REGISTRY_LANGUAGE", "xx"), ("REGISTRY_MAX_BODY_BYTES", "1")],
)
def test_a_bad_setting_is_an_error_that_names_it(start: Start, name: str, value: str) -> None:
    code, out, err = said(start(**{name: value}))

    assert (code, out) == (1, "")
    assert f"{name} cannot be used" in err
    assert f"Seen: '{value}'" in err
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_bad_address_of_the_database_is_an_error_before_anything_is_served(start: Start, port: int) -> None:
    code, out, err = said(start("--port", port, REGISTRY_DATABASE_URL="mysql://host/name"))

    assert (code, out) == (1, "")
    assert "SQLite and PostgreSQL" in err


def test_an_address_in_use_is_unavailable_and_a_free_one_is_not(port: int) -> None:
    require_free(Address("127.0.0.1", port))
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()

        with pytest.raises(Unavailable) as caught:
            require_free(Address("127.0.0.1", port))
    assert [each.code for each in caught.value.violations] == ["address-in-use"]
    assert caught.value.violations[0].value == f"127.0.0.1:{port}"


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_an_address_of_another_machine_cannot_be_listened_on(host: str, port: int) -> None:
    with pytest.raises(Unavailable, match="cannot be listened on"):
        require_free(Address(host, port))


def test_an_ipv6_address_is_written_in_brackets() -> None:
    assert str(Address("::1", 8000)) == "[::1]:8000"
    assert str(Address("127.0.0.1", 8000)) == "127.0.0.1:8000"


def test_what_is_not_asked_for_comes_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_HOST", "192.0.2.7")
    monkeypatch.setenv("REGISTRY_PORT", "8123")

    assert address(None, None) == Address("192.0.2.7", 8123)
    assert address("127.0.0.1", 8001) == Address("127.0.0.1", 8001)


def test_unless_told_otherwise_only_this_machine_is_served() -> None:
    assert Settings.model_fields["host"].default == "127.0.0.1"
