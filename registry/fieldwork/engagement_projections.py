"""What eligibility asks of engagements: cycles in a row, work at hand, reports. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from registry.evaluators.periods import Period, day_after
from registry.evaluators.tenure import Cycle
from registry.fieldwork.engagement import Engagement, EventKind, PinnedStandard
from registry.validity import legal_day


@dataclass(frozen=True, slots=True)
class OpenWork:
    """period: the days on which the engagement takes, or is to take, the evaluator's people."""

    engagement: Engagement
    period: Period
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """signatory: id of a person in the evaluator's dossier. standard: that of the start."""

    engagement: Engagement
    number: str
    issued_on: date
    signatory: str
    standard: PinnedStandard | None
    recorded_at: datetime


def cycles(engagements: Iterable[Engagement], subject: str) -> tuple[Cycle, ...]:
    """Assessments of a subject, by number. What ended before it was started does not count."""
    found = [
        Cycle(
            each.evaluator, subject, each.terms.cycle, each.started_on or each.terms.window.valid_from, each.reference
        )
        for each in engagements
        if subject in each.terms.scored and (each.started_on is not None or each.ended_on is None)
    ]
    return tuple(sorted(found, key=lambda each: (each.number, each.began_on, each.source)))


def open_engagements(engagements: Iterable[Engagement], window: Period, aged_at: datetime) -> tuple[OpenWork, ...]:
    """Work on days of the window, by its first day. aged_at: the instant from which it counts whether work is late.

    Work without an end lasts to the last day of its contract, and where that is over, on: it is late.
    """
    found = []
    for each in engagements:
        period = _at_work(each, aged_at)
        if period is not None and period.common_with(window) is not None:
            found.append(OpenWork(each, period, max(one.recorded_at for one in each.events)))
    return tuple(sorted(found, key=lambda each: (each.period.valid_from, each.engagement.code)))


def reports(engagements: Iterable[Engagement]) -> tuple[IssuedReport, ...]:
    found = [
        IssuedReport(
            each, event.report.number, event.effective_from, event.report.signatory, each.standard, event.recorded_at
        )
        for each in engagements
        for event in each.events
        if event.counts_as is EventKind.REPORT_ISSUED and event.report is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.issued_on, each.engagement.code, each.number)))


def _at_work(engagement: Engagement, known_at: datetime) -> Period | None:
    """None where it ended before it began. The day on which it ends is still one of work."""
    window, started_on = engagement.terms.window, engagement.started_on
    if engagement.ended_on is not None:
        return None if started_on is None else Period(started_on, day_after(engagement.ended_on))
    first = started_on or window.valid_from
    is_late = window.valid_to is None or window.valid_to <= max(first, legal_day(known_at))
    return Period(first, None if is_late else window.valid_to)
