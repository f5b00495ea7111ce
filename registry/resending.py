"""Requests that may come twice, and what they are answered with. Kept by registry/answered_requests.py."""

from dataclasses import dataclass

from registry.errors import Conflict


class KeyReused(Conflict):
    code = "idempotency-key-reused"
    title = "The idempotency key was used for another request"


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that may come twice. scope: the route; key: the caller's own, None = every request stands alone."""

    scope: str
    key: str | None
    request_sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it is kept. body: JSON text."""

    status: int
    body: str
    location: str | None = None
    is_replayed: bool = False
