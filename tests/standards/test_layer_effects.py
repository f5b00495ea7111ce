"""What layers do to values and domains: classes, windows in time, imports that meet."""

from datetime import date
from typing import Any

import pytest
from localization_samples import (
    chain,
    domain_of,
    faults_of,
    make_localization,
    make_narrowing,
    make_setting,
    parameter_of,
    pin,
    resolved,
    value_of,
)
from standard_samples import Document


def side(name: str, **changes: Any) -> Document:
    """One of several prefectures' localizations that are imported together."""
    return make_localization("prefecture", id=f"side.{name}", **changes)


def meeting(*above: Document, **changes: Any) -> list[Document]:
    """With a county that imports those on which no other builds."""
    imported = {pinned["id"] for each in above for pinned in each.get("imports", [])}
    ends = [pin(each) for each in above if each["id"] not in imported]
    return [*above, make_localization(imports=ends, **changes)]


def setting(parameter: str, value: Any, **changes: Any) -> Document:
    return {"set": [make_setting(parameter, value, **changes)]}


# Classes


def test_a_table_may_speak_of_some_classes_and_the_others_inherit() -> None:
    given = resolved(make_localization(**setting("share", {"hill": "55"})))

    assert value_of(given, "share") == {"mountain": "80", "hill": "55", "plain": "20"}
    assert parameter_of(given, "share")["derivation"][-1]["set"]["to"] == {"value_by_class": {"hill": "55"}}


def test_one_value_for_a_classified_parameter_counts_in_every_class() -> None:
    assert faults_of(make_localization(**setting("share", "30"))) == [
        ("PARAM_OUT_OF_DOMAIN", "/set/0/value"),
        ("RELAXATION_EXCEEDED", "/set/0/value"),
        ("RELAXATION_EXCEEDED", "/set/0/value"),
    ]


def test_a_known_class_leaves_one_value_and_one_domain() -> None:
    county = make_localization(
        **setting("share", {"hill": "55", "plain": "25"}),
        narrow=[make_narrowing("share", by_class={"hill": {"maximum": "60"}})],
    )

    given = resolved(county, terrain="hill")

    assert value_of(given, "share") == value_of(resolved(county), "share")["hill"] == "55"
    assert domain_of(given, "share") == {"minimum": "30", "maximum": "60"}
    assert parameter_of(given, "share")["derivation"][-1]["set"]["to"] == {"value": "55"}
    assert given.document["resolution"]["classes"] == {"terrain": "hill"}


def test_what_is_set_for_another_class_than_the_known_one_leaves_no_trace() -> None:
    county = make_localization(**setting("share", {"hill": "55"}))

    given = resolved(county, terrain="plain")

    assert value_of(given, "share") == "20"
    assert given.correspondence == "IDT"
    assert parameter_of(given, "share")["derivation"][-1]["action"] == "inherited"


def test_a_fault_in_another_class_than_the_known_one_is_still_a_fault() -> None:
    assert faults_of(make_localization(**setting("share", {"hill": "99"})), terrain="plain") != []


def test_an_unknown_class_is_refused() -> None:
    assert faults_of(make_localization(), terrain="desert") == [("UNKNOWN_CLASS", None)]


def test_a_domain_is_narrowed_in_the_classes_that_are_named() -> None:
    given = resolved(make_localization(narrow=[make_narrowing("share", by_class={"plain": {"maximum": "30"}})]))

    assert domain_of(given, "share") == {
        "mountain": {"minimum": "60", "maximum": "100"},
        "hill": {"minimum": "30", "maximum": "80"},
        "plain": {"minimum": "10", "maximum": "30"},
    }


def test_a_domain_that_is_open_is_narrowed_in_one_class_and_the_others_stay_open() -> None:
    given = resolved(make_localization(narrow=[make_narrowing("open", by_class={"plain": {"maximum": "30"}})]))

    assert domain_of(given, "open") == {"plain": {"maximum": "30"}}


def test_each_class_has_its_own_distance() -> None:
    table = {"mountain": "90", "hill": "60", "plain": "30"}

    assert faults_of(make_localization(**setting("share", table))) == []
    assert faults_of(make_localization(**setting("share", {**table, "plain": "30.01"}))) == [
        ("TIGHTENING_EXCEEDED", "/set/0/value_by_class/plain")
    ]


# Windows in time

YEAR = make_localization(
    set=[
        make_setting("hours", 44, valid_from="2026-05-01", valid_to="2026-07-01"),
        make_setting("hours", 48, valid_from="2026-09-01"),
    ]
)


