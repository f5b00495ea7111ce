"""The API of comparisons, end to end on both engines: what is recorded, read back, paged, repeated and worked off."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from api_requests import COMPARISONS, assert_problem, client_of, counts, make_app, make_body, make_files
from rows import NOON
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from registry.clock import utc_now
from registry.db import Database, compare_and_set, read, transaction, write
from registry.errors import RegistryError, Unavailable
from registry.reliability import api, queries, service
from registry.reliability.models import Job
from registry.workers import Worker

NOTHING = {"contents": 0, "comparisons": 0, "jobs": 0, "idempotency_keys": 0}


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


@pytest.fixture
def by_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large."""
    monkeypatch.setattr(api, "SYNCHRONOUS_BYTES", 10)


def created(client: TestClient, **changes: Any) -> dict[str, Any]:
    response = client.post(COMPARISONS, json=make_body(**changes))
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    assert response.headers["location"] == found["links"]["self"]
    return found


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


# Paging.


def test_the_list_comes_newest_first_and_every_comparison_once(client: TestClient) -> None:
    made = [created(client)["id"] for _ in range(5)]
    found, address = [], f"{COMPARISONS}?limit=2"
    while address:
        page = client.get(address).json()
        assert len(page["comparisons"]) <= 2
        found += [each["id"] for each in page["comparisons"]]
        address = page["next"]

    assert found == made[::-1]


def test_comparisons_of_one_instant_are_paged_without_loss(database: Database) -> None:
    app = make_app(database)
    app.dependency_overrides[utc_now] = lambda: NOON
    client = TestClient(app)
    made = {created(client)["id"] for _ in range(3)}
    first = client.get(f"{COMPARISONS}?limit=1").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()

    assert {page["comparisons"][0]["id"] for page in (first, second, third)} == made
    assert third["next"] is None


def all_pairs(client: TestClient, address: str) -> tuple[list[dict[str, Any]], list[int]]:
    found, sizes = [], []
    while address:
        response = client.get(address)
        assert response.status_code == 200, response.text
        page = response.json()
        found += page["pairs"]
        sizes.append(len(page["pairs"]))
        address = page["next"]
    return found, sizes


def test_every_pair_comes_exactly_once_in_a_fixed_order(client: TestClient) -> None:
    pairs = created(client)["links"]["pairs"]

    found, sizes = all_pairs(client, f"{pairs}?limit=4")

    assert sizes == [4, 4, 4, 3]
    assert found == client.get(pairs).json()["pairs"]
    assert len({(each["spot_check_id"], each["criterion_id"]) for each in found}) == 15


def test_pairs_are_filtered_and_the_filter_stays_on_the_next_page(client: TestClient) -> None:
    pairs = created(client)["links"]["pairs"]

    found, sizes = all_pairs(client, f"{pairs}?limit=2&evaluator=甲&discrepancy=1")

    assert sizes == [2, 1]
    assert {(each["evaluator_id"], each["discrepancy"]) for each in found} == {("甲", 1)}
    assert client.get(f"{pairs}?outcome=false_pass").json()["total"] == 4
    problem = assert_problem(client.get(f"{pairs}?evaluator=nobody"), 422, "unknown-query")
    assert problem["errors"][0]["column"] == "evaluator"


def test_a_pair_that_is_not_scored_has_null_for_its_weight(client: TestClient) -> None:
    body = make_body()
    body["criteria"]["criteria"][2]["evidence_basis"] = "document"
    # One visit holds nothing that is scored.
    body["reports"] = [row for row in body["reports"] if row["site_id"] != "甲-0" or row["criterion_id"] == "c3"]
    pairs = client.get(client.post(COMPARISONS, json=body).json()["links"]["pairs"])

    weights = {(each["use"], each["normalised_weight"] is None) for each in pairs.json()["pairs"]}
    assert "NaN" not in pairs.text
    assert weights == {("scored", False), ("document", False), ("document", True)}


# Repeated requests.


def test_the_same_key_gets_the_same_answer(client: TestClient, database: Database) -> None:
    key = {"idempotency-key": "a-1"}
    first = client.post(COMPARISONS, json=make_body(), headers=key)
    again = client.post(COMPARISONS, json=make_body(), headers=key)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert counts(database)["comparisons"] == 1


def test_the_same_key_with_another_request_is_refused(client: TestClient, database: Database) -> None:
    key = {"idempotency-key": "a-1"}
    client.post(COMPARISONS, json=make_body(), headers=key)
    other = make_body(options={"lag_days": 30})

    assert_problem(client.post(COMPARISONS, json=other, headers=key), 409, "idempotency-key-reused")
    assert counts(database)["comparisons"] == 1


def test_a_refused_request_leaves_its_key_free(client: TestClient) -> None:
    key = {"idempotency-key": "a-1"}
    bad = make_body()
    bad["reports"][0]["value"] = "perhaps"

    assert client.post(COMPARISONS, json=bad, headers=key).status_code == 422
    assert client.post(COMPARISONS, json=make_body(), headers=key).status_code == 201


def test_requests_of_one_key_at_once_record_one_comparison(client: TestClient, database: Database) -> None:
    body, key = make_body(), {"idempotency-key": "a-1"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post(COMPARISONS, json=body, headers=key), range(6)))

    assert {each.status_code for each in answers} == {201}
    assert len({each.content for each in answers}) == 1
    assert counts(database)["comparisons"] == 1


