"""Who may ask about which places: roles that are limited to regions reach what lies in them."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import Actor, Permission, Region, Subject, Via, may
from registry.eligibility.asking import Written
from registry.regions import service as regions
from registry.regions.reference import read_reference
from registry.regions.region_errors import NoDivisions, ReferenceRejected


def require(session: Session, actor: Actor, permission: Permission, parts: Iterable[Written]) -> None:
    """Raises NotAllowed."""
    if actor.via is Via.OPERATOR:
        return
    is_limited = any(each.region is not None for each in actor.roles)
    for part in parts:
        for asked in part.scope:
            region = _path(session, asked.region, part) if is_limited else None
            field = asked.domain
            decision = may(actor, permission, Subject(region=region, field_of_assessment=field))
            if not decision:
                raise NotAllowed(decision.reason)


def require_at_all(actor: Actor, permission: Permission) -> None:
    """Of what is about no place. Raises NotAllowed."""
    if actor.via is Via.OPERATOR:
        return
    decision = may(actor, permission)
    if not decision:
        raise NotAllowed(decision.reason)


def _path(session: Session, region: str, part: Written) -> Region | None:
    """From the top down; None where it is not known where the region lies."""
    try:
        found = regions.resolve(session, read_reference(region), part.window.valid_from)
    except (NoDivisions, ReferenceRejected):
        return None
    return tuple(str(each.reference) for each in regions.path(session, found)) or None
