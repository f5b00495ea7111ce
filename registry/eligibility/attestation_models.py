"""Tables of attestations, of the places of scope items in status lists, and of keys. Nothing here ever changes."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check

IMMUTABLE = {"info": {"immutable": True}}


class AttestationKey(Base):
    """A key signs from its first use until that of the next one. kid: thumbprint of public_key."""

    __tablename__ = "attestation_keys"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        CheckConstraint("length(public_key) = 32", name="public_key_is_ed25519"),
        UniqueConstraint("kid"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kid: Mapped[str] = mapped_column(String(43))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    used_from: Mapped[datetime]
    recorded_by: Mapped[str]


class CompromisedKey(Base):
    """From an instant on, others may have signed with a key. The earliest instant that was said counts."""

    __tablename__ = "compromised_keys"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_is_told"), Index(None, "kid"), IMMUTABLE)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kid: Mapped[str] = mapped_column(ForeignKey("attestation_keys.kid"))
    compromised_from: Mapped[datetime]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class StatusIndex(Base):
    """The place of a scope item in the lists of every purpose, for ever."""

    __tablename__ = "status_indexes"
    __table_args__ = (
        CheckConstraint("list_number >= 1", name="list_number_is_positive"),
        CheckConstraint("position >= 0 AND position < 131072", name="position_is_in_the_list"),
        UniqueConstraint("list_number", "position"),
        IMMUTABLE,
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("scope_items.id"), primary_key=True)
    list_number: Mapped[int]
    position: Mapped[int]
    allotted_at: Mapped[datetime]


class Attestation(Base):
    """jws: what was signed, as it was handed out. sha256: of jws."""

    __tablename__ = "attestations"
    __table_args__ = (sha256_check("sha256"), Index(None, "check_id", "issued_at"), IMMUTABLE)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("eligibility_checks.id"))
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey("evaluators.id"), index=True)
    jws: Mapped[str]
    kid: Mapped[str] = mapped_column(ForeignKey("attestation_keys.kid"))
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    person_id: Mapped[UUID | None]
