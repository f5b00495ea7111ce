"""Accounts, roles and keys as they cross HTTP. Pure."""

from collections.abc import Sequence

from registry.accounts.account_errors import RoleRefused
from registry.accounts.models import ApiKey, RoleGrant
from registry.accounts.permissions import Actor, HeldRole, Role
from registry.accounts.queries import AccountWithRoles
from registry.accounts.wire import AccountOut, HeldOut, KeyOut, RoleOut, WhoOut
from registry.errors import Violation

PREFIX = "/api/v1"


def account_out(found: AccountWithRoles) -> AccountOut:
    account = found.account
    return AccountOut(
        id=account.id,
        version=account.version,
        name=account.sign_in_name,
        person_id=account.person_id,
        created_at=account.created_at,
        disabled_at=account.disabled_at,
        roles=[role_out(each) for each in found.grants],
    )


def role_out(grant: RoleGrant) -> RoleOut:
    return RoleOut(
        id=grant.id,
        role=grant.role,
        evaluator_id=grant.evaluator_id,
        region=grant.region,
        field_of_assessment=grant.field_of_assessment,
        granted_at=grant.granted_at,
        granted_by=grant.granted_by,
        valid_from=grant.valid_from,
        waits_for_confirmation=grant.valid_from is None,
    )


def role_text(grant: RoleGrant) -> str:
    """For a list in a terminal."""
    limits = [grant.evaluator_id, "/".join(grant.region) if grant.region else None, grant.field_of_assessment]
    within = ", ".join(each for each in limits if each)
    waits = "" if grant.valid_from else " (waits to be confirmed)"
    return f"{grant.role}{f' ({within})' if within else ''}{waits}"


def read_role(name: str, evaluator_id: str | None, region: Sequence[str] | None, field: str | None) -> HeldRole:
    """Raises RoleRefused for a name that is no role's."""
    known = tuple(Role)
    if name not in known:
        fix = f"Known roles: {', '.join(known)}."
        violation = Violation("unknown-role", "There is no such role.", fix, pointer="/role", value=name[:80])
        raise RoleRefused("The role cannot be granted so.", [violation])
    return HeldRole(Role(name), evaluator_id, None if region is None else tuple(region), field)


def key_out(key: ApiKey) -> KeyOut:
    return KeyOut(
        id=key.id,
        prefix=key.prefix,
        label=key.label,
        scope=key.scope,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def who_out(actor: Actor) -> WhoOut:
    assert actor.account_id is not None
    roles = [
        HeldOut(
            role=each.role,
            evaluator_id=each.evaluator_id,
            region=None if each.region is None else list(each.region),
            field_of_assessment=each.field_of_assessment,
        )
        for each in actor.roles
    ]
    scope = None if actor.scope is None else sorted(str(each) for each in actor.scope)
    return WhoOut(account_id=actor.account_id, name=actor.name, via=actor.via, roles=roles, scope=scope)
