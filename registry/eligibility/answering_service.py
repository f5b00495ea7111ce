"""The answer to a question about eligibility, as it was known at an instant: collect the case, decide."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.eligibility.asking import Written
from registry.eligibility.asking_service import Body, make_question
from registry.eligibility.collecting_service import collect
from registry.eligibility.deciding import decide
from registry.eligibility.decision import Decision
from registry.eligibility.lookups_service import Lookups
from registry.eligibility.party_facts_service import Instants
from registry.eligibility.policy import Policy
from registry.eligibility.question import Question


def answer(
    session: Session, written: Written, known_at: datetime, policy: Policy | None = None, lookups: Lookups | None = None
) -> Decision:
    """policy: another one than that of the place. lookups: of many questions of one transaction.

    Raises QuestionRejected with every fault, EvaluatorNotFound, ExclusionListNotFound.
    """
    shared = lookups or Lookups(session)
    question, body = make_question(written, known_at, shared)
    return answer_question(session, question, body, Instants(known_at, known_at), policy, shared)


def answer_question(
    session: Session, question: Question, body: Body, at: Instants, policy: Policy | None = None,
    lookups: Lookups | None = None,
) -> Decision:  # fmt: skip
    shared = lookups or Lookups(session)
    if body.evaluator is not None:
        shared.expect([body.evaluator], at.known)
    found = policy or shared.policy((each.region for each in question.scope), question.window.valid_from, at.known)
    return decide(collect(session, question, body, found.limits, at, shared), found)
