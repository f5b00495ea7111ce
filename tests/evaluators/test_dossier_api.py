"""The routes of evaluators, each with its good path and its problems."""

from pathlib import Path
from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from dossier_samples import PDF, make_credit_code, make_dossier
from people import saved_person
from starlette.testclient import TestClient
from vetting_samples import take_divisions

from registry.accounts.permissions import HeldRole, Role
from registry.canonical import sha256_hex
from registry.db import Database, write

EVALUATORS = "/api/v1/evaluators"
FIRST = f"{EVALUATORS}/ev-000001"


def acting_as(database: Database, *roles: Role | HeldRole) -> TestClient:
    client = stranger_of(database)
    client.headers.update(saved_person(database, *roles).bearer)
    return client


@pytest.fixture
def evaluator(database: Database) -> TestClient:
    """Who acts for the first evaluator, which is registered."""
    client = acting_as(database, HeldRole(Role.EVALUATOR, "ev-000001"))
    answer = client.post(EVALUATORS, json=make_dossier())
    assert answer.status_code == 201, answer.text
    return client


def tag(client: TestClient) -> dict[str, str]:
    return {"if-match": client.get(f"{FIRST}/dossier").headers["etag"]}


def put(client: TestClient, **changes: Any) -> Any:
    return client.put(f"{FIRST}/dossier", json=make_dossier(**changes), headers=tag(client))


def test_whoever_is_signed_in_applies(database: Database) -> None:
    applicant = acting_as(database)

    answer = applicant.post(EVALUATORS, json=make_dossier())

    assert answer.status_code == 201
    made = answer.json()
    assert (made["evaluator"], made["number"]) == ("ev-000001", 1)
    assert answer.headers["location"] == FIRST
    assert answer.headers["etag"] == f'"{made["sha256"]}"'
    assert_problem(stranger_of(database).post(EVALUATORS, json=make_dossier(1)), 401, "sign-in-needed")
    # Acting for it needs a role, which an administrator grants.
    assert_problem(applicant.get(f"{FIRST}/dossier"), 403, "not-allowed")


def test_everything_that_is_wrong_is_told_and_nothing_is_saved(database: Database) -> None:
    applicant = acting_as(database)

    answer = applicant.post(EVALUATORS, json=make_dossier(region="mca:1", credit_code="1"))

    problem = assert_problem(answer, 422, "dossier-rejected")
    assert {each["pointer"] for each in problem["errors"]} == {"/region", "/credit_code"}
    assert_problem(applicant.post(EVALUATORS, json=[]), 422, "invalid-request")
    assert_problem(applicant.post(EVALUATORS, content=b"x"), 415, "unsupported-media-type")
    assert applicant.get(EVALUATORS).json()["evaluators"] == []


def test_a_request_that_comes_twice_is_answered_as_the_first_time(database: Database) -> None:
    applicant, key = acting_as(database), {"idempotency-key": "k1"}
    first = applicant.post(EVALUATORS, json=make_dossier(), headers=key)

    second = applicant.post(EVALUATORS, json=make_dossier(), headers=key)

    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    other = applicant.post(EVALUATORS, json=make_dossier(1), headers=key)
    assert_problem(other, 409, "dossier-key-reused")
    assert_problem(applicant.post(EVALUATORS, json=make_dossier()), 409, "evaluator-known")


def test_a_dossier_is_saved_over_what_was_read(evaluator: TestClient) -> None:
    read_before = tag(evaluator)
    answer = put(evaluator, address="One")

    assert (answer.status_code, answer.json()["number"]) == (200, 2)
    again = evaluator.put(f"{FIRST}/dossier", json=make_dossier(address="Two"), headers=read_before)
    assert_problem(again, 412, "dossier-changed")
    assert_problem(evaluator.put(f"{FIRST}/dossier", json=make_dossier()), 428, "dossier-not-named")
    anything = evaluator.put(f"{FIRST}/dossier", json=make_dossier(), headers={"if-match": "*"})
    assert_problem(anything, 412, "dossier-changed")


def test_a_saved_version_that_is_sent_again_is_answered_again(evaluator: TestClient) -> None:
    headers = tag(evaluator) | {"idempotency-key": "k2"}
    first = evaluator.put(f"{FIRST}/dossier", json=make_dossier(address="One"), headers=headers)

    second = evaluator.put(f"{FIRST}/dossier", json=make_dossier(address="One"), headers=headers)

    assert second.status_code == 200
    assert second.json() == first.json()


