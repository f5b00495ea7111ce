"""Which events the log of an engagement admits, every broken rule told at once. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from registry.errors import Violation
from registry.fieldwork.engagement import (
    UNRECORDED,
    EngagementEvent,
    EngagementState,
    EventKind,
    PinnedStandard,
    State,
    after,
    in_order,
)
from registry.validity import legal_day


class Code(StrEnum):
    """Codes of broken rules. A code is never used again for something else."""

    AGREED_ALREADY = "AGREED_ALREADY"
    AHEAD_OF_TODAY = "AHEAD_OF_TODAY"
    BEFORE_AGREEMENT = "BEFORE_AGREEMENT"
    BEFORE_START = "BEFORE_START"
    CONTENT_DOES_NOT_FIT = "CONTENT_DOES_NOT_FIT"
    CORRECTS_NOTHING = "CORRECTS_NOTHING"
    ENDED = "ENDED"
    EVALUATOR_UNKNOWN = "EVALUATOR_UNKNOWN"
    PARTY_UNREADABLE = "PARTY_UNREADABLE"
    PARTIES_FIXED = "PARTIES_FIXED"
    REASON_MISSING = "REASON_MISSING"
    REGION_UNREADABLE = "REGION_UNREADABLE"
    REPORT_NUMBER_USED = "REPORT_NUMBER_USED"
    STANDARD_PINNED = "STANDARD_PINNED"
    STANDARD_UNKNOWN = "STANDARD_UNKNOWN"
    STARTED_ALREADY = "STARTED_ALREADY"
    TEXT_UNREADABLE = "TEXT_UNREADABLE"
    WINDOW_EMPTY = "WINDOW_EMPTY"


_WITH_REASON = frozenset({EventKind.TERMINATED, EventKind.CORRECTED})
_OF_WORK = frozenset({EventKind.REPORT_ISSUED, EventKind.COMPLETED})
_DOES_NOT_FIT = "Give what belongs to the kind of event, and nothing else."
_CORRECT_FIRST = "Correct the event that gives the wrong day, or this one."


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far the work has come. family: of the agreed standard. reports: their numbers."""

    state: EngagementState = UNRECORDED
    family: str | None = None
    standard: PinnedStandard | None = None
    reports: frozenset[str] = frozenset()


def log_faults(
    recorded: Sequence[EngagementEvent], added: Sequence[EngagementEvent], pointers: Mapping[int, str]
) -> tuple[Violation, ...]:
    """Why the added events cannot be recorded; none where they can. added: at least one, recorded at one instant.

    pointers: of each added event by its number, where the document has it. The whole log, with the events in their
    places, has to be one that an engagement can have.
    """
    newest = {each.number for each in recorded} - {each.supersedes for each in recorded}
    own = [fault for each in added for fault in _own_faults(each, newest, pointers[each.number])]
    known_at = max(each.recorded_at for each in (*recorded, *added))
    return (*own, *_order_faults((*recorded, *added), known_at, pointers))


def _own_faults(event: EngagementEvent, newest: set[int], pointer: str) -> Iterator[Violation]:
    recorded_on = legal_day(event.recorded_at)
    if event.effective_from > recorded_on and event.counts_as is not EventKind.TERMINATED:
        yield Violation(
            Code.AHEAD_OF_TODAY,
            f"{event.counts_as} is said to be of {event.effective_from}, which lies after today, {recorded_on}.",
            "Record what has happened; only a termination may be known before it takes effect.",
            pointer,
            value=str(event.effective_from),
        )
    if event.kind in _WITH_REASON and not event.reason:
        yield Violation(Code.REASON_MISSING, f"{event.kind} needs a reason.", "Say why in `reason`.", pointer)
    if (event.kind is EventKind.CORRECTED) != (event.supersedes is not None):
        message = "A correction names the event that it takes out, and no other event does."
        yield Violation(Code.CONTENT_DOES_NOT_FIT, message, "Give its number as `supersedes`.", pointer)
    elif event.supersedes is not None and event.supersedes not in newest:
        yield Violation(
            Code.CORRECTS_NOTHING,
            f"Event {event.supersedes} is none of this engagement, or another correction took it out.",
            "Name the event, or its newest correction.",
            pointer,
            value=str(event.supersedes),
        )
    if event.becomes is not None and event.kind is not EventKind.CORRECTED:
        message = f"{event.kind} becomes nothing else: only a correction puts something in the place of another."
        yield Violation(Code.CONTENT_DOES_NOT_FIT, message, "Leave `becomes` out.", pointer, value=str(event.becomes))
    content = {
        "agreement": (event.terms is not None, EventKind.AGREED),
        "report": (event.report is not None, EventKind.REPORT_ISSUED),
        "standard": (event.standard is not None, EventKind.STARTED),
    }
    for name, (is_there, kind) in content.items():
        if is_there != (event.counts_as is kind):
            message = f"{event.counts_as} {'has no' if is_there else 'needs its'} {name}."
            yield Violation(Code.CONTENT_DOES_NOT_FIT, message, _DOES_NOT_FIT, pointer)