@pytest.mark.parametrize(
    ("on", "hours"),
    [
        (date(2026, 4, 30), 40),
        (date(2026, 5, 1), 44),
        (date(2026, 6, 30), 44),
        (date(2026, 7, 1), 40),
        (date(2026, 8, 31), 40),
        (date(2026, 9, 1), 48),
        (date(2027, 3, 31), 48),
    ],
)
def test_a_value_counts_from_its_first_day_to_the_day_before_its_last_and_a_gap_inherits(on: date, hours: int) -> None:
    given = resolved(YEAR, on=on)

    assert value_of(given, "hours") == hours
    assert parameter_of(given, "hours")["derivation"][-1]["action"] == ("inherited" if hours == 40 else "changed")


def test_a_gap_inherits_what_the_level_above_set() -> None:
    above = make_localization("province", **setting("hours", 52))

    assert value_of(resolved(*chain(above, YEAR), on=date(2026, 8, 1)), "hours") == 52
    assert value_of(resolved(*chain(above, YEAR), on=date(2026, 5, 1)), "hours") == 44


def test_windows_that_touch_do_not_overlap() -> None:
    windows = [("2026-05-01", "2026-07-01"), ("2026-07-01", "2026-09-01")]
    touching = [make_setting("hours", 44, valid_from=begins, valid_to=ends) for begins, ends in windows]

    assert faults_of(make_localization(set=touching)) == []
    touching[1]["valid_from"] = "2026-06-30"
    assert faults_of(make_localization(set=touching)) == [("PARAM_SET_TWICE", "/set/1")]


def test_a_value_outside_of_the_domain_is_refused_on_days_on_which_it_does_not_count_too() -> None:
    later = make_localization(**setting("hours", 64, valid_from="2026-09-01"))

    assert faults_of(later) == [("PARAM_OUT_OF_DOMAIN", "/set/0/value")]


def test_an_inherited_value_that_a_narrowing_leaves_outside_is_refused_on_the_days_on_which_it_counts() -> None:
    family = chain(
        make_localization("province", **setting("hours", 56, valid_from="2026-09-01")),
        make_localization(narrow=[make_narrowing("hours", maximum=52)]),
    )

    assert faults_of(*family) == []
    assert faults_of(*family, on=date(2026, 9, 1)) == [("PARAM_OUT_OF_DOMAIN", "/narrow/0")]


# Distances


def test_the_distance_is_from_the_standard_and_not_from_the_level_above() -> None:
    """Two steps of one each are two, of which one is allowed."""
    family = chain(make_localization(**setting("target", 4)), make_localization("township", **setting("target", 5)))

    assert faults_of(*family) == [("TIGHTENING_EXCEEDED", "/set/0/value")]


def test_a_lower_level_may_go_back_over_the_whole_distance() -> None:
    family = chain(make_localization(**setting("target", 4)), make_localization("township", **setting("target", 1)))

    assert value_of(resolved(*family), "target") == 1


@pytest.mark.parametrize(("grade", "begins"), [("top", "2030-06-03"), ("low", "2026-05-04")])
def test_without_a_direction_any_distance_is_allowed(grade: str, begins: str) -> None:
    county = make_localization(set=[make_setting("grade", grade), make_setting("begins", begins)])

    given = resolved(county)

    assert (value_of(given, "grade"), value_of(given, "begins")) == (grade, begins)


# Narrowing


def test_a_narrowing_and_a_value_within_it_come_together() -> None:
    both = make_localization(narrow=[make_narrowing("hours", maximum=36)], **setting("hours", 36))

    assert faults_of(both) == []
    assert faults_of({**both, "set": [make_setting("hours", 40)]}) == [("PARAM_OUT_OF_DOMAIN", "/set/0/value")]


def test_limits_name_who_set_which_part_of_the_domain() -> None:
    family = chain(
        make_localization("province", narrow=[make_narrowing("hours", maximum=52)]),
        make_localization(narrow=[make_narrowing("hours", minimum=24, maximum=52)]),
    )

    given = resolved(*family)

    assert domain_of(given, "hours") == {"minimum": 24, "maximum": 52, "step": 4}
    assert parameter_of(given, "hours")["limits"] == {
        "maximum": "rural-investment.province@1.0.0",
        "minimum": "rural-investment.county@1.0.0",
    }


def test_choices_of_a_level_are_narrowed_by_bounds_and_written_as_choices() -> None:
    family = chain(
        make_localization("province", narrow=[make_narrowing("grade", choices=["mid", "high", "top"])]),
        make_localization(narrow=[make_narrowing("grade", maximum="high")]),
    )

    given = resolved(*family)

    assert domain_of(given, "grade") == {"choices": ["mid", "high"]}
    assert parameter_of(given, "grade")["limits"] == {"choices": "rural-investment.county@1.0.0"}


# Imports that meet


def test_imports_that_set_differently_are_a_conflict_that_names_them() -> None:
    family = meeting(side("a", **setting("hours", 36)), side("b", **setting("hours", 44)))

    assert faults_of(*family) == [("IMPORT_CONFLICT", "/imports")]


def test_imports_that_set_the_same_agree() -> None:
    family = meeting(side("a", **setting("hours", 44)), side("b", **setting("hours", 44)))

    assert value_of(resolved(*family), "hours") == 44


