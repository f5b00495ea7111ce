"""Which scope item covers what on a day: regions with what lies in them, exceptions, versions of standards."""

import pytest
from evaluator_samples import covers, day, make_asked, make_item

from registry.evaluators.scope import Asked, Dimension, Fit, RegionSet, ScopeItem, StandardRange, fit, told

BEFORE, AFTER = "2025-12-31", "2026-01-01"


def in_region(region: str, regions: RegionSet, on: str = AFTER) -> bool | None:
    found = fit(make_item(regions=regions), make_asked(region=region), day(on), covers)
    if Dimension.REGION in found.unknown:
        return None
    return Dimension.REGION not in found.failed


@pytest.mark.parametrize(
    ("regions", "region", "on", "expected"),
    [
        pytest.param(RegionSet(("prov:A",), descendants=False), "county:A11", AFTER, False, id="2a"),
        pytest.param(RegionSet(("prov:A",), descendants=False), "prov:A", AFTER, True, id="itself"),
        pytest.param(RegionSet(("prov:A",), descendants=True), "county:A11", AFTER, True, id="2b"),
        pytest.param(RegionSet(("prov:A",), True, ("county:A11",)), "county:A11", AFTER, False, id="2c"),
        pytest.param(RegionSet(("prov:A",), True, ("county:A11",)), "town:A111", AFTER, False, id="in-exception"),
        pytest.param(RegionSet(("prov:A",), True, ("county:A11",)), "city:A1", AFTER, False, id="around-exception"),
        pytest.param(RegionSet(("prov:A",), True, ("county:A11",)), "county:A14", AFTER, True, id="beside-exception"),
        pytest.param(RegionSet(("county:A12",), True), "county:A13", AFTER, False, id="2d"),
        pytest.param(RegionSet(("county:A12",), True), "county:A12", BEFORE, True, id="2e"),
        pytest.param(RegionSet(("county:A14",), True), "county:A15", AFTER, True, id="2f"),
        pytest.param(RegionSet(("county:A14",), False), "county:A15", AFTER, True, id="2f-alone"),
        pytest.param(RegionSet(("county:A11",), True), "prov:A", AFTER, False, id="2g"),
        pytest.param(RegionSet(("prov:B", "county:A11"), True), "town:A111", AFTER, True, id="one-of-several"),
        pytest.param(RegionSet(("prov:B",), True), "town:A111", AFTER, False, id="elsewhere"),
        pytest.param(RegionSet(("prov:X",), True), "town:A111", AFTER, None, id="nothing-known"),
        pytest.param(RegionSet(("prov:X", "prov:A"), True), "town:A111", AFTER, True, id="known-by-another"),
        pytest.param(RegionSet(("prov:A",), True, ("prov:X",)), "town:A111", AFTER, None, id="exception-unknown"),
        pytest.param(RegionSet(("prov:B",), True, ("prov:X",)), "town:A111", AFTER, False, id="outside-anyway"),
        pytest.param(RegionSet((), True), "town:A111", AFTER, False, id="no-region"),
    ],
)
def test_case_2_region_depth_and_change(regions: RegionSet, region: str, on: str, expected: bool | None) -> None:
    assert in_region(region, regions, on) is expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.0.0", True),
        ("2.1", True),
        ("2.10.0", True),
        ("2.0.0-rc.1", False),
        ("1.9.9", False),
        ("2.9.0-draft.1", True),
        ("3.0.0-rc.1", False),
        ("3.0.0", False),
        ("3", False),
    ],
)
def test_case_20_versions_from_one_on_to_before_another(version: str, expected: bool) -> None:
    assert StandardRange("rural-rev", "2.0.0", "3.0.0").holds("rural-rev", version) is expected
    assert StandardRange("rural-rev", "2", "3").holds("rural-rev", version) is expected


def test_a_range_without_end_holds_every_later_version_of_its_family() -> None:
    versions = StandardRange("rural-rev", "2.0.0")

    assert versions.holds("rural-rev", "17.0.0")
    assert not versions.holds("clean-toilets", "2.1.0")


@pytest.mark.parametrize(
    ("item", "asked", "dimension"),
    [
        (make_item(domain="env"), make_asked(), Dimension.DOMAIN),
        (make_item(), make_asked(region="prov:B"), Dimension.REGION),
        (make_item(evaluation_type="final"), make_asked(), Dimension.EVALUATION_TYPE),
        (make_item(subject_level="county"), make_asked(), Dimension.SUBJECT_LEVEL),
        (make_item(), make_asked(standard_version="3.0.0"), Dimension.STANDARD),
    ],
)
def test_each_dimension_fails_alone_and_is_named(item: ScopeItem, asked: Asked, dimension: Dimension) -> None:
    assert fit(make_item(), make_asked(), day(AFTER), covers) == Fit((), ())
    assert fit(item, asked, day(AFTER), covers) == Fit((dimension,), ())


def test_several_dimensions_are_told_in_their_order() -> None:
    asked = make_asked("env", "prov:B", standard_version="3.0.0", evaluation_type="final")

    assert fit(make_item(), asked, day(AFTER), covers).failed == (
        Dimension.DOMAIN,
        Dimension.REGION,
        Dimension.EVALUATION_TYPE,
        Dimension.STANDARD,
    )


def test_what_an_item_holds_is_told_in_words() -> None:
    item = make_item(regions=RegionSet(("prov:A",), True, ("county:A11",)))

    assert told(item, Dimension.REGION) == "prov:A and what lies in them, except county:A11"
    assert told(item, Dimension.STANDARD) == "rural-rev from 2.0.0 to before 3.0.0"
    assert [told(item, each) for each in (Dimension.DOMAIN, Dimension.EVALUATION_TYPE, Dimension.SUBJECT_LEVEL)] == [
        "agri",
        "annual",
        "town",
    ]
