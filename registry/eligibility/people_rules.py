"""Rules about people and capacity, accreditations, and reports that were issued. Pure."""

from datetime import date, timedelta

from registry.eligibility.case import Case, Post
from registry.eligibility.decision import Outcome
from registry.eligibility.facts import fact
from registry.eligibility.policy import Limits
from registry.eligibility.rule import Answer, Found
from registry.evaluators.periods import Period, joined, segments
from registry.rules.declarations import Value
from registry.validity import legal_day

LEAD = "lead_evaluator"


def key_staff(case: Case, limits: Limits) -> Answer:
    """The fewest lead evaluators on a day of the window, and for how long people have been missing by now."""
    if case.posts is None:
        found = Found(Outcome.UNKNOWN, "KEY_STAFF_UNKNOWN", facts=(_entity(case),), remedy="TELL_STAFF")
        return Answer({}, (found,))
    leads = [each for each in case.posts if each.post == LEAD]
    ends = [each.period.valid_to for each in leads if each.period.valid_to is not None]
    periods = segments(case.question.window, {*(each.period.valid_from for each in leads), *ends})
    counts = [(each, _number(leads, each.valid_from)) for each in periods]
    fewest = min(number for _, number in counts)
    facts = tuple(
        fact(each.ref, each.recorded_at, person=each.person, valid_from=each.period.valid_from,
             valid_to=each.period.valid_to)
        for each in leads if each.period.common_with(case.question.window) is not None
    )  # fmt: skip
    words = {"number": fewest, "least": limits.least_lead_evaluators}
    later = min((each for each in ends if each > case.question.window.valid_from), default=None)
    if fewest >= limits.least_lead_evaluators:
        found = Found(Outcome.PASS, "KEY_STAFF_ENOUGH", words=words, facts=facts, changes_on=later)
        return Answer({"lead_evaluators": fewest, "days_short_of_staff": 0}, (found,))
    gaps = joined(each for each, number in counts if number < limits.least_lead_evaluators)
    shortages = [_shortage(case, leads, limits.least_lead_evaluators, each) for each in gaps]
    days, since = max(shortages, key=lambda each: each[0])
    cure_by = since + timedelta(days=limits.staff_cure_days)
    outcome = Outcome.REVIEW if days <= limits.staff_cure_days else Outcome.FAIL
    found = Found(
        outcome, "KEY_STAFF_SHORT", words={**words, "from": since},
        facts=facts or (_entity(case),), gap=gaps, remedy="REPLACE_STAFF", by=cure_by,
        changes_on=cure_by + timedelta(days=1),
    )  # fmt: skip
    return Answer({"lead_evaluators": fewest, "days_short_of_staff": days}, (found,))


def _number(posts: list[Post], on: date) -> int:
    return len({each.person for each in posts if each.period.holds(on)})


def _shortage(case: Case, leads: list[Post], least: int, gap: Period) -> tuple[int, date]:
    """For how many days by the day from which ages count, none of those that lie ahead, and since when."""
    until = case.aged_on if gap.valid_to is None else min(case.aged_on, gap.valid_to)
    since = _short_since(case, leads, least, gap.valid_from)
    return max(0, (until - since).days), since


def _short_since(case: Case, leads: list[Post], least: int, on: date) -> date:
    """The first of the days up to `on` on which there were too few, without one between on which there were enough.

    Who never had enough has been short of them since it was registered: no days of cure are left for that.
    """
    days = {each.period.valid_from for each in leads} | {each.period.valid_to for each in leads if each.period.valid_to}
    since = on
    for day in sorted((each for each in days if each <= on), reverse=True):
        if _number(leads, day) >= least:
            return since
        since = day
    recorded_at = case.entity.recorded_at
    return since if recorded_at is None else min(since, legal_day(recorded_at))


