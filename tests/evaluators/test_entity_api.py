"""The routes and the commands of legal persons, waiting rights and certificates: one way through, and each problem."""

import json
from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from dossier_samples import LICENCE, make_credit_code
from evaluator_samples import at
from people import Person, make_person
from sqlalchemy.orm import Session
from typer.testing import CliRunner
from vetting_samples import make_dossier

from registry.accounts.permissions import OPERATOR, HeldRole, Role
from registry.cli import app
from registry.db import Database, write
from registry.evaluators import dossier_service
from registry.evaluators.dossier_service import Submission

EVALUATORS = "/api/v1/evaluators"
MERGER = {"kind": "merged_into", "effective_from": "2026-03-01", "source": "Notice 7.", "noted_on": "2026-03-02",
          "successors": ["ev-000002"]}  # fmt: skip
WITHDRAWAL = {"certificate": "cnas", "kind": "withdrawn", "effective_from": "2026-03-05", "source": "CNAS.",
              "noted_on": "2026-03-06"}  # fmt: skip


def make(session: Session) -> tuple[Person, Person]:
    """ev-000001 with a certificate, ev-000002; an officer, and who acts for the second."""
    for number, certificates in ((1, [LICENCE]), (2, [])):
        dossier = make_dossier(
            names=[{"name": f"甲{number}评估院"}], credit_code=make_credit_code(number), certificates=certificates
        )
        dossier_service.apply(session, OPERATOR, Submission(dossier), at("2026-01-02"))
    return make_person(session, Role.VETTING_OFFICER), make_person(session, HeldRole(Role.EVALUATOR, "ev-000002"))


def test_what_is_recorded_is_public_as_history_and_certificates_are_for_who_reads_dossiers(database: Database) -> None:
    officer, applicant = write(database, make)
    with stranger_of(database) as client:

        def post(path: str, body: dict[str, Any], by: Person = officer) -> Any:
            return client.post(f"{EVALUATORS}/{path}", json=body, headers=by.bearer)

        made = post("ev-000001/entity-events", MERGER)
        again = post("ev-000001/entity-events", MERGER)
        said = post("ev-000001/certificate-events", WITHDRAWAL)
        history = client.get(f"{EVALUATORS}/ev-000001/history").json()
        rights = client.get(f"{EVALUATORS}/ev-000002/successor-decisions", params={"valid_at": "2026-03-10"})
        address = f"{EVALUATORS}/ev-000001/certificate-events"
        shown = client.get(address, params={"valid_at": "2026-03-10"}, headers=officer.bearer)

        assert (made.status_code, said.status_code) == (201, 201), (made.text, said.text)
        assert history["entity"] == made.json()
        assert [each["kind"] for each in history["entity"]["spans"]] == ["active", "merged_into"]
        assert history["entity"]["spans"][1]["successors"] == [f"uscc:{make_credit_code(2)}"]
        assert "recorded_by" not in history["entity"]["events"][0]
        assert (rights.status_code, rights.json()["waiting"]) == (200, [])
        assert [each["state"] for each in shown.json()["certificates"]] == ["withdrawn"]
        assert_problem(again, 409, "entity-event-refused")
        assert_problem(client.get(address, headers=officer.bearer), 422, "invalid-request")
        assert_problem(client.get(address, params={"valid_at": "2026-03-10"}, headers=applicant.bearer), 403,
                       "not-allowed")  # fmt: skip
        assert_problem(post("ev-000002/entity-events", MERGER | {"successors": ["x"]}), 422, "successor-rejected")
        assert_problem(post("ev-000001/certificate-events", WITHDRAWAL), 409, "certificate-event-refused")
        assert_problem(post("ev-000001/certificate-events", WITHDRAWAL | {"certificate": "x"}), 404,
                       "certificate-not-found")  # fmt: skip
        assert_problem(post("ev-000002/entity-events", MERGER, applicant), 403, "not-allowed")
        assert_problem(post("ev-000001/entity-events", MERGER | {"kind": "sold"}), 422, "invalid-request")
        decision = {"predecessor_item": "00000000-0000-4000-8000-000000000000", "item": None,
                    "decided_on": "2026-03-10", "reason": "None."}  # fmt: skip
        assert_problem(post("ev-000002/successor-decisions", decision), 404, "scope-item-not-found")


def test_commands_record_as_the_person_whose_key_they_are_given(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    officer, _ = write(database, make)
    (tmp_path / "key").write_text(officer.key, encoding="utf-8")

    def run(*arguments: str, body: dict[str, Any] | None = None) -> str:
        (tmp_path / "body.json").write_text(json.dumps(body), encoding="utf-8")
        given = (str(tmp_path / "body.json"), "--key", str(tmp_path / "key")) if body else ()
        result = CliRunner().invoke(app, ["vetting", *arguments, *given], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    liquidation = {key: each for key, each in MERGER.items() if key != "successors"} | {"kind": "in_liquidation"}
    on = ("--valid-at", "2026-03-10")

    assert "from 2026-03-01: in_liquidation" in run("entity", "ev-000001", body=liquidation)
    assert "IB0001 withdrawn" in run("certificate", "ev-000001", body=WITHDRAWAL)
    assert "IB0001  CNAS  hard  withdrawn" in run("certificates", "ev-000001", *on)
    assert json.loads(run("certificates", "ev-000001", *on, "--known-at", "2026-02-01T00:00:00Z", "--json"))[
        "events"
    ] == []  # fmt: skip
    assert "Nothing waits" in run("rights", "ev-000002", *on)
    assert json.loads(run("rights", "ev-000002", *on, "--json"))["decisions"] == []
