"""A route that gives a kept response before anything is read of the request but its key and its address.

What browsers ask with the session of somebody who signed in takes the long way: its end need not be in the log.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from registry.deps import database, now_of
from registry.eligibility import kept_responses_service
from registry.eligibility.kept_responses_service import Looked
from registry.eligibility.wire import one_answer_body

# More at once would be more than the connections that are kept open: making one costs more than the look.
_LOOKS_AT_ONCE = 4
_LIMITER: RunVar[CapacityLimiter] = RunVar("looks at the log")


def _limiter() -> CapacityLimiter:
    """Of this event loop."""
    found = _LIMITER.get(None)
    if found is None:
        found = CapacityLimiter(_LOOKS_AT_ONCE)
        _LIMITER.set(found)
    return found


class KeptRoute(APIRoute):
    """Of answers to "now"; the endpoint keeps them, see LookedDep."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            credential = request.headers.get("authorization")
            if credential is None:
                return await answer(request)
            now, query = now_of(request), request.scope["query_string"]
            looked = await to_thread.run_sync(
                kept_responses_service.look, database(request), credential, query, now, limiter=_limiter()
            )
            if looked.content is not None:
                return Response(one_answer_body(looked.content, now, now), media_type="application/json")
            request.state.looked = looked
            return await answer(request)

        return handle


async def looked(request: Request) -> Looked | None:
    """None for who asks without a key."""
    found: Looked | None = getattr(request.state, "looked", None)
    return found


LookedDep = Annotated[Looked | None, Depends(looked)]
