"""The routes of webhooks, and the server that sends what they set up."""

import threading

import pytest
from api_requests import make_app
from people import saved_person
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from webhook_receivers import MESSAGE, PATIENCE_S, answers, is_genuine, receiver

from registry.accounts.permissions import Role
from registry.clock import utc_now
from registry.db import Database, write
from registry.evaluators import webhook_service as service

ENDPOINTS = "/api/v1/webhooks/endpoints"
DELIVERIES = "/api/v1/webhooks/deliveries"
HOOK = {"url": "https://hooks.example.org/registry"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def client_of(database: Database, origins: str = "https://hooks.example.org") -> TestClient:
    client = TestClient(make_app(database, webhook_origins=origins), raise_server_exceptions=False)
    client.headers.update(saved_person(database, Role.ADMINISTRATOR).bearer)
    return client


@pytest.fixture
def client(database: Database) -> TestClient:
    return client_of(database)


def announce(database: Database, number: int = 1) -> None:
    def work(session: Session) -> None:
        for _ in range(number):
            service.announce(session, MESSAGE, utc_now())

    write(database, work)


def test_the_secret_is_shown_once(client: TestClient) -> None:
    made = client.post(ENDPOINTS, json=HOOK | {"description": "行业平台"})
    assert made.status_code == 201, made.text
    assert made.json()["secret"].startswith("whsec_")

    shown = client.get(f"{ENDPOINTS}/{made.json()['id']}").json()
    assert shown == {name: value for name, value in made.json().items() if name != "secret"}
    assert client.get(ENDPOINTS).json() == {"endpoints": [shown]}


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.org/", "https://evil.example/", "https://hooks.example.org@evil.example/", "x",
     "https://user:pass@hooks.example.org/", "http://169.254.169.254/latest/meta-data/"],
)  # fmt: skip
def test_an_address_that_is_not_allowed_is_refused(client: TestClient, url: str) -> None:
    refused = client.post(ENDPOINTS, json={"url": url})

    assert refused.status_code == 422
    assert refused.json()["code"] == "webhook-endpoint-rejected"
    assert client.get(ENDPOINTS).json() == {"endpoints": []}


def test_without_the_setting_no_address_is_allowed(database: Database) -> None:
    client = TestClient(make_app(database))
    client.headers.update(saved_person(database, Role.ADMINISTRATOR).bearer)

    assert client.post(ENDPOINTS, json=HOOK).status_code == 422
    assert client.post(ENDPOINTS, json={"url": "http://127.0.0.1:80/"}).status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"url": ""}, {"url": 1}, HOOK | {"secret": "x"}, HOOK | {"description": "a\u202eb"}]
)
def test_a_body_of_another_form_is_refused(client: TestClient, body: dict[str, object]) -> None:
    refused = client.post(ENDPOINTS, json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")


def test_an_endpoint_is_disabled_with_a_reason_and_enabled_again(client: TestClient) -> None:
    address = f"{ENDPOINTS}/{client.post(ENDPOINTS, json=HOOK).json()['id']}"

    assert client.post(f"{address}/disable", json={"reason": " "}).status_code == 422
    disabled = client.post(f"{address}/disable", json={"reason": "repairs"}).json()
    assert disabled["disabled_reason"] == "repairs"
    assert disabled["disabled_at"] is not None
    assert client.post(f"{address}/disable", json={"reason": "again"}).status_code == 409
    assert client.post(f"{address}/enable").json()["disabled_at"] is None
    assert client.post(f"{address}/enable").json()["code"] == "webhook-endpoint-not-in-state"


def test_deliveries_come_page_by_page_and_one_with_its_message(client: TestClient, database: Database) -> None:
    endpoint = client.post(ENDPOINTS, json=HOOK).json()["id"]
    announce(database, 5)

    found, address = [], f"{DELIVERIES}?limit=2&endpoint={endpoint}&state=waiting"
    while address:
        page = client.get(address).json()
        found += page["deliveries"]
        address = page["next"]
    assert len({each["id"] for each in found}) == 5
    whole = client.get(f"{DELIVERIES}/{found[0]['id']}").json()
    assert whole["payload"]["data"] == dict(MESSAGE.data)
    assert (whole["state"], whole["attempts"]) == ("waiting", [])
    assert client.get(f"{DELIVERIES}?state=delivered").json()["deliveries"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("cursor=x", 422, "cursor-rejected"),
        ("cursor=WyJ4IiwieSJd", 422, "cursor-rejected"),
        ("state=lost", 422, "invalid-request"),
        ("limit=0", 422, "invalid-request"),
        ("endpoint=x", 404, "webhook-endpoint-not-found"),
    ],
)
def test_a_list_that_cannot_be_given_is_refused(client: TestClient, query: str, status: int, code: str) -> None:
    refused = client.get(f"{DELIVERIES}?{query}")

    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize("identifier", [NOBODY, "x", "{" + NOBODY + "}"])