def test_a_version_is_read_with_the_names_of_persons(evaluator: TestClient) -> None:
    put(evaluator, address="One")

    newest, first = (evaluator.get(f"{FIRST}/dossier", params=each).json() for each in ({}, {"number": 1}))

    assert newest["dossier"]["address"] == "One"
    assert newest["dossier"]["persons"] == [{"id": "p-1"}]
    assert newest["persons"] == [{"id": "p-1", "name": "张三", "erased_at": None}]
    assert "address" not in first["dossier"]
    assert_problem(evaluator.get(f"{FIRST}/dossier?number=9"), 404, "evaluator-not-found")


def test_a_region_that_the_divisions_do_not_have_is_doubted_and_not_refused(
    database: Database, evaluator: TestClient, tmp_path: Path
) -> None:
    team = {
        "legal_form": "inspection_team", "credit_code": None, "region": "mca:999999",
        "staff": [], "seconded_by": {"name": "甲县农业农村局"},
    }  # fmt: skip
    assert put(evaluator, **team).status_code == 200
    shown = f"{FIRST}/dossier"
    before_import = evaluator.get(shown).json()["doubts"]
    write(database, lambda session: take_divisions(session, tmp_path))

    (doubt,) = evaluator.get(shown).json()["doubts"]

    assert before_import == []
    assert (doubt["code"], doubt["pointer"], doubt["value"]) == ("region-not-known", "/region", "mca:999999")
    assert doubt["message"] == "The code system mca has no code 999999."
    assert evaluator.get(shown, params={"number": 1}).json()["doubts"] == []
    # Of a code system without divisions nothing can be said.
    assert put(evaluator, region="own:zones:1").status_code == 200
    assert evaluator.get(shown).json()["doubts"] == []


def test_the_public_sees_the_body_and_neither_staff_nor_declarations(database: Database, evaluator: TestClient) -> None:
    answer = stranger_of(database).get(FIRST)

    assert answer.status_code == 200
    assert answer.json().keys() == {
        "code",
        "name",
        "names",
        "name_held",
        "name_held_reason",
        "credit_code",
        "legal_form",
        "region",
        "registered_at",
    }
    assert "张三" not in answer.text
    assert_problem(stranger_of(database).get(f"{EVALUATORS}/ev-9"), 404, "evaluator-not-found")
    assert_problem(stranger_of(database).get(f"{FIRST}/dossier"), 401, "sign-in-needed")


def test_a_name_that_two_bodies_had_finds_both_with_its_days(database: Database) -> None:
    applicant, officer = acting_as(database), acting_as(database, Role.VETTING_OFFICER)
    old = [{"name": "小山", "valid_to": "2026-02-01"}, {"name": "大山", "valid_from": "2026-02-01"}]
    applicant.post(EVALUATORS, json=make_dossier(0, names=old))
    applicant.post(EVALUATORS, json=make_dossier(1, names=[{"name": "小山", "valid_from": "2026-06-01"}]))

    found = officer.get(EVALUATORS, params={"q": "小山"}).json()["evaluators"]

    assert [each["code"] for each in found] == ["ev-000001", "ev-000002"]
    assert found[0]["names"][0] == {"name": "小山", "valid_from": None, "valid_to": "2026-02-01"}


def test_case_9_by_a_name_everybody_who_bears_or_bore_it_is_found_and_nobody_is_picked(database: Database) -> None:
    applicant, officer = acting_as(database), acting_as(database, Role.VETTING_OFFICER)
    old = [{"name": "小山", "valid_to": "2026-02-01"}, {"name": "大山评估院", "valid_from": "2026-02-01"}]
    applicant.post(EVALUATORS, json=make_dossier(0, names=old))
    applicant.post(EVALUATORS, json=make_dossier(1, names=[{"name": "小山", "valid_from": "2026-06-01"}]))

    def found(client: TestClient, name: str, on: str, **query: str) -> list[tuple[str, str | None]]:
        answer = client.get(EVALUATORS, params={"name": name, "valid_at": on} | query)
        assert (answer.status_code, answer.json()["valid_at"]) == (200, on)
        return [(each["code"], each["name"]) for each in answer.json()["evaluators"]]

    now_named = ("ev-000001", "大山评估院")
    assert found(officer, "小山", "2026-01-31") == [("ev-000001", "小山")]
    assert found(officer, "小山", "2026-03-01") == [now_named]
    assert found(officer, "大山评估院", "2026-03-01") == [now_named]
    assert found(officer, "大山评估院", "2026-01-31") == []
    assert found(officer, "小山", "2026-07-01") == [now_named, ("ev-000002", "小山")]
    assert found(officer, "小山", "2026-07-01", known_at="2026-01-01T00:00:00Z") == []
    # Of the second one nobody has judged yet whether it is another body.
    assert found(stranger_of(database), "小山", "2026-07-01") == [now_named]


