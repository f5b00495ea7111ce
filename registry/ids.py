"""Identifiers that people type: what they may hold, and how a spreadsheet spoils them."""

import re
import unicodedata
from collections.abc import Iterable

MAX_LENGTH = 200

# Numbers that a spreadsheet has rewritten: 4.22828E+11, 422828000000.0, 4.22828e11
_FLOATED = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+|[0-9]{6,}\.0+")
# A spreadsheet keeps 15 significant digits and writes zeros for the rest.
_SIGNIFICANT_DIGITS = 15


def clean_text(text: str) -> str:
    """The text in NFC without surrounding white space: the form in which identifiers are compared."""
    return unicodedata.normalize("NFC", text).strip()


def hidden_character(text: str) -> str | None:
    """The first control, direction-changing, invisible or unassigned character as U+XXXX, else None."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            return f"U+{ord(character):04X}"
    return None


def has_lost_digits(code: str) -> bool:
    """True for a code that a spreadsheet turned into a number: 4.4E+11, 422828000000.0, 110101199003070000."""
    if _FLOATED.fullmatch(code):
        return True
    return code.isdigit() and len(code) > _SIGNIFICANT_DIGITS and not code[_SIGNIFICANT_DIGITS:].strip("0")


def codes_without_leading_zeros(codes: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Codes that become a known code when leading zeros are put back, with that code.

    A code that is itself known is not suspect. Only codes of digits are looked at.
    """
    known_codes = set(known)
    stripped = {code.lstrip("0"): code for code in sorted(known_codes) if code.isdigit() and code.startswith("0")}
    return {code: stripped[code] for code in codes if code not in known_codes and code in stripped}
