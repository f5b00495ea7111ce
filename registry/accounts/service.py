"""Administration of accounts: make, invite, grant, confirm, revoke, disable, erase.

Each function needs the actor's permission again in its own transaction, so that a right that was just removed does
not act any more, and leaves an entry in the log. No entry holds a name.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.accounts import queries
from registry.accounts.account_errors import (
    AccountDisabled,
    GrantNotFound,
    NameTaken,
    NotAllowed,
    RoleRefused,
    SeparateDuties,
)
from registry.accounts.duties import may_confirm, may_grant, needs_confirmation
from registry.accounts.models import (
    Account,
    AccountSession,
    ApiKey,
    Identity,
    Invitation,
    KnownDevice,
    Password,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
)
from registry.accounts.names import sign_in_name
from registry.accounts.permissions import Actor, Decision, HeldRole, Permission, Role, Via, may, role_faults
from registry.accounts.queries import AccountWithRoles
from registry.accounts.tokens import TOKEN_BYTES, token_of, token_sha256
from registry.audit.entry import Event
from registry.audit.service import append
from registry.db import compare_and_set
from registry.entropy import random_bytes
from registry.errors import Violation

INVITATION_LASTS = timedelta(days=7)


def log(session: Session, by: Actor, action: str, account_id: UUID, now: datetime, **payload: object) -> None:
    append(session, Event(by.log_name, action, f"account:{account_id}", payload), now)


def require_still(session: Session, by: Actor, permission: Permission, now: datetime) -> None:
    """As this transaction sees the actor. Raises NotAllowed."""
    if by.via is Via.OPERATOR:
        return
    current = queries.actor_again(session, by, now)
    decision = Decision(False, "Sign in again.") if current is None else may(current, permission)
    if not decision:
        raise NotAllowed(decision.reason)


def create_account(
    session: Session, by: Actor, typed_name: str, now: datetime, same_person_as: UUID | None = None
) -> Account:
    """Without a role and without a way to sign in. Raises NameRefused, NameTaken, AccountNotFound, NotAllowed."""
    require_still(session, by, Permission.ACCOUNTS_CHANGE, now)
    name = sign_in_name(typed_name)
    if queries.find_by_name(session, name) is not None:
        raise NameTaken("Another account has this sign-in name. Choose another one.")
    person_id = uuid4() if same_person_as is None else queries.get_account(session, same_person_as).person_id
    account = Account(id=uuid4(), person_id=person_id, sign_in_name=name, created_at=now)
    session.add(account)
    # Grants and invitations of the same transaction refer to it.
    session.flush()
    log(session, by, "account.created", account.id, now, person=str(person_id))
    return account


def create_and_invite(
    session: Session, by: Actor, typed_name: str, now: datetime, same_person_as: UUID | None = None
) -> tuple[AccountWithRoles, str]:
    """The account and the token of its invitation."""
    account = create_account(session, by, typed_name, now, same_person_as)
    return AccountWithRoles(account, ()), invite(session, by, account.id, now)


def invite(session: Session, by: Actor, account_id: UUID, now: datetime) -> str:
    """A token with which the holder sets a password, also a lost one, or links an identity; earlier ones end.

    Whoever has it has the account: to one with a powerful role only the operator invites. Raises SeparateDuties.
    """
    require_still(session, by, Permission.ACCOUNTS_CHANGE, now)
    _get_enabled(session, account_id)
    if by.via is not Via.OPERATOR and any(needs_confirmation(Role(g.role)) for g in _open_grants(session, account_id)):
        raise SeparateDuties(
            "Whoever has the invitation has the account, and this one holds a role that two persons must want. "
            "Run on the machine of the registry: registry accounts invite"
        )
    _end_invitations(session, account_id, now)
    token = token_of(random_bytes(TOKEN_BYTES))
    expires_at = now + INVITATION_LASTS
    session.add(
        Invitation(token_sha256=token_sha256(token), account_id=account_id, created_at=now, expires_at=expires_at)
    )
    log(session, by, "account.invited", account_id, now)
    return token


def grant(session: Session, by: Actor, account_id: UUID, role: HeldRole, now: datetime) -> RoleGrant:
    """A powerful role waits for a second administrator, unless the operator grants it; open invitations end.

    Raises RoleRefused, SeparateDuties, AccountNotFound, AccountDisabled, NotAllowed.
    """
    require_still(session, by, Permission.ROLES_GRANT, now)
    account = _get_enabled(session, account_id)
    _require(may_grant(by, account.person_id))
    faults = role_faults(role)
    if faults:
        raise RoleRefused("The role cannot be granted so.", [Violation("role-limits", each) for each in faults])
    if any(queries.held_role(each) == role for each in _open_grants(session, account_id)):
        raise RoleRefused("The account holds this role already, or it waits to be confirmed.")
    waits = needs_confirmation(role.role) and by.via is not Via.OPERATOR
    if waits:
        _end_invitations(session, account_id, now)
    made = RoleGrant(
        id=uuid4(),
        account_id=account_id,
        role=role.role,
        evaluator_id=role.evaluator_id,
        region=None if role.region is None else list(role.region),
        field_of_assessment=role.field_of_assessment,
        granted_at=now,
        granted_by=by.log_name,
        granting_person_id=by.person_id,
        valid_from=None if waits else now,
    )
    session.add(made)
    log(session, by, "role.proposed" if waits else "role.granted", account_id, now, **_described(made))
    if not waits:
        end_sessions(session, account_id, now)
    return made


def confirm(session: Session, by: Actor, account_id: UUID, grant_id: UUID, now: datetime) -> RoleGrant:
    """By another administrator, another person. Raises GrantNotFound, SeparateDuties, NotAllowed."""
    require_still(session, by, Permission.ROLES_GRANT, now)
    account = _get_enabled(session, account_id)
    waiting = _get_grant(session, account_id, grant_id)
    if waiting.valid_from is not None:
        raise RoleRefused("The role is in force already.")
    if waiting.granting_person_id is not None and by.via is not Via.OPERATOR:
        _require(may_confirm(by, account.person_id, waiting.granting_person_id))
    waiting.valid_from, waiting.confirmed_by = now, by.log_name
    log(session, by, "role.granted", account_id, now, **_described(waiting))
    end_sessions(session, account_id, now)
    return waiting


def revoke(session: Session, by: Actor, account_id: UUID, grant_id: UUID, now: datetime) -> AccountWithRoles:
    """It ends now and stays on record. Raises GrantNotFound, SeparateDuties, NotAllowed."""
    require_still(session, by, Permission.ROLES_GRANT, now)
    _require(may_grant(by, queries.get_account(session, account_id).person_id))
    ended = _get_grant(session, account_id, grant_id)
    _end_grant(ended, by, now)
    log(session, by, "role.revoked", account_id, now, **_described(ended))
    end_sessions(session, account_id, now)
    return queries.get_with_roles(session, account_id)


def disable(session: Session, by: Actor, account_id: UUID, version: int | None, now: datetime) -> AccountWithRoles:
    """Nobody signs in to it, its sessions end and its keys open nothing. Raises StaleVersion, SeparateDuties."""
    require_still(session, by, Permission.ACCOUNTS_CHANGE, now)
    account = queries.get_account(session, account_id)
    _require(may_grant(by, account.person_id))
    if account.disabled_at is None:
        compare_and_set(session, Account, account_id, version or account.version, disabled_at=now)
        end_sessions(session, account_id, now)
        log(session, by, "account.disabled", account_id, now)
    return queries.get_with_roles(session, account_id)


def enable(session: Session, by: Actor, account_id: UUID, now: datetime) -> AccountWithRoles:
    """Raises AccountDisabled for one that was erased."""
    require_still(session, by, Permission.ACCOUNTS_CHANGE, now)
    account = queries.get_account(session, account_id)
    _require(may_grant(by, account.person_id))
    if account.erased_at is not None:
        raise AccountDisabled("The account was erased. Make a new one.")
    if account.disabled_at is not None:
        compare_and_set(session, Account, account_id, account.version, disabled_at=None)
        log(session, by, "account.enabled", account_id, now)
    return queries.get_with_roles(session, account_id)


def erase(session: Session, by: Actor, account_id: UUID, now: datetime) -> None:
    """Name, identities and everything to sign in with go; what the account did stays under its identifier."""
    account = disable(session, by, account_id, None, now).account
    if account.erased_at is not None:
        return
    for grant_ in _open_grants(session, account_id):
        _end_grant(grant_, by, now)
    for table in (Password, SecondFactor, RecoveryCode, Invitation, Identity, KnownDevice):
        session.execute(delete(table).where(table.account_id == account_id))
    session.execute(update(ApiKey).where(ApiKey.account_id == account_id).values(label="", revoked_at=now))
    compare_and_set(session, Account, account_id, account.version, sign_in_name=None, erased_at=now)
    log(session, by, "account.erased", account_id, now)


def _get_enabled(session: Session, account_id: UUID) -> Account:
    account = queries.get_account(session, account_id)
    if account.disabled_at is not None:
        raise AccountDisabled("The account is disabled. Enable it first.")
    return account


def _open_grants(session: Session, account_id: UUID) -> list[RoleGrant]:
    statement = select(RoleGrant).where(RoleGrant.account_id == account_id, RoleGrant.valid_to.is_(None))
    return list(session.scalars(statement.order_by(RoleGrant.granted_at, RoleGrant.id)))


def _get_grant(session: Session, account_id: UUID, grant_id: UUID) -> RoleGrant:
    for each in _open_grants(session, account_id):
        if each.id == grant_id:
            return each
    raise GrantNotFound("The account holds no role under this identifier, or it has ended.")


def _end_grant(grant_: RoleGrant, by: Actor, now: datetime) -> None:
    grant_.valid_to, grant_.ended_by = now, by.log_name


def _end_invitations(session: Session, account_id: UUID, now: datetime) -> None:
    session.execute(
        update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.used_at.is_(None))
        .values(expires_at=now)
    )


def end_sessions(session: Session, account_id: UUID, now: datetime) -> None:
    """Whoever signed in with other rights signs in again."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _described(grant_: RoleGrant) -> dict[str, object]:
    limits = {
        "evaluator_id": grant_.evaluator_id, "region": grant_.region, "field_of_assessment": grant_.field_of_assessment
    }  # fmt: skip
    return {"role": grant_.role, **{name: value for name, value in limits.items() if value is not None}}


def _require(decision: Decision) -> None:
    if not decision:
        raise SeparateDuties(decision.reason)
