"""Use cases of names that look like another's: held back as a dossier brings them, then judged by a person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor, Permission
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.evaluators import candidates_service
from registry.evaluators import name_queries as queries
from registry.evaluators.dossier_queries import get_evaluator
from registry.evaluators.judgement_errors import NameJudgementRefused
from registry.evaluators.judgement_models import NameHold, NameJudgement
from registry.evaluators.judging_service import require_judge
from registry.evaluators.models import Evaluator
from registry.evaluators.name_index import Candidate, Candidates
from registry.evaluators.name_queries import HoldRecord
from registry.evaluators.names import LikenessUnavailable
from registry.validity import legal_day

RESEMBLES = "resembles_known_name"
NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True)
class NameOpinion:
    """same_as: code of the evaluator whose name it is, of a name that is refused; None: it is distinct."""

    same_as: str | None
    reason: str


def hold_new_names(
    session: Session, actor: Actor, evaluator: Evaluator, names: Iterable[str], before: Collection[str], now: datetime
) -> None:
    """Holds those of a dossier that nobody has looked at and that raise a doubt or look like a known name.

    before: names of the version before, which are public or held already. Where names cannot be compared, all are held.
    """
    fresh = tuple(each for each in dict.fromkeys(names) if each not in before)
    if not fresh:
        return
    held = [each for each in _looked_at(session, evaluator, fresh, now) if each.reasons]
    for number, each in enumerate(held, start=queries.next_hold(session)):
        session.add(
            NameHold(
                number=number,
                evaluator_id=evaluator.id,
                dossier_number=evaluator.dossier_number,
                name=each.name,
                reasons=list(each.reasons),
                candidates=[_told(candidate) for candidate in each.candidates.found],
                left_out=each.candidates.left_out,
                held_at=now,
            )
        )
        resembles = sorted({candidate.known.holder for candidate in each.candidates.found})
        payload = {"hold": number, "reasons": list(each.reasons), "resembles": resembles}
        append(session, Event(actor.log_name, "evaluator.hold_name", f"evaluator:{evaluator.code}", payload), now)
    # Whoever reads in this transaction sees them.
    session.flush()


def judge(session: Session, actor: Actor, number: int, opinion: NameOpinion, now: datetime) -> HoldRecord:
    """The name is the evaluator's own and public from now on, or refused and never shown.

    number: of the hold. Raises NameHoldNotFound, NotAllowed, NameJudgementRefused, EvaluatorNotFound.
    """
    take_turn(session)
    found = queries.get_hold(session, number)
    person = require_judge(session, actor, Permission.EVALUATOR_JUDGE_NAME, found.evaluator, now)
    other = None if opinion.same_as is None else get_evaluator(session, opinion.same_as)
    _require_possible(session, found, other)
    made = NameJudgement(
        number=queries.next_judgement(session),
        hold_number=number,
        is_distinct=other is None,
        same_as=None if other is None else other.id,
        reason=opinion.reason,
        judged_at=now,
        judged_by=actor.log_name,
        person_id=person,
    )
    session.add(made)
    session.flush()
    payload = {
        "hold": number,
        "is_distinct": other is None,
        "same_as": opinion.same_as,
        "seen": sorted({each["evaluator"] for each in found.hold.candidates}),
    }
    event = Event(actor.log_name, "evaluator.judge_name", f"evaluator:{found.evaluator.code}", payload, opinion.reason)
    append(session, event, now)
    return queries.get_hold(session, number)


@dataclass(frozen=True, slots=True)
class _Looked:
    """reasons: why it is held; none where it is public."""

    name: str
    reasons: tuple[str, ...]
    candidates: Candidates


def _looked_at(session: Session, evaluator: Evaluator, names: Sequence[str], now: datetime) -> list[_Looked]:
    try:
        answers = candidates_service.of_new_names(session, evaluator, names, legal_day(now), now)
    except LikenessUnavailable:
        return [_Looked(each, (NOT_COMPARED,), Candidates(())) for each in names]
    return [
        _Looked(each.name, (*map(str, each.doubts), *((RESEMBLES,) if each.candidates.found else ())), each.candidates)
        for each in answers
    ]


def _told(candidate: Candidate) -> dict[str, Any]:
    return {
        "evaluator": candidate.known.holder,
        "name": candidate.known.name,
        "likeness": str(candidate.likeness),
        "score": round(candidate.score, 4),
        "is_former": candidate.is_former,
    }


def _require_possible(session: Session, found: HoldRecord, other: Evaluator | None) -> None:
    if other is not None and other.id == found.evaluator.id:
        raise NameJudgementRefused(
            f"{other.code} is the evaluator itself. Name the one whose name it is, or judge the name distinct."
        )
    later = queries.find_later_hold(session, found.hold)
    if later is not None:
        raise NameJudgementRefused(f"The name was held again under the number {later}. Judge that one.")
