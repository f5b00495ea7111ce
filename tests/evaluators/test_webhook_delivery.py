"""Webhooks over real connections on this machine: receivers that take, fail, hang, redirect and lie."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import pytest
from sqlalchemy.orm import Session
from webhook_receivers import (
    MESSAGE,
    PATIENCE_S,
    Receiver,
    answers,
    hangs,
    hangs_up,
    is_genuine,
    receiver,
    sends_content_for_ever,
    sends_headers_for_ever,
    speaks_no_http,
)

from registry.accounts.permissions import OPERATOR
from registry.app import create_app
from registry.config import Settings
from registry.db import Database, open_database, read, write
from registry.evaluators import webhook_queries as queries
from registry.evaluators import webhook_service as service
from registry.evaluators.webhooks import SILENCE
from registry.outbound import OriginsRejected, Outbound
from registry.secret_box import SecretBox

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOX = SecretBox(b"k" * 32)


def register_and_announce(database: Database, target: Receiver) -> str:
    outside = Outbound(frozenset({target.origin}))

    def work(session: Session) -> str:
        _, secret = service.register(session, OPERATOR, (target.url, ""), outside, BOX, NOW)
        service.announce(session, MESSAGE, NOW)
        return secret

    return write(database, work)


def send(database: Database, *targets: Receiver, most_seconds: float = 15.0) -> bool:
    outside = Outbound(frozenset(each.origin for each in targets), most_seconds)
    return service.send_due(database, outside, lambda: BOX, lambda: NOW)


def only_attempt(database: Database) -> tuple[str, int | None, str]:
    ((delivery, _),) = read(database, lambda session: queries.list_deliveries(session, queries.Filter(), limit=10))
    (attempt,) = read(database, lambda session: queries.list_attempts(session, delivery.id))
    return delivery.state, attempt.status, attempt.fault


def test_a_receiver_verifies_what_it_is_told(database: Database) -> None:
    with receiver(answers(204)) as target:
        secret = register_and_announce(database, target)
        assert send(database, target)

    ((headers, content),) = target.requests
    signed = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
    assert is_genuine(secret, *signed, content)
    assert headers["content-type"] == "application/json"
    assert json.loads(content)["data"]["name"] == "浙江环评"
    assert only_attempt(database) == ("delivered", 204, "")


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_a_refusal_is_recorded_and_tried_again(database: Database, status: int) -> None:
    with receiver(answers(status)) as target:
        register_and_announce(database, target)
        send(database, target)

    assert only_attempt(database) == ("waiting", status, f"Answered with status {status}.")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(database: Database, status: int) -> None:
    with receiver(answers(200)) as other, receiver(answers(status, ("location", other.url))) as target:
        register_and_announce(database, target)
        send(database, target, other)

        assert other.requests == []
    state, seen, fault = only_attempt(database)
    assert (state, seen) == ("waiting", status)
    assert "redirects are not followed" in fault


@pytest.mark.parametrize("behave", [hangs, sends_headers_for_ever, speaks_no_http, hangs_up])
def test_a_receiver_without_an_answer_is_left(database: Database, behave: Callable[[Any], None]) -> None:
    with receiver(behave) as target:
        register_and_announce(database, target)
        send(database, target, most_seconds=0.3)

        assert len(target.requests) == 1
    state, status, fault = only_attempt(database)
    assert (state, status) == ("waiting", None)
    assert "cannot be reached" in fault


def test_what_a_receiver_says_beside_the_status_is_not_read(database: Database) -> None:
    with receiver(sends_content_for_ever) as target:
        register_and_announce(database, target)
        send(database, target)

    assert only_attempt(database) == ("delivered", 200, "")


def test_nobody_listens(database: Database) -> None:
    with receiver(answers(200)) as target:
        register_and_announce(database, target)
    send(database, target)

    assert only_attempt(database)[1] is None


def test_an_origin_that_is_no_longer_allowed_is_not_asked(database: Database) -> None:
    with receiver(answers(200)) as target:
        register_and_announce(database, target)
        send(database)

        assert target.requests == []
    state, status, fault = only_attempt(database)
    assert (state, status) == ("waiting", None)
    assert "not among the hosts that the settings allow" in fault


def test_a_failing_receiver_does_not_keep_others_waiting(database: Database) -> None:
    with receiver(hangs_up) as bad, receiver(answers(200)) as good:
        outside = Outbound(frozenset({bad.origin, good.origin}))
        for each in (bad, good):
            write(database, lambda s, url=each.url: service.register(s, OPERATOR, (url, ""), outside, BOX, NOW))  # type: ignore[misc]
        for _ in range(5):
            write(database, lambda session: service.announce(session, MESSAGE, NOW))
        while send(database, bad, good):
            """Until nothing is due."""

        assert len(good.requests) == 5
        assert len(bad.requests) == 1


def kill_sender(url: str, origin: str) -> None:
    """Dies when its message has arrived, before it can write down what came of it."""

    class Deadly(Outbound):
        def post(self, url: str, content: bytes, headers: Any) -> int:
            super().post(url, content, headers)
            os.kill(os.getpid(), signal.SIGKILL)
            return 0

    with closing(open_database(url)) as opened:
        service.send_due(opened, Deadly(frozenset({origin})), lambda: BOX, lambda: NOW)


@pytest.mark.slow
def test_a_sender_that_is_killed_leaves_the_message_to_the_next(database: Database, database_url: str) -> None:
    with receiver(answers(200)) as target:
        register_and_announce(database, target)
        process = get_context("spawn").Process(target=kill_sender, args=(database_url, target.origin))
        process.start()
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
        later = NOW + SILENCE
        service.send_due(database, Outbound(frozenset({target.origin})), lambda: BOX, lambda: later)

    first, second = target.requests
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]
    assert only_attempt(database) == ("delivered", 200, "")


def test_a_server_does_not_start_with_a_setting_that_names_no_origin() -> None:
    with pytest.raises(OriginsRejected, match="REGISTRY_WEBHOOK_ORIGINS"):
        create_app(Settings(webhook_origins="http://hooks.example.org"))
