"""Signing in with a password, and the sessions that begin and end.

A password is compared between two transactions: the first pays for the attempt (attempt_service.py), the second starts
the session, if everything is still as it was.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from registry.accounts.account_errors import SignInFailed
from registry.accounts.attempt_service import Attempt, refund
from registry.accounts.models import (
    Account,
    AccountSession,
    ApiKey,
    KnownDevice,
    Password,
    RecoveryCode,
    SecondFactor,
)
from registry.accounts.passwords import SALT_BYTES, hash_password, is_outdated, is_password
from registry.accounts.permissions import Actor, Via
from registry.accounts.service import log
from registry.accounts.tokens import TOKEN_BYTES, token_of, token_sha256
from registry.accounts.totp import matching_step, plain_recovery_code
from registry.entropy import random_bytes
from registry.languages import mark
from registry.secret_box import SecretBox

DEVICE_LASTS = timedelta(days=180)
# A session that is used is written down at most so often.
SEEN_AGAIN = timedelta(minutes=1)
FAILED = mark("The sign-in name, the password or the code is not right.")


@dataclass(frozen=True, slots=True)
class Credentials:
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    account_id: UUID
    session_token: str = field(repr=False)
    device_token: str = field(repr=False)


def is_right_password(attempted: Attempt, password: str) -> bool:
    """Slow on purpose, and as slow where there is no such account: call it between transactions."""
    return is_password(password, attempted.password_hash)


def sign_in(
    session: Session, attempted: Attempt, given: Credentials, box: SecretBox, old_token: str | None, now: datetime
) -> SignedIn:
    """After the password was found right: the second factor, then a new session. Raises SignInFailed."""
    if attempted.account_id is None:
        raise SignInFailed(FAILED)
    account = session.get(Account, attempted.account_id, populate_existing=True)
    password = session.get(Password, attempted.account_id, populate_existing=True)
    if account is None or account.disabled_at is not None or password is None:
        raise SignInFailed(FAILED)
    if password.password_hash != attempted.password_hash:
        raise SignInFailed(FAILED)
    if attempted.sealed_secret is not None and not is_second_factor(session, account.id, given.code, box, now):
        raise SignInFailed(FAILED)
    if is_outdated(password.password_hash):
        password.password_hash = hash_password(given.password, random_bytes(SALT_BYTES))
    refund(session, attempted, now)
    if old_token:
        end_session_of(session, old_token, now)
    return start_session(session, account.id, now)


def is_second_factor(session: Session, account_id: UUID, code: str, box: SecretBox, now: datetime) -> bool:
    """A code of the app that is newer than the last one, or a recovery code; either is used up by this."""
    factor = session.get(SecondFactor, account_id, populate_existing=True)
    if factor is None or not code.strip():
        return False
    secret = box.open(factor.sealed_secret, str(account_id))
    step = matching_step(secret, code, now, factor.last_used_step)
    if step is not None:
        factor.last_used_step = step
        return True
    statement = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_sha256 == token_sha256(plain_recovery_code(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def start_session(session: Session, account_id: UUID, now: datetime) -> SignedIn:
    """With a token that nobody has seen before."""
    token, device = token_of(random_bytes(TOKEN_BYTES)), token_of(random_bytes(TOKEN_BYTES))
    started = AccountSession(
        id=uuid4(), token_sha256=token_sha256(token), account_id=account_id, created_at=now, last_seen_at=now
    )
    session.add(started)
    session.execute(delete(KnownDevice).where(KnownDevice.expires_at <= now))
    session.add(KnownDevice(token_sha256=token_sha256(device), account_id=account_id, expires_at=now + DEVICE_LASTS))
    log(session, Actor(account_id), "session.started", account_id, now, session_id=str(started.id))
    return SignedIn(account_id, token, device)


def end_session_of(session: Session, token: str, now: datetime) -> None:
    found = session.scalar(select(AccountSession).where(AccountSession.token_sha256 == token_sha256(token)))
    if found is not None and found.ended_at is None:
        found.ended_at = now
        log(session, Actor(found.account_id), "session.ended", found.account_id, now, session_id=str(found.id))


def end_session_by_id(session: Session, actor: Actor, now: datetime) -> None:
    """The one that asks."""
    found = session.get(AccountSession, actor.credential_id)
    if found is not None and found.ended_at is None:
        found.ended_at = now


def end_other_sessions(session: Session, actor: Actor, now: datetime) -> None:
    """All of the account but the one that asks."""
    assert actor.account_id is not None
    session.execute(
        update(AccountSession)
        .where(
            AccountSession.account_id == actor.account_id,
            AccountSession.id != actor.credential_id,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    session.execute(delete(KnownDevice).where(KnownDevice.account_id == actor.account_id))
    log(session, actor, "sessions.ended", actor.account_id, now)


def note_use(session: Session, actor: Actor, now: datetime) -> None:
    """That the session or key was used just now."""
    if actor.via is Via.SESSION:
        session.execute(update(AccountSession).where(AccountSession.id == actor.credential_id).values(last_seen_at=now))
    elif actor.via is Via.KEY:
        session.execute(update(ApiKey).where(ApiKey.id == actor.credential_id).values(last_used_at=now))


def is_use_due(session: Session, actor: Actor, now: datetime) -> bool:
    if actor.via is Via.SESSION:
        found = session.get(AccountSession, actor.credential_id)
        return found is not None and found.last_seen_at + SEEN_AGAIN <= now
    key = session.get(ApiKey, actor.credential_id)
    return key is not None and (key.last_used_at is None or key.last_used_at + SEEN_AGAIN <= now)
