"""What is kept in a browser, and where a browser may be led. Pure."""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

SESSION, DEVICE, FLOW = "session", "device", "flow"
_LOOPBACK_NAMES = ("localhost", "localhost.")
_LONGEST_PATH = 2000


class Transport(StrEnum):
    """SECURE: over TLS, ours or a proxy's. LOCAL: plain, but within this machine. PLAIN: anybody can read it."""

    SECURE = "secure"
    LOCAL = "local"
    PLAIN = "plain"


def is_loopback(host: str | None) -> bool:
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK_NAMES


def transport_of(scheme: str, host: str | None, public_url: str | None) -> Transport:
    """public_url: where browsers find us, if a proxy stands between. host: as the browser named us, without a port."""
    if scheme == "https" or (public_url or "").startswith("https://"):
        return Transport.SECURE
    return Transport.LOCAL if is_loopback(host) else Transport.PLAIN


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names of cookies. __Host- binds one to TLS and to this very host; within this machine there may be no TLS."""

    transport: Transport

    def name(self, kind: str) -> str:
        return f"__Host-{kind}" if self.transport is Transport.SECURE else f"registry-{kind}"

    @property
    def is_secure(self) -> bool:
        return self.transport is Transport.SECURE


def own_path(wanted: str | None) -> str:
    """The path to go on to: one of ours, else the first page."""
    path = wanted or "/"
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= _LONGEST_PATH
    if not is_ours or not path.isprintable() or "\\" in path:
        return "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else path


def own_origins(host_header: str, public_url: str | None) -> frozenset[str]:
    """What a page of ours calls its origin: that of public_url alone, where there is one."""
    if public_url:
        parts = urlsplit(public_url)
        return frozenset({f"{parts.scheme}://{parts.netloc}"})
    return frozenset(f"{scheme}://{host_header}" for scheme in ("http", "https"))
