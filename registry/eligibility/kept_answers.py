"""Whether an answer that was given before is still the answer. Pure.

An answer rests on what was recorded by an instant, and on ages as of that instant. Once everything that can change an
answer was recorded before an instant, all later ones know the same, until the next entry of the log that can change an
answer, or until an age has one day more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from registry.validity import ZONE, legal_day

_DAY = timedelta(days=1)
# No rule looks at what is logged under these: who asks, what is only asked for, planned or drafted, papers. Of every
# other action it is taken that it can change any answer.
_CHANGES_NOTHING = (
    "account.", "application.accept", "application.answer_findings", "application.assess", "application.conclude",
    "application.establish", "application.lapse", "application.open", "application.raise_findings",
    "application.refuse", "application.submit", "application.withdraw", "attestation.", "attestation_key.",
    "audit.close_day", "eligibility.", "evaluator.hand_in_evidence", "finding.", "job.", "key.", "session.",
    "standard.draft", "standard.save", "standard.submit", "standard.discard", "surveillance.plan", "webhook.",
)  # fmt: skip
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def may_change_answers(action: str) -> bool:
    """Of an entry of the log."""
    return not action.startswith(_CHANGES_NOTHING)


@dataclass(frozen=True, slots=True)
class Line:
    """What counts of an entry of the log. leaf: its hash, which is salted, so that no two entries share one."""

    action: str
    recorded_at: datetime
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Sight:
    """The log as far as it was read. last, changed_by: leaves of the last entry and of the last that can change an
    answer; latest_at: the latest instant at which any of those was recorded. Clocks differ: it need not be the last."""

    size: int = 0
    last: bytes = b""
    changed_by: bytes = b""
    latest_at: datetime = _BEFORE_ALL

    def after(self, lines: Iterable[Line]) -> "Sight":
        size, last, changed_by, latest_at = self.size, self.last, self.changed_by, self.latest_at
        for each in lines:
            size, last = size + 1, each.leaf
            if may_change_answers(each.action):
                changed_by, latest_at = each.leaf, max(latest_at, each.recorded_at)
        return Sight(size, last, changed_by, latest_at)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """content: canonical JSON. It is the answer as of every instant from since to before until; where both are the
    same, of none but that one."""

    content: bytes
    since: datetime
    until: datetime

    def holds(self, known_at: datetime) -> bool:
        return self.since <= known_at < self.until


def ages_change_at(known_at: datetime, counted_from: Iterable[datetime]) -> datetime:
    """The first instant at which a legal day or a whole day since one of these instants is over; known_at itself where
    one is over just then."""
    midnight = datetime.combine(legal_day(known_at) + _DAY, time(), ZONE).astimezone(UTC)
    return min((midnight, *(_next_day(each, known_at) for each in counted_from)))


def _next_day(since: datetime, at: datetime) -> datetime:
    days, over = divmod(at - since, _DAY)
    return since + (days + (1 if over else 0)) * _DAY
