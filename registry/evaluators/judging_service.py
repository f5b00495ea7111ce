"""Who judges about an evaluator: a person with the permission, who neither acts nor acted for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.account_errors import NotAllowed
from registry.accounts.duties import may_judge
from registry.accounts.models import Account, RoleGrant
from registry.accounts.permissions import Actor, Permission
from registry.evaluators.models import Evaluator
from registry.evaluators.name_queries import senders_of
from registry.evaluators.qualification_service import person_of
from registry.evaluators.vetting_reach_service import require


def require_judge(session: Session, actor: Actor, permission: Permission, evaluator: Evaluator, now: datetime) -> UUID:
    """The person. Raises NotAllowed."""
    require(session, actor, permission, evaluator, now)
    person = person_of(actor)
    decision = may_judge(person, _own_people(session, evaluator))
    if not decision:
        raise NotAllowed(decision.reason)
    return person


def _own_people(session: Session, evaluator: Evaluator) -> frozenset[UUID]:
    """Under whatever account, and also those whose role ended."""
    bound = (
        select(Account.person_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.evaluator_id == evaluator.code)
    )
    return senders_of(session, evaluator.id) | frozenset(session.scalars(bound))
