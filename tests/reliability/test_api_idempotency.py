"""A request of the API that comes twice, under a key or without one, also at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from api_requests import COMPARISONS, NOTHING, assert_problem, client_of, counts, make_body
from starlette.testclient import TestClient

from registry.db import Database


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


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
