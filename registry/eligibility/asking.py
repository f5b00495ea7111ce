"""A question as it is written, before parties, versions and regions are looked up. Pure."""

from dataclasses import dataclass
from datetime import date

from registry.eligibility.eligibility_errors import QuestionRejected
from registry.eligibility.question import RiskClass
from registry.errors import Violation
from registry.evaluators.periods import Period, day_after

# Ten years: a window is a contract, and each day of it is looked at.
MOST_DAYS = 3660
MOST_TUPLES = 200


@dataclass(frozen=True, slots=True)
class Tuple:
    """level: None for that of the region. standard: ID@VERSION, or an ID for the version in force."""

    domain: str
    region: str
    type: str
    standard: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """evaluator: a code, or a credit code of a body that need not be registered. names: of such a body."""

    evaluator: str
    scope: tuple[Tuple, ...]
    window: Period
    subjects: tuple[str, ...] = ()
    commissioner: str | None = None
    payer: str | None = None
    other_bidders: tuple[str, ...] | None = None
    implementers: tuple[str, ...] = ()
    risk_class: RiskClass = RiskClass.NORMAL
    engagement: str | None = None
    lists: tuple[str, ...] | None = None
    tender: str | None = None
    names: tuple[str, ...] = ()


def window_of(valid_at: date | None, first: date | None, until: date | None) -> Period:
    """One day, or all days from `first` to before `until`. There is no default. Raises QuestionRejected."""
    if valid_at is not None and (first, until) == (None, None):
        return Period(valid_at, day_after(valid_at))
    if valid_at is not None or first is None or until is None:
        raise _rejected("Give either valid_at, or from and to.", "window-missing", "valid_at, from, to")
    if until <= first:
        raise _rejected(
            f"The window from {first} ends before {until}: it has no day.", "window-empty", "to", str(until)
        )
    if (until - first).days > MOST_DAYS:
        days = (until - first).days
        raise _rejected(f"The window has {days} days, the limit is {MOST_DAYS}.", "window-too-long", "to", str(until))
    return Period(first, until)


def _rejected(message: str, code: str, place: str, value: str | None = None) -> QuestionRejected:
    fix = "A window is from=2026-05-01 and to=2026-10-01, the first day after it; one day is valid_at=2026-05-01."
    return QuestionRejected(message, [Violation(code, message, fix, column=f"query {place}", value=value)])
