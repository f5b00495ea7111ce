"""Which localizations build on which, where they apply, and when they are in force."""

from datetime import date

import pytest
from localization_samples import (
    DAY,
    OTHER_COUNTY,
    OTHER_PREFECTURE,
    OTHER_PROVINCE,
    PATHS,
    PLACES,
    WIDE,
    chain,
    faults_of,
    make_localization,
    make_setting,
    make_wide_standard,
    pin,
    read,
    resolved,
)
from standard_samples import Document

from registry.errors import Invalid
from registry.standards.geography import Division, lies_in
from registry.standards.layering import arrange
from registry.standards.localization import Question, resolve
from registry.standards.reading import read_standard

PROVINCE, PREFECTURE, COUNTY, TOWNSHIP = (make_localization(each) for each in PLACES)
FAMILY = chain(PROVINCE, PREFECTURE, COUNTY, TOWNSHIP)


def layered(*documents: Document) -> list[str]:
    layers = arrange(WIDE, [read(each) for each in documents], on=DAY, paths=PATHS, region=None)
    assert layers.violations == ()
    return [each.id.partition(".")[2] for each in layers.order]


def test_layers_stand_from_the_highest_level_down_whatever_their_order() -> None:
    assert layered(*FAMILY[::-1]) == ["province", "prefecture", "county", "township"]


def test_a_layer_knows_all_above_it_near_and_far() -> None:
    layers = arrange(WIDE, [read(each) for each in FAMILY], on=DAY, paths=PATHS, region=None)

    assert layers.above["rural-investment.province@1.0.0"] == frozenset()
    assert layers.above["rural-investment.county@1.0.0"] == {
        "rural-investment.province@1.0.0",
        "rural-investment.prefecture@1.0.0",
    }


def test_a_level_may_be_left_out() -> None:
    assert layered(*chain(PROVINCE, TOWNSHIP)) == ["province", "township"]


def test_without_localizations_there_are_no_layers() -> None:
    assert layered() == []


def test_the_same_localization_given_twice_counts_once() -> None:
    assert layered(*FAMILY, FAMILY[0]) == ["province", "prefecture", "county", "township"]


def test_two_versions_of_one_localization_are_different_layers() -> None:
    newer = {**PROVINCE, "version": "1.1.0"}
    county = {**COUNTY, "imports": [pin(PROVINCE), pin(newer)]}

    assert layered(PROVINCE, newer, county) == ["province", "province", "county"]


def test_every_circle_is_told_once_and_nothing_beside_it() -> None:
    one = [{**PROVINCE, "imports": [pin(PREFECTURE)]}, {**PREFECTURE, "imports": [pin(PROVINCE)]}]
    other = [
        {**COUNTY, "imports": [pin(TOWNSHIP), pin(PROVINCE)]},
        {**TOWNSHIP, "imports": [pin(COUNTY)]},
    ]

    assert [code for code, _ in faults_of(*one, *other)] == ["IMPORT_CYCLE", "IMPORT_CYCLE"]


def test_a_chain_of_all_levels_that_closes_is_told_with_its_way() -> None:
    closed = [{**FAMILY[0], "imports": [pin(TOWNSHIP)]}, *FAMILY[1:]]

    layers = arrange(WIDE, [read(each) for each in closed], on=DAY, paths=PATHS, region=None)

    (violation,) = layers.violations
    assert violation.code == "IMPORT_CYCLE"
    assert violation.message.count("→") == 4


def test_an_import_is_of_a_higher_level() -> None:
    assert faults_of(*chain(COUNTY, {**PREFECTURE, "jurisdiction": "mca:530300"})) == [
        ("LEVEL_ORDER", "/imports/0"),
        ("JURISDICTION_NOT_DESCENDANT", "/imports/0"),
    ]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ({**PROVINCE, "jurisdiction": OTHER_PROVINCE.reference}, PREFECTURE),
        ({**PREFECTURE, "jurisdiction": OTHER_PREFECTURE.reference}, COUNTY),
        ({**PREFECTURE, "jurisdiction": OTHER_PREFECTURE.reference}, TOWNSHIP),
    ],
)
def test_a_region_lies_in_that_of_every_import(above: Document, below: Document) -> None:
    assert faults_of(*chain(above, below)) == [("JURISDICTION_NOT_DESCENDANT", "/imports/0")]


def test_only_the_import_of_the_wrong_region_is_told() -> None:
    elsewhere = {**PREFECTURE, "id": "else.where", "jurisdiction": OTHER_PREFECTURE.reference}
    county = {**COUNTY, "imports": [pin(PREFECTURE), pin(elsewhere)]}

    assert faults_of(PREFECTURE, elsewhere, county) == [("JURISDICTION_NOT_DESCENDANT", "/imports/1")]


