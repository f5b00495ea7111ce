"""What a resolved standard says of given facts and findings: unknown is never a pass, and never a failure."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localization_samples import make_localization, make_waiver, read, resolved
from standard_samples import make_criterion, make_fact, make_parameter, make_small_standard, make_standard

from registry.rules.declarations import Kind, Value
from registry.standards.outcomes import CriterionOutcome, Result, outcomes, parameter_values
from registry.standards.reading import read_standard
from registry.standards.resolved_standard import ResolvedStandard

INVEST = read_standard(make_standard())
GREEN, ELIGIBLE, INVESTED = "findings.c-green", "facts.eligible_enterprises", "actions.enterprises_invested"


def standard_of(*criteria: Any, **changes: Any) -> ResolvedStandard:
    facts = [
        make_fact(),
        make_fact(id="y"),
        make_fact(id="terrain", type="text", choices=["hill", "plain"], minimum=None, maximum=None),
    ]
    return resolved(
        standard=read_standard(make_small_standard(criteria=list(criteria), fact_definitions=facts, **changes))
    )


def outcome(found: ResolvedStandard, values: Mapping[str, Value], criterion: str = "c") -> CriterionOutcome:
    return next(each for each in outcomes(found, values) if each.criterion == criterion)


def test_a_missing_fact_leaves_the_criterion_unknown_and_is_named() -> None:
    found = outcome(standard_of(make_criterion()), {})

    assert (found.result, found.value, found.missing) == (Result.UNKNOWN, None, {"facts.x"})


@pytest.mark.parametrize(("x", "result"), [(2, Result.MET), (Fraction(199, 100), Result.NOT_MET)])
def test_a_condition_is_met_or_not_and_says_on_what_it_rests(x: Value, result: Result) -> None:
    found = outcome(standard_of(make_criterion()), {"facts.x": x})

    assert (found.result, found.value, found.missing) == (result, None, frozenset())
    assert found.rests_on == {"facts.x", "params.p"}


def test_what_decides_alone_needs_no_other_fact() -> None:
    either = standard_of(make_criterion("facts.x >= 2.0 || facts.y >= 2.0"))

    assert outcome(either, {"facts.x": Fraction(3)}).result is Result.MET
    assert outcome(either, {"facts.x": Fraction(1)}).missing == {"facts.y"}


def test_where_it_does_not_apply_nothing_else_is_asked() -> None:
    guarded = standard_of(make_criterion(applies_when="facts.y >= 5.0"))

    assert outcome(guarded, {"facts.y": Fraction(4)}).result is Result.NOT_APPLICABLE
    assert outcome(guarded, {"facts.y": Fraction(5), "facts.x": Fraction(3)}).result is Result.MET


def test_whether_it_applies_may_be_unknown_though_the_rest_is_known() -> None:
    guarded = standard_of(make_criterion(applies_when="facts.y >= 5.0"))

    found = outcome(guarded, {"facts.x": Fraction(3)})

    assert (found.result, found.missing) == (Result.UNKNOWN, {"facts.y"})


def test_points_are_the_value() -> None:
    points = standard_of(
        make_criterion(measure={"kind": "points", "rule": "facts.x / 4"}, obligation="scored", weight="10")
    )

    found = outcome(points, {"facts.x": Fraction(1)})

    assert (found.result, found.value) == (Result.MEASURED, Fraction(1, 4))
    assert outcome(points, {}).result is Result.UNKNOWN


def test_a_level_is_the_value_by_its_name() -> None:
    rule = 'facts.x >= 2.0 ? "good" : "poor"'
    levels = standard_of(make_criterion(measure={"kind": "level", "levels": ["poor", "good"], "rule": rule}))

    assert outcome(levels, {"facts.x": Fraction(1)}).value == "poor"
    assert outcome(levels, {"facts.x": Fraction(2)}).result is Result.MEASURED


def test_a_judgement_is_left_to_the_assessor() -> None:
    assert outcome(resolved(standard=INVEST), {}, "c-order").result is Result.JUDGED


def test_a_waived_criterion_is_waived_whatever_the_facts_say_and_only_as_long_as_the_waiver_lasts() -> None:
    layer = make_localization(waive=[make_waiver("c-noplan", valid_to="2026-10-01")])
    values: dict[str, Value] = {"actions.plan_changed": True}

    on_last, after = (
        outcome(resolved(layer, standard=INVEST, on=day), values, "c-noplan").result
        for day in (date(2026, 9, 30), date(2026, 10, 1))
    )

    assert (on_last, after) == (Result.WAIVED, Result.NOT_MET)


CLASSIFIED = make_parameter(
    default=None,
    domain=None,
    classified_by="terrain",
    default_by_class={"hill": "2", "plain": "4"},
    settable_by=[],
)


@pytest.mark.parametrize(("terrain", "result"), [("hill", Result.MET), ("plain", Result.NOT_MET)])
def test_the_class_that_is_given_decides_what_is_asked(terrain: str, result: Result) -> None:
    found = standard_of(make_criterion(), parameters=[CLASSIFIED])

    assert outcome(found, {"facts.x": Fraction(3), "facts.terrain": terrain}).result is result


def test_where_the_class_is_not_known_the_criterion_is_unknown_and_the_parameter_is_missing() -> None:
    found = standard_of(make_criterion(), parameters=[CLASSIFIED])

    assert parameter_values(found, {}) == {}
    missing = outcome(found, {"facts.x": Fraction(3)})
    assert (missing.result, missing.missing) == (Result.UNKNOWN, {"params.p"})


def test_a_class_that_was_known_when_it_was_resolved_needs_no_fact() -> None:
    standard = read_standard(
        make_small_standard(
            fact_definitions=[
                make_fact(),
                make_fact(id="terrain", type="text", choices=["hill", "plain"], minimum=None, maximum=None),
            ],
            parameters=[CLASSIFIED],
        )
    )

    assert parameter_values(resolved(standard=standard, terrain="plain"), {}) == {"params.p": Fraction(4)}


def test_every_criterion_has_one_outcome_in_the_order_of_the_standard() -> None:
    assert [each.criterion for each in outcomes(resolved(standard=INVEST), {})] == [each.id for each in INVEST.criteria]


def test_what_localizations_add_for_information_has_no_outcome() -> None:
    added = make_localization(add_informative=[{"id": "seen", "statement": {"en": "Seen"}}])
    assert read(added, INVEST).informative

    assert "seen" not in {each.criterion for each in outcomes(resolved(added, standard=INVEST), {})}


def test_the_task_of_the_three_enterprises_is_missed_with_two() -> None:
    found = outcome(resolved(standard=INVEST), {ELIGIBLE: 2, INVESTED: 2}, "c-invest")

    assert (found.result, found.rests_on) == (Result.NOT_MET, {ELIGIBLE, INVESTED, "params.invest_target"})


def values_of_facts() -> st.SearchStrategy[dict[str, Value]]:
    """For every name that the rules of the standard ask for."""
    strategies: dict[str, st.SearchStrategy[Value]] = {}
    for key, each in INVEST.environment.declarations.items():
        if each.type.kind is Kind.BOOLEAN:
            strategies[key] = st.booleans()
        elif each.type.kind is Kind.TEXT:
            strategies[key] = st.sampled_from(each.type.choices)
        elif not key.startswith("params."):
            strategies[key] = st.integers(0, 100).map(int if each.type.kind is Kind.INTEGER else Fraction)
    return st.fixed_dictionaries(strategies)


@given(values=values_of_facts(), lost=st.sets(st.sampled_from(sorted(INVEST.environment.declarations))))
def test_learning_a_fact_never_turns_a_known_outcome_around(values: dict[str, Value], lost: set[str]) -> None:
    found = resolved(standard=INVEST)
    fewer = {key: value for key, value in values.items() if key not in lost}

    for before, after in zip(outcomes(found, fewer), outcomes(found, values), strict=True):
        assert after.result is not Result.UNKNOWN
        if before.result is not Result.UNKNOWN:
            assert (before.result, before.value) == (after.result, after.value)
        else:
            assert before.missing
            assert before.missing <= {*lost, "params.green_cover"}
