"""Where jurisdictions lie and what classifies them, by the register of regions, the same on both engines."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from standard_places import COUNTY, DAY, KNOWN_AT, PREFECTURE, PROVINCE, TOWNSHIP, make_town_standard, take_places

from registry.regions.reference import Level
from registry.regions.region_errors import NoDivisions, ReferenceRejected, RegionNotFound
from registry.standards.geography import Division
from registry.standards.geography_service import classes_of, every_region, path_of, paths_of
from registry.standards.reading import read_standard

STANDARD = read_standard(make_town_standard())
BEFORE, AFTER = date(2021, 4, 8), date(2021, 4, 9)


@pytest.fixture
def placed(session: Session, tmp_path: Path) -> Session:
    take_places(session, tmp_path)
    return session


def test_a_path_leads_from_the_top_to_the_region_itself(placed: Session) -> None:
    way = [(PROVINCE, "province"), (PREFECTURE, "prefecture"), (COUNTY, "county"), (TOWNSHIP, "township")]

    assert path_of(placed, TOWNSHIP, None, DAY) == tuple(Division(*each) for each in way)
    assert paths_of(placed, [(PROVINCE, None), ("mca:999999", None)], DAY) == {
        PROVINCE: (Division(PROVINCE, "province"),)
    }
    assert paths_of(placed, [], DAY) == {}


def test_a_code_means_what_it_meant_when_it_was_written(placed: Session) -> None:
    """上城区, 330102, was made anew of two on 2021-04-09; 余杭区, 330110, was divided."""
    assert path_of(placed, "mca:330102", BEFORE, BEFORE)[-1].reference == "mca:330102"
    assert path_of(placed, "mca:330102", AFTER, AFTER)[-1].reference == "mca:330102"
    assert path_of(placed, "mca:330102", BEFORE, AFTER) == ()
    assert path_of(placed, "mca:330110", BEFORE, AFTER) == ()
    assert path_of(placed, "mca:330106", BEFORE, AFTER)[-1].reference == "mca:330106"


def test_a_date_of_the_reference_itself_counts_first(placed: Session) -> None:
    assert path_of(placed, "mca:330102@2021-04-08", AFTER, AFTER) == ()
    assert path_of(placed, "mca:330102@2021-04-09", BEFORE, AFTER) != ()


def test_where_the_day_of_writing_is_not_known_the_day_that_is_asked_about_counts(placed: Session) -> None:
    assert path_of(placed, COUNTY, date(2001, 1, 1), DAY)[-1].reference == COUNTY
    assert path_of(placed, f"{COUNTY}@2001-01-01", None, DAY) == ()
    assert path_of(placed, COUNTY, None, date(2001, 1, 1)) == ()


def test_one_code_that_means_two_regions_means_none(placed: Session) -> None:
    code = "mca:330102"

    assert paths_of(placed, [(code, AFTER), (code, None)], AFTER).keys() == {code}
    assert paths_of(placed, [(code, BEFORE), (code, None)], AFTER) == {}


def test_classes_are_the_facts_of_the_region_that_are_recorded(placed: Session) -> None:
    assert classes_of(placed, STANDARD, COUNTY, DAY, KNOWN_AT) == {"terrain": "mountain", "zone": "centre"}
    assert classes_of(placed, STANDARD, TOWNSHIP, DAY, KNOWN_AT) == {"zone": "centre"}
    assert classes_of(placed, STANDARD, "mca:330000", DAY, KNOWN_AT) == {}
    assert classes_of(placed, STANDARD, "mca:999999", DAY, KNOWN_AT) == {}
    assert classes_of(placed, STANDARD, COUNTY, date(2025, 5, 31), KNOWN_AT) == {}
    assert classes_of(placed, STANDARD, COUNTY, DAY, datetime(2026, 1, 1, tzinfo=UTC)) == {}


def test_a_standard_without_classes_asks_for_no_facts(session: Session) -> None:
    plain = make_town_standard(parameters=make_town_standard()["parameters"][:1])

    assert classes_of(session, read_standard(plain), COUNTY, DAY, KNOWN_AT) == {}


def test_every_region_of_a_level_or_of_what_lies_in_one(placed: Session) -> None:
    assert set(every_region(placed, Level.PROVINCE, DAY)) == {PROVINCE, "mca:330000"}
    assert list(every_region(placed, Level.COUNTY, DAY, PREFECTURE)) == [COUNTY]
    with pytest.raises(RegionNotFound):
        list(every_region(placed, Level.COUNTY, DAY, "mca:999999"))


def test_what_is_no_reference_or_has_no_divisions_is_refused(session: Session) -> None:
    with pytest.raises(ReferenceRejected):
        paths_of(session, [("422828", None)], DAY)
    with pytest.raises(NoDivisions):
        paths_of(session, [(COUNTY, None)], DAY)
    with pytest.raises(NoDivisions):
        list(every_region(session, Level.COUNTY, DAY))
