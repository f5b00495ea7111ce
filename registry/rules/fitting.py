"""One type for several parts: integers become decimals, bare numbers take the unit and texts the levels they meet."""

from dataclasses import replace

from registry.rules.declarations import Kind, Type
from registry.rules.rule_errors import Code, Fault
from registry.rules.tree import Calculate, Call, Choice, Function, Level, Negative, Number, Text, Tree

NOTHING_CONVERTS = (
    "Nothing is converted by itself: compare like with like, or multiply by a quantity such as "
    'quantity(0.01, "1/%"), which makes a share of a percentage.'
)


def fit(
    parts: list[tuple[Tree, Type | None]], whole: Tree, expected: Type | None = None
) -> tuple[list[Tree], Type | None, list[Fault]]:
    """The parts with what they take from each other, their type (None if in doubt), and what does not fit."""
    trees = [tree for tree, _ in parts]
    types = [its_type for _, its_type in parts if its_type is not None]
    if len(types) < len(parts):
        return trees, None, []
    common = _common(types if expected is None else [expected, *types])
    if isinstance(common, str) or (expected is not None and not _is_at_most(common, expected)):
        seen = " and ".join(dict.fromkeys(map(str, types)))
        if expected is not None:
            fault = Fault(
                Code.TYPE_ERROR, f"The rule has to give {expected}.", "Compare or convert it.", whole.at, seen
            )
        else:
            fault = Fault(Code.TYPE_ERROR, str(common), NOTHING_CONVERTS, whole.at, seen)
        return trees, None, [fault]
    faults: list[Fault] = []
    fitted = [_adopted(tree, its_type, common, faults) for tree, its_type in zip(trees, types, strict=True)]
    return fitted, None if faults else common, faults


def _is_at_most(common: Type, expected: Type) -> bool:
    """An integer will do for a decimal, but no decimal for an integer."""
    return common.kind is expected.kind and (expected.unit is None or common.unit == expected.unit)


def _common(types: list[Type]) -> Type | str:
    """The type that all can have, or why there is none."""
    kinds = {its_type.kind for its_type in types}
    if all(its_type.is_number for its_type in types):
        units = list(dict.fromkeys(its_type.unit for its_type in types if its_type.unit is not None))
        if len(units) > 1:
            return f"Different units meet: {' and '.join(map(str, units))}."
        kind = Kind.INTEGER if kinds == {Kind.INTEGER} else Kind.DECIMAL
        return Type(kind, units[0] if units else None)
    if not (len(kinds) == 1 or kinds == {Kind.LEVEL, Kind.TEXT}):
        return f"Different types meet: {' and '.join(sorted(kinds))}."
    choices = list(dict.fromkeys(its_type.choices for its_type in types if its_type.choices))
    if len(choices) > 1:
        return "Values from different lists meet."
    kind = Kind.LEVEL if Kind.LEVEL in kinds else kinds.pop()
    return Type(kind, choices=choices[0] if choices else ())


def _adopted(tree: Tree, own: Type, common: Type, faults: list[Fault]) -> Tree:
    """The tree with its bare numbers and its texts turned into what the common type demands."""
    if own == common or (own.is_number and own.unit == common.unit):
        return tree

    def inner(part: Tree) -> Tree:
        return _adopted(part, own, common, faults)

    match tree:
        case Number(unit=None):
            return replace(tree, unit=common.unit)
        case Text(value):
            if value not in common.choices:
                allowed = f"It is one of {', '.join(common.choices)}."
                faults.append(Fault(Code.TYPE_ERROR, "This text is not in the list.", allowed, tree.at, value[:40]))
            return Level(value, common.choices, tree.at) if common.kind is Kind.LEVEL else tree
        case Choice(_, then, otherwise):
            return replace(tree, then=inner(then), otherwise=inner(otherwise))
        case Negative(operand):
            return replace(tree, operand=inner(operand))
        case Calculate(operator, left, right):
            return replace(tree, left=inner(left), right=inner(right) if operator in {"+", "-"} else right)
        case Call(function, arguments) if function is not Function.COUNT:
            return replace(tree, arguments=tuple(inner(each) for each in arguments))
        case _:
            if common.kind is Kind.LEVEL:
                message = "A text that is only known later cannot be a level."
                fix = "Declare it as a level, or write the level out."
                faults.append(Fault(Code.TYPE_ERROR, message, fix, tree.at, str(own)))
            return tree
