"""A parameter that is stricter when higher never lets a place pass by being raised: proved, or shown to be wrong."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standard_samples import make_criterion, make_fact, make_parameter, make_small_standard, make_standard

from registry.standards.reading import read_standard
from registry.standards.strictness import Strictness, judge_strictness


def judged(rule="facts.x >= params.p", *, parameter=None, criterion=None, max_work=None, **changes):
    document = make_small_standard(
        parameters=[make_parameter(**(parameter or {}))],
        criteria=[make_criterion(rule, **(criterion or {}))],
        **changes,
    )
    standard = read_standard(document)
    return judge_strictness(standard) if max_work is None else judge_strictness(standard, max_work)


def is_wrong(*given, **changes):
    strictness = judged(*given, **changes)
    assert strictness.undetermined == ()
    return bool(strictness.violations)


def measured(kind, rule, **more):
    return {"measure": {"kind": kind, "rule": rule, **more}}


def test_the_directions_of_the_investment_standard_are_right():
    strictness = judge_strictness(read_standard(make_standard()))

    assert (strictness.violations, strictness.undetermined) == ((), ())


def test_a_direction_that_is_turned_around_is_refused_with_a_place_that_shows_it():
    domain = {"minimum": "1", "maximum": "2", "step": "1"}
    facts = [make_fact(type="integer", minimum=0, maximum=10)]

    (violation,) = judged("facts.x <= params.p", parameter={"domain": domain}, fact_definitions=facts).violations

    assert (violation.code, violation.pointer, violation.value) == (
        "STRICTER_WHEN_WRONG",
        "/parameters/0/stricter_when",
        "higher",
    )
    assert violation.message == "Criterion c, with facts.x = 2: params.p = 2 passes, and 1 fails."


@pytest.mark.parametrize(
    ("rule", "direction", "wrong"),
    [
        ("facts.x >= params.p", "higher", False),
        ("facts.x >= params.p", "lower", True),
        ("facts.x <= params.p", "lower", False),
        ("facts.x <= params.p", "higher", True),
        ("facts.x <= params.p", "none", False),
        ("facts.x == params.p", "higher", True),
        ("facts.x == params.p", "lower", True),
        ("!(facts.x < params.p)", "higher", False),
        ("facts.x >= params.p - 1 && facts.x > 3", "higher", False),
        ("facts.x >= params.p || facts.x < 1", "higher", False),
        ("facts.x >= params.p * params.p", "higher", False),
        ("facts.x * params.p <= 4", "higher", False),
        ("facts.x * params.p >= 4", "higher", True),
        # Within the bounds of the fact, 0 to 10, no value changes anything.
        ("facts.x <= params.p + 100", "higher", False),
        ("facts.x <= params.p + 8", "higher", True),
    ],
)
def test_the_direction_follows_from_the_rule(rule, direction, wrong):
    assert is_wrong(rule, parameter={"stricter_when": direction}) is wrong


def test_only_values_of_the_domain_count():
    """x - 3 squared falls from 1 to 3 and rises from 3 on."""
    rule = "facts.x >= (params.p - 3) * (params.p - 3)"

    assert is_wrong(rule, parameter={"default": "3", "domain": {"minimum": "3", "maximum": "5"}}) is False
    assert is_wrong(rule, parameter={"domain": {"minimum": "1", "maximum": "5"}}) is True
    assert is_wrong(rule, parameter={"domain": {"minimum": "2", "maximum": "4", "step": "2"}}) is False
    assert is_wrong(rule, parameter={"domain": {"minimum": "2", "maximum": "4", "step": "1"}}) is True


@pytest.mark.parametrize(
    ("parameter", "rule", "wrong"),
    [
        ({"type": "integer", "default": 2, "domain": {"minimum": 1, "maximum": 5}}, "facts.x >= params.p", False),
        ({"type": "boolean", "default": True, "domain": None}, "!params.p || facts.x > 1", False),
        ({"type": "boolean", "default": True, "domain": None}, "params.p || facts.x > 1", True),
        ({"type": "boolean", "default": True, "domain": {"choices": [True]}}, "params.p || facts.x > 1", False),
        ({"type": "date", "default": "2026-01-01", "domain": None}, 'params.p < date("2026-06-01")', False),
        ({"type": "date", "default": "2026-01-01", "domain": None}, 'params.p > date("2026-06-01")', True),
        ({"type": "level", "choices": ["C", "B", "A"], "default": "B", "domain": None}, 'params.p < "A"', False),
        ({"type": "level", "choices": ["C", "B", "A"], "default": "B", "domain": None}, 'params.p > "C"', True),
        (
            {"type": "level", "choices": ["C", "B", "A"], "default": "B", "domain": {"choices": ["B", "A"]}},
            'params.p > "C"',
            False,
        ),
    ],
)
def test_every_type_has_its_order(parameter, rule, wrong):
    assert is_wrong(rule, parameter=parameter) is wrong


TERRAIN = make_fact(id="terrain", type="text", choices=["mountain", "plain"], minimum=None, maximum=None)


@pytest.mark.parametrize(("lowest", "wrong"), [("4", False), ("1", True)])
def test_the_values_of_a_class_are_those_of_its_domain(lowest, wrong):
    """On the plain the rule turns around below 3, which only some domains of the plain allow."""
    table = {"mountain": {"minimum": "1", "maximum": "5"}, "plain": {"minimum": lowest, "maximum": "5"}}
    parameter = {"classified_by": "terrain", "default": "4", "domain": None, "domain_by_class": table}
    rule = 'facts.terrain == "plain" && params.p < 3 ? facts.x <= params.p : facts.x >= params.p'

    assert is_wrong(rule, parameter=parameter, fact_definitions=[make_fact(), TERRAIN]) is wrong


def test_other_parameters_may_have_any_value_of_theirs():
    other = make_parameter(id="q", stricter_when="none", domain={"minimum": "-1", "maximum": "1"}, default="0")
    document = make_small_standard(
        parameters=[make_parameter(), other],
        criteria=[make_criterion("facts.x >= params.p * params.q")],
        fact_definitions=[make_fact(minimum="-10")],
    )
    (violation,) = judge_strictness(read_standard(document)).violations
    assert "params.q = -" in violation.message

    document["parameters"][1]["domain"]["minimum"] = "0"
    assert judge_strictness(read_standard(document)).violations == ()


@pytest.mark.parametrize(
    ("guard", "wrong"), [("facts.x >= params.p", True), ("facts.x < params.p", False), ("facts.x > 1", False)]
)
def test_who_is_let_off_by_a_higher_value_passes_by_it(guard, wrong):
    assert is_wrong("facts.x >= 9", criterion={"applies_when": guard}) is wrong


@pytest.mark.parametrize(
    ("measure", "wrong"),
    [
        (measured("points", "facts.x >= params.p ? 5 : 0"), False),
        (measured("points", "facts.x <= params.p ? 5 : 0"), True),
        (measured("points", "facts.x - params.p", improvement="increase"), False),
        (measured("points", "facts.x - params.p", improvement="decrease"), True),
        (measured("points", "params.p", improvement="decrease"), False),
        (measured("level", 'facts.x >= params.p ? "A" : "B"', levels=["B", "A"]), False),
        (measured("level", 'facts.x >= params.p ? "A" : "B"', levels=["A", "B"]), True),
    ],
)
def test_a_stricter_value_never_gives_more(measure, wrong):
    assert is_wrong(criterion=measure) is wrong


def test_points_are_compared_where_the_criterion_applies_with_both_values():
    criterion = {**measured("points", "params.p >= 3 ? 5 : 0"), "applies_when": "params.p >= 3"}

    assert is_wrong(criterion=criterion) is False


def test_what_a_stricter_value_gives_is_told():
    (points,) = judged(criterion=measured("points", "facts.x < params.p ? 5 : 0")).violations
    (level,) = judged(criterion=measured("level", 'facts.x < params.p ? "A" : "B"', levels=["B", "A"])).violations

    assert "gives 5, and " in points.message
    assert points.message.endswith("gives 0.")
    assert "gives A, and " in level.message


def test_the_rule_of_the_decision_is_judged_too():
    decision = {"kind": "levels", "levels": ["low", "high"], "rule": 'facts.x < params.p ? "high" : "low"'}

    (violation,) = judged("facts.x > 1", decision=decision).violations

    assert violation.message.startswith("The decision, with facts.x")


def test_what_is_only_written_down_asks_for_nothing():
    assert is_wrong("facts.x <= params.p", criterion={"obligation": "informative"}) is False
    assert is_wrong("facts.x <= params.p", criterion={"obligation": "scored"}) is True


def test_a_text_that_no_rule_mentions_shows_it_too():
    remark = make_fact(id="remark", type="text", minimum=None, maximum=None)

    (violation,) = judged(
        'facts.remark != "fine" && facts.x <= params.p', fact_definitions=[make_fact(), remark]
    ).violations

    assert "facts.remark = …" in violation.message


def test_a_fraction_that_does_not_end_is_told_as_one():
    domain = {"minimum": "1", "maximum": "2", "step": "1"}

    (violation,) = judged("3 * facts.x == params.p", parameter={"domain": domain}).violations

    assert "facts.x = 2/3: params.p = 2 passes, and 1 fails." in violation.message


def test_what_the_solver_cannot_decide_is_said():
    strictness = judged(max_work=1)

    assert strictness.violations == ()
    (notice,) = strictness.undetermined
    assert (notice.code, notice.pointer) == ("STRICTER_WHEN_UNDETERMINED", "/parameters/0/stricter_when")


GRID = [Fraction(value, 2) for value in range(21)]
PARTS = st.sampled_from(
    ["facts.x >= params.p", "facts.x <= params.p", "facts.x + params.p > 6", "facts.x > 4", "facts.x < 2 * params.p"]
)


@settings(max_examples=60, deadline=None)
@given(PARTS, st.sampled_from(["&&", "||"]), PARTS, st.booleans())
def test_the_solver_sees_what_trying_all_values_shows(first, joint, second, is_negated):
    """Limits of these rules lie on whole numbers, so halves show every change."""
    rule = f"{'!' * is_negated}({first} {joint} {second})"
    parameter = {"type": "integer", "default": 2, "domain": {"minimum": 1, "maximum": 5}}
    standard = read_standard(
        make_small_standard(parameters=[make_parameter(**parameter)], criteria=[make_criterion(rule)])
    )
    measure = standard.criteria[0].measure

    def passes(x, p):
        return measure.evaluate({"facts.x": x, "params.p": p}).value

    shown = any(passes(x, p + 1) and not passes(x, p) for x in GRID for p in range(1, 5))
    assert bool(judge_strictness(standard).violations) is shown


def test_more_questions_than_are_asked_are_told_and_not_passed_over():
    parameters = [make_parameter(id=f"p{n}") for n in range(3)]
    criteria = [make_criterion(f"facts.x >= params.p{n}", id=f"c{n}") for n in range(3)]
    standard = read_standard(make_small_standard(parameters=parameters, criteria=criteria))

    assert judge_strictness(standard) == Strictness((), ())
    (notice,) = judge_strictness(standard, max_questions=2).undetermined
    assert (notice.code, notice.pointer) == ("STRICTER_WHEN_UNDETERMINED", "/parameters/2/stricter_when")
