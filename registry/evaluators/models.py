"""The table of evaluators: who they are, and which version of their dossier is the newest."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check


class Evaluator(Base):
    """What does not begin with dossier_ or id, number, code repeats what lists need of the newest dossier.

    code: ev- and the number, for ever. credit_code: None for a body without one, as an inspection team. region: its
    reference. dossier_sha256: of the newest version's content.
    """

    __tablename__ = "evaluators"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        CheckConstraint("dossier_number >= 1", name="dossier_number_is_positive"),
        CheckConstraint("length(credit_code) = 18", name="credit_code_has_18_characters"),
        sha256_check("dossier_sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str]
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    legal_form: Mapped[str] = mapped_column(String(32))
    region: Mapped[str]
    dossier_number: Mapped[int]
    dossier_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
