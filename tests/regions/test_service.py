"""Regions in the database, the same on both engines: imports, questions on a day, facts, the match of two systems."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from region_samples import (
    AFTER,
    AS_OF,
    BEFORE,
    HANGZHOU,
    HANGZHOU_CHANGES,
    SINCE,
    THE_DAY,
    changes_file,
    divisions_file,
    related,
    write_csv,
)
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from registry.audit import queries as audit
from registry.audit.entry import read_entry
from registry.db import Database, read, write
from registry.db_errors import ConstraintViolated
from registry.regions import import_service, service
from registry.regions.answers import Reason
from registry.regions.claim import Claim
from registry.regions.import_report import ImportReport
from registry.regions.import_service import Terms
from registry.regions.inputs import read_changes, read_divisions, read_facts
from registry.regions.matching import MatchKind
from registry.regions.models import ChangeRow, DivisionRow, FactRow, RegionImport
from registry.regions.reference import Level, read_reference
from registry.regions.region_errors import DivisionsRejected, EditionConflict, NoDivisions, RegionNotFound
from registry.regions.search import Query

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
COUNTIES = Claim(SINCE, None, Level.COUNTY)


def take_divisions(
    session: Session, path: Path, system: str = "mca", as_of: date = AS_OF, **terms: object
) -> ImportReport:
    given = read_divisions(path, system, as_of)
    return import_service.import_divisions(session, given, system, Terms(NOW, **terms))  # type: ignore[arg-type]


def take_changes(session: Session, path: Path, claim: Claim | None = COUNTIES, **terms: object) -> ImportReport:
    return import_service.import_changes(session, read_changes(path, "mca"), "mca", Terms(NOW, claim, **terms))  # type: ignore[arg-type]


def take_facts(session: Session, path: Path, now: datetime = NOW) -> ImportReport:
    return import_service.import_facts(session, read_facts(path), TODAY, Terms(now))


def take_hangzhou(session: Session, folder: Path) -> None:
    take_divisions(session, divisions_file(folder))
    take_changes(session, changes_file(folder))


def counted(session: Session) -> list[int]:
    tables = (RegionImport, DivisionRow, ChangeRow, FactRow)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_merged_a_split_and_an_untouched_county_before_on_and_after_the_day(session: Session, tmp_path: Path) -> None:
    take_hangzhou(session, tmp_path)
    city = read_reference("mca:330100")

    def covered(code: str) -> list[bool | None]:
        inner = read_reference(f"mca:{code}@{BEFORE}")
        return [service.covers(session, city, inner, on).value for on in (BEFORE, THE_DAY, AFTER)]

    assert covered("330104") == [True, None, None]
    assert covered("330110") == [True, None, None]
    assert covered("330106") == [True, True, True]
    split = service.resolve(session, read_reference("mca:330110@2021-04-08"), THE_DAY)
    assert (split.reason, related(split)) == (Reason.SPLIT, ["330110 余杭区", "330113 临平区"])


def test_before_the_changes_are_imported_only_the_day_of_the_edition_is_known(session: Session, tmp_path: Path) -> None:
    take_divisions(session, divisions_file(tmp_path))
    county = read_reference("mca:330106")

    assert service.resolve(session, county, AFTER).reason is Reason.NOT_KNOWN_THEN
    take_changes(session, changes_file(tmp_path))
    assert service.resolve(session, county, AFTER).region is not None


def test_the_same_file_again_does_nothing_and_says_so(session: Session, tmp_path: Path) -> None:
    take_hangzhou(session, tmp_path)
    before = counted(session)
    reports = [take_divisions(session, divisions_file(tmp_path)), take_changes(session, changes_file(tmp_path))]

    assert [(each.was_there, each.number) for each in reports] == [(True, None), (True, None)]
    assert counted(session) == before == [2, len(HANGZHOU), 6, 0]


def test_other_divisions_for_the_same_day_are_a_conflict(session: Session, tmp_path: Path) -> None:
    take_divisions(session, divisions_file(tmp_path))

    with pytest.raises(EditionConflict, match=r"divisions\.csv"):
        take_divisions(session, divisions_file(tmp_path, HANGZHOU[:-1], "other.csv"))


def test_a_dry_run_saves_nothing(session: Session, tmp_path: Path) -> None:
    report = take_divisions(session, divisions_file(tmp_path), is_dry_run=True)

    assert (report.number, report.rows, report.was_there) == (None, len(HANGZHOU), False)
    assert report.counts["county"] == 6
    assert counted(session) == [0, 0, 0, 0]


def test_changes_that_contradict_the_divisions_leave_nothing(session: Session, tmp_path: Path) -> None:
    take_divisions(session, divisions_file(tmp_path))
    lines = HANGZHOU_CHANGES + "2022-01-01,recoded,330198,,,330199,,,\n2026-01-01,recoded,330198,,,330199,,,\n"

    with pytest.raises(DivisionsRejected, match="2 place") as caught:
        take_changes(session, changes_file(tmp_path, lines))

    assert [(each.row, each.column) for each in caught.value.violations] == [(8, "to_code"), (9, "from_code")]
    assert counted(session) == [1, len(HANGZHOU), 0, 0]


def test_rows_of_changes_that_are_known_are_not_taken_twice(session: Session, tmp_path: Path) -> None:
    take_hangzhou(session, tmp_path)
    more = HANGZHOU_CHANGES + "2020-06-01,renamed,330106,西子区,,330106,西湖区,,\n"
    report = take_changes(session, changes_file(tmp_path, more), Claim(date(2020, 1, 1), None, Level.COUNTY))

    assert (report.rows, report.known_before) == (1, 6)
    found = service.resolve(session, read_reference("mca:330106"), date(2020, 5, 31))
    assert found.region is not None
    assert found.region.name == "西子区"


def test_nothing_but_the_whole_of_an_import_is_seen_by_others(database: Database, tmp_path: Path) -> None:
    def fail(session: Session) -> None:
        take_divisions(session, divisions_file(tmp_path))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(database, fail)

    assert read(database, counted) == [0, 0, 0, 0]


KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from registry.db import open_database, write
from registry.regions import import_service, queries
from registry.regions.import_service import Terms, import_divisions
from registry.regions.inputs import read_divisions

def die(share, step):
    if step == "Saving":
        os.kill(os.getpid(), signal.SIGKILL)

given = read_divisions(Path(sys.argv[2]), "mca", date(2025, 12, 31))
terms = Terms(datetime(2026, 3, 1, tzinfo=UTC), progress=die)
write(open_database(sys.argv[1]), lambda session: import_divisions(session, given, "mca", terms))
"""


