"""The rule about how far the evaluator's reports can be believed. Pure."""

from registry.eligibility.case import Case
from registry.eligibility.decision import Outcome
from registry.eligibility.facts import fact
from registry.eligibility.policy import Limits
from registry.eligibility.rule import Answer, Found


def reliability(case: Case, limits: Limits) -> Answer:
    """The lower bound of the score against the floor of the risk class.

    Too few spot checks are neither unknown nor a failure: they ask for more checks on the first engagement, so that
    newcomers get in.
    """
    floor = limits.floors[case.question.risk_class]
    score = case.score
    visits = 0 if score is None else score.visits
    words: dict[str, object] = {"visits": visits, "least": floor.visits, "floor": f"{float(floor.score):g}"}
    if score is None or score.low is None or visits < floor.visits:
        record = fact(case.entity.code, case.entity.recorded_at) if score is None else _fact(case)
        found = Found(Outcome.REVIEW, "TOO_FEW_BACKCHECKS", words=words, facts=(record,), remedy="MORE_SPOT_CHECKS")
        # The criterion asks for no floor where there are too few.
        return Answer({"visits": min(visits, floor.visits - 1), "score_bound": floor.score}, (found,))
    words["low"] = f"{float(score.low):.1f}"
    is_below = score.low < floor.score
    found = Found(
        Outcome.FAIL if is_below else Outcome.PASS, "RELIABILITY_BELOW_FLOOR" if is_below else "RELIABILITY_ENOUGH",
        words=words, facts=(_fact(case),), remedy="MORE_SPOT_CHECKS" if is_below else None,
    )  # fmt: skip
    return Answer({"visits": visits, "score_bound": score.low}, (found,))


def _fact(case: Case) -> dict[str, object]:
    score = case.score
    assert score is not None
    bound = None if score.low is None else f"{float(score.low):.2f}"
    return fact(score.ref, score.recorded_at, visits=score.visits, low=bound, grade=score.grade, method=score.method)
