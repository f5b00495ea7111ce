"""Who may ask about which places, and use which stored answers: a role with limits reaches what lies in them."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import ALLOWED, Actor, Decision, Permission, Region, Subject, Via, may
from registry.eligibility.asking import Written
from registry.eligibility.consortium import members_of
from registry.eligibility.models import EligibilityCheck
from registry.eligibility.question import Question, question_of
from registry.regions import service as regions
from registry.regions.reference import read_reference
from registry.regions.region_errors import NoDivisions, ReferenceRejected


def require(session: Session, actor: Actor, permission: Permission, parts: Iterable[Written | Question]) -> None:
    """Raises NotAllowed."""
    decision = _decision(session, actor, permission, parts)
    if not decision:
        raise NotAllowed(decision.reason)


def require_check(session: Session, actor: Actor, permission: Permission, check: EligibilityCheck) -> None:
    """As for asking again what the answer is about. Raises NotAllowed."""
    decision = reaches(session, actor, permission, check)
    if not decision:
        raise NotAllowed(decision.reason)


def reaches(session: Session, actor: Actor, permission: Permission, check: EligibilityCheck) -> Decision:
    # Without limits a role reaches everything, and no answer has to be read for that.
    if may(actor, permission):
        return ALLOWED
    return _decision(session, actor, permission, [question_of(each["request"]) for each in members_of(check.content)])


def _decision(session: Session, actor: Actor, permission: Permission, parts: Iterable[Written | Question]) -> Decision:
    if actor.via is Via.OPERATOR:
        return ALLOWED
    is_limited = any(each.region is not None for each in actor.roles)
    for part in parts:
        for asked in part.scope:
            region = _path(session, asked.region, part) if is_limited else None
            decision = may(actor, permission, Subject(region=region, field_of_assessment=asked.domain))
            if not decision:
                return decision
    return ALLOWED


def _path(session: Session, region: str, part: Written | Question) -> Region | None:
    """From the top down; None where it is not known where the region lies."""
    try:
        found = regions.resolve(session, read_reference(region), part.window.valid_from)
    except (NoDivisions, ReferenceRejected):
        return None
    return tuple(str(each.reference) for each in regions.path(session, found)) or None
