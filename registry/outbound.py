"""The only network client: to identity providers and receivers of webhooks, and only to hosts that the settings name.

Nothing leaves unless a setting asks for it. No redirect is followed, no proxy taken from the environment, and an
answer has a limit of time and size.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from registry.errors import Invalid, Unavailable, Unreadable, Violation
from registry.json_text import parse_json

MAX_BYTES = 256 * 1024
MAX_SECONDS = 15.0
# For a connection, and for each piece of an answer.
_TIMEOUT_S = 5.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OutboundRefused(Unavailable):
    code = "outbound-refused"
    title = "The registry does not talk to this host"


class OutboundFailed(Unavailable):
    code = "outbound-failed"
    title = "Another server gave no usable answer"


class OriginsRejected(Invalid):
    code = "origins-rejected"
    title = "The setting does not name hosts to which anything may be sent"


@dataclass(frozen=True, slots=True)
class Outbound:
    """allowed: origins, for example https://login.example.org. Without one nothing leaves."""

    allowed: frozenset[str] = frozenset()
    most_seconds: float = MAX_SECONDS

    def get_json(self, url: str) -> Any:
        """Raises OutboundRefused, OutboundFailed."""
        return self._exchange("GET", url, None, None)

    def post_form(self, url: str, form: Mapping[str, str], basic: tuple[str, str] | None = None) -> Any:
        """basic: name and password. Raises OutboundRefused, OutboundFailed."""
        return self._exchange("POST", url, form, basic)

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer, whose content is not read. Raises OutboundRefused, OutboundFailed."""
        self.require_allowed(url)
        try:
            with (
                _client(self.most_seconds) as client,
                # A server may send its headings byte by byte, each in time.
                _closed_after(client, self.most_seconds),
                client.stream("POST", url, content=content, headers=dict(headers)) as response,
            ):
                return response.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _unreachable(url, error) from error

    def _exchange(self, method: str, url: str, form: Mapping[str, str] | None, basic: tuple[str, str] | None) -> Any:
        self.require_allowed(url)
        give_up_at = time.monotonic() + self.most_seconds
        content = b""
        try:
            with (
                _client(self.most_seconds) as client,
                client.stream(method, url, data=form, auth=basic, headers={"accept": "application/json"}) as response,
            ):
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > MAX_BYTES or time.monotonic() > give_up_at:
                        raise OutboundFailed(f"{_place(url)} sent too much, or too slowly.")
                status = response.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _unreachable(url, error) from error
        if status != httpx2.codes.OK:
            raise OutboundFailed(f"{_place(url)} answered with status {status}.")
        try:
            return parse_json(content, file=_place(url))
        except Unreadable as error:
            raise OutboundFailed(f"{_place(url)} sent no acceptable JSON.") from error

    def require_allowed(self, url: str) -> None:
        """Raises OutboundRefused."""
        origin = origin_of(url)
        if origin is None or origin not in self.allowed:
            raise OutboundRefused(f"{_place(url)} is not among the hosts that the settings allow.")


def _client(most_seconds: float) -> httpx2.Client:
    timeout = httpx2.Timeout(min(_TIMEOUT_S, most_seconds))
    return httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=False)


@contextmanager
def _closed_after(client: httpx2.Client, seconds: float) -> Iterator[None]:
    """What waits for an answer then fails with an error of the client."""
    late = threading.Timer(seconds, client.close)
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


def _unreachable(url: str, error: Exception) -> OutboundFailed:
    return OutboundFailed(f"{_place(url)} cannot be reached: {type(error).__name__}.")


def allowed_origins(setting: str | None, name: str) -> frozenset[str]:
    """Of a list with commas. name: of the variable. Raises OriginsRejected with every entry that is none."""
    wanted = [each.strip() for each in (setting or "").split(",") if each.strip()]
    faults = [
        Violation(
            "bad-origin",
            f"{name} has an entry that is no origin.",
            "Write scheme and host, as https://hooks.example.org; http only on this machine.",
            value=each[:80],
        )
        for each in wanted
        if origin_of(each) != each
    ]
    if faults:
        raise OriginsRejected(f"{name} cannot be used.", faults)
    return frozenset(wanted)


def origin_of(url: str) -> str | None:
    """Scheme, host and port of an address that may be fetched: https, or http on this machine; else None."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.username is not None or parts.password is not None or "\\" in url:
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return None
    default = 443 if parts.scheme == "https" else 80
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" if port in (None, default) else f"{parts.scheme}://{named}:{port}"


def _place(url: str) -> str:
    """The address without its query, which may hold a secret."""
    return url.partition("?")[0][:200]
