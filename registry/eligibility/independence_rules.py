"""Rules about the parties of an engagement: control, interest, who commissions and pays, advice, rotation. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from registry.eligibility.case import Case
from registry.eligibility.decision import Outcome
from registry.eligibility.facts import fact
from registry.eligibility.policy import Limits
from registry.eligibility.rule import Answer, Found
from registry.evaluators import independence, tenure
from registry.evaluators.independence import Code, Role
from registry.evaluators.ownership import Path
from registry.evaluators.sentences import message as said
from registry.rules.declarations import Value

_COMMISSIONER = frozenset(
    {Code.COMMISSIONER_IS_SUBJECT, Code.COMMISSIONER_UNDER_SUBJECT, Code.COMMISSIONER_APART, Code.COMMISSIONER_UNKNOWN}
)
_PAYER = frozenset({Code.PAYER_IS_SUBJECT, Code.PAYER_UNDER_SUBJECT, Code.PAYER_APART, Code.PAYER_UNKNOWN})
_REMEDIES = {
    Code.COI_IS_PARTY: "ANOTHER_EVALUATOR",
    Code.COI_COMMON_CONTROL: "ANOTHER_EVALUATOR",
    Code.COI_COOLING_OFF: "WAIT_FOR_COOLING_OFF",
    Code.COI_INTEREST_BELOW_CONTROL: "DISCLOSE_INTEREST",
    Code.COI_DATA_STALE: "TELL_OWNERS",
    Code.COI_DATA_MISSING: "TELL_OWNERS",
    Code.COMMISSIONER_IS_SUBJECT: "ANOTHER_COMMISSIONER",
    Code.COMMISSIONER_UNDER_SUBJECT: "ANOTHER_COMMISSIONER",
    Code.COMMISSIONER_UNKNOWN: "NAME_PARTIES",
    Code.PAYER_IS_SUBJECT: "ANOTHER_PAYER",
    Code.PAYER_UNDER_SUBJECT: "ANOTHER_PAYER",
    Code.PAYER_UNKNOWN: "NAME_PARTIES",
}
NOT_ASKED = Answer({}, (Found(Outcome.NOT_APPLICABLE, "NOT_ASKED"),))


def related_parties(case: Case, _: Limits) -> Answer:
    """To whoever is scored, builds, commissions or pays. Other bidders are another rule's."""
    if case.relations is None:
        return NOT_ASKED
    others = _COMMISSIONER | _PAYER | {Code.BIDDERS_UNKNOWN}
    seen = [each for each in case.relations.independence if each.code not in others and each.role is not Role.BIDDER]
    codes = {each.code for each in seen}
    if not seen:
        return NOT_ASKED
    facts: dict[str, Value] = {
        "is_under_common_control": bool(codes & {Code.COI_COMMON_CONTROL, Code.COI_IS_PARTY}),
        "has_shared_interest": Code.COI_INTEREST_BELOW_CONTROL in codes,
        "is_cooling_off": Code.COI_COOLING_OFF in codes,
    }
    is_doubtful = any(each.outcome is independence.Outcome.UNKNOWN for each in seen)
    known = {name: value for name, value in facts.items() if value or not is_doubtful}
    return Answer(known, tuple(_of_relation(case, each) for each in seen))


def commissioner_and_payer(case: Case, _: Limits) -> Answer:
    """What is scored must neither order nor pay for its own assessment: the thing scored counts, not only the place."""
    if case.relations is None:
        return NOT_ASKED
    seen = [each for each in case.relations.independence if each.code in _COMMISSIONER | _PAYER]
    if not seen:
        return NOT_ASKED
    facts: dict[str, Value] = {}
    for name, codes in (("is_subject_commissioner", _COMMISSIONER), ("is_subject_payer", _PAYER)):
        outcomes = {each.outcome for each in seen if each.code in codes}
        if not outcomes & {independence.Outcome.UNKNOWN}:
            facts[name] = bool(outcomes & {independence.Outcome.FAIL, independence.Outcome.REVIEW})
    return Answer(facts, tuple(_of_relation(case, each) for each in seen))


