"""Names of evaluators with whether they are held, holds with what was judged of them, and bodies by a name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, func, select, true
from sqlalchemy.orm import Session, aliased

from registry.bulk_rows import values_by_key
from registry.evaluators.dossier_models import DossierVersion, EvaluatorName
from registry.evaluators.judgement_errors import NameHoldNotFound
from registry.evaluators.judgement_models import NameHold, NameJudgement
from registry.evaluators.models import Evaluator
from registry.evaluators.name_sight import PUBLIC, Sight
from registry.evaluators.names import DatedName, normal_text

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NameKnown:
    """is_held: not shown to everybody, by all that was judged until now."""

    name: DatedName
    is_held: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Who bears a name on a day or bore it before, with all dated names, by code."""

    valid_at: date
    known_at: datetime
    found: tuple[tuple[Evaluator, tuple[NameKnown, ...]], ...]


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """judgements: the earliest first; the last one counts. same_as: codes, by the id that a judgement names."""

    hold: NameHold
    evaluator: Evaluator
    judgements: tuple[NameJudgement, ...]
    same_as: Mapping[UUID, str]


def is_held() -> ColumnElement[bool]:
    """Of rows of EvaluatorName, in any statement: the name was held last, and nobody has judged it distinct."""
    last = (
        select(func.max(NameHold.number))
        .where(NameHold.evaluator_id == EvaluatorName.evaluator_id, NameHold.name == EvaluatorName.name)
        .correlate(EvaluatorName)
        .scalar_subquery()
    )
    verdict = (
        select(NameJudgement.is_distinct)
        .where(NameJudgement.hold_number == last)
        .order_by(NameJudgement.number.desc())
        .limit(1)
        .correlate(EvaluatorName)
        .scalar_subquery()
    )
    return last.is_not(None) & ~func.coalesce(verdict, false())


def is_legal_name_held() -> ColumnElement[bool]:
    """Of rows of Evaluator, in any statement: of the name that the newest dossier tells."""
    return exists().where(
        EvaluatorName.evaluator_id == Evaluator.id,
        EvaluatorName.name == Evaluator.name,
        EvaluatorName.known_to.is_(None),
        is_held(),
    )


def is_shown(sight: Sight) -> ColumnElement[bool]:
    """Of rows of EvaluatorName joined with their Evaluator: whoever has this sight may find the body by the name."""
    return true() if sight.sees_all else ~is_held() | Evaluator.code.in_(sight.codes)


def names_of(
    session: Session, evaluators: Sequence[Evaluator], known_at: datetime | None = None
) -> Mapping[UUID, list[NameKnown]]:
    """By the id of the evaluator, the oldest first. known_at: None for what the newest version tells."""
    found: defaultdict[UUID, list[NameKnown]] = defaultdict(list)
    codes = {each.id: each.code for each in evaluators}
    is_known = EvaluatorName.known_to.is_(None) if known_at is None else _as_known(known_at)
    for start in range(0, len(evaluators), _AT_ONCE):
        part = [each.id for each in evaluators[start : start + _AT_ONCE]]
        statement = (
            select(EvaluatorName, is_held())
            .where(EvaluatorName.evaluator_id.in_(part), is_known)
            .order_by(EvaluatorName.valid_from.asc().nulls_first(), EvaluatorName.name)
        )
        for row, held in session.execute(statement):
            dated = DatedName(codes[row.evaluator_id], row.name, row.valid_from, row.valid_to)
            found[row.evaluator_id].append(NameKnown(dated, bool(held)))
    return found


def names_by_credit_code(
    session: Session, credit_codes: Iterable[str], known_at: datetime
) -> Mapping[str | None, list[EvaluatorName]]:
    """The oldest first; held ones too."""
    statement = (
        select(Evaluator.credit_code, EvaluatorName)
        .join(EvaluatorName, EvaluatorName.evaluator_id == Evaluator.id)
        .where(_as_known(known_at))
        .order_by(EvaluatorName.valid_from.asc().nulls_first(), EvaluatorName.name)
    )
    return values_by_key(session, statement, Evaluator.credit_code, credit_codes)


def names_on(session: Session, evaluator: Evaluator, on: date, known_at: datetime) -> tuple[DatedName, ...]:
    """The names that the evaluator bore until the day, the one in force on it included, the oldest first.

    A paper in one of them is a paper of the evaluator; whether it is in a former one, `holds(on)` tells.
    """
    known = names_of(session, [evaluator], known_at)[evaluator.id]
    return tuple(each.name for each in known if each.name.valid_from is None or each.name.valid_from <= on)


