"""Characters, numbers, texts and days of a rule: what is written out in it, and what is refused of that."""

import re
import unicodedata
from datetime import date
from fractions import Fraction

from registry.ids import hidden_character
from registry.rules.rule_errors import Code, Fault, RuleRejected, Span
from registry.rules.tree import MAX_DIGITS

MAX_SHOWN = 20

TEXT = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
_PIECE = re.compile(rf"{TEXT}|(?P<unclosed>[\"'])|(?P<foreign>[^\x00-\x7f])")
_NUMBER = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_ESCAPE = re.compile(r"\\(.)")
_LAYOUT = frozenset("\t\r\n")
_MEANT = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "∧": "&&", "\u2228": "||",
          "¬": "!", "“": '"', "”": '"', "‘": "'", "’": "'", "。": ".", "、": ","}  # fmt: skip


def refuse_long(text: str, max_bytes: int) -> None:
    """Raise RuleRejected if the text is too long, in time that does not grow with it."""
    # The number of characters is known without work; that of bytes is counted only when it cannot be large.
    if len(text) > max_bytes or len(text.encode("utf-8", "replace")) > max_bytes:
        message = f"The rule is longer than {max_bytes} bytes."
        fault = Fault(Code.TOO_LONG, message, "Make several rules of it.", Span(0, 1), f"{len(text)} characters")
        raise RuleRejected(text[:max_bytes], (fault,))


def refuse_unfit(text: str) -> None:
    """Raise RuleRejected if the text holds characters that no rule may hold, or not there; before any parsing."""
    hidden = [
        Fault(
            Code.CHARACTER,
            "A character that does not show, or changes the direction of reading.",
            "Delete it, and type the text around it anew.",
            Span(place, place + 1),
            f"U+{ord(character):04X}",
        )
        for place, character in enumerate(text)
        if not " " <= character <= "~" and character not in _LAYOUT and hidden_character(character)
    ]
    faults = (*hidden, *_foreign(text))
    if faults:
        raise RuleRejected(text, faults[:MAX_SHOWN])


def _foreign(text: str) -> tuple[Fault, ...]:
    """Characters outside texts that are not ASCII, however much they look like it, and a text that is not closed."""
    faults = []
    for piece in _PIECE.finditer(text):
        at = Span(*piece.span())
        if piece["unclosed"]:
            fix = 'Close it with the same quotation mark on the same line; inside it, write \\" for one.'
            faults.append(Fault(Code.TEXT, "This text is not closed.", fix, at))
            break
        if piece["foreign"] and not hidden_character(piece["foreign"]):
            faults.append(_foreign_character(piece["foreign"], at))
    return tuple(faults)


def _foreign_character(character: str, at: Span) -> Fault:
    plain = _MEANT.get(character) or unicodedata.normalize("NFKC", character)
    if plain.isascii() and plain != character:
        fix = f"Write {plain} as an ordinary keyboard has it."
    else:
        fix = "Use letters a to z, digits and _ for names, and put texts in quotation marks."
    name = unicodedata.name(character, "a character without a name")
    message = f"Outside of texts a rule holds ASCII alone; this is {name}."
    return Fault(Code.CHARACTER, message, fix, at, f"{character} (U+{ord(character):04X})")


def read_number(written: str, at: Span) -> tuple[Fraction, bool] | Fault:
    """The exact value and whether it was written as a whole number."""
    found = _NUMBER.fullmatch(written)
    if found is None:
        fix = "Write it out in digits, without exponent, suffix or leading zeros: 1000, 0.25."
        return Fault(Code.NUMBER, "This is not a number of the rule language.", fix, at, written[:40])
    whole, places = found.groups()
    if len(whole) > MAX_DIGITS or len(places or "") > MAX_DIGITS:
        message = f"A number has at most {MAX_DIGITS} digits before and {MAX_DIGITS} after the point."
        return Fault(Code.NUMBER, message, "Use a larger unit, or round it.", at, written[:40])
    return Fraction(written), places is None


def read_text(written: str, at: Span) -> str | Fault:
    """The text without its quotation marks and with its escapes resolved."""
    inside = written[1:-1]
    for escape in _ESCAPE.finditer(inside):
        if escape[1] not in "\\\"'":
            fix = "Write the character itself; only \\\\, \\\" and \\' are escapes."
            return Fault(Code.TEXT, "This text has an escape that is not known.", fix, at, escape[0])
    value = _ESCAPE.sub(r"\1", inside)
    if value != unicodedata.normalize("NFC", value):
        fix = "Type it anew, or normalise it to NFC."
        return Fault(Code.TEXT, "This text is spelled with separate accents (not NFC).", fix, at, value[:40])
    return value


def quoted(value: str) -> str:
    """The text as a literal that `read_text` reads back."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_day(value: str, at: Span) -> date | Fault:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    return Fault(Code.DATE, "This is not a day of the calendar.", "Write it as 2026-03-31.", at, value[:40])
