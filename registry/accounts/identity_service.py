"""Sign-ins by way of an identity provider, and the invitations that link an identity or give a first password."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.accounts import queries
from registry.accounts.account_errors import InvitationRejected, ProviderRefused
from registry.accounts.models import Account, Identity, Invitation, SignInFlow
from registry.accounts.oidc import Flow
from registry.accounts.permissions import Actor
from registry.accounts.service import log
from registry.accounts.sign_in_service import SignedIn, end_session_of, start_session
from registry.accounts.tokens import TOKEN_BYTES, token_of, token_sha256
from registry.entropy import random_bytes
from registry.languages import mark

FLOW_LASTS = timedelta(minutes=10)
REJECTED = mark("It was used, it is too old, or there is a newer one. Ask an administrator for another.")


def begin_flow(session: Session, next_path: str, invitation: str | None, now: datetime) -> tuple[str, Flow]:
    """A token for the browser, and what goes to the provider."""
    session.execute(delete(SignInFlow).where(SignInFlow.expires_at <= now))
    browser, state, nonce, verifier = (token_of(random_bytes(TOKEN_BYTES)) for _ in range(4))
    flow = Flow(state, nonce, verifier, next_path, token_sha256(invitation) if invitation else None)
    session.add(
        SignInFlow(
            browser_sha256=token_sha256(browser),
            state=flow.state,
            nonce=flow.nonce,
            code_verifier=flow.code_verifier,
            next_path=flow.next_path,
            invitation_sha256=flow.invitation_sha256,
            expires_at=now + FLOW_LASTS,
        )
    )
    return browser, flow


def take_flow(session: Session, browser_token: str, state: str, now: datetime) -> Flow | None:
    """Once: whatever comes of it, it is gone afterwards. None where browser, state or time do not fit."""
    found = session.get(SignInFlow, token_sha256(browser_token))
    if found is None:
        return None
    session.delete(found)
    if found.state != state or now >= found.expires_at:
        return None
    return Flow(found.state, found.nonce, found.code_verifier, found.next_path, found.invitation_sha256)


def sign_in_by_identity(
    session: Session, issuer: str, subject: str, flow: Flow, old_token: str | None, now: datetime
) -> SignedIn:
    """To the account that is linked; an invitation links it now. Raises ProviderRefused, InvitationRejected."""
    identity = session.get(Identity, (issuer, subject))
    if identity is None and flow.invitation_sha256 is not None:
        account_id = use_invitation(session, flow.invitation_sha256, now)
        identity = Identity(issuer=issuer, subject=subject, account_id=account_id, linked_at=now)
        session.add(identity)
        log(session, Actor(account_id), "identity.linked", account_id, now)
    account = None if identity is None else session.get(Account, identity.account_id, populate_existing=True)
    if account is None or account.disabled_at is not None:
        raise ProviderRefused(
            mark("No account here is linked to this identity. Ask an administrator for an invitation.")
        )
    if old_token:
        end_session_of(session, old_token, now)
    return start_session(session, account.id, now)


def find_invited(session: Session, token_sha256_: str, now: datetime) -> Account | None:
    found = session.get(Invitation, token_sha256_)
    if found is None or found.used_at is not None or now >= found.expires_at:
        return None
    account = queries.get_account(session, found.account_id)
    return account if account.disabled_at is None else None


def use_invitation(session: Session, token_sha256_: str, now: datetime) -> UUID:
    """Raises InvitationRejected."""
    account = find_invited(session, token_sha256_, now)
    if account is None:
        raise InvitationRejected(REJECTED)
    invitation = session.get(Invitation, token_sha256_)
    assert invitation is not None
    invitation.used_at = now
    return account.id
