"""Evaluators and their dossiers, found again. known_at: as the registry knew it then."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from registry.blobs import Content
from registry.bulk_rows import values_by_key
from registry.evaluators.dossier import Persons
from registry.evaluators.dossier_errors import EvaluatorNotFound, PersonNotFound
from registry.evaluators.dossier_models import DossierVersion, EvaluatorName, EvidenceFile, Known, Person, StaffPost
from registry.evaluators.models import Evaluator
from registry.evaluators.name_queries import is_shown
from registry.evaluators.name_sight import PUBLIC, Sight
from registry.evaluators.names import normal_text
from registry.evaluators.register_models import ImportedEvaluator

Row = TypeVar("Row", bound=Known)


@dataclass(frozen=True, slots=True)
class Search:
    """text: a part of a name, present or former. Both None: all. sight: a name that is held is found by no other."""

    text: str | None = None
    credit_code: str | None = None
    sight: Sight = PUBLIC


@dataclass(frozen=True, slots=True)
class Evidence:
    file: EvidenceFile
    content: Content


def find_evaluator(session: Session, code: str) -> Evaluator | None:
    return session.scalar(select(Evaluator).where(Evaluator.code == code))


def get_evaluator(session: Session, code: str) -> Evaluator:
    """Raises EvaluatorNotFound."""
    found = find_evaluator(session, code)
    if found is None:
        raise EvaluatorNotFound("There is no evaluator with this code. Codes are written as ev-000001.")
    return found


def find_by_credit_code(session: Session, credit_code: str) -> Evaluator | None:
    return session.scalar(select(Evaluator).where(Evaluator.credit_code == credit_code))


def evaluators_by_credit_code(session: Session, credit_codes: Iterable[str]) -> Mapping[str, Evaluator]:
    statement = select(Evaluator.credit_code, Evaluator)
    found = values_by_key(session, statement, Evaluator.credit_code, credit_codes)
    return {code: evaluator for code, (evaluator,) in found.items() if code is not None}


def list_evaluators(session: Session, search: Search, *, limit: int, after: int = 0) -> Sequence[Evaluator]:
    """By number; after: that of the last one seen."""
    statement = select(Evaluator).where(Evaluator.number > after).order_by(Evaluator.number).limit(limit)
    if search.credit_code is not None:
        statement = statement.where(Evaluator.credit_code == search.credit_code)
    if search.text is not None:
        wanted = normal_text(search.text)
        is_named_so = EvaluatorName.normal.contains(wanted, autoescape=True)
        named = exists().where(
            EvaluatorName.evaluator_id == Evaluator.id,
            EvaluatorName.known_to.is_(None),
            is_named_so,
            is_shown(search.sight),
        )
        statement = statement.where(named)
    return session.scalars(statement).all()


def next_number(session: Session) -> int:
    return (session.scalar(select(func.max(Evaluator.number))) or 0) + 1


def list_versions(session: Session, evaluator: Evaluator) -> Sequence[DossierVersion]:
    """The oldest first."""
    of_evaluator = DossierVersion.evaluator_id == evaluator.id
    return session.scalars(select(DossierVersion).where(of_evaluator).order_by(DossierVersion.number)).all()


def get_version(session: Session, evaluator: Evaluator, number: int | None = None) -> DossierVersion:
    """The newest one without a number. Raises EvaluatorNotFound where it has none of the number."""
    found = session.get(DossierVersion, (evaluator.id, number or evaluator.dossier_number))
    if found is None:
        raise EvaluatorNotFound(f"The dossier of {evaluator.code} has versions 1 to {evaluator.dossier_number}.")
    return found


def versions_as_of(session: Session, evaluators: Iterable[UUID], known_at: datetime) -> Mapping[UUID, DossierVersion]:
    """Of each the newest one that the registry had then."""
    each = aliased(DossierVersion)
    newest = (
        select(func.max(each.number))
        .where(each.evaluator_id == DossierVersion.evaluator_id, each.submitted_at <= known_at)
        .correlate(DossierVersion)
        .scalar_subquery()
    )
    statement = select(DossierVersion.evaluator_id, DossierVersion).where(DossierVersion.number == newest)
    found = values_by_key(session, statement, DossierVersion.evaluator_id, evaluators)
    return {key: version for key, (version,) in found.items()}


def find_version_by_key(session: Session, submitted_by: str, key: str) -> DossierVersion | None:
    return session.scalar(
        select(DossierVersion).where(DossierVersion.submitted_by == submitted_by, DossierVersion.idempotency_key == key)
    )


def document_of(version: DossierVersion) -> dict[str, Any]:
    """By schemas/evaluator.v1.json, without names of persons."""
    found: dict[str, Any] = json.loads(version.content)
    return found


def list_persons(session: Session, evaluator_id: UUID) -> Sequence[Person]:
    return session.scalars(select(Person).where(Person.evaluator_id == evaluator_id).order_by(Person.ref)).all()


def get_person(session: Session, evaluator: Evaluator, ref: str) -> Person:
    """Raises PersonNotFound."""
    found = session.scalar(select(Person).where(Person.evaluator_id == evaluator.id, Person.ref == ref))
    if found is None:
        raise PersonNotFound(f"The dossiers of {evaluator.code} name nobody by this id.")
    return found


def persons_of(session: Session, evaluator_id: UUID) -> Persons:
    return {each.ref: each.id for each in list_persons(session, evaluator_id)}


def persons_by_evaluator(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, Persons]:
    statement = select(Person.evaluator_id, Person).order_by(Person.ref)
    found = values_by_key(session, statement, Person.evaluator_id, evaluators)
    return {key: {each.ref: each.id for each in persons} for key, persons in found.items()}


def posts_by_evaluator(
    session: Session, evaluators: Iterable[UUID], known_at: datetime
) -> Mapping[UUID, list[StaffPost]]:
    """As known then."""
    in_order = (StaffPost.post, StaffPost.valid_from, StaffPost.id)
    statement = select(StaffPost.evaluator_id, StaffPost).where(as_known(StaffPost, known_at)).order_by(*in_order)
    return values_by_key(session, statement, StaffPost.evaluator_id, evaluators)


def imported_among(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, bool]:
    """Those that came with another register."""
    statement = select(ImportedEvaluator.evaluator_id, ImportedEvaluator.ref)
    return dict.fromkeys(values_by_key(session, statement, ImportedEvaluator.evaluator_id, evaluators), True)


def as_known(table: type[Known], known_at: datetime) -> ColumnElement[bool]:
    """Of rows that are looked up in bulk, those that the registry knew then; for any statement."""
    return (table.known_from <= known_at) & (table.known_to.is_(None) | (table.known_to > known_at))


def list_known(session: Session, table: type[Row], evaluator_id: UUID) -> Sequence[Row]:
    """What the newest version says."""
    return session.scalars(
        select(table)
        .where(table.evaluator_id == evaluator_id, table.known_to.is_(None))
        .order_by(table.valid_from, table.id)
    ).all()


def list_evidence(session: Session, evaluator: Evaluator) -> list[Evidence]:
    """The oldest first, without bytes."""
    statement = (
        select(EvidenceFile, Content)
        .join(Content, Content.sha256 == EvidenceFile.sha256)
        .where(EvidenceFile.evaluator_id == evaluator.id)
        .order_by(EvidenceFile.uploaded_at, EvidenceFile.sha256)
    )
    return [Evidence(file, content) for file, content in session.execute(statement)]


def evidence_digests(session: Session, evaluator_id: UUID) -> frozenset[str]:
    return frozenset(session.scalars(select(EvidenceFile.sha256).where(EvidenceFile.evaluator_id == evaluator_id)))
