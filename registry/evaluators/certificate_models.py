"""The table of what issuers said of certificates after they were handed in."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, sha256_check
from registry.evaluators.qualification_models import EVALUATOR, IMMUTABLE


class RecordedCertificateEvent(Base):
    """See certificate_status.CertificateEvent. certificate_id: as the dossier named it then. source: where the issuer
    says so, as of noted_on."""

    __tablename__ = "certificate_events"
    __table_args__ = (
        CheckConstraint("kind IN ('suspended', 'lifted', 'withdrawn', 'retracted')", name="kind_is_known"),
        CheckConstraint("kind <> 'retracted' OR supersedes IS NOT NULL", name="retraction_corrects"),
        CheckConstraint("source <> ''", name="source_is_told"),
        CheckConstraint("number >= 1", name="number_is_positive"),
        sha256_check("evidence_sha256"),
        # An event is corrected once; another correction corrects the correction.
        UniqueConstraint("supersedes"),
        Index(None, "evaluator_id", "number"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR))
    certificate_id: Mapped[str]
    certificate_number: Mapped[str]
    issuer: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    effective_from: Mapped[date] = mapped_column(Date)
    source: Mapped[str]
    noted_on: Mapped[date] = mapped_column(Date)
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("certificate_events.number"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID]
