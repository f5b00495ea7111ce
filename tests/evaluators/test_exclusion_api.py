"""The routes of exclusions, independence and candidates: one good path each, and each kind of problem."""

from typing import Any

import pytest
from api_requests import assert_problem, stranger_of
from exclusion_samples import FILES, LOOKS_LIKE_KPMG, PARENT, make_edge, make_row, register
from people import saved_person
from register_samples import credit_code
from starlette.testclient import TestClient

from registry.accounts.permissions import HeldRole, Role
from registry.db import Database, write

LISTS = "/api/v1/exclusions/lists"
LIST = f"{LISTS}/ccgp-serious"
CHECK = "/api/v1/exclusions/check"
CANDIDATES = "/api/v1/vetting/candidates"
TERMS = {"name": "严重违法失信名单", "authority": "财政部", "legal_basis": "政府采购法第七十七条"}
ON = {"valid_at": "2026-06-01"}


def client_as(database: Database, *roles: Role | HeldRole) -> TestClient:
    client = stranger_of(database)
    client.headers.update(saved_person(database, *roles).bearer)
    return client


@pytest.fixture
def officer(database: Database) -> TestClient:
    return client_as(database, Role.VETTING_OFFICER)


def registered(database: Database, **changes: Any) -> str:
    return write(database, lambda session: register(session, **changes).code)


def send(client: TestClient, rows: list[dict[str, str]], name: str = "list.csv", **query: Any) -> Any:
    return client.post(f"{LIST}/snapshots", params=query, files={"file": (name, FILES[name](rows))})


def test_a_list_is_recorded_queried_and_asked(database: Database, officer: TestClient) -> None:
    code = registered(database)
    made = officer.put(LIST, json=TERMS)
    assert made.status_code == 200, made.text
    assert (made.json()["revision"], made.json()["max_age_days"]) == (1, 7)

    taken = send(officer, [make_row(1)])
    assert taken.status_code == 201, taken.text
    (shown,) = officer.get(f"{LIST}/snapshots").json()["snapshots"]
    assert (shown["sha256"], shown["id"]) == (taken.json()["sha256"], taken.json()["snapshot"])

    buyer = client_as(database, Role.PROCUREMENT)
    answer = buyer.get(CHECK, params=ON | {"evaluator": code}).json()
    assert answer["outcome"] == "fail"
    (finding,) = answer["lists"][0]["findings"]
    assert (finding["code"], finding["entry"]["key"], finding["snapshot_sha256"]) == (
        "EXCLUDED",
        "e-1",
        shown["sha256"],
    )
    assert finding["message"] == {
        "en": f"{credit_code(1)} is barred by entry e-1 of the list ccgp-serious (2025-01-01 to 2027-12-31).",
        "zh": f"{credit_code(1)}被列入禁入名单ccgp-serious（条目e-1，禁入期：2025年1月1日至2027年12月31日）。",
    }
    by_code = buyer.get(CHECK, params=ON | {"credit_code": credit_code(1), "list": "ccgp-serious"}).json()
    assert by_code["lists"] == answer["lists"]


def test_without_any_list_the_answer_is_unknown(database: Database, officer: TestClient) -> None:
    answer = officer.get(CHECK, params=ON | {"credit_code": credit_code(1)}).json()

    assert (answer["outcome"], answer["lists"]) == ("unknown", [])


@pytest.mark.parametrize("name", FILES)
def test_bad_rows_are_all_told_and_the_file_comes_back_with_remarks(officer: TestClient, name: str) -> None:
    officer.put(LIST, json=TERMS)
    rows = [make_row(1, valid_from="bad"), make_row(2), make_row(3, name="")]

    problem = assert_problem(send(officer, rows, name), 422, "exclusion-rows-rejected")
    assert [(each["row"], each["column"]) for each in problem["errors"]] == [(2, "valid_from"), (4, "name")]
    assert officer.get(f"{LIST}/snapshots").json() == {"snapshots": []}

    file = officer.post("/api/v1/exclusions/annotated-file", files={"file": (name, FILES[name](rows))})
    assert file.status_code == 200
    if name != "list.xlsx":
        assert "valid_from: This is no day" in file.text


