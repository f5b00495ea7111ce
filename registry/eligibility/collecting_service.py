"""The case of a question: everything that the slices to the left know of it, as it was known at one instant."""

from fractions import Fraction

from sqlalchemy.orm import Session

from registry.eligibility import entity_facts_service as entities
from registry.eligibility import work_facts_service as works
from registry.eligibility.asking_service import Body
from registry.eligibility.case import Case, Relations, Score
from registry.eligibility.known_work_service import KnownWork
from registry.eligibility.lookups_service import Lookups
from registry.eligibility.party_facts_service import Instants, bars_of, relations_of, terms_of
from registry.eligibility.policy import Limits
from registry.eligibility.qualification_facts_service import no_right, right_of
from registry.eligibility.question import Question
from registry.reliability.evaluator_score import EvaluatorScore, score_on
from registry.validity import legal_day


def collect(session: Session, question: Question, body: Body, limits: Limits, at: Instants, lookups: Lookups) -> Case:
    """Raises QuestionRejected for parties that cannot be told apart, ExclusionListNotFound, EngagementNotFound."""
    evaluator, window, known_at = body.evaluator, question.window, at.known
    knowledge = lookups.knowledge(known_at)
    terms = terms_of(limits, at, entities.take_overs(knowledge, body, window), knowledge)
    bars = bars_of(session, body, question, limits, at, terms)
    related = relations_of(knowledge, body, question, terms)
    right = no_right(question)
    if evaluator is not None:
        right = right_of(evaluator, question, limits, at, lookups)
    posts = None if evaluator is None else entities.posts_of(knowledge, evaluator)
    work = works.work_of(lookups.work(known_at), body, question, limits, terms.successions, at.aged)
    persons = None if evaluator is None or not work.reports else knowledge.persons[evaluator.id]
    signing = works.Signing(persons or {}, posts)
    reports = works.reports_of(work.reports, question, right.holdings, lookups.geography, signing)
    return Case(
        question,
        known_at,
        at.aged,
        entities.entity_of(knowledge, body, question, terms.successions),
        right.coverages,
        right.holdings,
        right.events,
        right.appeals,
        posts,
        () if evaluator is None else entities.lapses_of(knowledge, evaluator, window),
        bars.lists,
        bars.owner_gaps,
        () if evaluator is None else entities.successions_of(knowledge, evaluator, window, lookups.endings(known_at)),
        None if related is None else Relations(related.findings, related.declared, related.advice, work.rotation),
        work.open,
        reports.asked,
        _score(lookups.work(known_at), body, at),
        reports.void,
    )


def _score(work: KnownWork, body: Body, at: Instants) -> Score | None:
    """The newest one that was known, whichever window is asked about: it says how far to believe the evaluator now."""
    codes = [body.credit_code, None if body.evaluator is None else body.evaluator.code]
    found = score_on((score for each in codes if each for score in work.scores[each]), legal_day(at.aged))
    return None if found is None else _as_fact(found)


def _as_fact(found: EvaluatorScore) -> Score:
    exact = [None if each is None else Fraction(repr(each)) for each in (found.score, found.low)]
    return Score(
        f"comparison/{found.comparison_id}", exact[0], exact[1], found.visits, found.grade,
        f"{found.method_name} {found.method_version}", found.recorded_at,
    )  # fmt: skip
