"""Parameters of a standard, their domains, and what it means to set one. Pure.

Whatever can differ by a classifying fact is kept by class: a parameter that is not classified has the one class "".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from registry.rules.declarations import Declaration, Kind, Type, Value
from registry.rules.printing import decimal_text

UNCLASSIFIED = ""
ByClass = Mapping[str, Value]


class Direction(StrEnum):
    """Which way of changing a parameter asks for more."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Domain:
    """Bounds are included; None is no bound. step counts from the minimum. choices: of texts, levels, booleans."""

    minimum: Value | None = None
    maximum: Value | None = None
    step: Fraction | None = None
    choices: tuple[Value, ...] = ()


ANYTHING = Domain()


@dataclass(frozen=True, slots=True)
class Parameter:
    """defaults and domains have exactly the classes of `classes`. document: as it is written in the standard."""

    declaration: Declaration
    classes: tuple[str, ...]
    defaults: ByClass
    domains: Mapping[str, Domain]
    stricter_when: Direction
    settable_by: frozenset[str]
    narrowable_by: frozenset[str]
    is_locked: bool
    max_tightening: Fraction
    max_relaxation: Fraction
    needs_rationale: bool
    needs_mandate: bool
    evidence: tuple[str, ...]
    classified_by: str | None
    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        return self.declaration.id

    @property
    def type(self) -> Type:
        return self.declaration.type


def rank(its_type: Type, value: Value) -> Fraction:
    """Where a value stands in its order: a number itself, a day by its count, a level by its place, true over false."""
    match value:
        case bool():
            return Fraction(int(value))
        case int() | Fraction():
            return Fraction(value)
        case date():
            return Fraction(value.toordinal())
        case str():
            return Fraction(its_type.choices.index(value)) if its_type.kind is Kind.LEVEL else Fraction(0)


def tightening(parameter: Parameter, default: Value, value: Value) -> Fraction:
    """By how much value asks for more than default; below 0 it asks for less. 0 where there is no direction."""
    if parameter.stricter_when is Direction.NONE:
        return Fraction(0)
    difference = rank(parameter.type, value) - rank(parameter.type, default)
    return difference if parameter.stricter_when is Direction.HIGHER else -difference


def contains(domain: Domain, its_type: Type, value: Value) -> bool:
    """Whether the value, which is of the type, lies in the domain."""
    if domain.choices and value not in domain.choices:
        return False
    place = rank(its_type, value)
    if domain.minimum is not None and place < rank(its_type, domain.minimum):
        return False
    if domain.maximum is not None and place > rank(its_type, domain.maximum):
        return False
    if domain.step is not None and domain.minimum is not None:
        return (place - rank(its_type, domain.minimum)) % domain.step == 0
    return True


def is_empty(domain: Domain, its_type: Type) -> bool:
    if domain.minimum is None or domain.maximum is None:
        return False
    return rank(its_type, domain.minimum) > rank(its_type, domain.maximum)


def value_json(value: Value) -> bool | int | str:
    """As documents write it: a decimal as the shortest text, a day as a text."""
    match value:
        case bool() | int() | str():
            return value
        case date():
            return value.isoformat()
        case Fraction():
            return decimal_json(value)


def decimal_json(value: Fraction) -> str:
    """The shortest text of a decimal: 80, 0.6."""
    return decimal_text(value, is_integer=value.denominator == 1)


def domain_json(domain: Domain) -> dict[str, Any]:
    """As documents write it; {} is anything."""
    written: dict[str, Any] = {}
    if domain.minimum is not None:
        written["minimum"] = value_json(domain.minimum)
    if domain.maximum is not None:
        written["maximum"] = value_json(domain.maximum)
    if domain.step is not None:
        is_whole = not isinstance(domain.minimum, Fraction)
        written["step"] = int(domain.step) if is_whole else decimal_json(domain.step)
    if domain.choices:
        written["choices"] = [value_json(each) for each in domain.choices]
    return written
