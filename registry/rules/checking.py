"""From a text to a rule: names found in the declarations, types and units held together, limits kept.

Everything that is wrong is reported at once; a part whose type is in doubt causes no further faults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from registry.rules import fitting
from registry.rules.declarations import BOOLEAN, DATE, Environment, Kind, Namespace, Type, Value
from registry.rules.evaluation import Outcome, evaluate
from registry.rules.grammar import MAX_BYTES, read_tree
from registry.rules.literals import refuse_long
from registry.rules.printing import canonical_text, tree_digest
from registry.rules.rule_errors import Code, Fault, RuleRejected
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
    names,
    walk,
)
from registry.rules.units import ONE, Unit

# Looking for the nearest of thousands of names takes a while; a rule may hold hundreds that are unknown.
MAX_SUGGESTIONS = 5
DAYS = Unit((("day", 1),))
ORDERED = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.LEVEL})
UNKNOWN = {
    Namespace.FACTS: Code.UNKNOWN_FACT,
    Namespace.ACTIONS: Code.UNKNOWN_ACTION,
    Namespace.PARAMS: Code.UNKNOWN_PARAM,
    Namespace.FINDINGS: Code.UNKNOWN_FINDING,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that may be used. text is as it was written; tree is checked; type is that of its value."""

    text: str
    tree: Tree
    type: Type

    @property
    def canonical(self) -> str:
        return canonical_text(self.tree)

    @property
    def digest(self) -> str:
        return tree_digest(self.tree)

    @property
    def names(self) -> tuple[str, ...]:
        return names(self.tree)

    def evaluate(self, values: Mapping[str, Value]) -> Outcome:
        """values as `values.read_values` gives them. A level comes out under its name."""
        outcome = evaluate(self.tree, values)
        if self.type.kind is Kind.LEVEL and isinstance(outcome.value, int):
            return replace(outcome, value=self.type.choices[outcome.value])
        return outcome


def read_rule(text: str, environment: Environment, expected: Type | None = BOOLEAN, pointer: str | None = None) -> Rule:
    """expected: what the rule has to give; None takes any type. pointer: the rule's place in its document.

    Raises RuleRejected.
    """
    try:
        tree = read_tree(text)
        # What is stored is the canonical form, which spaces can make longer; it has to be a rule as well.
        refuse_long(canonical_text(tree), MAX_BYTES)
    except RuleRejected as error:
        raise RuleRejected(error.text, error.faults, pointer) from None
    checker = Checker(environment)
    checked, its_type = checker.check(tree)
    if expected is not None and its_type is not None:
        (checked,), its_type = checker.fit([(checked, its_type)], tree, expected)
    if checker.faults or its_type is None:
        raise RuleRejected(text, tuple(checker.faults), pointer)
    return Rule(text, checked, its_type)


Part = tuple[Tree, Type | None]