def find_by_name(
    session: Session, name: str, on: date, known_at: datetime, sight: Sight = PUBLIC
) -> Sequence[Evaluator]:
    """Everybody who bears the name on the day or bore it before, as known then, by code. Nobody is picked."""
    has_begun = EvaluatorName.valid_from.is_(None) | (EvaluatorName.valid_from <= on)
    bears = exists().where(
        EvaluatorName.evaluator_id == Evaluator.id,
        EvaluatorName.normal == normal_text(name),
        _as_known(known_at),
        has_begun,
        is_shown(sight),
    )
    return session.scalars(select(Evaluator).where(bears).order_by(Evaluator.number)).all()


def named(session: Session, name: str, on: date, known_at: datetime, sight: Sight) -> Named:
    """The same with their names, as known then."""
    found = find_by_name(session, name, on, known_at, sight)
    names = names_of(session, found, known_at)
    return Named(on, known_at, tuple((each, tuple(names[each.id])) for each in found))


def next_hold(session: Session) -> int:
    return (session.scalar(select(func.max(NameHold.number))) or 0) + 1


def next_judgement(session: Session) -> int:
    return (session.scalar(select(func.max(NameJudgement.number))) or 0) + 1


def get_hold(session: Session, number: int) -> HoldRecord:
    """Raises NameHoldNotFound."""
    found = session.get(NameHold, number)
    if found is None:
        raise NameHoldNotFound(f"No name was held under the number {number}.")
    return _records(session, [found])[0]


def list_holds(session: Session, *, limit: int, after: int = 0, is_waiting: bool = True) -> Sequence[HoldRecord]:
    """The oldest first. is_waiting: only names of the newest dossiers of which nobody has judged."""
    statement = select(NameHold).where(NameHold.number > after).order_by(NameHold.number).limit(limit)
    if is_waiting:
        later = aliased(NameHold)
        is_judged = exists().where(NameJudgement.hold_number == NameHold.number)
        is_over = exists().where(
            later.evaluator_id == NameHold.evaluator_id, later.name == NameHold.name, later.number > NameHold.number
        )
        is_borne = exists().where(
            EvaluatorName.evaluator_id == NameHold.evaluator_id,
            EvaluatorName.name == NameHold.name,
            EvaluatorName.known_to.is_(None),
        )
        statement = statement.where(~is_judged, ~is_over, is_borne)
    return _records(session, session.scalars(statement).all())


def find_later_hold(session: Session, hold: NameHold) -> int | None:
    """The number of a newer hold of the same name of the same evaluator."""
    is_same = (NameHold.evaluator_id == hold.evaluator_id) & (NameHold.name == hold.name)
    return session.scalar(select(func.max(NameHold.number)).where(is_same, NameHold.number > hold.number))


def senders_of(session: Session, evaluator_id: UUID) -> frozenset[UUID]:
    """Persons who handed in a version of its dossier."""
    statement = select(DossierVersion.person_id).where(DossierVersion.evaluator_id == evaluator_id)
    return frozenset(each for each in session.scalars(statement) if each is not None)


def _records(session: Session, holds: Sequence[NameHold]) -> list[HoldRecord]:
    """Of at most as many holds as a page has."""
    judged = select(NameJudgement).where(NameJudgement.hold_number.in_([each.number for each in holds]))
    by_hold: defaultdict[int, list[NameJudgement]] = defaultdict(list)
    for judgement in session.scalars(judged.order_by(NameJudgement.number)):
        by_hold[judgement.hold_number].append(judgement)
    named = {each.same_as for found in by_hold.values() for each in found if each.same_as is not None}
    wanted = named | {each.evaluator_id for each in holds}
    evaluators = {each.id: each for each in session.scalars(select(Evaluator).where(Evaluator.id.in_(wanted)))}
    same_as = {each: evaluators[each].code for each in named}
    return [HoldRecord(each, evaluators[each.evaluator_id], tuple(by_hold[each.number]), same_as) for each in holds]


def _as_known(known_at: datetime) -> ColumnElement[bool]:
    return (EvaluatorName.known_from <= known_at) & (
        EvaluatorName.known_to.is_(None) | (EvaluatorName.known_to > known_at)
    )
