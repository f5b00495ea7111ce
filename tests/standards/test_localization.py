"""Resolving as a whole: waivers, weights, and what is refused."""

from datetime import date
from typing import Any

import pytest
from localization_samples import (
    DAY,
    FULL,
    PATHS,
    WIDE,
    chain,
    faults_of,
    make_localization,
    make_narrowing,
    make_setting,
    make_waiver,
    make_wide_standard,
    pin,
    read,
    resolved,
)
from standard_samples import Document, make_criterion, make_parameter, make_small_standard

from registry.canonical import canonical_json
from registry.errors import Invalid
from registry.standards.localization import Question, resolve
from registry.standards.outcomes import Result, outcomes
from registry.standards.reading import read_standard
from registry.standards.resolved_standard import ResolvedStandard
from registry.standards.standard import Standard


def criterion_of(given: ResolvedStandard, name: str) -> Document:
    criteria: list[Document] = given.document["criteria"]
    return next(each for each in criteria if each["id"] == name)


def notices_of(given: ResolvedStandard) -> list[tuple[str, str]]:
    return [(each["code"], each["pointer"]) for each in given.document["notices"]]


# Waivers


@pytest.mark.parametrize(
    ("on", "is_waived", "notices"),
    [
        (date(2026, 4, 30), False, []),
        (date(2026, 5, 1), True, []),
        (date(2026, 9, 30), True, []),
        (date(2026, 10, 1), False, [("WAIVER_EXPIRED", "/waive/0")]),
    ],
)
def test_a_waiver_counts_on_its_days_and_is_remembered_afterwards(
    on: date, is_waived: bool, notices: list[tuple[str, str]]
) -> None:
    given = resolved(make_localization(waive=[make_waiver("c", valid_from="2026-05-01")]), on=on)

    assert ("waived" in criterion_of(given, "c")) == is_waived
    assert (given.correspondence == "MOD") == is_waived
    assert (outcomes(given, {})[0].result is Result.WAIVED) == is_waived
    assert notices_of(given) == notices


def test_a_waiver_is_written_with_its_record_and_the_whole_mandate() -> None:
    waived = criterion_of(resolved(*FULL), "c")["waived"]

    assert waived["by"] == "rural-investment.county@1.0.0"
    assert waived["mandate"]["document"] == {"en": "Provisions"}
    assert waived["approved_by"] == {"en": "The county"}
    assert "criterion" not in waived


def test_a_criterion_that_two_layers_waive_is_of_the_same_class_as_if_one_did() -> None:
    criteria = [make_criterion(waivable_by=["province", "county"])]
    standard = read_standard(make_small_standard(criteria=criteria))
    province = make_localization("province", waive=[make_waiver("c")])
    county = make_localization(waive=[make_waiver("c")])

    one, both = resolved(province, standard=standard), resolved(*chain(province, county), standard=standard)

    assert one.comparability_class == both.comparability_class
    assert one.comparability_class != resolved(standard=standard).comparability_class


# Weights


def weighed(tables: dict[str, Any], total: str = "100") -> Standard:
    """A criterion for each parameter of the tables, which says what it weighs by terrain."""
    wide = make_wide_standard()
    parameters = [
        make_parameter(
            id=name, default=None, classified_by="terrain", default_by_class=table, stricter_when="none",
            domain={"minimum": "0", "maximum": "100"}, rationale_required=False,
        )
        for name, table in tables.items()
    ]  # fmt: skip
    criteria = [make_criterion("facts.x >= 1", id=f"c-{each}", weight={"parameter": each}) for each in tables]
    return read_standard(
        make_small_standard(
            fact_definitions=wide["fact_definitions"],
            parameters=parameters,
            criteria=criteria,
            decision={"kind": "points", "total": total},
        )
    )


SHARED = {
    "a": {"mountain": "60", "hill": "50", "plain": "40"},
    "b": {"mountain": "40", "hill": "50", "plain": "60"},
}


def test_weights_that_differ_by_class_add_up_in_every_class() -> None:
    assert faults_of(standard=weighed(SHARED)) == []


def test_a_change_that_is_wrong_in_one_class_only_is_refused_where_that_class_is_possible() -> None:
    county = make_localization(set=[make_setting("b", {"plain": "50"})])

    assert faults_of(county, standard=weighed(SHARED)) == [("WEIGHTS_NOT_TOTAL", "/decision/total")]
    assert faults_of(county, standard=weighed(SHARED), terrain="plain") == [("WEIGHTS_NOT_TOTAL", "/decision/total")]
    assert faults_of(county, standard=weighed(SHARED), terrain="hill") == []


def test_two_changes_that_cancel_out_are_accepted() -> None:
    county = make_localization(set=[make_setting("a", {"plain": "35.5"}), make_setting("b", {"plain": "64.5"})])

    assert faults_of(county, standard=weighed(SHARED)) == []


def test_the_weight_that_counts_is_written_beside_its_parameter() -> None:
    county = make_localization(set=[make_setting("a", {"plain": "35.5"}), make_setting("b", {"plain": "64.5"})])

    given = resolved(county, standard=weighed(SHARED), terrain="plain")

    assert criterion_of(given, "c-a")["weight"] == {"parameter": "a", "value": "35.5"}


def test_no_total_no_sum() -> None:
    document = make_wide_standard(decision={"kind": "points"})

    assert faults_of(make_localization(set=[make_setting("weight", "1")]), standard=read_standard(document)) == []


# Refusals


def test_there_is_a_whole_resolved_standard_or_none() -> None:
    broken = [*FULL[:-1], {**FULL[-1], "set": [*FULL[-1]["set"], make_setting("hours", 42)]}]

    with pytest.raises(Invalid) as caught:
        resolved(*broken)

    assert caught.value.code == "localization-rejected"
    assert "rural-investment@2.1.0 with" in caught.value.detail
    assert caught.value.detail.endswith(
        "cannot be resolved for 2026-05-01. Nothing was made. The degree of correspondence is NEQ."
    )
    assert [each.file for each in caught.value.violations] == ["rural-investment.county@1.0.0"]


def test_violations_of_several_layers_are_told_together_each_with_its_file() -> None:
    family = chain(
        make_localization("province", narrow=[make_narrowing("hours", minimum=16)]),
        make_localization(set=[make_setting("hours", 42)]),
    )

    with pytest.raises(Invalid) as caught:
        resolved(*family)

    assert [(each.code, each.file) for each in caught.value.violations] == [
        ("DOMAIN_WIDENED", "rural-investment.province@1.0.0"),
        ("PARAM_OUT_OF_DOMAIN", "rural-investment.county@1.0.0"),
    ]


def test_a_localization_of_another_standard_is_refused_whatever_it_speaks_of() -> None:
    other = read_standard(make_small_standard(id="rural-order", parameters=[make_parameter(id="lanes")],
                                              criteria=[make_criterion("facts.x >= params.lanes")]))  # fmt: skip
    foreign = make_localization(standard=pin(dict(other.document)), set=[make_setting("lanes", "2")])

    with pytest.raises(Invalid) as caught:
        resolve(WIDE, [read(foreign, other)], Question(DAY, None, PATHS))

    assert [each.code for each in caught.value.violations] == ["STANDARD_MISMATCH"]


def test_resolving_changes_none_of_its_arguments() -> None:
    before = canonical_json(FULL), canonical_json(dict(WIDE.document))

    assert resolved(*FULL).document
    assert resolved(*FULL).canonical == resolved(*FULL).canonical

    assert (canonical_json(FULL), canonical_json(dict(WIDE.document))) == before
