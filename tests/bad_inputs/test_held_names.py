"""Names that look like another's: taken in, shown to an officer with what they resemble, and to nobody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from bad_input_list import CASES
from dossier_samples import make_dossier
from people import Person, saved_person
from starlette.testclient import TestClient
from typer.testing import CliRunner

from registry.accounts.permissions import HeldRole, Role
from registry.db import Database
from registry.evaluators.cli import evaluators, vetting

EVALUATORS = "/api/v1/evaluators"
NAMES = "/api/v1/vetting/names"
LOOKS_LIKE, KNOWN = CASES["D62"]["payload"]["legal_name"], CASES["D62"]["payload"]["resembles"]


def acting_as(database: Database, person: Person) -> TestClient:
    client = stranger_of(database)
    client.headers.update(person.bearer)
    return client


def person_as(database: Database, *roles: Role | HeldRole) -> TestClient:
    return acting_as(database, saved_person(database, *roles))


def named(number: int, name: str) -> dict[str, Any]:
    return make_dossier(number, names=[{"name": name}])


def everything_public(client: TestClient) -> str:
    searches = ({}, {"q": LOOKS_LIKE}, {"q": "Audit"}, {"name": LOOKS_LIKE, "valid_at": "2026-11-01"})
    found = [client.get(EVALUATORS, params=each) for each in searches]
    found += [client.get(f"{EVALUATORS}/ev-000002{each}") for each in ("", "/status?valid_at=2026-11-01", "/history")]
    assert {each.status_code for each in found} == {200}
    return "".join(each.text for each in found)


def test_d62_is_flagged_and_hidden_until_a_person_decides(database: Database) -> None:
    owner = person_as(database, HeldRole(Role.EVALUATOR, "ev-000002"))
    officer, auditor = (person_as(database, each) for each in (Role.VETTING_OFFICER, Role.AUDITOR))
    other, public = person_as(database, HeldRole(Role.EVALUATOR, "ev-000001")), stranger_of(database)
    assert other.post(EVALUATORS, json=named(1, KNOWN)).status_code == 201

    answer = owner.post(EVALUATORS, json=named(2, LOOKS_LIKE))

    assert answer.status_code in CASES["D62"]["expected"]["status"]
    for client in (public, other, person_as(database), person_as(database, Role.PROCUREMENT)):
        assert LOOKS_LIKE not in everything_public(client)
        shown = client.get(f"{EVALUATORS}/ev-000002").json()
        assert (shown["name"], shown["names"], shown["name_held"]) == (None, [], True)
        assert shown["name_held_reason"]
        assert shown["credit_code"] == make_dossier(2)["credit_code"]
        found = client.get(EVALUATORS, params={"q": "audit"}).json()["evaluators"]
        assert [each["code"] for each in found] == ["ev-000001"]
    for client in (owner, officer, auditor):
        shown = client.get(f"{EVALUATORS}/ev-000002").json()
        assert (shown["name"], shown["name_held"]) == (LOOKS_LIKE, True)
        assert LOOKS_LIKE in client.get(EVALUATORS, params={"q": LOOKS_LIKE}).text
    assert public.get(f"{EVALUATORS}/ev-000001").json()["name"] == KNOWN
    taken = public.post(EVALUATORS, json=named(2, "Other Ltd"), headers=dict(other.headers))
    assert LOOKS_LIKE not in assert_problem(taken, 409, "evaluator-known")["detail"]

    (held,) = officer.get(NAMES).json()["names"]
    assert (held["evaluator"], held["name"], held["state"]) == ("ev-000002", LOOKS_LIKE, "waiting")
    assert held["reasons"] == ["name_in_mixed_scripts", "resembles_known_name"]
    assert [(each["evaluator"], each["name"]) for each in held["candidates"]] == [("ev-000001", KNOWN)]
    address = f"{NAMES}/{held['number']}/judgements"
    distinct = {"verdict": "distinct", "reason": "Another body, seen in the register of companies."}
    assert_problem(owner.post(address, json=distinct), 403, "not-allowed")
    assert_problem(auditor.post(address, json=distinct), 403, "not-allowed")
    refused = officer.post(address, json={"verdict": "same", "same_as": "ev-000001", "reason": "It is theirs."})
    assert (refused.status_code, refused.json()["state"]) == (201, "refused")
    assert LOOKS_LIKE not in everything_public(public)
    assert officer.get(NAMES).json()["names"] == []

    assert officer.post(address, json=distinct).json()["state"] == "released"
    assert public.get(f"{EVALUATORS}/ev-000002").json()["name"] == LOOKS_LIKE
    assert [each["state"] for each in officer.get(NAMES, params={"waiting": False}).json()["names"]] == ["released"]


def test_what_is_no_judgement_is_refused(database: Database) -> None:
    applicant = saved_person(database, Role.VETTING_OFFICER)
    officer = person_as(database, Role.VETTING_OFFICER)
    client = acting_as(database, applicant)
    for number, name in enumerate((KNOWN, LOOKS_LIKE), start=1):
        assert client.post(EVALUATORS, json=named(number, name)).status_code == 201
    address = f"{NAMES}/1/judgements"

    distinct = {"verdict": "distinct", "reason": "Mine."}
    # An officer who handed in the dossier is of the evaluator's own, whatever the roles say.
    assert_problem(client.post(address, json=distinct), 403, "not-allowed")
    assert_problem(officer.post(f"{NAMES}/7/judgements", json=distinct), 404, "name-hold-not-found")
    own = {"verdict": "same", "same_as": "ev-000002", "reason": "x"}
    assert_problem(officer.post(address, json=own), 409, "name-judgement-refused")
    assert_problem(officer.post(address, json=own | {"same_as": "ev-000009"}), 404, "evaluator-not-found")
    for body in ({"verdict": "same", "reason": "x"}, distinct | {"same_as": "ev-000001"}, distinct | {"reason": ""}):
        assert_problem(officer.post(address, json=body), 422, "invalid-request")
    for query in ({"name": KNOWN}, {"valid_at": "2026-01-01"}, {"name": KNOWN, "valid_at": "2026-01-01", "q": "x"}):
        assert_problem(officer.get(EVALUATORS, params=query), 422, "name-question-rejected")


def test_d62_by_commands(
    database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    key, file = tmp_path / "key", tmp_path / "dossier.json"
    key.write_text(saved_person(database, Role.VETTING_OFFICER).key)

    def run(group: Any, *arguments: str) -> str:
        done = CliRunner().invoke(group, arguments)
        assert done.exit_code == 0, done.output + repr(done.exception)
        return done.stdout

    for number, name in enumerate((KNOWN, LOOKS_LIKE), start=1):
        file.write_text(json.dumps(named(number, name)))
        run(evaluators, "apply", str(file))
    find = ("find", LOOKS_LIKE, "--valid-at", "2026-11-01", "--json")

    assert LOOKS_LIKE not in run(evaluators, "show", "ev-000002") + run(evaluators, "show", "ev-000002", "--json")
    assert json.loads(run(evaluators, *find))["evaluators"] == []
    assert LOOKS_LIKE in run(vetting, "names")
    judge = ("judge-name", "1", "--reason", "Seen.", "--key", str(key))
    assert CliRunner().invoke(vetting, judge).exit_code == 2
    assert "refused" in run(vetting, *judge, "--same-as", "ev-000001")
    assert "released" in run(vetting, *judge, "--distinct")
    assert LOOKS_LIKE in run(evaluators, "show", "ev-000002")
    assert [each["code"] for each in json.loads(run(evaluators, *find))["evaluators"]] == ["ev-000002"]
    assert "judged same as ev-000001" in run(vetting, "names", "--all")
