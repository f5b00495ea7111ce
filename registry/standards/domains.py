"""Narrowing a domain, and what two narrowings leave in common. Pure."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from registry.rules.declarations import Kind, Type, Value
from registry.standards.parameter import Domain, contains, is_empty, rank, value_json

# The parts of a domain, for telling which layer set each.
PARTS = ("minimum", "maximum", "step", "choices")
# Where a row of values begins, and its step.
Grid: TypeAlias = tuple[Fraction, Fraction]


def narrowed(its_type: Type, inherited: Domain, given: Domain) -> Domain:
    """The inherited domain with the parts that are given."""
    both = Domain(
        given.minimum if given.minimum is not None else inherited.minimum,
        given.maximum if given.maximum is not None else inherited.maximum,
        given.step if given.step is not None else inherited.step,
        given.choices or inherited.choices,
    )
    return _in_one_form(its_type, both)


def widened_parts(its_type: Type, inherited: Domain, given: Domain) -> Iterator[str]:
    """The parts of a narrowing that would allow what was not allowed."""
    low, high = inherited.minimum, inherited.maximum
    if low is not None and given.minimum is not None and rank(its_type, given.minimum) < rank(its_type, low):
        yield "minimum"
    if high is not None and given.maximum is not None and rank(its_type, given.maximum) > rank(its_type, high):
        yield "maximum"
    if inherited.step is not None:
        is_off_grid = (
            given.minimum is not None and low is not None and _offset(its_type, given.minimum, low) % inherited.step
        )
        if is_off_grid or (given.step is not None and given.step % inherited.step):
            yield "step"
    if not all(contains(inherited, its_type, each) for each in given.choices):
        yield "choices"


def _offset(its_type: Type, value: Value, origin: Value) -> Fraction:
    return rank(its_type, value) - rank(its_type, origin)


def common(its_type: Type, one: Domain, other: Domain) -> Domain | None:
    """What both allow; None where that is nothing."""
    choices = tuple(each for each in one.choices if not other.choices or each in other.choices) or other.choices
    if one.choices and other.choices and not set(one.choices) & set(other.choices):
        return None
    lows = [rank(its_type, each.minimum) for each in (one, other) if each.minimum is not None]
    highs = [each.maximum for each in (one, other) if each.maximum is not None]
    low, step = max(lows, default=None), None
    grids = [
        (rank(its_type, each.minimum), each.step)
        for each in (one, other)
        if each.step is not None and each.minimum is not None
    ]
    if low is not None and grids:
        grid = grids[0] if len(grids) == 1 else _common_grid(*grids)
        if grid is None:
            return None
        origin, step = grid
        low = origin + math.ceil((low - origin) / step) * step
    high = min(highs, key=lambda each: rank(its_type, each), default=None)
    if its_type.kind is Kind.DATE and low is not None and low > date.max.toordinal():
        return None
    both = Domain(None if low is None else _value_at(its_type, low), high, step, choices)
    return None if has_nothing(its_type, both) else _in_one_form(its_type, both)


def _common_grid(one: Grid, other: Grid) -> Grid | None:
    """The values that two rows share, which are a row again; None where there are none."""
    scale = math.lcm(*(each.denominator for each in (*one, *other)))
    (begin, step), (other_begin, other_step) = ([int(each * scale) for each in grid] for grid in (one, other))
    divisor = math.gcd(step, other_step)
    if (other_begin - begin) % divisor:
        return None
    turns = (other_begin - begin) // divisor * pow(step // divisor, -1, other_step // divisor)
    origin = begin + step * (turns % (other_step // divisor))
    return Fraction(origin, scale), Fraction(math.lcm(step, other_step), scale)


def _value_at(its_type: Type, place: Fraction) -> Value:
    """The value whose rank is place."""
    match its_type.kind:
        case Kind.DATE:
            return date.fromordinal(int(place))
        case Kind.LEVEL:
            return its_type.choices[int(place)]
        case Kind.INTEGER:
            return int(place)
        case _:
            return place


def _in_one_form(its_type: Type, domain: Domain) -> Domain:
    """Of choices with bounds the choices within them, since documents write one or the other."""
    bounds = replace(domain, choices=())
    if not domain.choices or bounds == Domain():
        return domain
    within = tuple(each for each in domain.choices if contains(bounds, its_type, each))
    return Domain(choices=within) if within else domain


def has_nothing(its_type: Type, domain: Domain) -> bool:
    """Whether no value lies in the domain."""
    if domain.choices:
        return not any(contains(domain, its_type, each) for each in domain.choices)
    return is_empty(domain, its_type)


def allowed(domain: Domain) -> str:
    """What the domain allows, for a message."""
    said = []
    if domain.choices:
        said.append("one of " + ", ".join(map(shown, domain.choices)))
    if domain.minimum is not None:
        said.append(f"from {shown(domain.minimum)}")
    if domain.maximum is not None:
        said.append(f"to {shown(domain.maximum)}")
    if domain.step is not None:
        said.append(f"in steps of {shown(domain.step)}")
    return " ".join(said) or "anything"


def shown(value: Value) -> str:
    """A value in a message."""
    written = value_json(value)
    return str(written).lower() if isinstance(written, bool) else str(written)
