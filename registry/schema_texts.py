"""What a schema may ask of a text: patterns that every engine reads alike, and the formats that are asserted.

Measured on Python's `re` and on the linear engine of jsonschema-rs: they differ on `\\d` and its kin (Unicode or
ASCII), on `$` before a final line feed, on `{,n}`, doubled repetitions, `\\<`, octal escapes and named groups;
lookaround and backreferences exist in one of them only. A pattern may use

    literal characters, \\ before a sign, \\n \\r \\t, `.`, [classes], (groups), (?:groups), |, * + ? {n} {n,} {n,m},
    ^ at its very start and $ at its very end, or at those of a whole alternative

and nothing else. `$` is the end of the text. So `^[0-9]{6}$` refuses "123456" with a line feed behind it, here and in
the linear engine, which judges patterns for both validators; to Python's own engine `$` must be given as `\\Z`.
"""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

MAX_PATTERN = 300
_MAX_GROUPS = 10
_PROGRAM_BYTES = 1024 * 1024
_SIGNS = frozenset("^$\\.*+?()[]{}|/-")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_QUANTIFIER = re.compile(r"\{([0-9]{1,4})(,([0-9]{1,4})?)?\}|[*+?]")
_GROUPS = {
    "(?=": "lookahead", "(?!": "lookahead", "(?<=": "lookbehind", "(?<!": "lookbehind", "(?P": "a named group",
    "(?<": "a named group", "(?>": "an atomic group", "(?#": "a comment",
}  # fmt: skip
_ESCAPES = {"d": "[0-9]", "w": "[A-Za-z0-9_]", "s": "[ \\t]"}


class PatternRefused(ValueError):
    """The argument is a sentence that says which construct, where, and what to write instead."""


