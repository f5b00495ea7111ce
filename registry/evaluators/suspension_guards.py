"""Guards of suspensions and of their end. Pure."""

from collections.abc import Iterator

from registry.evaluators.guard_case import Case, not_in_force
from registry.evaluators.periods import months_later
from registry.evaluators.policy import State
from registry.evaluators.qualification import Cause
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.status import Flag, OpenCause, Status


def suspend_refusals(case: Case) -> Iterator[Refusal]:
    """A second cause may be added; it then takes all causes to be closed. The same one twice is a mistake."""
    event = case.event
    yield from not_in_force(case, event.effective_from)
    if not event.causes:
        yield case.refusal(
            Code.CAUSE_MISSING, "The suspension names no cause.", "Name each cause with reason, notice and review day."
        )
    open_causes = case.status(event.effective_from).causes
    since = {each.cause.key: each.since for each in open_causes}
    for cause in event.causes:
        yield from _stated(case, cause)
        if OpenCause(cause, event.effective_from) in open_causes:
            yield case.refusal(
                Code.CAUSE_ALREADY_OPEN,
                f"The item is suspended for the cause {cause.key} from {event.effective_from} already, in the same "
                "words.",
                "Leave the cause out: it is recorded. Another cause, or another review day of this one, can be added.",
                cause.key,
            )
        latest = months_later(since.get(cause.key, event.effective_from), case.policy.suspension_months)
        if cause.review_by is None or not event.effective_from <= cause.review_by <= latest:
            yield case.refusal(
                Code.REVIEW_MISSING if cause.review_by is None else Code.REVIEW_OUT_OF_BOUNDS,
                f"The review of the cause {cause.key} is due by {cause.review_by or 'no day'}; it must be due from "
                f"{event.effective_from} to {latest}, {case.policy.suspension_months} months after the suspension "
                "began.",
                "Set review_by to a day of that time, or withdraw the item.",
                cause.review_by,
                latest,
            )


def _stated(case: Case, cause: Cause) -> Iterator[Refusal]:
    for code, text, what in (
        (Code.REASON_MISSING, cause.reason, "reason code"),
        (Code.NOTICE_MISSING, cause.notice, "reference of a notice"),
    ):
        if not text.strip():
            yield case.refusal(
                code, f"The cause {cause.key} has no {what}.", f"Give the {what} of the suspension.", text
            )


def reinstate_refusals(case: Case) -> Iterator[Refusal]:
    event = case.event
    found = case.status(event.effective_from)
    yield from not_in_force(case, event.effective_from)
    yield from _causes_not_open(case, found)
    yield from _not_verified(case)
    if Flag.SURVEILLANCE_OVERDUE in found.flags:
        yield case.refusal(
            Code.SURVEILLANCE_OVERDUE,
            f"The surveillance was due by {found.surveillance_due_on} and is not completed on {event.effective_from}.",
            "Complete the surveillance on site first.",
            event.effective_from,
            found.surveillance_due_on,
        )


def _causes_not_open(case: Case, found: Status) -> Iterator[Refusal]:
    open_keys = [each.cause.key for each in found.causes]
    if found.state in {State.VALID, State.NOT_YET_VALID} and not open_keys:
        yield case.refusal(
            Code.NOT_SUSPENDED,
            f"The item is not suspended on {case.event.effective_from}.",
            "Correct the suspension if it was recorded with a wrong day.",
            found.state,
            State.SUSPENDED,
        )
    elif not case.event.closes or not set(case.event.closes) <= set(open_keys):
        names = ", ".join(case.event.closes) or "none"
        yield case.refusal(
            Code.CAUSE_NOT_OPEN,
            f"Causes to be closed: {names}; open are: {', '.join(open_keys) or 'none'}.",
            "Name at least one cause, and only open ones.",
            names,
            ", ".join(open_keys),
        )


def _not_verified(case: Case) -> Iterator[Refusal]:
    """A suspension never ends by the clock: somebody looked at the correction before the decision."""
    evidence, verified_on = case.circumstances.evidence, case.circumstances.verified_on
    if not evidence or verified_on is None or verified_on > case.event.decided_on:
        yield case.refusal(
            Code.NOT_VERIFIED,
            f"The correction was verified on: {verified_on or 'no day'}, with evidence: {evidence or 'none'}; "
            f"the decision is of {case.event.decided_on}.",
            "Verify the correction first, and name the evidence and the day of the verification.",
            verified_on,
            case.event.decided_on,
        )
