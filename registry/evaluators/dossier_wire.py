"""What crosses HTTP about evaluators, their dossiers and evidence."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from registry.evaluators.dossier_models import DossierVersion, EvaluatorName, Person
from registry.evaluators.dossier_queries import Evidence, document_of
from registry.evaluators.models import Evaluator
from registry.json_models import In, Out, VisibleText


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("say something")
    return text


class ErasureIn(In):
    reason: Annotated[VisibleText, Field(min_length=1, max_length=500), AfterValidator(_said)]


class NameOut(Out):
    """valid_to: the first day on which it is no more the name; null where it still is."""

    name: str
    valid_from: date | None
    valid_to: date | None


class EvaluatorOut(Out):
    """name: the legal name when the dossier was handed in; names: with the former ones. region: a reference."""

    code: str
    name: str
    names: list[NameOut]
    credit_code: str | None
    legal_form: str
    region: str
    registered_at: datetime


class EvaluatorListOut(Out):
    """next: the address of the next page, null on the last one."""

    evaluators: list[EvaluatorOut]
    next: str | None


class DossierOut(Out):
    """sha256: of the document in canonical form, without names of persons; the ETag too."""

    evaluator: str
    number: int
    sha256: str
    submitted_at: datetime


class PersonOut(Out):
    """id: as the dossier calls the person. name: null once it is erased."""

    id: str
    name: str | None
    erased_at: datetime | None


class WholeDossierOut(DossierOut):
    """dossier: by schemas/evaluator.v1.json. persons: everybody whom a version named, with the names."""

    dossier: dict[str, Any]
    persons: list[PersonOut]


class EvidenceOut(Out):
    """media_type: by the content."""

    sha256: str
    name: str
    media_type: str
    size: int
    uploaded_at: datetime


class EvidenceListOut(Out):
    evidence: list[EvidenceOut]


def evaluator_out(evaluator: Evaluator, names: Iterable[EvaluatorName]) -> EvaluatorOut:
    return EvaluatorOut(
        code=evaluator.code,
        name=evaluator.name,
        names=[NameOut(name=each.name, valid_from=each.valid_from, valid_to=each.valid_to) for each in names],
        credit_code=evaluator.credit_code,
        legal_form=evaluator.legal_form,
        region=evaluator.region,
        registered_at=evaluator.created_at,
    )


def dossier_out(evaluator: Evaluator, version: DossierVersion) -> DossierOut:
    return DossierOut(
        evaluator=evaluator.code, number=version.number, sha256=version.sha256, submitted_at=version.submitted_at
    )


def whole_dossier_out(evaluator: Evaluator, version: DossierVersion, persons: Iterable[Person]) -> WholeDossierOut:
    return WholeDossierOut(
        **dossier_out(evaluator, version).model_dump(),
        dossier=document_of(version),
        persons=[person_out(each) for each in persons],
    )


def person_out(person: Person) -> PersonOut:
    return PersonOut(id=person.ref, name=person.name, erased_at=person.erased_at)


def evidence_out(evidence: Evidence) -> EvidenceOut:
    return EvidenceOut(
        sha256=evidence.file.sha256,
        name=evidence.file.name,
        media_type=evidence.content.media_type,
        size=evidence.content.size,
        uploaded_at=evidence.file.uploaded_at,
    )
