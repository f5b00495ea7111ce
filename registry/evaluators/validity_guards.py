"""Guards of the events that give validity: grant, extend, renew. Pure."""

from collections.abc import Iterator
from datetime import date

from registry.evaluators.guard_case import Case, not_in_force
from registry.evaluators.periods import day_before, months_later
from registry.evaluators.policy import State
from registry.evaluators.refusal import Code, Refusal


def grant_refusals(case: Case) -> Iterator[Refusal]:
    circumstances, most = case.circumstances, case.policy.most_withdrawals
    yield from _beginning(case)
    if circumstances.criteria_not_met:
        names = ", ".join(circumstances.criteria_not_met)
        yield case.refusal(
            Code.CRITERIA_NOT_MET,
            f"Requirements are not met, or it is not known whether they are: {names}.",
            "Refuse the item, or have the findings corrected and assessed first.",
            names,
        )
    if circumstances.withdrawals >= most:
        yield case.refusal(
            Code.WITHDRAWN_TOO_OFTEN,
            f"Qualifications of this evaluator were withdrawn {circumstances.withdrawals} times; after {most} there is "
            "no return.",
            "Refuse the application.",
            circumstances.withdrawals,
            most,
        )


def extend_refusals(case: Case) -> Iterator[Refusal]:
    event = case.event
    yield from _beginning(case)
    parent = case.status(event.effective_from, event.parent_item_id) if event.parent_item_id else None
    if parent is None or parent.state is not State.VALID:
        state = parent.state if parent else "not named"
        yield case.refusal(
            Code.PARENT_NOT_VALID,
            f"The item that is extended is {state} on {event.effective_from}; only a valid one can be extended.",
            "Name a valid item as parent, or grant the item by an application of its own.",
            state,
            State.VALID,
        )
    elif parent.valid_to and event.valid_to and event.valid_to > parent.valid_to:
        yield case.refusal(
            Code.OUTLIVES_PARENT,
            f"The extension would end on {event.valid_to}, after the item it extends, which ends on {parent.valid_to}.",
            f"Set valid_to to {parent.valid_to} or before.",
            event.valid_to,
            parent.valid_to,
        )


def _beginning(case: Case) -> Iterator[Refusal]:
    if found := case.begun():
        yield case.refusal(
            Code.ALREADY_GRANTED,
            f"The item was granted before, by {found[0].id} from {found[0].effective_from}.",
            "Renew it while it is valid; after its end, make a new item by a new application.",
            found[0].id,
        )
    yield from _period(case)


def _period(case: Case) -> Iterator[Refusal]:
    event, months = case.event, case.policy.cycle_months
    latest = months_later(event.begins_on, months)
    if event.valid_to is None or event.valid_to <= event.begins_on or event.begins_on < event.effective_from:
        yield case.refusal(
            Code.PERIOD_MISSING,
            f"The validity from {event.begins_on} to before {event.valid_to or 'no day'} holds no day, has no end, or "
            f"begins before the decision takes effect on {event.effective_from}.",
            f"Give a valid_to after {event.begins_on} and a valid_from not before {event.effective_from}.",
            event.valid_to,
            latest,
        )
    elif event.valid_to > latest:
        yield case.refusal(
            Code.CYCLE_TOO_LONG,
            f"The validity from {event.begins_on} to before {event.valid_to} is longer than {months} months.",
            f"Set valid_to to {latest} or before.",
            event.valid_to,
            latest,
        )


def renew_refusals(case: Case) -> Iterator[Refusal]:
    event, begun = case.event, case.begun()
    current = case.status(event.effective_from) if begun else None
    if current is None or current.valid_to is None or current.state is State.NO_RECORD:
        yield from not_in_force(case, event.effective_from)
        yield from _period(case)
        return
    eve = min(event.effective_from, day_before(current.valid_to))
    yield from not_in_force(case, eve)
    for day in dict.fromkeys((case.recorded_on, eve)):
        if case.status(day).state is State.SUSPENDED:
            yield case.refusal(
                Code.SUSPENDED,
                f"The item is suspended on {day}.",
                "Reinstate it first, or renew it after that; the validity goes on meanwhile.",
                day,
            )
            break
    yield from _renewal_times(case, current.valid_to)
    yield from _period(case)


def _renewal_times(case: Case, valid_to: date) -> Iterator[Refusal]:
    if case.recorded_on >= valid_to:
        yield case.refusal(
            Code.RENEWED_TOO_LATE,
            f"The renewal is recorded on {case.recorded_on}; the validity ended before {valid_to}.",
            "Grant a new item by a new application.",
            case.recorded_on,
            valid_to,
        )
    if case.event.effective_from > valid_to:
        yield case.refusal(
            Code.RENEWAL_LEAVES_A_GAP,
            f"The renewal takes effect on {case.event.effective_from}; the validity ends before, on {valid_to}.",
            f"Let it take effect on {valid_to} or before.",
            case.event.effective_from,
            valid_to,
        )
    if case.event.valid_to is not None and case.event.valid_to <= valid_to:
        yield case.refusal(
            Code.RENEWAL_SHORTENS,
            f"The renewal would end on {case.event.valid_to}, not after the present end on {valid_to}.",
            "Give a later valid_to, or reduce or withdraw the item.",
            case.event.valid_to,
            valid_to,
        )
