"""A standard for every region of a level, the same on both engines."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session
from standard_places import COUNTY, DAY, KNOWN_AT, PREFECTURE, make_layer, make_town_standard, publish, take_places

from registry.regions.reference import Level
from registry.regions.region_errors import NoDivisions, RegionNotFound
from registry.standards.document_errors import StandardNotFound, StandardRejected
from registry.standards.library_service import given_document
from registry.standards.many_service import resolve_many
from registry.standards.resolving_service import Asked, resolve_asked

STANDARD = make_town_standard()


@pytest.fixture
def placed(session: Session, tmp_path: Path) -> Session:
    take_places(session, tmp_path)
    publish(session, STANDARD, make_layer(STANDARD))
    return session


def asked(**changes: Any) -> Asked:
    return Asked(**{"standard": "town-order", "on": DAY, "known_at": KNOWN_AT} | changes)


def many(session: Session, level: Level = Level.COUNTY, **changes: Any) -> tuple[list[Any], int]:
    lines, refused = resolve_many(session, asked(**changes), level, lambda _share, _step: None)
    return [json.loads(line) for line in lines], refused


def test_every_region_gets_the_bytes_that_it_would_get_alone(placed: Session) -> None:
    told: list[tuple[float, str]] = []
    lines, refused = resolve_many(placed, asked(), Level.COUNTY, lambda share, step: told.append((share, step)))

    regions = [step for _, step in told]
    assert lines == [resolve_asked(placed, asked(region=each)).resolved.canonical + b"\n" for each in regions]
    assert (len(set(regions)), refused) == (6, 0)
    assert COUNTY in regions
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] < 1


def test_only_regions_that_lie_in_another(placed: Session) -> None:
    lines, _ = many(placed, region=PREFECTURE)
    towns, _ = many(placed, Level.TOWNSHIP, region=COUNTY)

    assert [each["resolution"]["region"] for each in lines] == [COUNTY]
    assert [each["resolution"]["region"] for each in towns] == ["mca:422828100"]
    assert many(placed, Level.VILLAGE, region=COUNTY) == ([], 0)


def test_a_region_that_is_refused_does_not_stop_the_others(placed: Session) -> None:
    publish(placed, make_layer(STANDARD, id="town-order.second"))

    lines, refused = many(placed)

    [wrong] = [each for each in lines if "violations" in each]
    assert (len(lines), refused, wrong["region"]) == (6, 1, COUNTY)
    assert wrong["violations"][0]["code"] == "ambiguous-localization"


def test_the_reasons_are_written_with_code_and_place(placed: Session) -> None:
    """A localization that is named applies to its own county and to no other."""
    lines, refused = many(placed, localizations=("town-order.county@1.0.0",))

    assert refused == 5
    wrong = [each["violations"][0] for each in lines if "violations" in each]
    assert {(each["code"], each["file"]) for each in wrong} == {
        ("JURISDICTION_NOT_DESCENDANT", "town-order.county@1.0.0")
    }


def test_what_is_wrong_whatever_the_region_is_told_once(placed: Session) -> None:
    unlike = make_town_standard(decision={"kind": "points", "total": "100"}, version="9.0.0")
    given, _ = given_document(unlike)

    with pytest.raises(StandardNotFound):
        many(placed, standard="town-ordr")
    with pytest.raises(StandardRejected):
        many(placed, standard="town-order@9.0.0", given=(given,))
    with pytest.raises(RegionNotFound):
        many(placed, region="mca:999999")


def test_regions_are_those_of_the_day(placed: Session) -> None:
    early = make_town_standard(version="0.1.0", valid_from="2021-01-01")
    publish(placed, early)

    before, after = (
        {each["resolution"]["region"] for each in many(placed, standard="town-order@0.1.0", on=day)[0]}
        for day in (date(2021, 4, 8), date(2021, 4, 9))
    )

    assert "mca:330104" in before - after
    assert "mca:330113" in after - before


def test_without_divisions_it_is_said_how_to_get_them(session: Session) -> None:
    publish(session, STANDARD)

    with pytest.raises(NoDivisions, match="`registry regions import`"):
        many(session)
