"""Attempts to sign in, each paid for before anything is compared.

So no number of requests at once gets more than their share, and one who guesses from many places slows strangers down,
but never a browser from which the account was signed in to before.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.accounts import queries
from registry.accounts.account_errors import TooManyAttempts
from registry.accounts.models import Account, KnownDevice, Password, SecondFactor, SignInBucket
from registry.accounts.names import folded
from registry.accounts.permissions import Actor
from registry.accounts.service import log
from registry.accounts.throttle import Limit, buckets, spend, wait
from registry.accounts.tokens import token_sha256
from registry.ids import hidden_character

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was paid for. The account is None where there is none of this name that can be signed in to."""

    account_id: UUID | None
    password_hash: str | None = field(repr=False)
    sealed_secret: bytes | None = field(repr=False)
    paid: tuple[tuple[str, Limit], ...]


def attempt(session: Session, typed_name: str, network: str, device_token: str | None, now: datetime) -> Attempt | int:
    """Pays for an attempt; seconds to wait where nothing is left. One that empties a bucket is told to the log."""
    name = folded(typed_name)[:_LONGEST_NAME]
    # What is no name is looked for nowhere: the databases differ in what they make of a NUL.
    account = queries.find_by_name(session, name) if hidden_character(name) is None else None
    device = _known_device(session, account, device_token, now)
    limits = buckets(name, network, device)
    wait_s = _spend(session, limits, now)
    if wait_s is not None:
        return wait_s
    if account is not None and _is_any_empty(session, limits, now):
        log(session, Actor(account.id), "sign_in.slowed", account.id, now, from_known_device=device is not None)
    if account is None or account.disabled_at is not None:
        return Attempt(None, None, None, tuple(limits.items()))
    password = session.get(Password, account.id)
    factor = session.get(SecondFactor, account.id)
    is_needed = factor is not None and factor.confirmed_at is not None
    return Attempt(
        account.id,
        password.password_hash if password else None,
        factor.sealed_secret if factor and is_needed else None,
        tuple(limits.items()),
    )


def require_attempt(found: Attempt | int) -> Attempt:
    """Outside the transaction that paid, so that what it wrote stays. Raises TooManyAttempts."""
    if isinstance(found, int):
        raise TooManyAttempts(found)
    return found


def refund(session: Session, found: Attempt, now: datetime) -> None:
    """Whoever signs in has guessed nothing and gets this attempt back. Buckets that are full are forgotten."""
    for key, limit in found.paid:
        bucket = session.get(SignInBucket, key, populate_existing=True)
        if bucket is not None:
            bucket.full_at -= limit.interval
    session.flush()
    session.execute(delete(SignInBucket).where(SignInBucket.full_at <= now))


def _known_device(session: Session, account: Account | None, device_token: str | None, now: datetime) -> str | None:
    """The digest of the token of a browser in which this account was signed in to."""
    if account is None or not device_token:
        return None
    found = session.get(KnownDevice, token_sha256(device_token))
    is_known = found is not None and found.account_id == account.id and now < found.expires_at
    return found.token_sha256 if found is not None and is_known else None


def _spend(session: Session, limits: dict[str, Limit], now: datetime) -> int | None:
    """From every bucket or from none; the seconds to wait where one is empty."""
    found = {key: session.get(SignInBucket, key, populate_existing=True) for key in sorted(limits)}
    spent: dict[str, datetime] = {}
    waits = []
    for key, bucket in found.items():
        full_at = spend(limits[key], bucket.full_at if bucket else None, now)
        if full_at is None:
            assert bucket is not None
            waits.append(wait(limits[key], bucket.full_at, now))
        else:
            spent[key] = full_at
    if waits:
        return int(max(waits).total_seconds()) + 1
    for key, full_at in spent.items():
        bucket = found[key]
        if bucket is None:
            session.add(SignInBucket(key=key, full_at=full_at))
        else:
            bucket.full_at = full_at
    session.flush()
    return None


def _is_any_empty(session: Session, limits: dict[str, Limit], now: datetime) -> bool:
    found = [(limit, session.get(SignInBucket, key)) for key, limit in limits.items()]
    return any(bucket is not None and spend(limit, bucket.full_at, now) is None for limit, bucket in found)
