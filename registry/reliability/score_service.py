"""Scores of evaluators out of recorded comparisons: kept with each comparison."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registry.reliability.compared_evaluators import compared_evaluators
from registry.reliability.models import RecordedComparison
from registry.reliability.result import Comparison
from registry.reliability.score_models import ComparedEvaluator


def keep_scores(session: Session, recorded: RecordedComparison, comparison: Comparison) -> None:
    """In the transaction that records the comparison, whose entry of the log names the result that they repeat."""
    same = {"comparison_id": recorded.id, "recorded_at": recorded.recorded_at}
    rows = [each | same for each in compared_evaluators(comparison)]
    if rows:
        session.execute(insert(ComparedEvaluator), rows)
