"""Names of applicants that are another's but for their spelling: taken in, and shown to the person who vets."""

from api_requests import stranger_of
from bad_input_list import CASES
from exclusion_samples import make_dossier
from people import saved_person
from starlette.testclient import TestClient

from registry.accounts.permissions import Role
from registry.db import Database


def client_as(database: Database, role: Role) -> TestClient:
    client = stranger_of(database)
    client.headers.update(saved_person(database, role).bearer)
    return client


def test_d67_names_that_are_one_after_nfkc_are_flagged_and_the_code_tells_the_bodies_apart(database: Database) -> None:
    payload, statuses = CASES["D67"]["payload"], CASES["D67"]["expected"]["status"]
    applicant, officer = client_as(database, Role.EVALUATOR), client_as(database, Role.VETTING_OFFICER)
    names = [payload["existing"], *payload["legal_names"]]

    codes = []
    for number, name in enumerate(names, start=1):
        answer = applicant.post("/api/v1/evaluators", json=make_dossier(number, name))
        assert answer.status_code in statuses, answer.text
        codes.append(answer.json()["evaluator"])

    assert len(set(codes)) == 3
    for code in codes[1:]:
        asked = {"evaluator": code, "valid_at": "2026-06-01"}
        (own,) = officer.get("/api/v1/vetting/candidates", params=asked).json()["names"]
        shown = {each["evaluator"]: each["likeness"] for each in own["candidates"]}
        assert shown[codes[0]] == "same_name_spelt_otherwise"
        assert code not in shown
