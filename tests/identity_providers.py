"""Identity providers on this machine: a real one in a process of its own, and one that lies as it is told."""

import base64
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

PATIENCE_S = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def real_provider() -> Iterator[str]:
    """The issuer of `oidc-provider-mock`. It checks client, redirection and code, but no code challenge."""
    port = _free_port()
    issuer = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        give_up_at = time.monotonic() + PATIENCE_S
        while not _answers(issuer):
            assert process.poll() is None
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def _answers(issuer: str) -> bool:
    try:
        return httpx2.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


def consent(authorization_url: str, subject: str) -> dict[str, str]:
    """What a person does at the real provider; gives the parameters with which it sends the browser back."""
    answer = httpx2.post(authorization_url, data={"sub": subject}, follow_redirects=False, trust_env=False)
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@dataclass
class Forger:
    """A provider whose claims, header, key and documents the test chooses; None leaves a claim out."""

    issuer: str = ""
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    signing_key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "1"}))
    published_key: Any = None
    discovery: dict[str, Any] = field(default_factory=dict)
    token_answer: bytes | None = None
    token_status: int = 200
    redirect_to: str = ""
    requests: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "registry", "sub": "wang", "iat": now, "exp": now + 300,
                  "nonce": self.nonce} | self.claims  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            parts = [json.dumps({"alg": "none"}), json.dumps(kept)]
            return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."
        header = {"alg": self.algorithm, "kid": "1"}
        key = self.signing_key
        if self.algorithm == "HS256":
            key = OctKey.import_key(self.signing_key.as_pem(private=False))
        return jwt.encode(header, kept, key, algorithms=[self.algorithm])

    def answer(self, path: str) -> tuple[int, bytes]:
        if path == "/.well-known/openid-configuration":
            document = {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
            } | self.discovery  # fmt: skip
            return 200, json.dumps(document).encode()
        if path == "/jwks":
            key = self.published_key or self.signing_key
            return 200, json.dumps(KeySet([key]).as_dict(private=False)).encode()
        if path == "/token":
            body = json.dumps({"access_token": "x", "token_type": "Bearer", "id_token": self.id_token()}).encode()
            return self.token_status, self.token_answer if self.token_answer is not None else body
        return 404, b"{}"


@contextmanager
def forging_provider(**changes: Any) -> Iterator[Forger]:
    forger = Forger(**changes)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("content-length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            forger.requests.append((self.path, form, self.headers.get("authorization", "")))
            if forger.redirect_to and self.path == "/token":
                self.send_response(307)
                self.send_header("location", forger.redirect_to)
                self.send_header("content-length", "0")
                self.end_headers()
                return
            status, body = forger.answer(self.path)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815 - the framework's names

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forger.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=PATIENCE_S)
