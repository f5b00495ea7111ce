"""Large inputs become jobs: they are worked off once, whatever becomes of the worker, and not for ever."""

import signal
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import doomed_worker
import pytest
from api_requests import COMPARISONS, client_of, counts, make_app, make_body, make_files
from people import saved_person
from starlette.testclient import TestClient
from warm_processes import start_process

from registry.accounts.permissions import Role
from registry.clock import utc_now
from registry.db import Database, compare_and_set, read, write
from registry.errors import Unavailable
from registry.reliability import api, queries, service
from registry.reliability.models import Job
from registry.workers import Worker


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


@pytest.fixture
def by_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large."""
    monkeypatch.setattr(api, "SYNCHRONOUS_BYTES", 10)


def accepted(client: TestClient, body: dict[str, Any] | None = None) -> str:
    response = client.post(COMPARISONS, json=body or make_body())
    assert response.status_code == 202, response.text
    assert response.headers["retry-after"] == "1"
    assert response.json()["state"] == "queued"
    return str(response.headers["location"])


def id_of(job: str) -> UUID:
    return UUID(job.rsplit("/", 1)[-1])


def attempts(database: Database, job: str) -> int:
    return read(database, lambda session: queries.get_job(session, id_of(job)).attempts)


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


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
    began = utc_now()
    changes = {"state": "running", "worker": "dead", "started_at": began, "heartbeat_at": began}
    write(database, lambda session: compare_and_set(session, Job, id_of(job), 1, **changes))

    assert not queries.work_off(database, lambda: began + timedelta(seconds=59))
    assert queries.work_off(database, lambda: began + timedelta(seconds=61))

    assert client.get(job).json()["state"] == "done"


@pytest.mark.parametrize("run", [doomed_worker.be_killed, doomed_worker.hang])
def test_a_job_that_ends_every_process_is_given_up_and_the_next_one_is_done(
    client: TestClient, database: Database, by_job: None, run: Any
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    doomed, good = accepted(client), accepted(client)
    later = utc_now()
    for attempt in range(1, queries.MOST_ATTEMPTS + 1):
        assert client.get(doomed).json()["state"] == ("queued" if attempt == 1 else "running")
        later += timedelta(minutes=2)
        process = start_process(doomed_worker.main, url, run, later)
        if run is doomed_worker.hang:
            wait_until(lambda attempt=attempt: attempts(database, doomed) == attempt)  # type: ignore[misc]
            process.kill()
        process.join()
        assert (process.exitcode, attempts(database, doomed)) == (-signal.SIGKILL, attempt)

    assert queries.work_off(database, lambda: later + timedelta(minutes=2))

    failed = client.get(doomed).json()
    assert (failed["state"], failed["problem"]["status"], failed["problem"]["code"]) == ("failed", 503, "job-given-up")
    assert "3 times" in failed["problem"]["detail"]
    assert "Idempotency-Key" in failed["problem"]["detail"]
    assert attempts(database, doomed) == queries.MOST_ATTEMPTS
    assert client.get(good).json()["state"] == "done"
    assert not queries.work_off(database, lambda: later + timedelta(days=1))


def test_the_last_attempt_may_still_succeed(client: TestClient, database: Database, by_job: None) -> None:
    job, began = accepted(client), utc_now()
    changes = {"state": "running", "worker": "dead", "started_at": began, "heartbeat_at": began}
    last = queries.MOST_ATTEMPTS - 1
    write(database, lambda session: compare_and_set(session, Job, id_of(job), 1, **changes, attempts=last))

    assert queries.work_off(database, lambda: began + timedelta(seconds=61))

    assert client.get(job).json()["state"] == "done"
    assert attempts(database, job) == queries.MOST_ATTEMPTS


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
    with TestClient(make_app(database), headers=saved_person(database, Role.AUDITOR).bearer) as client:
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
