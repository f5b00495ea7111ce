"""Who may do what with which evaluator: permissions with the limits of roles. actor: as this transaction sees them."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import ALLOWED, Actor, Decision, Permission, Region, Subject, Via, may
from registry.evaluators.models import Evaluator
from registry.regions import service as regions
from registry.regions.reference import read_reference
from registry.regions.region_errors import NoDivisions, ReferenceRejected
from registry.validity import legal_day


def require(session: Session, actor: Actor, permission: Permission, evaluator: Evaluator, now: datetime) -> None:
    """Raises NotAllowed."""
    decision = reaches(session, actor, permission, evaluator, now)
    if not decision:
        raise NotAllowed(decision.reason)


def reaches(session: Session, actor: Actor, permission: Permission, evaluator: Evaluator, now: datetime) -> Decision:
    if actor.via is Via.OPERATOR:
        return ALLOWED
    is_limited = any(each.region is not None for each in actor.roles)
    region = _region_of(session, evaluator, now) if is_limited else None
    return may(actor, permission, Subject(evaluator_id=evaluator.code, region=region))


def _region_of(session: Session, evaluator: Evaluator, now: datetime) -> Region | None:
    """Where it has its seat today, from the top down; None where that is not known."""
    try:
        found = regions.resolve(session, read_reference(evaluator.region), legal_day(now))
    except (NoDivisions, ReferenceRejected):
        return None
    return tuple(str(each.reference) for each in regions.path(session, found)) or None
