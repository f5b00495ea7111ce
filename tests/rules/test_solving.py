"""The solver form says what the evaluator says, and the evaluator never more than every completion."""

from datetime import date
from fractions import Fraction

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_samples import ENVIRONMENT, GRADES, KEYS, PERCENT, conditions, known_parts, numbers, points, rules

from registry.rules.checking import read_rule
from registry.rules.declarations import Declaration, Environment, Namespace, decimal, integer
from registry.rules.printing import canonical_text
from registry.rules.solving import SolverForms


def solve(forms: SolverForms, *conditions) -> z3.CheckSatResult:
    solver = z3.Solver(ctx=forms.context)
    solver.set("timeout", 20_000)
    solver.add(*conditions)
    return solver.check()


@settings(max_examples=150, deadline=None)
@given(rules, points())
def test_the_solver_gives_the_value_of_the_evaluator(tree, point):
    checked = read_rule(canonical_text(tree), ENVIRONMENT)
    forms = SolverForms(ENVIRONMENT, point)

    found = z3.simplify(forms.form(checked.tree))

    assert (z3.is_true(found), z3.is_false(found)) == (
        checked.evaluate(point).value is True,
        checked.evaluate(point).value is False,
    )
    assert forms.variables == {}


@settings(max_examples=150, deadline=None)
@given(numbers(3, decimal(PERCENT)) | numbers(3, decimal()), points())
def test_the_solver_computes_the_numbers_of_the_evaluator(tree, point):
    checked = read_rule(canonical_text(tree), ENVIRONMENT, None)

    found = z3.simplify(SolverForms(ENVIRONMENT, point).form(checked.tree))

    assert Fraction(str(found.as_fraction() if found.is_real() else found.as_long())) == checked.evaluate(point).value


@settings(max_examples=100, deadline=None)
@given(conditions(2), points(), st.data())
def test_what_the_evaluator_knows_every_completion_gives(tree, point, data):
    checked = read_rule(canonical_text(tree), ENVIRONMENT)
    some = data.draw(known_parts(point))
    forms = SolverForms(ENVIRONMENT, some)
    form = forms.form(checked.tree)
    domains = [each for key in checked.names for each in forms.domain(key)]
    value = checked.evaluate(some).value

    if value is not None:
        assert solve(forms, *domains, z3.Not(form) if value else form) == z3.unsat
    # The completion at hand is one of those that the solver sees.
    completed = [forms.variable(key) == forms.constant(ENVIRONMENT.declarations[key].type, point[key]) for key in KEYS]
    outcome = checked.evaluate(point).value
    assert solve(forms, *domains, *completed, form if outcome else z3.Not(form)) == z3.sat


@settings(max_examples=50, deadline=None)
@given(conditions(2))
def test_a_model_of_the_solver_passes_the_evaluator(tree):
    checked = read_rule(canonical_text(tree), ENVIRONMENT)
    forms = SolverForms(ENVIRONMENT)
    solver = z3.Solver(ctx=forms.context)
    solver.add(forms.form(checked.tree), *(each for key in KEYS for each in forms.domain(key)))
    if solver.check() != z3.sat:
        return

    model = solver.model()
    values = {key: forms.value(model, key) for key in checked.names}

    if None not in values.values():
        assert checked.evaluate(values).value is True


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("facts.n >= 3", "facts.n > 2"),
        ("facts.n > 2", "facts.n >= 3"),
        ("facts.n >= 3", "facts.n >= min(3, actions.m)"),
        ("facts.rate / 4 >= 0.5", "facts.rate >= 2"),
        ('facts.grade > "B"', 'facts.grade == "A"'),
        ("facts.x > 2", "ceil(facts.x) >= 3"),
        ("floor(facts.x) >= 3", "facts.x >= 3"),
        ('facts.area != "west"', 'facts.area == "central"'),
        ('facts.day < date("2026-03-01")', 'facts.day <= date("2026-02-28")'),
    ],
)
def test_one_rule_implies_another(stronger, weaker):
    forms = SolverForms(ENVIRONMENT)
    left, right = (forms.form(read_rule(each, ENVIRONMENT).tree) for each in (stronger, weaker))
    domains = [each for key in KEYS for each in forms.domain(key)]

    assert solve(forms, *domains, left, z3.Not(right)) == z3.unsat


def test_on_decimals_more_than_two_is_not_at_least_three():
    forms = SolverForms(ENVIRONMENT)
    old, new = (forms.form(read_rule(each, ENVIRONMENT).tree) for each in ("facts.x >= 3", "facts.x > 2"))
    solver = z3.Solver(ctx=forms.context)
    solver.add(new, z3.Not(old))

    assert solver.check() == z3.sat
    assert 2 < forms.value(solver.model(), "facts.x") < 3


def test_the_declared_bounds_are_the_domain():
    environment = Environment.of(
        [
            Declaration(Namespace.FACTS, "n", integer(), minimum=0, maximum=500),
            Declaration(Namespace.FACTS, "x", decimal(), minimum=Fraction(1, 3)),
        ]
    )
    forms = SolverForms(environment)

    assert [
        solve(forms, *forms.domain("facts.n"), forms.variable("facts.n") == each) for each in (-1, 0, 500, 501)
    ] == [
        z3.unsat,
        z3.sat,
        z3.sat,
        z3.unsat,
    ]
    assert solve(forms, *forms.domain("facts.x"), 3 * forms.variable("facts.x") < 1) == z3.unsat


def test_a_model_comes_back_in_values_of_the_rule_language():
    point = {
        "facts.n": 3,
        "facts.x": Fraction(1, 3),
        "facts.p": True,
        "facts.area": "west",
        "facts.word": "乡",
        "facts.grade": GRADES[2],
        "facts.day": date(2026, 2, 28),
    }
    forms = SolverForms(ENVIRONMENT)
    solver = z3.Solver(ctx=forms.context)
    for key, value in point.items():
        solver.add(forms.variable(key) == forms.constant(ENVIRONMENT.declarations[key].type, value))

    assert solver.check() == z3.sat
    assert {key: forms.value(solver.model(), key) for key in point} == point
    assert forms.value(solver.model(), "facts.until") is None


def test_a_root_that_is_no_fraction_is_not_rounded():
    forms = SolverForms(ENVIRONMENT)
    solver = z3.Solver(ctx=forms.context)
    solver.add(forms.variable("params.limit") * forms.variable("params.limit") == 2)

    assert solver.check() == z3.sat
    assert forms.value(solver.model(), "params.limit") is None
