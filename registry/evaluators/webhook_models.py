"""Tables of webhooks: to whom, what, and what became of each attempt to hand it over."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Versioned

IMMUTABLE = {"info": {"immutable": True}}
_IS_WAITING = text("state = 'waiting'")


class WebhookEndpoint(Versioned, Base):
    """An address that is told of changes of status. sealed_secret: what its messages are signed with, encrypted.

    disabled_at: since when it is told nothing; None while it is told.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", name="disabled_has_a_reason"),
        CheckConstraint("disabled_reason <> ''", name="disabled_reason_is_told"),
        Index(None, "created_at", "id"),
    )

    url: Mapped[str]
    description: Mapped[str]
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]


class WebhookMessage(Base):
    """What is told, the same bytes to every endpoint. payload: canonical JSON."""

    __tablename__ = "webhook_messages"
    __table_args__ = (Index(None, "created_at", "id"), IMMUTABLE)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    type: Mapped[str] = mapped_column(String(60))
    payload: Mapped[str]
    created_at: Mapped[datetime]


class WebhookDelivery(Versioned, Base):
    """One message on its way to one endpoint. tries: attempts begun, also those that the end of a process cut off.

    due_at: not tried before; while one is under way, when it counts as cut off. replays: the delivery that this one
    repeats.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'delivered', 'given_up')", name="state_is_known"),
        CheckConstraint("tries >= 0", name="tries_are_counted"),
        Index(None, "due_at", "id", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
        Index(None, "endpoint_id", "created_at", "id"),
        Index(None, "created_at", "id"),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_messages.id"), index=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"))
    state: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    replays: Mapped[UUID | None] = mapped_column(ForeignKey("webhook_deliveries.id"))


class WebhookAttempt(Base):
    """What came of one attempt. status: of the answer, None where there was none; fault: empty where it was taken."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        CheckConstraint("status IS NOT NULL OR fault <> ''", name="came_to_something"),
        IMMUTABLE,
    )

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempted_at: Mapped[datetime]
    status: Mapped[int | None]
    fault: Mapped[str]
