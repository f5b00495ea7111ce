"""Is `stricter_when` true? A solver looks for a place where the stricter value passes and the looser one fails. Pure.

What passes: a condition that holds or does not apply, and, of points and levels, one more than the other. A place that
is found is judged once more by the evaluator before it counts. What cannot be decided is said, never passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, cast

from registry.errors import Violation
from registry.rules.checking import Rule
from registry.rules.declarations import Environment, Kind, Value
from registry.rules.evaluation import Exact, evaluate
from registry.rules.printing import MAX_PLACES
from registry.rules.solving import SolverForms
from registry.standards.document_errors import Code
from registry.standards.domains import shown
from registry.standards.parameter import Direction, Domain, Parameter
from registry.standards.standard import MeasureKind, Obligation, Standard

# The solver's own count of its work, so that every machine comes to the same answer; seconds are the last resort.
MAX_WORK = 20_000_000
MAX_MILLISECONDS = 20_000
# Of all questions about one standard together.
MAX_TOTAL_WORK = 100_000_000
MAX_QUESTIONS = 5_000
# Stands for a text that no rule mentions.
ANOTHER_TEXT = "…"


@dataclass(frozen=True, slots=True)
class Strictness:
    """violations: a direction that is wrong, with the place that shows it. undetermined: nobody knows."""

    violations: tuple[Violation, ...]
    undetermined: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """A rule that decides something. is_less_better: of points, as where mistakes are counted."""

    where: str
    rule: Rule
    applies_when: Rule | None = None
    is_less_better: bool = False

    @property
    def is_condition(self) -> bool:
        return self.rule.type.kind is Kind.BOOLEAN

    def result(self, values: Mapping[str, Value]) -> Exact | None:
        """What a place gets, as the evaluator sees it; of levels the place in their order. None: not known."""
        if self.applies_when is not None:
            applies = evaluate(self.applies_when.tree, values).value
            if applies is not True:
                return True if applies is False and self.is_condition else None
        return cast(Exact | None, evaluate(self.rule.tree, values).value)

    def told(self, result: Exact) -> str:
        if self.is_condition:
            return "passes" if result else "fails"
        if self.rule.type.kind is Kind.LEVEL:
            return f"gives {self.rule.type.choices[int(result)]}"
        return f"gives {_written(result)}"

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.rule.names).union(self.applies_when.names if self.applies_when else ())


def judge_strictness(standard: Standard, max_work: int = MAX_WORK, max_questions: int = MAX_QUESTIONS) -> Strictness:
    """For every parameter that has a direction, and every rule of a criterion that counts."""
    violations: list[Violation] = []
    undetermined: list[Violation] = []
    work = questions = 0
    for question, place in _questions(standard):
        pointer = f"/parameters/{place}/stricter_when"
        if questions == max_questions or work > MAX_TOTAL_WORK:
            message = "To judge the directions of all parameters takes too long; from here on they were not looked at."
            fix = "Split the standard, or make its rules simpler."
            undetermined.append(Violation(Code.STRICTER_WHEN_UNDETERMINED, message, fix, pointer))
            break
        found = question.answer(max_work)
        questions, work = questions + 1, work + question.work
        if found is not None:
            pointed = replace(found, pointer=pointer, value=question.parameter.stricter_when.value)
            (undetermined if found.code == Code.STRICTER_WHEN_UNDETERMINED else violations).append(pointed)
    return Strictness(tuple(violations), tuple(undetermined))


def _questions(standard: Standard) -> "Iterator[tuple[_Question, int]]":
    """Each with the place of its parameter."""
    demands = list(_demands(standard))
    for place, parameter in enumerate(standard.parameters.values()):
        for demand in demands:
            if parameter.stricter_when is not Direction.NONE and parameter.declaration.key in demand.names:
                yield _Question(standard, parameter, demand), place


def _demands(standard: Standard) -> Iterator[Demand]:
    for each in standard.criteria:
        if each.measure is not None and each.obligation is not Obligation.INFORMATIVE:
            is_less_better = (
                each.kind is not MeasureKind.CONDITION and each.document["measure"].get("improvement") == "decrease"
            )
            yield Demand(f"Criterion {each.id}", each.measure, each.applies_when, is_less_better)
    if standard.decision is not None:
        yield Demand("The decision", standard.decision)


class _Question:
    """One parameter in one rule: the same place with a stricter and a looser value."""

    def __init__(self, standard: Standard, parameter: Parameter, demand: Demand) -> None:
        import z3  # type: ignore[import-untyped]

        self._z3 = z3
        self.standard, self.parameter, self.demand = standard, parameter, demand
        self.key = parameter.declaration.key
        # The parameter's own name stands for the stricter value.
        looser = replace(parameter.declaration, id=f"{parameter.id} (looser)")
        self.looser_key = looser.key
        self.environment = Environment.of([*standard.environment.declarations.values(), looser])
        self.forms = SolverForms(self.environment)
        self.work = 0

    def answer(self, max_work: int) -> Violation | None:
        """None: the direction is right."""
        solver = self._z3.Solver(ctx=self.forms.context)
        solver.set("random_seed", 0)
        solver.set("rlimit", max_work)
        solver.set("timeout", MAX_MILLISECONDS)
        solver.add(self._is_wrong(), *self._place())
        answer = solver.check()
        self.work = _work_of(solver)
        if answer == self._z3.unsat:
            return None
        if answer == self._z3.sat:
            found = self._witness(solver.model())
            if found is not None:
                return found
        message = f"{self.demand.where}: it could not be decided whether a {self._direction} value asks for more."
        return Violation(
            Code.STRICTER_WHEN_UNDETERMINED, message, 'Make the rule simpler, bound its facts, or write "none".'
        )

    @property
    def _direction(self) -> Direction:
        return self.parameter.stricter_when

    def _is_wrong(self) -> Any:
        """The stricter value gives more than the looser one."""
        z3, forms, demand = self._z3, self.forms, self.demand
        form = forms.form(demand.rule.tree)
        applies = forms.form(demand.applies_when.tree) if demand.applies_when else z3.BoolVal(True, forms.context)
        if demand.is_condition:
            form = z3.Implies(applies, form)
        own, looser = forms.variable(self.key), forms.variable(self.looser_key)
        other = z3.substitute(form, (own, looser))
        if demand.is_condition:
            return z3.And(form, z3.Not(other), self._is_stricter(own, looser))
        # Where the criterion applies with one of the values only, its points cannot be compared.
        both = z3.And(applies, z3.substitute(applies, (own, looser)))
        return z3.And(both, form < other if demand.is_less_better else form > other, self._is_stricter(own, looser))

    def _is_stricter(self, own: Any, looser: Any) -> Any:
        high, low = (own, looser) if self._direction is Direction.HIGHER else (looser, own)
        return self._z3.And(high, self._z3.Not(low)) if self._z3.is_bool(high) else high > low

    def _place(self) -> Iterator[Any]:
        """Every name within what is declared of it, and every parameter within the domain of its class."""
        for key in sorted(self.demand.names):
            yield from self.forms.domain(key)
            parameter = self._parameter(key)
            if parameter is not None:
                yield self._in_domain(parameter, key)
        yield from self.forms.domain(self.looser_key)
        yield self._in_domain(self.parameter, self.looser_key)

    def _parameter(self, key: str) -> Parameter | None:
        namespace, _, identifier = key.partition(".")
        return self.standard.parameters[identifier] if namespace == "params" else None

    def _in_domain(self, parameter: Parameter, key: str) -> Any:
        z3, forms = self._z3, self.forms
        if parameter.classified_by is None:
            (domain,) = parameter.domains.values()
            return self._within(domain, parameter, key)
        fact = self.environment.declarations[f"facts.{parameter.classified_by}"]
        return z3.Or(
            [
                z3.And(
                    forms.variable(fact.key) == forms.constant(fact.type, its_class),
                    self._within(domain, parameter, key),
                )
                for its_class, domain in parameter.domains.items()
            ]
        )

    def _within(self, domain: Domain, parameter: Parameter, key: str) -> Any:
        z3, variable = self._z3, self.forms.variable(key)

        def constant(value: Value) -> Any:
            return self.forms.constant(parameter.type, value)

        parts = [z3.BoolVal(True, self.forms.context)]
        if domain.minimum is not None:
            parts.append(variable >= constant(domain.minimum))
        if domain.maximum is not None:
            parts.append(variable <= constant(domain.maximum))
        if domain.choices:
            parts.append(z3.Or([variable == constant(each) for each in domain.choices]))
        if domain.step is not None and domain.minimum is not None:
            offset = variable - constant(domain.minimum)
            step = z3.RealVal(str(domain.step), self.forms.context)
            parts.append(z3.IsInt((z3.ToReal(offset) if offset.is_int() else offset) / step))
        return z3.And(parts)

    def _witness(self, model: Any) -> Violation | None:
        """None where the evaluator does not see what the solver saw."""
        values = {key: self._value(model, key) for key in sorted(self.forms.variables)}
        stricter, looser = values.pop(self.key), values.pop(self.looser_key)
        place = {key: value for key, value in values.items() if value is not None}
        if stricter is None or looser is None or len(place) < len(values):
            return None
        more, less = (self.demand.result({**place, self.key: each}) for each in (stricter, looser))
        if more is None or less is None or not (more < less if self.demand.is_less_better else more > less):
            return None
        given = ", ".join(f"{key} = {_written(value)}" for key, value in place.items())
        message = (
            f"{self.demand.where}{f', with {given}' if given else ''}: {self.key} = {_written(stricter)} "
            f"{self.demand.told(more)}, and {_written(looser)} {self.demand.told(less)}."
        )
        fix = f"A {self._direction} value does not ask for more here: turn stricter_when or the rule around."
        return Violation(Code.STRICTER_WHEN_WRONG, message, fix)

    def _value(self, model: Any, key: str) -> Value | None:
        value = self.forms.value(model, key)
        is_any_text = value is None and self.environment.declarations[key].type.kind is Kind.TEXT
        return ANOTHER_TEXT if is_any_text else value


def _work_of(solver: Any) -> int:
    """What the solver counted of its own work."""
    counted = solver.statistics()
    return int(counted.get_key_value("rlimit count")) if "rlimit count" in counted.keys() else 0  # noqa: SIM118


def _written(value: Value) -> str:
    """For a message; a fraction that does not end as one."""
    if isinstance(value, Fraction) and 10**MAX_PLACES % value.denominator:
        return str(value)
    return shown(value)
