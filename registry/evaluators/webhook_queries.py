"""Webhooks in the database: what is due, what was delivered, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select, tuple_, update
from sqlalchemy.orm import Session

from registry.evaluators.webhook_errors import DeliveryNotFound, EndpointNotFound
from registry.evaluators.webhook_models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from registry.evaluators.webhooks import DeliveryState
from registry.keyset import read_uuid

# Where a page ended: the instant and the identifier of its last row.
After = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Filter:
    """None: of all."""

    endpoint_id: UUID | None = None
    state: DeliveryState | None = None


def read_endpoint_id(text: str) -> UUID:
    found = read_uuid(text)
    if found is None:
        raise EndpointNotFound("There is no endpoint under this identifier.")
    return found


def read_delivery_id(text: str) -> UUID:
    found = read_uuid(text)
    if found is None:
        raise DeliveryNotFound("There is no delivery under this identifier.")
    return found


def get_endpoint(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    found = session.get(WebhookEndpoint, endpoint_id)
    if found is None:
        raise EndpointNotFound("There is no endpoint under this identifier.")
    return found


def list_endpoints(session: Session) -> Sequence[WebhookEndpoint]:
    """The newest first, also disabled ones."""
    statement = select(WebhookEndpoint).order_by(WebhookEndpoint.created_at.desc(), WebhookEndpoint.id.desc())
    return session.scalars(statement).all()


def get_delivery(session: Session, delivery_id: UUID) -> tuple[WebhookDelivery, WebhookMessage]:
    found = session.execute(_deliveries().where(WebhookDelivery.id == delivery_id)).one_or_none()
    if found is None:
        raise DeliveryNotFound("There is no delivery under this identifier.")
    return found[0], found[1]


def list_deliveries(
    session: Session, wanted: Filter, *, limit: int, after: After | None = None
) -> Sequence[tuple[WebhookDelivery, WebhookMessage]]:
    """The newest first."""
    key = tuple_(WebhookDelivery.created_at, WebhookDelivery.id)
    statement = _deliveries().order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc()).limit(limit)
    if wanted.endpoint_id is not None:
        statement = statement.where(WebhookDelivery.endpoint_id == wanted.endpoint_id)
    if wanted.state is not None:
        statement = statement.where(WebhookDelivery.state == wanted.state)
    if after is not None:
        statement = statement.where(key < tuple_(*after))
    return [(delivery, message) for delivery, message in session.execute(statement)]


def _deliveries() -> Select[WebhookDelivery, WebhookMessage]:
    return select(WebhookDelivery, WebhookMessage).join(WebhookMessage, WebhookMessage.id == WebhookDelivery.message_id)


def list_attempts(session: Session, delivery_id: UUID) -> Sequence[WebhookAttempt]:
    statement = select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery_id).order_by(WebhookAttempt.number)
    return session.scalars(statement).all()


def due_delivery(session: Session, now: datetime) -> WebhookDelivery | None:
    """The one that has been due longest, of endpoints that are told."""
    statement = (
        select(WebhookDelivery)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookDelivery.state == DeliveryState.WAITING,
            WebhookDelivery.due_at <= now,
            WebhookEndpoint.disabled_at.is_(None),
        )
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(1)
    )
    return session.scalar(statement)


def let_others_rest(session: Session, delivery: WebhookDelivery, until: datetime) -> None:
    """What waits for the same endpoint and would be tried before."""
    statement = (
        update(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == delivery.endpoint_id,
            WebhookDelivery.id != delivery.id,
            WebhookDelivery.state == DeliveryState.WAITING,
            WebhookDelivery.due_at < until,
        )
        .values(due_at=until, version=WebhookDelivery.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(statement)


def was_reached_since(session: Session, delivery: WebhookDelivery) -> bool:
    """Whether the endpoint took another message after this one was made."""
    statement = select(
        exists()
        .where(WebhookAttempt.delivery_id == WebhookDelivery.id, WebhookAttempt.fault == "")
        .where(WebhookDelivery.endpoint_id == delivery.endpoint_id)
        .where(WebhookAttempt.attempted_at >= delivery.created_at)
    )
    return bool(session.scalar(statement))


def is_on_its_way(session: Session, delivery: WebhookDelivery) -> bool:
    """Whether the same message waits for the same endpoint."""
    statement = select(
        exists().where(
            WebhookDelivery.message_id == delivery.message_id,
            WebhookDelivery.endpoint_id == delivery.endpoint_id,
            WebhookDelivery.state == DeliveryState.WAITING,
        )
    )
    return bool(session.scalar(statement))


def missed_messages(session: Session, endpoint_id: UUID, since: datetime) -> Sequence[WebhookMessage]:
    """Made since then, neither delivered to the endpoint nor on their way; the oldest first."""
    had = exists().where(
        WebhookDelivery.message_id == WebhookMessage.id,
        WebhookDelivery.endpoint_id == endpoint_id,
        WebhookDelivery.state != DeliveryState.GIVEN_UP,
    )
    statement = (
        select(WebhookMessage)
        .where(WebhookMessage.created_at >= since, ~had)
        .order_by(WebhookMessage.created_at, WebhookMessage.id)
    )
    return session.scalars(statement).all()
