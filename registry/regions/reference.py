"""References to regions as people write them: `mca:422828100`, or `mca:330103@2020-05-01` as written on a day. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.errors import Violation
from registry.ids import clean_text, has_lost_digits, hidden_character, is_placeholder, with_ordinary_digits
from registry.regions.region_errors import ReferenceRejected

MCA, NBS = "mca", "nbs"
_SYSTEM = re.compile(r"mca|nbs|own:[a-z][a-z0-9-]{0,31}")
_OWN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_SYSTEM_FORM = "mca (Ministry of Civil Affairs), nbs (statistics bureau) or own:<name> in small letters"
_SEEN_CHARACTERS = 80


class Level(StrEnum):
    """From the top; a region lies in one of any higher level."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


LEVELS = tuple(Level)
DEPTH = {level: depth for depth, level in enumerate(LEVELS)}
# The two official systems write six digits down to the county, nine for a township and twelve for a village.
_DIGITS = {Level.TOWNSHIP: 9, Level.VILLAGE: 12}
_OFFICIAL_CODE = re.compile(r"[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?")


@dataclass(frozen=True, slots=True)
class Reference:
    """dated: the day on which the code was written down; None where it is meant as of the day that is asked about."""

    system: str
    code: str
    dated: date | None = None

    def __str__(self) -> str:
        return f"{self.system}:{self.code}" + (f"@{self.dated}" if self.dated else "")


def read_reference(text: str) -> Reference:
    """Raises ReferenceRejected with every fault."""
    plain = with_ordinary_digits(clean_text(text))
    place, at, day = plain.partition("@")
    system, _, code = place.rpartition(":")
    faults = [fault for fault in (_system_fault(system), _code_fault(system, code)) if fault]
    dated = read_day(day)
    if at and dated is None:
        faults.append("What follows @ is the day on which the code was written, as 2020-05-01.")
    if faults:
        raise ReferenceRejected(
            "A reference to a region is a code system and a code, such as mca:422828100 or mca:330103@2020-05-01.",
            [Violation("bad-region-reference", each, value=text[:_SEEN_CHARACTERS]) for each in faults],
        )
    return Reference(system, code, dated)


def require_system(system: str) -> str:
    """The code system. Raises ReferenceRejected."""
    fault = _system_fault(system)
    if fault:
        raise ReferenceRejected(fault, [Violation("bad-code-system", fault, value=system[:_SEEN_CHARACTERS])])
    return system


def _system_fault(system: str) -> str:
    return "" if _SYSTEM.fullmatch(system) else f"The code system is {_SYSTEM_FORM}."


def _code_fault(system: str, code: str) -> str:
    """Any level is right here: what the code is of is not known yet."""
    found = code_fault(system, code, None)
    return found[1] if found else ""


def code_fault(system: str, code: str, level: Level | None) -> tuple[str, str, str] | None:
    """What is wrong with a code, as rule, sentence and what to do; None for a good one. level: None for any."""
    is_official = system in {MCA, NBS}
    if (_OFFICIAL_CODE if is_official else _OWN_CODE).fullmatch(code) and not (
        not is_official and is_placeholder(code)
    ):
        digits = len(code) if level is None or not is_official else _DIGITS.get(level, 6)
        if len(code) == digits:
            return None
        return "bad-code", f"The code of a {level} has {digits} digits.", "Correct the code or the level."
    if not code or is_placeholder(code):
        return "missing-code", "There is no code.", "Write the code of the region."
    if has_lost_digits(code):
        return "lost-digits", "A spreadsheet has turned the code into a number.", "Format the column as text, retype."
    if is_official:
        sentence = "An official code has six digits, nine for a township, twelve for a village."
        return "bad-code", sentence, "Give the digits alone, with the zeros at the end."
    return "bad-code", "A code has up to 40 letters, digits, points and hyphens.", "Write a shorter, plain code."


def name_fault(name: str) -> tuple[str, str, str] | None:
    """The same for a name."""
    if not name or is_placeholder(name):
        return "missing-name", "There is no name.", "Write the name of the region."
    if len(name) > 100:
        return "long-name", f"The name has {len(name)} characters, the limit is 100.", "Write the name alone."
    if (found := hidden_character(name)) is not None:
        return "hidden-character", f"The name has an invisible or unassigned character, {found}.", "Retype the name."
    return None


def read_day(text: str) -> date | None:
    """A day as 2020-05-01 and in no other form."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
