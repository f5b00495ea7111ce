"""Evidence by content hash: what was read or produced, kept byte for byte and never changed."""

import zlib
from datetime import datetime

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.canonical import sha256_hex
from registry.db import Base, sha256_check
from registry.errors import Invalid, NotFound, Unavailable

# A row of either database holds about twice as much.
MAX_BYTES = 512 * 1024 * 1024


class ContentTooLarge(Invalid):
    code = "content-too-large"
    title = "The content is too large to be kept"


class ContentNotFound(NotFound):
    code = "content-not-found"
    title = "The content is not kept here"


class ContentDamaged(Unavailable):
    code = "content-damaged"
    title = "The kept content is not what it was"


class Content(Base):
    """size: bytes of the content itself. body: those bytes, or their zlib form where `coding` says so."""

    __tablename__ = "contents"
    __table_args__ = (
        sha256_check("sha256"),
        CheckConstraint("size >= 0", name="size_is_not_negative"),
        CheckConstraint("coding IN ('identity', 'zlib')", name="coding_is_known"),
        {"info": {"immutable": True}},
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str]
    size: Mapped[int]
    coding: Mapped[str] = mapped_column(String(8))
    body: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    created_at: Mapped[datetime]


def keep_content(session: Session, body: bytes, media_type: str, now: datetime) -> str:
    """Keep the bytes unless they are kept already; gives their SHA-256. Raises ContentTooLarge."""
    if len(body) > MAX_BYTES:
        raise ContentTooLarge(f"The content has {len(body)} bytes; the limit is {MAX_BYTES}.")
    sha256 = sha256_hex(body)
    if find_content(session, sha256) is None:
        packed = zlib.compress(body)
        coding, stored = ("zlib", packed) if len(packed) < len(body) else ("identity", body)
        content = Content(
            sha256=sha256, media_type=media_type, size=len(body), coding=coding, body=stored, created_at=now
        )
        session.add(content)
        # Rows that name the content by its hash may be saved by statements that the session does not order.
        session.flush()
    return sha256


def find_content(session: Session, sha256: str) -> Content | None:
    """What is known of the content, without its bytes."""
    return session.scalar(select(Content).where(Content.sha256 == sha256))


def get_body(session: Session, sha256: str) -> bytes:
    """The bytes, held against their hash. Raises ContentNotFound, ContentDamaged."""
    row = session.execute(select(Content.body, Content.coding).where(Content.sha256 == sha256)).one_or_none()
    if row is None:
        raise ContentNotFound(f"There is no content with SHA-256 {sha256}.")
    body = _unpacked(row.body, row.coding)
    if body is None or sha256_hex(body) != sha256:
        raise ContentDamaged(f"The content kept under SHA-256 {sha256} does not have that hash. Restore a backup.")
    return body


def _unpacked(stored: bytes, coding: str) -> bytes | None:
    """At most MAX_BYTES, whatever a damaged row says."""
    if coding == "identity":
        return stored
    try:
        return zlib.decompressobj().decompress(stored, MAX_BYTES)
    except zlib.error:
        return None
