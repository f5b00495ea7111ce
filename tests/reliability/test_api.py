"""The API of comparisons, end to end on both engines: what is recorded, read back, run again, and never changed."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from api_requests import COMPARISONS, NOTHING, assert_problem, client_of, counts, created, make_body, make_files
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from registry.db import Database, read, transaction
from registry.errors import RegistryError
from registry.reliability import queries, service


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


def test_a_comparison_is_recorded_and_read_back(client: TestClient, database: Database) -> None:
    made = created(client)

    assert client.get(made["links"]["self"]).json() == made
    assert (made["evaluators"], made["visits"], made["pairs"]) == (2, 5, 15)
    assert made["discrepancy_rate"] == pytest.approx(4 / 15)
    assert counts(database) == NOTHING | {"comparisons": 1, "contents": 6}


def test_the_result_is_the_recorded_one_byte_for_byte(client: TestClient, database: Database) -> None:
    made = created(client)
    recorded = read(database, lambda session: queries.get_comparison(session, UUID(made["id"])))
    kept = read(database, lambda session: queries.load_products(session, recorded))

    result = client.get(made["links"]["result"])

    assert result.content == kept.result
    assert result.headers["etag"] == f'"{made["result_sha256"]}"'
    assert client.get(made["links"]["pairs_csv"]).content == kept.pairs
    assert client.get(made["links"]["unpaired_csv"]).content == kept.unpaired
    assert [each["pairs"] for each in json.loads(kept.result)["evaluators"]] == [6, 9]


def test_files_give_the_same_numbers_as_rows(client: TestClient) -> None:
    made = created(client)

    response = client.post(COMPARISONS, files=make_files(), data={"options": '{"zone": "Asia/Shanghai"}'})

    assert response.status_code == 201, response.text
    by_files = response.json()
    assert [each["name"] for each in by_files["files"]] == ["报告.csv", "checks.csv", "criteria.json"]
    evaluators = [client.get(each["links"]["result"]).json()["evaluators"] for each in (made, by_files)]
    assert evaluators[0] == evaluators[1]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nSet-Cookie: x=1.csv", "report.csv\0.xlsx", "..\\x.csv"])
def test_a_file_name_cannot_leave_its_place(client: TestClient, name: str) -> None:
    files = make_files()

    response = client.post(COMPARISONS, files=files | {"reports": (name, files["reports"][1])})

    assert response.status_code in {201, 422}
    assert "set-cookie" not in response.headers
    if response.status_code == 201:
        kept = response.json()["files"][0]["name"]
        assert not set(kept) & set("/\\\r\n\0")


def test_a_dry_run_records_nothing_and_says_what_would_be_refused(client: TestClient, database: Database) -> None:
    good = client.post(f"{COMPARISONS}?dry_run=true", json=make_body())
    bad = make_body()
    bad["reports"][0]["value"] = "perhaps"
    refused = client.post(f"{COMPARISONS}?dry_run=true", json=bad)
    gone_on = client.post(f"{COMPARISONS}?dry_run=true", json=bad | {"options": {"on_error": "report"}})

    assert [each.status_code for each in (good, refused, gone_on)] == [200, 200, 200]
    assert [each.json()["would_be_recorded"] for each in (good, refused, gone_on)] == [True, False, True]
    assert refused.json()["reports"] | {"absent_columns": []} == {
        "rows": 15, "bad_rows": 1, "ignored_columns": [], "absent_columns": [],
    }  # fmt: skip
    assert [(each["row"], each["column"]) for each in refused.json()["errors"]] == [(2, "value")]
    assert counts(database) == NOTHING


def test_bad_rows_refuse_all_and_each_is_named(client: TestClient, database: Database) -> None:
    body = make_body()
    body["reports"][0]["value"] = "perhaps"
    body["spot_checks"][3]["observed_on"] = "2024-02-30"

    problem = assert_problem(client.post(COMPARISONS, json=body), 422, "findings-rejected")

    assert [(each["row"], each["column"]) for each in problem["errors"]] == [(2, "value"), (5, "observed_on")]
    assert counts(database) == NOTHING


# Replays.


def test_a_replay_is_bit_identical(client: TestClient) -> None:
    made = created(client)

    assert client.post(made["links"]["replay"]).json() == {"identical": True, "same_code": True, "differences": []}


def test_a_replay_says_where_it_differs(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made = created(client)
    run = service.run_submission

    def changed(submission: Any, **limits: Any) -> Any:
        found = run(submission, **limits)
        result = found.products.result.replace(b'"title": null', b'"title": "x"')
        object.__setattr__(found.products, "result", result)
        return found

    monkeypatch.setattr(queries, "run_submission", changed)
    replay = client.post(made["links"]["replay"]).json()

    assert (replay["identical"], replay["differences"]) == (False, ["/title"])


# What fails.


PLANTED = {
    "sqlite": [
        "CREATE TABLE planted_parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE planted (parent_id INTEGER REFERENCES planted_parents (id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER plant AFTER INSERT ON comparisons BEGIN INSERT INTO planted VALUES (99); END",
    ],
    "postgresql": [
        "CREATE TABLE planted_parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE planted (parent_id INTEGER REFERENCES planted_parents (id) DEFERRABLE INITIALLY DEFERRED)",
        (
            "CREATE FUNCTION plant() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN INSERT INTO planted VALUES (99); RETURN NULL; END'"
        ),
        "CREATE TRIGGER plant AFTER INSERT ON comparisons FOR EACH ROW EXECUTE FUNCTION plant()",
    ],
}


def test_a_commit_that_fails_is_never_a_201(client: TestClient, database: Database, engine_name: str) -> None:
    assert client.post(COMPARISONS, json=make_body()).status_code == 201
    with transaction(database) as session:
        for statement in PLANTED[engine_name]:
            session.execute(text(statement))
    before = counts(database)

    response = client.post(COMPARISONS, json=make_body(), headers={"idempotency-key": "a"})

    assert_problem(response, 409, "constraint-violated")
    assert counts(database) == before


def test_a_recorded_comparison_cannot_be_changed(client: TestClient, database: Database) -> None:
    created(client)
    for statement in ("UPDATE comparisons SET pairs = 1", "DELETE FROM comparisons", "DELETE FROM contents"):
        with pytest.raises((RegistryError, DBAPIError)), transaction(database) as session:
            session.execute(text(statement))

    assert counts(database)["comparisons"] == 1


@pytest.mark.parametrize("path", ["", "/result", "/pairs", "/pairs.csv", "/unpaired.csv", "/replay"])
def test_what_is_no_identifier_is_answered_as_one_that_nothing_has(client: TestClient, path: str) -> None:
    ask = client.post if path == "/replay" else client.get
    answers = [
        ask(f"{COMPARISONS}/{each}{path}")
        for each in (uuid4(), "9223372036854775808", "x" * 300, "%00", "urn:uuid:" + str(uuid4()))
    ]

    assert_problem(answers[0], 404, "comparison-not-found")
    assert len({each.content for each in answers}) == 1
    assert_problem(client.get(f"/api/v1/jobs/{uuid4()}"), 404, "job-not-found")
    assert_problem(client.get("/api/v1/jobs/1"), 404, "job-not-found")
