"""Days, instants and levels as options of commands give them. Pure."""

from datetime import date, datetime

from registry.regions.claim import Claim
from registry.regions.reference import LEVELS, Level, read_day
from registry.regions.region_errors import OptionRejected


def read_day_option(text: str | None, option: str) -> date | None:
    """Raises OptionRejected."""
    day = None if text is None else read_day(text)
    if text is not None and day is None:
        raise OptionRejected(f"{option}: {text!r} is no day; write it as 2021-04-09.")
    return day


def read_instant_option(text: str | None) -> datetime | None:
    """Raises OptionRejected, also for an instant without its time zone."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise OptionRejected(f"{text!r} is no instant; write it as 2026-03-01T12:00:00Z.") from error
    if instant.utcoffset() is None:
        raise OptionRejected(f"{text!r} lacks its time zone; add Z for UTC.")
    return instant


def read_level_option(text: str | None) -> Level | None:
    """Raises OptionRejected."""
    if text is not None and text not in set(Level):
        raise OptionRejected(f"{text!r} is no level; write one of: {', '.join(LEVELS)}.")
    return None if text is None else Level(text)


def read_claim_options(first: str | None, last: str | None, level: str | None) -> Claim | None:
    """--complete-from, --complete-to and --down-to. Raises OptionRejected."""
    start, end = read_day_option(first, "--complete-from"), read_day_option(last, "--complete-to")
    if start is None:
        if end is not None or level is not None:
            raise OptionRejected("--complete-to and --down-to belong to --complete-from.")
        return None
    return Claim(start, end, read_level_option(level))
