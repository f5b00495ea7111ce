"""Rules that editors fill in instead of writing: each makes a tree, whose canonical text is then read as any other."""

from collections.abc import Sequence
from fractions import Fraction

from registry.rules.declarations import Namespace
from registry.rules.tree import (
    AllOf,
    Calculate,
    Call,
    Choice,
    Compare,
    Comparison,
    Function,
    Name,
    Not,
    Number,
    Text,
    Tree,
    number,
)
from registry.rules.units import read_unit


def named(key: str) -> Name:
    """The name under a key such as facts.rate."""
    namespace, _, identifier = key.partition(".")
    return Name(Namespace(namespace), identifier)


def threshold(measure: Tree, operator: Comparison, limit: Tree) -> Tree:
    """The measure against its limit. Whether the limit itself passes is the operator's to say."""
    return Compare(operator, measure, limit)


def share(part: Tree, whole: Tree, operator: Comparison, percent: Tree) -> Tree:
    """part of whole, in %, against a limit in %; multiplied out. Of a whole of 0 there is no share, and none passes."""
    hundred = Number(Fraction(100), is_integer=True, unit=read_unit("%"), is_bare=False)
    there_is_one = Compare(">", whole, number(0))
    compared = Compare(operator, Calculate("*", hundred, part), Calculate("*", percent, whole))
    return AllOf((there_is_one, compared))


def step_deduction(full: Tree, points: Tree, shortfall: Tree, step: Number, whole_steps: bool = False) -> Tree:
    """full points less some for each step of the shortfall, never below 0; a step that has begun counts as one.

    shortfall: target - measure; below 0 nothing is deducted. step: with its unit, as quantity(0.1, "%").
    whole_steps: only steps that are completed count.
    """
    steps = Calculate("/", Call(Function.MAX, (number(0), shortfall)), step)
    count = Call(Function.FLOOR if whole_steps else Function.CEIL, (steps,))
    return Call(Function.MAX, (number(0), Calculate("-", full, Calculate("*", points, count))))


def levels(ladder: Sequence[tuple[Tree, str]], lowest: str) -> Tree:
    """The level of the first condition that holds, from the best down; the lowest where none does."""
    tree: Tree = Text(lowest)
    for condition, level in reversed(ladder):
        tree = Choice(condition, Text(level), tree)
    return tree


def must_have(conditions: Sequence[Tree]) -> Tree:
    """All of two or more conditions: any one that fails decides."""
    return AllOf(tuple(conditions))


def budget_with_frozen_plan(spent: Sequence[Tree], total: Tree, plan_changed: Tree) -> Tree:
    """All of the money is spent, and the plan is not changed."""
    return AllOf((Compare("==", Call(Function.SUM, tuple(spent)), total), Not(plan_changed)))