def test_whoever_sets_it_itself_settles_the_conflict() -> None:
    family = meeting(side("a", **setting("hours", 36)), side("b", **setting("hours", 44)), **setting("hours", 52))

    assert value_of(resolved(*family), "hours") == 52


def test_a_conflict_is_settled_only_on_days_on_which_the_value_counts() -> None:
    sides = side("a", **setting("hours", 36)), side("b", **setting("hours", 44))
    family = meeting(*sides, **setting("hours", 52, valid_from="2026-05-02"))

    assert faults_of(*family) == [("IMPORT_CONFLICT", "/imports")]
    assert faults_of(*family, on=date(2026, 5, 2)) == []


def test_a_conflict_in_several_classes_is_told_once() -> None:
    sides = side("a", **setting("share", {"hill": "55", "plain": "25"})), side("b", **setting("share", {"hill": "45"}))

    assert faults_of(*meeting(*sides)) == [("IMPORT_CONFLICT", "/imports")]


def test_imports_that_set_different_classes_do_not_conflict() -> None:
    sides = side("a", **setting("share", {"plain": "25"})), side("b", **setting("share", {"hill": "45"}))

    assert value_of(resolved(*meeting(*sides)), "share") == {"mountain": "80", "hill": "45", "plain": "25"}


def test_of_two_imports_of_which_one_knows_the_other_it_wins() -> None:
    above = make_localization("province", **setting("hours", 36))
    below = side("a", imports=[pin(above)], **setting("hours", 44))
    for imports in ([above, below], [below, above]):
        county = make_localization(imports=[pin(each) for each in imports])

        assert value_of(resolved(above, below, county), "hours") == 44


def test_who_knows_both_rivals_settles_their_conflict_also_from_the_side() -> None:
    one, other = (make_localization("province", id=f"top.{each}", **setting("hours", 36 + 8 * (each == "b")))
                  for each in "ab")  # fmt: skip
    judge = side("judge", imports=[pin(one), pin(other)], **setting("hours", 52))
    for order in ([one, other, judge], [judge, other, one], [one, judge, other]):
        county = make_localization(imports=[pin(each) for each in order])

        assert value_of(resolved(one, other, judge, county), "hours") == 52


def test_who_knows_one_of_two_that_agree_does_not_speak_for_the_other() -> None:
    one, other = (make_localization("province", id=f"top.{each}", **setting("hours", 44)) for each in "ab")
    later = side("later", imports=[pin(one)], **setting("hours", 52))
    for order in ([one, other], [other, one]):
        both = side("both", imports=[pin(each) for each in order])
        county = make_localization(imports=[pin(both), pin(later)])

        assert faults_of(one, other, later, both, county) == [("IMPORT_CONFLICT", "/imports")]


def test_narrowings_of_two_imports_leave_what_they_have_in_common() -> None:
    sides = (
        side("a", narrow=[make_narrowing("hours", minimum=24)]),
        side("b", narrow=[make_narrowing("hours", maximum=48)]),
    )

    given = resolved(*meeting(*sides))

    assert domain_of(given, "hours") == {"minimum": 24, "maximum": 48, "step": 4}
    assert parameter_of(given, "hours")["limits"] == {"minimum": "side.a@1.0.0", "maximum": "side.b@1.0.0"}


def test_steps_of_two_imports_meet_where_both_have_a_value() -> None:
    sides = (
        side("a", narrow=[make_narrowing("hours", minimum=20, step=8)], **setting("hours", 44)),
        side("b", narrow=[make_narrowing("hours", minimum=20, step=12)], **setting("hours", 44)),
    )

    assert domain_of(resolved(*meeting(*sides)), "hours") == {"minimum": 20, "maximum": 60, "step": 24}


def test_two_imports_that_leave_nothing_in_common_are_refused() -> None:
    sides = (
        side("a", narrow=[make_narrowing("method", choices=["a", "b"])]),
        side("b", narrow=[make_narrowing("method", choices=["c"])], **setting("method", "c")),
    )

    assert faults_of(*meeting(*sides)) == [("EMPTY_DOMAIN", "/imports")]


def test_a_value_of_one_import_that_the_other_forbids_is_refused() -> None:
    sides = side("a", **setting("hours", 56)), side("b", narrow=[make_narrowing("hours", maximum=52)])

    assert faults_of(*meeting(*sides)) == [("PARAM_OUT_OF_DOMAIN", "/imports")]
    assert faults_of(*meeting(*sides, **setting("hours", 52))) == []


def test_what_a_layer_builds_on_is_what_its_imports_together_leave() -> None:
    sides = side("a"), side("b", **setting("hours", 44))
    family = meeting(*sides, **setting("hours", 52))

    assert parameter_of(resolved(*family), "hours")["derivation"][-1]["set"]["from"] == {"value": 44}
