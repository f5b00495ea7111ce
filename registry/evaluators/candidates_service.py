"""Registered bodies whose names look like a given one, for the person who vets. Nothing is decided by a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.canonical import digest
from registry.evaluators.dossier_models import EvaluatorName
from registry.evaluators.dossier_queries import as_known
from registry.evaluators.models import Evaluator
from registry.evaluators.name_index import Candidates, NameIndex
from registry.evaluators.names import DatedName, NameDoubt, name_doubts
from registry.recently_used import RecentlyUsed

FLOOR = 0.8
_MOST_CANDIDATES = 20
_BYTES_OF_A_NAME = 2_000
# Names are made ready for comparing once: that takes seconds for a register of some size.
_INDEXES: RecentlyUsed[str, tuple[NameIndex, int]] = RecentlyUsed(
    256 * 1024 * 1024, lambda value: value[1] * _BYTES_OF_A_NAME
)


@dataclass(frozen=True, slots=True)
class NameAnswer:
    """One name: what is odd about it by itself, and which known names it looks like. holder: code of an evaluator."""

    name: str
    doubts: tuple[NameDoubt, ...]
    candidates: Candidates


def of_name(session: Session, name: str, on: date, known_at: datetime) -> NameAnswer:
    """on: tells former names from those in force."""
    return _answer(_index(_known_names(session, known_at)), name, on, None)


def of_evaluator(session: Session, evaluator: Evaluator, on: date, known_at: datetime) -> tuple[NameAnswer, ...]:
    """For each name that the evaluator has or had, other bodies with a name like it."""
    known = _known_names(session, known_at)
    index, own = _index(known), dict.fromkeys(each.name for each in known if each.holder == evaluator.code)
    return tuple(_answer(index, name, on, evaluator.code) for name in own)


def of_new_names(
    session: Session, evaluator: Evaluator, names: Sequence[str], on: date, known_at: datetime
) -> tuple[NameAnswer, ...]:
    """The same for names that the evaluator is about to have."""
    index = _index(_known_names(session, known_at))
    return tuple(_answer(index, name, on, evaluator.code) for name in names)


def _answer(index: NameIndex, name: str, on: date, apart_from: str | None) -> NameAnswer:
    found = index.candidates(name, on=on, apart_from=apart_from, floor=FLOOR, limit=_MOST_CANDIDATES)
    return NameAnswer(name, name_doubts(name), found)


def _known_names(session: Session, known_at: datetime) -> Sequence[DatedName]:
    statement = (
        select(Evaluator.code, EvaluatorName.name, EvaluatorName.valid_from, EvaluatorName.valid_to)
        .join(Evaluator, Evaluator.id == EvaluatorName.evaluator_id)
        .where(as_known(EvaluatorName, known_at))
        .order_by(Evaluator.number, EvaluatorName.valid_from.asc().nulls_first(), EvaluatorName.name)
    )
    return [DatedName(*row) for row in session.execute(statement)]


def _index(names: Sequence[DatedName]) -> NameIndex:
    told = [[each.holder, each.name, str(each.valid_from), str(each.valid_to)] for each in names]
    return _INDEXES.get(digest(told), lambda: (NameIndex(names), len(names)))[0]