def signatories(case: Case, _: Limits) -> Answer:
    """A report that somebody unqualified signed is invalid; the evaluator's own right is not touched."""
    wrong = [each for each in case.reports if each.signatory_is_qualified is False]
    unknown = [each for each in case.reports if each.signatory_is_qualified is None]
    told = [(Outcome.REVIEW, "SIGNATORY_UNQUALIFIED", "SIGN_ANEW", each) for each in wrong]
    told += [(Outcome.UNKNOWN, "SIGNATORY_UNKNOWN", "TELL_STAFF", each) for each in unknown]
    found = tuple(
        Found(outcome, code, each.ref, {"on": each.issued_on},
              facts=(fact(each.ref, each.recorded_at, issued_on=each.issued_on),), remedy=remedy)
        for outcome, code, remedy, each in told
    )  # fmt: skip
    facts: dict[str, Value] = {} if unknown and not wrong else {"has_unqualified_signatory": bool(wrong)}
    return Answer(facts, found or (Found(Outcome.PASS, "SIGNATORIES_QUALIFIED"),))


def reports_while_suspended(case: Case, _: Limits) -> Answer:
    """Invalid for good: a reinstatement does not cure them."""
    wrong = [each for each in case.reports if each.was_suspended]
    found = tuple(
        Found(Outcome.REVIEW, "REPORT_DURING_SUSPENSION", each.ref, {"on": each.issued_on},
              facts=(fact(each.ref, each.recorded_at, issued_on=each.issued_on),), remedy="REPORT_ANEW")
        for each in wrong
    )  # fmt: skip
    return Answer({"reported_while_suspended": bool(wrong)}, found or (Found(Outcome.PASS, "NO_REPORT_SUSPENDED"),))


def capacity(case: Case, limits: Limits) -> Answer:
    """The most engagements that are open on one day of the window, the asked one among them."""
    window = case.question.window
    open_ = [each for each in case.works if each.period.common_with(window) is not None]
    ends = {each.period.valid_to for each in open_ if each.period.valid_to is not None}
    periods = segments(window, {*(each.period.valid_from for each in open_), *ends})
    numbers = [1 + sum(each.period.holds(part.valid_from) for each in open_) for part in periods]
    number = max(numbers)
    words = {"number": number, "most": limits.most_engagements}
    facts = tuple(fact(each.ref, each.recorded_at, to=each.period.valid_to) for each in open_)
    if number > limits.most_engagements:
        # From then on there are places enough; never, where the last days of the window have too many.
        last = [part for part, there in zip(periods, numbers, strict=True) if there > limits.most_engagements][-1]
        until = None if last.valid_to == window.valid_to else last.valid_to
        found = Found(Outcome.FAIL, "CAPACITY", words=words, facts=facts or (_entity(case),), remedy="END_ENGAGEMENTS",
                      by=until, changes_on=until)  # fmt: skip
    else:
        found = Found(Outcome.PASS, "CAPACITY_LEFT", words=words, facts=facts)
    return Answer({"open_engagements": number}, (found,))


def hard_dependencies(case: Case, _: Limits) -> Answer:
    """What the work depends on: without it no new work is awarded, whatever the evaluator's own certificate says."""
    return _dependencies(case, is_hard=True)


def soft_dependencies(case: Case, _: Limits) -> Answer:
    return _dependencies(case, is_hard=False)


def _dependencies(case: Case, *, is_hard: bool) -> Answer:
    name = "hard_dependency_in_force" if is_hard else "soft_dependency_in_force"
    lapses = [each for each in case.lapses if each.is_hard is is_hard and each.period.common_with(case.question.window)]
    found = []
    for each in lapses:
        common = each.period.common_with(case.question.window)
        assert common is not None
        words = {"number": each.number, "issuer": each.issuer, "state": each.state, "from": each.period.valid_from}
        found.append(
            Found(
                Outcome.FAIL if is_hard else Outcome.REVIEW,
                "ACCREDITOR_SUSPENDED" if each.state == "suspended" else "ACCREDITATION_NOT_IN_FORCE",
                each.ref, words, facts=(fact(each.ref, each.recorded_at, state=each.state),), gap=(common,),
                remedy="RENEW_ACCREDITATION", by=common.valid_from, changes_on=common.valid_to,
            )
        )  # fmt: skip
    return Answer({name: not lapses}, tuple(found) or (Found(Outcome.PASS, "ACCREDITATIONS_IN_FORCE"),))


def _entity(case: Case) -> dict[str, object]:
    return fact(case.entity.code, case.entity.recorded_at)
