"""What the registry knows of an evaluator's engagements: work at hand, cycles in a row, reports that were issued."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registry.eligibility.asking_service import Body
from registry.eligibility.case import Post, Report, Work
from registry.eligibility.geography_service import Geography
from registry.eligibility.known_work_service import KnownWork
from registry.eligibility.policy import Limits
from registry.eligibility.question import Question
from registry.evaluators import tenure
from registry.evaluators.coverage import Holding
from registry.evaluators.independence import Outcome
from registry.evaluators.policy import State
from registry.evaluators.scope import region_is_in
from registry.fieldwork.engagement_projections import IssuedReport, cycles, open_engagements, reports

# Who may answer for a report with a signature.
_SIGNING = frozenset({"signatory", "lead_evaluator"})
_WORST = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.REVIEW: 2, Outcome.PASS: 3}


@dataclass(frozen=True, slots=True)
class Works:
    """reports: all of them."""

    open: tuple[Work, ...]
    reports: tuple[IssuedReport, ...]
    rotation: tuple[tenure.Finding, ...]


def work_of(
    work: KnownWork, body: Body, question: Question, limits: Limits, take_overs: tuple[tenure.Succession, ...],
    aged_at: datetime,
) -> Works:  # fmt: skip
    """aged_at: from which it counts whether work is late."""
    own = () if body.evaluator is None else work.own[body.evaluator]
    others = [each for each in own if each.code != question.engagement]
    return Works(
        tuple(
            Work(each.engagement.reference, each.period, each.recorded_at)
            for each in open_engagements(others, question.window, aged_at)
        ),
        tuple(reports(own)),
        tuple(_rotation(work, body, question, limits, take_overs)),
    )  # fmt: skip


def _rotation(
    work: KnownWork, body: Body, question: Question, limits: Limits, take_overs: tuple[tenure.Succession, ...]
) -> Iterator[tenure.Finding]:
    """Of each subject, for the asked cycle, or for the worst of those that could be meant."""
    bodies = {body.key, *(each.predecessor for each in take_overs)}
    for subject in question.subjects:
        known = work.about[subject]
        assessed = cycles([each for each in known if each.code != question.engagement], subject)
        # Of a body that is not registered nobody records engagements here.
        own = None if body.evaluator is None else tuple(each for each in assessed if each.evaluator in bodies)
        history = tenure.History(None, own, take_overs)
        asked = next((each.terms.cycle for each in known if each.code == question.engagement), None)
        numbers = [asked] if asked is not None else _next_numbers(assessed, question)
        # Burdens pass until the end of the window; that a merger begins the count anew, only where it lies behind.
        found = [
            tenure.rotation(body.key, history, each, limits.most_cycles, limits.tenure_on_merger, by)
            for each in numbers
            for by in (date.max, question.window.valid_from)
        ]
        yield min(found, key=lambda each: (_WORST[each.outcome], -(each.count or 0)))


def _next_numbers(assessed: Sequence[tenure.Cycle], question: Question) -> list[int]:
    """What follows the last cycle before the window, and each that began in it."""
    window = question.window
    before = max((each.number for each in assessed if each.began_on < window.valid_from), default=0)
    return sorted({before + 1, *(each.number + 1 for each in assessed if window.holds(each.began_on))})


@dataclass(frozen=True, slots=True)
class Signing:
    """persons: ids in the registry by those of the dossiers. posts: None where nobody told them."""

    persons: Mapping[str, UUID]
    posts: Sequence[Post] | None


@dataclass(frozen=True, slots=True)
class Reports:
    """As a case has them."""

    asked: tuple[Report, ...]
    void: tuple[Report, ...]


def reports_of(
    found: Sequence[IssuedReport], question: Question, holdings: Sequence[Holding], geography: Geography,
    signing: Signing,
) -> Reports:  # fmt: skip
    """Whether each was signed by somebody who may, and what the right was on the day."""
    made = []
    for each in found:
        right = _right_on(each, holdings, geography)
        ref = f"{each.engagement.reference}/report/{each.number}"
        is_signatory = _is_signatory(signing, each)
        made.append(
            (each, right, Report(ref, each.issued_on, is_signatory, right is State.SUSPENDED, each.recorded_at))
        )
    return Reports(
        tuple(
            report for each, _, report in made
            if question.window.holds(each.issued_on) or each.engagement.code == question.engagement
        ),
        tuple(report for _, right, report in made if right is State.VOID),
    )  # fmt: skip


def _is_signatory(signing: Signing, report: IssuedReport) -> bool | None:
    """None where nobody told the people, or not whom the dossier calls so."""
    person = signing.persons.get(report.signatory)
    if signing.posts is None or person is None:
        return None
    return any(
        each.person == str(person) and each.post in _SIGNING and each.period.holds(report.issued_on)
        for each in signing.posts
    )


def _right_on(report: IssuedReport, holdings: Sequence[Holding], geography: Geography) -> State | None:
    """Of the items for such work on the day of the report; None where there is none, or where they differ."""
    terms, standard, on = report.engagement.terms, report.standard, report.issued_on
    region = geography.as_written_on(terms.region, on)
    asked = (terms.domain, terms.evaluation_type, terms.subject_level, terms.standard_family)
    states = {
        span.status.state
        for each in holdings
        if (each.item.domain, each.item.evaluation_type, each.item.subject_level, each.item.standards.family) == asked
        for span in each.spans
        if span.period.holds(on)
        and region_is_in(each.item.regions, region, on, geography.covers) is not False
        and (standard is None or each.item.standards.holds(standard.family, standard.version))
    }
    return states.pop() if len(states) == 1 else None
