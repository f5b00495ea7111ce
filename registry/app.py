"""The web application: settings and a comparison in, an ASGI application out."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry import __version__, openapi, problem_pages, problems
from registry.accounts import api as accounts_api
from registry.accounts import own_account_web
from registry.accounts import web as accounts_web
from registry.accounts.account_errors import SignInNeeded
from registry.audit import api as audit_api
from registry.audit.service import keep
from registry.clock import utc_now
from registry.config import Settings
from registry.db import Database
from registry.deps import permitted
from registry.eligibility import api as eligibility_api
from registry.eligibility import attestation_api, attestation_web, batch_api
from registry.eligibility.affected_service import catch_up
from registry.errors import RegistryError
from registry.evaluators import (
    dossier_api,
    entity_api,
    exclusion_api,
    independence_api,
    judgement_api,
    qualification_api,
    register_api,
    surveillance_api,
    vetting_api,
    webhook_api,
)
from registry.evaluators.webhook_service import PURPOSE as WEBHOOK_SECRETS
from registry.evaluators.webhook_service import send_due
from registry.fieldwork import api as fieldwork_api
from registry.keys import keys_folder, keys_of
from registry.languages import mark
from registry.own_outbound import webhook_outbound_of
from registry.pages import STATIC_DIR, error_page, error_page_of, page, reader_of, reader_or_default
from registry.reader_client import READERS
from registry.regions import api as regions_api
from registry.reliability import api as reliability_api
from registry.reliability import web as reliability
from registry.reliability.queries import work_off
from registry.reliability.wire import ComparisonIn
from registry.request_rules import BodyLimit, require_own_origin
from registry.secret_box import SecretBox, box_for
from registry.standards import api as standards_api
from registry.standards import draft_api
from registry.workers import Worker

DESCRIPTION = (
    "Compare evaluators' reports with unannounced spot checks, record the comparison, and read what it rests on. "
    "Errors are problem details (RFC 9457) with `code` and, for each fault, `pointer` or `row` and `column`."
)
# The log is looked after so often: signed where it grew, days closed that are over.
_SECONDS_BETWEEN_CHECKPOINTS = 10.0
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


PAGES = (accounts_web, own_account_web, attestation_web)
APIS = (
    reliability_api, accounts_api, audit_api, regions_api, qualification_api, vetting_api, surveillance_api, draft_api,
    standards_api,
    # Its /export stands before /{code}.
    register_api,
    dossier_api, webhook_api, exclusion_api, fieldwork_api, independence_api, judgement_api, entity_api,
    eligibility_api, batch_api, attestation_api,
)  # fmt: skip


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
        # A redirect would name the host and the scheme that the request claims.
        redirect_slashes=False,
        lifespan=_working(database, settings),
        # Of every route, so that none can forget it.
        dependencies=[Depends(require_own_origin)],
    )
    app.state.settings = settings
    app.state.comparison = comparison
    app.state.database = database
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    _include_routes(app)
    app.add_exception_handler(RegistryError, on_registry_error)
    app.add_exception_handler(RequestValidationError, on_request_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_unforeseen_error)
    app.add_middleware(BodyLimit, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(SecureHeaders)
    app.openapi = lambda: openapi.document(app, BODIES)  # type: ignore[method-assign]
    return app


def _include_routes(app: FastAPI) -> None:
    public = [Depends(permitted("pages.read"))]
    # Routes are tried in turn, which takes longer than a kept answer.
    app.include_router(eligibility_api.most_asked)
    app.include_router(reliability.router, include_in_schema=False, dependencies=public)
    app.include_router(problem_pages.router, include_in_schema=False, dependencies=public)
    for face in PAGES:
        app.include_router(face.router, include_in_schema=False)
    for face in APIS:
        app.include_router(face.router)
    app.add_api_route("/api", api_page, methods=["GET"], include_in_schema=False, dependencies=public)
    app.add_api_route("/healthz", healthz, methods=["GET", "HEAD"], include_in_schema=False)


def _working(database: Database | None, settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """While the application serves, threads work off the jobs, look after the log and send webhooks."""
    outside = webhook_outbound_of(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # The first upload shall not wait for the process that reads files.
        READERS.start()
        if database is None:
            yield
            return
        url = database.engine.url.render_as_string(hide_password=False)
        keys = keys_folder(settings.keys_dir, url)

        def webhook_box() -> SecretBox:
            return box_for(keys_of(database, keys).sealing, WEBHOOK_SECRETS)

        workers = [
            Worker(lambda: work_off(database, utc_now)),
            Worker(lambda: catch_up(database, utc_now())),
            Worker(lambda: keep(database, keys_of(database, keys), utc_now()), rest_s=_SECONDS_BETWEEN_CHECKPOINTS),
        ]
        if outside.allowed:
            workers.append(Worker(lambda: send_due(database, outside, webhook_box, utc_now)))
        for each in workers:
            each.start()
        try:
            yield
        finally:
            for each in workers:
                each.stop()

    return lifespan


def healthz() -> dict[str, str]:
    return {"status": "ok", "version": __version__}


def on_registry_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RegistryError)
    if problems.wants_problem(request):
        return problems.of_registry_error(error)
    if isinstance(error, SignInNeeded) and request.method == "GET":
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(reader_or_default(request).link("/sign-in", next=address), 303)
    return error_page_of(request, error)


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
