"""Who may do what with which engagement: permissions with the limits of roles. actor: as this transaction sees them."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import ALLOWED, Actor, Decision, Permission, Region, Subject, Via, may
from registry.fieldwork.engagement import EngagementRecord, Terms
from registry.regions import service as regions
from registry.regions.reference import read_reference
from registry.regions.region_errors import NoDivisions, ReferenceRejected
from registry.validity import legal_day


def require(
    session: Session, actor: Actor, permission: Permission, evaluator_code: str, terms: Terms, now: datetime
) -> None:
    """Raises NotAllowed."""
    decision = _reaches(session, actor, permission, evaluator_code, terms, now)
    if not decision:
        raise NotAllowed(decision.reason)


def require_reach(
    session: Session, actor: Actor, permission: Permission, record: EngagementRecord, now: datetime
) -> None:
    """Raises NotAllowed."""
    require(session, actor, permission, record.evaluator_code, newest_terms(record), now)


def reaches(
    session: Session, actor: Actor, permission: Permission, record: EngagementRecord, now: datetime
) -> Decision:
    return _reaches(session, actor, permission, record.evaluator_code, newest_terms(record), now)


def newest_terms(record: EngagementRecord) -> Terms:
    """Also of an agreement that was taken out."""
    return [each.terms for each in record.events if each.terms is not None][-1]


def _reaches(
    session: Session, actor: Actor, permission: Permission, evaluator_code: str, terms: Terms, now: datetime
) -> Decision:
    if actor.via is Via.OPERATOR:
        return ALLOWED
    is_limited = any(each.region is not None for each in actor.roles)
    region = _path(session, terms.region, now) if is_limited else None
    return may(actor, permission, Subject(None, evaluator_code, region, terms.domain))


def _path(session: Session, region: str, now: datetime) -> Region | None:
    """From the top down, as of today; None where the region is not known."""
    try:
        found = regions.resolve(session, read_reference(region), legal_day(now))
    except (NoDivisions, ReferenceRejected):
        return None
    return tuple(str(each.reference) for each in regions.path(session, found)) or None
