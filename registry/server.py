"""Serving the pages and the API: the address, whether it is free, and the web server."""

import signal
import socket
import sys
from dataclasses import dataclass

from registry.config import settings_from_environment
from registry.db import Database
from registry.errors import Unavailable, Violation
from registry.reliability.inputs import SavedComparison

# How long requests may take to end once the server is told to. A stalled upload would hold it for ever.
GRACE_S = 5


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address(host: str | None, port: int | None) -> Address:
    """What was asked for, else what the settings say."""
    settings = settings_from_environment()
    return Address(host or settings.host, port or settings.port)


def require_free(where: Address) -> None:
    """Say so before the work is done, not after. Raises Unavailable."""
    with socket.socket(socket.AF_INET6 if ":" in where.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((where.host, where.port))
        except OSError as error:
            reason = error.strerror or "it is taken"
            raise Unavailable(
                f"{where} cannot be listened on: {reason}. Give another one with --port or --host.",
                [Violation("address-in-use", f"{reason}.", value=str(where))],
            ) from error


def serve(comparison: SavedComparison | None, where: Address, database: Database | None) -> None:
    """Serve the pages of the comparison, or of none, and the API of the database, until interrupted.

    SIGTERM ends it as SIGINT does: with exit code 0, and the caller's cleaning up is done.
    """
    import uvicorn

    from registry.app import create_app

    settings = settings_from_environment()
    application = create_app(settings, comparison, database)
    # When uvicorn has shut down it raises the signal anew, which by default kills before the database is closed.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    uvicorn.run(
        application,
        host=where.host,
        port=where.port,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_S,
        # Whoever may say for whom a request is could guess passwords in the name of a thousand networks.
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
    )
