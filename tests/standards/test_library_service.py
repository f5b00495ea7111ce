"""What is published and what is handed in, as one library, the same on both engines."""

from datetime import date
from pathlib import Path

import pytest
from draft_samples import NOW
from people import acting, make_person
from sqlalchemy.orm import Session
from standard_places import (
    DAY,
    make_fact_sheet,
    make_layer,
    make_town_mapping,
    make_town_standard,
    publish,
    take_places,
    withdraw,
)
from standard_samples import Document, make_criterion

from registry.accounts.permissions import Role
from registry.canonical import digest
from registry.json_text import parse_json
from registry.standards import draft_service
from registry.standards.document_errors import LocalizationRejected, StandardNotFound, StandardRejected, VersionTaken
from registry.standards.document_kinds import DocumentKind
from registry.standards.draft_errors import UnknownDocumentKind
from registry.standards.library_service import Given, Library, exported_files, given_document, shipped

SHIPPED = "cn-beautiful-village@1.0.0"
STANDARD = make_town_standard()


@pytest.fixture
def placed(session: Session, tmp_path: Path) -> Session:
    take_places(session, tmp_path)
    return session


def of_the_catalogue(reference: str = SHIPPED) -> Document:
    return dict(shipped()[reference][1])


def test_the_catalogue_and_what_is_published_stand_together(session: Session) -> None:
    publish(session, STANDARD)
    library = Library(session)
    references = {each.reference for each in library.known}

    assert references == {*shipped(), "town-order@1.2.0"}
    assert len(shipped()) >= 10
    own, other = library.get("town-order@1.2.0", DAY), library.get(SHIPPED, DAY)
    assert (own.is_shipped, other.is_shipped) == (False, True)
    assert (library.document(own), library.document(other)) == (STANDARD, of_the_catalogue())
    assert digest(library.document(other)) == other.sha256


def test_a_version_of_the_catalogue_cannot_be_drafted(session: Session) -> None:
    editor = acting(session, make_person(session, Role.EDITOR, now=NOW), NOW)

    with pytest.raises(VersionTaken, match="comes with the program"):
        draft_service.create_draft(session, editor, of_the_catalogue() | {"title": {"en": "Mine"}}, NOW)


@pytest.mark.parametrize("is_shipped", [True, False])
def test_what_is_handed_in_counts_before_what_is_published(session: Session, is_shipped: bool) -> None:
    publish(session, STANDARD)
    changed = (of_the_catalogue() if is_shipped else STANDARD) | {"title": {"en": "As it could be"}}
    given, reference = given_document(changed, "mine.json")
    library = Library(session, [given])
    found = library.get(reference, DAY)

    assert (found.sha256, library.file(found)) == (digest(changed), "mine.json")
    assert library.document(found) == library.standard(found).document == changed
    assert [each.reference for each in library.known].count(reference) == 1
    # And it does not stay.
    assert Library(session).standard(Library(session).get(reference, DAY)).document != changed


def test_an_id_means_the_highest_version_in_force_on_the_day(session: Session) -> None:
    later = make_town_standard(version="1.10.0", valid_from="2026-09-01")
    ended = make_town_standard(version="2.0.0", valid_from="2026-04-01", valid_to="2026-04-10")
    publish(session, STANDARD, later, ended)
    library = Library(session)

    def chosen(on: date) -> str:
        return library.get("town-order", on).version

    assert [chosen(date(2026, 4, 9)), chosen(date(2026, 4, 10)), chosen(DAY)] == ["2.0.0", "1.2.0", "1.2.0"]
    assert [chosen(date(2026, 8, 31)), chosen(date(2026, 9, 1))] == ["1.2.0", "1.10.0"]
    with pytest.raises(StandardNotFound, match=r"of town-order is in force on 2026-03-31\. There are: 1\.2\.0 \("):
        chosen(date(2026, 3, 31))
    assert library.get("town-order@2.0.0", DAY).version == "2.0.0"


def test_what_was_withdrawn_is_no_longer_in_force_but_there(session: Session) -> None:
    publish(session, STANDARD)
    withdraw(session, STANDARD, date(2026, 6, 1))
    library = Library(session)

    assert library.get("town-order", date(2026, 5, 31)).version == "1.2.0"
    with pytest.raises(StandardNotFound, match="withdrawn from 2026-06-01 on"):
        library.get("town-order", date(2026, 6, 1))
    found = library.get("town-order@1.2.0", date(2026, 6, 1))
    assert (found.withdrawn_from, library.document(found)) == (date(2026, 6, 1), STANDARD)


