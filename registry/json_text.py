"""The strict reader of JSON: what parsers read differently is refused, each part with its pointer."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from registry.errors import Unreadable, Violation

MAX_DEPTH = 64
MAX_BYTES = 64 * 1024 * 1024
MAX_INTEGER = 2**53 - 1
_MAX_VIOLATIONS = 100
# -9007199254740991 has as many; Python itself refuses to convert thousands of digits.
_INTEGER_CHARACTERS = 17
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands in a parsed JSON value for a part that is not acceptable."""

    code: str
    reason: str


def parse_json(content: bytes, *, file: str | None = None) -> Any:
    """The value of a JSON text, refusing what parsers read differently.

    Refused: anything but UTF-8 without a byte order mark, duplicate keys, NaN and infinities (also 1e400), lone
    surrogates, NUL, integers beyond 2**53 - 1, nesting deeper than 64, more than 64 MiB. Raises Unreadable.
    """
    name = file or "The JSON text"

    def refuse(reason: str) -> NoReturn:
        raise Unreadable(f"{name} is not acceptable JSON: {reason}.")

    if len(content) > MAX_BYTES:
        refuse(f"it has {len(content)} bytes, the limit is {MAX_BYTES}")
    if not content.strip():
        refuse("it is empty")
    if content.startswith(_BYTE_ORDER_MARK):
        refuse("it starts with a byte order mark; save it as UTF-8 without one")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_constant=lambda word: _Refused("number-not-finite", f"{word} is not a JSON number"),
        )
    except UnicodeDecodeError as error:
        refuse(f"byte {error.start} is not UTF-8; save it as UTF-8 without a byte order mark")
    except json.JSONDecodeError as error:
        refuse(f"{error.msg} at line {error.lineno}, column {error.colno}")
    except RecursionError:
        raise Unreadable(f"{name} is not acceptable JSON.", [_violation(_TOO_DEEP, "", file)]) from None
    violations = _violations(value, file)
    if violations:
        raise Unreadable(f"{name} is not acceptable JSON.", violations)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Refused:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    doubled = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    return _Refused("duplicate-key", "duplicate key " + ", ".join(repr(key[:40]) for key in doubled[:5]))


def _integer(text: str) -> int | _Refused:
    if len(text) <= _INTEGER_CHARACTERS and abs(number := int(text)) <= MAX_INTEGER:
        return number
    shown = f"{text[:20]}{'…' * (len(text) > 20)}"
    return _Refused("integer-too-large", f"the integer {shown} is beyond 2**53 - 1; write it as a string")


_TOO_DEEP = _Refused("nested-too-deep", f"it is nested deeper than {MAX_DEPTH} levels")


def _violation(refused: _Refused, pointer: str, file: str | None) -> Violation:
    return Violation(refused.code, f"{refused.reason[0].upper()}{refused.reason[1:]}.", "", pointer, file)


def _violations(value: Any, file: str | None) -> list[Violation]:
    """Why parts of a parsed value are refused. Walks with a stack, so depth cannot exhaust Python's own."""
    violations: list[Violation] = []
    stack: list[tuple[Any, str, int]] = [(value, "", 1)]
    while stack and len(violations) < _MAX_VIOLATIONS:
        item, pointer, depth = stack.pop()
        parts: list[tuple[Any, str]] = []
        if isinstance(item, dict):
            parts = [(part, f"{pointer}/{pointer_part(key)}") for key, part in item.items()]
            refused = next(filter(None, map(_text_problem, item)), None)
        elif isinstance(item, list):
            parts = [(part, f"{pointer}/{place}") for place, part in enumerate(item)]
            refused = None
        else:
            refused = _scalar_problem(item)
        if depth > MAX_DEPTH and isinstance(item, dict | list):
            parts, refused = [], _TOO_DEEP
        if refused:
            violations.append(_violation(refused, pointer, file))
        stack.extend((part, place, depth + 1) for part, place in reversed(parts))
    return violations


def _scalar_problem(item: Any) -> _Refused | None:
    if isinstance(item, _Refused):
        return item
    if isinstance(item, str):
        return _text_problem(item)
    if isinstance(item, float) and item - item != 0.0:
        return _Refused("number-not-finite", "a number is too large to be finite")
    return None


def _text_problem(text: str) -> _Refused | None:
    try:
        is_whole = "\0" not in text and text.encode() is not None
    except UnicodeEncodeError:
        is_whole = False
    if is_whole:
        return None
    return _Refused("text-not-whole", f"the text {text[:40]!r} holds NUL or half of a surrogate pair")


def pointer_part(key: str) -> str:
    """One part of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1").encode("utf-8", "backslashreplace").decode()
