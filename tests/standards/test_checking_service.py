"""Whether documents may be published, or are right as far as it can be told; the same on both engines."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from localization_samples import make_setting, make_waiver, pin
from sqlalchemy.orm import Session
from standard_places import (
    DAY,
    OTHER_PROVINCE,
    PREFECTURE,
    make_fact_sheet,
    make_layer,
    make_town_mapping,
    make_town_standard,
    publish,
    take_places,
    withdraw,
)
from standard_samples import Document, make_criterion, make_parameter

from registry.errors import RegistryError, Violation
from registry.regions.region_errors import NoDivisions
from registry.standards.checking_service import check_publishable, check_sources
from registry.standards.document_errors import (
    DocumentRejected,
    LocalizationRejected,
    MappingRejected,
    StandardNotFound,
    StandardRejected,
    VersionTaken,
)
from registry.standards.library_service import Given, given_document, shipped

STANDARD = make_town_standard()


@pytest.fixture
def placed(session: Session, tmp_path: Path) -> Session:
    take_places(session, tmp_path)
    publish(session, STANDARD)
    return session


def refused(session: Session, document: Any, error: type[RegistryError] = LocalizationRejected) -> Sequence[Violation]:
    with pytest.raises(error) as caught:
        check_publishable(session, document)
    return caught.value.violations


def places(violations: Sequence[Violation]) -> list[tuple[str, str | None]]:
    return [(str(each.code), each.pointer) for each in violations]


def test_what_is_right_may_be_published(placed: Session) -> None:
    second = make_town_standard(version="2.0.0")
    province = make_layer(STANDARD, "province", "2.5")
    publish(placed, second, province)

    for document in (
        make_town_standard(version="3.0.0"),
        make_layer(STANDARD, imports=[province]),
        make_town_mapping(STANDARD, second),
    ):
        check_publishable(placed, document)


def test_a_localization_names_what_it_builds_on_by_digest(placed: Session) -> None:
    province = make_layer(STANDARD, "province", "2.5")
    publish(placed, province)
    loose = make_layer(STANDARD) | {"standard": pin(STANDARD), "imports": [pin(province)]}

    assert places(refused(placed, loose)) == [
        ("IMPORT_NOT_PINNED", "/standard/sha256"),
        ("IMPORT_NOT_PINNED", "/imports/0/sha256"),
    ]


def test_a_wrong_digest_is_refused(placed: Session) -> None:
    province = make_layer(STANDARD, "province", "2.5")
    publish(placed, province)
    wrong = make_layer(make_town_standard(title={"en": "Other"}), imports=[province | {"title": {"en": "Other"}}])

    assert places(refused(placed, wrong)) == [
        ("IMPORT_DIGEST_MISMATCH", "/standard/sha256"),
        ("IMPORT_DIGEST_MISMATCH", "/imports/0/sha256"),
    ]


def test_what_it_builds_on_has_to_be_published(placed: Session) -> None:
    with pytest.raises(StandardNotFound, match=r"9\.0\.0 is not published"):
        check_publishable(placed, make_layer(make_town_standard(version="9.0.0")))
    missing = make_layer(STANDARD, imports=[make_layer(STANDARD, "province")])
    assert ("IMPORT_MISSING", "/imports/0") in places(refused(placed, missing))


def test_a_parameter_whose_rules_say_the_opposite_is_refused_with_a_witness(session: Session) -> None:
    wrong = make_town_standard(criteria=[make_criterion("facts.x <= params.p")])

    [violation] = refused(session, wrong, StandardRejected)

    assert (violation.code, violation.file) == ("STRICTER_WHEN_WRONG", "town-order@1.2.0")
    assert violation.pointer is not None
    assert violation.pointer.startswith("/parameters/0")
    assert "facts.x" in violation.message


def test_a_value_that_breaks_a_bound_next_year_is_found_now(placed: Session) -> None:
    later = make_setting("p", "9", valid_from="2027-04-01")
    wrong = make_layer(STANDARD, set=[make_setting("p", "3", valid_to="2027-04-01"), later])

    assert ("PARAM_OUT_OF_DOMAIN", "/set/1/value") in places(refused(placed, wrong))


def test_a_conflict_of_imports_that_begins_next_year_is_found_now(placed: Session) -> None:
    province = make_layer(STANDARD, "province", set=[make_setting("p", "2.5", valid_from="2027-04-01")])
    prefecture = make_layer(STANDARD, "prefecture", "3.5")
    publish(placed, province, prefecture)

    found = refused(placed, make_layer(STANDARD, value=None, imports=[province, prefecture]))

    assert {str(each.code) for each in found} == {"IMPORT_CONFLICT"}
    check_publishable(placed, make_layer(STANDARD, value=None, imports=[province, prefecture], valid_to="2027-04-01"))
    check_publishable(placed, make_layer(STANDARD, imports=[province, prefecture]))


def test_a_version_of_the_catalogue_is_not_published(session: Session) -> None:
    for reference in ("cn-beautiful-village@1.0.0", "cn-three-enterprises@1.0.0"):
        with pytest.raises(VersionTaken, match="comes with the program"):
            check_publishable(session, shipped()[reference][1])


def test_nothing_is_built_on_what_was_withdrawn(placed: Session) -> None:
    withdraw(placed, STANDARD, date(2026, 5, 1))

    [violation] = refused(placed, make_layer(STANDARD, valid_from="2026-05-01"), DocumentRejected)

    assert (violation.code, violation.file) == ("NOT_IN_FORCE", "town-order@1.2.0")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"jurisdiction": "mca:999999"}, "JURISDICTION_UNKNOWN"),
        ({"jurisdiction": PREFECTURE}, "JURISDICTION_LEVEL"),
        ({"set": [make_setting("p", "6")]}, "PARAM_OUT_OF_DOMAIN"),
        ({"set": [make_setting("nothing", "3")]}, "UNKNOWN_PARAM"),
        ({"set": [make_setting("p", "3", rationale=None)]}, "RATIONALE_MISSING"),
        ({"set": None, "waive": [make_waiver("c")]}, "WAIVER_NOT_AUTHORISED"),
        ({"valid_from": "2026-03-31"}, "VALIDITY_GAP"),
    ],
)
def test_a_localization_that_does_not_fit_is_refused(placed: Session, changes: Document, found: str) -> None:
    assert found in {str(each.code) for each in refused(placed, make_layer(STANDARD, **changes), DocumentRejected)}


def test_a_county_lies_where_its_import_applies(placed: Session) -> None:
    elsewhere = make_layer(STANDARD, "province", "2.5", jurisdiction=OTHER_PROVINCE)
    publish(placed, elsewhere)

    found = places(refused(placed, make_layer(STANDARD, imports=[elsewhere])))

    assert found == [("JURISDICTION_NOT_DESCENDANT", "/imports/0")]


def test_without_divisions_no_localization_is_published(session: Session) -> None:
    publish(session, STANDARD)

    with pytest.raises(NoDivisions, match="`registry regions import`"):
        check_publishable(session, make_layer(STANDARD))


def test_a_mapping_speaks_of_criteria_that_there_are(placed: Session) -> None:
    second = make_town_standard(version="2.0.0")
    publish(placed, second)
    part = {"relationship": "equal-to", "sources": [{"criterion": "c"}], "targets": [{"criterion": "none"}]}

    found = places(refused(placed, make_town_mapping(STANDARD, second, entries=[part]), MappingRejected))

    assert found == [("UNKNOWN_CRITERION", "/entries/0/targets/0/criterion")]
    with pytest.raises(StandardNotFound):
        check_publishable(placed, make_town_mapping(STANDARD, make_town_standard(version="9.0.0")))


def test_the_schema_is_judged_before_anything_else(session: Session) -> None:
    found = refused(session, make_town_standard(title=None, levels=3), DocumentRejected)

    assert {each.pointer for each in found} >= {"/levels"}
    assert len(found) >= 2


def given(*documents: Document) -> tuple[list[str], list[Given]]:
    pairs = [given_document(each, f"{place}.json") for place, each in enumerate(documents)]
    return [reference for _, reference in pairs], [each for each, _ in pairs]


def test_files_that_build_on_each_other_are_right_together(session: Session, tmp_path: Path) -> None:
    take_places(session, tmp_path)
    county = make_layer(STANDARD) | {"standard": pin(STANDARD)}
    references, documents = given(county, STANDARD)
    sheet = Given(make_fact_sheet(STANDARD), "facts.json")

    checked = check_sources(session, references, documents, [sheet], DAY)

    assert [each.reference for each in checked] == references


def test_the_faults_of_all_files_are_told_at_once(session: Session, tmp_path: Path) -> None:
    take_places(session, tmp_path)
    wrong = make_town_standard(version="2.0.0", parameters=[make_parameter(default="7")])
    references, documents = given(STANDARD, make_layer(STANDARD, value="9"), wrong)
    facts = [{"id": "terrain", "value": "sea", "source": "Survey"}, {"id": "nothing", "value": 1, "source": "Survey"}]
    sheet = Given(make_fact_sheet(STANDARD, facts=facts), "facts.json")

    with pytest.raises(DocumentRejected) as caught:
        check_sources(session, references, documents, [sheet], DAY)

    found = {(each.file, str(each.code)) for each in caught.value.violations}
    assert {("2.json", "PARAM_OUT_OF_DOMAIN"), ("facts.json", "UNKNOWN_FACT")} <= found
    assert "PARAM_OUT_OF_DOMAIN" in {code for file, code in found if file in ("1.json", "town-order.county@1.0.0")}
    assert {file for file, _ in found} <= {"1.json", "2.json", "facts.json", "town-order.county@1.0.0"}


def test_all_of_the_catalogue_that_needs_no_divisions_is_right(session: Session) -> None:
    standards = [reference for reference, (each, _) in shipped().items() if each.kind == "standard"]

    checked = check_sources(session, standards, [], [], date(2026, 6, 1))

    assert [each.reference for each in checked] == standards


def test_a_fact_sheet_speaks_of_a_standard_that_there_is(session: Session) -> None:
    with pytest.raises(StandardNotFound):
        check_sources(session, [], [], [Given(make_fact_sheet(STANDARD), "facts.json")], DAY)
