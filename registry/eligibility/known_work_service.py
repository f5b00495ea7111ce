"""What other slices know of the work of evaluators at one instant, each looked up once: engagements and scores."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from registry.evaluators.models import Evaluator
from registry.fieldwork import service as fieldwork
from registry.fieldwork.engagement import Engagement
from registry.looked_up import rows_looked_up
from registry.reliability.evaluator_score import EvaluatorScore
from registry.reliability.score_queries import scores_of


class KnownWork:
    """Lives as long as its transaction. own: engagements of an evaluator. about: those in which a party is scored, by
    its key. scores: by whichever of its codes a comparison names an evaluator."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.at = at
        self._session = session
        self.own = rows_looked_up(self._find_own)
        self.about = rows_looked_up(self._find_about)
        self.scores = rows_looked_up(self._find_scores)

    def expect(self, evaluators: Sequence[Evaluator]) -> None:
        self.own.expect(evaluators)
        self.scores.expect(code for each in evaluators for code in (each.code, each.credit_code) if code is not None)

    def _find_own(self, evaluators: Sequence[Evaluator]) -> Mapping[Evaluator, Sequence[Engagement]]:
        found: defaultdict[str, list[Engagement]] = defaultdict(list)
        for each in fieldwork.engagements_of(self._session, [each.id for each in evaluators], self.at):
            found[each.evaluator_code].append(each)
        return {each: found[each.code] for each in evaluators}

    def _find_about(self, subjects: Sequence[str]) -> Mapping[str, Sequence[Engagement]]:
        return {each: fieldwork.engagements_about(self._session, each, self.at) for each in subjects}

    def _find_scores(self, codes: Sequence[str]) -> Mapping[str, Sequence[EvaluatorScore]]:
        found: defaultdict[str, list[EvaluatorScore]] = defaultdict(list)
        for each in scores_of(self._session, codes, self.at):
            found[each.evaluator].append(each)
        return found
