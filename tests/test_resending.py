"""A comparison that is handed in again, because its answer was lost, is recorded once and answered as before.

A real server over real HTTP: answers are not waited for, and the server is killed between its commit and its answer.
REGISTRY_RESENDINGS raises the number of submissions for each engine.
"""

import http.client
import json
import os
import random
from collections.abc import Iterator

import pytest
from api_requests import counts, make_body
from builders import make_check, make_report
from live_server import DIES, LiveServer, Nursery

from registry.db import Database

SUBMISSIONS = int(os.environ.get("REGISTRY_RESENDINGS", "40"))
DEATHS = max(3, SUBMISSIONS // 50)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("servers") / "log.txt") as opened:
        yield opened


@pytest.fixture
def server(nursery: Nursery, database_url: str) -> Iterator[LiveServer]:
    with nursery.serve(database_url) as started:
        yield started


def body_about(number: int) -> bytes:
    site = {"site_id": f"site {number}"}
    return json.dumps(make_body(reports=[make_report(**site)], spot_checks=[make_check(**site)])).encode()


def key_of(number: int) -> dict[str, str]:
    return {"idempotency-key": f"submission-{number}"}


def lose_the_answer(server: LiveServer, number: int, *, is_deadly: bool) -> None:
    if not is_deadly:
        server.send_and_leave(body_about(number), key_of(number))
        return
    with pytest.raises((OSError, http.client.HTTPException)):
        server.hand_in(body_about(number), key_of(number) | DIES)
    server.wait_for_end()
    server.start()


def test_what_is_sent_again_is_recorded_once_with_one_receipt(server: LiveServer, database: Database) -> None:
    rng = random.Random(SUBMISSIONS)
    deadly = set(rng.sample(range(SUBMISSIONS), DEATHS))
    sent, replayed = 0, 0
    for number in range(SUBMISSIONS):
        times = rng.randint(2 if number in deadly else 1, 4)
        receipts = set()
        for time in range(times):
            sent += 1
            if time < times - 1 and (number in deadly or rng.random() < 0.5):
                lose_the_answer(server, number, is_deadly=number in deadly and time == 0)
                continue
            answer = server.hand_in(body_about(number), key_of(number))
            assert answer.status == 201, answer.body
            replayed += "idempotency-replayed" in answer.headers
            receipts.add((answer.body, answer.headers["location"]))
        assert len(receipts) == 1

    assert counts(database)["comparisons"] == counts(database)["idempotency_keys"] == SUBMISSIONS < sent
    # What a killed server had committed was found again.
    assert replayed >= DEATHS


def test_a_key_is_refused_for_another_body_also_after_a_restart(server: LiveServer, database: Database) -> None:
    numbers = range(max(5, SUBMISSIONS // 10))
    receipts = [server.hand_in(body_about(number), key_of(number)).body for number in numbers]
    server.kill()
    server.start()

    others = [server.hand_in(body_about(number + 1), key_of(number)) for number in numbers]
    again = [server.hand_in(body_about(number), key_of(number)).body for number in numbers]

    assert {(each.status, json.loads(each.body)["code"]) for each in others} == {(409, "idempotency-key-reused")}
    assert again == receipts
    assert counts(database)["comparisons"] == len(numbers)


def test_without_keys_the_same_body_is_recorded_each_time(server: LiveServer, database: Database) -> None:
    """So that the tests above could fail."""
    with pytest.raises((OSError, http.client.HTTPException)):
        server.hand_in(body_about(0), DIES)
    server.wait_for_end()
    server.start()
    again = server.hand_in(body_about(0), {})

    assert again.status == 201
    assert counts(database)["comparisons"] == 2
