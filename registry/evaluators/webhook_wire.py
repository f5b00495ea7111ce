"""What crosses HTTP about webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from registry.evaluators.webhook_models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.evaluators.webhooks import message_id
from registry.json_models import In, Out, VisibleText
from registry.json_text import parse_json
from registry.keyset import read_instant


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("say something")
    return text


def _instant(text: str) -> str:
    if read_instant(text) is None:
        raise ValueError("this is no instant of UTC; write it as 2026-03-01T12:00:00Z")
    return text


class EndpointIn(In):
    """url: of an origin that REGISTRY_WEBHOOK_ORIGINS names."""

    url: Annotated[VisibleText, Field(min_length=1, max_length=2000)]
    description: Annotated[VisibleText, Field(max_length=500)] = ""


class DisablingIn(In):
    reason: Annotated[VisibleText, Field(min_length=1, max_length=500), AfterValidator(_said)]


class RecoveryIn(In):
    """since: an instant of UTC, as 2026-03-01T12:00:00Z."""

    since: Annotated[str, Field(max_length=40), AfterValidator(_instant)]


class EndpointOut(Out):
    """disabled_at: since when it is told nothing, null while it is told; disabled_reason says why."""

    id: str
    url: str
    description: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None


class NewEndpointOut(EndpointOut):
    """secret: with which the receiver verifies messages. It is shown only in this answer."""

    secret: str


class EndpointListOut(Out):
    """The newest first."""

    endpoints: list[EndpointOut]


class RecoveryOut(Out):
    """messages: how many are on their way now."""

    messages: int


class DeliveryOut(Out):
    """webhook_id: the same for every attempt and replay of a message. due_at: of the next attempt, null after the last.

    tries: attempts begun. replays: the delivery that this one repeats.
    """

    id: str
    endpoint: str
    webhook_id: str
    type: str
    state: str
    tries: int
    due_at: datetime | None
    created_at: datetime
    replays: str | None


class AttemptOut(Out):
    """status: of the answer, null where there was none. fault: empty where the message was taken."""

    number: int
    attempted_at: datetime
    status: int | None
    fault: str


class WholeDeliveryOut(DeliveryOut):
    """An attempt that the end of a process cut off is counted in tries and missing here."""

    payload: Any
    attempts: list[AttemptOut]


class DeliveryListOut(Out):
    """The newest first. next: the address of the following page, null on the last one."""

    deliveries: list[DeliveryOut]
    next: str | None


def since_of(wanted: RecoveryIn) -> datetime:
    found = read_instant(wanted.since)
    assert found is not None
    return found


def endpoint_out(endpoint: WebhookEndpoint) -> EndpointOut:
    return EndpointOut(**_of_endpoint(endpoint))


def new_endpoint_out(endpoint: WebhookEndpoint, secret: str) -> NewEndpointOut:
    return NewEndpointOut(**_of_endpoint(endpoint), secret=secret)


def _of_endpoint(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": str(endpoint.id),
        "url": endpoint.url,
        "description": endpoint.description,
        "created_at": endpoint.created_at,
        "disabled_at": endpoint.disabled_at,
        "disabled_reason": endpoint.disabled_reason,
    }


def delivery_out(delivery: WebhookDelivery, message: WebhookMessage) -> DeliveryOut:
    return DeliveryOut(**_of_delivery(delivery, message))


def whole_delivery_out(
    delivery: WebhookDelivery, message: WebhookMessage, attempts: Sequence[WebhookAttempt]
) -> WholeDeliveryOut:
    return WholeDeliveryOut(
        **_of_delivery(delivery, message),
        payload=parse_json(message.payload.encode(), file="the message"),
        attempts=[
            AttemptOut(number=each.number, attempted_at=each.attempted_at, status=each.status, fault=each.fault)
            for each in attempts
        ],
    )


def _of_delivery(delivery: WebhookDelivery, message: WebhookMessage) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "endpoint": str(delivery.endpoint_id),
        "webhook_id": message_id(message.id),
        "type": message.type,
        "state": delivery.state,
        "tries": delivery.tries,
        "due_at": delivery.due_at if delivery.state == "waiting" else None,
        "created_at": delivery.created_at,
        "replays": None if delivery.replays is None else str(delivery.replays),
    }
