"""What a certificate was worth on a day: what the dossier says of its days, and what its issuer said since. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from registry.evaluators.periods import Period, segments
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.told_events import events_known, told_refusals


class EventKind(StrEnum):
    """RETRACTED: only as a correction; what it corrects never was."""

    SUSPENDED = "suspended"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"


class CertificateState(StrEnum):
    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CertificateEvent:
    """See told_events.ToldEvent. certificate_number, issuer: which certificate, as the dossier names it."""

    number: int
    certificate_number: str
    issuer: str
    kind: EventKind
    effective_from: date
    recorded_at: datetime
    supersedes: int | None = None

    @property
    def is_retraction(self) -> bool:
        return self.kind is EventKind.RETRACTED


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """As the dossier tells it. is_listed: the dossier still had it; one that was left out is told as it was last.

    recorded_at: when the registry had it.
    """

    kind: str
    certificate_number: str
    issuer: str
    is_hard: bool
    valid_from: date | None
    valid_to: date | None
    recorded_at: datetime
    is_listed: bool = True

    @property
    def key(self) -> tuple[str, str]:
        return self.certificate_number, self.issuer


@dataclass(frozen=True, slots=True)
class Lapse:
    """Days on which a certificate was not in force. event: what it follows from, None where its own days say so."""

    certificate: HeldCertificate
    state: CertificateState
    period: Period
    event: CertificateEvent | None


def certificate_state(
    certificate: HeldCertificate | None, events: Iterable[CertificateEvent], valid_at: date, known_at: datetime
) -> CertificateState:
    """UNKNOWN for one that no dossier told of by then. events: of this certificate or others, in any order."""
    if certificate is None:
        return CertificateState.UNKNOWN
    return _standing(certificate, events_of(certificate, events, known_at), valid_at, known_at)[0]


def lapses(
    certificates: Iterable[HeldCertificate], events: Iterable[CertificateEvent], window: Period, known_at: datetime
) -> tuple[Lapse, ...]:
    """Every period of the window in which one of them is not in force, hard and soft ones."""
    told = tuple(events)
    return tuple(found for each in certificates for found in _lapses(each, told, window, known_at))


def _lapses(
    certificate: HeldCertificate, events: Sequence[CertificateEvent], window: Period, known_at: datetime
) -> Iterator[Lapse]:
    known = events_of(certificate, events, known_at)
    turns = (certificate.valid_from, certificate.valid_to, *(each.effective_from for each in known))
    last: Lapse | None = None
    for period in segments(window, (each for each in turns if each is not None)):
        state, event = _standing(certificate, known, period.valid_from, known_at)
        if last is not None and (last.state, last.event) == (state, event):
            last = Lapse(certificate, state, Period(last.period.valid_from, period.valid_to), event)
            continue
        if last is not None and last.state is not CertificateState.IN_FORCE:
            yield last
        last = Lapse(certificate, state, period, event)
    if last is not None and last.state is not CertificateState.IN_FORCE:
        yield last


def events_of(
    certificate: HeldCertificate, events: Iterable[CertificateEvent], known_at: datetime
) -> tuple[CertificateEvent, ...]:
    """Those of this certificate that count, in the order in which they take effect."""
    own = (each for each in events if (each.certificate_number, each.issuer) == certificate.key)
    return events_known(own, known_at)


def _standing(
    certificate: HeldCertificate, known: Sequence[CertificateEvent], on: date, known_at: datetime
) -> tuple[CertificateState, CertificateEvent | None]:
    """The gravest that holds: withdrawn, expired, suspended."""
    if certificate.recorded_at > known_at:
        return CertificateState.UNKNOWN, None
    said: CertificateEvent | None = None
    for each in known:
        if each.effective_from <= on and (said is None or said.kind is not EventKind.WITHDRAWN):
            said = each
    if said is not None and said.kind is EventKind.WITHDRAWN:
        return CertificateState.WITHDRAWN, said
    if certificate.valid_to is not None and on >= certificate.valid_to:
        return CertificateState.EXPIRED, None
    if said is not None and said.kind is EventKind.SUSPENDED:
        return CertificateState.SUSPENDED, said
    if certificate.valid_from is not None and on < certificate.valid_from:
        return CertificateState.NOT_YET, None
    return CertificateState.IN_FORCE, None


def certificate_refusals(
    history: Sequence[CertificateEvent], event: CertificateEvent, noted_on: date
) -> tuple[Refusal, ...]:
    """Why the event cannot be recorded; none where it can. history: all events of the certificate."""
    about = event.certificate_number
    return (*told_refusals(history, event, noted_on, about), *_order(history, event, about))


def _order(history: Sequence[CertificateEvent], event: CertificateEvent, about: str) -> Iterator[Refusal]:
    """The whole log, with the event in its place, has to make sense."""
    before: CertificateEvent | None = None
    for each in events_known((*history, event), event.recorded_at):
        fault = _misplaced(before, each)
        if fault is not None:
            code, message, fix = fault
            place = "" if each == event else f"Event {each.number} would stand wrong then: "
            yield Refusal(code, f"{place}{message}", fix, about, str(each.kind))
        if before is None or before.kind is not EventKind.WITHDRAWN:
            before = each


def _misplaced(before: CertificateEvent | None, event: CertificateEvent) -> tuple[Code, str, str] | None:
    kind, on = None if before is None else before.kind, event.effective_from
    if before is not None and kind is EventKind.WITHDRAWN:
        return (
            Code.CERTIFICATE_WITHDRAWN,
            f"The certificate is withdrawn since {before.effective_from}; {event.kind} on {on} is not possible.",
            "Correct the withdrawal, if the issuer did not say so; a new certificate has a number of its own.",
        )
    if event.kind is EventKind.LIFTED and kind is not EventKind.SUSPENDED:
        return (
            Code.CERTIFICATE_NOT_SUSPENDED,
            f"The certificate is not suspended on {on}.",
            "Record the suspension first.",
        )
    if before is not None and event.kind is EventKind.SUSPENDED and kind is EventKind.SUSPENDED:
        return (
            Code.CERTIFICATE_SUSPENDED,
            f"The certificate is suspended since {before.effective_from} already.",
            "Correct that event, if it gives the wrong day.",
        )
    return None
