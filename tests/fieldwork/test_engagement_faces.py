"""Engagements through the API and the commands: good paths, files, and each kind of problem."""

import json
from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from faces import run_command
from fieldwork_samples import COUNTY, FILES, TOWN, json_of, make_document, make_row, registered
from people import saved_person
from starlette.testclient import TestClient

from registry.accounts.permissions import HeldRole, Role
from registry.db import Database, write

PREFIX = "/api/v1/engagements"
ON = {"valid_at": "2026-06-01"}
START = {"kind": "started", "on": "2026-05-10"}


def client_as(database: Database, *roles: Role | HeldRole) -> TestClient:
    client = stranger_of(database)
    client.headers.update(saved_person(database, *roles).bearer)
    return client


@pytest.fixture
def evaluator(database: Database) -> str:
    return write(database, lambda session: registered(session).code)


@pytest.fixture
def buyer(database: Database) -> TestClient:
    return client_as(database, Role.PROCUREMENT)


def send(client: TestClient, name: str, content: bytes, **query: Any) -> Any:
    return client.post(f"{PREFIX}/imports", params=query, files={"file": (name, content)})


def test_an_engagement_from_its_contract_to_its_report(database: Database, evaluator: str, buyer: TestClient) -> None:
    document = make_document(evaluator)
    made = buyer.post(PREFIX, json=document, headers={"idempotency-key": "k-1"})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{PREFIX}/eg-000001"
    assert buyer.post(PREFIX, json=document).status_code == 200
    again = buyer.post(PREFIX, json=document, headers={"idempotency-key": "k-1"})
    assert (again.status_code, again.headers["idempotency-replayed"], again.text) == (201, "true", made.text)
    assert_problem(buyer.post(PREFIX, json=document | {"cycle": 9}), 409, "engagement-conflict")
    assert_problem(buyer.post(PREFIX, json={}), 422, "engagement-rejected")

    started = buyer.post(f"{PREFIX}/eg-000001/events", json=START)
    assert started.status_code == 201, started.text
    assert started.json()["engagement"]["standard"]["version"] == "1.0.0"
    own = client_as(database, HeldRole(Role.EVALUATOR, evaluator))
    report = {"number": "R-1", "issued_on": "2026-05-20", "signatory": "p-1", "standard_version": "1.0.0"}
    other = assert_problem(
        own.post(f"{PREFIX}/eg-000001/reports", json=report | {"standard_version": "3.0.0"}), 422, "engagement-rejected"
    )
    assert other["errors"][0]["code"] == "STANDARD_PINNED"
    assert own.post(f"{PREFIX}/eg-000001/reports", json=report).status_code == 201
    assert_problem(own.post(f"{PREFIX}/eg-000001/events", json=START), 403, "not-allowed")

    shown = own.get(f"{PREFIX}/eg-000001", params=ON).json()
    assert [each["kind"] for each in shown["events"]] == ["agreed", "started", "report_issued"]
    assert (shown["engagement"]["state"], shown["engagement"]["since"]) == ("under_way", "2026-05-10")
    assert shown["engagement"]["window"] == {"from": "2026-05-01", "to": "2026-10-01"}
    stranger = client_as(database, HeldRole(Role.EVALUATOR, "ev-000777"))
    assert_problem(stranger.get(f"{PREFIX}/eg-000001", params=ON), 403, "not-allowed")
    assert stranger.get(PREFIX, params=ON).json()["engagements"] == []
    assert_problem(buyer.get(f"{PREFIX}/eg-000009", params=ON), 404, "engagement-not-found")
    assert buyer.get(PREFIX).status_code == 422


