"""The tree of a rule. Trees are equal when they say the same, wherever their parts stood in a text.

`grammar.read_tree` makes trees without types; `checking.read_rule` adds what only declarations tell: the type of a
name, the unit that a bare number takes from its surroundings, the place of a level in its order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal, TypeAlias

from registry.rules.declarations import Namespace, Type
from registry.rules.rule_errors import NOWHERE, Span
from registry.rules.units import Unit

MAX_DIGITS = 15


class Function(StrEnum):
    MIN = "min"
    MAX = "max"
    ABS = "abs"
    FLOOR = "floor"
    CEIL = "ceil"
    SUM = "sum"
    COUNT = "count"


Comparison: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Arithmetic: TypeAlias = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number:
    """Zero or more, with at most 15 digits before and 15 after the point. Less than zero is a Negative of one.

    unit: as written by quantity(2, "CNY"), or (is_bare) what the surroundings demand; None where they demand none.
    """

    value: Fraction
    is_integer: bool
    unit: Unit | None = None
    is_bare: bool = True
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Day:
    value: date
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Level:
    """One of an ordered list, written as a text. levels go from the lowest to the highest."""

    value: str
    levels: tuple[str, ...]
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, fact, action or finding. type is None until the rule is checked."""

    namespace: Namespace
    id: str
    type: Type | None = None
    at: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def key(self) -> str:
        return f"{self.namespace}.{self.id}"


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Tree"
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Negative:
    operand: "Tree"
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Two or more operands joined by &&."""

    operands: tuple["Tree", ...]
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Two or more operands joined by ||."""

    operands: tuple["Tree", ...]
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Compare:
    operator: Comparison
    left: "Tree"
    right: "Tree"
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Calculate:
    operator: Arithmetic
    left: "Tree"
    right: "Tree"
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Among:
    """item in [member, ...]."""

    item: "Tree"
    members: tuple["Tree", ...]
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """condition ? then : otherwise."""

    condition: "Tree"
    then: "Tree"
    otherwise: "Tree"
    at: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """min, max, abs, floor and ceil of arguments; sum and count of the items of one list."""

    function: Function
    arguments: tuple["Tree", ...]
    at: Span = field(default=NOWHERE, compare=False, repr=False)


Tree: TypeAlias = (
    Truth
    | Number
    | Text
    | Day
    | Level
    | Name
    | Not
    | Negative
    | AllOf
    | AnyOf
    | Compare
    | Calculate
    | Among
    | Choice
    | Call
)


def children(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Not(operand) | Negative(operand):
            return (operand,)
        case AllOf(operands) | AnyOf(operands):
            return operands
        case Compare(_, left, right) | Calculate(_, left, right):
            return (left, right)
        case Among(item, members):
            return (item, *members)
        case Choice(condition, then, otherwise):
            return (condition, then, otherwise)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(tree: Tree) -> Iterator[tuple[Tree, int]]:
    """Every node with its depth, the root at 1, in the order of the text; however deep the tree is."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(children(node))]


def names(tree: Tree) -> tuple[str, ...]:
    """The keys of all names, each once, sorted."""
    return tuple(sorted({node.key for node, _ in walk(tree) if isinstance(node, Name)}))


def number(value: Fraction | int) -> Tree:
    """A bare number for a tree that is made, not read. A whole Fraction stays a decimal."""
    made = Number(abs(Fraction(value)), isinstance(value, int))
    return Negative(made) if value < 0 else made
