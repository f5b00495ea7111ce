"""Bodies whose rights ended, what their dossiers say of them, and what persons judged of their successors."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session, aliased

from registry.bulk_rows import values_by_key
from registry.evaluators.dossier_models import DossierVersion, EvaluatorName, Person
from registry.evaluators.dossier_queries import as_known
from registry.evaluators.exclusion_models import ContentEntry, ExclusionEntry, ExclusionSnapshot
from registry.evaluators.judgement_models import SuccessionJudgement
from registry.evaluators.models import Evaluator
from registry.evaluators.names import DatedName
from registry.evaluators.phoenix import Ending
from registry.evaluators.qualification import EventType
from registry.evaluators.qualification_models import ENDS_A_RIGHT, QualificationEvent, ScopeItem

_AT_ONCE = 500
_IMPOSED = (str(EventType.WITHDRAW), str(EventType.ANNUL))


@dataclass(frozen=True, slots=True)
class Ended:
    evaluator_id: UUID
    ending: Ending


@dataclass(slots=True)
class Traces:
    """documents: the oldest first. persons: by the id of the dossiers, that of the registry and the name."""

    code: str
    documents: list[dict[str, Any]] = field(default_factory=list)
    names: list[DatedName] = field(default_factory=list)
    persons: dict[str, tuple[str, str | None]] = field(default_factory=dict)


def list_ended(session: Session, known_at: datetime) -> list[Ended]:
    """Barred by a list, also where upstream took the entry away since; withdrawn, annulled, or given up while under
    investigation. As known then."""
    return [*_barred(session, known_at), *_deprived(session, known_at)]


def traces(session: Session, evaluators: Sequence[UUID], known_at: datetime) -> dict[UUID, Traces]:
    """By evaluator; without those that had no dossier then."""
    found: dict[UUID, Traces] = {}
    for part in _parts(evaluators):
        versions = (
            select(DossierVersion.evaluator_id, Evaluator.code, DossierVersion.content)
            .join(Evaluator, Evaluator.id == DossierVersion.evaluator_id)
            .where(DossierVersion.evaluator_id.in_(part), DossierVersion.submitted_at <= known_at)
            .order_by(DossierVersion.evaluator_id, DossierVersion.number)
        )
        for key, code, content in session.execute(versions):
            found.setdefault(key, Traces(code)).documents.append(json.loads(content))
        named = (
            select(EvaluatorName.evaluator_id, EvaluatorName.name, EvaluatorName.valid_from, EvaluatorName.valid_to)
            .where(EvaluatorName.evaluator_id.in_(part), as_known(EvaluatorName, known_at))
            .order_by(EvaluatorName.valid_from.asc().nulls_first(), EvaluatorName.name)
        )
        for key, name, valid_from, valid_to in session.execute(named):
            if key in found:
                found[key].names.append(DatedName(found[key].code, name, valid_from, valid_to))
        persons = select(Person.evaluator_id, Person.ref, Person.id, Person.name).where(Person.evaluator_id.in_(part))
        for key, ref, identifier, person in session.execute(persons):
            if key in found:
                found[key].persons[ref] = (str(identifier), person)
    return found


def judgements_by_evaluator(
    session: Session, evaluators: Iterable[UUID], known_at: datetime
) -> Mapping[UUID, list[SuccessionJudgement]]:
    """In the order of judging."""
    table = SuccessionJudgement
    statement = select(table.evaluator_id, table).where(table.judged_at <= known_at).order_by(table.number)
    return values_by_key(session, statement, table.evaluator_id, evaluators)


def codes_of(session: Session, evaluators: Iterable[UUID]) -> Mapping[UUID, str]:
    found = values_by_key(session, select(Evaluator.id, Evaluator.code), Evaluator.id, evaluators)
    return {key: code for key, (code,) in found.items()}


def next_judgement(session: Session) -> int:
    return (session.scalar(select(func.max(SuccessionJudgement.number))) or 0) + 1


def names_of_persons(session: Session, evaluator: Evaluator) -> Mapping[str, str]:
    """By the id of the registry, those that are not erased: evidence of signs names persons of the new body."""
    statement = select(Person.id, Person.name).where(Person.evaluator_id == evaluator.id, Person.name.is_not(None))
    return {str(key): name for key, name in session.execute(statement) if name is not None}


def _barred(session: Session, known_at: datetime) -> Iterator[Ended]:
    """Of each entry the wording that came last."""
    statement = (
        select(
            Evaluator.id,
            ExclusionEntry.list_code,
            ExclusionEntry.key,
            ExclusionEntry.valid_from,
            ExclusionEntry.valid_to,
        )
        .join(ExclusionEntry, func.upper(func.trim(ExclusionEntry.credit_code)) == Evaluator.credit_code)
        .join(ContentEntry, ContentEntry.entry_number == ExclusionEntry.number)
        .join(ExclusionSnapshot, ExclusionSnapshot.content_number == ContentEntry.content_number)
        .where(ExclusionSnapshot.recorded_at <= known_at)
        .order_by(ExclusionSnapshot.queried_at, ExclusionEntry.number)
    )
    last = {(row.list_code, row.key): row for row in session.execute(statement)}
    for (list_code, key), row in last.items():
        yield Ended(row.id, Ending(row.valid_from, row.valid_to, f"list {list_code}, entry {key}"))


def _deprived(session: Session, known_at: datetime) -> Iterator[Ended]:
    table, correction = QualificationEvent, aliased(QualificationEvent)
    acts_as = func.coalesce(table.becomes, table.type)
    is_ending = acts_as.in_(_IMPOSED) | ((acts_as == str(EventType.SURRENDER)) & table.under_investigation)
    # The words of the index itself: with values put in later it would not be used.
    is_in_index = text(ENDS_A_RIGHT)
    is_corrected = exists().where(correction.supersedes == table.id, correction.recorded_at <= known_at)
    statement = (
        select(table.evaluator_id, acts_as, table.effective_from, func.min(ScopeItem.number))
        .join(ScopeItem, ScopeItem.id == table.item_id)
        .where(is_in_index, table.recorded_at <= known_at, is_ending, ~is_corrected)
        .group_by(table.evaluator_id, acts_as, table.effective_from, table.decision_id)
        .order_by(table.effective_from, table.evaluator_id)
    )
    for evaluator_id, kind, on, item in session.execute(statement):
        yield Ended(evaluator_id, Ending(on, None, f"{kind} of scope item {item}"))


def _parts(identifiers: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(identifiers), _AT_ONCE):
        yield identifiers[start : start + _AT_ONCE]
