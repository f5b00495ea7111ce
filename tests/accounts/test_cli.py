"""Commands about accounts: no default password, secrets shown once, everything as JSON where it lists."""

import io
import json
import sys
from pathlib import Path

import pytest
from databases import Databases
from typer.testing import CliRunner, Result

from registry.accounts.cli import app
from registry.errors import RegistryError

GOOD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def own_database(
    databases: Databases, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_passwords: None
) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", databases.migrated(engine_name, tmp_path))


def run(*arguments: str, input: str | None = None) -> Result:  # noqa: A002 - the runner's name
    return CliRunner().invoke(app, arguments, input=input)


def accounts() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("list", "--json").stdout)
    return found


def test_the_first_administrator_types_a_password_twice() -> None:
    differing = run("create-administrator", input=f"{GOOD}\nanother\n{GOOD}\n{GOOD}\n")

    assert differing.exit_code == 0, differing.output
    (made,) = accounts()
    assert made["name"] == "administrator"
    assert [each["role"] for each in made["roles"]] == ["administrator"]  # type: ignore[attr-defined]
    assert GOOD not in differing.output


@pytest.mark.parametrize("password", ["", "short", "password1234", "administrator1"])
def test_a_poor_password_is_refused_and_nothing_is_made(tmp_path: Path, password: str) -> None:
    (tmp_path / "password").write_text(password, encoding="utf-8")
    refused = run("create-administrator", "--password-file", str(tmp_path / "password"))

    assert isinstance(refused.exception, RegistryError)
    assert accounts() == []


def test_a_password_comes_from_a_file_or_standard_input(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{GOOD}\nsecond line\n", encoding="utf-8")

    assert run("create-administrator", "one", "--password-file", str(tmp_path / "password")).exit_code == 0
    assert run("create-administrator", "two", "--password-file", "-", input=f"{GOOD}\n").exit_code == 0
    missing = run("create-administrator", "three", "--password-file", str(tmp_path / "missing"))
    assert isinstance(missing.exception, RegistryError)
    assert [each["name"] for each in accounts()] == ["one", "two"]


def test_accounts_are_made_granted_and_ended() -> None:
    made = run("create", "Wang")
    assert made.stdout.startswith("/invitation?token=")
    assert run("create", "wang2", "--same-person-as", "wang").exit_code == 0
    first, second = accounts()
    assert first["person_id"] == second["person_id"]

    assert run("grant", "wang", "auditor", "--region", "浙江省/杭州市", "--field", "卫生").exit_code == 0
    assert run("grant", "wang2", "evaluator", "--evaluator", "甲").exit_code == 0
    listed = run("list").stdout
    assert "auditor (浙江省/杭州市, 卫生)" in listed
    assert "evaluator (甲)" in listed
    assert isinstance(run("grant", "wang", "king").exception, RegistryError)
    assert run("revoke", "wang", "auditor").stdout == "Ended: 1.\n"
    assert isinstance(run("revoke", "wang", "auditor").exception, RegistryError)
    assert accounts()[0]["roles"] == []


def test_an_account_is_disabled_enabled_and_erased() -> None:
    run("create", "wang")
    assert run("disable", "wang").exit_code == 0
    assert "disabled" in run("list").stdout
    assert isinstance(run("invite", "wang").exception, RegistryError)
    assert run("enable", "wang").exit_code == 0
    assert run("invite", "wang").stdout.startswith("/invitation?token=")
    identifier = str(accounts()[0]["id"])
    assert run("erase", identifier).exit_code == 0
    assert "wang" not in run("list").stdout
    assert isinstance(run("disable", "wang").exception, RegistryError)


def test_a_password_is_reset() -> None:
    run("create", "wang")
    done = run("reset-password", "wang", "--second-factor", "--password-file", "-", input=f"{GOOD}\n")

    assert done.exit_code == 0, done.output
    assert GOOD not in done.output


def test_keys_are_made_listed_and_revoked() -> None:
    run("create", "wang")
    made = run("keys", "create", "wang", "--scope", "comparison.record", "--scope", "job.read", "--label", "night run")
    key = made.stdout.strip()
    (listed,) = json.loads(run("keys", "list", "wang", "--json").stdout)

    assert key.startswith(listed["prefix"])
    assert listed["scope"] == ["comparison.record", "job.read"]
    assert key not in run("keys", "list", "wang").stdout
    assert isinstance(run("keys", "create", "wang", "--scope", "everything").exception, RegistryError)
    assert run("keys", "revoke", "wang", listed["prefix"]).exit_code == 0
    assert "revoked" in run("keys", "list", "wang").stdout
    assert isinstance(run("keys", "revoke", "wang", "evr_x").exception, RegistryError)


def test_without_accounts_the_list_says_what_to_do() -> None:
    assert "create-administrator" in run("list").output
    assert accounts() == []


def test_the_command_is_part_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    from registry import cli

    monkeypatch.setattr(sys, "argv", ["registry", "accounts", "list", "--json"])
    monkeypatch.setattr(sys, "stdout", out := io.StringIO())
    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert (stopped.value.code or 0, json.loads(out.getvalue())) == (0, [])