def test_another_kind_is_not_taken_for_the_one_that_is_wanted(placed: Session) -> None:
    publish(placed, STANDARD, make_layer(STANDARD))

    with pytest.raises(StandardNotFound, match="is a localization, not a standard"):
        Library(placed).get("town-order.county@1.0.0", DAY, DocumentKind.STANDARD)
    with pytest.raises(StandardNotFound, match="Nothing is published under town-ordr"):
        Library(placed).get("town-ordr@1.2.0", DAY)


def test_localizations_come_with_all_that_they_import(placed: Session) -> None:
    province = make_layer(STANDARD, "province")
    county = make_layer(STANDARD, imports=[province])
    town = make_layer(STANDARD, "township", imports=[county])
    publish(placed, STANDARD, province, county)
    library = Library(placed, [given_document(town)[0]])

    found = library.with_imports(["town-order.township@1.0.0", "town-order.nowhere@1.0.0"])

    assert set(found) == {"town-order.township@1.0.0", "town-order.county@1.0.0", "town-order.province@1.0.0"}
    read = library.localizations(found.values(), library.standard(library.get("town-order", DAY)))
    assert {each.sha256 for each in read} == {digest(each) for each in (province, county, town)}


def test_the_violations_of_all_localizations_are_told_at_once(session: Session) -> None:
    wrong = [make_layer(STANDARD, level, set=[{**each}]) for level, each in (
        ("county", {"parameter": "q", "value": "1"}), ("province", {"parameter": "r", "value": "1"}))]  # fmt: skip
    publish(session, STANDARD)
    library = Library(session, [given_document(each, f"{place}.json")[0] for place, each in enumerate(wrong)])
    found = library.with_imports(["town-order.county@1.0.0", "town-order.province@1.0.0"]).values()

    with pytest.raises(LocalizationRejected) as caught:
        library.localizations(found, library.standard(library.get("town-order", DAY)))

    assert {(each.file, each.code) for each in caught.value.violations} >= {
        ("0.json", "UNKNOWN_PARAM"), ("1.json", "UNKNOWN_PARAM"),
    }  # fmt: skip


def test_a_standard_that_is_handed_in_is_read_with_the_name_of_its_file(session: Session) -> None:
    wrong = make_town_standard(criteria=[make_criterion("facts.no_such > 1.0")])
    given, reference = given_document(wrong, "wrong.json")
    library = Library(session, [given])

    with pytest.raises(StandardRejected) as caught:
        library.standard(library.get(reference, DAY))

    assert {each.file for each in caught.value.violations} == {"wrong.json"}


@pytest.mark.parametrize("document", [{}, {"$schema": 1}, make_fact_sheet(STANDARD)])
def test_what_is_no_document_of_these_kinds_is_refused_with_its_file(document: Document) -> None:
    with pytest.raises(UnknownDocumentKind) as caught:
        given_document(document, "odd.json")

    assert [(each.file, each.pointer) for each in caught.value.violations] == [("odd.json", "/$schema")]


def test_a_broken_schema_is_refused_with_the_file() -> None:
    with pytest.raises(StandardRejected, match=r"odd\.json is not a standard") as caught:
        given_document({"$schema": STANDARD["$schema"], "id": "x-y"}, "odd.json")

    assert {each.file for each in caught.value.violations} == {"odd.json"}


def test_a_standard_is_exported_with_its_localizations_and_comes_back_as_it_was(placed: Session) -> None:
    second = make_town_standard(version="2.0.0")
    county, mapping = make_layer(STANDARD), make_town_mapping(STANDARD, second)
    publish(placed, STANDARD, second, county, mapping)
    library = Library(placed)

    files = exported_files(library, library.get("town-order@1.2.0", DAY))
    alone = exported_files(library, library.get("town-order.mapping@1.0.0", DAY))

    assert {name: parse_json(content) for name, content in files.items()} == {
        "town-order/1.2.0/standard.json": STANDARD,
        "town-order/1.2.0/localizations/town-order.county@1.0.0.json": county,
    }
    assert [parse_json(content) for content in alone.values()] == [mapping]


def test_what_is_published_is_read_once(session: Session) -> None:
    publish(session, make_town_standard(title={"en": "Read once"}))
    libraries = Library(session), Library(session), Library(session, [Given(make_town_standard())])
    first, second, given = (each.standard(each.get("town-order", DAY)) for each in libraries)

    assert first is second
    assert given is not first
