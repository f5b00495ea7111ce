"""Use cases of certificates: what an issuer said of one is taken down, and what each was worth on some days."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event as LogEvent
from registry.audit.service import append, take_turn
from registry.evaluators import dossier_queries
from registry.evaluators.certificate_models import RecordedCertificateEvent
from registry.evaluators.certificate_queries import events_by_evaluator
from registry.evaluators.certificate_status import (
    CertificateEvent,
    CertificateState,
    EventKind,
    HeldCertificate,
    Lapse,
    certificate_refusals,
    certificate_state,
    lapses,
)
from registry.evaluators.dossier_models import Certificate
from registry.evaluators.entity_errors import CertificateEventRefused, CertificateNotFound
from registry.evaluators.entity_queries import next_place
from registry.evaluators.evidence_service import require_handed_in
from registry.evaluators.judging_service import require_judge
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period
from registry.evaluators.vetting_errors import require_none


@dataclass(frozen=True, slots=True)
class CertificateEventWanted:
    """certificate: its id in the dossier, the newest version with it counts. source: where the issuer says so, as of
    noted_on."""

    certificate: str
    kind: EventKind
    effective_from: date
    source: str
    noted_on: date
    supersedes: int | None = None
    evidence_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Certificates:
    """Each with its state on the day. events: all that were recorded by then, also those that were corrected."""

    evaluator: Evaluator
    valid_at: date
    known_at: datetime
    states: tuple[tuple[HeldCertificate, CertificateState], ...]
    events: tuple[RecordedCertificateEvent, ...]


def record_event(
    session: Session, actor: Actor, evaluator: Evaluator, wanted: CertificateEventWanted, now: datetime
) -> RecordedCertificateEvent:
    """Raises CertificateEventRefused with every rule that is broken, CertificateNotFound, NotAllowed,
    EvidenceNotHandedIn."""
    take_turn(session)
    person = require_judge(session, actor, Permission.CERTIFICATE_RECORD, evaluator, now)
    require_handed_in(session, evaluator.id, {"/evidence_sha256": wanted.evidence_sha256})
    certificate_number, issuer = _named(session, evaluator, wanted.certificate)
    number, recorded_at = next_place(session, RecordedCertificateEvent, now)
    row = RecordedCertificateEvent(
        number=number,
        evaluator_id=evaluator.id,
        certificate_id=wanted.certificate,
        certificate_number=certificate_number,
        issuer=issuer,
        kind=wanted.kind,
        effective_from=wanted.effective_from,
        source=wanted.source,
        noted_on=wanted.noted_on,
        evidence_sha256=wanted.evidence_sha256,
        supersedes=wanted.supersedes,
        recorded_at=recorded_at,
        recorded_by=actor.log_name,
        person_id=person,
    )
    told = map(_event, events_by_evaluator(session, [evaluator.id]).get(evaluator.id, []))
    history = tuple(each for each in told if (each.certificate_number, each.issuer) == (certificate_number, issuer))
    require_none(certificate_refusals(history, _event(row), wanted.noted_on), CertificateEventRefused)
    session.add(row)
    session.flush()
    payload = {
        "number": number,
        "certificate": certificate_number,
        "issuer": issuer,
        "kind": str(wanted.kind),
        "effective_from": wanted.effective_from.isoformat(),
        "supersedes": wanted.supersedes,
    }
    event = LogEvent(actor.log_name, "certificate.record", f"evaluator:{evaluator.code}", payload, wanted.source)
    append(session, event, now)
    return row


def certificates_on(session: Session, evaluator: Evaluator, valid_at: date, known_at: datetime) -> Certificates:
    knowledge = Knowledge(session, known_at)
    rows = tuple(each for each in knowledge.certificate_events[evaluator.id] if each.recorded_at <= known_at)
    events = tuple(map(_event, rows))
    states = tuple((each, certificate_state(each, events, valid_at, known_at)) for each in held(knowledge, evaluator))
    return Certificates(evaluator, valid_at, known_at, states, rows)


def lapses_of(knowledge: Knowledge, evaluator: Evaluator, window: Period) -> tuple[Lapse, ...]:
    """Every period of the window in which a certificate of the dossier, hard or soft, is not in force."""
    events = tuple(map(_event, knowledge.certificate_events[evaluator.id]))
    return lapses(held(knowledge, evaluator), events, window, knowledge.at)


def held(knowledge: Knowledge, evaluator: Evaluator) -> tuple[HeldCertificate, ...]:
    """What the dossier told by then. One that a later version left out is told as it was last, and not as listed:
    who leaves a certificate out is not rid of what its issuer said."""
    rows = knowledge.certificates[evaluator.id]
    listed = [each for each in rows if each.known_to is None or each.known_to > knowledge.at]
    keys = {(each.certificate_number, each.issuer) for each in listed}
    left_out = {
        (each.certificate_number, each.issuer): each
        for each in rows
        if (each.certificate_number, each.issuer) not in keys
    }
    return (
        *(_held(each, is_listed=True) for each in listed),
        *(_held(each, is_listed=False) for each in left_out.values()),
    )  # fmt: skip


def _held(row: Certificate, *, is_listed: bool) -> HeldCertificate:
    return HeldCertificate(
        row.kind, row.certificate_number, row.issuer, row.dependency == "hard", row.valid_from, row.valid_to,
        row.known_from, is_listed,
    )  # fmt: skip


def _named(session: Session, evaluator: Evaluator, certificate_id: str) -> tuple[str, str]:
    """Number and issuer, by the newest version that has it. Raises CertificateNotFound."""
    known: list[str] = []
    for version in reversed(dossier_queries.list_versions(session, evaluator)):
        for each in dossier_queries.document_of(version)["certificates"]:
            if each["id"] == certificate_id:
                return each["number"], each["issuer"]
            known.append(each["id"])
    shown = ", ".join(dict.fromkeys(known)) or "none"
    raise CertificateNotFound(
        f"No version of the dossier has a certificate {certificate_id[:80]}. Known: {shown[:400]}."
    )


def _event(row: RecordedCertificateEvent) -> CertificateEvent:
    return CertificateEvent(
        row.number, row.certificate_number, row.issuer, EventKind(row.kind), row.effective_from, row.recorded_at,
        row.supersedes,
    )  # fmt: skip
