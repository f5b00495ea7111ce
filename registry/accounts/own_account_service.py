"""What people do with their own accounts: password, second factor, API keys."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.accounts import queries
from registry.accounts.account_errors import KeyNotFound, KeyRefused, SecondFactorRefused, SignInFailed
from registry.accounts.attempt_service import Attempt, refund
from registry.accounts.identity_service import use_invitation
from registry.accounts.models import (
    Account,
    AccountSession,
    ApiKey,
    Identity,
    Password,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
)
from registry.accounts.passwords import SALT_BYTES, hash_password, require_good_password
from registry.accounts.permissions import NEVER_BY_KEY, TABLE, Actor, Anybody, Permission, Via
from registry.accounts.service import end_sessions, log, require_still
from registry.accounts.sign_in_service import (
    SignedIn,
    end_other_sessions,
    end_session_by_id,
    is_second_factor,
    start_session,
)
from registry.accounts.tokens import TOKEN_BYTES, api_key_of, shown_prefix, token_sha256
from registry.accounts.totp import RECOVERY_BYTES, RECOVERY_CODES, SECRET_BYTES, matching_step, recovery_code
from registry.entropy import random_bytes
from registry.errors import Violation
from registry.languages import mark
from registry.secret_box import SecretBox

LONGEST_KEY_DAYS = 366
LONGEST_LABEL = 100
# What a key may be made for: not what everybody may anyway, and not what only a person does.
KEY_PERMISSIONS = frozenset(each for each in Permission if Anybody.PUBLIC not in TABLE[each]) - NEVER_BY_KEY


@dataclass(frozen=True, slots=True)
class Overview:
    """What people see of their own account."""

    account: Account
    grants: tuple[RoleGrant, ...]
    sessions: tuple[AccountSession, ...]
    keys: tuple[ApiKey, ...]
    identities: tuple[Identity, ...]
    has_password: bool
    has_second_factor: bool
    recovery_codes_left: int


def overview(session: Session, account_id: UUID, now: datetime) -> Overview:
    found = queries.get_with_roles(session, account_id)
    factor = queries.find_second_factor(session, account_id)
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return Overview(
        account=found.account,
        grants=found.grants,
        sessions=tuple(queries.list_sessions(session, account_id, now)),
        keys=tuple(queries.list_keys(session, account_id)),
        identities=tuple(queries.list_identities(session, account_id)),
        has_password=session.get(Password, account_id) is not None,
        has_second_factor=factor is not None and factor.confirmed_at is not None,
        recovery_codes_left=session.scalar(left) or 0,
    )


def new_password_hash(password: str, sign_in_name: str | None) -> str:
    """Slow on purpose: call it outside a transaction. Raises PasswordRefused."""
    require_good_password(password, sign_in_name)
    return hash_password(password, random_bytes(SALT_BYTES))


def set_password(session: Session, by: Actor, account_id: UUID, password_hash: str, now: datetime) -> None:
    found = session.get(Password, account_id)
    if found is None:
        session.add(Password(account_id=account_id, password_hash=password_hash, changed_at=now))
    else:
        found.password_hash, found.changed_at = password_hash, now
    log(session, by, "password.set", account_id, now)


def change_password(session: Session, actor: Actor, proven: Attempt, new_hash: str, now: datetime) -> SignedIn:
    """proven: an attempt with the old password, which was right. All sessions end; this browser gets a new one.

    Raises SignInFailed where the password was changed meanwhile.
    """
    require_still(session, actor, Permission.OWN_ACCOUNT_CHANGE, now)
    assert actor.account_id is not None
    found = session.get(Password, actor.account_id, populate_existing=True)
    if proven.account_id != actor.account_id or found is None or found.password_hash != proven.password_hash:
        raise SignInFailed("The password was changed meanwhile.")
    refund(session, proven, now)
    set_password(session, actor, actor.account_id, new_hash, now)
    end_other_sessions(session, actor, now)
    end_session_by_id(session, actor, now)
    return start_session(session, actor.account_id, now)


def accept_invitation(session: Session, token: str, password_hash: str, now: datetime) -> SignedIn | None:
    """The first password, or a new one for one that was lost. Raises InvitationRejected.

    None where there is a second factor, which an invitation does not replace: the sign-in page asks for it.
    """
    account_id = use_invitation(session, token_sha256(token), now)
    set_password(session, Actor(account_id), account_id, password_hash, now)
    end_sessions(session, account_id, now)
    factor = queries.find_second_factor(session, account_id)
    is_needed = factor is not None and factor.confirmed_at is not None
    return None if is_needed else start_session(session, account_id, now)


def begin_second_factor(session: Session, actor: Actor, box: SecretBox, now: datetime) -> bytes:
    """A new secret, which counts once a code of it was typed. Raises SecondFactorRefused where one is in use."""
    require_still(session, actor, Permission.OWN_ACCOUNT_CHANGE, now)
    assert actor.account_id is not None
    found = queries.find_second_factor(session, actor.account_id)
    if found is not None and found.confirmed_at is not None:
        raise SecondFactorRefused("A second factor is in use. Remove it first.")
    secret = random_bytes(SECRET_BYTES)
    sealed = box.seal(secret, str(actor.account_id))
    if found is None:
        session.add(SecondFactor(account_id=actor.account_id, sealed_secret=sealed, created_at=now))
    else:
        found.sealed_secret, found.created_at = sealed, now
    return secret


def pending_secret(session: Session, actor: Actor, box: SecretBox) -> bytes | None:
    """The secret that waits for its first code, so that a page that failed can be shown again."""
    assert actor.account_id is not None
    found = queries.find_second_factor(session, actor.account_id)
    if found is None or found.confirmed_at is not None:
        return None
    return box.open(found.sealed_secret, str(actor.account_id))


def confirm_second_factor(session: Session, actor: Actor, code: str, box: SecretBox, now: datetime) -> list[str]:
    """Recovery codes, which nobody can show again. Raises SecondFactorRefused."""
    require_still(session, actor, Permission.OWN_ACCOUNT_CHANGE, now)
    assert actor.account_id is not None
    found = queries.find_second_factor(session, actor.account_id)
    secret = pending_secret(session, actor, box)
    step = None if secret is None else matching_step(secret, code, now, None)
    if found is None or step is None:
        raise SecondFactorRefused(
            mark("The code does not fit the secret. Check the clock of the device and type a new code.")
        )
    found.confirmed_at, found.last_used_step = now, step
    codes = [recovery_code(random_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == actor.account_id))
    session.add_all(RecoveryCode(account_id=actor.account_id, code_sha256=token_sha256(each)) for each in codes)
    log(session, actor, "second_factor.set", actor.account_id, now)
    return codes


def remove_second_factor(session: Session, actor: Actor, code: str, box: SecretBox, now: datetime) -> None:
    """With a code of it. Raises SecondFactorRefused."""
    require_still(session, actor, Permission.OWN_ACCOUNT_CHANGE, now)
    assert actor.account_id is not None
    if not is_second_factor(session, actor.account_id, code, box, now):
        raise SecondFactorRefused(mark("The code is not right."))
    forget_second_factor(session, actor, actor.account_id, now)


def forget_second_factor(session: Session, by: Actor, account_id: UUID, now: datetime) -> None:
    """Also for the operator, where the device and the recovery codes are lost."""
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    log(session, by, "second_factor.removed", account_id, now)


@dataclass(frozen=True, slots=True)
class WantedKey:
    label: str
    scope: Collection[str]
    days: int


def make_key(session: Session, by: Actor, account_id: UUID, wanted: WantedKey, now: datetime) -> tuple[ApiKey, str]:
    """The key, which nobody can show again. Raises KeyRefused with all faults."""
    require_still(session, by, Permission.OWN_KEYS, now)
    faults = [*_key_faults(wanted), *_beyond(session, by, wanted, now)]
    if faults:
        raise KeyRefused(mark("Such an API key cannot be made."), faults)
    queries.get_account(session, account_id)
    text = api_key_of(random_bytes(TOKEN_BYTES))
    key = ApiKey(
        id=uuid4(),
        account_id=account_id,
        key_sha256=token_sha256(text),
        prefix=shown_prefix(text),
        label=wanted.label.strip(),
        scope=sorted(set(wanted.scope)),
        created_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    session.add(key)
    expires_at = key.expires_at.isoformat()
    log(session, by, "key.made", account_id, now, key=str(key.id), scope=key.scope, expires_at=expires_at)
    return key, text


def _key_faults(wanted: WantedKey) -> list[Violation]:
    known = f"Known: {', '.join(sorted(KEY_PERMISSIONS))}."
    faults = [
        Violation(
            "unknown-permission", mark("A key cannot be made for this."), known, pointer="/scope", value=each[:80]
        )
        for each in sorted(set(wanted.scope) - KEY_PERMISSIONS)
    ]
    if not wanted.scope:
        faults.append(Violation("empty-scope", mark("The key would be good for nothing."), known, pointer="/scope"))
    if not 0 < wanted.days <= LONGEST_KEY_DAYS:
        fix, seen = f"Use 1 to {LONGEST_KEY_DAYS} days.", str(wanted.days)
        faults.append(Violation("bad-lifetime", mark("A key cannot last so long."), fix, pointer="/days", value=seen))
    if len(wanted.label) > LONGEST_LABEL or not wanted.label.isprintable() or not wanted.label.strip():
        fix = f"Use 1 to {LONGEST_LABEL} visible characters."
        faults.append(Violation("bad-label", mark("This is no label."), fix, pointer="/label", value=wanted.label[:80]))
    return faults


def _beyond(session: Session, by: Actor, wanted: WantedKey, now: datetime) -> list[Violation]:
    """A key that makes a key gives away no more than it has."""
    if by.via is not Via.KEY or by.scope is None:
        return []
    own = session.get(ApiKey, by.credential_id)
    faults = []
    if not set(wanted.scope) <= by.scope:
        faults.append(Violation("beyond-the-key", "The key that asks has a narrower scope.", pointer="/scope"))
    if own is None or wanted.days > (own.expires_at - now).days:
        faults.append(Violation("beyond-the-key", "The key that asks expires earlier.", pointer="/days"))
    return faults


def revoke_key(session: Session, by: Actor, account_id: UUID, key_id: UUID, now: datetime) -> ApiKey:
    """Raises KeyNotFound for another account's key and for one that is revoked."""
    require_still(session, by, Permission.OWN_KEYS, now)
    key = session.get(ApiKey, key_id)
    if key is None or key.account_id != account_id or key.revoked_at is not None:
        raise KeyNotFound(mark("The account has no such API key, or it is revoked already."))
    key.revoked_at = now
    log(session, by, "key.revoked", account_id, now, key=str(key.id))
    return key
