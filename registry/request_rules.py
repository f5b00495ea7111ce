"""What every request must be: of a bounded size, from our own pages, without unknown parameters."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.browsers import own_origins
from registry.errors import Forbidden, Invalid, Violation

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class BodyTooLarge(Invalid):
    code = "body-too-large"
    title = "The body of the request is too large"


class ForeignOrigin(Forbidden):
    code = "foreign-origin"
    title = "The request comes from a page of another site"


class UnknownParameter(Invalid):
    code = "unknown-parameter"
    title = "The address has unknown parameters"


class BodyLimit:
    """Refuses a body beyond the limit, by its declared length and by the bytes that really come.

    Unlike Starlette's own, which answers with a plain text where the length was declared.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        declared = Headers(scope=scope).get("content-length", "")
        received = int(declared) if declared.isdecimal() and int(declared) > self._max_body_bytes else 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive() if received <= self._max_body_bytes else {"type": "http.disconnect"}
            received += len(message.get("body", b""))
            if received > self._max_body_bytes:
                raise BodyTooLarge(f"The body has more than {self._max_body_bytes} bytes, which is the limit here.")
            return message

        return await self._app(scope, receive_counted, send)


async def require_own_origin(request: Request) -> None:
    """A page of another site may make a browser send a form here; it may not change anything. Raises ForeignOrigin.

    By Fetch Metadata and by Origin. Programs send neither; what a browser sent with its cookies has at least one.
    """
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    own = own_origins(request.headers.get("host", ""), request.app.state.settings.public_url)
    is_unsaid = origin is None and site is None
    is_foreign = site not in ("same-origin", "none", None) or (origin is not None and origin not in own)
    if is_foreign or (is_unsaid and request.cookies):
        raise ForeignOrigin("Only pages of this server may change anything here.")


async def require_known_parameters(request: Request) -> None:
    """So that no typing error goes unseen. Raises UnknownParameter, also for one that is given twice and is no list."""
    operation = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    known = {each["name"]: each["schema"] for each in operation.get("parameters", []) if each["in"] == "query"}
    given = Counter(name for name, _ in request.query_params.multi_items())
    faults = [
        Violation(
            code="unknown-parameter" if name not in known else "repeated-parameter",
            message="This parameter is not known." if name not in known else "This parameter is given more than once.",
            fix=f"Known parameters: {', '.join(known)}." if known else "There are none here.",
            column=f"query {name[:80]}",
        )
        for name, count in given.items()
        if name not in known or (count > 1 and not _is_list(known[name]))
    ]
    if faults:
        raise UnknownParameter("The address has parameters that cannot be used here.", faults)


def _is_list(schema: Mapping[str, Any]) -> bool:
    return any(each.get("type") == "array" for each in (schema, *schema.get("anyOf", ())))
