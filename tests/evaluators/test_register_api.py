"""The routes that take in a register and give this one: one good path each, and each kind of problem."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from people import saved_person
from register_samples import SOURCE, make_evaluator, make_grant, write_files, write_workbook
from sheet_reading import read, records
from starlette.testclient import TestClient

from registry.accounts.permissions import HeldRole, Role
from registry.db import Database
from registry.evaluators import register_service

IMPORTS = "/api/v1/evaluators/imports"
EXPORT = "/api/v1/evaluators/export"
TERMS = {"source": SOURCE, "as_of": "2026-01-01"}
FORMULA = "=HYPERLINK(1)"


def client_as(database: Database, *roles: Role | HeldRole) -> TestClient:
    client = stranger_of(database)
    client.headers.update(saved_person(database, *roles).bearer)
    return client


@pytest.fixture
def officer(database: Database) -> TestClient:
    return client_as(database, Role.VETTING_OFFICER)


def parts(folder: Path, evaluators: list[dict[str, str]], grants: list[dict[str, str]]) -> dict[str, Any]:
    files = write_files(folder, evaluators, grants)
    assert isinstance(files.evaluators, Path)
    assert isinstance(files.scope, Path)
    return {"evaluators": ("名录.csv", files.evaluators.read_bytes()), "scope": ("范围.csv", files.scope.read_bytes())}


def send(client: TestClient, files: dict[str, Any], key: str | None = None, **changes: Any) -> Any:
    headers = {} if key is None else {"idempotency-key": key}
    return client.post(IMPORTS, params=TERMS | changes, files=files, headers=headers)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Of a CSV file or a workbook."""
    if content.startswith(b"PK"):
        table = read(content)
        return [dict(zip(table.heading, each, strict=True)) for each in records(table)]
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_register_is_tried_taken_in_once_and_given_as_files(
    database: Database, officer: TestClient, tmp_path: Path
) -> None:
    name = f"{FORMULA}评估有限公司"
    files = parts(tmp_path, [make_evaluator(1, name=name), make_evaluator(2)], [make_grant(1), make_grant(2)])

    tried = send(officer, files, "k1", dry_run="true")
    assert (tried.status_code, tried.json()["import_id"]) == (200, None)
    made = send(officer, files, "k1")
    assert made.status_code == 201, made.text
    assert made.json() == {
        "evaluators": 2, "items": 2, "respelled": [], "was_there": False, "import_id": made.json()["import_id"]
    }  # fmt: skip

    again = send(officer, files, "k1")
    assert (again.status_code, again.content) == (201, made.content)
    assert again.headers["idempotency-replayed"] == "true"
    unnamed = send(officer, files)
    assert (unnamed.status_code, unnamed.json()["was_there"]) == (200, True)
    other = parts(tmp_path, [make_evaluator(3)], [make_grant(3)])
    assert_problem(send(officer, other, "k1"), 409, "idempotency-key-reused")
    # Keys are each account's own.
    assert send(client_as(database, Role.VETTING_OFFICER), other, "k1").status_code == 201

    asked = {"valid_at": "2026-02-01"}
    public = stranger_of(database)
    document = public.get(EXPORT, params=asked | {"format": "json"}).json()
    assert [(each["evaluator"], each["state"]) for each in document["items"]] == [
        (f"ev-{number:06}", "valid") for number in (1, 2, 3)
    ]
    table = public.get(EXPORT, params=asked | {"format": "csv"})
    assert table.headers["content-disposition"] == 'attachment; filename="register-2026-02-01.csv"'
    assert rows_of(table.content)[0]["name"] == f"'{name}"
    workbook = public.get(EXPORT, params=asked | {"format": "xlsx"}).content
    assert rows_of(workbook)[0]["name"] == name
    before = public.get(EXPORT, params=asked | {"format": "json", "known_at": "2026-01-01T00:00:00Z"}).json()
    assert {each["state"] for each in before["items"]} == {"no_record"}
    assert before["known_at"] == "2026-01-01T00:00:00.000000Z"