def test_a_name_is_asked_for_with_its_day_and_alone(database: Database) -> None:
    asking = stranger_of(database)

    for query in ({"name": "甲"}, {"valid_at": "2026-07-01"}, {"name": "甲", "valid_at": "2026-07-01", "q": "甲"}):
        assert_problem(asking.get(EVALUATORS, params=query), 422, "name-question-rejected")


def test_a_list_comes_in_pages(database: Database) -> None:
    # Their names are much alike, so that only who vets finds all by them.
    applicant, officer = acting_as(database), acting_as(database, Role.VETTING_OFFICER)
    for number in range(3):
        applicant.post(EVALUATORS, json=make_dossier(number))

    address, codes = f"{EVALUATORS}?q=%E5%A4%A7&limit=2", []
    while address:
        page = officer.get(address).json()
        codes.append([each["code"] for each in page["evaluators"]])
        address = page["next"]

    assert codes == [["ev-000001", "ev-000002"], ["ev-000003"]]
    by_code = officer.get(EVALUATORS, params={"credit_code": make_credit_code(2)}).json()["evaluators"]
    assert [each["code"] for each in by_code] == ["ev-000003"]
    assert_problem(officer.get(EVALUATORS, params={"cursor": "x"}), 422, "cursor-rejected")


def test_evidence_is_handed_in_named_and_read(database: Database, evaluator: TestClient) -> None:
    answer = evaluator.post(f"{FIRST}/evidence", files={"file": ("执照.pdf", PDF, "text/html")})

    assert answer.status_code == 201
    made = answer.json()
    assert (made["sha256"], made["media_type"], made["name"]) == (sha256_hex(PDF), "application/pdf", "执照.pdf")
    assert put(evaluator, evidence=[{"sha256": made["sha256"], "what": "Licence"}]).status_code == 200
    assert evaluator.get(f"{FIRST}/evidence").json()["evidence"] == [made]
    file = evaluator.get(answer.headers["location"])
    assert (file.content, file.headers["content-type"]) == (PDF, "application/pdf")
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6")
    assert_problem(evaluator.get(f"{FIRST}/evidence/{'0' * 64}"), 404, "evidence-not-found")
    assert_problem(stranger_of(database).get(answer.headers["location"]), 401, "sign-in-needed")


def test_a_file_of_another_type_is_refused(evaluator: TestClient) -> None:
    page = evaluator.post(f"{FIRST}/evidence", files={"file": ("a.pdf", b"<html>", "application/pdf")})

    assert_problem(page, 422, "evidence-rejected")
    assert_problem(evaluator.post(f"{FIRST}/evidence", files={"x": ("a.pdf", PDF)}), 422, "evidence-rejected")
    assert_problem(evaluator.post(f"{FIRST}/evidence", content=PDF), 415, "unsupported-media-type")
    assert evaluator.get(f"{FIRST}/evidence").json()["evidence"] == []


def test_a_name_is_erased(evaluator: TestClient) -> None:
    address = f"{FIRST}/persons/p-1/erasure"

    answer = evaluator.post(address, json={"reason": "Asked for it."})

    assert answer.json()["name"] is None
    assert "张三" not in evaluator.get(f"{FIRST}/dossier").text
    assert_problem(evaluator.post(address, json={"reason": "Again."}), 409, "person-erased")
    assert_problem(evaluator.post(address, json={"reason": " "}), 422, "invalid-request")
    unknown = evaluator.post(f"{FIRST}/persons/p-9/erasure", json={"reason": "x"})
    assert_problem(unknown, 404, "person-not-found")


def test_another_evaluator_reads_and_changes_nothing(database: Database, evaluator: TestClient) -> None:
    other, headers = acting_as(database, HeldRole(Role.EVALUATOR, "ev-000002")), tag(evaluator)

    assert_problem(other.get(f"{FIRST}/dossier"), 403, "not-allowed")
    assert_problem(other.get(f"{FIRST}/evidence"), 403, "not-allowed")
    assert_problem(other.put(f"{FIRST}/dossier", json=make_dossier(), headers=headers), 403, "not-allowed")
    assert_problem(other.post(f"{FIRST}/evidence", files={"file": ("a.pdf", PDF)}), 403, "not-allowed")
    assert_problem(other.post(f"{FIRST}/persons/p-1/erasure", json={"reason": "x"}), 403, "not-allowed")
