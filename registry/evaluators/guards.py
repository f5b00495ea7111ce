"""Which events a qualification admits: a guard for each transition, every broken rule told at once. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from registry.evaluators.guard_case import Case, Circumstances, not_in_force
from registry.evaluators.policy import Policy, State
from registry.evaluators.qualification import Event, EventType, Surveillance, events_known
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.suspension_guards import reinstate_refusals, suspend_refusals
from registry.evaluators.validity_guards import extend_refusals, grant_refusals, renew_refusals
from registry.validity import legal_day


def refusals(
    history: Iterable[Event],
    event: Event,
    circumstances: Circumstances,
    *,
    surveillances: Iterable[Surveillance],
    policy: Policy,
) -> tuple[Refusal, ...]:
    """Why the event cannot be recorded; none where it can. history: all events of the qualification's items."""
    recorded_on = legal_day(event.recorded_at)
    case = Case(tuple(history), event, recorded_on, tuple(surveillances), circumstances, policy)
    return (*_common(case), *_GUARDS[event.type](case))


def _common(case: Case) -> Iterator[Refusal]:
    decider, decided_on = case.circumstances.decider, case.event.decided_on
    if decider in case.circumstances.assessors:
        yield case.refusal(
            Code.DECIDER_ASSESSED,
            f"{decider} assessed what this decision rests on and must not take it.",
            "Let somebody decide who took no part in the assessment.",
            decider,
        )
    if decided_on > case.recorded_on:
        yield case.refusal(
            Code.DECIDED_AFTER_RECORDED,
            f"The day of the decision, {decided_on}, lies after the day of its recording, {case.recorded_on}.",
            "Record a decision once it is taken; give the day it takes effect as effective_from.",
            decided_on,
            case.recorded_on,
        )
    yield from _publication(case)


def _publication(case: Case) -> Iterator[Refusal]:
    """Who appeals has time from the publication on: one that lies far ahead would never let it end."""
    event, days = case.event, case.policy.publication_days
    published_on = None if event.published_at is None else legal_day(event.published_at)
    if published_on is None:
        return
    if published_on < min(event.decided_on, case.recorded_on):
        yield case.refusal(
            Code.PUBLISHED_BEFORE_DECIDED,
            f"The publication of {published_on} lies before the day of the decision, {event.decided_on}.",
            "Correct the instant, or leave published_at out: it is then that of the recording.",
            published_on,
            event.decided_on,
        )
    latest = case.recorded_on + timedelta(days=days)
    if published_on > latest:
        yield case.refusal(
            Code.PUBLISHED_TOO_LATE,
            f"The publication of {published_on} lies more than {days} days after the recording on {case.recorded_on}.",
            f"Give an instant until {latest}, or record the decision later.",
            published_on,
            latest,
        )


def _end(case: Case) -> Iterator[Refusal]:
    yield from not_in_force(case, case.event.effective_from)


def _surrender(case: Case) -> Iterator[Refusal]:
    yield from _end(case)
    open_ones = ", ".join(case.circumstances.open_investigations)
    if bool(open_ones) != case.event.under_investigation:
        yield case.refusal(
            Code.INVESTIGATION_NOT_FLAGGED,
            f"Surveillances and complaints that are open: {open_ones or 'none'}; under_investigation says "
            f"{case.event.under_investigation}.",
            f"Record the surrender with under_investigation {bool(open_ones)}.",
            case.event.under_investigation,
            bool(open_ones),
        )


def _annul(case: Case) -> Iterator[Refusal]:
    begun = case.begun()
    if not begun:
        yield case.refusal(Code.NOT_GRANTED, "Nothing was granted that could be void.", "Record the grant first.")
    elif case.event.effective_from != begun[0].effective_from:
        yield case.refusal(
            Code.ANNULLED_FROM_ANOTHER_DAY,
            f"The annulment takes effect on {case.event.effective_from}; the grant did on {begun[0].effective_from}.",
            f"Let it take effect on {begun[0].effective_from}, or withdraw the item from a later day.",
            case.event.effective_from,
            begun[0].effective_from,
        )
    elif case.status(case.event.effective_from).state is State.VOID:
        yield case.refusal(
            Code.ANNULLED_ALREADY, "The grant was annulled before.", "An annulment stands; nothing more is recorded."
        )


def _correct(case: Case) -> Iterator[Refusal]:
    event = case.event
    known = events_known(case.history, event.item_id, event.recorded_at)
    corrected = next((each for each in known if each.id == event.supersedes), None)
    if corrected is None or event.becomes is EventType.CORRECT:
        yield case.refusal(
            Code.CORRECTS_NOTHING,
            f"The correction names {event.supersedes} and would become {event.becomes or 'nothing'}; only an event of "
            "this item that no other correction took out can be corrected, to an event of another type than correct, "
            "or to none.",
            "Name the event, or its newest correction, and what it should have been.",
            event.supersedes,
        )
    elif event.becomes is not None:
        remaining = tuple(
            replace(each, becomes=None) if each == corrected and each.type is EventType.CORRECT else each
            for each in case.history
            if each != corrected or each.type is EventType.CORRECT
        )
        first_recorded_on = legal_day(_first(corrected, case.history).recorded_at)
        yield from _GUARDS[event.becomes](replace(case, history=remaining, recorded_on=first_recorded_on))


def _first(corrected: Event, history: tuple[Event, ...]) -> Event:
    """The event at the beginning of a row of corrections."""
    by_id = {each.id: each for each in history}
    while corrected.type is EventType.CORRECT and corrected.supersedes in by_id:
        corrected = by_id.pop(corrected.supersedes)
    return corrected


_GUARDS: Mapping[EventType, Callable[[Case], Iterator[Refusal]]] = {
    EventType.GRANT: grant_refusals,
    EventType.SUSPEND: suspend_refusals,
    EventType.REINSTATE: reinstate_refusals,
    EventType.REDUCE: _end,
    EventType.EXTEND: extend_refusals,
    EventType.RENEW: renew_refusals,
    EventType.WITHDRAW: _end,
    EventType.SURRENDER: _surrender,
    EventType.ANNUL: _annul,
    EventType.CORRECT: _correct,
}
