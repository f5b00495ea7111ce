"""Commands about exclusions, on a database of their own."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from exclusion_samples import FILES, make_row, register
from faces import run_command
from register_samples import credit_code

from registry.db import Database, write

TERMS = ["--name", "名单", "--authority", "财政部", "--legal-basis", "政府采购法第七十七条"]
ON = ["--valid-at", "2026-06-01"]
IMPORT = ["exclusions", "import", "--list", "ccgp-serious"]


@dataclass(frozen=True)
class Said:
    status: int
    text: str


def said(arguments: list[str]) -> Said:
    status, printed, complained = run_command(*arguments)
    return Said(status, printed.decode() + complained)


@pytest.fixture(autouse=True)
def _database_of_the_commands(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)


def file_of(folder: Path, *rows: dict[str, str], name: str = "list.csv") -> str:
    (folder / name).write_bytes(FILES[name](list(rows)))
    return str(folder / name)


@pytest.mark.parametrize("name", FILES)
def test_a_list_is_taken_in_and_a_body_checked(tmp_path: Path, name: str) -> None:
    taken = said([*IMPORT, file_of(tmp_path, make_row(1), name=name), *TERMS, "--json"])
    assert taken.status == 0, taken.text
    assert json.loads(taken.text.splitlines()[0])["entries"] == 1

    again = said([*IMPORT, str(tmp_path / name)])
    assert "1 entries" in again.text
    assert "The file is that of an earlier query." in again.text

    checked = said(["exclusions", "check", credit_code(1), *ON, "--json"])
    assert json.loads(checked.text)["outcome"] == "fail"
    text = said(["exclusions", "check", credit_code(1), *ON])
    assert "EXCLUDED" in text.text


def test_an_evaluator_is_checked_by_its_code(database: Database, tmp_path: Path) -> None:
    code = write(database, lambda session: register(session).code)
    said([*IMPORT, file_of(tmp_path, make_row(2, name="宁波海洋监测站")), *TERMS])

    checked = said(["exclusions", "check", code, *ON, "--until", "2026-07-01"])

    assert checked.status == 0
    assert "NOT_LISTED" in checked.text
    assert "Not all owners of" in checked.text

    in_chinese = said(["exclusions", "check", code, *ON, "--language", "zh"])
    assert "未列入禁入名单" in in_chinese.text
    assert "所有者信息不全" in in_chinese.text


def test_bad_rows_are_written_back_and_nothing_is_taken_in(tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    rows = (make_row(1), make_row(2, valid_from="x"), make_row(3, name=""))

    refused = said([*IMPORT, file_of(tmp_path, *rows), *TERMS, "--errors", str(errors)])

    assert refused.status == 1
    assert "row 3, column valid_from" in refused.text
    assert "row 4, column name" in refused.text
    assert "This is no day" in errors.read_text("utf-8")
    assert said(["exclusions", "check", credit_code(1), *ON]).status == 3


def test_wrong_calls_say_what_to_do(tmp_path: Path) -> None:
    file = file_of(tmp_path, make_row(1))

    assert said([*IMPORT, file]).status == 3
    assert said([*IMPORT, file, "--name", "x"]).status == 2
    assert said(["exclusions", "import", file, "--list", "Not A Code"]).status == 1
    assert said([*IMPORT, str(tmp_path / "none.csv"), *TERMS]).status == 3
    assert said(["exclusions", "check", "x", *ON]).status == 1
    assert said(["exclusions", "check", credit_code(1)]).status == 2
