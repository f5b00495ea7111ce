"""The web application: settings and a comparison in, an ASGI application out."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry import __version__, openapi, problems
from registry.clock import utc_now
from registry.config import Settings
from registry.db import Database
from registry.errors import RegistryError
from registry.languages import mark
from registry.pages import STATIC_DIR, error_page, error_page_of, page, reader_of
from registry.reliability import api as reliability_api
from registry.reliability import web as reliability
from registry.reliability.queries import work_off
from registry.reliability.wire import ComparisonIn
from registry.request_rules import BodyLimit
from registry.workers import Worker

DESCRIPTION = (
    "Compare evaluators' reports with unannounced spot checks, record the comparison, and read what it rests on. "
    "Errors are problem details (RFC 9457) with `code` and, for each fault, `pointer` or `row` and `column`."
)
BODIES = {"Comparison": ComparisonIn}
# The chart needs inline styles; scripts come from our own files only, and nothing comes from another host.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class SecureHeaders:
    """Adds the headers to every response, also to errors and static files; pages are not kept by caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = dict(HEADERS)
                if not scope["path"].startswith("/static/"):
                    headers["cache-control"] = "no-store"
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in headers.items())]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def create_app(
    settings: Settings, comparison: reliability.HeldComparison | None = None, database: Database | None = None
) -> FastAPI:
    """The application, with the comparison that its pages show, or None before there is one.

    database: what the API records in; without one the API answers 503.
    """
    app = FastAPI(
        title="Evaluator registry",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_working(database),
    )
    app.state.settings = settings
    app.state.comparison = comparison
    app.state.database = database
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    app.include_router(reliability.router, include_in_schema=False)
    app.include_router(reliability_api.router)
    app.add_api_route("/api", api_page, methods=["GET"], include_in_schema=False)
    app.add_api_route("/healthz", healthz, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_exception_handler(RegistryError, on_registry_error)
    app.add_exception_handler(RequestValidationError, on_request_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_unforeseen_error)
    app.add_middleware(BodyLimit, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(SecureHeaders)
    app.openapi = lambda: openapi.document(app, BODIES)  # type: ignore[method-assign]
    return app


def _working(database: Database | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """While the application serves, a thread works off the jobs."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if database is None:
            yield
            return
        worker = Worker(lambda: work_off(database, utc_now))
        worker.start()
        try:
            yield
        finally:
            worker.stop()

    return lifespan


def healthz() -> dict[str, str]:
    return {"status": "ok", "version": __version__}


def on_registry_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RegistryError)
    return problems.of_registry_error(error) if problems.wants_problem(request) else error_page_of(request, error)


def on_request_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problems.of_request_error(error)


def on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if problems.wants_problem(request):
        return problems.of_http_error(error)
    texts: dict[int, tuple[str, str]] = {
        404: (mark("This page does not exist"), mark("Check the address, or go back to the comparison.")),
        405: (mark("This address cannot be used so"), mark("The pages can only be read.")),
    }
    title, detail = texts.get(error.status_code, (mark("The request failed"), str(error.detail)))
    response = error_page(request, title, detail, error.status_code)
    response.headers.update(error.headers or {})
    return response


def on_unforeseen_error(request: Request, _error: Exception) -> Response:
    if problems.wants_problem(request):
        return problems.of_unforeseen_error()
    detail = mark("The fault is ours, not yours. The server's log says what happened.")
    response = error_page(request, mark("Something went wrong"), detail, 500)
    # This handler stands outside the middleware.
    response.headers.update(HEADERS | {"cache-control": "no-store"})
    return response


def api_page(request: Request) -> HTMLResponse:
    """The documentation of the API, from files of our own: an intranet has no CDN."""
    return page(request, reader_of(request), "api.html")