def other_bidders(case: Case, _: Limits) -> Answer:
    if case.relations is None or case.question.other_bidders is None:
        return NOT_ASKED
    seen = [each for each in case.relations.independence if each.role is Role.BIDDER]
    if not seen:
        return NOT_ASKED
    outcomes = {each.outcome for each in seen}
    is_related = bool(outcomes & {independence.Outcome.FAIL, independence.Outcome.REVIEW})
    is_known = is_related or independence.Outcome.UNKNOWN not in outcomes
    return Answer({"is_related_to_bidder": is_related} if is_known else {}, tuple(_of_relation(case, e) for e in seen))


def _of_relation(case: Case, finding: independence.Finding) -> Found:
    about = "" if finding.role is None else f"{finding.role} {finding.party}"
    facts = tuple(_edges(finding.paths)) or tuple(fact(gap.body) for gap in finding.gaps)
    return Found(
        Outcome(str(finding.outcome)), str(finding.code), about or str(finding.code), said=said(finding),
        facts=facts or (fact(finding.party or case.entity.code),), remedy=_REMEDIES.get(finding.code),
        by=finding.until, changes_on=finding.until,
    )  # fmt: skip


def _edges(paths: tuple[Path, ...]) -> list[Mapping[str, Any]]:
    """Every step of every path once, so that the reader can follow it."""
    steps = dict.fromkeys(edge for path in paths for edge in path)
    return [
        fact(
            each.source, owner=each.owner, owned=each.owned, basis=str(each.basis),
            share=None if each.share is None else str(float(each.share)), seen_at=each.seen_at,
            valid_from=each.valid_from, valid_to=each.valid_to,
        )
        for each in steps
    ]  # fmt: skip


def declared(case: Case, _: Limits) -> Answer:
    """What the evaluator itself declared of the parties."""
    if case.relations is None or not case.relations.declared:
        return NOT_ASKED
    seen = case.relations.declared
    found = tuple(
        Found(
            Outcome(str(each.outcome)), str(each.code), "" if each.declaration is None else each.declaration.id,
            said=said(each), facts=(fact(case.entity.code if each.declaration is None else
                                         f"{case.entity.code}/declaration/{each.declaration.id}"),),
            remedy=None if each.outcome is independence.Outcome.PASS else "DISCLOSE_INTEREST",
            changes_on=None if each.declaration is None else each.declaration.in_force.valid_to,
        )
        for each in seen
    )  # fmt: skip
    outcomes = {each.outcome for each in seen}
    return Answer(_truth("has_declared_interest", outcomes), found)


def advice(case: Case, _: Limits) -> Answer:
    if case.relations is None or not case.relations.advice:
        return NOT_ASKED
    seen = case.relations.advice
    outcomes = {each.outcome for each in seen}
    return Answer(_truth("has_recent_advice", outcomes), tuple(_of_tenure(case, each, "ADVICE") for each in seen))


def rotation(case: Case, _: Limits) -> Answer:
    if case.relations is None or not case.relations.rotation:
        return NOT_ASKED
    seen = case.relations.rotation
    counts = [each.count for each in seen]
    known = max((each for each in counts if each is not None), default=None)
    facts: dict[str, Value] = {} if known is None or (None in counts) else {"cycles_in_a_row": known}
    return Answer(facts, tuple(_of_tenure(case, each, "ROTATION") for each in seen))


def _of_tenure(case: Case, finding: tenure.Finding, what: str) -> Found:
    facts = tuple(fact(each.source) for each in finding.facts)
    remedies = {independence.Outcome.FAIL: "WAIT_FOR_SEPARATION" if what == "ADVICE" else "ANOTHER_EVALUATOR",
                independence.Outcome.UNKNOWN: "DECLARE_ADVICE" if what == "ADVICE" else "RECORD_ENGAGEMENTS",
                independence.Outcome.REVIEW: "DISCLOSE_INTEREST"}  # fmt: skip
    return Found(
        Outcome(str(finding.outcome)), str(finding.code), ", ".join(each.source for each in finding.facts[:1]),
        said=said(finding), facts=facts or (fact(case.entity.code),), remedy=remedies.get(finding.outcome),
        by=finding.until, changes_on=finding.until,
    )  # fmt: skip


def _truth(name: str, outcomes: Collection[independence.Outcome]) -> dict[str, Value]:
    """Whether something was found; left out where that is not known."""
    if set(outcomes) & {independence.Outcome.FAIL, independence.Outcome.REVIEW}:
        return {name: True}
    return {} if independence.Outcome.UNKNOWN in outcomes else {name: False}
