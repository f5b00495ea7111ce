"""Scores of evaluators out of recorded comparisons, found again by evaluator."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.reliability.evaluator_score import EvaluatorScore
from registry.reliability.models import RecordedComparison
from registry.reliability.score_models import ComparedEvaluator

_CHUNK = 500


def scores_of(session: Session, keys: Iterable[str], known_at: datetime) -> tuple[EvaluatorScore, ...]:
    """Of an evaluator, whichever of the keys a comparison names it by: every one recorded by then, the newest first.

    keys: its code and its credit code.
    """
    wanted = sorted(set(keys))
    found: list[EvaluatorScore] = []
    for start in range(0, len(wanted), _CHUNK):
        statement = (
            select(ComparedEvaluator, RecordedComparison)
            .join(RecordedComparison, RecordedComparison.id == ComparedEvaluator.comparison_id)
            .where(ComparedEvaluator.evaluator.in_(wanted[start : start + _CHUNK]))
            .where(ComparedEvaluator.recorded_at <= known_at)
        )
        found += [_score(row, recorded) for row, recorded in session.execute(statement)]
    newest_first = sorted(found, key=lambda each: (each.recorded_at, str(each.comparison_id), each.evaluator))
    return tuple(reversed(newest_first))


def _score(row: ComparedEvaluator, recorded: RecordedComparison) -> EvaluatorScore:
    return EvaluatorScore(
        evaluator=row.evaluator,
        comparison_id=row.comparison_id,
        recorded_at=row.recorded_at,
        result_sha256=recorded.result_sha256,
        method_name=recorded.method_name,
        method_version=recorded.method_version,
        visits=row.visits,
        pairs=row.pairs,
        score=row.score,
        low=row.low,
        high=row.high,
        grade=row.grade,
        grade_reasons=tuple(row.grade_reasons),
        first_day=row.first_day,
        last_day=row.last_day,
    )