def test_the_first_level_applies_everywhere_unless_it_is_one_of_divisions() -> None:
    nation = make_localization("national")
    provincial = read_standard(make_wide_standard(levels=["province", "prefecture", "county", "township"]))

    assert faults_of(*chain(nation, COUNTY)) == []
    assert faults_of({**PROVINCE, "jurisdiction": "mca:530000"}, standard=provincial) == []
    without = {key: value for key, value in PROVINCE.items() if key != "jurisdiction"}
    assert faults_of(without, standard=provincial) == [("JURISDICTION_MISSING", "/jurisdiction")]


def test_a_level_that_is_none_of_divisions_may_be_of_any_region() -> None:
    levels = ["national", "province", "prefecture", "county", "township", "park"]
    parks = read_standard(make_wide_standard(levels=levels))
    park = make_localization("park", jurisdiction=PLACES["county"])

    assert faults_of(park, standard=parks) == []


def test_a_standard_of_one_province_is_not_localized_in_another() -> None:
    ours = read_standard(make_wide_standard(jurisdiction=PLACES["province"]))

    assert faults_of(COUNTY, standard=ours) == []
    assert faults_of({**PROVINCE, "jurisdiction": OTHER_PROVINCE.reference}, standard=ours) == [
        ("JURISDICTION_NOT_DESCENDANT", "/jurisdiction")
    ]


@pytest.mark.parametrize(
    ("region", "faults"),
    [
        (PLACES["county"], []),
        (PLACES["township"], []),
        (PLACES["prefecture"], [("JURISDICTION_NOT_DESCENDANT", "/jurisdiction")]),
        (OTHER_COUNTY.reference, [("JURISDICTION_NOT_DESCENDANT", "/jurisdiction")]),
        ("mca:999999", [("JURISDICTION_UNKNOWN", None)]),
    ],
)
def test_the_region_that_is_asked_about_lies_where_the_last_localization_applies(
    region: str, faults: list[tuple[str, str | None]]
) -> None:
    assert faults_of(*chain(PROVINCE, COUNTY), region=region) == faults


def test_the_region_that_is_asked_about_lies_where_the_standard_applies() -> None:
    ours = read_standard(make_wide_standard(jurisdiction=PLACES["province"]))
    lost = read_standard(make_wide_standard(jurisdiction="mca:999999"))

    assert faults_of(standard=ours, region=PLACES["county"]) == []
    assert faults_of(standard=ours, region=OTHER_PROVINCE.reference) == [
        ("JURISDICTION_NOT_DESCENDANT", "/jurisdiction")
    ]
    assert faults_of(standard=lost, region=PLACES["county"]) == [("JURISDICTION_UNKNOWN", "/jurisdiction")]


def test_a_code_that_means_another_region_on_the_day_is_judged_by_what_it_means() -> None:
    """The old code of a county that is in the paths under its new one."""
    paths = {**PATHS, "mca:530321": PATHS[PLACES["county"]]}
    county = {**COUNTY, "jurisdiction": "mca:530321"}

    resolve(WIDE, [read(county)], Question(DAY, PLACES["township"], paths))

    assert lies_in(paths, PLACES["township"], "mca:530321") is True
    assert lies_in(paths, PLACES["township"], "mca:1") is None


def test_regions_of_one_code_and_another_level_are_not_the_same() -> None:
    paths = {"a:1": (Division("a:1", "county"),), "a:2": (Division("a:1", "prefecture"), Division("a:2", "county"))}

    assert lies_in(paths, "a:2", "a:1") is False


@pytest.mark.parametrize(
    ("on", "faults"),
    [
        (date(2026, 3, 31), [("NOT_IN_FORCE", "/valid_from"), ("NOT_IN_FORCE", "/valid_from")]),
        (date(2026, 4, 1), []),
        (date(2027, 3, 31), []),
        (date(2027, 4, 1), [("NOT_IN_FORCE", "/valid_from")]),
    ],
)
def test_the_first_day_counts_and_the_last_does_not(on: date, faults: list[tuple[str, str | None]]) -> None:
    assert faults_of(COUNTY, on=on) == faults


def test_one_layer_that_is_not_in_force_stops_all() -> None:
    province = {**PROVINCE, "valid_to": "2027-04-01"}
    late = {**COUNTY, "valid_from": "2026-07-01"}

    assert faults_of(*chain(province, late)) == [("NOT_IN_FORCE", "/valid_from")]
    assert faults_of(*chain(province, late), on=date(2026, 7, 1)) == []


def test_a_standard_that_is_not_in_force_is_the_standards_fault() -> None:
    with pytest.raises(Invalid) as caught:
        resolved(on=date(2026, 3, 31))

    assert caught.value.code == "standard-rejected"
    assert [each.file for each in caught.value.violations] == ["rural-investment@2.1.0"]


def test_a_refusal_is_in_the_same_words_whatever_was_given_first() -> None:
    faulty = [{**each, "jurisdiction": "mca:999999"} for each in FAMILY]
    faulty.append(make_localization(id="second.end", set=[make_setting("fixed", "1")]))
    told = []
    for order in (faulty, faulty[::-1]):
        with pytest.raises(Invalid) as caught:
            resolved(*order)
        told.append(str(caught.value))

    assert told[0] == told[1]
