"""The value of a rule for given facts, in Kleene's three-valued logic, exact, with what the value rests on.

A fact that is missing is unknown. An unknown never becomes true or false by itself: a result is known only if every
completion of the missing facts gives it, so learning a fact never turns a known result around.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias, cast

from registry.rules.declarations import Kind, Value
from registry.rules.tree import (
    AllOf,
    Among,
    AnyOf,
    Arithmetic,
    Calculate,
    Call,
    Choice,
    Compare,
    Comparison,
    Day,
    Function,
    Level,
    Name,
    Negative,
    Not,
    Number,
    Text,
    Tree,
    Truth,
)

Exact: TypeAlias = int | Fraction
COMPARE: dict[Comparison, Callable[..., bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _difference(left: Exact | date, right: Exact | date) -> Exact:
    """Of two days, the number of days from right to left."""
    if isinstance(left, date) and isinstance(right, date):
        return (left - right).days
    return cast(Exact, left) - cast(Exact, right)


CALCULATE: dict[Arithmetic, Callable[..., Exact]] = {
    "+": operator.add,
    "-": _difference,
    "*": operator.mul,
    "/": lambda left, right: Fraction(left) / right,
}
COMBINE: dict[Function, Callable[..., Exact]] = {
    Function.MIN: min,
    Function.MAX: max,
    Function.ABS: abs,
    Function.FLOOR: floor,
    Function.CEIL: ceil,
    Function.SUM: lambda *items: sum(items),
    Function.COUNT: lambda *items: sum(items),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """value: None is unknown. rests_on: the names whose values decided; missing: those whose lack leaves it open.

    A level is its place in the order, from 0; `Rule.value` names it.
    """

    value: Value | None
    rests_on: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


def evaluate(tree: Tree, values: Mapping[str, Value]) -> Outcome:
    """values by key; of a checked tree, and as `values.read_values` gives them."""
    match tree:
        case Truth(value) | Text(value) | Day(value):
            return Outcome(value)
        case Number(value, is_integer):
            return Outcome(value.numerator if is_integer else value)
        case Level(value, levels):
            return Outcome(levels.index(value))
        case Name():
            return _named(tree, values)
        case AllOf(operands):
            return _joined([evaluate(each, values) for each in operands], decisive=False)
        case AnyOf(operands):
            return _joined([evaluate(each, values) for each in operands], decisive=True)
        case Among(item, members):
            sought = evaluate(item, values)
            found = [_computed([sought, evaluate(each, values)], operator.eq) for each in members]
            return _joined(found, decisive=True)
        case Choice():
            return _chosen(tree, values)
        case _:
            return _applied(tree, values)


def _applied(tree: Not | Negative | Compare | Calculate | Call, values: Mapping[str, Value]) -> Outcome:
    match tree:
        case Not(operand):
            return _computed([evaluate(operand, values)], operator.not_)
        case Negative(operand):
            return _computed([evaluate(operand, values)], operator.neg)
        case Compare(sign, left, right):
            return _computed([evaluate(left, values), evaluate(right, values)], COMPARE[sign])
        case Calculate(sign, left, right):
            return _computed([evaluate(left, values), evaluate(right, values)], CALCULATE[sign])
        case Call(function, arguments):
            return _computed([evaluate(each, values) for each in arguments], COMBINE[function])


def _named(name: Name, values: Mapping[str, Value]) -> Outcome:
    value = values.get(name.key)
    if value is None:
        return Outcome(None, missing=frozenset({name.key}))
    if name.type is not None and name.type.kind is Kind.LEVEL:
        value = name.type.choices.index(cast(str, value))
    return Outcome(value, frozenset({name.key}))


def _joined(operands: list[Outcome], decisive: bool) -> Outcome:
    """One decisive operand decides; without one, an unknown operand leaves it open."""
    deciding = [each for each in operands if each.value is decisive]
    if deciding:
        return Outcome(decisive, _union(each.rests_on for each in deciding))
    return _computed(operands, lambda *_: not decisive)


def _computed(operands: list[Outcome], compute: Callable[..., Value]) -> Outcome:
    rests_on = _union(each.rests_on for each in operands)
    if any(each.value is None for each in operands):
        return Outcome(None, rests_on, _union(each.missing for each in operands))
    return Outcome(compute(*(each.value for each in operands)), rests_on)


def _chosen(choice: Choice, values: Mapping[str, Value]) -> Outcome:
    """While the condition is unknown, two branches that agree decide all the same."""
    condition, then, otherwise = (evaluate(each, values) for each in (choice.condition, choice.then, choice.otherwise))
    if condition.value is None:
        if then.value is not None and then.value == otherwise.value:
            return Outcome(then.value, then.rests_on | otherwise.rests_on)
        return _computed([condition, then, otherwise], lambda *_: False)
    taken = then if condition.value else otherwise
    return Outcome(taken.value, condition.rests_on | taken.rests_on, taken.missing)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


@dataclass(frozen=True, slots=True)
class Step:
    """A condition inside a rule with its outcome; depth 0 is the whole rule."""

    tree: Tree
    outcome: Outcome
    depth: int


def steps(tree: Tree, values: Mapping[str, Value], depth: int = 0) -> tuple[Step, ...]:
    """The derivation: the rule, then the conditions it is joined from, down to single comparisons."""
    match tree:
        case AllOf(parts) | AnyOf(parts):
            inner: tuple[Tree, ...] = parts
        case Not(operand):
            inner = (operand,)
        case Choice(condition, then, otherwise):
            inner = (condition, then, otherwise)
        case _:
            inner = ()
    below = [step for each in inner for step in steps(each, values, depth + 1)]
    return (Step(tree, evaluate(tree, values), depth), *below)