def test_a_kill_in_the_middle_leaves_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    path = divisions_file(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, database_url, path], check=False, env=os.environ.copy())

    assert done.returncode == -signal.SIGKILL
    assert read(database, counted) == [0, 0, 0, 0]
    write(database, lambda session: take_divisions(session, path))
    assert read(database, counted) == [1, len(HANGZHOU), 0, 0]


def test_imports_at_the_same_time_all_succeed(database: Database, tmp_path: Path) -> None:
    path = divisions_file(tmp_path)
    systems = ["mca", "nbs", "own:a", "own:b"]
    start = threading.Barrier(len(systems))

    def take(system: str) -> ImportReport:
        start.wait()
        return write(database, lambda session: take_divisions(session, path, system))

    with ThreadPoolExecutor(len(systems)) as pool:
        reports = list(pool.map(take, systems))

    assert sorted(each.number or 0 for each in reports) == [1, 2, 3, 4]
    assert read(database, counted) == [4, 4 * len(HANGZHOU), 0, 0]


@pytest.mark.parametrize("table", ["region_imports", "divisions", "division_changes"])
def test_what_is_imported_cannot_be_altered(database: Database, tmp_path: Path, table: str) -> None:
    write(database, lambda session: take_hangzhou(session, tmp_path))
    column = "file_name" if table == "region_imports" else "place"

    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(ConstraintViolated):
            write(database, lambda session, statement=statement: session.execute(text(statement)))


def test_every_import_is_in_the_log(session: Session, tmp_path: Path) -> None:
    take_hangzhou(session, tmp_path)
    entries = [read_entry(each.entry) for each in audit.list_entries(session, limit=10)]

    assert [(each["actor"], each["action"]) for each in entries] == [("operator", "region.import")] * 2


def test_what_is_held_in_memory_follows_the_database(database: Database, tmp_path: Path) -> None:
    def names(session: Session) -> list[str]:
        return [each.region.name for each in service.find(session, Query("鹤", AS_OF))]

    write(database, lambda session: take_divisions(session, divisions_file(tmp_path)))
    assert read(database, names) == ["鹤峰县"]
    later = [*HANGZHOU, ("422829", "鹤山县", "county", "422800")]
    as_of = AS_OF + timedelta(days=365)
    write(database, lambda session: take_divisions(session, divisions_file(tmp_path, later, "d2.csv"), as_of=as_of))

    assert read(database, lambda session: [h.region.name for h in service.find(session, Query("鹤", as_of))]) == [
        "鹤峰县", "鹤山县",
    ]  # fmt: skip


def test_where_nothing_is_imported_the_command_is_named(session: Session) -> None:
    with pytest.raises(NoDivisions, match="registry regions import"):
        service.find(session, Query("鹤峰", AS_OF))


def test_a_code_that_never_was_is_not_found(session: Session, tmp_path: Path) -> None:
    take_divisions(session, divisions_file(tmp_path))

    with pytest.raises(RegionNotFound, match="no code 999999"):
        service.get_region(session, read_reference("mca:999999"), AS_OF)


