"""Rules about the legal person: which one it is, whether it exists, whose rights it has taken over. Pure."""

from datetime import date

from registry.eligibility.case import Case, Standing
from registry.eligibility.decision import Outcome
from registry.eligibility.facts import fact
from registry.eligibility.policy import Limits
from registry.eligibility.rule import Answer, Found
from registry.evaluators.coverage import Outcome as Covered
from registry.evaluators.periods import Period

_CODES = {"merged_into": "MERGED", "split_into": "SPLIT", "dissolved": "DISSOLVED"}
_REMEDIES = {"merged_into": "ASK_SUCCESSOR", "split_into": "ASK_SUCCESSOR"}
# What a body in liquidation still does, a person has to look at.
_WINDING_UP = "in_liquidation"


def identity(case: Case, _: Limits) -> Answer:
    """One legal person by its code. Former names are said, since certificates may still bear them."""
    entity, window = case.entity, case.question.window
    names = [
        each for each in entity.names
        if window.common_with(Period(each.valid_from or date.min, each.valid_to)) is not None
    ]  # fmt: skip
    former = [each for each in entity.names if each not in names and each.valid_to is not None]
    words = {"names": [each.name for each in names], "former": [each.name for each in former]}
    facts = (fact(entity.code, entity.recorded_at, credit_code=entity.credit_code),)
    changed = len(names) > 1 or bool(former)
    code = "NAME_CHANGED" if changed else "ONE_ENTITY"
    return Answer({"is_one_entity": True}, (Found(Outcome.PASS, code, words=words, facts=facts),))


def existence(case: Case, _: Limits) -> Answer:
    entity, window = case.entity, case.question.window
    if entity.recorded_at is None:
        found_nothing = Found(Outcome.UNKNOWN, "EXISTENCE_NOT_KNOWN", facts=(fact(entity.code),), remedy="SHOW_LICENCE")
        return Answer({}, (found_nothing,))
    found = [_ended(each, case) for each in entity.standings if each.period.common_with(window) is not None]
    if entity.founded_on is not None and entity.founded_on > window.valid_from:
        words = {"on": entity.founded_on}
        facts = (fact(entity.code, entity.recorded_at, founded_on=entity.founded_on),)
        found.append(Found(Outcome.FAIL, "NOT_FOUNDED_YET", "founding", words, facts=facts, by=entity.founded_on,
                           remedy="WAIT_FOR_BEGINNING", changes_on=entity.founded_on))  # fmt: skip
    exists = not found
    facts = (fact(entity.code, entity.recorded_at, founded_on=entity.founded_on),)
    return Answer({"exists_in_window": exists}, tuple(found) or (Found(Outcome.PASS, "EXISTS", facts=facts),))


def _ended(standing: Standing, case: Case) -> Found:
    is_winding_up = standing.kind == _WINDING_UP
    code = _CODES.get(standing.kind, "IN_LIQUIDATION")
    words = {"from": standing.period.valid_from, "successors": standing.successors}
    common = standing.period.common_with(case.question.window)
    return Found(
        Outcome.REVIEW if is_winding_up else Outcome.FAIL, code, standing.ref, words,
        facts=(fact(standing.ref, standing.recorded_at, kind=standing.kind, successors=list(standing.successors)),),
        gap=() if common is None else (common,), remedy=_REMEDIES.get(standing.kind, "ANOTHER_EVALUATOR"),
        changes_on=standing.period.valid_from,
    )  # fmt: skip


def succession(case: Case, _: Limits) -> Answer:
    """Burdens pass at once, rights only by a decision: who has none of its own cannot rely on them before."""
    window = case.question.window
    needs_them = any(each.coverage.outcome is not Covered.COVERED for each in case.coverages)
    waiting = [each for each in case.entity.awaits if needs_them and each.period.common_with(window) is not None]
    found = tuple(
        Found(Outcome.REVIEW, "SUCCESSOR_REVIEW_PENDING", each.ref, {"old": each.successors},
              facts=(fact(each.ref, each.recorded_at),), remedy="DECIDE_SUCCESSION")
        for each in waiting
    )  # fmt: skip
    return Answer({"awaits_succession": bool(waiting)}, found or (Found(Outcome.PASS, "NO_SUCCESSION_PENDING"),))
