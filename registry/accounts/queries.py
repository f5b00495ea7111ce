"""Who is asking, and what accounts there are: reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, tuple_
from sqlalchemy.orm import Session

from registry.accounts.account_errors import AccountNotFound
from registry.accounts.models import Account, AccountSession, ApiKey, Identity, RoleGrant, SecondFactor
from registry.accounts.permissions import Actor, HeldRole, Permission, Role, Via
from registry.accounts.tokens import token_sha256
from registry.keyset import read_uuid

# OWASP, Session Management: minutes of idleness and hours in all where more than reading is at stake.
LONGEST_IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)
NO_ACCOUNT = "There is no account under this identifier."


@dataclass(frozen=True, slots=True)
class AccountWithRoles:
    """An account and what it holds, or is to hold once it is confirmed."""

    account: Account
    grants: tuple[RoleGrant, ...]


def held_role(grant: RoleGrant) -> HeldRole:
    region = None if grant.region is None else tuple(grant.region)
    return HeldRole(Role(grant.role), grant.evaluator_id, region, grant.field_of_assessment)


def _is_in_force(now: datetime) -> ColumnElement[bool]:
    is_open = RoleGrant.valid_to.is_(None) | (RoleGrant.valid_to > now)
    return (RoleGrant.valid_from <= now) & is_open


def is_alive(session: AccountSession, now: datetime) -> bool:
    is_fresh = now < session.last_seen_at + LONGEST_IDLE and now < session.created_at + LONGEST_SESSION
    return session.ended_at is None and is_fresh


def actor_of_session(session: Session, token: str, now: datetime) -> Actor | None:
    """None for a session that is over, or never was."""
    found = session.scalar(select(AccountSession).where(AccountSession.token_sha256 == token_sha256(token)))
    if found is None or not is_alive(found, now):
        return None
    return _actor(session, found.account_id, Via.SESSION, found.id, None, now)


def actor_of_key(session: Session, key: str, now: datetime) -> Actor | None:
    """None for a key that is expired or revoked, or never was."""
    found = session.scalar(select(ApiKey).where(ApiKey.key_sha256 == token_sha256(key)))
    if found is None or found.revoked_at is not None or now >= found.expires_at:
        return None
    scope = frozenset(each for each in Permission if each in found.scope)
    return _actor(session, found.account_id, Via.KEY, found.id, scope, now)


def actor_again(session: Session, actor: Actor, now: datetime) -> Actor | None:
    """The same actor as this transaction sees it: roles may have gone since the request began."""
    if actor.via is Via.OPERATOR:
        return actor
    if actor.account_id is None or actor.credential_id is None:
        return None
    if actor.via is Via.SESSION:
        signed_in = session.get(AccountSession, actor.credential_id, populate_existing=True)
        is_valid = signed_in is not None and is_alive(signed_in, now)
    else:
        key = session.get(ApiKey, actor.credential_id, populate_existing=True)
        is_valid = key is not None and key.revoked_at is None and now < key.expires_at
    return _actor(session, actor.account_id, actor.via, actor.credential_id, actor.scope, now) if is_valid else None


def _actor(
    session: Session,
    account_id: UUID,
    via: Via,
    credential_id: UUID,
    scope: frozenset[Permission] | None,
    now: datetime,
) -> Actor | None:
    account = session.get(Account, account_id, populate_existing=True)
    if account is None or account.disabled_at is not None:
        return None
    statement = (
        select(RoleGrant)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(Account.person_id == account.person_id, Account.disabled_at.is_(None), _is_in_force(now))
        .order_by(RoleGrant.granted_at, RoleGrant.id)
    )
    grants = session.scalars(statement).all()
    return Actor(
        account_id=account.id,
        person_id=account.person_id,
        roles=tuple(held_role(each) for each in grants if each.account_id == account.id),
        person_roles=frozenset(Role(each.role) for each in grants),
        via=via,
        credential_id=credential_id,
        scope=scope,
        name=account.sign_in_name or "",
    )


def is_any_account(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(Account.id.is_not(None)))))


def get_account(session: Session, account_id: UUID) -> Account:
    found = session.get(Account, account_id)
    if found is None:
        raise AccountNotFound(NO_ACCOUNT)
    return found


def read_account_id(text: str) -> UUID:
    """What is no identifier is answered as one that nothing has. Raises AccountNotFound."""
    found = read_uuid(text)
    if found is None:
        raise AccountNotFound(NO_ACCOUNT)
    return found


def find_by_name(session: Session, sign_in_name: str) -> Account | None:
    """sign_in_name: folded, see names.py."""
    return session.scalar(select(Account).where(Account.sign_in_name == sign_in_name))


def with_roles(session: Session, accounts: Sequence[Account]) -> list[AccountWithRoles]:
    """With the grants that are in force or wait to be confirmed."""
    statement = (
        select(RoleGrant)
        .where(RoleGrant.account_id.in_([each.id for each in accounts]), RoleGrant.valid_to.is_(None))
        .order_by(RoleGrant.granted_at, RoleGrant.id)
    )
    grants = session.scalars(statement).all()
    return [
        AccountWithRoles(account, tuple(each for each in grants if each.account_id == account.id))
        for account in accounts
    ]


def get_with_roles(session: Session, account_id: UUID) -> AccountWithRoles:
    """As this transaction has it, with what it has just changed. Raises AccountNotFound."""
    session.flush()
    account = get_account(session, account_id)
    session.refresh(account)
    return with_roles(session, [account])[0]


def list_accounts(
    session: Session, *, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[AccountWithRoles]:
    """The oldest first; after: the (created_at, id) of the last one seen."""
    statement = select(Account).order_by(Account.created_at, Account.id)
    if after is not None:
        statement = statement.where(tuple_(Account.created_at, Account.id) > after)
    return with_roles(session, session.scalars(statement.limit(limit)).all())


def list_sessions(session: Session, account_id: UUID, now: datetime) -> list[AccountSession]:
    """Those that go on, the newest first."""
    statement = (
        select(AccountSession)
        .where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
        .order_by(AccountSession.created_at.desc(), AccountSession.id)
    )
    return [each for each in session.scalars(statement) if is_alive(each, now)]


def list_keys(session: Session, account_id: UUID) -> Sequence[ApiKey]:
    """Also those that are expired or revoked, the newest first."""
    statement = select(ApiKey).where(ApiKey.account_id == account_id).order_by(ApiKey.created_at.desc(), ApiKey.id)
    return session.scalars(statement).all()


def list_identities(session: Session, account_id: UUID) -> Sequence[Identity]:
    return session.scalars(
        select(Identity).where(Identity.account_id == account_id).order_by(Identity.issuer, Identity.subject)
    ).all()


def find_second_factor(session: Session, account_id: UUID) -> SecondFactor | None:
    return session.get(SecondFactor, account_id)
