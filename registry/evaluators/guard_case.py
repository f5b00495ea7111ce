"""An event that is to be recorded, with all that its guard looks at. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.evaluators.policy import Policy, State
from registry.evaluators.qualification import BEGINNINGS, Event, Surveillance, events_known
from registry.evaluators.refusal import Code, Refusal
from registry.evaluators.status import Status, recorded, status_on

_WHAT_TO_DO = {
    State.NO_RECORD: (Code.NOT_GRANTED, "Record the grant first."),
    State.EXPIRED: (Code.EXPIRED, "Record what was found as a finding; a new right needs a new application."),
    **dict.fromkeys(
        (State.WITHDRAWN_PART, State.WITHDRAWN, State.SURRENDERED, State.VOID),
        (Code.ENDED, "Nothing follows an end; a new right needs a new application."),
    ),
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a guard must know and no event says.

    assessors: who assessed what the decision rests on. criteria_not_met: ids of requirements that failed or whose
    outcome is not known. evidence: hash of what shows that the correction was verified. open_investigations: ids of
    surveillances and complaints that are not closed. withdrawals: of this evaluator so far, see withdrawal_count.
    """

    decider: str
    assessors: frozenset[str]
    criteria_not_met: tuple[str, ...]
    evidence: str | None
    verified_on: date | None
    open_investigations: tuple[str, ...]
    withdrawals: int


@dataclass(frozen=True, slots=True)
class Case:
    """An event that is to be recorded. recorded_on: the day of its recording; of a correction, of what it corrects."""

    history: tuple[Event, ...]
    event: Event
    recorded_on: date
    surveillances: tuple[Surveillance, ...]
    circumstances: Circumstances
    policy: Policy

    def status(self, on: date, item_id: str | None = None) -> Status:
        known = recorded(self.history, item_id or self.event.item_id, self.event.recorded_at, self.surveillances)
        return status_on(known, on, self.policy)

    def begun(self) -> tuple[Event, ...]:
        """Grants and extensions of this item that stand."""
        known = events_known(self.history, self.event.item_id, self.event.recorded_at)
        return tuple(each for each in known if each.acts_as in BEGINNINGS)

    def refusal(self, code: Code, message: str, fix: str, value: object = None, limit: object = None) -> Refusal:
        seen, bound = (None if each is None else str(each) for each in (value, limit))
        return Refusal(code, message, fix, self.event.item_id, seen, bound)


def not_in_force(case: Case, on: date) -> Iterator[Refusal]:
    """Only what was granted and has not ended is valid or suspended, or going to be."""
    found = case.status(on)
    if found.state in _WHAT_TO_DO:
        code, fix = _WHAT_TO_DO[found.state]
        yield case.refusal(
            code, f"The item is {found.state} on {on}; {case.event.acts_as} is not possible then.", fix, found.state
        )
