"""Accounts for tests, made as the operator makes them, and ways to act as them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

from registry.accounts import own_account_service as own
from registry.accounts import queries, service, sign_in_service
from registry.accounts.models import AccountSession
from registry.accounts.own_account_service import KEY_PERMISSIONS, WantedKey
from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role
from registry.clock import utc_now
from registry.db import Database, write

PASSWORD = "correct horse battery staple"
_numbers = count(1)


@dataclass(frozen=True)
class Person:
    name: str
    account_id: UUID
    person_id: UUID
    grants: tuple[UUID, ...] = ()
    session_token: str = field(default="", repr=False)
    device_token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    @property
    def cookies(self) -> dict[str, str]:
        """Over plain HTTP on this machine."""
        return {"registry-session": self.session_token}


def limited(role: Role) -> HeldRole:
    """The role, bound as it must be."""
    evaluator = "甲" if role is Role.EVALUATOR else None
    return HeldRole(role, evaluator, ("浙江省",) if role is Role.SITE_REPRESENTATIVE else None)


def make_person(
    session: Session, *roles: Role | HeldRole, name: str = "", now: datetime | None = None, same_as: UUID | None = None
) -> Person:
    """Signed in, with a key for everything that its roles allow."""
    at = now or utc_now()
    name = name or f"person{next(_numbers)}"
    account = service.create_account(session, OPERATOR, name, at, same_as)
    held = [each if isinstance(each, HeldRole) else limited(each) for each in roles]
    grants = tuple(service.grant(session, OPERATOR, account.id, each, at).id for each in held)
    signed_in = sign_in_service.start_session(session, account.id, at)
    _, key = own.make_key(session, OPERATOR, account.id, WantedKey("test", sorted(KEY_PERMISSIONS), 90), at)
    session.flush()
    tokens = (signed_in.session_token, signed_in.device_token, key)
    return Person(account.sign_in_name or "", account.id, account.person_id, grants, *tokens)


def saved_person(database: Database, *roles: Role | HeldRole, name: str = "", now: datetime | None = None) -> Person:
    return write(database, lambda session: make_person(session, *roles, name=name, now=now))


def with_password(session: Session, person: Person, password: str = PASSWORD, now: datetime | None = None) -> Person:
    password_hash = own.new_password_hash(password, None)
    own.set_password(session, OPERATOR, person.account_id, password_hash, now or utc_now())
    session.flush()
    return person


def acting(session: Session, person: Person, now: datetime) -> Actor:
    found = queries.actor_of_session(session, person.session_token, now)
    assert found is not None
    return found


def signed_in_again(session: Session, person: Person, now: datetime) -> Actor:
    """After a change of roles ended the session."""
    token = sign_in_service.start_session(session, person.account_id, now).session_token
    found = queries.actor_of_session(session, token, now)
    assert found is not None
    return found


def key_of(session: Session, person: Person, scope: Iterable[str], days: int = 90, now: datetime | None = None) -> str:
    return own.make_key(session, OPERATOR, person.account_id, WantedKey("test", tuple(scope), days), now or utc_now())[
        1
    ]


def expire_session(session: Session, person: Person) -> None:
    found = session.query(AccountSession).filter_by(account_id=person.account_id).all()
    for each in found:
        each.last_seen_at -= timedelta(days=1)