def test_a_person_judges_a_candidate(database: Database, officer: TestClient) -> None:
    code = registered(database)
    officer.put(LIST, json=TERMS)
    send(officer, [make_row(2, name="杭州第1环境评估有限公司", credit_code="")])
    asked = ON | {"evaluator": code}
    assert officer.get(CHECK, params=asked).json()["outcome"] == "unknown"

    judged = officer.post(
        f"{LIST}/judgements", json={"evaluator": code, "entry": "e-2", "is_same": True, "reason": "same licence"}
    )

    assert judged.status_code == 201, judged.text
    assert officer.get(CHECK, params=asked).json()["outcome"] == "fail"
    again = {"evaluator": code, "entry": "e-9", "is_same": True, "reason": "x"}
    assert_problem(officer.post(f"{LIST}/judgements", json=again), 404, "exclusion-entry-not-found")


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({}, 422, "invalid-request"),
        (ON, 422, "exclusion-question-rejected"),
        (ON | {"credit_code": "x"}, 422, "exclusion-question-rejected"),
        (ON | {"evaluator": "ev-000009"}, 404, "evaluator-not-found"),
        (ON | {"evaluator": "ev-000009", "credit_code": "x"}, 422, "exclusion-question-rejected"),
        (ON | {"credit_code": credit_code(1), "list": "other"}, 404, "exclusion-list-not-found"),
        (ON | {"credit_code": credit_code(1), "until": "2026-06-01"}, 422, "exclusion-question-rejected"),
        (ON | {"credit_code": credit_code(1), "known_at": "2999-01-01T00:00:00Z"}, 422, "time-rejected"),
        ({"credit_code": credit_code(1)}, 422, "invalid-request"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    officer: TestClient, params: dict[str, str], status: int, code: str
) -> None:
    assert_problem(officer.get(CHECK, params=params), status, code)


def test_files_that_cannot_be_taken_are_refused(officer: TestClient) -> None:
    assert_problem(send(officer, [make_row(1)]), 404, "exclusion-list-not-found")
    officer.put(LIST, json=TERMS)
    ahead = {"queried_at": "2999-01-01T00:00:00Z"}
    assert_problem(send(officer, [make_row(1)], **ahead), 422, "time-rejected")
    assert_problem(officer.post(f"{LIST}/snapshots", json={}), 415, "unsupported-media-type")
    assert_problem(officer.post(f"{LIST}/snapshots", files={"x": b""}), 422, "exclusion-rows-rejected")
    assert_problem(officer.put(f"{LISTS}/Not_A_Code", json=TERMS), 422, "invalid-request")
    assert_problem(officer.put(LIST, json=TERMS | {"authority": " "}), 422, "invalid-request")
    at = {"queried_at": "2026-01-01T00:00:00Z"}
    send(officer, [make_row(each) for each in range(1, 5)], **at)
    assert_problem(send(officer, [make_row(9)], **at), 409, "snapshot-conflict")
    assert_problem(send(officer, [make_row(1)]), 409, "snapshot-shrunk")
    assert send(officer, [make_row(1)], accept_fewer=True).status_code == 201


def test_an_officer_of_one_region_takes_in_no_list_for_all(database: Database) -> None:
    officer = client_as(database, HeldRole(Role.VETTING_OFFICER, None, ("mca:150700",)))

    assert_problem(officer.put(LIST, json=TERMS), 403, "not-allowed")
    assert_problem(officer.get(CHECK, params=ON | {"credit_code": credit_code(1)}), 403, "not-allowed")


def test_independence_shows_the_path_of_control(database: Database, officer: TestClient) -> None:
    own = [make_edge(PARENT, 0.6), make_edge(PARENT, 0.51, owned=credit_code(7))]
    code = registered(database, ownership=own)
    asked = {"subject": "mca:330106100", "commissioner": "mca:330106", "implementer": credit_code(7), "bidder": "none"}

    answer = officer.get(f"/api/v1/evaluators/{code}/independence", params=ON | asked)

    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "fail"
    findings = {each["code"]: each for each in answer.json()["findings"]}
    assert findings["PAYER_UNKNOWN"]["outcome"] == "unknown"
    assert findings["PAYER_UNKNOWN"]["message"]["zh"] == "付费方或其控制方不明。"
    assert {tuple(each["message"]) for name in ("declared", "advice") for each in answer.json()[name]} == {("zh", "en")}
    steps = [[(step["owner"], step["share"]) for step in path] for path in findings["COI_COMMON_CONTROL"]["paths"]]
    assert [[(f"uscc:{PARENT}", 0.6)], [(f"uscc:{PARENT}", 0.51)]] == steps
    assert_problem(
        officer.get(f"/api/v1/evaluators/{code}/independence", params=ON | {"subject": "x"}),
        422,
        "exclusion-question-rejected",
    )
    assert_problem(officer.get(f"/api/v1/evaluators/{code}/independence", params=ON), 422, "invalid-request")


def test_candidates_are_for_who_vets(database: Database, officer: TestClient) -> None:
    code = registered(database, name="KPMG Audit")
    asked = ON | {"name": LOOKS_LIKE_KPMG}

    (shown,) = officer.get(CANDIDATES, params=asked).json()["names"]
    assert [(each["evaluator"], each["likeness"]) for each in shown["candidates"]] == [(code, "looks_the_same")]
    (own,) = officer.get(CANDIDATES, params=ON | {"evaluator": code}).json()["names"]
    assert own["candidates"] == []
    assert_problem(officer.get(CANDIDATES, params=ON), 422, "exclusion-question-rejected")
    assert client_as(database, Role.PROCUREMENT).get(CANDIDATES, params=asked).status_code == 403
