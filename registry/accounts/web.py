"""Pages on which people sign in and out, also by an identity provider or an invitation. None needs a script."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from registry.accounts import identity_service, sign_in_service
from registry.accounts import own_account_service as own
from registry.accounts.account_errors import (
    InvitationRejected,
    ProviderRefused,
    SignInFailed,
    TooManyAttempts,
)
from registry.accounts.oidc import Client, authorization_url, discovery_url, provider_of, subject_of, token_form
from registry.accounts.passwords import PasswordRefused
from registry.accounts.sign_in_service import Credentials
from registry.accounts.tokens import token_sha256
from registry.accounts.visit_web import SAFE, Visit, VisitDep, right_attempt, same_twice
from registry.accounts.wire import InvitationForm, SignInForm
from registry.browsers import FLOW, SESSION, own_path
from registry.deps import (
    OutboundDep,
    SecretBoxDep,
    permitted,
    settings_of,
)
from registry.errors import RegistryError
from registry.languages import mark
from registry.problem_details import status_of

router = APIRouter()
SIGN_IN = [Depends(permitted("account.sign_in"))]


@router.get("/sign-in", dependencies=[*SIGN_IN, SAFE])
def show_sign_in(seen: VisitDep, next: str = "") -> Response:  # noqa: A002 - the parameter's usual name
    return _sign_in_page(seen, own_path(next))


def _sign_in_page(
    seen: Visit, next_path: str, error: RegistryError | None = None, name: str = "", invitation: str = ""
) -> Response:
    settings = settings_of(seen.request)
    response = seen.page(
        "accounts/sign-in.html",
        200 if error is None else status_of(error.kind, error.code),
        next_path=next_path,
        error=error,
        name=name,
        invitation=invitation,
        provider=settings.oidc_label if settings.oidc_issuer else "",
    )
    if isinstance(error, TooManyAttempts):
        response.headers["retry-after"] = str(error.wait_s)
    return response


@router.post("/sign-in", dependencies=[*SIGN_IN, SAFE])
def sign_in(seen: VisitDep, form: Annotated[SignInForm, Form()], box: SecretBoxDep) -> Response:
    next_path = own_path(form.next)
    try:
        attempted = right_attempt(seen, form.name, form.password)
        given = Credentials(form.password, form.code)
        done = seen.write(
            lambda session: sign_in_service.sign_in(session, attempted, given, box, seen.cookie(SESSION), seen.now)
        )
    except SignInFailed as error:
        return _sign_in_page(seen, next_path, error, form.name)
    return seen.signed_in(seen.go_to(next_path), done)


@router.post("/sign-out", dependencies=SIGN_IN)
def sign_out(seen: VisitDep) -> Response:
    token = seen.cookie(SESSION)
    if token:
        seen.write(lambda session: sign_in_service.end_session_of(session, token, seen.now))
    response = seen.go_to("/sign-in")
    seen.forget(response, SESSION)
    return response


def client_of(seen: Visit) -> Client:
    """Raises ProviderRefused where no provider is set."""
    settings = settings_of(seen.request)
    if not settings.oidc_issuer or not settings.oidc_client_id:
        raise ProviderRefused(mark("No identity provider is set up here."))
    start = settings.public_url or f"{seen.request.url.scheme}://{seen.request.url.netloc}"
    return Client(
        settings.oidc_issuer, settings.oidc_client_id, f"{start}/sign-in/oidc/callback", settings.client_secret()
    )


@router.get("/sign-in/oidc", dependencies=[*SIGN_IN, SAFE])
def begin_oidc(seen: VisitDep, outside: OutboundDep, next: str = "", invitation: str = "") -> Response:  # noqa: A002
    client = client_of(seen)
    provider = provider_of(outside.get_json(discovery_url(client.issuer)), client.issuer)
    browser, flow = seen.write(
        lambda session: identity_service.begin_flow(session, own_path(next), invitation or None, seen.now)
    )
    response = RedirectResponse(authorization_url(provider, client, flow), 303)
    seen.keep(response, FLOW, browser, identity_service.FLOW_LASTS.total_seconds())
    return response


@router.get("/sign-in/oidc/callback", dependencies=[*SIGN_IN, SAFE])
def finish_oidc(seen: VisitDep, outside: OutboundDep, code: str = "", state: str = "") -> Response:
    client, browser = client_of(seen), seen.cookie(FLOW)
    try:
        flow = browser and seen.write(lambda session: identity_service.take_flow(session, browser, state, seen.now))
        if not flow or not code:
            raise ProviderRefused(mark("This sign-in was not begun here, is over, or was not allowed. Begin again."))
        provider = provider_of(outside.get_json(discovery_url(client.issuer)), client.issuer)
        secret = client.client_secret
        basic = (client.client_id, secret) if secret else None
        answer = outside.post_form(provider.token_endpoint, token_form(client, flow, code), basic)
        subject = subject_of(answer, outside.get_json(provider.jwks_uri), client, flow.nonce, seen.now)
        done = seen.write(
            lambda session: identity_service.sign_in_by_identity(
                session, client.issuer, subject, flow, seen.cookie(SESSION), seen.now
            )
        )
    except (ProviderRefused, InvitationRejected) as error:
        response = _sign_in_page(seen, "/", error)
    else:
        response = seen.signed_in(seen.go_to(flow.next_path), done)
    seen.forget(response, FLOW)
    return response


@router.get("/invitation", dependencies=[*SIGN_IN, SAFE])
def show_invitation(seen: VisitDep, token: str = "") -> Response:
    return _invitation_page(seen, token)


def _invitation_page(seen: Visit, token: str, error: RegistryError | None = None) -> Response:
    invited = seen.write(lambda session: identity_service.find_invited(session, token_sha256(token), seen.now))
    if invited is None:
        raise InvitationRejected(identity_service.REJECTED)
    settings = settings_of(seen.request)
    return seen.page(
        "accounts/invitation.html",
        200 if error is None else status_of(error.kind, error.code),
        token=token,
        name=invited.sign_in_name,
        error=error,
        provider=settings.oidc_label if settings.oidc_issuer else "",
    )


@router.post("/invitation", dependencies=[*SIGN_IN, SAFE])
def accept_invitation(seen: VisitDep, form: Annotated[InvitationForm, Form()]) -> Response:
    invited = seen.write(lambda session: identity_service.find_invited(session, token_sha256(form.token), seen.now))
    if invited is None:
        raise InvitationRejected(identity_service.REJECTED)
    try:
        new_hash = own.new_password_hash(same_twice(form.password, form.again), invited.sign_in_name)
    except PasswordRefused as error:
        return _invitation_page(seen, form.token, error)
    done = seen.write(lambda session: own.accept_invitation(session, form.token, new_hash, seen.now))
    return seen.go_to("/sign-in") if done is None else seen.signed_in(seen.go_to("/account"), done)
