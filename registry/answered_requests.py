"""Requests that were answered, so that the same one again gets the same answer."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.db import Base, sha256_check
from registry.resending import Answer, Claim, KeyReused


class IdempotencyKey(Base):
    """A request that was answered: the same key again gets the same answer, whatever became of the first one.

    Saved in the transaction of the change itself. scope: who asks, and of which route, since keys are the callers' own.
    response_body: the JSON text as it was sent.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        sha256_check("request_sha256"),
        CheckConstraint("response_status BETWEEN 200 AND 599", name="response_status_is_final"),
        Index(None, "created_at"),
    )

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    response_status: Mapped[int]
    response_location: Mapped[str | None]
    response_body: Mapped[str]
    comparison_id: Mapped[UUID | None] = mapped_column(ForeignKey("comparisons.id"))
    created_at: Mapped[datetime]


def find_answer(session: Session, claim: Claim) -> Answer | None:
    """What this request was answered before; nothing without a key. Raises KeyReused."""
    found = session.get(IdempotencyKey, (claim.scope, claim.key)) if claim.key else None
    if found is None:
        return None
    if found.request_sha256 != claim.request_sha256:
        raise KeyReused("Use a new Idempotency-Key for another request.")
    return Answer(found.response_status, found.response_body, found.response_location, is_replayed=True)


def answer_once(session: Session, claim: Claim, now: datetime, act: Callable[[], Answer]) -> Answer:
    """The earlier answer, else what act does and says, both kept in one transaction: never one without the other."""
    earlier = find_answer(session, claim)
    if earlier is not None:
        return earlier
    answer = act()
    if claim.key:
        session.add(
            IdempotencyKey(
                scope=claim.scope,
                key=claim.key,
                request_sha256=claim.request_sha256,
                response_status=answer.status,
                response_location=answer.location,
                response_body=answer.body,
                created_at=now,
            )
        )
    return answer
