"""What the registry knows of bars, of who stands behind the evaluator, and of the parties of the engagement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registry.eligibility.asking_service import Body
from registry.eligibility.case import ListAnswer
from registry.eligibility.policy import Limits
from registry.eligibility.question import Question
from registry.evaluators import exclusion_service, independence_service
from registry.evaluators.independence import Limits as IndependenceLimits
from registry.evaluators.independence_service import Parties, Terms
from registry.evaluators.knowledge_service import Knowledge
from registry.evaluators.tenure import Succession
from registry.validity import legal_day


@dataclass(frozen=True, slots=True)
class Bars:
    lists: tuple[ListAnswer, ...]
    owner_gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instants:
    """known: only what was recorded by then counts. aged: from which ages count."""

    known: datetime
    aged: datetime


def terms_of(limits: Limits, at: Instants, successions: tuple[Succession, ...], knowledge: Knowledge) -> Terms:
    independence = IndependenceLimits(limits.interest_share, limits.cooling_off_months, limits.ownership_age_days)
    return Terms(independence, limits.advice_months, legal_day(at.aged), successions, knowledge)


def bars_of(session: Session, body: Body, question: Question, limits: Limits, at: Instants, terms: Terms) -> Bars:
    """Of the body under all its names and of those who control it."""
    asked = exclusion_service.Asked(
        question.window, at.known, frozenset(), question.lists, limits.exclusion_list_age_days, at.aged, terms
    )
    if body.evaluator is not None:
        answer = exclusion_service.check_evaluator(session, body.evaluator, asked)
    else:
        answer = exclusion_service.check_given(session, body.credit_code, question.names, asked)
    return Bars(
        tuple(
            ListAnswer(
                each.terms.code, each.terms.authority, each.terms.legal_basis,
                asked.age_limit(each.terms.max_age_days), each.findings,
            )
            for each in answer.lists
        ),
        tuple(dict.fromkeys(gap.body for gap in answer.gaps)),
    )  # fmt: skip


def parties_of(question: Question) -> Parties:
    return Parties(
        question.subjects, question.commissioner, question.payer, question.other_bidders, question.implementers
    )


def relations_of(
    knowledge: Knowledge, body: Body, question: Question, terms: Terms
) -> independence_service.Answer | None:
    """None where no party is named. Raises QuestionRejected for parties that cannot be told apart."""
    if not question.has_parties:
        return None
    parties = parties_of(question)
    return independence_service.assess_body(knowledge, body.key, body.evaluator, parties, question.window, terms)
