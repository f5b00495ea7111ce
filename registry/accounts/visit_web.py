"""What the pages of accounts share: the request with its cookies, and an attempt with a password."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from registry.accounts import attempt_service, queries, sign_in_service
from registry.accounts.account_errors import SignInFailed, SignInNotHere
from registry.accounts.passwords import PasswordRefused
from registry.accounts.permissions import Actor
from registry.accounts.sign_in_service import FAILED, SignedIn
from registry.accounts.throttle import network_of
from registry.browsers import DEVICE, SESSION, Cookies, Transport
from registry.deps import ActorDep, CookiesDep, NowDep, Writer, WriterDep
from registry.languages import mark
from registry.pages import Reader, page, reader_of


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for one of these pages, with all that most of them need."""

    request: Request
    reader: Reader
    names: Cookies
    asking: Actor
    write: Writer
    now: datetime

    @property
    def account_id(self) -> UUID:
        assert self.asking.account_id is not None
        return self.asking.account_id

    @property
    def network(self) -> str:
        return network_of(self.request.client.host if self.request.client else "")

    def cookie(self, kind: str) -> str | None:
        return self.request.cookies.get(self.names.name(kind))

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        return page(self.request, self.reader, template, status, **context)

    def go_to(self, path: str) -> Response:
        return RedirectResponse(self.reader.link(path) if "?" not in path else path, 303)

    def keep(self, response: Response, kind: str, value: str, seconds: float) -> None:
        response.set_cookie(
            self.names.name(kind),
            value,
            int(seconds),
            path="/",
            secure=self.names.is_secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response, kind: str) -> None:
        response.delete_cookie(
            self.names.name(kind), path="/", secure=self.names.is_secure, httponly=True, samesite="lax"
        )

    def signed_in(self, response: Response, signed_in: SignedIn) -> Response:
        self.keep(response, SESSION, signed_in.session_token, queries.LONGEST_SESSION.total_seconds())
        self.keep(response, DEVICE, signed_in.device_token, sign_in_service.DEVICE_LASTS.total_seconds())
        return response


def visit(request: Request, names: CookiesDep, asking: ActorDep, write: WriterDep, now: NowDep) -> Visit:
    return Visit(request, reader_of(request), names, asking, write, now)


VisitDep = Annotated[Visit, Depends(visit)]


def require_safe_transport(names: CookiesDep) -> None:
    """A password is not sent where others can read it. Raises SignInNotHere."""
    if names.transport is Transport.PLAIN:
        raise SignInNotHere(
            mark(
                "Signing in needs HTTPS. An administrator sets REGISTRY_PUBLIC_URL to the https address of this server."
            )
        )


SAFE = Depends(require_safe_transport)


def right_attempt(seen: Visit, name: str, password: str) -> attempt_service.Attempt:
    """Paid for, and the password found right. Raises SignInFailed."""
    found = seen.write(
        lambda session: attempt_service.attempt(session, name, seen.network, seen.cookie(DEVICE), seen.now)
    )
    attempted = attempt_service.require_attempt(found)
    if not sign_in_service.is_right_password(attempted, password):
        raise SignInFailed(FAILED)
    return attempted


def same_twice(password: str, again: str) -> str:
    if password != again:
        raise PasswordRefused(mark("The two passwords differ. Type the same one twice."))
    return password
