"""Commands about regions, on a database of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from region_samples import HANGZHOU, changes_file, divisions_file, write_csv
from typer.testing import CliRunner, Result

from registry.errors import EXIT_CODES, Kind, RegistryError
from registry.regions.cli import regions

UNTIL = ["--complete-from", "2021-01-01", "--down-to", "county"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(regions, [str(each) for each in arguments])


def good(*arguments: object) -> str:
    done = run(*arguments)
    assert done.exit_code == 0, done.output + str(done.exception)
    return done.stdout


def refused(*arguments: object) -> RegistryError:
    error = run(*arguments).exception
    assert isinstance(error, RegistryError), error
    return error


@pytest.fixture
def imported(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    good("import", divisions_file(tmp_path), "--as-of", "2025-12-31")
    good("import", "--changes", changes_file(tmp_path), *UNTIL)
    return tmp_path


def test_find_prints_the_whole_path(imported: Path) -> None:
    text = good("find", "容美镇", "--on", "2025-12-31")

    assert text.split() == ["mca:422828100", "湖北省", "恩施土家族苗族自治州", "鹤峰县", "容美镇", "(exact)"]
    assert json.loads(good("find", "鹤峰", "容美", "--json"))["regions"][0]["region"]["reference"] == "mca:422828100"
    assert run("find", "没有").exit_code == 3


def test_show_tells_what_a_reference_means_and_why_it_means_nothing(imported: Path) -> None:
    assert "上城区  (county)" in good("show", "mca:330102", "--on", "2025-12-31")
    assert "divisions are those of 2025-12-31" in good("show", "mca:330102", "--on", "2030-01-01")
    merged = run("show", "mca:330104@2021-04-08", "--on", "2021-04-09")
    assert merged.exit_code == 3
    assert "was merged on 2021-04-09. In its place on 2021-04-09: mca:330102 上城区" in merged.stderr
    unknown = run("show", "mca:330106", "--on", "2020-01-01")
    assert (unknown.exit_code, "is not known" in unknown.stderr) == (3, True)
    assert json.loads(run("show", "mca:330104@2021-04-08", "--on", "2021-04-09", "--json").stdout)["reason"] == "merged"


def test_path_and_changes(imported: Path) -> None:
    path = good("path", "mca:422828100", "--on", "2025-12-31").splitlines()
    assert [line.split()[1] for line in path] == ["mca:420000", "mca:422800", "mca:422828", "mca:422828100"]
    assert len(json.loads(good("path", "mca:422828100", "--on", "2025-12-31", "--json"))["path"]) == 4
    assert len(good("changes").splitlines()) == 6
    split = good("changes", "mca:330113").splitlines()
    assert split == ["2021-04-09  split        330110 余杭区 -> 330113 临平区"]
    assert len(json.loads(good("changes", "--json"))) == 6


def test_facts_are_imported_and_asked(imported: Path) -> None:
    heading = "region,key,value,valid_from,valid_to,source"
    lines = ["mca:420000,region_class,centre,2021-06-01,,state council"]
    assert "1 facts imported" in good("import", "--facts", write_csv(imported / "f.csv", heading, lines))

    assert "region_class = centre" in good("facts", "mca:422828", "--key", "region_class", "--on", "2025-01-01")
    assert run("facts", "mca:422828", "--key", "region_class", "--on", "2021-01-01").exit_code == 3
    early = run("facts", "mca:422828", "--key", "region_class", "--on", "2025-01-01", "--known-at", "2020-01-01T00:00Z")
    assert early.exit_code == 3
    assert len(json.loads(good("facts", "mca:420000", "--json"))) == 1


def test_the_two_systems_are_matched(imported: Path) -> None:
    good("import", divisions_file(imported, HANGZHOU[:-1], "nbs.csv"), "--system", "nbs", "--as-of", "2023-06-30")
    first: dict[str, Any] = json.loads(good("match", "--json"))

    assert first["is_new"]
    assert {"level": "township", "kind": "only_in_mca", "number": 1} in first["counts"]
    assert "as it was made before" in good("match")


def test_import_says_what_it_did(imported: Path) -> None:
    again = good("import", imported / "divisions.csv", "--as-of", "2025-12-31")
    tried = good("import", imported / "divisions.csv", "--system", "own:x", "--as-of", "2025-12-31", "--dry-run")
    report = json.loads(good("import", "--changes", imported / "changes.csv", *UNTIL, "--json"))

    assert again == "Nothing to do: these divisions of mca are imported already.\n"
    assert tried.startswith("12 divisions of own:x would be imported: 2 province")
    assert report["was_there"]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["show", "422828"], Kind.INVALID),
        (["show", "mca:999999"], Kind.NOT_FOUND),
        (["show", "mca:422828", "--on", "yesterday"], Kind.INVALID),
        (["find", "x", "--level", "town"], Kind.INVALID),
        (["find", "x", "--system", "gb"], Kind.INVALID),
        (["find", "x", "--system", "nbs"], Kind.NOT_FOUND),
        (["facts", "mca:422828", "--known-at", "2020-01-01T00:00"], Kind.INVALID),
        (["import", "none.csv", "--as-of", "2025-12-31"], Kind.INVALID),
        (["import", "--changes", "none.csv", "--down-to", "county"], Kind.INVALID),
        (["match"], Kind.NOT_FOUND),
    ],
)
def test_a_wrong_call_ends_with_the_exit_code_of_its_kind(imported: Path, arguments: list[str], kind: Kind) -> None:
    assert EXIT_CODES[refused(*arguments).kind] == EXIT_CODES[kind]


def test_other_divisions_of_the_day_end_with_a_conflict(imported: Path) -> None:
    other = divisions_file(imported, HANGZHOU[:-1], "other.csv")

    assert refused("import", other, "--as-of", "2025-12-31").kind is Kind.CONFLICT


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "a.csv"],
        ["import", "a.csv", "--changes", "b.csv"],
        ["import", "--system", "nbs"],
        ["import", "--as-of", "2024-12-31"],
    ],
)
def test_a_call_that_does_not_say_what_to_import_is_a_wrong_call(imported: Path, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.slow
def test_the_shipped_divisions_are_imported_and_found(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    text = good("import")

    assert text.startswith("41,934 divisions of mca imported as number 1: 33 province, 333 prefecture, 2,845 county")
    for words, code in (("鹤峰", "mca:422828 "), ("容美", "mca:422828100 "), ("大坡", "mca:220182103 ")):
        assert good("find", words).startswith(code)
