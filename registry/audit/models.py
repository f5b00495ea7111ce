"""Tables of the log. Hashes are the 32 bytes of SHA-256; texts that are hashed are kept as they were written.

Two kinds of rows ever change: the one head moves on, and a payload is removed to erase it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base

IMMUTABLE = {"info": {"immutable": True}}


def _has_length(column: str, length: int) -> CheckConstraint:
    return CheckConstraint(f"length({column}) = {length}", name=f"{column}_has_{length}_bytes")


class Head(Base):
    """The one row that every writer changes, so that two never append at the same place.

    frontier: roots of the complete subtrees that the entries fill, the largest first, 32 bytes each.
    """

    __tablename__ = "audit_heads"
    __table_args__ = (
        CheckConstraint("id = 1", name="is_the_only_one"),
        CheckConstraint("size >= 0", name="size_is_not_negative"),
        CheckConstraint("length(frontier) % 32 = 0", name="frontier_is_whole"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int]
    frontier: Mapped[bytes]


class Entry(Base):
    """entry: canonical text; leaf: SHA-256 of a zero byte, the salt and the text. subject repeats the text's own."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint('"index" >= 0', name="index_is_not_negative"),
        _has_length("salt", 16),
        _has_length("leaf", 32),
        Index(None, "subject", "index"),
        IMMUTABLE,
    )

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[str]
    salt: Mapped[bytes]
    leaf: Mapped[bytes]
    subject: Mapped[str]


class Payload(Base):
    """What may hold personal data: the entry holds SHA-256 of salt and content. The row is removed to erase it."""

    __tablename__ = "audit_payloads"
    __table_args__ = (_has_length("salt", 16), {"info": {"immutable": True, "but": "delete"}})

    entry_index: Mapped[int] = mapped_column(ForeignKey("audit_entries.index"), primary_key=True, autoincrement=False)
    salt: Mapped[bytes]
    content: Mapped[str]


class Node(Base):
    """The root of a complete subtree of 2**level entries, the place-th of its level; level 0 is in the entries."""

    __tablename__ = "audit_nodes"
    __table_args__ = (
        CheckConstraint("level >= 1 AND place >= 0", name="is_within_the_tree"),
        _has_length("hash", 32),
        IMMUTABLE,
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class SignedCheckpoint(Base):
    """note: the checkpoint with the log's own signature, as it was published."""

    __tablename__ = "audit_checkpoints"
    __table_args__ = (CheckConstraint("size >= 1", name="size_is_positive"), IMMUTABLE)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str]
    signed_at: Mapped[datetime]


class Cosignature(Base):
    """A witness's signature line for a checkpoint. witness: the name in its key line."""

    __tablename__ = "audit_cosignatures"
    __table_args__ = (IMMUTABLE,)

    size: Mapped[int] = mapped_column(ForeignKey("audit_checkpoints.size"), primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str]
    received_at: Mapped[datetime]


class SealedEntry(Base):
    """A commitment that nobody but the holder of the sealing key can read. leaf: what its day's tree holds of it."""

    __tablename__ = "audit_sealed_entries"
    __table_args__ = (_has_length("nonce", 12), _has_length("leaf", 32), IMMUTABLE)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    leaf: Mapped[bytes]


class SealedDay(Base):
    """A day whose sealed entries, or none, reached the log as one entry. root: of the day's tree."""

    __tablename__ = "audit_sealed_days"
    __table_args__ = (_has_length("root", 32), IMMUTABLE)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    entry_index: Mapped[int] = mapped_column(ForeignKey("audit_entries.index"), unique=True)
    root: Mapped[bytes]


class SealedPlace(Base):
    """Where in its day's tree a sealed entry stands. path: the neighbours' hashes from the leaf up, 32 bytes each."""

    __tablename__ = "audit_sealed_places"
    __table_args__ = (CheckConstraint("place >= 0", name="place_is_not_negative"), IMMUTABLE)

    sealed_id: Mapped[UUID] = mapped_column(ForeignKey("audit_sealed_entries.id"), primary_key=True)
    day: Mapped[date] = mapped_column(ForeignKey("audit_sealed_days.day"))
    place: Mapped[int]
    path: Mapped[bytes]
