"""The reading commands of qualifications and vetting, on a database as the settings name it."""

import json
from pathlib import Path

import pytest
from evaluator_samples import day
from typer.testing import CliRunner
from vetting_samples import Vetting, make_scope, make_vetting

from registry.cli import app
from registry.db import Database, write
from registry.errors import NotFound
from registry.evaluators.asked_times import TimeRejected
from registry.evaluators.dossier_errors import EvaluatorNotFound


@pytest.fixture
def code(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)

    def make(session: object) -> str:
        vetting: Vetting = make_vetting(session, tmp_path)  # type: ignore[arg-type]
        agri, _ = vetting.granted(make_scope("agri"), make_scope("env"), effective="2026-01-05", on="2026-01-05")
        suspended = vetting.suspend(agri, "2026-03-01", "2026-03-20")
        vetting.decide("correct", (), "2026-03-01", "2026-03-25", supersedes=str(suspended.events[0].id))
        vetting.suspend(agri, "2026-04-01")
        return vetting.evaluator.code

    return write(database, make)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_status_is_of_a_day_and_of_an_instant_of_knowledge(code: str) -> None:
    now = run("evaluators", "status", code, "--valid-at", "2026-03-10")
    then = run("evaluators", "status", code, "--valid-at", "2026-03-10", "--known-at", "2026-03-22T00:00:00Z", "--json")

    assert "valid" in now.splitlines()[0]
    assert "suspended" not in now
    assert json.loads(then)["states"] == ["suspended", "valid"]
    assert json.loads(then)["known_at"] == "2026-03-22T00:00:00Z"


def test_status_wants_its_day(code: str) -> None:
    result = CliRunner().invoke(app, ["evaluators", "status", code])

    assert result.exit_code == 2
    assert "--valid-at" in result.output


def test_history_tells_events_corrections_and_spans(code: str) -> None:
    told = run("evaluators", "history", code)
    document = json.loads(run("evaluators", "history", code, "--json"))

    assert told.count("(corrected)") == 1
    assert "item 1: agri" in told
    assert "suspended (late-report)" in told
    assert [each["type"] for each in document["events"]] == ["grant", "grant", "suspend", "correct", "suspend"]


def test_applications_are_listed_and_shown_with_their_requirements(code: str) -> None:
    (line,) = json.loads(run("vetting", "list", "--json"))
    shown = run("vetting", "show", line["id"])
    document = json.loads(run("vetting", "show", line["id"], "--json"))

    assert (line["evaluator"], line["stage"]) == (code, "granted")
    assert line["id"] in run("vetting", "list")
    assert "legal_person" in shown
    assert "not known: facts.iso17020_type" in shown
    assert document["requirements"]["not_met"] == []


def test_what_is_due_is_listed_by_the_day(code: str) -> None:
    document = json.loads(run("vetting", "due", "--on", "2026-06-02", "--json"))

    assert [(each["kind"], each["due_on"], each["is_overdue"]) for each in document["due"]] == [
        ("suspension_review", "2026-06-01", True)
    ]
    assert "overdue" in run("vetting", "due", "--on", "2026-06-02")
    assert document["due"][0]["evaluator"] == code
    assert day(document["on"]) == day("2026-06-02")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("evaluators", "status", "ev-999999", "--valid-at", "2026-01-01"), EvaluatorNotFound),
        (("evaluators", "history", "ev-999999"), EvaluatorNotFound),
        (("evaluators", "status", "CODE", "--valid-at", "soon"), TimeRejected),
        (("vetting", "show", "x"), NotFound),
    ],
)
def test_what_cannot_be_answered_says_so(code: str, arguments: tuple[str, ...], error: type[Exception]) -> None:
    given = [code if each == "CODE" else each for each in arguments]

    assert isinstance(CliRunner().invoke(app, given).exception, error)