def test_what_is_not_there_is_not_found(client: TestClient, identifier: str) -> None:
    for answer in (
        client.get(f"{ENDPOINTS}/{identifier}"),
        client.post(f"{ENDPOINTS}/{identifier}/enable"),
        client.post(f"{ENDPOINTS}/{identifier}/disable", json={"reason": "x"}),
        client.post(f"{ENDPOINTS}/{identifier}/recover", json={"since": "2026-03-01T12:00:00Z"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "webhook-endpoint-not-found")
    for answer in (client.get(f"{DELIVERIES}/{identifier}"), client.post(f"{DELIVERIES}/{identifier}/replay")):
        assert (answer.status_code, answer.json()["code"]) == (404, "webhook-delivery-not-found")


@pytest.mark.parametrize("since", ["yesterday", "2026-03-01", "2026-03-01T12:00:00+08:00", "2026-03-01T12:00:00"])
def test_a_recovery_needs_an_instant_of_utc(client: TestClient, since: str) -> None:
    endpoint = client.post(ENDPOINTS, json=HOOK).json()["id"]

    assert client.post(f"{ENDPOINTS}/{endpoint}/recover", json={"since": since}).status_code == 422


def test_what_happened_while_an_endpoint_was_disabled_is_recovered(client: TestClient, database: Database) -> None:
    endpoint = client.post(ENDPOINTS, json=HOOK).json()["id"]
    client.post(f"{ENDPOINTS}/{endpoint}/disable", json={"reason": "repairs"})
    announce(database, 3)
    client.post(f"{ENDPOINTS}/{endpoint}/enable")

    recovered = client.post(f"{ENDPOINTS}/{endpoint}/recover", json={"since": "2026-03-01T12:00:00Z"})
    assert recovered.json() == {"messages": 3}


def test_a_running_server_sends_and_sends_again(database: Database) -> None:
    arrived = threading.Semaphore(0)

    def behave(handler: object) -> None:
        answers(200)(handler)
        arrived.release()

    with receiver(behave) as target, client_of(database, target.origin) as client:
        made = client.post(ENDPOINTS, json={"url": target.url}).json()
        announce(database)
        assert arrived.acquire(timeout=PATIENCE_S)
        (delivery,) = client.get(f"{DELIVERIES}").json()["deliveries"]
        # What came of it is written down after the receiver has answered.
        for _ in range(1000):
            delivery = client.get(f"{DELIVERIES}/{delivery['id']}").json()
            if delivery["state"] == "delivered":
                break
        replayed = client.post(f"{DELIVERIES}/{delivery['id']}/replay")
        assert replayed.status_code == 201, replayed.text
        assert arrived.acquire(timeout=PATIENCE_S)

        assert replayed.json()["replays"] == delivery["id"]
        assert delivery["attempts"][0]["status"] == 200
        first, second = target.requests
        assert first[0]["webhook-id"] == second[0]["webhook-id"] == delivery["webhook_id"]
        for headers, content in target.requests:
            signed = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
            assert is_genuine(made["secret"], *signed, content)
