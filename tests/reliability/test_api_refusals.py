"""Addresses and origins that the API refuses, and what it says without a database."""

import time
from contextlib import closing
from uuid import uuid4

import pytest
from api_requests import COMPARISONS, assert_problem, client_of, counts, make_app, make_body, make_files, stranger_of
from people import saved_person
from sqlalchemy import text
from starlette.testclient import TestClient

from registry import db_state, keyset
from registry.accounts.permissions import Role
from registry.db import Database, open_database, write
from registry.reliability import api


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


@pytest.mark.parametrize(
    "path",
    [
        "?limit=0",
        "?limit=1001",
        "?limit=x",
        "?limit=1&limit=2",
        "?offset=1",
        "?sort=secret",
        "?cursor=abc",
        "?cursor=",
        f"?cursor={'a' * 501}",
        f"?cursor={keyset.encode_cursor(1)}",
        f"?cursor={keyset.encode_cursor('2026-03-01', 'x')}",
        f"?cursor={keyset.encode_cursor('2026-03-01T00:00:00', '00000000-0000-0000-0000-000000000000')}",
        f"?cursor={keyset.encode_cursor('0001-01-01T00:00:00+14:00', '00000000-0000-0000-0000-000000000000')}",
    ],
)
def test_an_address_that_asks_for_something_unknown_is_refused(client: TestClient, path: str) -> None:
    response = client.get(COMPARISONS + path)

    assert_problem(response, 422, response.json()["code"])
    assert response.json()["errors"][0]["column"]


def test_unknown_parameters_are_refused_everywhere(client: TestClient) -> None:
    links = client.post(COMPARISONS, json=make_body()).json()["links"]
    big = keyset.encode_cursor(10**30)

    for address in (*(links[name] for name in ("self", "result", "pairs", "pairs_csv", "unpaired_csv")), COMPARISONS):
        assert_problem(client.get(f"{address}?x=1"), 422, "unknown-parameter")
    assert_problem(client.post(f"{links['replay']}?x=1"), 422, "unknown-parameter")
    assert_problem(client.post(f"{COMPARISONS}?dryrun=true", json=make_body()), 422, "unknown-parameter")
    assert_problem(client.get(f"{links['pairs']}?cursor={big}"), 422, "cursor-rejected")
    assert client.get(f"{links['pairs']}?cursor={keyset.encode_cursor(2**53 - 1)}").json()["pairs"] == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("PUT", COMPARISONS, 405, "method-not-allowed"),
        ("DELETE", f"{COMPARISONS}/x", 405, "method-not-allowed"),
    ],
)
def test_what_the_framework_refuses_is_a_problem(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    response = client.request(method, path, headers={"x-http-method-override": "GET"})

    assert_problem(response, status, code)
    assert (status == 405) == ("allow" in response.headers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://testserver"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 201),
        ({}, 201),
    ],
)
def test_a_page_of_another_site_cannot_record(client: TestClient, headers: dict[str, str], status: int) -> None:
    response = client.post(COMPARISONS, files=make_files(), headers=headers)

    assert response.status_code == status, response.text
    assert client.get(COMPARISONS, headers=headers).status_code == 200


# Without a database, or with one that is not ready.


def test_without_a_database_the_api_says_what_to_do_and_the_pages_work() -> None:
    client = client_of(None)

    problem = assert_problem(client.get(COMPARISONS), 503, "database-unavailable")

    assert "registry db upgrade" in problem["detail"]
    assert_problem(client.post(COMPARISONS, json=make_body()), 503, "database-unavailable")
    assert client.get("/").status_code == 200
    assert client.get("/api").status_code == 200


def test_a_database_without_tables_is_a_503_that_says_what_to_do(empty_url: str) -> None:
    with closing(open_database(empty_url, create=True)) as database:
        client = stranger_of(database)
        answers = [
            client.get(COMPARISONS),
            client.get(f"{COMPARISONS}/{uuid4()}/pairs"),
            client.get(f"/api/v1/jobs/{uuid4()}"),
            client.post(COMPARISONS, json=make_body()),
            client.post(COMPARISONS, json=make_body(), headers={"idempotency-key": "a-1"}),
        ]

    for each in answers:
        assert "registry db upgrade" in assert_problem(each, 503, "database-tables-differ")["detail"]


def test_a_database_of_another_revision_is_a_503(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "SYNCHRONOUS_BYTES", 10)
    write(database, lambda session: session.execute(text("ALTER TABLE jobs RENAME COLUMN attempts TO tries")))
    client = client_of(database)

    assert_problem(client.post(COMPARISONS, json=make_body()), 503, "database-tables-differ")
    assert set(counts(database).values()) == {0}
    assert client.get(COMPARISONS).status_code == 200


def test_a_server_that_was_there_before_the_tables_works_off_jobs_after_the_upgrade(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api, "SYNCHRONOUS_BYTES", 10)
    give_up_at = time.monotonic() + 60
    with closing(open_database(empty_url, create=True)) as database, TestClient(make_app(database)) as client:
        while "The worker could not go on" not in caplog.text and time.monotonic() < give_up_at:
            time.sleep(0.02)
        db_state.upgrade(database)
        client.headers.update(saved_person(database, Role.AUDITOR).bearer)
        job = client.post(COMPARISONS, json=make_body()).headers["location"]
        while client.get(job).json()["state"] in {"queued", "running"} and time.monotonic() < give_up_at:
            time.sleep(0.05)
        state = client.get(job).json()["state"]

    assert "The worker could not go on" in caplog.text
    assert state == "done"
