"""Who is told what, how often it is tried, and when an endpoint is told nothing more; on both engines."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from vetting_samples import make_scope, make_vetting

from registry.accounts.permissions import OPERATOR
from registry.audit.models import Entry, Payload
from registry.db import Database, read, write
from registry.entropy import random_bytes
from registry.evaluators import webhook_queries as queries
from registry.evaluators import webhook_service as service
from registry.evaluators.qualification import EventType
from registry.evaluators.webhook_errors import (
    DeliveryNotFound,
    EndpointNotFound,
    EndpointNotInState,
    EndpointRejected,
    ReplayRefused,
)
from registry.evaluators.webhook_models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.evaluators.webhooks import (
    MOST_TRIES,
    RESTS,
    SILENCE,
    DeliveryState,
    StatusChange,
    answered,
    failed,
    following,
    message_of,
)
from registry.json_text import parse_json
from registry.outbound import Outbound, OutboundFailed
from registry.secret_box import SecretBox, SecretUnreadable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOOK = "https://hooks.example.org/registry"
BOX = SecretBox(b"k" * 32)
CHANGE = StatusChange(
    evaluator="ev-000001",
    type=EventType.SUSPEND,
    decision_id="d-1",
    items=("i-1", "i-2"),
    seqs=(7, 8),
    decided_on=date(2026, 2, 27),
    effective_from=date(2026, 3, 1),
    published_at=NOW,
    next_change_on=date(2026, 6, 2),
)


@dataclass
class Network:
    """Stands for the network, as no test reaches it: answers with one status after the other, the last one for ever."""

    statuses: list[int | None] = field(default_factory=lambda: [200])
    sent: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    allowed: Outbound = field(default_factory=lambda: Outbound(frozenset({"https://hooks.example.org"})))

    def require_allowed(self, url: str) -> None:
        self.allowed.require_allowed(url)

    def post(self, url: str, content: bytes, headers: dict[str, str]) -> int:
        self.sent.append((url, content, headers))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            raise OutboundFailed("It hangs.")
        return status


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def registered(session: Session, url: str = HOOK, now: datetime = NOW) -> WebhookEndpoint:
    return service.register(session, OPERATOR, (url, ""), Network(), BOX, now)[0]


def announced(session: Session, now: datetime = NOW) -> int:
    return service.announce(session, message_of(CHANGE), now)


def all_deliveries(session: Session) -> list[WebhookDelivery]:
    return [each for each, _ in queries.list_deliveries(session, queries.Filter(), limit=1000)]


def send(database: Database, network: Network, clock: Callable[[], datetime]) -> bool:
    return service.send_due(database, network, lambda: BOX, clock)


def told_until_its_end(database: Database, network: Network, clock: Clock) -> list[datetime]:
    """Sends whenever something is due, and gives the instants of the attempts."""
    instants: list[datetime] = []
    while True:
        waiting = [each for each in read(database, all_deliveries) if each.state == DeliveryState.WAITING]
        if not waiting or read(database, queries.list_endpoints)[0].disabled_at is not None:
            return instants
        clock.now = max(clock.now, min(each.due_at for each in waiting))
        assert send(database, network, clock)
        instants.append(clock.now)


def test_an_endpoint_needs_an_allowed_origin(session: Session) -> None:
    with pytest.raises(EndpointRejected, match="REGISTRY_WEBHOOK_ORIGINS"):
        registered(session, "https://evil.example/hook")

    assert not queries.list_endpoints(session)


def test_the_secret_is_kept_encrypted_and_bound_to_its_endpoint(session: Session) -> None:
    made, secret = service.register(session, OPERATOR, (HOOK, "x"), Network(), BOX, NOW)
    other = registered(session, HOOK + "/other")

    assert secret.startswith("whsec_")
    assert BOX.open(made.sealed_secret, str(made.id)) != BOX.open(other.sealed_secret, str(other.id))
    assert secret.removeprefix("whsec_").encode() not in made.sealed_secret
    assert secret not in str(session.scalars(select(Payload.content)).all())


def test_an_address_is_told_by_one_endpoint(session: Session) -> None:
    first = registered(session)
    with pytest.raises(EndpointRejected, match="told already"):
        registered(session)
    service.disable(session, OPERATOR, first.id, "moved", NOW)

    assert registered(session).url == HOOK


def test_a_change_is_told_to_every_endpoint_that_is_enabled(session: Session) -> None:
    told, other = registered(session), registered(session, HOOK + "/other")
    service.disable(session, OPERATOR, other.id, "moved", NOW)

    assert announced(session) == 1
    assert [each.endpoint_id for each in all_deliveries(session)] == [told.id]
    _, message = queries.list_deliveries(session, queries.Filter(), limit=1)[0]
    assert parse_json(message.payload.encode(), file="x") == {
        "type": "qualification.suspend",
        "timestamp": "2026-03-01T12:00:00Z",
        "data": {
            "evaluator": "ev-000001", "decision_id": "d-1", "items": ["i-1", "i-2"], "seqs": [7, 8],
            "decided_on": "2026-02-27", "effective_from": "2026-03-01", "published_at": "2026-03-01T12:00:00Z",
            "next_change_on": "2026-06-02",
        },
    }  # fmt: skip


def test_without_endpoints_nothing_is_written(session: Session) -> None:
    assert announced(session) == 0
    assert session.scalar(select(func.count()).select_from(WebhookMessage)) == 0


def test_a_change_that_is_not_saved_is_not_told(database: Database) -> None:
    write(database, registered)

    def undecided(session: Session) -> None:
        announced(session)
        raise EndpointNotFound("as if the decision failed")

    with pytest.raises(EndpointNotFound):
        write(database, undecided)
    assert read(database, all_deliveries) == []
    assert not send(database, Network(), Clock())


def test_a_delivery_is_signed_with_the_endpoints_secret_and_sent_once(database: Database) -> None:
    write(database, registered)
    write(database, announced)
    network, clock = Network(), Clock()

    assert send(database, network, clock)
    assert not send(database, network, clock)
    ((url, content, headers),) = network.sent
    delivery, message = read(database, lambda session: queries.list_deliveries(session, queries.Filter(), limit=1))[0]
    assert (url, content) == (HOOK, message.payload.encode())
    assert headers["webhook-id"] == f"msg_{message.id.hex}"
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 1)
    (attempt,) = read(database, lambda session: queries.list_attempts(session, delivery.id))
    assert (attempt.number, attempt.status, attempt.fault, attempt.attempted_at) == (1, 200, "", NOW)


def test_failures_are_tried_again_after_growing_rests_and_then_given_up(database: Database) -> None:
    write(database, registered)
    write(database, announced)
    clock = Clock()

    instants = told_until_its_end(database, Network([500, None, 302, 429, 503]), clock)

    assert tuple(after - before for before, after in pairwise(instants)) == RESTS
    (delivery,) = read(database, all_deliveries)
    assert (delivery.state, delivery.tries) == (DeliveryState.GIVEN_UP, MOST_TRIES)
    attempts = read(database, lambda session: queries.list_attempts(session, delivery.id))
    assert [each.number for each in attempts] == list(range(1, MOST_TRIES + 1))
    assert [each.status for each in attempts] == [500, None, 302, 429, 503, 503, 503, 503]
    assert attempts[1].fault == "It hangs."
    assert "redirects are not followed" in attempts[2].fault


def test_an_endpoint_that_took_nothing_meanwhile_is_disabled_with_the_reason(database: Database) -> None:
    endpoint = write(database, registered)
    write(database, announced)

    told_until_its_end(database, Network([503]), Clock())

    after = read(database, lambda session: queries.get_endpoint(session, endpoint.id))
    assert after.disabled_reason is not None
    assert "8 attempts" in after.disabled_reason
    assert "503" in after.disabled_reason
    newest = read(database, lambda session: session.scalars(select(Entry.entry).order_by(Entry.index.desc())).first())
    assert newest is not None
    entry = parse_json(newest.encode(), file="x")
    assert (entry["actor"], entry["action"]) == ("system", "webhook.disable")


def test_an_endpoint_that_took_another_message_goes_on(database: Database) -> None:
    endpoint = write(database, registered)
    write(database, announced)
    clock = Clock()
    send(database, Network([500]), clock)
    clock.now += timedelta(seconds=1)
    write(database, lambda session: announced(session, clock.now))
    send(database, Network(), clock)

    told_until_its_end(database, Network([500]), clock)

    assert read(database, lambda session: queries.get_endpoint(session, endpoint.id)).disabled_at is None


def test_a_receiver_that_is_gone_is_disabled_at_once(database: Database) -> None:
    endpoint = write(database, registered)
    write(database, announced)
    send(database, Network([410]), Clock())

    assert read(database, lambda session: queries.get_endpoint(session, endpoint.id)).disabled_at == NOW


def test_what_else_waits_for_a_failing_endpoint_rests_and_other_endpoints_go_on(database: Database) -> None:
    write(database, registered)
    for _ in range(3):
        write(database, announced)
    network, clock = Network([None]), Clock()
    send(database, network, clock)

    assert not send(database, network, clock)
    write(database, lambda session: registered(session, HOOK + "/other"))
    write(database, announced)
    network.statuses = [200]
    assert send(database, network, clock)
    assert network.sent[-1][0] in {HOOK, HOOK + "/other"}


def test_nothing_is_sent_to_a_disabled_endpoint_and_what_waited_goes_on_once_it_is_enabled(database: Database) -> None:
    endpoint = write(database, registered)
    write(database, announced)
    write(database, lambda session: service.disable(session, OPERATOR, endpoint.id, "repairs", NOW))
    network, clock = Network(), Clock()

    assert not send(database, network, clock)
    write(database, lambda session: service.enable(session, OPERATOR, endpoint.id, NOW))
    assert send(database, network, clock)
    assert len(network.sent) == 1


def test_enabling_and_disabling_need_the_other_state(session: Session) -> None:
    endpoint = registered(session)
    with pytest.raises(EndpointNotInState):
        service.enable(session, OPERATOR, endpoint.id, NOW)
    service.disable(session, OPERATOR, endpoint.id, "repairs", NOW)
    with pytest.raises(EndpointNotInState, match="2026-03-01"):
        service.disable(session, OPERATOR, endpoint.id, "repairs", NOW)

    assert service.enable(session, OPERATOR, endpoint.id, NOW).disabled_reason is None


def test_a_replay_repeats_the_message_under_its_identifier(database: Database) -> None:
    write(database, registered)
    write(database, announced)
    network, clock = Network(), Clock()
    send(database, network, clock)
    (first,) = read(database, all_deliveries)
    made, _ = write(database, lambda session: service.replay(session, OPERATOR, first.id, NOW))
    clock.now += timedelta(hours=1)
    send(database, network, clock)

    (_, content, headers), (_, content_again, headers_again) = network.sent
    assert made.replays == first.id
    assert content_again == content
    assert headers_again["webhook-id"] == headers["webhook-id"]
    assert headers_again["webhook-timestamp"] != headers["webhook-timestamp"]
    assert {each.state for each in read(database, all_deliveries)} == {DeliveryState.DELIVERED}


def test_what_is_on_its_way_or_goes_nowhere_is_not_replayed(session: Session) -> None:
    endpoint = registered(session)
    announced(session)
    (waiting,) = all_deliveries(session)

    with pytest.raises(ReplayRefused):
        service.replay(session, OPERATOR, waiting.id, NOW)
    service.disable(session, OPERATOR, endpoint.id, "repairs", NOW)
    with pytest.raises(EndpointNotInState):
        service.replay(session, OPERATOR, waiting.id, NOW)
    with pytest.raises(DeliveryNotFound):
        service.replay(session, OPERATOR, endpoint.id, NOW)


def test_a_recovery_sends_what_the_endpoint_has_not_had(database: Database) -> None:
    endpoint = write(database, registered)
    clock = Clock()
    write(database, announced)
    send(database, Network(), clock)
    write(database, lambda session: service.disable(session, OPERATOR, endpoint.id, "repairs", NOW))
    for day in (1, 2, 3):
        write(database, lambda session, day=day: announced(session, NOW + timedelta(days=day)))  # type: ignore[misc]
    clock.now += timedelta(days=4)
    write(database, lambda session: service.enable(session, OPERATOR, endpoint.id, clock.now))

    def recover(since: datetime) -> int:
        return write(database, lambda session: service.recover(session, OPERATOR, endpoint.id, since, clock.now))

    assert recover(NOW + timedelta(days=2)) == 2
    assert recover(NOW) == 1
    assert recover(NOW) == 0
    network = Network()
    while send(database, network, clock):
        """Until nothing is due."""
    assert len({headers["webhook-id"] for _, _, headers in network.sent}) == 3


def test_an_attempt_that_was_cut_off_is_made_again_and_counts(database: Database) -> None:
    write(database, registered)
    write(database, announced)
    clock = Clock()

    class Killed(BaseException):
        """As the end of the process."""

    class Deadly(Network):
        def post(self, *_: Any) -> int:
            raise Killed

    for _ in range(MOST_TRIES):
        with pytest.raises(Killed):
            send(database, Deadly(), clock)
        assert not send(database, Network(), clock)
        clock.now += SILENCE
    network = Network()
    send(database, network, clock)

    assert network.sent == []
    (delivery,) = read(database, all_deliveries)
    assert delivery.state == DeliveryState.GIVEN_UP
    attempts = read(database, lambda session: queries.list_attempts(session, delivery.id))
    assert [each.fault for each in attempts] == ["The attempt was cut off by the end of the process."]


def test_of_two_workers_the_late_one_changes_nothing(database: Database) -> None:
    write(database, registered)
    write(database, announced)
    clock = Clock()

    class Slow(Network):
        def post(self, *_: Any) -> int:
            clock.now += SILENCE
            assert send(database, Network([200]), clock)
            return 500

    assert send(database, Slow(), clock)
    (delivery,) = read(database, all_deliveries)
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 2)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_every_status_of_success_is_one(status: int) -> None:
    assert answered(status).fault == ""


@pytest.mark.parametrize("status", [100, 199, 300, 301, 304, 308, 400, 404, 429, 500, 599, 0, 999])
def test_no_other_status_is(status: int) -> None:
    assert answered(status).fault
    assert following(1, answered(status), NOW).state is DeliveryState.WAITING


def test_a_long_fault_is_cut() -> None:
    assert len(failed("x" * 10_000).fault) == 300


def test_a_secret_of_another_installation_does_not_open(database: Database) -> None:
    write(database, registered)
    write(database, announced)
    with pytest.raises(SecretUnreadable):
        service.send_due(database, Network(), lambda: SecretBox(random_bytes(32)), Clock())


def test_a_decision_is_told_in_its_own_transaction(session: Session, tmp_path: Path) -> None:
    vetting = make_vetting(session, tmp_path)
    items = vetting.granted(make_scope("agri"), make_scope("env"))
    registered(session)

    recorded = vetting.suspend(items, "2026-03-01")

    (message,) = session.scalars(select(WebhookMessage)).all()
    told = parse_json(message.payload.encode())
    assert message.type == "qualification.suspend"
    assert told["data"]["decision_id"] == str(recorded.decision_id)
    assert told["data"]["items"] == [str(each.item_id) for each in recorded.events]
    assert told["data"]["effective_from"] == "2026-03-01"
