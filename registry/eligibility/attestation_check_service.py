"""From a stored decision to what an attestation says of it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.eligibility.attestation_errors import AttestationRefused
from registry.eligibility.consortium import members_of
from registry.eligibility.credential import AttestedCheck
from registry.eligibility.models import CheckedBody, EligibilityCheck
from registry.eligibility.policy_service import pinned_policy
from registry.evaluators.models import Evaluator
from registry.evaluators.name_queries import names_of


def attested_check(session: Session, check: EligibilityCheck) -> AttestedCheck:
    """Raises AttestationRefused for a body that is not registered, and for a consortium."""
    bodies = select(CheckedBody.evaluator_id).where(CheckedBody.check_id == check.id)
    evaluator_ids = session.scalars(bodies).all()
    evaluator_id = evaluator_ids[0] if len(evaluator_ids) == 1 else None
    if evaluator_id is None or len(members_of(check.content)) != 1:
        raise AttestationRefused("An attestation is of one evaluator that is registered here; ask about it alone.")
    evaluator = session.get_one(Evaluator, evaluator_id)
    (decision,) = members_of(check.content)
    on = date.fromisoformat(decision["request"]["window"]["from"])
    days = pinned_policy(session, decision["policy"], check.known_at).limits.attestation_days
    return AttestedCheck(
        check.id, check.code, evaluator.code, evaluator.credit_code, _names_on(session, evaluator, on, check.known_at),
        check.content, check.known_at, check.result_sha256, days,
    )  # fmt: skip


def _names_on(session: Session, evaluator: Evaluator, on: date, known_at: datetime) -> tuple[str, ...]:
    """A name that is held back until somebody judged it is not shown here either: an attestation is for everybody."""
    known = names_of(session, [evaluator], known_at)[evaluator.id]
    return tuple(each.name.name for each in known if each.name.holds(on) and not each.is_held)
