"""What routes ask for: the database, as a session or as a writer, the present instant, and who asks.

What only looks at the request is `async`: anything else is handed to a thread, which costs more than most of it does.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from registry.accounts import queries as accounts
from registry.accounts.account_errors import KeyRejected, NotAllowed, SignInNeeded
from registry.accounts.permissions import ANONYMOUS, NOTHING, Actor, Permission, Subject, may, might
from registry.accounts.sign_in_service import is_use_due, note_use
from registry.audit.service import take_turn
from registry.browsers import SESSION, Cookies, transport_of
from registry.clock import utc_now
from registry.config import Settings
from registry.db import Database, read, read_transaction, transaction, write
from registry.db_errors import ConcurrentWrites, DatabaseUnavailable
from registry.errors import Unavailable
from registry.keys import Keys, KeysUnusable, keys_folder, keys_of
from registry.outbound import Outbound, origin_of
from registry.own_outbound import webhook_outbound_of
from registry.resending import Answer
from registry.secret_box import SecretBox, box_for
from registry.validity import legal_day

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Writer:
    """`write(lambda session: service.record(session, ...))`: saved when it returns, run again where others got in."""

    database: Database

    def __call__(self, work: Callable[[Session], Result]) -> Result:
        return write(self.database, work)


@dataclass(frozen=True, slots=True)
class Reader:
    """`read(lambda session: service.find(session, ...))`: of one state of the database."""

    database: Database

    def __call__(self, work: Callable[[Session], Result]) -> Result:
        return read(self.database, work)


def database(request: Request) -> Database:
    """The one of create_app. Raises DatabaseUnavailable where the pages are served without one."""
    found = getattr(request.app.state, "database", None)
    if not isinstance(found, Database):
        raise DatabaseUnavailable(
            "This server has no database. Make one with `registry db upgrade`, then start `registry serve`."
        )
    return found


def session(request: Request) -> Iterator[Session]:
    with transaction(database(request)) as opened:
        yield opened


def read_session(request: Request) -> Iterator[Session]:
    with read_transaction(database(request)) as opened:
        yield opened


def writer(request: Request) -> Writer:
    return Writer(database(request))


# Touches nothing that blocks, and a plain function would be called in a thread of its own.
async def reader(request: Request) -> Reader:
    return Reader(database(request))


# With scope "function" the COMMIT comes before the response is sent. With the default scope it comes after, and a
# COMMIT that fails has already been answered with 201. A streamed body outlives the session: it opens its own.
SessionDep = Annotated[Session, Depends(session, scope="function")]
ReadSessionDep = Annotated[Session, Depends(read_session, scope="function")]
WriterDep = Annotated[Writer, Depends(writer)]
# For a route that is asked often: a session that is handed in takes two more threads than the route.
ReaderDep = Annotated[Reader, Depends(reader)]
NowDep = Annotated[datetime, Depends(utc_now)]


def now_of(request: Request) -> datetime:
    """As NowDep, for what comes before any dependency."""
    ask: Callable[[], datetime] = request.app.dependency_overrides.get(utc_now, utc_now)
    return ask()


def _as_a_day(given: object) -> object:
    """pydantic would take 0 and 1767225600 for days as well."""
    if isinstance(given, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise ValueError("this is no day; write it as 2026-03-01")
    return given


Day = Annotated[date, BeforeValidator(_as_a_day)]


def asked_day(
    now: NowDep, on: Annotated[Day | None, Query(description="The day that is asked about; default: today.")] = None
) -> date:
    return on or legal_day(now)


DayDep = Annotated[date, Depends(asked_day)]


def settings_of(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


async def cookies(request: Request) -> Cookies:
    """How cookies are named here: by whether the connection is safe."""
    return Cookies(transport_of(request.url.scheme, request.url.hostname, settings_of(request).public_url))


CookiesDep = Annotated[Cookies, Depends(cookies)]


def log_keys(request: Request) -> Keys:
    """Raises KeysUnusable, which leaves to the server's log where the keys are."""
    opened = database(request)
    url = opened.engine.url.render_as_string(hide_password=False)
    try:
        return keys_of(opened, keys_folder(settings_of(request).keys_dir, url))
    except KeysUnusable as error:
        _log.error("The keys cannot be used: %s", error)
        raise KeysUnusable("The keys of this server cannot be used. Its log says why.") from error


def secret_box(request: Request) -> SecretBox:
    """For second factors. Raises KeysUnusable."""
    return box_for(log_keys(request).sealing, "second factors")


def outbound(request: Request) -> Outbound:
    """To the host of the identity provider and to no other."""
    origin = origin_of(settings_of(request).oidc_issuer or "")
    return Outbound(frozenset({origin} if origin else ()))


def webhook_outbound(request: Request) -> Outbound:
    """To the hosts of REGISTRY_WEBHOOK_ORIGINS and to no other."""
    return webhook_outbound_of(settings_of(request))


LogKeysDep = Annotated[Keys, Depends(log_keys)]
SecretBoxDep = Annotated[SecretBox, Depends(secret_box)]
OutboundDep = Annotated[Outbound, Depends(outbound)]
WebhookOutboundDep = Annotated[Outbound, Depends(webhook_outbound)]


