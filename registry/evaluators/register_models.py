"""Tables of imports of existing registers, and of the evaluators that came with them."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check

IMMUTABLE = {"info": {"immutable": True}}


class RegisterImport(Base):
    """source: the register it is, in words. as_of: the day on which it said so. content_sha256: of its rows."""

    __tablename__ = "register_imports"
    __table_args__ = (sha256_check("content_sha256"), IMMUTABLE)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    content_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    file_name: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[date] = mapped_column(Date)
    evaluator_count: Mapped[int]
    item_count: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]


class ImportedEvaluator(Base):
    """ref: what that register called the evaluator."""

    __tablename__ = "imported_evaluators"
    __table_args__ = (IMMUTABLE,)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("register_imports.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey("evaluators.id"), unique=True)
