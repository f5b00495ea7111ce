"""What crosses HTTP about evaluators, their dossiers and evidence."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from registry.errors import Violation
from registry.evaluators.dossier_models import DossierVersion, Person
from registry.evaluators.dossier_queries import Evidence, document_of
from registry.evaluators.models import Evaluator
from registry.evaluators.name_queries import Named, NameKnown
from registry.evaluators.name_sight import HELD, Sight
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
    """name: the legal name when the dossier was handed in, or on the day that was asked about; names: with the former
    ones. region: a reference.

    name_held: a name looks like a known one and no person has judged it distinct; only its owner, officers and auditors
    see it. To others name is null where it is the legal name. name_held_reason: in words, null where none is held.
    """

    code: str
    name: str | None
    names: list[NameOut]
    name_held: bool
    name_held_reason: str | None
    credit_code: str | None
    legal_form: str
    region: str
    registered_at: datetime


class EvaluatorListOut(Out):
    """next: the address of the next page, null on the last one. valid_at, known_at: of a search by `name`."""

    evaluators: list[EvaluatorOut]
    next: str | None
    valid_at: date | None
    known_at: datetime | None


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


class DoubtOut(Out):
    """pointer: into the dossier. value: what is written there."""

    code: str
    pointer: str
    value: str
    message: str
    fix: str


class WholeDossierOut(DossierOut):
    """dossier: by schemas/evaluator.v1.json. persons: everybody whom a version named, with the names.

    doubts: for a person to look at; a dossier with doubts is kept all the same.
    """

    dossier: dict[str, Any]
    persons: list[PersonOut]
    doubts: list[DoubtOut]


class EvidenceOut(Out):
    """media_type: by the content."""

    sha256: str
    name: str
    media_type: str
    size: int
    uploaded_at: datetime


class EvidenceListOut(Out):
    evidence: list[EvidenceOut]


def evaluator_out(
    evaluator: Evaluator, names: Sequence[NameKnown], sight: Sight, on: date | None = None
) -> EvaluatorOut:
    """on: the day whose legal name is told; without it, that of the newest dossier."""
    shown = [each.name for each in names if sight.sees(evaluator.code) or not each.is_held]
    legal_names = [evaluator.name] if on is None else [each.name.name for each in names if each.name.holds(on)]
    held = any(each.is_held for each in names)
    return EvaluatorOut(
        code=evaluator.code,
        name=next((each.name for each in shown if each.name in legal_names), None),
        names=[NameOut(name=each.name, valid_from=each.valid_from, valid_to=each.valid_to) for each in shown],
        name_held=held,
        name_held_reason=HELD if held else None,
        credit_code=evaluator.credit_code,
        legal_form=evaluator.legal_form,
        region=evaluator.region,
        registered_at=evaluator.created_at,
    )


def named_out(answer: Named, sight: Sight) -> EvaluatorListOut:
    """With the legal names of the day."""
    evaluators = [evaluator_out(each, names, sight, answer.valid_at) for each, names in answer.found]
    return EvaluatorListOut(evaluators=evaluators, next=None, valid_at=answer.valid_at, known_at=answer.known_at)


def dossier_out(evaluator: Evaluator, version: DossierVersion) -> DossierOut:
    return DossierOut(
        evaluator=evaluator.code, number=version.number, sha256=version.sha256, submitted_at=version.submitted_at
    )


def whole_dossier_out(
    evaluator: Evaluator, version: DossierVersion, persons: Iterable[Person], doubts: Iterable[Violation]
) -> WholeDossierOut:
    return WholeDossierOut(
        **dossier_out(evaluator, version).model_dump(),
        dossier=document_of(version),
        persons=[person_out(each) for each in persons],
        doubts=[doubt_out(each) for each in doubts],
    )


def doubt_out(doubt: Violation) -> DoubtOut:
    return DoubtOut(
        code=doubt.code, pointer=doubt.pointer or "", value=doubt.value or "", message=doubt.message, fix=doubt.fix
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
