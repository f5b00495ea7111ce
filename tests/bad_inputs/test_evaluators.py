"""Dossiers of evaluators: what an applicant may not slip in, leave out, or date as it likes."""

from datetime import timedelta
from typing import Any

from api_requests import assert_problem, stranger_of
from bad_input_list import CASES
from dossier_samples import CONFLICT, LICENCE, make_dossier
from people import saved_person
from starlette.testclient import TestClient

from registry.accounts.permissions import HeldRole, Role
from registry.clock import utc_now
from registry.db import Database
from registry.validity import legal_day

EVALUATORS = "/api/v1/evaluators"
FIRST = f"{EVALUATORS}/ev-000001"


def applicant_of(database: Database) -> TestClient:
    client = stranger_of(database)
    client.headers.update(saved_person(database, HeldRole(Role.EVALUATOR, "ev-000001")).bearer)
    return client


def save(client: TestClient, **changes: Any) -> Any:
    headers = {"if-match": client.get(f"{FIRST}/dossier").headers["etag"]}
    return client.put(f"{FIRST}/dossier", json=make_dossier(**changes), headers=headers)


def test_d32_a_dossier_grants_itself_nothing(database: Database) -> None:
    case, applicant = CASES["D32"], applicant_of(database)
    extra = {name: value for name, value in case["payload"].items() if name != "legal_name"}

    problem = assert_problem(applicant.post(EVALUATORS, json=make_dossier(**extra)), 422, "dossier-rejected")

    assert case["expected"]["status"] == [422]
    assert all(name in problem["errors"][0]["message"] for name in extra)
    assert applicant.get(EVALUATORS).json()["evaluators"] == []


def test_d33_a_declared_conflict_is_ended_and_never_removed(database: Database) -> None:
    applicant = applicant_of(database)
    applicant.post(EVALUATORS, json=make_dossier())

    problem = assert_problem(save(applicant, declarations=[]), 422, "dossier-rejected")

    assert 422 in CASES["D33"]["expected"]["status"]
    assert [each["code"] for each in problem["errors"]] == ["declaration-removed"]
    ended = [CONFLICT | {"valid_to": "2026-01-01", "end_reason": "Left the town."}]
    assert save(applicant, declarations=ended).status_code == 200
    assert_problem(save(applicant, declarations=[]), 422, "dossier-rejected")
    history = [applicant.get(f"{FIRST}/dossier?number={number}").json()["dossier"] for number in (1, 2)]
    assert [each["declarations"] for each in history] == [[CONFLICT], ended]


def test_d61_days_of_certificates_fail_with_three_messages(database: Database) -> None:
    case, applicant = CASES["D61"], applicant_of(database)
    certificates = [LICENCE | days | {"id": f"c-{place}"} for place, days in enumerate(case["payload"])]

    problem = assert_problem(applicant.post(EVALUATORS, json=make_dossier(certificates=certificates)), 422,
                             "dossier-rejected")  # fmt: skip

    codes = [each["code"] for each in problem["errors"]]
    assert codes == ["certificate-expired", "certificate-not-yet-valid", "ends-before-it-begins"]
    assert len({each["message"].split(":")[0] for each in problem["errors"]}) == 3
    assert [each["pointer"] for each in problem["errors"]] == [
        "/certificates/0/valid_to",
        "/certificates/1/valid_from",
        "/certificates/2/valid_to",
    ]


def test_d61_the_day_is_that_of_the_registry(database: Database) -> None:
    applicant, today = applicant_of(database), legal_day(utc_now())
    last_day = LICENCE | {"valid_to": (today + timedelta(days=2)).isoformat()}
    over = LICENCE | {"valid_to": (today - timedelta(days=1)).isoformat()}

    assert_problem(applicant.post(EVALUATORS, json=make_dossier(certificates=[over])), 422, "dossier-rejected")

    assert applicant.post(EVALUATORS, json=make_dossier(certificates=[last_day])).status_code == 201
