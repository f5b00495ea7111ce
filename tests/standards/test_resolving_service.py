"""What a standard means in a place on a day, by what is published, the same on both engines."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from localization_samples import make_narrowing, pin
from region_samples import SINCE, TOWN_CHANGES, changes_file
from sqlalchemy.orm import Session
from standard_places import (
    COUNTY,
    DAY,
    KNOWN_AT,
    OTHER_PROVINCE,
    PREFECTURE,
    PROVINCE,
    TOWNSHIP,
    make_layer,
    make_town_standard,
    publish,
    take_places,
    value_of,
    withdraw,
)
from standard_samples import Document

from registry.regions import import_service
from registry.regions.claim import Claim
from registry.regions.import_service import Terms
from registry.regions.inputs import read_changes
from registry.regions.reference import Level
from registry.regions.region_errors import NoDivisions
from registry.standards.document_errors import AmbiguousLocalization, DocumentRejected, StandardNotFound
from registry.standards.library_service import given_document
from registry.standards.resolving_service import Answer, Asked, Resolver, resolve_asked, resolve_pinned

STANDARD = make_town_standard()
TOWN_LAYER = "town-order.county@1.0.0"


@pytest.fixture
def placed(session: Session, tmp_path: Path) -> Session:
    take_places(session, tmp_path)
    return session


def asked(session: Session, region: str | None = COUNTY, on: date = DAY, *given: Document, **changes: Any) -> Answer:
    """given: documents that are handed in."""
    named: dict[str, Any] = {"standard": "town-order@1.2.0", "known_at": KNOWN_AT} | changes
    documents = tuple(given_document(each)[0] for each in given)
    return resolve_asked(session, Asked(on=on, region=region, given=documents, **named))


def inputs_of(answer: Answer) -> list[str]:
    return [f"{each['id']}@{each['version']}" for each in answer.resolved.document["localizations"]]


def faults_of(session: Session, *given: Any, **changes: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(DocumentRejected) as caught:
        asked(session, *given, **changes)
    return sorted(((str(each.code), each.file) for each in caught.value.violations), key=str)


def test_the_localization_of_the_region_or_of_the_nearest_above_it_is_taken(placed: Session) -> None:
    province = make_layer(STANDARD, "province", "2.5")
    publish(placed, STANDARD, province, make_layer(STANDARD, imports=[province]))

    found = {region: value_of(asked(placed, region)) for region in (PROVINCE, PREFECTURE, COUNTY, TOWNSHIP)}

    assert found == {PROVINCE: "2.5", PREFECTURE: "2.5", COUNTY: "3", TOWNSHIP: "3"}
    assert inputs_of(asked(placed, TOWNSHIP)) == ["town-order.province@1.0.0", TOWN_LAYER]
    elsewhere, nowhere = asked(placed, OTHER_PROVINCE), asked(placed, None)
    assert (value_of(elsewhere), inputs_of(elsewhere), elsewhere.resolved.correspondence) == ("2", [], "IDT")
    assert (value_of(nowhere), inputs_of(nowhere)) == ("2", [])


def test_what_applies_everywhere_stands_above_all_regions(placed: Session) -> None:
    everywhere = make_layer(STANDARD, "national", None, id="town-order.all")
    publish(placed, STANDARD, everywhere)

    assert inputs_of(asked(placed, OTHER_PROVINCE)) == ["town-order.all@1.0.0"]


def test_two_localizations_of_one_region_are_refused_until_one_is_named(placed: Session) -> None:
    publish(placed, STANDARD, make_layer(STANDARD), make_layer(STANDARD, value="4", id="town-order.other"))

    with pytest.raises(AmbiguousLocalization, match=r"town-order\.county@1\.0\.0, town-order\.other@1\.0\.0"):
        asked(placed, TOWNSHIP)
    assert value_of(asked(placed, TOWNSHIP, localizations=("town-order.other",))) == "4"


def test_a_localization_that_is_not_in_force_on_the_day_is_not_taken_unasked(placed: Session) -> None:
    publish(placed, STANDARD, make_layer(STANDARD, valid_from="2026-05-02"))

    assert [value_of(asked(placed, on=day)) for day in (DAY, date(2026, 5, 2))] == ["2", "3"]
    assert faults_of(placed, localizations=(TOWN_LAYER,)) == [("NOT_IN_FORCE", TOWN_LAYER)]


def test_imports_are_looked_up_and_those_that_are_handed_in_count_first(placed: Session) -> None:
    province = make_layer(STANDARD, "province", "2.5")
    publish(placed, STANDARD, province)
    county = make_layer(STANDARD, value=None, imports=[province])
    other = make_layer(STANDARD, "province", "2.75")
    loose = make_layer(STANDARD, value=None) | {"imports": [pin(province)]}

    assert value_of(asked(placed, None, DAY, county, localizations=(TOWN_LAYER,))) == "2.5"
    assert value_of(asked(placed, None, DAY, loose, other, localizations=(TOWN_LAYER,))) == "2.75"
    faults = faults_of(placed, None, DAY, county, other, localizations=(TOWN_LAYER,))
    assert faults == [("IMPORT_DIGEST_MISMATCH", TOWN_LAYER)]
    missing = make_layer(STANDARD) | {"imports": [{"id": "town-order.none", "version": "1.0.0"}]}
    assert ("IMPORT_MISSING", TOWN_LAYER) in faults_of(placed, None, DAY, missing, localizations=(TOWN_LAYER,))


def test_a_parent_that_was_published_anew_changes_nothing_and_is_told(placed: Session) -> None:
    parent = make_layer(STANDARD, "province", "2.5", version="1.2.0")
    publish(placed, STANDARD, parent, make_layer(STANDARD, value=None, imports=[parent]))
    before = asked(placed)
    newer = make_layer(STANDARD, "province", "3.5", version="1.2.1", valid_from="2026-04-20")
    publish(placed, newer)

    after = asked(placed)

    assert before.successors == ()
    assert after.resolved.canonical == before.resolved.canonical
    told = [(each.input, each.replaced_by, each.valid_from) for each in after.successors]
    assert told == [("town-order.province@1.2.0", "town-order.province@1.2.1", date(2026, 4, 20))]
    # On a day before the new one is in force nothing has come in its place.
    assert asked(placed, on=date(2026, 4, 19)).successors == ()


def test_a_standard_with_a_successor_is_stale_too(placed: Session) -> None:
    publish(placed, STANDARD, make_town_standard(version="1.3.0"))

    assert [(each.input, each.replaced_by) for each in asked(placed).successors] == [
        ("town-order@1.2.0", "town-order@1.3.0")
    ]
    assert asked(placed, standard="town-order").resolved.document["standard"]["version"] == "1.3.0"


def test_what_was_withdrawn_is_refused_from_the_day_on(placed: Session) -> None:
    publish(placed, STANDARD, make_layer(STANDARD))
    before = asked(placed)
    withdraw(placed, STANDARD, date(2026, 6, 1))

    assert asked(placed).resolved.canonical == before.resolved.canonical
    assert value_of(asked(placed, on=date(2026, 5, 31))) == "3"
    assert faults_of(placed, on=date(2026, 6, 1)) == [("NOT_IN_FORCE", "town-order@1.2.0")]
    with pytest.raises(StandardNotFound, match="No version of town-order is in force"):
        asked(placed, on=date(2026, 6, 1), standard="town-order")


def test_a_localization_that_was_withdrawn_is_refused_where_it_is_named_or_imported(placed: Session) -> None:
    province = make_layer(STANDARD, "province", "2.5")
    publish(placed, STANDARD, province, make_layer(STANDARD, imports=[province]))
    day = date(2026, 6, 1)
    withdraw(placed, province, day)

    assert faults_of(placed, PROVINCE, day, localizations=("town-order.province@1.0.0",)) == [
        ("NOT_IN_FORCE", "town-order.province@1.0.0")
    ]
    assert faults_of(placed, COUNTY, day) == [("NOT_IN_FORCE", "town-order.province@1.0.0")]
    assert value_of(asked(placed, PROVINCE, day)) == "2"


def test_facts_of_the_region_choose_values(placed: Session) -> None:
    """The class of the region holds for all that lies in it, the terrain of a county for the county alone."""
    publish(placed, STANDARD)

    def shown(region: str, **classes: str) -> tuple[Any, Any]:
        answer = asked(placed, region, classes=classes)
        return value_of(answer, "share"), value_of(answer, "rate")

    both, rates = {"mountain": "80", "hill": "50"}, {"centre": "2", "west": "3"}
    assert shown(COUNTY) == ("80", "2")
    assert shown(TOWNSHIP) == (both, "2")
    assert shown(OTHER_PROVINCE) == (both, rates)
    # What is asked about counts before what is recorded.
    assert shown(COUNTY, terrain="hill") == ("50", "2")


def test_facts_are_those_that_were_known_then(placed: Session) -> None:
    early = datetime.fromisoformat("2026-01-01T00:00:00+00:00")

    shown = [value_of(asked(placed, COUNTY, DAY, STANDARD, known_at=each), "share") for each in (early, KNOWN_AT)]

    assert shown == [{"mountain": "80", "hill": "50"}, "80"]


def test_only_what_was_published_or_withdrawn_by_then_counts(placed: Session) -> None:
    first, newer, withdrawn = (datetime(2026, 4, each, 4, tzinfo=UTC) for each in (2, 5, 8))
    moment, on = timedelta(seconds=1), withdrawn.date()
    later = make_layer(STANDARD, value="4", version="1.1.0")
    publish(placed, STANDARD, make_layer(STANDARD), now=first)
    publish(placed, later, make_town_standard(version="1.3.0"), now=newer)
    withdraw(placed, later, on, now=withdrawn)

    def shown(known_at: datetime) -> tuple[Any, list[str]]:
        answer = asked(placed, on=on, known_at=known_at)
        return value_of(answer), [each.replaced_by for each in answer.successors]

    assert shown(newer - moment) == ("3", [])
    assert shown(newer) == shown(withdrawn - moment) == ("4", ["town-order@1.3.0"])
    assert shown(withdrawn) == ("3", ["town-order@1.3.0"])
    with pytest.raises(StandardNotFound, match="Nothing is published"):
        asked(placed, known_at=first - moment)
    # Those by which something was decided, whatever became of them.
    pinned = resolve_pinned(placed, "town-order@1.2.0", ["town-order.county@1.1.0"], on)
    named = asked(placed, None, on, known_at=newer, localizations=("town-order.county@1.1.0",))
    assert pinned.canonical == named.resolved.canonical


def test_a_county_that_was_recoded_and_renamed_is_followed(placed: Session, tmp_path: Path) -> None:
    """422828209 became 422828100 on 2022-03-01, and got another name later."""
    changes = read_changes(changes_file(tmp_path, TOWN_CHANGES, "towns.csv"), "mca")
    import_service.import_changes(placed, changes, "mca", Terms(KNOWN_AT, Claim(SINCE, None, Level.TOWNSHIP)))
    old = make_town_standard(valid_from="2022-01-01")
    layer = make_layer(old, "township", jurisdiction="mca:422828209", valid_from="2022-02-01")
    publish(placed, old, layer)

    assert value_of(asked(placed, TOWNSHIP)) == "3"


def test_a_county_that_was_merged_is_no_longer_known(placed: Session) -> None:
    """江干区, 330104, became part of 上城区 on 2021-04-09, which has its code 330102 from the old 上城区."""
    old = make_town_standard(valid_from="2021-01-01")
    gone = make_layer(old, jurisdiction="mca:330104", valid_from="2021-02-01")
    publish(placed, old, gone)
    before, after = date(2021, 4, 8), date(2021, 4, 9)

    assert value_of(asked(placed, "mca:330104", before)) == "3"
    assert value_of(asked(placed, "mca:330102", after)) == "2"
    assert ("JURISDICTION_UNKNOWN", TOWN_LAYER) in faults_of(placed, None, after, localizations=("town-order.county",))


def test_a_code_that_was_given_away_anew_does_not_carry_the_old_localization(placed: Session) -> None:
    """330102 was one 上城区 before 2021-04-09 and is another one since."""
    old = make_town_standard(valid_from="2021-01-01")
    publish(placed, old, make_layer(old, jurisdiction="mca:330102", valid_from="2021-02-01"))
    after = date(2022, 1, 1)

    assert value_of(asked(placed, "mca:330102", date(2021, 4, 8))) == "3"
    assert value_of(asked(placed, "mca:330102", after)) == "2"
    assert ("JURISDICTION_UNKNOWN", TOWN_LAYER) in faults_of(placed, "mca:330102", after, localizations=(TOWN_LAYER,))

    publish(placed, make_layer(old, value="4", id="town-order.new", jurisdiction="mca:330102", valid_from="2021-05-01"))
    assert value_of(asked(placed, "mca:330102", after)) == "4"


def test_a_region_that_is_not_known_is_refused(placed: Session) -> None:
    publish(placed, STANDARD)

    assert faults_of(placed, "mca:999999") == [("JURISDICTION_UNKNOWN", None)]


def test_without_divisions_it_is_said_how_to_get_them(session: Session) -> None:
    publish(session, STANDARD)

    for region, given in ((COUNTY, ()), (None, (make_layer(STANDARD),))):
        names = tuple(f"{each['id']}@{each['version']}" for each in given)
        with pytest.raises(NoDivisions, match="`registry regions import`"):
            asked(session, region, DAY, *given, localizations=names)
    assert value_of(asked(session, None)) == "2"


def test_one_resolver_answers_for_many_regions_as_for_each(placed: Session) -> None:
    publish(placed, STANDARD, make_layer(STANDARD))
    regions = [PROVINCE, COUNTY, TOWNSHIP, COUNTY, OTHER_PROVINCE]
    resolver = Resolver(placed, Asked("town-order", DAY, KNOWN_AT))

    together = [resolver.answer(each).resolved.canonical for each in regions]

    assert together == [asked(placed, each).resolved.canonical for each in regions]


def test_every_fault_is_told_at_once(placed: Session) -> None:
    publish(placed, STANDARD)
    wrong = make_layer(STANDARD, value="9", narrow=[make_narrowing("p", minimum="2")], valid_from="2026-03-01")

    found = faults_of(placed, None, DAY, wrong, localizations=(TOWN_LAYER,))

    assert {("LEVEL_NOT_AUTHORISED", TOWN_LAYER), ("VALIDITY_GAP", TOWN_LAYER)} <= set(found)