def longest_match(pattern: str) -> int | None:
    """The length of the longest text the pattern fits, None where there is no limit. Raises PatternRefused."""
    if len(pattern) > MAX_PATTERN:
        raise PatternRefused(f"The pattern has {len(pattern)} characters; the limit is {MAX_PATTERN}.")
    reader = _Reader(pattern)
    longest = reader.alternatives(0)
    try:
        matcher(pattern)
    except ValueError as error:
        raise PatternRefused("The linear engine does not take the pattern: it grows too large. Repeat less.") from error
    return longest


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text holds a match, in time linear in its length. Raises ValueError for what the engine refuses."""
    import jsonschema_rs

    schema: dict[str, Any] = {"pattern": pattern}
    return jsonschema_rs.Draft202012Validator(schema, pattern_options=linear_engine(), offline=True).is_valid


def linear_engine() -> Any:
    """The options of jsonschema-rs for its engine without backtracking, its program held to 1 MiB a pattern."""
    import jsonschema_rs

    return jsonschema_rs.RegexOptions(size_limit=_PROGRAM_BYTES, dfa_size_limit=_PROGRAM_BYTES)


class _Reader:
    """A recursive descent over the pattern; each step gives the length of the longest match, None without limit."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0

    def ahead(self, length: int = 1) -> str:
        return self.pattern[self.place : self.place + length]

    def refuse(self, what: str, instead: str) -> PatternRefused:
        return PatternRefused(f"At character {self.place + 1} of the pattern stands {what}. {instead}")

    def alternatives(self, groups: int) -> int | None:
        longest: list[int | None] = []
        while True:
            longest.append(self.branch(groups))
            if self.ahead() == "|":
                self.place += 1
            elif groups or not self.ahead():
                break
            else:
                raise self.refuse("a ) that closes nothing", "Write \\) for the sign.")
        return None if None in longest else max(each for each in longest if each is not None)

    def branch(self, groups: int) -> int | None:
        """One alternative. Outside groups, a missing ^ or $ leaves the length of the text without limit."""
        starts = not groups and self.ahead() == "^"
        self.place += starts
        total: int | None = 0
        ends = False
        while self.ahead() not in ("", "|", ")"):
            if self.ahead() == "$" and not groups and self.ahead(2) in ("$", "$|"):
                self.place += 1
                ends = True
                continue
            piece = self.piece(groups)
            total = None if total is None or piece is None else total + piece
        return total if groups or (starts and ends) else None

    def piece(self, groups: int) -> int | None:
        length = self.atom(groups)
        found = _QUANTIFIER.match(self.pattern, self.place)
        if found is None:
            if self.ahead() == "{":
                raise self.refuse("a { that is no repetition like {2} or {2,5}", "Write \\{ for the sign.")
            return length
        if found[1] and found[3] and int(found[1]) > int(found[3]):
            raise self.refuse(f"{found[0]}, whose first number is the larger", "Turn them round.")
        self.place = found.end()
        if self.ahead() in ("*", "+", "?", "{"):
            raise self.refuse("a repetition of a repetition", "Use one, or put the first into a group.")
        most = {"*": None, "+": None, "?": 1}.get(found[0], int(found[3] or 0) if found[2] else int(found[1] or 0))
        if found[2] == ",":
            most = None
        return 0 if length == 0 or most == 0 else None if length is None or most is None else length * most

    def atom(self, groups: int) -> int | None:
        sign = self.ahead()
        if sign == "(":
            return self.group(groups + 1)
        if sign == "[":
            return self.characters()
        if sign == "\\":
            self.escape()
            return 1
        if sign in "^$":
            raise self.refuse(f"a {sign} inside", "Let ^ start and $ end the whole pattern, or write \\ before it.")
        if sign in "*+?{":
            raise self.refuse(f"a {sign} with nothing before it to repeat", f"Write \\{sign} for the sign.")
        if sign in "]}":
            raise self.refuse(f"a {sign} that closes nothing", f"Write \\{sign} for the sign.")
        self.place += 1
        return 1

    def group(self, groups: int) -> int | None:
        if groups > _MAX_GROUPS:
            raise self.refuse(f"a group more than {_MAX_GROUPS} deep", "Nest less.")
        if self.ahead(2) == "(?" and self.ahead(3) != "(?:":
            starts = (self.ahead(length) for length in (4, 3))
            what = next((_GROUPS[start] for start in starts if start in _GROUPS), "a flag")
            raise self.refuse(f"{what} ({self.ahead(4)})", "It is not allowed: not every engine has it.")
        self.place += 3 if self.ahead(3) == "(?:" else 1
        length = self.alternatives(groups)
        if self.ahead() != ")":
            raise self.refuse("the end, and a ( is still open", "Close it, or write \\( for the sign.")
        self.place += 1
        return length

    def escape(self) -> str:
        sign = self.ahead(2)[1:]
        if sign not in _SIGNS | _CONTROLS.keys() or not sign:
            if sign.isdigit():
                raise self.refuse(f"\\{sign}, a backreference or octal escape", "It is not allowed: repeat the text.")
            alphabet = _ESCAPES.get(sign.lower())
            instead = f"State the alphabet, for example {alphabet}." if alphabet else "Write the character itself."
            raise self.refuse(f"\\{sign}, which engines read differently", instead)
        self.place += 2
        return _CONTROLS.get(sign, sign)

    def characters(self) -> int:
        """A class: single characters and ranges; [ and ^ stand behind a backslash, - there or at an end."""
        self.place += 2 if self.ahead(2) == "[^" else 1
        first = self.place
        while self.ahead() != "]":
            start = self.character(self.place == first or self.ahead(2) == "-]")
            if self.ahead() == "-" and self.ahead(2) != "-]":
                self.place += 1
                end = self.character(False)
                if end < start:
                    raise self.refuse(f"the end of the range {start}-{end}, which runs backwards", "Turn it round.")
        if self.place == first:
            raise self.refuse("an empty class", "Name at least one character.")
        self.place += 1
        return 1

    def character(self, may_be_hyphen: bool) -> str:
        sign = self.ahead()
        if not sign:
            raise self.refuse("the end, and a [ is still open", "Close it, or write \\[ for the sign.")
        if sign == "\\":
            return self.escape()
        if sign in "[^" or (sign == "-" and not may_be_hyphen):
            raise self.refuse(f"a bare {sign} in a class", f"Write \\{sign} for the sign.")
        if self.ahead(2) in ("&&", "||", "~~", "--"):
            raise self.refuse(f"{self.ahead(2)} in a class", "Some engines compute with it: name each character once.")
        self.place += 1
        return sign


def _is_date(text: str) -> bool:
    """RFC 3339 full-date, from the year 1."""
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))")


def _is_date_time(text: str) -> bool:
    """RFC 3339 date-time: with an offset or Z; second 60 only at the end of a day in UTC."""
    found = _TIME.fullmatch(text, 11) if text[10:11] in ("T", "t") and _is_date(text[:10]) else None
    if found is None:
        return False
    hour, minute, second = (int(found[place]) for place in (1, 2, 3))
    offset_hour, offset_minute = int(found[5] or 0), int(found[6] or 0)
    if hour > 23 or minute > 59 or second > 60 or offset_hour > 23 or offset_minute > 59:
        return False
    ahead = (offset_hour * 60 + offset_minute) * (-1 if found[4] == "-" else 1)
    return second < 60 or (hour * 60 + minute - ahead) % 1440 == 1439


_UUID = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


# Asserted by both validators through these functions. Their own differ: jsonschema-rs takes "2024-01-0." for a date,
# jsonschema takes Arabic digits in a UUID and has no date-time without a further package (all measured).
FORMATS: dict[str, Callable[[str], bool]] = {"date": _is_date, "date-time": _is_date_time, "uuid": _is_uuid}
FIXED_LENGTH_FORMATS = frozenset({"date", "uuid"})