class Checker:
    """Collects faults while it goes through one tree."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.faults: list[Fault] = []

    def check(self, tree: Tree) -> Part:
        match tree:
            case Truth():
                return tree, BOOLEAN
            case Number(_, is_integer, unit):
                return tree, Type(Kind.INTEGER if is_integer else Kind.DECIMAL, unit)
            case Text():
                return tree, Type(Kind.TEXT)
            case Day():
                return tree, DATE
            case Level(_, levels):
                return tree, Type(Kind.LEVEL, choices=levels)
            case Name():
                return self.name(tree)
            case Not(operand):
                return replace(tree, operand=self.boolean(operand)), BOOLEAN
            case AllOf(operands) | AnyOf(operands):
                return replace(tree, operands=tuple(self.boolean(each) for each in operands)), BOOLEAN
            case Compare():
                return self.compare(tree), BOOLEAN
            case Among(item, members):
                parts, _ = self.fit([self.check(each) for each in (item, *members)], tree)
                return replace(tree, item=parts[0], members=tuple(parts[1:])), BOOLEAN
            case Choice(condition, then, otherwise):
                decided = self.boolean(condition)
                parts, its_type = self.fit([self.check(then), self.check(otherwise)], tree)
                return replace(tree, condition=decided, then=parts[0], otherwise=parts[1]), its_type
            case Negative(operand):
                (part,), its_type = self.numbers([operand], tree)
                return replace(tree, operand=part), its_type
            case Calculate():
                return self.calculate(tree)
            case Call():
                return self.call(tree)

    def fault(self, code: Code, message: str, fix: str, tree: Tree, seen: str | None = None) -> None:
        self.faults.append(Fault(code, message, fix, tree.at, seen))

    def fit(self, parts: list[Part], whole: Tree, expected: Type | None = None) -> tuple[list[Tree], Type | None]:
        """The parts under one type, which is expected or the one that all of them can have."""
        trees, its_type, faults = fitting.fit(parts, whole, expected)
        self.faults += faults
        return trees, its_type

    def name(self, name: Name) -> Part:
        declaration = self.environment.find(name.key)
        if declaration is None:
            near = self.environment.nearest(name.key) if len(self.faults) < MAX_SUGGESTIONS else None
            fix = (
                f"Did you mean {canonical_text(Name(near.namespace, near.id))}?"
                if near
                else f"Declare it among the {name.namespace}."
            )
            self.fault(UNKNOWN[name.namespace], "Nothing is declared under this name.", fix, name, name.key)
            return name, None
        return replace(name, type=declaration.type), declaration.type

    def boolean(self, tree: Tree) -> Tree:
        checked, its_type = self.check(tree)
        if its_type is not None and its_type.kind is not Kind.BOOLEAN:
            fix = "Make a condition of it, for example by comparing it."
            self.fault(Code.TYPE_ERROR, "A condition, true or false, has to stand here.", fix, tree, str(its_type))
        return checked

    def numbers(self, trees: list[Tree], whole: Tree) -> tuple[list[Tree], Type | None]:
        """The trees under one type of numbers."""
        parts = [self.number(each) for each in trees]
        return self.fit(parts, whole)

    def number(self, tree: Tree) -> Part:
        checked, its_type = self.check(tree)
        if its_type is not None and not its_type.is_number:
            self.fault(Code.TYPE_ERROR, "A number has to stand here.", "Use a number or a count.", tree, str(its_type))
            return checked, None
        return checked, its_type

    def compare(self, tree: Compare) -> Tree:
        (left, right), its_type = self.fit([self.check(tree.left), self.check(tree.right)], tree)
        if its_type is not None and tree.operator not in {"==", "!="} and its_type.kind not in ORDERED:
            fix = "Use == or !=, or declare a level with its order."
            self.fault(Code.TYPE_ERROR, f"Values of type {its_type.kind} have no order.", fix, tree, tree.operator)
        return replace(tree, left=left, right=right)

    def calculate(self, tree: Calculate) -> Part:
        if tree.operator in {"+", "-"}:
            return self.add(tree)
        left, left_type = self.number(tree.left)
        before = len(self.faults)
        right, right_type = self.number(tree.right)
        is_sound = right_type is not None and len(self.faults) == before
        checked = replace(tree, left=left, right=right)
        if left_type is None or right_type is None or not is_sound or not self.is_linear(checked):
            return checked, None
        is_whole = tree.operator == "*" and left_type.kind is right_type.kind is Kind.INTEGER
        unit = None
        if left_type.unit is not None or right_type.unit is not None:
            above, other = left_type.unit or ONE, right_type.unit or ONE
            unit = above * other if tree.operator == "*" else above / other
        return checked, Type(Kind.INTEGER if is_whole else Kind.DECIMAL, unit)

    def add(self, tree: Calculate) -> Part:
        left, right = self.check(tree.left), self.check(tree.right)
        if tree.operator == "-" and left[1] == right[1] == DATE:
            return replace(tree, left=left[0], right=right[0]), Type(Kind.INTEGER, DAYS)
        if any(its_type is not None and not its_type.is_number for _, its_type in (left, right)):
            fix = "Add and subtract numbers; of two dates the difference can be taken."
            seen = f"{left[1] or 'unknown'} {tree.operator} {right[1] or 'unknown'}"
            self.fault(Code.TYPE_ERROR, "These cannot be added or subtracted.", fix, tree, seen)
            return tree, None
        parts, its_type = self.fit([left, right], tree)
        return replace(tree, left=parts[0], right=parts[1]), its_type

    def is_linear(self, tree: Calculate) -> bool:
        """A product has at most one side with facts, and a divisor is a number that is written out and not 0."""
        if tree.operator == "*":
            if all(any(_varies(node) for node, _ in walk(side)) for side in (tree.left, tree.right)):
                fix = "Only one side may hold facts, actions or findings; parameters and numbers are constants."
                self.fault(Code.NONLINEAR, "Two unknown values are multiplied.", fix, tree)
                return False
            return True
        if names(tree.right):
            fix = "Multiply both sides of the comparison instead: 100 * a >= limit * b for a / b * 100 >= limit."
            self.fault(Code.NONLINEAR, "A divisor has to be a number that is written out.", fix, tree.right)
            return False
        if evaluate(tree.right, {}).value == 0:
            self.fault(Code.DIVISION_BY_ZERO, "The divisor is 0.", "Divide by another number.", tree.right)
            return False
        return True

    def call(self, tree: Call) -> Part:
        if tree.function is Function.COUNT:
            conditions = tuple(self.boolean(each) for each in tree.arguments)
            return replace(tree, arguments=conditions), Type(Kind.INTEGER, ONE)
        arguments, its_type = self.numbers(list(tree.arguments), tree)
        if its_type is not None and tree.function in {Function.FLOOR, Function.CEIL}:
            its_type = replace(its_type, kind=Kind.INTEGER)
        return replace(tree, arguments=tuple(arguments)), its_type


def _varies(tree: Tree) -> bool:
    return isinstance(tree, Name) and tree.namespace is not Namespace.PARAMS
