"""What crosses HTTP, and what commands print as JSON, about certificates and what their issuers said."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from registry.evaluators.certificate_models import RecordedCertificateEvent
from registry.evaluators.certificate_service import CertificateEventWanted, Certificates
from registry.evaluators.certificate_status import CertificateState, EventKind, HeldCertificate
from registry.evaluators.entity_wire import Number
from registry.evaluators.qualification_wire import Day, Lines, Sha256, Word
from registry.json_models import In, Out


class CertificateEventIn(In):
    """certificate: its id in the dossier. noted_on: the day of the source.

    supersedes: number of the event that this one corrects; `retracted`: that event never was.
    """

    certificate: Word
    kind: Literal["suspended", "lifted", "withdrawn", "retracted"]
    effective_from: Day
    source: Lines = Field(description="Where the issuer says so.")
    noted_on: Day
    supersedes: Number | None = None
    evidence_sha256: Sha256 | None = None

    def wanted(self) -> CertificateEventWanted:
        return CertificateEventWanted(
            self.certificate, EventKind(self.kind), date.fromisoformat(self.effective_from), self.source,
            date.fromisoformat(self.noted_on), self.supersedes, self.evidence_sha256,
        )  # fmt: skip


class CertificateEventOut(Out):
    number: int
    certificate: str
    certificate_number: str
    issuer: str
    kind: str
    effective_from: date
    source: str
    supersedes: int | None
    recorded_at: datetime


def certificate_event_out(row: RecordedCertificateEvent) -> CertificateEventOut:
    return CertificateEventOut(
        number=row.number, certificate=row.certificate_id, certificate_number=row.certificate_number,
        issuer=row.issuer, kind=row.kind, effective_from=row.effective_from, source=row.source,
        supersedes=row.supersedes, recorded_at=row.recorded_at,
    )  # fmt: skip


class CertificateOut(Out):
    """state: on the day. is_listed: false for one that a later version of the dossier left out."""

    kind: str
    certificate_number: str
    issuer: str
    dependency: str
    valid_from: date | None
    valid_to: date | None
    state: str
    is_listed: bool


class CertificatesOut(Out):
    """events: in the order in which they were recorded, also those that were corrected."""

    evaluator: str
    valid_at: date
    known_at: datetime
    certificates: list[CertificateOut]
    events: list[CertificateEventOut]


def certificates_out(found: Certificates) -> CertificatesOut:
    return CertificatesOut(
        evaluator=found.evaluator.code, valid_at=found.valid_at, known_at=found.known_at,
        certificates=[_certificate_out(*each) for each in found.states],
        events=[certificate_event_out(each) for each in found.events],
    )  # fmt: skip


def _certificate_out(each: HeldCertificate, state: CertificateState) -> CertificateOut:
    return CertificateOut(
        kind=each.kind, certificate_number=each.certificate_number, issuer=each.issuer,
        dependency="hard" if each.is_hard else "soft", valid_from=each.valid_from, valid_to=each.valid_to,
        state=state, is_listed=each.is_listed,
    )  # fmt: skip
