"""Commands about dossiers, on a database of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from dossier_samples import make_dossier
from typer.testing import CliRunner, Result

from registry.errors import EXIT_CODES, RegistryError
from registry.evaluators.cli import evaluators


@pytest.fixture(autouse=True)
def _own_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(evaluators, [str(each) for each in arguments])


def good(*arguments: object) -> str:
    done = run(*arguments)
    assert done.exit_code == 0, done.output + str(done.exception)
    return done.stdout


def refused(*arguments: object) -> RegistryError:
    error = run(*arguments).exception
    assert isinstance(error, RegistryError), error
    return error


def written(folder: Path, document: Any) -> Path:
    path = folder / "dossier.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_file_is_taken_in_once(tmp_path: Path) -> None:
    file = written(tmp_path, make_dossier())

    assert good("apply", file) == "ev-000001\n"
    first = good("apply", file, "--json")
    assert json.loads(first)["evaluator"] == "ev-000001"
    assert good("apply", file, "--json") == first


def test_show_prints_what_is_public(tmp_path: Path) -> None:
    good("apply", written(tmp_path, make_dossier()))

    text = good("show", "ev-000001")
    assert "大山0评估有限公司" in text
    assert "张三" not in text
    assert json.loads(good("show", "ev-000001", "--json"))["code"] == "ev-000001"


def test_what_is_refused(tmp_path: Path) -> None:
    wrong = refused("apply", written(tmp_path, make_dossier(region="mca:1", credit_code="1")))
    assert (wrong.code, len(wrong.violations)) == ("dossier-rejected", 2)
    assert refused("apply", written(tmp_path, [])).code == "dossier-rejected"
    good("apply", written(tmp_path, make_dossier()))
    assert refused("apply", written(tmp_path, make_dossier(address="Other"))).code == "evaluator-known"
    assert EXIT_CODES[refused("show", "ev-000002").kind] == 3