# Only for the OpenAPI document: what comes in is read by `actor`, which refuses more.
_SHOWN = HTTPBearer(auto_error=False, scheme_name="apiKey", description="An API key, see docs/accounts.md.")


def actor(request: Request, now: NowDep, names: CookiesDep, _shown: Annotated[object, Depends(_SHOWN)]) -> Actor:
    """Who asks, as of now: by an API key, else by the session of a browser, else nobody. Raises KeyRejected."""
    found = _actor_of(request, now, names)
    request.state.actor = found
    return found


def _actor_of(request: Request, now: datetime, names: Cookies) -> Actor:
    authorization = request.headers.get("authorization")
    token = request.cookies.get(names.name(SESSION))
    if authorization is None and token is None:
        return ANONYMOUS
    opened = database(request)
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        by_key = read(opened, lambda session: _seen(session, accounts.actor_of_key(session, key.strip(), now), now))
        if scheme.lower() != "bearer" or by_key is None:
            raise KeyRejected("The API key is unknown, expired or revoked. Send: Authorization: Bearer <key>")
        return _noted(opened, by_key, now)
    assert token is not None
    by_session = read(opened, lambda session: _seen(session, accounts.actor_of_session(session, token, now), now))
    return ANONYMOUS if by_session is None else _noted(opened, by_session, now)


def _seen(session: Session, found: Actor | None, now: datetime) -> tuple[Actor, bool] | None:
    """With whether the use is to be written down."""
    return None if found is None else (found, is_use_due(session, found, now))


def _noted(opened: Database, seen: tuple[Actor, bool], now: datetime) -> Actor:
    """Writes down the use now and then. Reading goes on where nothing can be written."""
    found, is_due = seen
    if is_due:
        try:
            write(opened, lambda session: note_use(session, found, now), attempts=1)
        except (ConcurrentWrites, Unavailable):
            return found
    return found


ActorDep = Annotated[Actor, Depends(actor)]


@dataclass(frozen=True, slots=True)
class Permitted:
    """A route's permission, for the route itself and for the test that walks all routes.

    is_about_a_subject: the route asks `require` again once it knows the subject.
    """

    permission: Permission
    is_about_a_subject: bool = False

    async def __call__(self, request: Request, asking: ActorDep) -> Actor:
        """Raises SignInNeeded, NotAllowed."""
        decision = (might if self.is_about_a_subject else may)(asking, self.permission)
        if decision:
            return asking
        if asking.is_anonymous:
            raise SignInNeeded(await run_in_threadpool(_how_to_sign_in, database(request)))
        raise NotAllowed(decision.reason)


def permitted(permission: str, *, about_a_subject: bool = False) -> Permitted:
    return Permitted(Permission(permission), about_a_subject)


def require(asking: Actor, permission: Permission, subject: Subject = NOTHING) -> None:
    """Raises NotAllowed."""
    decision = may(asking, permission, subject)
    if not decision:
        raise NotAllowed(decision.reason)


def as_of_now(session: Session, asking: Actor, now: datetime) -> Actor:
    """Who asks, as this transaction sees them: roles may have gone since the request began. Raises NotAllowed."""
    current = accounts.actor_again(session, asking, now)
    if current is None:
        raise NotAllowed("Sign in again.")
    return current


@dataclass(frozen=True, slots=True)
class Change:
    """A request that changes something: who asks, and as of when."""

    asking: Actor
    write: Writer
    now: datetime

    def __call__(self, work: Callable[[Session, Actor], Result]) -> Result:
        """What work returns for a session and for the actor as its transaction sees them."""

        def once(session: Session) -> Result:
            # Before the first look at the database: what is seen while waiting would be old when the turn comes.
            take_turn(session)
            return work(session, as_of_now(session, self.asking, self.now))

        return self.write(once)

    def look_ahead(self, work: Callable[[Session, Actor], Result]) -> Result:
        """What work returns before the turn is taken: what takes long, while nobody waits. Nothing can be written."""
        return read(self.write.database, lambda session: work(session, self.asking))


def changing(permission: str) -> Any:
    """A dependency that gives a Change. The route asks `require` again once it knows the subject."""

    def change(
        asking: Annotated[Actor, Depends(permitted(permission, about_a_subject=True))], write: WriterDep, now: NowDep
    ) -> Change:
        return Change(asking, write, now)

    return Depends(change)


KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="The same key with the same request gets the same answer; with another request it is refused.",
    ),
]


def response_of(answer: Answer) -> Response:
    headers = {"location": answer.location} if answer.location else {}
    if answer.is_replayed:
        headers["idempotency-replayed"] = "true"
    if answer.status == 202:
        headers["retry-after"] = "1"
    return Response(answer.body, answer.status, headers, media_type="application/json")


def _how_to_sign_in(opened: Database) -> str:
    if read(opened, accounts.is_any_account):
        return "Send an API key (Authorization: Bearer <key>), or sign in at /sign-in."
    return (
        "There is no account yet. Make the first one on the machine of the registry: "
        "registry accounts create-administrator"
    )
