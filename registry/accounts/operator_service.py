"""What whoever runs the machine does to accounts: named as people type them, without an account of one's own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from registry.accounts import own_account_service, queries, service
from registry.accounts.account_errors import GrantNotFound, KeyNotFound
from registry.accounts.models import Account, ApiKey, RoleGrant
from registry.accounts.names import folded
from registry.accounts.own_account_service import WantedKey
from registry.accounts.permissions import OPERATOR, HeldRole, Role
from registry.accounts.queries import AccountWithRoles


def account_named(session: Session, name: str) -> Account:
    """By sign-in name, else by identifier. Raises AccountNotFound."""
    found = queries.find_by_name(session, folded(name))
    return found or queries.get_account(session, queries.read_account_id(name))


def create_administrator(session: Session, name: str, password_hash: str, now: datetime) -> None:
    account = service.create_account(session, OPERATOR, name, now)
    service.grant(session, OPERATOR, account.id, HeldRole(Role.ADMINISTRATOR), now)
    own_account_service.set_password(session, OPERATOR, account.id, password_hash, now)


def create(session: Session, name: str, same_person_as: str | None, now: datetime) -> str:
    """The token of the invitation."""
    other = None if same_person_as is None else account_named(session, same_person_as).id
    return service.create_and_invite(session, OPERATOR, name, now, other)[1]


def invite(session: Session, name: str, now: datetime) -> str:
    return service.invite(session, OPERATOR, account_named(session, name).id, now)


def reset_password(session: Session, account_id: UUID, password_hash: str, forget_factor: bool, now: datetime) -> None:
    own_account_service.set_password(session, OPERATOR, account_id, password_hash, now)
    service.end_sessions(session, account_id, now)
    if forget_factor:
        own_account_service.forget_second_factor(session, OPERATOR, account_id, now)


def grant(session: Session, name: str, role: HeldRole, now: datetime) -> RoleGrant:
    return service.grant(session, OPERATOR, account_named(session, name).id, role, now)


def revoke(session: Session, name: str, role: str, now: datetime) -> int:
    """role: its name or identifier. How many ended. Raises GrantNotFound."""
    found = queries.get_with_roles(session, account_named(session, name).id)
    meant = [each for each in found.grants if role in (each.role, str(each.id))]
    if not meant:
        raise GrantNotFound(f"The account holds no role {role[:80]!r}.")
    for each in meant:
        service.revoke(session, OPERATOR, found.account.id, each.id, now)
    return len(meant)


def disable(session: Session, name: str, now: datetime) -> AccountWithRoles:
    return service.disable(session, OPERATOR, account_named(session, name).id, None, now)


def enable(session: Session, name: str, now: datetime) -> AccountWithRoles:
    return service.enable(session, OPERATOR, account_named(session, name).id, now)


def erase(session: Session, name: str, now: datetime) -> None:
    service.erase(session, OPERATOR, account_named(session, name).id, now)


def make_key(session: Session, name: str, wanted: WantedKey, now: datetime) -> str:
    """The key, which nobody can show again."""
    return own_account_service.make_key(session, OPERATOR, account_named(session, name).id, wanted, now)[1]


def list_keys(session: Session, name: str) -> list[ApiKey]:
    return list(queries.list_keys(session, account_named(session, name).id))


def revoke_key(session: Session, name: str, key: str, now: datetime) -> None:
    """key: its identifier or first characters. Raises KeyNotFound."""
    meant = [each for each in list_keys(session, name) if key in (str(each.id), each.prefix)]
    if not meant:
        raise KeyNotFound("The account has no such API key.")
    for each in meant:
        own_account_service.revoke_key(session, OPERATOR, each.account_id, each.id, now)
