"""Attestations of stored decisions: issued once, kept as they were handed out, and what they are worth now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event
from registry.audit.service import append
from registry.canonical import sha256_hex
from registry.eligibility import attestation_key_service as key_service
from registry.eligibility import attestation_queries as queries
from registry.eligibility import status_list_service, verify_attestation
from registry.eligibility.attestation_errors import (
    AttestationNotFound,
    AttestationRejected,
    IssuerUnknown,
)
from registry.eligibility.attestation_keys import SigningKey, key_set, signed_content
from registry.eligibility.attestation_models import Attestation
from registry.eligibility.attestation_worth import ItemState, Worth, worth_of
from registry.eligibility.credential import (
    Addresses,
    AttestedCheck,
    covering_items,
    credential_of,
    items_of,
    list_credential,
)
from registry.eligibility.status_list import Purpose
from registry.evaluators import status_service
from registry.evaluators.models import Evaluator
from registry.evaluators.policy import State
from registry.languages import mark
from registry.validity import legal_day

ISSUE = Permission.ATTESTATION_ISSUE
_UNKNOWN = mark("It is signed with a key of this registry, but was not issued here. Tell the registry about it.")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs, and under which address."""

    key: SigningKey
    addresses: Addresses


@dataclass(frozen=True, slots=True)
class Shown:
    """An attestation with what it is worth at `at`. Its words are those that were signed."""

    row: Attestation
    credential: Mapping[str, Any]
    worth: Worth
    items: tuple[ItemState, ...]
    at: datetime


def addresses_of(public_url: str | None) -> Addresses:
    """Raises IssuerUnknown."""
    if public_url is None:
        raise IssuerUnknown("Set REGISTRY_PUBLIC_URL to the address at which the public finds this registry.")
    return Addresses(public_url)


def issue(session: Session, actor: Actor, check: AttestedCheck, issuer: Issuer, now: datetime) -> Attestation:
    """Raises AttestationRefused where nothing could be relied on."""
    at = now.replace(microsecond=0)
    evaluator = session.scalars(select(Evaluator).where(Evaluator.code == check.evaluator)).one()
    key_service.require_signing(session, actor, issuer.key, now)
    places = status_list_service.places_of(session, covering_items(check.decision), now)
    made_id = uuid4()
    credential = credential_of(check, made_id, issuer.addresses, places, at)
    token = issuer.key.sign(credential, issuer.addresses.issuer, at)
    made = Attestation(
        id=made_id, check_id=check.id, evaluator_id=evaluator.id, jws=token, kid=issuer.key.kid,
        sha256=sha256_hex(token.encode()), issued_at=now, issued_by=actor.log_name, person_id=actor.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"check": str(check.id), "kid": made.kid, "sha256": made.sha256, "verdict": check.content["verdict"]}
    append(session, Event(actor.log_name, "attestation.issue", f"attestation:{made.id}", payload), now)
    return made


def show(session: Session, attestation_id: str, now: datetime) -> Shown:
    """Raises AttestationNotFound."""
    row = queries.get_attestation(session, attestation_id)
    header, credential = signed_content(row.jws)
    evaluator = session.get_one(Evaluator, row.evaluator_id)
    items = tuple(_item_state(session, evaluator, each, now) for each in items_of(credential))
    use = queries.get_key_use(session, row.kid)
    signed_at = datetime.fromtimestamp(header["iat"], UTC)
    return Shown(row, credential, worth_of(credential, use, signed_at, items, now), items, now)


def _item_state(session: Session, evaluator: Evaluator, item_id: str, now: datetime) -> ItemState:
    today, in_the_end = (
        status_service.status(session, evaluator, day, now, item=item_id).items[0].status.state
        for day in (legal_day(now), date.max)
    )
    return ItemState(item_id, today, in_the_end is not State.NO_RECORD)


def verify_file(session: Session, content: bytes, now: datetime) -> Shown:
    """An attestation that somebody was given, as text, JSON or PDF.

    Raises AttestationRejected where its signature or its decision does not hold, or it is signed and yet not known
    here, which is a sign that a key is in other hands.
    """
    keys = key_set(queries.key_uses(session), None)
    try:
        given = verify_attestation.read_given(content)
        verified = verify_attestation.verify(given.jws, keys)
        if given.decision is not None:
            verify_attestation.require_decision(verified, given.decision)
    except verify_attestation.Refused as refused:
        raise AttestationRejected(str(refused)) from refused
    found_id = str(verified.credential["id"]).rpartition("/")[2]
    try:
        shown = show(session, found_id, now)
    except AttestationNotFound as error:
        raise AttestationRejected(_UNKNOWN) from error
    if shown.row.jws != given.jws:
        raise AttestationRejected(_UNKNOWN)
    return shown


def status_list(session: Session, purpose: Purpose, number: int, at: datetime, issuer: Issuer, now: datetime) -> str:
    """A signed list as it was at an instant. Raises StatusListNotFound, AttestationRefused."""
    bits = status_list_service.list_bits(session, purpose, number, at, now)
    key_service.require_in_use(session, issuer.key)
    credential = list_credential(issuer.addresses, purpose, number, at.astimezone(UTC), bits)
    return issuer.key.sign(credential, issuer.addresses.issuer, now)
