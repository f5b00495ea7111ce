"""Values from documents to exact values, each held to its declaration. Decimals come as texts, never as floats."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from registry.errors import Violation
from registry.ids import clean_text, hidden_character
from registry.rules.declarations import Declaration, Environment, Kind, Value
from registry.rules.rule_errors import FactsRejected

MAX_DIGITS = 30
MAX_TEXT = 200
MAX_SUGGESTIONS = 5
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EXPECTED = {
    Kind.BOOLEAN: "true or false",
    Kind.INTEGER: f"a whole number of at most {MAX_DIGITS} digits",
    Kind.DECIMAL: f'a number in quotation marks of at most {MAX_DIGITS} digits, as "0.25"',
    Kind.TEXT: f"a text of at most {MAX_TEXT} characters",
    Kind.DATE: 'a day, as "2026-03-31"',
    Kind.LEVEL: "one of the levels",
}


def read_values(environment: Environment, raw: Mapping[str, object]) -> dict[str, Value]:
    """Values by key; None is unknown and left out. Raises FactsRejected with all violations."""
    values: dict[str, Value] = {}
    violations: list[Violation] = []
    for key, given in raw.items():
        read = _read(environment, key, given, suggest=len(violations) < MAX_SUGGESTIONS)
        if isinstance(read, Violation):
            violations.append(read)
        elif read is not None:
            values[key] = read
    if violations:
        raise FactsRejected("Values do not fit what is declared of them.", violations)
    return values


def _read(environment: Environment, key: str, given: object, suggest: bool) -> Value | Violation | None:
    declaration = environment.find(key)
    pointer = "/" + key.replace("~", "~0").replace("/", "~1")
    if declaration is None:
        near = environment.nearest(key) if suggest and len(key) <= MAX_TEXT else None
        fix = f"Did you mean {near.key}?" if near else "Declare it, or leave it out."
        return Violation("RULE_UNKNOWN_NAME", "Nothing is declared under this name.", fix, pointer, value=key[:60])
    if given is None:
        return None
    value = exact_value(declaration, given)
    seen = _seen(given)
    if value is None:
        choices = declaration.type.choices
        wanted = f"one of {', '.join(choices)}" if choices else EXPECTED[declaration.type.kind]
        return Violation(
            "RULE_VALUE_TYPE", f"The value is not {declaration.type}.", f"Write {wanted}.", pointer, value=seen
        )
    if not is_in_bounds(declaration, value):
        bounds = f"from {declaration.minimum} to {declaration.maximum}".replace("None", "any")
        return Violation(
            "RULE_VALUE_BOUNDS", "The value lies outside its bounds.", f"It goes {bounds}.", pointer, value=seen
        )
    return value


def _seen(given: object) -> str:
    """The value for a message. Not its whole form: to write out ten million digits is work, or is refused by Python."""
    if isinstance(given, str):
        return repr(given[:60])
    is_short = isinstance(given, bool | float | Decimal | date) or (isinstance(given, int) and abs(given) < 10**60)
    return repr(given)[:60] if is_short else f"a value of type {type(given).__name__}"


def exact_value(declaration: Declaration, given: object) -> Value | None:
    """The value in its exact form, or None if it is not of the declared type. A bool is no number, 2.0 no integer."""
    choices = declaration.type.choices
    match declaration.type.kind:
        case Kind.BOOLEAN:
            return given if isinstance(given, bool) else None
        case Kind.INTEGER:
            is_whole = isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**MAX_DIGITS
            return given if is_whole and isinstance(given, int) else None
        case Kind.DECIMAL:
            return _decimal(given)
        case Kind.DATE:
            return _day(given)
        case Kind.LEVEL | Kind.TEXT:
            text = clean_text(given) if isinstance(given, str) and len(given) <= MAX_TEXT else None
            if text is None or hidden_character(text) or (choices and text not in choices):
                return None
            return text


def _decimal(given: object) -> Fraction | None:
    """Exponents are refused before anything is computed from them."""
    if isinstance(given, Decimal):
        given = f"{given:f}" if given.is_finite() and abs(given.adjusted()) <= MAX_DIGITS else ""
    if isinstance(given, int | Fraction) and not isinstance(given, bool):
        exact = Fraction(given)
        return exact if abs(exact) < 10**MAX_DIGITS and exact.denominator < 10**MAX_DIGITS else None
    if isinstance(given, str) and len(given) <= MAX_DIGITS + 2 and _DECIMAL.fullmatch(given):
        return Fraction(given)
    return None


def _day(given: object) -> date | None:
    if type(given) is date:
        return given
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def is_in_bounds(declaration: Declaration, value: Value) -> bool:
    low, high = declaration.minimum, declaration.maximum
    return (low is None or low <= value) and (high is None or value <= high)  # type: ignore[operator]
