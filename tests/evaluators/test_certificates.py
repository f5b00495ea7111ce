"""What a certificate was worth on a day: its own days, and what its issuer said since, as known then."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from dossier_samples import LICENCE, make_dossier
from evaluator_samples import ALWAYS, at, day
from hypothesis import given, settings
from hypothesis import strategies as st
from people import make_person
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from vetting_samples import EARLY, EVIDENCE, actor_of

from registry.accounts.account_errors import NotAllowed
from registry.accounts.permissions import OPERATOR, Actor, HeldRole, Role
from registry.audit.models import Entry
from registry.evaluators import certificate_service as service
from registry.evaluators import dossier_service
from registry.evaluators.certificate_models import RecordedCertificateEvent
from registry.evaluators.certificate_service import CertificateEventWanted
from registry.evaluators.certificate_status import (
    CertificateEvent,
    CertificateState,
    EventKind,
    HeldCertificate,
    certificate_refusals,
    certificate_state,
    lapses,
)
from registry.evaluators.dossier_service import Submission
from registry.evaluators.entity_errors import CertificateEventRefused, CertificateNotFound
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.models import Evaluator
from registry.evaluators.periods import Period
from registry.evaluators.refusal import Code
from registry.evaluators.vetting_errors import EvidenceNotHandedIn

CNAS = HeldCertificate("accreditation", "IB0001", "CNAS", True, day("2024-01-01"), day("2030-01-01"), EARLY)
WINDOW = Period(day("2026-01-01"), day("2027-01-01"))


def event(number: int, kind: str, effective: str, recorded: str | None = None, **changes: Any) -> CertificateEvent:
    known: dict[str, Any] = {"certificate_number": "IB0001", "issuer": "CNAS"} | changes
    return CertificateEvent(
        number, kind=EventKind(kind), effective_from=day(effective), recorded_at=at(recorded or effective), **known
    )


def states(events: list[CertificateEvent], *days: str, known_at: datetime = ALWAYS) -> list[str]:
    return [str(certificate_state(CNAS, events, day(each), known_at)) for each in days]


def test_its_own_days_are_half_open() -> None:
    assert states([], "2023-12-31", "2024-01-01", "2029-12-31", "2030-01-01") == [
        "not_yet", "in_force", "in_force", "expired"
    ]  # fmt: skip
    assert certificate_state(None, [], day("2026-01-01"), ALWAYS) is CertificateState.UNKNOWN
    assert states([], "2026-01-01", known_at=EARLY - timedelta(seconds=1)) == ["unknown"]


def test_what_the_issuer_said_counts_from_its_day_as_known_then() -> None:
    said = [event(1, "suspended", "2026-03-01", "2026-03-20"), event(2, "lifted", "2026-05-01"),
            event(3, "withdrawn", "2031-01-01", "2026-06-01"),
            event(4, "withdrawn", "2026-01-01", certificate_number="IB0002")]  # fmt: skip

    assert states(said, "2026-02-28", "2026-03-01", "2026-05-01", "2030-06-01", "2031-01-01") == [
        "in_force", "suspended", "in_force", "expired", "withdrawn"
    ]  # fmt: skip
    assert states(said, "2026-03-10", known_at=at("2026-03-19")) == ["in_force"]
    assert states([*said, event(5, "retracted", "2026-03-01", "2026-07-01", supersedes=1)], "2026-03-10") == [
        "in_force"
    ]


def test_a_withdrawal_is_for_ever_whatever_a_log_says_after_it() -> None:
    assert states([event(1, "withdrawn", "2026-02-01"), event(2, "lifted", "2026-03-01")], "2026-04-01") == [
        "withdrawn"
    ]


def test_lapses_are_the_days_of_the_window_without_it() -> None:
    said = [event(1, "suspended", "2026-03-01"), event(2, "lifted", "2026-05-01"), event(3, "withdrawn", "2026-11-01")]
    soft = HeldCertificate("licence", "L1", "Office", False, day("2020-01-01"), day("2026-07-01"), EARLY)

    found = [(each.certificate.is_hard, str(each.state), each.period.valid_from, each.period.valid_to,
              each.event and each.event.number) for each in lapses([CNAS, soft], said, WINDOW, ALWAYS)]  # fmt: skip

    assert found == [
        (True, "suspended", day("2026-03-01"), day("2026-05-01"), 1),
        (True, "withdrawn", day("2026-11-01"), day("2027-01-01"), 3),
        (False, "expired", day("2026-07-01"), day("2027-01-01"), None),
    ]
    assert lapses([CNAS], [], WINDOW, ALWAYS) == ()


_DAYS = st.integers(0, 30).map(lambda n: date(2026, 1, 1) + timedelta(days=n))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(EventKind), _DAYS, _DAYS), max_size=5), _DAYS, _DAYS)
def test_lapses_say_of_every_day_what_the_state_says(
    told: list[tuple[EventKind, date, date]], on: date, known: date
) -> None:
    events = [
        CertificateEvent(
            number, "IB0001", "CNAS", kind, effective, datetime(each.year, each.month, each.day, tzinfo=UTC)
        )
        for number, (kind, effective, each) in enumerate(told, start=1)
    ]
    known_at = datetime(known.year, known.month, known.day, tzinfo=UTC)
    window = Period(date(2026, 1, 1), date(2026, 2, 1))

    on_the_day = [each.state for each in lapses([CNAS], reversed(events), window, known_at) if each.period.holds(on)]

    state = certificate_state(CNAS, events, on, known_at)
    assert on_the_day == ([] if state is CertificateState.IN_FORCE else [state])
    assert state == certificate_state(CNAS, [e for e in events if e.recorded_at <= known_at], on, known_at)


@pytest.mark.parametrize(
    ("history", "made", "expected"),
    [
        ([], event(9, "lifted", "2026-02-01"), [Code.CERTIFICATE_NOT_SUSPENDED]),
        ([event(1, "suspended", "2026-01-05")], event(9, "suspended", "2026-02-01"), [Code.CERTIFICATE_SUSPENDED]),
        ([event(1, "withdrawn", "2026-01-05")], event(9, "lifted", "2026-02-01"), [Code.CERTIFICATE_WITHDRAWN]),
        ([event(1, "suspended", "2026-02-01")], event(9, "withdrawn", "2026-01-05", "2026-03-01"),
         [Code.CERTIFICATE_WITHDRAWN]),
        ([], event(9, "retracted", "2026-02-01"), [Code.CORRECTS_NOTHING]),
        ([event(1, "withdrawn", "2026-01-05")], event(9, "suspended", "2026-02-01", supersedes=1), []),
        ([event(1, "suspended", "2026-01-05")], event(9, "lifted", "2026-02-01"), []),
    ],
)  # fmt: skip
def test_a_guard_refuses_what_no_issuer_can_say(
    history: list[CertificateEvent], made: CertificateEvent, expected: list[Code]
) -> None:
    assert [each.code for each in certificate_refusals(history, made, day("2026-01-01"))] == expected
    assert [each.code for each in certificate_refusals(history, made, day("2027-01-01"))] == [
        Code.NOTED_AFTER_RECORDED, *expected
    ]  # fmt: skip


def wanted(kind: str, effective: str, **changes: Any) -> CertificateEventWanted:
    known: dict[str, Any] = {"certificate": "cnas", "source": "CNAS notice", "noted_on": day("2026-03-11")} | changes
    return CertificateEventWanted(kind=EventKind(kind), effective_from=day(effective), **known)


@pytest.fixture
def evaluator(session: Session) -> Evaluator:
    dossier = Submission(make_dossier(certificates=[LICENCE]))
    return dossier_service.apply(session, OPERATOR, dossier, at("2026-03-10")).evaluator


@pytest.fixture
def officer(session: Session) -> Actor:
    return actor_of(make_person(session, Role.VETTING_OFFICER, now=EARLY), Role.VETTING_OFFICER)


def test_an_officer_takes_down_what_the_issuer_said_and_nobody_of_the_evaluators_own(
    session: Session, evaluator: Evaluator, officer: Actor
) -> None:
    own = HeldRole(Role.EVALUATOR, evaluator.code)
    insider = actor_of(make_person(session, own, Role.VETTING_OFFICER, now=EARLY), own, Role.VETTING_OFFICER)
    said = wanted("suspended", "2026-03-05")
    before = session.scalar(select(func.count()).select_from(Entry)) or 0

    for actor in (insider, OPERATOR):
        with pytest.raises(NotAllowed):
            service.record_event(session, actor, evaluator, said, at("2026-03-12"))
    made = service.record_event(session, officer, evaluator, said, at("2026-03-12"))
    found = service.certificates_on(session, evaluator, day("2026-03-11"), at("2026-03-12"))
    earlier = service.certificates_on(session, evaluator, day("2026-03-11"), at("2026-03-11"))

    assert (made.certificate_number, made.issuer, made.person_id) == ("IB0001", "CNAS", officer.person_id)
    assert session.scalar(select(func.count()).select_from(Entry)) == before + 1
    assert [str(state) for _, state in found.states] == ["suspended"]
    assert ([str(state) for _, state in earlier.states], earlier.events) == (["in_force"], ())
    march = Period(day("2026-03-01"), day("2026-04-01"))
    (lapse,) = service.lapses_of(Knowledge(session, at("2026-03-13")), evaluator, march)
    assert (lapse.certificate.is_hard, lapse.period) == (True, Period(day("2026-03-05"), day("2026-04-01")))


def test_leaving_a_certificate_out_does_not_make_its_withdrawal_go_away(
    session: Session, evaluator: Evaluator, officer: Actor
) -> None:
    service.record_event(session, officer, evaluator, wanted("withdrawn", "2026-03-05"), at("2026-03-12"))
    without = Submission(make_dossier(certificates=[]))

    dossier_service.save(session, OPERATOR, evaluator, without, evaluator.dossier_sha256, at("2026-03-13"))
    ((certificate, state),) = service.certificates_on(session, evaluator, day("2026-03-14"), at("2026-03-14")).states
    refused = wanted("lifted", "2026-03-14")

    assert (certificate.is_listed, str(state)) == (False, "withdrawn")
    with pytest.raises(CertificateEventRefused, match="withdrawn since 2026-03-05"):
        service.record_event(session, officer, evaluator, refused, at("2026-03-14"))


def test_what_cannot_be_recorded_is_named(session: Session, evaluator: Evaluator, officer: Actor) -> None:
    now = at("2026-03-12")

    with pytest.raises(CertificateNotFound, match="cnas"):
        service.record_event(session, officer, evaluator, wanted("suspended", "2026-03-05", certificate="x"), now)
    with pytest.raises(EvidenceNotHandedIn):
        service.record_event(
            session, officer, evaluator, wanted("suspended", "2026-03-05", evidence_sha256=EVIDENCE), now
        )
    assert session.scalar(select(func.count()).select_from(RecordedCertificateEvent)) == 0
    service.record_event(session, officer, evaluator, wanted("suspended", "2026-03-05"), now)
    with pytest.raises(DBAPIError, match="immutable"):
        session.execute(text("UPDATE certificate_events SET kind = 'lifted'"))
