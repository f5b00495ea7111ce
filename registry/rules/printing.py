"""The canonical text of a tree, which reads back as the same tree, its JSON form and its digest."""

from fractions import Fraction
from typing import TypeAlias

from registry.canonical import digest
from registry.rules.literals import quoted
from registry.rules.tree import (
    AllOf,
    Among,
    AnyOf,
    Calculate,
    Call,
    Choice,
    Compare,
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
from registry.rules.tree_builder import RESERVED

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json]"

# Longer ends come from divisions alone, and are shown as fractions.
MAX_PLACES = 30
# How tightly a part binds, by the steps of the grammar.
CHOICE, ANY_OF, ALL_OF, RELATION, SUM, PRODUCT, UNARY, PRIMARY = range(8)


def canonical_text(tree: Tree) -> str:
    """One line, one space around operators, no bracket that can be missed."""
    return _text(tree, CHOICE)


def tree_digest(tree: Tree) -> str:
    """SHA-256 of the JSON form of a checked tree: equal where spaces, brackets, trailing zeros alone differ, or where
    one rule writes a unit that the other takes from its surroundings."""
    return digest(json_form(tree))


def decimal_text(value: Fraction, is_integer: bool) -> str:
    """The digits of a number that ends: 2, 2.0, 0.25. Without end, or with more than 30 places: 1/3."""
    if is_integer:
        return str(value.numerator)
    places = 1
    while (value * 10**places).denominator > 1:
        if places > MAX_PLACES:
            return str(value)
        places += 1
    digits = str((abs(value) * 10**places).numerator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _text(tree: Tree, needed: int) -> str:
    written, step = _written(tree)
    return written if step >= needed else f"({written})"


def _written(tree: Tree) -> tuple[str, int]:
    match tree:
        case Truth(value):
            return "true" if value else "false", PRIMARY
        case Number(value, is_integer, unit, is_bare):
            digits = decimal_text(value, is_integer)
            return (digits if is_bare else f"quantity({digits}, {quoted(str(unit))})"), PRIMARY
        case Text(value) | Level(value):
            return quoted(value), PRIMARY
        case Day(value):
            return f"date({quoted(value.isoformat())})", PRIMARY
        case Name(namespace, id):
            is_word = id.isascii() and id.isidentifier() and id not in RESERVED
            return (f"{namespace}.{id}" if is_word else f"{namespace}[{quoted(id)}]"), PRIMARY
        case Not(operand):
            return f"!{_text(operand, UNARY)}", UNARY
        case Negative(operand):
            return f"-{_text(operand, UNARY)}", UNARY
        case AllOf(operands):
            return " && ".join(_text(each, RELATION) for each in operands), ALL_OF
        case AnyOf(operands):
            return " || ".join(_text(each, ALL_OF) for each in operands), ANY_OF
        case Compare(operator, left, right):
            return f"{_text(left, SUM)} {operator} {_text(right, SUM)}", RELATION
        case Calculate(operator, left, right):
            step = SUM if operator in {"+", "-"} else PRODUCT
            return f"{_text(left, step)} {operator} {_text(right, step + 1)}", step
        case Among(item, members):
            return f"{_text(item, SUM)} in [{_listed(members)}]", RELATION
        case Choice(condition, then, otherwise):
            first = f"{_text(condition, ANY_OF)} ? {_text(then, ANY_OF)}"
            return f"{first} : {_text(otherwise, CHOICE)}", CHOICE
        case Call(function, arguments):
            inside = _listed(arguments)
            return f"{function}([{inside}])" if function in {
                Function.SUM,
                Function.COUNT,
            } else f"{function}({inside})", PRIMARY


def _listed(trees: tuple[Tree, ...]) -> str:
    return ", ".join(_text(each, CHOICE) for each in trees)


def json_form(tree: Tree) -> Json:
    """The tree as documents keep it: {"op", "args"}, {"var"} and {"lit"}; decimals are texts with their type."""
    match tree:
        case Truth(value):
            return {"lit": value}
        case Number(value, is_integer, unit):
            literal: dict[str, Json] = (
                {"lit": value.numerator} if is_integer else {"lit": decimal_text(value, False), "type": "decimal"}
            )
            return literal if unit is None else {**literal, "unit": str(unit)}
        case Text(value):
            return {"lit": value, "type": "text"}
        case Level(value, levels):
            return {"lit": value, "type": "level", "levels": list(levels)}
        case Day(value):
            return {"lit": value.isoformat(), "type": "date"}
        case Name():
            return {"var": tree.key}
        case Not(operand):
            return _operation("!", (operand,))
        case Negative(operand):
            return _operation("-", (operand,))
        case AllOf(operands):
            return _operation("&&", operands)
        case AnyOf(operands):
            return _operation("||", operands)
        case Compare(operator, left, right) | Calculate(operator, left, right):
            return _operation(operator, (left, right))
        case Among(item, members):
            return _operation("in", (item, *members))
        case Choice(condition, then, otherwise):
            return _operation("?:", (condition, then, otherwise))
        case Call(function, arguments):
            return _operation(function.value, arguments)


def _operation(operator: str, arguments: tuple[Tree, ...]) -> Json:
    return {"op": operator, "args": [json_form(each) for each in arguments]}
