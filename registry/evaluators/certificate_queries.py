"""Certificates that dossiers told, and what issuers said of them, found again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk_rows import values_by_key
from registry.evaluators.certificate_models import RecordedCertificateEvent
from registry.evaluators.dossier_models import Certificate


def certificates_by_evaluator(
    session: Session, evaluators: Iterable[UUID], known_at: datetime
) -> Mapping[UUID, list[Certificate]]:
    """All that a version ever told by then, also those that a later one left out."""
    in_order = (Certificate.known_from, Certificate.valid_from, Certificate.id)
    told = select(Certificate.evaluator_id, Certificate).where(Certificate.known_from <= known_at)
    return values_by_key(session, told.order_by(*in_order), Certificate.evaluator_id, evaluators)


def events_by_evaluator(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, list[RecordedCertificateEvent]]:
    """In the order of their recording."""
    table = RecordedCertificateEvent
    return values_by_key(
        session, select(table.evaluator_id, table).order_by(table.number), table.evaluator_id, evaluators
    )
