"""Receivers of webhooks on this machine, which take, fail, hang, redirect and lie, and how an honest one verifies."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from registry.evaluators.webhooks import Message

PATIENCE_S = 60
MESSAGE = Message("qualification.suspend", {"evaluator": "ev-000001", "name": "浙江环评"})


def is_genuine(secret: str, message_id: str, timestamp: str, signatures: str, payload: bytes) -> bool:
    """As a receiver does it, written from the words of the specification: several signatures, separated by spaces."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in (message_id.encode(), b".", timestamp.encode(), b".", payload):
        mac.update(part)
    found = [each.partition(",")[2] for each in signatures.split(" ") if each.startswith("v1,")]
    return any(hmac.compare_digest(base64.b64decode(each, validate=True), mac.digest()) for each in found)


@dataclass
class Receiver:
    """behave: what it does with a request that it has read; the handler is the framework's."""

    behave: Callable[[Any], None]
    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/hook")


def answers(status: int, *headers: tuple[str, str]) -> Callable[[Any], None]:
    def behave(handler: Any) -> None:
        handler.send_response(status)
        for name, value in (*headers, ("content-length", "0")):
            handler.send_header(name, value)
        handler.end_headers()

    return behave


@contextmanager
def receiver(behave: Callable[[Any], None]) -> Iterator[Receiver]:
    made = Receiver(behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            made.requests.append(({name.lower(): value for name, value in self.headers.items()}, content))
            self.receiver = made
            self.close_connection = True
            try:
                made.behave(self)
            except OSError:
                """The sender hung up."""

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=PATIENCE_S)


def hangs(handler: Any) -> None:
    handler.receiver.closing.wait(PATIENCE_S)


def sends_headers_for_ever(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
    while not handler.receiver.closing.wait(0.01):
        handler.wfile.write(b"x")


def sends_content_for_ever(handler: Any) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
    while not handler.receiver.closing.wait(0.01):
        handler.wfile.write(b"x" * 1000)


def speaks_no_http(handler: Any) -> None:
    handler.wfile.write(b"\x00\x01 I am fine, 200 OK\r\n\r\n")


def hangs_up(handler: Any) -> None:
    """Closes without a word."""
