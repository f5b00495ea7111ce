"""Identifiers that people type: what they may hold, and how a spreadsheet spoils them."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MAX_LENGTH = 200

# Numbers that a spreadsheet has rewritten: 4.22828E+11, 4,22828e11, 422828000000.0
_FLOATED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+|[0-9]{6,}\.0+")
# A spreadsheet keeps 15 significant digits and writes zeros for the rest.
_SIGNIFICANT_DIGITS = 15
# What a spreadsheet, a database or a program writes where there is nothing: #N/A, #REF!, ####, NULL, NaN.
_PLACEHOLDER = re.compile(r"#+|#N/A|#GETTING_DATA|#[A-Z][A-Z0-9/_]*[!?]|nan|NaN|NAN|NaT|<NA>|None|null|NULL|\\N")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_VISIBLE_SPACES = frozenset({" ", "\u3000"})
# Letters, marks and symbols that show nothing: joiners, fillers of Hangul and of Khmer, the blank of Braille, and
# selectors of a variant, with which two names that look alike are not the same text.
_BLANK = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)))
_VARIANTS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# These planes are set aside for ideographs, of which each edition of Unicode adds some that village names need.
_IDEOGRAPHS = range(0x20000, 0x3FFFE)
# Full-width digits, U+FF10 to U+FF19.
_ORDINARY_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}
REPLACEMENT_CHARACTER = "\ufffd"


def printable(text: str) -> str:
    """The text as a terminal may be given it: nothing of it moves the cursor or turns the direction of reading."""
    return "".join(each if each.isprintable() or each in "\n\u3000" else "?" for each in text)


def clean_text(text: str) -> str:
    """The text in NFC without surrounding white space: the form in which identifiers are compared."""
    return unicodedata.normalize("NFC", text).strip()


def hidden_character(text: str) -> str | None:
    """The first control, direction-changing, invisible or unassigned character as U+XXXX, else None.

    Spaces that look like an ordinary one count as invisible; the wide ideographic space does not.
    """
    return next((f"U+{ord(character):04X}" for character in text if _is_hidden(character)), None)


# The characters of a register are few, and told from each other in four ways.
@lru_cache(maxsize=65_536)
def _is_hidden(character: str) -> bool:
    number = ord(character)
    if character in _BLANK or any(number in variants for variants in _VARIANTS):
        return True
    if unicodedata.category(character) not in _INVISIBLE or character in _VISIBLE_SPACES:
        return False
    return number not in _IDEOGRAPHS or number & 0xFFFE == 0xFFFE


def is_placeholder(text: str) -> bool:
    """True for what programs write in place of a missing value: #N/A, #REF!, ########, NULL, NaN, None."""
    return _PLACEHOLDER.fullmatch(text) is not None


def has_lost_digits(code: str) -> bool:
    """True for a code that a spreadsheet turned into a number: 4.4E+11, 422828000000.0, 110101199003070000."""
    if _FLOATED.fullmatch(code):
        return True
    return _is_digits(code) and len(code) > _SIGNIFICANT_DIGITS and not code[_SIGNIFICANT_DIGITS:].strip("0")


def with_ordinary_digits(text: str) -> str:
    """The text with full-width digits (as Chinese input methods type them) made ordinary ones."""
    return text.translate(_ORDINARY_DIGITS)


def codes_without_leading_zeros(codes: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Codes that lack leading zeros of a known code and are otherwise the same, with that code.

    A code that is itself known is not suspect. Only codes of digits are looked at.
    """
    known_codes = set(known)
    with_zeros = sorted(code for code in known_codes if _is_digits(code) and code.startswith("0"))
    by_number = {code.lstrip("0"): code for code in sorted(with_zeros, key=len)}
    return {
        code: by_number[code.lstrip("0")]
        for code in codes
        if code not in known_codes and _is_digits(code) and len(code) < len(by_number.get(code.lstrip("0"), ""))
    }


def _is_digits(code: str) -> bool:
    return code.isascii() and code.isdigit()
