"""What one cell of a finding may say. Each rule gives the reading, or the problem with the text."""

import math
from dataclasses import dataclass
from datetime import date, datetime

from registry.ids import (
    MAX_LENGTH,
    REPLACEMENT_CHARACTER,
    has_lost_digits,
    hidden_character,
    is_placeholder,
    with_ordinary_digits,
)
from registry.reliability.criterion import Criterion, plain_number

STATUSES = ("completed", "failed", "refused", "site_changed")
_YES_NO = {"": 0.0, "true": 1.0, "yes": 1.0, "1": 1.0, "是": 1.0, "false": 0.0, "no": 0.0, "0": 0.0, "否": 0.0}
_EPOCH = date(1970, 1, 1).toordinal()
_YEARS = range(1950, 2200)
# Below this a weight of 1 / probability means nothing, and near 1e-308 it is infinite.
_SMALLEST_PROBABILITY = 1e-9


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule, without its place. code is kebab-case; fix says what to do."""

    code: str
    message: str
    fix: str


def identifier_problem(text: str) -> Problem | None:
    if not text:
        return Problem("missing-identifier", "The identifier is blank.", "Fill it in.")
    if len(text) > MAX_LENGTH:
        message = f"The identifier has {len(text)} characters, the limit is {MAX_LENGTH}."
        return Problem("long-identifier", message, "Shorten it.")
    if is_placeholder(text):
        return Problem(
            "placeholder", "This stands for a missing value or an error of the spreadsheet.", "Fill in the identifier."
        )
    if has_lost_digits(text):
        return Problem(
            "digits-lost",
            "The code was turned into a number and digits were lost.",
            "Export the codes as text from the original source. A code that truly ends in these zeros needs a letter "
            "before it, in every file.",
        )
    if (ordinary := with_ordinary_digits(text)) != text:
        return Problem("full-width-digits", "The identifier holds full-width digits.", f"Write {ordinary!r}.")
    return text_problem(text)


def text_problem(text: str) -> Problem | None:
    """What no text that is compared with another may hold."""
    if hidden := hidden_character(text):
        message = f"The text holds the invisible character {hidden}."
        return Problem("hidden-character", message, "Type it anew, without copying.")
    if REPLACEMENT_CHARACTER in text:
        return Problem("characters-lost", "Characters were lost when the text was converted.", "Restore the text.")
    return None


def value_problem(criterion: Criterion) -> Problem:
    """What is wrong with a text that the criterion cannot read."""
    kind = "outside-categories" if criterion.is_categorical else "not-a-number"
    message = f"{criterion.id} ({criterion.scale}) takes {criterion.expected()}."
    return Problem(kind, message, "Correct it, or leave it blank if it was not assessed.")


def read_day(text: str) -> float | Problem:
    """Days since 1970-01-01 of YYYY-MM-DD (also YYYY/M/D, which is as unambiguous)."""
    if not text:
        return _bad_day("The date is blank.")
    parts = text.replace("/", "-").split("-")
    are_digits = all(part.isascii() and part.isdigit() for part in parts)
    if len(parts) != 3 or not are_digits or len(parts[0]) != 4 or max(map(len, parts[1:])) > 2:
        return _bad_day("This is not a date.")
    try:
        day = date(*(int(part) for part in parts))
    except ValueError:
        return _bad_day("There is no such day.")
    if day.year not in _YEARS:
        return _bad_day(f"The year is outside {_YEARS[0]} to {_YEARS[-1]}.")
    return float(day.toordinal() - _EPOCH)


def _bad_day(message: str) -> Problem:
    return Problem("bad-observed-on", message, "Write it as YYYY-MM-DD, for example 2024-05-01.")


def read_instant(text: str) -> float | Problem:
    """Seconds since 1970-01-01 UTC; NaN for a blank, which is never."""
    if not text:
        return math.nan
    try:
        instant = datetime.fromisoformat(text) if text.isascii() else None
    except ValueError:
        instant = None
    if instant is None:
        return _bad_instant("This is not an instant.")
    if instant.tzinfo is None:
        return _bad_instant("The instant has no offset from UTC.")
    if instant.year not in _YEARS:
        return _bad_instant(f"The year is outside {_YEARS[0]} to {_YEARS[-1]}.")
    return instant.timestamp()


def _bad_instant(message: str) -> Problem:
    fix = "Write date, time and offset, for example 2024-05-01T18:30:00+08:00."
    return Problem("bad-sealed-at", message, fix)


def read_status(text: str) -> float | Problem:
    """Place in STATUSES."""
    if text and text not in STATUSES:
        fix = f"Use one of {', '.join(STATUSES)}; blank means completed."
        return Problem("bad-status", "This is not a status.", fix)
    return float(STATUSES.index(text)) if text else 0.0


def read_probability(text: str) -> float | Problem:
    """A probability in (0, 1]; NaN for a blank."""
    if not text:
        return math.nan
    probability = plain_number(text, signed=True)
    if probability is None:
        message = "This is not a number."
    elif not 0 < probability <= 1:
        message = "An inclusion probability lies above 0 and at most at 1."
    elif probability < _SMALLEST_PROBABILITY:
        message = f"The probability is below {_SMALLEST_PROBABILITY:g}, as no draw has it."
    else:
        return probability
    return Problem("bad-inclusion-probability", message, "Give a number above 0 and at most 1, for example 0.05.")


def read_for_cause(text: str) -> float | Problem:
    return _read_flag(text, "bad-for-cause")


def read_reverified(text: str) -> float | Problem:
    return _read_flag(text, "bad-reverified")


def _read_flag(text: str, code: str) -> float | Problem:
    """1 for yes, 0 for no and for a blank."""
    return _YES_NO.get(text.lower(), Problem(code, "This is neither true nor false.", "Use true or false."))
