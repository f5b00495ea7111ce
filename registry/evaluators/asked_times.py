"""The two times of a question: the legal day that is asked about, and the instant of what was known. Pure."""

from datetime import date, datetime

from registry.errors import Invalid, Violation
from registry.regions.reference import read_day
from registry.validity import legal_day


class TimeRejected(Invalid):
    code = "time-rejected"
    title = "The day or instant is not acceptable"


def read_valid_at(text: str) -> date:
    """A day, or an instant with its zone, which stands for its legal day. Raises TimeRejected."""
    day = read_day(text)
    if day is not None:
        return day
    found = read_instant(text)
    if found is None:
        raise _rejected("valid_at", text, "a day such as 2026-03-10, or an instant with its zone")
    return legal_day(found)


def read_known_at(text: str | None, now: datetime, name: str = "known_at") -> datetime:
    """None is now. Raises TimeRejected, also for an instant that lies ahead: what will be known is not known."""
    if text is None:
        return now
    found = read_instant(text)
    if found is None:
        raise _rejected(name, text, "an instant with its zone, such as 2026-03-10T00:00:00Z")
    if found > now:
        raise _rejected(name, text, f"an instant that is not after now, {now:%Y-%m-%dT%H:%M:%SZ}")
    return found


def read_instant(text: str) -> datetime | None:
    """With its zone, and within the days of the calendar in every zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # At either end of the calendar an instant has no legal day.
    has_legal_day = date.min.year < found.year < date.max.year
    return found if found.utcoffset() is not None and has_legal_day else None


def _rejected(name: str, text: str, form: str) -> TimeRejected:
    # A + that an address leaves as it is arrives as a space.
    hint = " In an address, write the + of a zone as %2B." if " " in text else ""
    fix = f"Write {form}.{hint}"
    return TimeRejected(
        f"{name} is no time that can be asked about.",
        [Violation("bad-time", f"{name} is {form}.", fix, column=f"query {name}", value=text[:80])],
    )