def test_own_divisions_tell_their_days(session: Session, tmp_path: Path) -> None:
    lines = [
        "z,开发区,county,,,",
        "p,省,province,,,",
        "z1,旧园,township,z,,2020-01-01",
        "z1,新园,township,z,2020-01-01,",
    ]
    lines[0] = "z,开发区,county,p,,"
    path = write_csv(tmp_path / "own.csv", "code,name,level,parent_code,valid_from,valid_to", lines)
    take_divisions(session, path, "own:zones", claim=Claim(date(2015, 1, 1)))

    def name(on: date) -> str | None:
        found = service.resolve(session, read_reference("own:zones:z1@2016-01-01"), on).region
        return None if found is None else found.name

    days = (date(2014, 12, 31), date(2019, 12, 31), date(2020, 1, 1))
    assert [name(on) for on in days] == [None, "旧园", "新园"]


FACTS = "region,key,value,valid_from,valid_to,source"


def test_a_fact_is_asked_as_of_a_day_and_as_known_then(session: Session, tmp_path: Path) -> None:
    take_hangzhou(session, tmp_path)
    later = NOW + timedelta(days=10)
    first = ["mca:422828,terrain,mountain,2021-06-01,,survey"]
    take_facts(session, write_csv(tmp_path / "f1.csv", FACTS, first))
    second = ["mca:422828,terrain,hill,2022-01-01,2023-01-01,correction", "mca:422828,terrain,,2024-01-01,,abolished"]
    take_facts(session, write_csv(tmp_path / "f2.csv", FACTS, second), later)
    asked = read_reference("mca:422828")

    def value(on: date, known_at: datetime) -> str | None:
        return service.get_fact(session, asked, "terrain", on, known_at).value

    days = (date(2021, 5, 31), date(2021, 6, 1), date(2022, 6, 1), date(2023, 1, 1), date(2024, 1, 1))
    assert [value(on, NOW) for on in days] == [None, "mountain", "mountain", "mountain", "mountain"]
    assert [value(on, later) for on in days] == [None, "mountain", "hill", "mountain", None]
    assert [value(on, NOW - timedelta(seconds=1)) for on in days] == [None] * 5
    assert len(service.list_facts(session, asked, AS_OF)) == 3


def test_a_fact_of_a_region_that_was_split_is_none_of_its_successors(session: Session, tmp_path: Path) -> None:
    take_hangzhou(session, tmp_path)
    lines = [f"mca:330110@{BEFORE},terrain,plain,2021-01-01,,survey"]
    take_facts(session, write_csv(tmp_path / "f.csv", FACTS, lines))

    old, new = read_reference(f"mca:330110@{BEFORE}"), read_reference("mca:330110")
    assert service.get_fact(session, old, "terrain", BEFORE, NOW).value == "plain"
    assert service.get_fact(session, new, "terrain", BEFORE, NOW).value == "plain"
    assert service.get_fact(session, new, "terrain", THE_DAY, NOW).value is None
    assert service.get_fact(session, old, "terrain", THE_DAY, NOW).asked.reason is Reason.SPLIT


def test_a_region_class_holds_for_what_lies_inside_and_a_terrain_does_not(session: Session, tmp_path: Path) -> None:
    take_hangzhou(session, tmp_path)
    lines = [
        f"mca:420000,{key},{value},2021-01-01,,law" for key, value in (("region_class", "centre"), ("terrain", "hill"))
    ]
    take_facts(session, write_csv(tmp_path / "f.csv", FACTS, lines))
    town = read_reference("mca:422828100")
    answer = service.get_fact(session, town, "region_class", AS_OF, NOW)

    assert answer.value == "centre"
    assert answer.holder is not None
    assert answer.holder.code == "420000"
    assert service.get_fact(session, town, "terrain", AS_OF, NOW).value is None


def test_facts_of_unknown_regions_are_refused_all_at_once(session: Session, tmp_path: Path) -> None:
    take_divisions(session, divisions_file(tmp_path))
    lines = ["mca:999999,terrain,hill,2021-01-01,,x", "mca:999998,terrain,hill,2021-01-01,,x"]

    with pytest.raises(DivisionsRejected, match=r"999998.*999999"):
        take_facts(session, write_csv(tmp_path / "f.csv", FACTS, lines))


def test_two_systems_are_matched_once(session: Session, tmp_path: Path) -> None:
    take_divisions(session, divisions_file(tmp_path))
    nbs = [row for row in HANGZHOU if row[0] != "330113"]
    take_divisions(session, divisions_file(tmp_path, nbs, "nbs.csv"), "nbs", date(2023, 6, 30))
    run, matches, is_new = import_service.match(session, NOW)
    again, same, is_new_again = import_service.match(session, NOW)

    assert (is_new, is_new_again, run.number) == (True, False, again.number)
    assert matches == same
    assert [each.mca_code for each in matches if each.kind is MatchKind.ONLY_IN_MCA] == ["330113"]
