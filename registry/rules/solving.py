"""The solver form of a rule (z3): exact integers and rationals, and a free variable for each name without a value.

A day is its ordinal, a level its place in its order, a text a number of its own. What the evaluator knows, every
completion gives; the converse does not hold: `facts.x == facts.x` is unknown for the evaluator, true for the solver.
Division is that of rationals also of two integers, and divisors are never 0 (`checking` sees to both).
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import Any

from registry.rules.declarations import Declaration, Environment, Kind, Type, Value
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


class SolverForms:
    """Forms of rules that share their variables. Each has a context of its own, since z3's common one is not for
    several threads. known: names that stand for their values."""

    def __init__(self, environment: Environment, known: Mapping[str, Value] | None = None) -> None:
        import z3  # type: ignore[import-untyped]

        self._z3 = z3
        self.context = z3.Context()
        self.environment = environment
        self.known = dict(known or {})
        self.variables: dict[str, Any] = {}
        self._texts: dict[str, int] = {}

    def form(self, tree: Tree) -> Any:
        """The z3 expression of a checked tree."""
        z3 = self._z3
        match tree:
            case Truth(value):
                return z3.BoolVal(value, self.context)
            case Number(value, is_integer):
                return self._number(value.numerator if is_integer else value)
            case Text(value):
                return self._number(self._text(value))
            case Day(value):
                return self._number(value.toordinal())
            case Level(value, levels):
                return self._number(levels.index(value))
            case Name():
                return self._name(tree)
            case Not(operand):
                return z3.Not(self.form(operand))
            case Negative(operand):
                return -self.form(operand)
            case AllOf(operands):
                return z3.And([self.form(each) for each in operands])
            case AnyOf(operands):
                return z3.Or([self.form(each) for each in operands])
            case Among(item, members):
                sought = self.form(item)
                return z3.Or([self._equal(sought, self.form(each)) for each in members])
            case Choice(condition, then, otherwise):
                return z3.If(self.form(condition), *self._alike(self.form(then), self.form(otherwise)), self.context)
            case Compare():
                return self._compared(tree)
            case Calculate():
                return self._calculated(tree)
            case Call(function, arguments):
                return self._called(function, [self.form(each) for each in arguments])

    def variable(self, key: str) -> Any:
        """The variable of a declared name."""
        if key not in self.variables:
            declaration = self._declaration(key)
            make = {Kind.BOOLEAN: self._z3.Bool, Kind.DECIMAL: self._z3.Real}.get(declaration.type.kind, self._z3.Int)
            self.variables[key] = make(key, self.context)
        return self.variables[key]

    def domain(self, key: str) -> tuple[Any, ...]:
        """What the declaration of a name says of its variable: bounds, levels, the list of texts."""
        declaration, variable = self._declaration(key), self.variable(key)
        choices = declaration.type.choices
        bounds: list[Any] = []
        if choices:
            places = [self._place(declaration.type, each) for each in choices]
            bounds.append(self._z3.Or([variable == place for place in places]))
        if declaration.type.kind is Kind.DATE:
            bounds += [variable >= date.min.toordinal(), variable <= date.max.toordinal()]
        if declaration.minimum is not None:
            bounds.append(variable >= self.constant(declaration.type, declaration.minimum))
        if declaration.maximum is not None:
            bounds.append(variable <= self.constant(declaration.type, declaration.maximum))
        return tuple(bounds)

    def constant(self, its_type: Type, value: Value) -> Any:
        match value:
            case bool():
                return self._z3.BoolVal(value, self.context)
            case str():
                return self._number(self._place(its_type, value))
            case date():
                return self._number(value.toordinal())
            case int() | Fraction():
                return self._number(Fraction(value) if its_type.kind is Kind.DECIMAL else value)

    def value(self, model: Any, key: str) -> Value | None:
        """What a model within the domains says of a name.

        None for a name or a text that no form mentions, where any will do, and for a root that is no fraction.
        """
        if key not in self.variables:
            return None
        found = model.eval(self.variable(key), model_completion=True)
        its_type = self._declaration(key).type
        match its_type.kind:
            case Kind.BOOLEAN:
                return bool(self._z3.is_true(found))
            case Kind.DECIMAL if not self._z3.is_rational_value(found):
                return None
            case Kind.DECIMAL:
                return Fraction(found.numerator_as_long(), found.denominator_as_long())
            case Kind.DATE:
                return date.fromordinal(int(found.as_long()))
            case Kind.LEVEL:
                return its_type.choices[int(found.as_long())]
            case Kind.TEXT:
                number = int(found.as_long())
                return next((text for text, known in self._texts.items() if known == number), None)
            case Kind.INTEGER:
                return int(found.as_long())

    def _declaration(self, key: str) -> Declaration:
        return self.environment.declarations[key]

    def _number(self, value: int | Fraction) -> Any:
        if isinstance(value, int):
            return self._z3.IntVal(value, self.context)
        return self._z3.RealVal(str(value), self.context)

    def _text(self, value: str) -> int:
        return self._texts.setdefault(value, len(self._texts))

    def _place(self, its_type: Type, value: str) -> int:
        return its_type.choices.index(value) if its_type.kind is Kind.LEVEL else self._text(value)

    def _name(self, name: Name) -> Any:
        value = self.known.get(name.key)
        return self.variable(name.key) if value is None else self.constant(self._declaration(name.key).type, value)

    def _real(self, form: Any) -> Any:
        return self._z3.ToReal(form) if form.is_int() else form

    def _alike(self, left: Any, right: Any) -> tuple[Any, Any]:
        """Both of one sort: an integer that meets a rational becomes one."""
        if left.sort() == right.sort():
            return left, right
        return self._real(left), self._real(right)

    def _equal(self, left: Any, right: Any) -> Any:
        left, right = self._alike(left, right)
        return left == right

    def _compared(self, tree: Compare) -> Any:
        left, right = self._alike(self.form(tree.left), self.form(tree.right))
        match tree.operator:
            case "==":
                return left == right
            case "!=":
                return left != right
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case ">=":
                return left >= right

    def _calculated(self, tree: Calculate) -> Any:
        left, right = self._alike(self.form(tree.left), self.form(tree.right))
        match tree.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return self._real(left) / self._real(right)

    def _called(self, function: Function, forms: list[Any]) -> Any:
        z3 = self._z3
        first = forms[0]
        match function:
            case Function.MIN | Function.MAX:
                return reduce(self._smaller if function is Function.MIN else self._larger, forms)
            case Function.ABS:
                return z3.If(first < 0, -first, first, self.context)
            case Function.FLOOR:
                return first if first.is_int() else z3.ToInt(first)
            case Function.CEIL:
                return first if first.is_int() else -z3.ToInt(-first)
            case Function.SUM:
                return reduce(self._added, forms)
            case Function.COUNT:
                ones = [z3.If(each, self._number(1), self._number(0), self.context) for each in forms]
                return reduce(self._added, ones)

    def _smaller(self, left: Any, right: Any) -> Any:
        left, right = self._alike(left, right)
        return self._z3.If(left <= right, left, right, self.context)

    def _larger(self, left: Any, right: Any) -> Any:
        left, right = self._alike(left, right)
        return self._z3.If(left >= right, left, right, self.context)

    def _added(self, left: Any, right: Any) -> Any:
        left, right = self._alike(left, right)
        return left + right
