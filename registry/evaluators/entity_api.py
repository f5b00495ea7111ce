"""JSON routes of legal persons, of rights that wait for a decision, and of certificates.

What became of a legal person is part of the evaluator's history.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from registry.accounts.permissions import Actor, Permission
from registry.changing_once import ChangeOnce, changing_once
from registry.deps import NowDep, ReadSessionDep, permitted
from registry.evaluators import certificate_service, entity_service, succession_service
from registry.evaluators.certificate_wire import (
    CertificateEventIn,
    CertificateEventOut,
    CertificatesOut,
    certificate_event_out,
    certificates_out,
)
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.entity_wire import (
    EntityEventIn,
    EntityHistoryOut,
    RightsOut,
    SuccessorDecisionIn,
    SuccessorDecisionOut,
    entity_history_out,
    rights_out,
    successor_decision_out,
)
from registry.evaluators.qualification_api import PREFIX, CodePath, KnownAtDep, ValidAtDep
from registry.evaluators.vetting_reach_service import require
from registry.json_bodies import body_of, documented
from registry.request_rules import require_known_parameters

router = APIRouter(prefix=PREFIX, tags=["entities"], dependencies=[Depends(require_known_parameters)])


@router.post(
    "/{code}/entity-events", status_code=201, response_model=EntityHistoryOut, openapi_extra=documented(EntityEventIn)
)
def record_entity_event(
    code: CodePath,
    change: Annotated[ChangeOnce, changing_once("entity.record")],
    given: Annotated[EntityEventIn, Depends(body_of(EntityEventIn))],
) -> Response:
    """Liquidation, merger, split, dissolution, or a correction. Burdens pass to successors at once, rights do not.

    The answer is all that is known of the legal person then.
    """

    def work(session: Any, actor: Actor) -> EntityHistoryOut:
        evaluator = get_evaluator(session, code)
        return entity_history_out(
            entity_service.record_event(session, actor, evaluator, given.wanted(), change.now)
        )  # fmt: skip

    return change(given, work)


@router.post(
    "/{code}/successor-decisions",
    status_code=201,
    response_model=SuccessorDecisionOut,
    openapi_extra=documented(SuccessorDecisionIn),
)
def decide_right(
    code: CodePath,
    change: Annotated[ChangeOnce, changing_once("qualification.decide")],
    given: Annotated[SuccessorDecisionIn, Depends(body_of(SuccessorDecisionIn))],
) -> Response:
    """Which new item of this evaluator stands for an item of a body that it took over, or that none does."""

    def work(session: Any, actor: Actor) -> SuccessorDecisionOut:
        evaluator = get_evaluator(session, code)
        made = succession_service.decide_right(session, actor, evaluator, given.wanted(), change.now)
        return successor_decision_out(made)

    return change(given, work)


@router.get("/{code}/successor-decisions", dependencies=[Depends(permitted("evaluator.read"))])
def show_rights(code: CodePath, session: ReadSessionDep, on: ValidAtDep, known: KnownAtDep) -> RightsOut:
    """Rights of bodies that this evaluator took over: those that wait for a decision, and the decisions."""
    return rights_out(succession_service.rights_of(session, get_evaluator(session, code), on, known))


@router.post(
    "/{code}/certificate-events",
    status_code=201,
    response_model=CertificateEventOut,
    openapi_extra=documented(CertificateEventIn),
)
def record_certificate_event(
    code: CodePath,
    change: Annotated[ChangeOnce, changing_once("certificate.record")],
    given: Annotated[CertificateEventIn, Depends(body_of(CertificateEventIn))],
) -> Response:
    """What the issuer of a certificate said: suspended, lifted, withdrawn, or a correction."""

    def work(session: Any, actor: Actor) -> CertificateEventOut:
        evaluator = get_evaluator(session, code)
        return certificate_event_out(
            certificate_service.record_event(session, actor, evaluator, given.wanted(), change.now)
        )  # fmt: skip

    return change(given, work)


@router.get("/{code}/certificate-events")
def show_certificates(
    code: CodePath,
    asking: Annotated[Actor, Depends(permitted("evaluator.read_dossier", about_a_subject=True))],
    session: ReadSessionDep,
    on: ValidAtDep,
    known: KnownAtDep,
    now: NowDep,
) -> CertificatesOut:
    """What each certificate of the dossier was worth on a day, as known at an instant, and what issuers said."""
    evaluator = get_evaluator(session, code)
    require(session, asking, Permission.EVALUATOR_READ_DOSSIER, evaluator, now)
    return certificates_out(certificate_service.certificates_on(session, evaluator, on, known))
