"""Unified social credit codes (统一社会信用代码): every fault of what was typed, with its place and what to do. Pure.

GB 32100-2015 with the pairs of authority and kind as amended (A, N and Y are authorities too). A code that passes was
typed well; that the body exists is another question.

python-stdnum 2.2 is no substitute: it refuses every code of the authorities A, N and Y, passes the number of a
person's identity card where the check character fits, and folds full-width digits without a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from registry.errors import Violation
from registry.ids import has_lost_digits, is_placeholder, printable

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Which kinds of bodies an authority registers, as the first two characters tell.
KINDS = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129", "8": "19", "9": "123",
    "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
# What a letter that is not used is mostly written for.
_TAKEN_FOR = {"I": "1", "O": "0", "S": "5", "V": "UY", "Z": "2"}
_MOST_TRIALS = 64
_SEPARATORS = re.compile(r"[\s'’‘`\-\u2010-\u2015_.·]")
_PERSON = re.compile(r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII)


class FaultCode(StrEnum):
    """A word is never used again for something else."""

    MISSING = "credit_code_missing"
    PLACEHOLDER = "credit_code_placeholder"
    LOST_DIGITS = "credit_code_lost_digits"
    PERSONAL_NUMBER = "credit_code_personal_number"
    WRONG_LENGTH = "credit_code_wrong_length"
    LETTER_NOT_USED = "credit_code_letter_not_used"
    CHARACTER_NOT_USED = "credit_code_character_not_used"
    UNKNOWN_AUTHORITY = "credit_code_unknown_authority"
    UNKNOWN_KIND = "credit_code_unknown_kind"
    DIVISION_NOT_DIGITS = "credit_code_division_not_digits"
    WRONG_CHECK_CHARACTER = "credit_code_wrong_check_character"


class RemarkCode(StrEnum):
    """What was changed before reading, and doubts about a code that passes. A word is never used again."""

    WIDTH_FOLDED = "credit_code_width_folded"
    UPPER_CASED = "credit_code_upper_cased"
    SEPARATORS_DROPPED = "credit_code_separators_dropped"
    MAY_HAVE_LOST_DIGITS = "credit_code_may_have_lost_digits"
    MAY_BE_A_PERSON = "credit_code_may_be_a_person"


@dataclass(frozen=True, slots=True)
class Fault:
    """position counts from 1 in the code without separators; None where the whole is meant.

    value: what was seen there; never the number of a person.
    """

    code: FaultCode
    position: int | None
    value: str
    message: str
    fix: str

    def violation(self) -> Violation:
        return Violation(self.code, self.message, self.fix, value=self.value)


@dataclass(frozen=True, slots=True)
class Reading:
    """code: the eighteen characters, None with any fault. remarks: for a person to see beside the code."""

    code: str | None
    faults: tuple[Fault, ...] = ()
    remarks: tuple[RemarkCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Respelling:
    """A credit code of a file that is not written as on a licence. ref: of the row of the body; name of the entry."""

    ref: str
    written: str
    read_as: str


def find_respelling(ref: str, text: str) -> Respelling | None:
    """None for a code that is written as on a licence, and for what is none."""
    code = read_credit_code(text).code
    return None if code in (None, text) else Respelling(ref, text, code)


def read_credit_code(text: str) -> Reading:
    """What was typed or imported, with every fault at once. Width, case and separators are mended, and it is said."""
    if _is_well_made(text) and not is_placeholder(text):
        return Reading(text, (), tuple(_doubts(text)))
    plain, remarks = _mended(text)
    whole = _fault_of_the_whole(printable(text.strip()), plain)
    if whole is not None:
        return Reading(None, (whole,), remarks)
    faults = [*_length_faults(plain), *_character_faults(plain[: 2 * LENGTH])]
    if len(plain) == LENGTH:
        faults += [*_pair_faults(plain), *_division_faults(plain)]
    faults = faults or [*_check_faults(plain)]
    if faults:
        return Reading(None, tuple(faults), remarks)
    return Reading(plain, (), (*remarks, *_doubts(plain)))


def check_character(first_seventeen: str) -> str:
    """The eighteenth character (ISO 7064, MOD 31-3). Raises ValueError for a character that is not used."""
    total = sum(ALPHABET.index(each) * weight for each, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def _mended(text: str) -> tuple[str, tuple[RemarkCode, ...]]:
    trimmed = text.strip()
    folded = "".join(unicodedata.normalize("NFKC", each) if "\uff01" <= each <= "\uff5e" else each for each in trimmed)
    joined = _SEPARATORS.sub("", folded)
    raised = "".join(each.upper() if each.isascii() else each for each in joined)
    changes = (
        (RemarkCode.WIDTH_FOLDED, folded != trimmed),
        (RemarkCode.SEPARATORS_DROPPED, joined != folded),
        (RemarkCode.UPPER_CASED, raised != joined),
    )
    return raised, tuple(code for code, happened in changes if happened)


def _is_well_made(code: str) -> bool:
    return (
        len(code) == LENGTH
        and all(each in ALPHABET for each in code)
        and code[1] in KINDS.get(code[0], "")
        and code[2:8].isdigit()
        and code[-1] == check_character(code[:-1])
    )


def _fault_of_the_whole(text: str, plain: str) -> Fault | None:
    """What makes it pointless to look at single characters."""
    code, message, fix = None, "", ""
    if not text or not plain:
        code, message, fix = FaultCode.MISSING, "There is no credit code.", "Write the 18 characters of the licence."
    elif is_placeholder(text):
        code = FaultCode.PLACEHOLDER
        message = f"{text} is what a program writes where there is nothing."
        fix = "Write the 18 characters of the licence."
    elif _is_well_made(plain):
        return None
    elif has_lost_digits(text) or has_lost_digits(plain):
        code = FaultCode.LOST_DIGITS
        message = f"A spreadsheet has made a number of the credit code: {_shortened(text)}."
        fix = "Its last digits are lost. Format the column as text and write the code again from the licence."
    elif _is_person(plain):
        message = "This is the number of a person's identity card, not of a body."
        fix = "Remove it wherever it was written, and write the credit code of the licence."
        return Fault(FaultCode.PERSONAL_NUMBER, None, f"{plain[:2]}{'*' * 14}{plain[-2:]}", message, fix)
    return None if code is None else Fault(code, None, _shortened(text), message, fix)


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * LENGTH else f"{text[: 2 * LENGTH]}…"


def _length_faults(code: str) -> Iterator[Fault]:
    if len(code) != LENGTH:
        message = f"A credit code has {LENGTH} characters, this has {len(code)}."
        fix = "Compare it with the licence, character by character."
        yield Fault(FaultCode.WRONG_LENGTH, None, printable(_shortened(code)), message, fix)


def _character_faults(code: str) -> Iterator[Fault]:
    likely = _likely(code) if any(each in _TAKEN_FOR for each in code) else None
    for position, each in enumerate(code, start=1):
        if each in _TAKEN_FOR:
            fix = f"Look at the licence: {' or '.join(_TAKEN_FOR[each])} is likely."
            if likely is not None:
                fix = f"Look at the licence: {likely} would be a credit code."
            message = f"The letter {each} at position {position} is not used in credit codes."
            yield Fault(FaultCode.LETTER_NOT_USED, position, each, message, fix)
        elif each not in ALPHABET:
            shown = printable(each)
            message = f"{shown} (U+{ord(each):04X}) at position {position} is neither a digit nor one of the letters."
            fix = f"Use only {ALPHABET}."
            yield Fault(FaultCode.CHARACTER_NOT_USED, position, shown, message, fix)


def _likely(code: str) -> str | None:
    """The one well made code that comes of replacing the letters that are not used; None where there are more."""
    choices = [_TAKEN_FOR.get(each, each) for each in code]
    trials = [1]
    for each in choices:
        trials.append(trials[-1] * len(each))
    if trials[-1] > _MOST_TRIALS:
        return None
    found = [trial for trial in map("".join, product(*choices)) if _is_well_made(trial)]
    return found[0] if len(found) == 1 else None


def _pair_faults(code: str) -> Iterator[Fault]:
    authority, kind = code[0], code[1]
    kinds = KINDS.get(authority)
    if kinds is None and authority in ALPHABET:
        message = f"{authority} at position 1 is no authority that registers bodies."
        yield Fault(FaultCode.UNKNOWN_AUTHORITY, 1, authority, message, f"The first is one of {', '.join(KINDS)}.")
    elif kinds is not None and kind not in kinds and kind in ALPHABET:
        message = f"{kind} at position 2 is no kind of body that authority {authority} registers."
        fix = f"After {authority} comes one of {', '.join(kinds)}."
        yield Fault(FaultCode.UNKNOWN_KIND, 2, kind, message, fix)


def _division_faults(code: str) -> Iterator[Fault]:
    for position, each in enumerate(code[2:8], start=3):
        if each in ALPHABET[10:]:
            message = f"{each} at position {position} stands where the six digits of the division are."
            yield Fault(FaultCode.DIVISION_NOT_DIGITS, position, each, message, "Positions 3 to 8 are digits.")


def _check_faults(code: str) -> Iterator[Fault]:
    expected = check_character(code[:-1])
    if code[-1] != expected:
        message = f"The check character at position {LENGTH} is {code[-1]}; the others ask for {expected}."
        fix = "At least one of the 18 characters is wrong, not always the last. Compare them with the licence."
        yield Fault(FaultCode.WRONG_CHECK_CHARACTER, LENGTH, code[-1], message, fix)


def _is_person(code: str) -> bool:
    """GB 11643: division, day of birth, sequence, and a check character (ISO 7064, MOD 11-2)."""
    if _PERSON.fullmatch(code) is None:
        return False
    total = sum(int(each) * pow(2, LENGTH - place, 11) for place, each in enumerate(code[:-1], start=1))
    return code[-1] == "10X98765432"[total % 11]


def _doubts(code: str) -> Iterator[RemarkCode]:
    """A code can pass and still be something else, once in 31 times."""
    if has_lost_digits(code):
        yield RemarkCode.MAY_HAVE_LOST_DIGITS
    if _is_person(code):
        yield RemarkCode.MAY_BE_A_PERSON
