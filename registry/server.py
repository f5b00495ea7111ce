"""Serving the pages and the API: the address, whether it is free, and the web server."""

import socket
from dataclasses import dataclass

from registry.config import settings_from_environment
from registry.db import Database
from registry.errors import Unavailable, Violation
from registry.reliability.inputs import SavedComparison


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
    """Serve the pages of the comparison, or of none, and the API of the database, until interrupted."""
    import uvicorn

    from registry.app import create_app

    application = create_app(settings_from_environment(), comparison, database)
    uvicorn.run(application, host=where.host, port=where.port, log_level="warning")
