"""What the parser calls for each part of a rule, leaves first: makes its tree and collects what is wrong with it."""

from typing import TypeAlias, cast

from lark import Token, Transformer

from registry.rules.declarations import Namespace
from registry.rules.literals import read_day, read_number, read_text
from registry.rules.rule_errors import Code, Fault, Span
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
    Name,
    Negative,
    Not,
    Number,
    Text,
    Tree,
    Truth,
)
from registry.rules.units import read_unit

MAX_NAME = 64
# CEL does not take these after a point.
RESERVED = frozenset({"true", "false", "null", "in"})
NAMESPACES = ", ".join(Namespace)
FUNCTIONS = ", ".join([*Function, "quantity", "date"])
NOTHING = Truth(value=False)


class Built:
    """A tree with all that is wrong inside it; items: of a list, which is no tree of its own."""

    __slots__ = ("at", "faults", "items", "tree")

    def __init__(self, tree: Tree, at: Span, faults: tuple[Fault, ...] = (), items: "tuple[Built, ...]" = ()) -> None:
        self.tree, self.at, self.faults, self.items = tree, at, faults, items


Part: TypeAlias = "Token | Built"


class TreeBuilder(Transformer[Token, Built]):
    """Holds no state: one serves all threads."""

    def choice(self, parts: list[Built]) -> Built:
        condition, then, otherwise = parts
        return _joined(Choice(condition.tree, then.tree, otherwise.tree, _span(parts)), parts)

    def any_of(self, parts: list[Built]) -> Built:
        return _joined(AnyOf(_trees(parts), _span(parts)), parts)

    def all_of(self, parts: list[Built]) -> Built:
        return _joined(AllOf(_trees(parts), _span(parts)), parts)

    def compare(self, parts: list[Part]) -> Built:
        left, right = _built(parts)
        return _joined(Compare(cast(Comparison, str(parts[1])), left.tree, right.tree, _span(parts)), parts)

    def calculate(self, parts: list[Part]) -> Built:
        left, right = _built(parts)
        return _joined(Calculate(cast(Arithmetic, str(parts[1])), left.tree, right.tree, _span(parts)), parts)

    def among(self, parts: list[Built]) -> Built:
        item, listed = parts
        return _joined(Among(item.tree, _trees(listed.items), _span(parts)), parts)

    def negation(self, parts: list[Part]) -> Built:
        (operand,) = _built(parts)
        return _joined(Not(operand.tree, _span(parts)), parts)

    def negative(self, parts: list[Part]) -> Built:
        (operand,) = _built(parts)
        if str(parts[0]) == "-":
            return _joined(Negative(operand.tree, _span(parts)), parts)
        return _faulty(Code.SYNTAX, "A sign + before a number has no meaning here.", "Leave it out.", _span(parts))

    def group(self, parts: list[Part]) -> Built:
        (inside,) = _built(parts)
        return Built(inside.tree, _span(parts), inside.faults)

    def members(self, parts: list[Part]) -> Built:
        items = _built(parts)
        return Built(NOTHING, _span(parts), tuple(fault for each in items for fault in each.faults), tuple(items))

    def number(self, parts: list[Token]) -> Built:
        at = _span(parts)
        read = read_number(str(parts[0]), at)
        return _failed(read) if isinstance(read, Fault) else Built(Number(*read, at=at), at)

    def text(self, parts: list[Token]) -> Built:
        at = _span(parts)
        read = read_text(str(parts[0]), at)
        return _failed(read) if isinstance(read, Fault) else Built(Text(read, at), at)

    def word(self, parts: list[Token]) -> Built:
        at, word = _span(parts), str(parts[0])
        if word in {"true", "false"}:
            return Built(Truth(word == "true", at), at)
        message = "A name needs the kind of thing that it names in front of it."
        return _faulty(Code.NAMESPACE, message, f"Write one of {NAMESPACES} and a point before it.", at, word[:40])

    def name(self, parts: list[Token]) -> Built:
        word, at = str(parts[1]), _span(parts)
        if word in RESERVED:
            fix = f'Write {parts[0]}["{word}"].'
            return _faulty(Code.SYNTAX, "This word has a meaning of its own.", fix, at, word)
        return _named(str(parts[0]), word, at)

    def indexed_name(self, parts: list[Token]) -> Built:
        at = _span(parts)
        read = read_text(str(parts[1]), at)
        return _failed(read) if isinstance(read, Fault) else _named(str(parts[0]), read, at)

    def call(self, parts: list[Part]) -> Built:
        at, name, arguments = _span(parts), str(parts[0]), _built(parts)
        if any(each.faults for each in arguments):
            return _joined(NOTHING, parts)
        if name == "quantity":
            return _quantity(arguments, at)
        if name == "date":
            return _date(arguments, at)
        if name not in set(Function):
            message = "There is no such function."
            return _faulty(Code.UNKNOWN_FUNCTION, message, f"The functions are {FUNCTIONS}.", at, name[:40])
        return _call(Function(name), arguments, at)


