"""Which events the log of a legal person admits, every broken rule told at once. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from registry.evaluators.entity import (
    ENDS,
    PASSES_ON,
    UNTOUCHED,
    EntityEvent,
    EntityKind,
    EntityState,
    EventKind,
    after,
)
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.told_events import events_known, told_refusals


@dataclass(frozen=True, slots=True)
class EntityCase:
    """An event that is to be recorded. history: all events of the body. noted_on: the day of the source.

    successors: by key, the states of those whose log is known, on the day on which the event takes effect.
    """

    history: tuple[EntityEvent, ...]
    event: EntityEvent
    noted_on: date
    successors: Mapping[str, EntityState]

    def refusal(self, code: Code, message: str, fix: str, value: object = None) -> Refusal:
        return Refusal(code, message, fix, self.event.body, None if value is None else str(value))


def entity_refusals(case: EntityCase) -> tuple[Refusal, ...]:
    """Why the event cannot be recorded; none where it can."""
    told = told_refusals(case.history, case.event, case.noted_on, case.event.body)
    return (*told, *_successors(case), *_order(case))


def _successors(case: EntityCase) -> Iterator[Refusal]:
    event, heirs = case.event, case.event.heirs
    if event.kind not in PASSES_ON:
        if event.successors:
            yield case.refusal(
                Code.SUCCESSOR_NOT_WANTED,
                f"{event.kind} has no successors; given are {', '.join(event.successors)}.",
                "Leave them out, or record a merger or a split.",
                event.kind,
            )
        return
    least, most = (1, 1) if event.kind is EventKind.MERGED_INTO else (2, None)
    count = len(event.successors)
    if count < least or (most is not None and count > most):
        wanted = "exactly one successor" if most else "two successors or more, of which the body itself may be one"
        yield case.refusal(
            Code.SUCCESSORS_DO_NOT_FIT, f"{event.kind} has {wanted}; given are {count}.", "Name each of them once.",
            count,
        )  # fmt: skip
    if event.kind is EventKind.MERGED_INTO and event.body in event.successors:
        yield case.refusal(
            Code.SUCCESSOR_IS_ITSELF, "A body is not merged into itself.", "Name the body that took it over.",
            event.body,
        )  # fmt: skip
    for each in heirs:
        state = case.successors.get(each)
        if state is not None and state.kind in ENDS:
            yield case.refusal(
                Code.SUCCESSOR_ENDED,
                f"The successor {each} is {state.kind} since {state.since}, and takes nothing over on "
                f"{event.effective_from}.",
                "Name who took it over in turn, or correct the event of the successor.",
                each,
            )


def _order(case: EntityCase) -> Iterator[Refusal]:
    """The whole log, with the event in its place, has to be a life that a body can have."""
    event = case.event
    sequence = events_known((*case.history, event), event.recorded_at)
    state = UNTOUCHED
    for each in sequence:
        fault = _misplaced(state, each)
        if fault is not None:
            code, message, fix = fault
            place = "" if each == event else f"Event {each.number} would stand wrong then: "
            yield case.refusal(code, f"{place}{message}", fix, each.kind)
        state = after(state, each)


def _misplaced(state: EntityState, event: EntityEvent) -> tuple[Code, str, str] | None:
    on = event.effective_from
    if state.kind in ENDS:
        return (
            Code.ENTITY_ENDED,
            f"The body is {state.kind} since {state.since}; {event.kind} on {on} is not possible.",
            "Correct the event that ended it, if it did not end then.",
        )
    if event.kind is EventKind.LIQUIDATION_ENDED and state.kind is not EntityKind.IN_LIQUIDATION:
        return Code.NOT_IN_LIQUIDATION, f"The body is not in liquidation on {on}.", "Record the liquidation first."
    if event.kind is EventKind.IN_LIQUIDATION and state.kind is EntityKind.IN_LIQUIDATION:
        return (
            Code.IN_LIQUIDATION_ALREADY,
            f"The body is in liquidation since {state.since} already.",
            "Correct that event, if it gives the wrong day.",
        )
    return None
