"""From a case to a decision: every rule runs, and each is held against the text of the policy. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from registry.eligibility.case import Case
from registry.eligibility.catalogue import RULES
from registry.eligibility.decision import Decision, Finding, Ground, GroundKind, Outcome, Remedy, Source
from registry.eligibility.policy import Condition, Policy
from registry.eligibility.rule import Answer, Found, Rule
from registry.eligibility.wording import message, remedy_message
from registry.standards.outcomes import Result

CRITERIA = frozenset(name for rule in RULES for name in rule.criteria)
_LESS_THAN_MET = frozenset({Outcome.FAIL, Outcome.UNKNOWN})
# A waived criterion may be one that would not apply.
_APPLIES_LESS = {Result.WAIVED: 1, Result.NOT_APPLICABLE: 2}
_NOT_A_PASS = frozenset({Outcome.FAIL, Outcome.REVIEW, Outcome.UNKNOWN})


def decide(given: Case, policy: Policy) -> Decision:
    """Never stops early: whoever is refused sees every reason at once."""
    case = given.in_order
    answers = [(rule, rule.check(case, policy.limits)) for rule in RULES]
    facts = {name: value for _, answer in answers for name, value in answer.facts.items()}
    results = policy.results({**facts, "risk_class": str(case.question.risk_class)})
    findings = tuple(finding for rule, answer in answers for finding in _findings(rule, answer, results, case, policy))
    misses = tuple((place, miss) for place, each in enumerate(case.coverages) for miss in each.nearest_misses)
    return Decision(case.question, policy.pin, case.known_at, case.aged_at, findings, misses)


def _findings(
    rule: Rule, answer: Answer, results: Mapping[str, Result], case: Case, policy: Policy
) -> Iterator[Finding]:
    criterion = min(rule.criteria, key=lambda name: _APPLIES_LESS.get(results[name], 0))
    for found in _held_against(results[criterion], answer):
        yield _finding(rule, found, criterion, case, policy)


def _held_against(result: Result, answer: Answer) -> Iterator[Found]:
    """Where program and policy differ, nobody is let pass and nobody is refused: it is unknown."""
    if all(each.outcome is Outcome.NOT_APPLICABLE for each in answer.found):
        yield from answer.found
        return
    if result is Result.WAIVED:
        yield Found(Outcome.NOT_APPLICABLE, "WAIVED")
        return
    outcomes = {each.outcome for each in answer.found}
    is_contradicted = (
        (result is Result.MET and outcomes & _LESS_THAN_MET)
        or (result is Result.NOT_MET and not outcomes & _NOT_A_PASS)
        or (result is Result.UNKNOWN and not outcomes & _NOT_A_PASS)
    )
    yield from answer.found
    if is_contradicted:
        yield Found(Outcome.UNKNOWN, "POLICY_DIFFERS", about="policy", words={"result": str(result)})


def _finding(rule: Rule, found: Found, criterion: str, case: Case, policy: Policy) -> Finding:
    term = policy.terms[criterion]
    outcome = found.outcome
    grounds = _grounds(term.grounds, found.source, case.question.tender)
    rests_on_statute = any(each.kind is GroundKind.STATUTE for each in grounds)
    if (
        outcome is Outcome.FAIL
        and not rests_on_statute
        and policy.limits.condition_of_qualification is Condition.NOT_LAWFUL
    ):
        outcome = Outcome.REVIEW
    finding = Finding(
        rule.id, rule.version, rule.question, term.is_mandatory, outcome, found.code,
        found.said or message(found.code, found.words), grounds,
        found.about, found.facts, found.gap, None, found.source, found.changes_on,
    )  # fmt: skip
    if found.remedy is None:
        return finding
    words = {**found.words, "by": found.by}
    return replace(finding, remedy=Remedy(found.remedy, remedy_message(found.remedy, words), found.by))


def _grounds(grounds: tuple[Ground, ...], source: Source | None, clause: str | None) -> tuple[Ground, ...]:
    """Of the policy; a bar rests on what its list rests on."""
    told = tuple(replace(each, clause=clause) if each.kind is GroundKind.TENDER_DOCUMENT else each for each in grounds)
    if source is None:
        return told
    document = {"zh": source.legal_basis, "en": source.legal_basis}
    return (Ground(GroundKind.STATUTE, document), *told)
