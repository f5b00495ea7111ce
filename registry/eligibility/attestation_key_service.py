"""Keys that sign attestations: their first use, their change, and one that got into other hands. In the log."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append
from registry.eligibility import attestation_queries as queries
from registry.eligibility.attestation_errors import AttestationRefused
from registry.eligibility.attestation_keys import KeyUse, SigningKey
from registry.eligibility.attestation_models import AttestationKey, CompromisedKey
from registry.eligibility.decision import instant


def require_signing(session: Session, actor: Actor, key: SigningKey, now: datetime) -> None:
    """The key is the one in use, or becomes the first one. Raises AttestationRefused."""
    if queries.current_key(session) is None:
        take_into_use(session, actor, key, now)
    else:
        require_in_use(session, key)


def require_in_use(session: Session, key: SigningKey) -> None:
    """Raises AttestationRefused."""
    current = queries.current_key(session)
    if current is None or current.kid != key.kid:
        raise AttestationRefused("Another key signs attestations meanwhile. Try again.")
    if current.compromised_from is not None:
        raise AttestationRefused("The key that signs is in other hands. Run `registry attest rotate-key` first.")


def take_into_use(session: Session, actor: Actor, key: SigningKey, now: datetime) -> KeyUse:
    """From now on this key signs, and the one before it only proves what it signed. Raises AttestationRefused."""
    uses = queries.key_uses(session)
    used_from = now.replace(microsecond=0)
    if uses and used_from <= uses[-1].used_from:
        raise AttestationRefused("The key that signs was taken into use just now. Try again in a second.")
    if any(each.kid == key.kid for each in uses):
        raise AttestationRefused("This key was used before, and a key is used once.")
    session.add(
        AttestationKey(
            number=len(uses) + 1, kid=key.kid, public_key=key.public, used_from=used_from, recorded_by=actor.log_name
        )
    )
    session.flush()
    subject, payload = f"attestation_key:{key.kid}", {"used_from": instant(used_from)}
    append(session, Event(actor.log_name, "attestation_key.use", subject, payload), now)
    return KeyUse(key.public, used_from)


def mark_compromised(session: Session, actor: Actor, kid: str, since: datetime, reason: str, now: datetime) -> KeyUse:
    """From then on others may have signed with it; nothing that it signed since counts. It can only be said earlier.

    Raises AttestationKeyNotFound, AttestationRefused.
    """
    use = queries.get_key_use(session, kid)
    if since > now:
        raise AttestationRefused(f"{instant(since)} lies ahead. Say from when on the key was in other hands.")
    if not reason.strip():
        raise AttestationRefused("Say how it is known that the key is in other hands.")
    if use.compromised_from is not None and use.compromised_from <= since:
        raise AttestationRefused(f"The key counts as in other hands from {instant(use.compromised_from)} on already.")
    session.add(
        CompromisedKey(
            kid=kid, compromised_from=since, reason=reason, recorded_at=now, recorded_by=actor.log_name
        )
    )  # fmt: skip
    session.flush()
    subject, payload = f"attestation_key:{kid}", {"from": instant(since)}
    append(session, Event(actor.log_name, "attestation_key.compromise", subject, payload, reason), now)
    return queries.get_key_use(session, kid)