def test_lists_are_told_by_party_day_and_page(evaluator: str, buyer: TestClient) -> None:
    documents = [make_document(evaluator, contract_reference=f"HT-{each}") for each in range(3)]
    documents[2] |= {"scored": ["mca:330106002"], "commissioner": evaluator, "agreed_on": "2026-06-02"}
    assert send(buyer, "list.json", json_of(documents)).status_code == 201

    def listed(**query: str) -> list[str]:
        answer = buyer.get(PREFIX, params={"valid_at": "2026-06-02"} | query)
        return [each["contract_reference"] for each in answer.json()["engagements"]]

    assert listed() == ["HT-0", "HT-1", "HT-2"]
    assert listed(**ON) == ["HT-0", "HT-1"]
    assert listed(valid_at="2026-04-19") == []
    assert listed(subject=TOWN) == ["HT-0", "HT-1"]
    assert listed(commissioner=evaluator) == ["HT-2"]
    assert listed(commissioner=COUNTY, evaluator=evaluator) == ["HT-0", "HT-1"]
    first = buyer.get(PREFIX, params=ON | {"limit": 1}).json()
    second = buyer.get(first["next"]).json()
    assert [each["contract_reference"] for each in (*first["engagements"], *second["engagements"])] == ["HT-0", "HT-1"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_imported_whole_or_not_at_all_and_once(evaluator: str, buyer: TestClient, name: str) -> None:
    rows = [make_row(each, evaluator) for each in (1, 2)]
    assert send(buyer, name, FILES[name](rows), dry_run=True).json()["recorded"] == 2
    made = send(buyer, name, FILES[name](rows))
    assert (made.status_code, made.json()) == (
        201, {"engagements": 2, "recorded": 2, "was_there": 0, "first": "eg-000001", "last": "eg-000002"},
    )  # fmt: skip
    again = send(buyer, name, FILES[name]([*rows, make_row(3, evaluator)]))
    assert (again.json()["recorded"], again.json()["was_there"], again.json()["first"]) == (1, 2, "eg-000003")
    assert send(buyer, name, FILES[name](rows)).status_code == 200

    wrong = [
        make_row(1, evaluator, cycle="4"),
        make_row(4, "ev-999999", region="", cycle="many"),
        make_row(5, "ev-999999", window_to="2026-05-01", scored=f"{TOWN};x", assignment="luck"),
        make_row(6, "ev-999999", started_on="2026-04-01", window_to="2026-05-01", scored=f"{TOWN};x"),
        make_row(7, evaluator, started_on="2026-04-01"),
        make_row(8, evaluator, completed_on="2026-05-01", started_on="", termination_reason="why"),
        make_row(9, evaluator), make_row(9, evaluator),
    ]  # fmt: skip
    problem = assert_problem(send(buyer, name, FILES[name](wrong)), 422, "engagement-rows-rejected")
    assert [(each["row"], each["column"], each["code"]) for each in problem["errors"]] == [
        (2, "contract_reference", "recorded-otherwise"),
        (3, "region", "missing-value"),
        (3, "cycle", "bad-number"),
        (4, "assignment", "schema-enum"),
        (5, "window_to", "WINDOW_EMPTY"),
        (5, "evaluator", "EVALUATOR_UNKNOWN"),
        (5, "scored", "PARTY_UNREADABLE"),
        (6, "started_on", "BEFORE_AGREEMENT"),
        (7, "termination_reason", "without-its-day"),
        (9, "contract_reference", "doubled-contract"),
    ]
    assert all(each["value"] for each in problem["errors"] if each["code"] != "missing-value")
    assert {each["sheet"] for each in problem["errors"] if "sheet" in each} <= {"Sheet1", None}
    assert len(buyer.get(PREFIX, params=ON).json()["engagements"]) == 3


def test_the_commands_import_list_show_and_record(
    database: Database, database_url: str, evaluator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database_url)
    file, event, errors = tmp_path / "list.csv", tmp_path / "event.json", tmp_path / "errors.csv"
    file.write_bytes(FILES["list.csv"]([make_row(1, evaluator, started_on=""), make_row(2, evaluator)]))
    event.write_text(json.dumps(START | {"on": "2026-05-11"}), encoding="utf-8")

    def said(*arguments: str) -> tuple[int, str]:
        status, printed, complained = run_command("engagements", *arguments)
        return status, printed.decode() + complained

    assert said("import", str(file), "--dry-run")[1].startswith("2 engagements would be recorded; 0 were")
    assert said("import", str(file)) == (
        0, "2 engagements recorded as eg-000001 to eg-000002; 0 were recorded already.\n",
    )  # fmt: skip
    assert said("record", "eg-000001", str(event))[0] == 0
    status, text = said("show", "eg-000001", "--valid-at", "2026-05-11")
    assert (status, "under_way since 2026-05-11" in text, "started" in text) == (0, True, True)
    listed = json.loads(said("list", "--valid-at", "2026-05-10", "--subject", TOWN, "--json")[1])
    assert [each["state"] for each in listed] == ["agreed", "under_way"]
    assert said("record", "eg-000001", str(event))[0] == 1
    assert said("show", "eg-000009", "--valid-at", "2026-05-11")[0] == 3

    file.write_bytes(FILES["list.csv"]([make_row(1, evaluator, payer="x")]))
    status, text = said("import", str(file), "--errors", str(errors))
    assert (status, "Write the code of an evaluator" in errors.read_text(encoding="utf-8-sig")) == (1, True)
    assert "row 2, column payer" in text
