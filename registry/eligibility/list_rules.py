"""Rules about bars: the evaluator's own, those of who controls it, and signs that it is a barred body anew. Pure."""

from collections.abc import Iterator

from registry.eligibility.case import Case, ListAnswer
from registry.eligibility.decision import Outcome, Source
from registry.eligibility.facts import fact
from registry.eligibility.policy import Limits
from registry.eligibility.rule import Answer, Found
from registry.evaluators.exclusion_matching import Code, Finding
from registry.evaluators.sentences import message as said

_HARMLESS = frozenset({Code.NOT_LISTED, Code.LISTED_BUT_ENDED})
_REMEDIES = {
    Code.EXCLUDED: "WAIT_FOR_END_OF_BAR",
    Code.EXCLUDED_VIA_CONTROLLER: "WAIT_FOR_END_OF_BAR",
    Code.NAME_ONLY_MATCH: "JUDGE_NAME",
    Code.SOURCE_STALE: "QUERY_LIST",
    Code.SOURCE_MISSING: "QUERY_LIST",
}


def exclusions(case: Case, _: Limits) -> Answer:
    """Each list by itself. A list that was not queried in time says nothing, and a hit in it is still a hit."""
    own = [(each, finding) for each in case.lists for finding in _own(each)]
    found = tuple(_found(case, each, finding) for each, finding in own)
    hits = sum(finding.code is Code.EXCLUDED for _, finding in own)
    doubts = [finding for _, finding in own if finding.code not in _HARMLESS and finding.code is not Code.EXCLUDED]
    if not case.lists:
        return Answer({}, (Found(Outcome.UNKNOWN, "NO_LIST_IN_USE", remedy="RECORD_LISTS"),))
    if hits:
        return Answer({"listed_entries": hits}, found)
    # An entry that is gone was seen in an earlier query; where the newest one is too old, that is a doubt by itself.
    ages = [
        min(each.max_age_days, (case.aged_at - snapshot.queried_at).days)
        for each, finding in own
        if (snapshot := finding.snapshot) is not None
    ]
    return Answer({} if doubts else {"listed_entries": 0, "list_age_days": max(0, *ages, 0)}, found)


def controllers(case: Case, limits: Limits) -> Answer:
    """A bar of whoever controls the evaluator. Who controls it is itself known or not."""
    via = [(each, finding) for each in case.lists for finding in each.findings if finding.body != finding.asked]
    found = [_found(case, each, finding, is_softened=not limits.bars_controlled) for each, finding in via]
    if any(finding.code is Code.EXCLUDED_VIA_CONTROLLER for _, finding in via):
        return Answer({"controller_is_listed": True}, tuple(found))
    if any(finding.code not in _HARMLESS for _, finding in via):
        return Answer({}, tuple(found))
    if limits.bars_controlled and not _were_queried(case):
        return Answer({}, (*found, Found(Outcome.UNKNOWN, "CONTROLLERS_NOT_LOOKED_UP", remedy="QUERY_LIST")))
    if case.owner_gaps:
        words = {"bodies": case.owner_gaps}
        refs = tuple(fact(each) for each in case.owner_gaps)
        unknown = Found(Outcome.UNKNOWN, "CONTROLLERS_UNKNOWN", words=words, facts=refs, remedy="TELL_OWNERS")
        # Where a controller's bar does not bar the controlled, what is not known of them can change nothing.
        if limits.bars_controlled:
            return Answer({}, (*found, unknown))
    return Answer({"controller_is_listed": False}, (*found, Found(Outcome.PASS, "CONTROLLERS_NOT_LISTED")))


def _were_queried(case: Case) -> bool:
    codes = {finding.code for each in case.lists for finding in each.findings}
    return bool(case.lists) and not codes & {Code.SOURCE_STALE, Code.SOURCE_MISSING}


def successors(case: Case, _: Limits) -> Answer:
    """Only a person says that a new body is an old one; until then the answer waits for that person."""
    found = []
    for each in case.successions:
        outcome = {None: Outcome.REVIEW, True: Outcome.FAIL, False: Outcome.PASS}[each.judged]
        code = {None: "POSSIBLE_SUCCESSOR_OF_EXCLUDED", True: "SUCCESSOR_OF_EXCLUDED", False: "JUDGED_NO_SUCCESSOR"}
        words = {"old": each.old, "ending": each.ending, "signs": each.signs}
        facts = (fact(each.ref, each.recorded_at, signs=list(each.signs)),)
        remedy = "JUDGE_SUCCESSION" if each.judged is None else None
        found.append(Found(outcome, code[each.judged], each.old, words, facts=facts, remedy=remedy))
    may_be = any(each.judged is not False for each in case.successions)
    return Answer({"may_succeed_excluded": may_be}, tuple(found) or (Found(Outcome.PASS, "NO_SIGN_OF_SUCCESSION"),))


def _own(each: ListAnswer) -> Iterator[Finding]:
    """What the list says of the evaluator itself."""
    return (finding for finding in each.findings if finding.body == finding.asked)


def _found(case: Case, each: ListAnswer, finding: Finding, *, is_softened: bool = False) -> Found:
    outcome = Outcome(str(finding.outcome))
    entry, barred = finding.entry, finding.barred
    refs = () if entry is None else (fact(f"{each.code}/{entry.key}", name=entry.name, basis=entry.basis or None),)
    end = None if barred is None else (entry.in_force.valid_to if entry is not None else barred.valid_to)
    return Found(
        Outcome.REVIEW if is_softened and outcome is not Outcome.PASS else outcome, str(finding.code),
        f"list {each.code}" + ("" if entry is None else f" {entry.key}"), said=said(finding),
        facts=refs or (fact(each.code),), gap=() if barred is None else (barred,),
        remedy=_REMEDIES.get(finding.code), by=end, source=_source(case, each, finding), changes_on=end,
    )  # fmt: skip


def _source(case: Case, each: ListAnswer, finding: Finding) -> Source | None:
    if finding.snapshot is None:
        return None
    snapshot = finding.snapshot
    age_days = max(0, (case.aged_at - snapshot.queried_at).days)
    return Source(
        each.code, each.authority, each.legal_basis, snapshot.queried_at, age_days, each.max_age_days, snapshot.sha256
    )