def test_requests_without_a_key_at_once_lose_nothing(client: TestClient, database: Database) -> None:
    body = make_body()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post(COMPARISONS, json=body), range(12)))

    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 12
    assert counts(database) == NOTHING | {"comparisons": 12, "contents": 6}


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "\x7f"])
def test_a_key_that_cannot_be_one_is_refused(client: TestClient, key: str) -> None:
    assert client.post(COMPARISONS, json=make_body(), headers={"idempotency-key": key}).status_code == 422


# Large inputs.


def accepted(client: TestClient, body: dict[str, Any] | None = None) -> str:
    response = client.post(COMPARISONS, json=body or make_body())
    assert response.status_code == 202, response.text
    assert response.headers["retry-after"] == "1"
    assert response.json()["state"] == "queued"
    return str(response.headers["location"])


def test_a_large_input_becomes_a_job_that_is_worked_off(client: TestClient, database: Database, by_job: None) -> None:
    job = accepted(client)
    assert client.get(job).json()["progress"] == 0
    assert counts(database)["comparisons"] == 0

    assert queries.work_off(database, utc_now)

    done = client.get(job).json()
    assert (done["state"], done["progress"], done["problem"]) == ("done", 1, None)
    assert client.get(done["comparison"]).json()["pairs"] == 15
    assert not queries.work_off(database, utc_now)


def test_two_megabytes_are_a_large_input(client: TestClient) -> None:
    files = make_files()
    padded = files["reports"][1] + b"\n" * api.SYNCHRONOUS_BYTES

    assert client.post(COMPARISONS, files=files | {"reports": ("r.csv", padded)}).status_code == 202


def test_a_job_tells_its_progress_while_it_runs(
    client: TestClient, database: Database, by_job: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, seen = accepted(client), []
    run = service.run_submission

    def watched(submission: Any, tell: Any) -> Any:
        def tell_and_look(share: float, step: str) -> None:
            tell(share, step)
            seen.append(client.get(job).json())

        return run(submission, tell_and_look)

    monkeypatch.setattr(queries, "run_submission", watched)
    queries.work_off(database, utc_now)

    shares = [each["progress"] for each in seen]
    assert shares == sorted(shares)
    assert len(set(shares)) == 3
    assert {each["state"] for each in seen} == {"running"}


def test_a_job_of_bad_rows_fails_with_the_problem_of_a_request(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = make_body()
    body["reports"][0]["value"] = "perhaps"
    expected = client.post(COMPARISONS, json=body).json()
    monkeypatch.setattr(api, "SYNCHRONOUS_BYTES", 10)
    job = accepted(client, body)

    queries.work_off(database, utc_now)

    failed = client.get(job).json()
    assert failed["state"] == "failed"
    assert failed["comparison"] is None
    assert failed["problem"] == expected


def test_a_fault_of_ours_fails_the_job_and_not_the_worker(
    client: TestClient, database: Database, by_job: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(queries, "run_submission", fault)
    job = accepted(client)

    assert queries.work_off(database, utc_now)

    failed = client.get(job).json()
    assert (failed["state"], failed["problem"]["status"], failed["problem"]["code"]) == (
        "failed",
        500,
        "internal-error",
    )
    assert "secret" not in str(failed)


def test_the_job_of_a_dead_worker_is_taken_up_by_another(client: TestClient, database: Database, by_job: None) -> None:
    job = accepted(client)
    job_id = UUID(job.rsplit("/", 1)[-1])
    began = utc_now()
    changes = {"state": "running", "worker": "dead", "started_at": began, "heartbeat_at": began}
    write(database, lambda session: compare_and_set(session, Job, job_id, 1, **changes))

    assert not queries.work_off(database, lambda: began + timedelta(seconds=59))
    assert queries.work_off(database, lambda: began + timedelta(seconds=61))

    assert client.get(job).json()["state"] == "done"


def test_of_two_workers_that_have_one_job_only_one_records(
    client: TestClient, database: Database, by_job: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, run = accepted(client), service.run_submission
    later = utc_now() + timedelta(hours=1)

    def overtaken(submission: Any, tell: Any) -> Any:
        monkeypatch.setattr(queries, "run_submission", run)
        assert queries.work_off(database, lambda: later)
        return run(submission)

    monkeypatch.setattr(queries, "run_submission", overtaken)
    assert queries.work_off(database, utc_now)

    assert client.get(job).json()["state"] == "done"
    assert counts(database)["comparisons"] == 1


def test_the_server_works_off_its_jobs(database: Database, by_job: None) -> None:
    state = ""
    with TestClient(make_app(database)) as client:
        job = accepted(client)
        for _ in range(200):
            if (state := client.get(job).json()["state"]) not in {"queued", "running"}:
                break
            time.sleep(0.05)

    assert state == "done"


def test_a_worker_goes_on_after_the_database_could_not_be_had() -> None:
    calls: list[int] = []

    def step() -> bool:
        calls.append(len(calls))
        if len(calls) == 1:
            raise Unavailable("It cannot be had.")
        if len(calls) == 3:
            worker._stopping.set()
        return False

    worker = Worker(step, rest_s=0.01)
    worker.start()
    worker._thread.join(timeout=5)

    assert len(calls) == 3


# Replays.


def test_a_replay_is_bit_identical(client: TestClient) -> None:
    made = created(client)

    assert client.post(made["links"]["replay"]).json() == {"identical": True, "same_code": True, "differences": []}


def test_a_replay_says_where_it_differs(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made = created(client)
    run = service.run_submission

    def changed(submission: Any) -> Any:
        found = run(submission)
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
