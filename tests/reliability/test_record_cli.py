"""Recording on the command line: what is kept, shown again, replayed and written out."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry import db_state
from registry.db import Database, open_database, read, write
from registry.reliability import queries
from registry.reliability.models import RecordedComparison

FOLDER = ["result.json", "pairs.csv", "unpaired.csv", "working-paper.xlsx", "chart.svg", "chart.png"]


@pytest.fixture
def own(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of the settings."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    return database_url


def record(run_registry: Callable[..., Any], inputs: Any, *options: object) -> str:
    done = run_registry("compare", *inputs.options(), "--record", *options)
    assert done.code == 0, done.err
    found = re.search(r"Recorded as ([0-9a-f-]{36})", done.err)
    assert found is not None, done.err
    return found[1]


def test_a_recorded_comparison_is_listed_and_shown_as_it_was(
    run_registry: Callable[..., Any], inputs: Any, own: str
) -> None:
    done = run_registry("compare", *inputs.options())
    identifier = record(run_registry, inputs)

    listed = run_registry("comparisons", "list", "--json")
    shown = run_registry("comparisons", "show", identifier)

    assert [each["id"] for each in json.loads(listed.out)] == [identifier]
    assert identifier in run_registry("comparisons", "list").out.decode()
    assert shown.out == done.out


def test_a_replay_is_bit_identical(run_registry: Callable[..., Any], inputs: Any, own: str) -> None:
    identifier = record(run_registry, inputs, "--lag-days", 30, "--zone", "UTC")

    replay = run_registry("comparisons", "replay", identifier, "--json")

    assert replay.code == 0
    assert json.loads(replay.out) == {"identical": True, "same_code": True, "differences": []}


def test_a_replay_that_differs_says_where_and_ends_with_4(
    run_registry: Callable[..., Any], inputs: Any, own: str, database: Database
) -> None:
    identifier = queries.read_comparison_id(record(run_registry, inputs))

    def with_another_lag(session: Any) -> RecordedComparison:
        recorded = queries.get_comparison(session, identifier)
        names = [each.key for each in RecordedComparison.__table__.columns if each.key not in {"id", "description"}]
        description = recorded.description | {"options": recorded.description["options"] | {"lag_days": 20}}
        other = RecordedComparison(**{name: getattr(recorded, name) for name in names}, description=description)
        session.add(other)
        session.flush()
        return other

    replay = run_registry("comparisons", "replay", write(database, with_another_lag).id)

    assert replay.code == 4
    assert "Different, by the same code." in replay.out.decode()
    assert "/method/parameters/lag_days" in replay.out.decode()


def test_column_names_and_bad_rows_are_part_of_what_is_recorded(
    run_registry: Callable[..., Any], inputs: Any, own: str, tmp_path: Path
) -> None:
    for row in inputs.reports:
        row["结果"] = row.pop("value")
    inputs.reports[0]["结果"] = "perhaps"
    inputs.write()
    mapping = tmp_path / "columns.json"
    mapping.write_text('{"结果": "value"}', encoding="utf-8")
    rest = ("--columns", mapping, "--on-error", "report", "--errors", tmp_path / "errors.csv")

    identifier = record(run_registry, inputs, *rest)

    assert run_registry("comparisons", "replay", identifier).out.decode().startswith("Identical")


def test_what_is_recorded_is_in_the_database_of_the_settings(
    run_registry: Callable[..., Any], inputs: Any, own: str, database: Database, engine_name: str
) -> None:
    identifier = queries.read_comparison_id(record(run_registry, inputs))

    found = read(database, lambda session: queries.get_comparison(session, identifier))
    assert (found.id, database.engine.dialect.name) == (identifier, engine_name)
    assert own.startswith(engine_name)


def test_the_same_inputs_again_are_a_second_record_of_the_same_result(
    run_registry: Callable[..., Any], inputs: Any, own: str
) -> None:
    identifiers = {record(run_registry, inputs), record(run_registry, inputs)}

    listed = json.loads(run_registry("comparisons", "list", "--json").out)

    assert {each["id"] for each in listed} == identifiers
    assert len(identifiers) == 2
    assert len({each["result_sha256"] for each in listed}) == 1


def test_an_export_holds_the_files_and_all_that_came_of_them(
    run_registry: Callable[..., Any], inputs: Any, own: str, tmp_path: Path
) -> None:
    folder = tmp_path / "exported"
    identifier = record(run_registry, inputs)
    for name in ("reports.csv", "spot_checks.csv", "criteria.json"):
        (tmp_path / f"original-{name}").write_bytes((tmp_path / name).read_bytes())
        (tmp_path / name).unlink()

    done = run_registry("comparisons", "export", identifier, "--folder", folder)

    assert done.code == 0, done.err
    for role, name in (("reports", "reports.csv"), ("spot-checks", "spot_checks.csv"), ("criteria", "criteria.json")):
        assert (folder / "inputs" / f"{role}-{name}").read_bytes() == (tmp_path / f"original-{name}").read_bytes()
    assert all((folder / name).stat().st_size for name in FOLDER)
    assert (folder / "result.json").read_bytes() == run_registry("comparisons", "show", identifier, "--json").out


@pytest.mark.parametrize("command", ["show", "replay", "export"])
@pytest.mark.parametrize("identifier", ["00000000-0000-0000-0000-000000000000", "7", "../x"])
def test_an_unknown_identifier_ends_with_3(
    run_registry: Callable[..., Any], own: str, tmp_path: Path, command: str, identifier: str
) -> None:
    more = ("--folder", tmp_path / "x") if command == "export" else ()

    done = run_registry("comparisons", command, identifier, *more)

    assert (done.code, done.err) == (3, "Error: No comparison is recorded under this identifier.\n")


def test_a_refused_comparison_records_nothing(
    run_registry: Callable[..., Any], inputs: Any, own: str, database: Database
) -> None:
    inputs.reports[0]["value"] = "perhaps"

    assert run_registry("compare", *inputs.write().options(), "--record").code == 1
    assert read(database, lambda session: queries.list_comparisons(session, limit=5)) == []


# The embedded database.


def test_recording_makes_the_database_where_there_is_none(
    run_registry: Callable[..., Any], inputs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "registry.db"
    monkeypatch.setenv("REGISTRY_DATABASE_URL", f"sqlite:///{path}")

    identifier = record(run_registry, inputs)

    assert run_registry("comparisons", "replay", identifier).code == 0
    assert run_registry("db", "check").code == 0


def test_a_database_that_is_behind_is_left_as_it_is(
    run_registry: Callable[..., Any], inputs: Any, empty_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", empty_url)
    opened = open_database(empty_url, create=True)
    with opened.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE others (id INTEGER)")
    opened.close()

    done = run_registry("compare", *inputs.options(), "--record")

    assert done.code == 4
    assert "registry db upgrade" in done.err
    opened = open_database(empty_url)
    assert db_state.current_revision(opened) is None
    opened.close()


def test_without_record_no_database_is_touched(
    run_registry: Callable[..., Any], inputs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "registry.db"
    monkeypatch.setenv("REGISTRY_DATABASE_URL", f"sqlite:///{path}")

    assert run_registry("compare", *inputs.options()).code == 0
    assert not path.exists()


def test_the_folder_holds_every_row_that_did_not_pair(
    run_registry: Callable[..., Any], inputs: Any, tmp_path: Path
) -> None:
    del inputs.spot_checks[-1]
    folder = tmp_path / "out"

    assert run_registry("compare", *inputs.write().options(), "--folder", folder).code == 0

    rows = list(csv.DictReader(io.StringIO((folder / "unpaired.csv").read_text(encoding="utf-8-sig"))))
    assert [(each["side"], each["site_id"], each["criterion_id"]) for each in rows if each["site_id"] == "0005"] == [
        ("reports", "0005", "02")
    ]
    assert sorted(each.name for each in folder.iterdir()) == sorted(FOLDER)
