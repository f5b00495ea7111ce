"""The commands that take in a register and write this one."""

import json
from pathlib import Path

import pytest
import typer
from register_samples import SOURCE, credit_code, make_evaluator, make_grant, wide, write_files, write_workbook
from typer.testing import CliRunner, Result

from registry.errors import EXIT_CODES, Kind
from registry.evaluators.asked_times import TimeRejected
from registry.evaluators.register_cli import export_register, import_register
from registry.evaluators.register_errors import RegisterRejected

app = typer.Typer()
app.command("import")(import_register)
app.command("export")(export_register)


@pytest.fixture(autouse=True)
def _database_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def take(*arguments: object) -> Result:
    return run("import", *arguments, "--source", SOURCE, "--as-of", "2026-01-01")


def test_a_workbook_is_tried_taken_in_and_written_again(tmp_path: Path) -> None:
    files = write_workbook(tmp_path / "名录.xlsx", [make_evaluator(1), make_evaluator(2)], [make_grant(1)])

    assert take(files.evaluators, "--dry-run").stdout == "2 evaluators with 1 scope items would be imported.\n"
    report = json.loads(take(files.evaluators, "--json").stdout)
    assert (report["evaluators"], report["items"], report["was_there"]) == (2, 1, False)
    assert take(files.evaluators).stdout == "Nothing to do: this register is imported already.\n"
    for suffix in ("csv", "xlsx", "json"):
        path = tmp_path / f"register.{suffix}"
        written = run("export", path, "--valid-at", "2026-02-01")
        assert "1 scope items on 2026-02-01, as known at " in written.stdout
        assert path.stat().st_size > 0
    assert json.loads((tmp_path / "register.json").read_bytes())["items"][0]["state"] == "valid"


def test_a_credit_code_that_is_not_written_as_on_a_licence_is_told(tmp_path: Path) -> None:
    written = wide(credit_code(1))
    files = write_workbook(tmp_path / "名录.xlsx", [make_evaluator(1, credit_code=written)], [make_grant(1)])
    told = "1 credit code(s) are not written as on a licence and were read so: "

    for arguments in (("--dry-run",), ()):
        done = take(files.evaluators, *arguments)
        assert (done.exit_code, done.stderr) == (0, f"{told}浙评00001: {written} as {credit_code(1)}\n")
    assert json.loads(take(files.evaluators, "--json").stdout)["respelled"] == [
        {"ref": "浙评00001", "written": written, "read_as": credit_code(1)}
    ]


def test_two_files_are_taken_in_and_every_bad_row_is_named(tmp_path: Path) -> None:
    files = write_files(tmp_path, [make_evaluator(1, region="x")], [make_grant(1), make_grant(7)])

    done = take(files.evaluators, "--scope", files.scope)

    assert isinstance(done.exception, RegisterRejected)
    assert EXIT_CODES[done.exception.kind] == EXIT_CODES[Kind.INVALID] == 1
    assert "evaluators.csv, row 2, column region" in str(done.exception)
    assert "scope.csv, row 3, column ref" in str(done.exception)


def test_one_csv_file_is_told_to_be_half_a_register(tmp_path: Path) -> None:
    files = write_files(tmp_path, [make_evaluator(1)], [make_grant(1)])

    done = take(files.evaluators)

    assert isinstance(done.exception, RegisterRejected)
    assert "second CSV file" in str(done.exception)
    assert "column certificate_number" not in str(done.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--source", "x", "--as-of", "2026-01-01"],
        ["x.csv", "--source", "x"],
        ["x.csv", "--source", "x", "--as-of", "yesterday"],
        ["x.csv", "--as-of", "2026-01-01"],
        ["x.csv", "--source", "x" * 201, "--as-of", "2026-01-01"],
    ],
)
def test_a_call_that_says_too_little_is_refused(arguments: list[str]) -> None:
    assert run("import", *arguments).exit_code == 2


def test_an_export_needs_a_day_and_a_known_format(tmp_path: Path) -> None:
    assert run("export", tmp_path / "x.csv").exit_code == 2
    assert run("export", tmp_path / "x.pdf", "--valid-at", "2026-01-01").exit_code == 2
    assert isinstance(run("export", tmp_path / "x.csv", "--valid-at", "soon").exception, TimeRejected)