def _span(parts: "list[Part] | list[Token] | list[Built]") -> Span:
    first, last = parts[0], parts[-1]
    start = first.at.start if isinstance(first, Built) else first.start_pos
    end = last.at.end if isinstance(last, Built) else last.end_pos
    return Span(start or 0, end or 0)


def _built(parts: list[Part]) -> list[Built]:
    return [each for each in parts if isinstance(each, Built)]


def _trees(parts: "list[Built] | tuple[Built, ...]") -> tuple[Tree, ...]:
    return tuple(each.tree for each in parts)


def _joined(tree: Tree, parts: "list[Part] | list[Built]") -> Built:
    faults = tuple(fault for each in parts if isinstance(each, Built) for fault in each.faults)
    return Built(tree, _span(parts), faults)


def _failed(fault: Fault) -> Built:
    return Built(NOTHING, fault.at, (fault,))


def _faulty(code: Code, message: str, fix: str, at: Span, seen: str | None = None) -> Built:
    return _failed(Fault(code, message, fix, at, seen))


def _named(namespace: str, identifier: str, at: Span) -> Built:
    if namespace not in set(Namespace):
        message = "A name begins with the kind of thing that it names."
        return _faulty(Code.NAMESPACE, message, f"The kinds are {NAMESPACES}.", at, namespace[:40])
    if not 0 < len(identifier) <= MAX_NAME:
        message = f"A name has 1 to {MAX_NAME} characters."
        return _faulty(Code.TEXT, message, "Use the identifier of the declaration.", at, identifier[:40])
    return Built(Name(Namespace(namespace), identifier, at=at), at)


def _quantity(arguments: list[Built], at: Span) -> Built:
    match _trees(arguments):
        case (Number(value, is_integer, is_bare=True), Text(written)):
            unit = read_unit(written)
            if unit is None:
                fix = "Write units joined by * and /, as CNY, m^2 or CNY/person/year."
                return _faulty(Code.UNIT, "This is not a unit.", fix, arguments[1].at, written[:40])
            return Built(Number(value, is_integer, unit, is_bare=False, at=at), at)
        case _:
            message = "quantity takes a number and a unit, both written out."
            return _faulty(Code.ARGUMENTS, message, 'Write quantity(2.5, "CNY/person").', at)


def _date(arguments: list[Built], at: Span) -> Built:
    match _trees(arguments):
        case (Text(written),):
            read = read_day(written, at)
            return _failed(read) if isinstance(read, Fault) else Built(Day(read, at), at)
        case _:
            return _faulty(Code.ARGUMENTS, "date takes one day, written out.", 'Write date("2026-03-31").', at)


def _call(function: Function, arguments: list[Built], at: Span) -> Built:
    lists = [each for each in arguments if each.items]
    if function in {Function.SUM, Function.COUNT}:
        if len(arguments) == 1 and lists:
            return Built(Call(function, _trees(lists[0].items), at), at)
        return _faulty(Code.ARGUMENTS, f"{function} takes one list.", f"Write {function}([..., ...]).", at)
    if lists:
        message = f"{function} takes no list."
        return _faulty(Code.ARGUMENTS, message, "Leave out the square brackets.", lists[0].at)
    if function in {Function.MIN, Function.MAX}:
        if len(arguments) >= 2:
            return Built(Call(function, _trees(arguments), at), at)
        return _faulty(Code.ARGUMENTS, f"{function} takes two or more numbers.", f"Write {function}(a, b).", at)
    if len(arguments) == 1:
        return Built(Call(function, _trees(arguments), at), at)
    return _faulty(Code.ARGUMENTS, f"{function} takes one number.", f"Write {function}(a).", at)
