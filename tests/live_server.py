"""A real `registry serve` in a process of its own, over real HTTP, that a test may kill and start again.

Servers are forked from a process that has imported everything, which saves seconds for each start.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api_requests import COMPARISONS, JSON_TYPE
from people import saved_person

from registry.accounts.permissions import Role
from registry.db import open_database

PATIENCE_S = 60
# A request with this header is carried out, and the process ends by SIGKILL before a byte of the answer is sent.
DIES = {"x-test-dies": "before the answer"}
_NURSERY = """
import os, signal, sys
import uvicorn, registry.app, registry.cli, registry.reliability.service, registry.own_database, registry.server
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
plain = registry.app.create_app

def create_app(*arguments):
    app = plain(*arguments)
    async def mortal(scope, receive, send):
        dies = scope["type"] == "http" and (b"x-test-dies", b"before the answer") in scope["headers"]
        async def answer(message):
            if dies:
                os.kill(os.getpid(), signal.SIGKILL)
            await send(message)
        await app(scope, receive, answer)
    return mortal

registry.app.create_app = create_app
for line in sys.stdin:
    url, port = line.split()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ["REGISTRY_DATABASE_URL"] = url
        sys.argv = ["registry", "serve", "--port", port]
        os.dup2(2, 1)
        registry.cli.main()
        os._exit(0)
    print(pid, flush=True)
"""


@dataclass
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


class LiveServer:
    def __init__(self, start: Callable[[int], int]) -> None:
        """start: a server on this port, giving its process."""
        self._start = start
        self._port = _free_port()
        self.pid = 0
        self.headers: dict[str, str] = {}

    def start(self) -> None:
        self.pid = self._start(self._port)
        give_up_at = time.monotonic() + PATIENCE_S
        while not self.is_serving():
            assert time.monotonic() < give_up_at
            time.sleep(0.02)

    def is_serving(self) -> bool:
        try:
            return self.request("GET", "/healthz").status == 200
        except OSError:
            return False

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.wait_for_end()

    def wait_for_end(self) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while Path(f"/proc/{self.pid}").exists():
            assert time.monotonic() < give_up_at
            time.sleep(0.005)

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Raises OSError or HTTPException where the server ends before it has answered."""
        connection = self._sent(method, path, body, headers or {})
        try:
            response = connection.getresponse()
            return Answer(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        finally:
            connection.close()

    def send_and_leave(self, body: bytes, headers: Mapping[str, str]) -> None:
        """A comparison is handed in, and nobody stays for the answer."""
        self._sent("POST", COMPARISONS, body, JSON_TYPE | dict(headers)).close()

    def hand_in(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        return self.request("POST", COMPARISONS, body, JSON_TYPE | dict(headers))

    def most_resident_bytes(self) -> int:
        """Since the start."""
        lines = Path(f"/proc/{self.pid}/status").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))

    def _sent(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        connection.request(method, path, body, self.headers | dict(headers))
        return connection


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Nursery:
    """Starts servers, which write what they have to say, standard error and all, to the log."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __enter__(self) -> "Nursery":
        with self.log.open("wb") as log:
            pipe = subprocess.PIPE
            command = [sys.executable, "-c", _NURSERY]
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, bufsize=1)
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=PATIENCE_S)

    @contextmanager
    def serve(self, url: str) -> Iterator[LiveServer]:
        server = LiveServer(lambda port: self._fork(f"{url} {port}\n"))
        server.start()
        with closing(open_database(url)) as database:
            server.headers = saved_person(database, Role.AUDITOR).bearer
        try:
            yield server
        finally:
            server.kill()

    def _fork(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line)
        return int(self._process.stdout.readline())


def multipart(files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, dict[str, str]]:
    """A form's body and its headers."""
    boundary = "-" * 30 + "registry"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{role}"; filename={json.dumps(name)}\r\n\r\n'.encode()
        + content + b"\r\n"
        for role, (name, content) in files.items()
    ]  # fmt: skip
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, {"content-type": f"multipart/form-data; boundary={boundary}"}
