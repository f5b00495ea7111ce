"""Use cases of webhooks: who is told, what is to be told, telling it, and telling it again.

A change announces itself in its own transaction: it is told if and only if it is saved. Whoever sends comes later,
and may be killed at any moment; so a message is delivered at least once, and may come twice or out of order.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry.accounts.permissions import Actor
from registry.audit.entry import Event
from registry.audit.service import append, take_turn
from registry.db import Database, compare_and_set, read, write
from registry.db_errors import StaleVersion
from registry.entropy import random_bytes
from registry.errors import Unavailable
from registry.evaluators import webhook_queries as queries
from registry.evaluators import webhook_signing as signing
from registry.evaluators.webhook_errors import EndpointNotInState, EndpointRejected, ReplayRefused
from registry.evaluators.webhook_models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.evaluators.webhooks import (
    MOST_TRIES,
    SILENCE,
    DeliveryState,
    Message,
    Outcome,
    answered,
    disabling_reason,
    failed,
    following,
    message_id,
)
from registry.secret_box import SecretBox

PURPOSE = "webhook secrets"
_SYSTEM = "system"
_CUT_OFF = failed("The attempt was cut off by the end of the process.")
_log = logging.getLogger(__name__)


class Sender(Protocol):
    """Goes where the settings allow it and nowhere else."""

    def require_allowed(self, url: str) -> None:
        """Raises Unavailable."""

    def post(self, url: str, content: bytes, headers: dict[str, str]) -> int:
        """The status of the answer. Raises Unavailable."""


def announce(session: Session, message: Message, now: datetime) -> int:
    """Tell it, once this transaction is saved, to all endpoints that are told; gives their number."""
    endpoints = queries.list_endpoints(session)
    if not endpoints:
        return 0
    made = WebhookMessage(id=uuid4(), type=message.type, payload=message.payload(now), created_at=now)
    session.add(made)
    # Its deliveries name it.
    session.flush()
    told = [each for each in endpoints if each.disabled_at is None]
    session.add_all(_delivery(made.id, each.id, now) for each in told)
    session.flush()
    return len(told)


def _delivery(message: UUID, endpoint: UUID, now: datetime, replays: UUID | None = None) -> WebhookDelivery:
    return WebhookDelivery(
        id=uuid4(),
        message_id=message,
        endpoint_id=endpoint,
        state=DeliveryState.WAITING,
        tries=0,
        due_at=now,
        created_at=now,
        replays=replays,
    )


def register(
    session: Session, actor: Actor, asked: tuple[str, str], sender: Sender, box: SecretBox, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """asked: address and description. Gives the endpoint and its secret, which nobody is shown again.

    Raises EndpointRejected.
    """
    take_turn(session)
    url, description = asked
    try:
        sender.require_allowed(url)
    except Unavailable as error:
        raise EndpointRejected(
            f"{error.detail} An operator sets REGISTRY_WEBHOOK_ORIGINS, for example https://hooks.example.org."
        ) from error
    if any(each.url == url and each.disabled_at is None for each in queries.list_endpoints(session)):
        raise EndpointRejected("This address is told already. Disable that endpoint first, or use another address.")
    secret, identifier = random_bytes(signing.SECRET_BYTES), uuid4()
    made = WebhookEndpoint(
        id=identifier,
        version=1,
        url=url,
        description=description,
        sealed_secret=box.seal(secret, str(identifier)),
        created_at=now,
        created_by=actor.log_name,
    )
    session.add(made)
    session.flush()
    _append(session, actor.log_name, "register", made.id, now, {"url": url})
    return made, signing.secret_text(secret)


def disable(session: Session, actor: Actor, endpoint_id: UUID, reason: str, now: datetime) -> WebhookEndpoint:
    """Tell it nothing from now on. Raises EndpointNotFound, EndpointNotInState."""
    take_turn(session)
    found = queries.get_endpoint(session, endpoint_id)
    if found.disabled_at is not None:
        raise EndpointNotInState(f"The endpoint is disabled since {found.disabled_at:%Y-%m-%d %H:%M:%S}Z.")
    _disable(session, actor.log_name, found, reason, now)
    return found


def enable(session: Session, actor: Actor, endpoint_id: UUID, now: datetime) -> WebhookEndpoint:
    """Tell it again, from now on. Raises EndpointNotFound, EndpointNotInState."""
    take_turn(session)
    found = queries.get_endpoint(session, endpoint_id)
    if found.disabled_at is None:
        raise EndpointNotInState("The endpoint is not disabled.")
    compare_and_set(session, WebhookEndpoint, found.id, found.version, disabled_at=None, disabled_reason=None)
    session.refresh(found)
    _append(session, actor.log_name, "enable", found.id, now, {})
    return found


def replay(session: Session, actor: Actor, delivery_id: UUID, now: datetime) -> tuple[WebhookDelivery, WebhookMessage]:
    """The same message to the same endpoint once more, under the same webhook-id.

    Raises DeliveryNotFound, ReplayRefused where it is on its way, EndpointNotInState.
    """
    take_turn(session)
    found, message = queries.get_delivery(session, delivery_id)
    _require_enabled(queries.get_endpoint(session, found.endpoint_id))
    if queries.is_on_its_way(session, found):
        raise ReplayRefused("The message is on its way to this endpoint. Wait for what comes of it.")
    made = _delivery(found.message_id, found.endpoint_id, now, found.id)
    session.add(made)
    session.flush()
    _append(session, actor.log_name, "replay", found.endpoint_id, now, {"delivery": str(found.id)})
    return made, message


def recover(session: Session, actor: Actor, endpoint_id: UUID, since: datetime, now: datetime) -> int:
    """Everything since then that the endpoint has not had; gives the number. Raises EndpointNotFound,
    EndpointNotInState."""
    take_turn(session)
    _require_enabled(queries.get_endpoint(session, endpoint_id))
    missed = queries.missed_messages(session, endpoint_id, since)
    session.add_all(_delivery(each.id, endpoint_id, now) for each in missed)
    session.flush()
    payload = {"since": since.isoformat(), "messages": len(missed)}
    _append(session, actor.log_name, "recover", endpoint_id, now, payload)
    return len(missed)


def _require_enabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        raise EndpointNotInState("The endpoint is disabled. Enable it first.")


def send_due(
    database: Database, sender: Sender, open_box: Callable[[], SecretBox], clock: Callable[[], datetime]
) -> bool:
    """Try the delivery that has been due longest. False where none is due.

    Killed at any moment it leaves the delivery to be tried again; that attempt counts, but came to nothing.
    """
    now = clock()
    if read(database, lambda session: queries.due_delivery(session, now)) is None:
        return False
    claimed = write(database, lambda session: _claim(session, now))
    if claimed is None:
        return True
    delivery, message, endpoint = claimed
    content = message.payload.encode()
    secret = open_box().open(endpoint.sealed_secret, str(endpoint.id))
    signed = signing.headers(secret, message_id(message.id), now, content)
    try:
        outcome = answered(sender.post(endpoint.url, content, signed))
    except Unavailable as error:
        outcome = failed(error.detail)
    try:
        write(database, lambda session: _finish(session, delivery, outcome, now, clock()))
    except StaleVersion:
        _log.info("Delivery %s was taken over by another worker meanwhile.", delivery.id)
    return True


def _claim(session: Session, now: datetime) -> tuple[WebhookDelivery, WebhookMessage, WebhookEndpoint] | None:
    """The next one, not to be tried by anybody else for a while. None where others were quicker."""
    while (found := queries.due_delivery(session, now)) is not None and found.tries >= MOST_TRIES:
        _finish(session, found, _CUT_OFF, now, now)
    if found is None:
        return None
    changes = {"tries": found.tries + 1, "due_at": now + SILENCE}
    compare_and_set(session, WebhookDelivery, found.id, found.version, **changes)
    session.refresh(found)
    _, message = queries.get_delivery(session, found.id)
    return found, message, queries.get_endpoint(session, found.endpoint_id)


def _finish(session: Session, delivery: WebhookDelivery, outcome: Outcome, began: datetime, now: datetime) -> None:
    """Raises StaleVersion where the attempt took so long that another worker has the delivery."""
    then = following(delivery.tries, outcome, now)
    changes = {"state": then.state, "due_at": then.due_at}
    compare_and_set(session, WebhookDelivery, delivery.id, delivery.version, **changes)
    session.add(
        WebhookAttempt(
            delivery_id=delivery.id,
            number=delivery.tries,
            attempted_at=began,
            status=outcome.status,
            fault=outcome.fault,
        )
    )
    session.flush()
    if then.rest_of_others is not None:
        queries.let_others_rest(session, delivery, then.rest_of_others)
    if then.state is DeliveryState.GIVEN_UP:
        _judge(session, delivery, outcome, now)


def _judge(session: Session, delivery: WebhookDelivery, outcome: Outcome, now: datetime) -> None:
    reached = queries.was_reached_since(session, delivery)
    reason = disabling_reason(delivery.tries, outcome, was_reached_since=reached)
    endpoint = queries.get_endpoint(session, delivery.endpoint_id)
    if reason is not None and endpoint.disabled_at is None:
        _disable(session, _SYSTEM, endpoint, reason, now)


def _disable(session: Session, by: str, endpoint: WebhookEndpoint, reason: str, now: datetime) -> None:
    changes = {"disabled_at": now, "disabled_reason": reason}
    compare_and_set(session, WebhookEndpoint, endpoint.id, endpoint.version, **changes)
    session.refresh(endpoint)
    _append(session, by, "disable", endpoint.id, now, {"reason": reason})


def _append(session: Session, by: str, verb: str, endpoint: UUID, now: datetime, payload: dict[str, object]) -> None:
    append(session, Event(by, f"webhook.{verb}", f"webhook_endpoint:{endpoint}", payload), now)
