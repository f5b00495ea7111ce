"""An officer decides otherwise: signed, with reason and legal basis, beside the verdict, which stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.eligibility import attestation_key_service as key_service
from registry.eligibility.attestation_service import Issuer
from registry.eligibility.decision import instant
from registry.eligibility.eligibility_errors import OverrideRefused
from registry.eligibility.models import EligibilityCheck, Override
from registry.eligibility.reach_service import require_check


@dataclass(frozen=True, slots=True)
class Otherwise:
    verdict: str
    reason: str
    legal_basis: str


def override(
    session: Session, actor: Actor, check: EligibilityCheck, wanted: Otherwise, issuer: Issuer, now: datetime
) -> Override:
    """Raises NotAllowed, and OverrideRefused for the verdict that stands anyway, and for a command without a person."""
    take_turn(session)
    require_check(session, actor, Permission.ELIGIBILITY_OVERRIDE, check)
    if actor.person_id is None:
        raise OverrideRefused("An override is a person's decision. Act with an account: `--key FILE`, or over the API.")
    if wanted.verdict == check.verdict:
        raise OverrideRefused(f"The verdict is {check.verdict} already; there is nothing to override.")
    key_service.require_signing(session, actor, issuer.key, now)
    statement = {
        "type": "EligibilityOverride",
        "check": check.code,
        "resultSha256": check.result_sha256,
        "verdict": check.verdict,
        "decided": wanted.verdict,
        "reason": wanted.reason,
        "legalBasis": wanted.legal_basis,
        "decidedBy": actor.log_name,
        "decidedAt": instant(now),
    }
    made = Override(
        check_id=check.id, verdict=wanted.verdict, reason=wanted.reason, legal_basis=wanted.legal_basis,
        statement=issuer.key.sign(statement, issuer.addresses.issuer, now), decided_at=now,
        decided_by=actor.log_name, person_id=actor.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"verdict": check.verdict, "decided": wanted.verdict, "legal_basis": wanted.legal_basis}
    subject = f"eligibility_check:{check.code}"
    append(session, Event(actor.log_name, "eligibility.override", subject, payload, wanted.reason), now)
    return made


def list_overrides(session: Session, check: EligibilityCheck) -> Sequence[Override]:
    statement = select(Override).where(Override.check_id == check.id).order_by(Override.decided_at, Override.id)
    return session.scalars(statement).all()