def test_every_bad_row_is_named_and_each_table_comes_back_with_remarks(officer: TestClient, tmp_path: Path) -> None:
    assert send(officer, parts(tmp_path, [make_evaluator(9)], [make_grant(9)])).status_code == 201
    evaluators = [make_evaluator(1, region="x"), make_evaluator(9)]
    grants = [make_grant(1, valid_to="soon"), make_grant(7)]
    files = parts(tmp_path, evaluators, grants)

    problem = assert_problem(send(officer, files), 422, "register-rejected")
    told = {(each["file"], each["row"], each["column"], each["code"]) for each in problem["errors"]}
    assert told == {
        ("名录.csv", 2, "region", "bad-region-reference"),
        ("名录.csv", 3, "credit_code", "already-registered"),
        ("范围.csv", 2, "valid_to", "bad-day"),
        ("范围.csv", 3, "ref", "unknown-ref"),
    }
    assert all(each["fix"] and each["value"] for each in problem["errors"])

    workbook = write_workbook(tmp_path / "r.xlsx", evaluators, [make_grant(1), make_grant(7)]).evaluators
    assert isinstance(workbook, Path)
    as_workbook = {"evaluators": ("r.xlsx", workbook.read_bytes())}
    for given, table, remarks in (
        (files, "evaluators", 2),
        (files, "scope", 2),
        (as_workbook, "evaluators", 2),
        (as_workbook, "scope", 1),
    ):
        asked = {"as_of": "2026-01-01", "table": table}
        answer = officer.post(f"{IMPORTS}/annotated-file", params=asked, files=given)
        assert answer.status_code == 200, answer.text
        assert [bool(each["error"]) for each in rows_of(answer.content)].count(True) == remarks


def test_who_may_not_and_what_is_no_request(database: Database, officer: TestClient, tmp_path: Path) -> None:
    files = parts(tmp_path, [make_evaluator(1)], [make_grant(1)])

    assert_problem(send(client_as(database, Role.AUDITOR), files), 403, "not-allowed")
    here = HeldRole(Role.VETTING_OFFICER, region=("mca:330000",))
    assert_problem(send(client_as(database, here), files), 403, "not-allowed")
    assert_problem(send(officer, {"file": files["scope"]}), 422, "register-rejected")
    same_name = files | {"scope": (files["evaluators"][0], files["scope"][1])}
    assert "Rename" in assert_problem(send(officer, same_name), 422, "register-rejected")["detail"]
    assert_problem(send(officer, files, as_of="2999-01-01"), 422, "register-rejected")
    for changes in ({"as_of": "20260101"}, {"source": " "}, {"source": "x" * 201}):
        assert_problem(send(officer, files, **changes), 422, "invalid-request")
    assert_problem(send(officer, files, more="x"), 422, "unknown-parameter")
    assert_problem(officer.post(IMPORTS, params=TERMS, json={}), 415, "unsupported-media-type")
    assert_problem(officer.get(EXPORT, params={"format": "csv"}), 422, "invalid-request")
    assert_problem(officer.get(EXPORT, params={"valid_at": "2026-01-01", "format": "pdf"}), 422, "invalid-request")


def test_an_answer_holds_so_many_items(officer: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grants = [make_grant(1), make_grant(1, domain="water")]
    assert send(officer, parts(tmp_path, [make_evaluator(1)], grants)).status_code == 201
    asked = {"valid_at": "2026-02-01", "format": "json"}

    monkeypatch.setattr(register_service, "MOST_SENT", 2)
    assert len(json.loads(officer.get(EXPORT, params=asked).content)["items"]) == 2
    monkeypatch.setattr(register_service, "MOST_SENT", 1)
    assert_problem(officer.get(EXPORT, params=asked), 422, "export-too-large")
