"""The only network client: for sign-ins by an identity provider, and only to the host that the settings name.

Nothing is fetched unless a setting asks for it. No redirect is followed, no proxy taken from the environment, and an
answer has a limit of time and size.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from registry.errors import Unavailable, Unreadable
from registry.json_text import parse_json

MAX_BYTES = 256 * 1024
MAX_SECONDS = 15.0
_TIMEOUT = httpx2.Timeout(5.0)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OutboundRefused(Unavailable):
    code = "outbound-refused"
    title = "The registry does not talk to this host"


class OutboundFailed(Unavailable):
    code = "outbound-failed"
    title = "Another server gave no usable answer"


@dataclass(frozen=True, slots=True)
class Outbound:
    """allowed: origins, for example https://login.example.org. Without one nothing leaves."""

    allowed: frozenset[str] = frozenset()

    def get_json(self, url: str) -> Any:
        """Raises OutboundRefused, OutboundFailed."""
        return self._exchange("GET", url, None, None)

    def post_form(self, url: str, form: Mapping[str, str], basic: tuple[str, str] | None = None) -> Any:
        """basic: name and password. Raises OutboundRefused, OutboundFailed."""
        return self._exchange("POST", url, form, basic)

    def _exchange(self, method: str, url: str, form: Mapping[str, str] | None, basic: tuple[str, str] | None) -> Any:
        self._require_allowed(url)
        give_up_at = time.monotonic() + MAX_SECONDS
        content = b""
        try:
            with (
                httpx2.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
                client.stream(method, url, data=form, auth=basic, headers={"accept": "application/json"}) as response,
            ):
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > MAX_BYTES or time.monotonic() > give_up_at:
                        raise OutboundFailed(f"{_place(url)} sent too much, or too slowly.")
                status = response.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OutboundFailed(f"{_place(url)} cannot be reached: {type(error).__name__}.") from error
        if status != httpx2.codes.OK:
            raise OutboundFailed(f"{_place(url)} answered with status {status}.")
        try:
            return parse_json(content, file=_place(url))
        except Unreadable as error:
            raise OutboundFailed(f"{_place(url)} sent no acceptable JSON.") from error

    def _require_allowed(self, url: str) -> None:
        origin = origin_of(url)
        if origin is None or origin not in self.allowed:
            raise OutboundRefused(f"{_place(url)} is not among the hosts that the settings allow.")


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
