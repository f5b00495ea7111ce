"""Events that happened elsewhere and that an officer took down: which count, and what is asked of each. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from registry.evaluators.refusal import Code, Refusal
from registry.validity import legal_day


class ToldEvent(Protocol):
    """number: counts the events of its table in the order of recording. supersedes: number of the one it corrects.

    is_retraction: only as a correction; what it corrects never was.
    """

    @property
    def number(self) -> int: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def supersedes(self) -> int | None: ...
    @property
    def is_retraction(self) -> bool: ...


Told = TypeVar("Told", bound=ToldEvent)


def events_known(events: Iterable[Told], known_at: datetime) -> tuple[Told, ...]:
    """Those that were recorded by then and not corrected by then, in the order in which they take effect."""
    known = [each for each in events if each.recorded_at <= known_at]
    corrected = {each.supersedes for each in known}
    counting = (each for each in known if each.number not in corrected and not each.is_retraction)
    return tuple(sorted(counting, key=lambda each: (each.effective_from, each.number)))


def told_refusals(history: Sequence[Told], event: Told, noted_on: date, about: str) -> Iterator[Refusal]:
    """noted_on: the day of the source. history: of the same body or certificate."""
    recorded_on = legal_day(event.recorded_at)
    if noted_on > recorded_on:
        yield Refusal(
            Code.NOTED_AFTER_RECORDED,
            f"The source is of {noted_on}, which lies after the day of the recording, {recorded_on}.",
            "Record what a source says once it says so; give the day on which it takes effect as effective_from.",
            about,
            str(noted_on),
            str(recorded_on),
        )
    newest = {each.number for each in history} - {each.supersedes for each in history}
    if event.supersedes is None and event.is_retraction:
        yield Refusal(
            Code.CORRECTS_NOTHING,
            "A retraction takes a recorded event out, and this one names none.",
            "Give the number of the event as supersedes.",
            about,
        )
    elif event.supersedes is not None and event.supersedes not in newest:
        yield Refusal(
            Code.CORRECTS_NOTHING,
            f"The correction names event {event.supersedes}; only one of the same log that no other correction took "
            "out can be corrected.",
            "Name the event, or its newest correction.",
            about,
            str(event.supersedes),
        )