def _order_faults(
    events: tuple[EngagementEvent, ...], known_at: datetime, pointers: Mapping[int, str]
) -> Iterator[Violation]:
    progress = _Progress()
    for each in in_order(events, known_at):
        fault = _misplaced(progress, each)
        if fault is not None:
            pointer = pointers.get(each.number)
            place = "" if pointer is not None else f"Event {each.number} would stand wrong then: "
            yield replace(fault, message=f"{place}{fault.message}", pointer=pointer or "")
        progress = _progressed(progress, each)


def _progressed(progress: _Progress, event: EngagementEvent) -> _Progress:
    number = event.report.number if event.report is not None else None
    return _Progress(
        after(progress.state, event),
        progress.family if event.terms is None else event.terms.standard_family,
        event.standard or progress.standard,
        progress.reports if number is None else progress.reports | {number},
    )


def _misplaced(progress: _Progress, event: EngagementEvent) -> Violation | None:
    return _out_of_order(progress.state, event) or _otherwise_pinned(progress, event) or _report_fault(progress, event)


def _out_of_order(state: EngagementState, event: EngagementEvent) -> Violation | None:
    kind, told, since = event.counts_as, f"{event.counts_as} on {event.effective_from}", f"since {state.since}"
    is_agreed, is_agreement = state.kind is not State.NO_RECORD, kind is EventKind.AGREED
    rules = (
        (is_agreed and is_agreement, Code.AGREED_ALREADY, f"it is agreed already, and {state.kind} {since}"),
        (not is_agreed and not is_agreement, Code.BEFORE_AGREEMENT, "nothing was agreed by then"),
        (not is_agreement and _is_over(state, kind), Code.ENDED, f"the engagement is {state.kind} {since}"),
        (
            kind is EventKind.STARTED and state.kind is State.UNDER_WAY,
            Code.STARTED_ALREADY,
            f"the work is under way {since}",
        ),
        (kind in _OF_WORK and state.kind is State.AGREED, Code.BEFORE_START, "the work had not started by then"),
    )
    broken = ((code, message) for is_broken, code, message in rules if is_broken)
    return next((Violation(code, f"{told}: {message}.", _CORRECT_FIRST) for code, message in broken), None)


def _is_over(state: EngagementState, kind: EventKind) -> bool:
    """A report may be issued anew after the completion."""
    return state.kind is State.TERMINATED or (state.kind is State.COMPLETED and kind is not EventKind.REPORT_ISSUED)


def _otherwise_pinned(progress: _Progress, event: EngagementEvent) -> Violation | None:
    if event.standard is None or event.standard.family == progress.family:
        return None
    message = f"The start is by {event.standard.reference}; agreed is the standard {progress.family}."
    return Violation(Code.STANDARD_PINNED, message, "Correct the start, or the agreement.")


def _report_fault(progress: _Progress, event: EngagementEvent) -> Violation | None:
    report, standard = event.report, progress.standard
    if report is None:
        return None
    if standard is not None and report.standard_version != standard.version:
        return Violation(
            Code.STANDARD_PINNED,
            f"Report {report.number} is by version {report.standard_version}; the start of the work pinned "
            f"{standard.reference}.",
            f"Report by {standard.version}. Results by another version belong to an engagement of their own.",
            value=report.standard_version,
        )
    if report.number in progress.reports:
        return Violation(
            Code.REPORT_NUMBER_USED,
            f"A report {report.number} is recorded already.",
            "Give the number of this report, or correct the earlier one.",
            value=report.number,
        )
    return None
