"""Tables of engagements and of what happened to them. What an engagement is on a day is derived."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, sha256_check

IMMUTABLE = {"info": {"immutable": True}}
_KINDS = "'agreed', 'started', 'report_issued', 'completed', 'terminated'"
_ENGAGEMENT = "engagements.id"


class EngagementRow(Base):
    """Who agreed with whom. number: of the code. commissioner: key of a party.

    attempt: 1, and more where the agreements of all earlier ones with this contract reference were taken out.
    content_sha256: of what was handed in, so that the same again is told from something else.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        CheckConstraint("attempt >= 1", name="attempt_is_positive"),
        CheckConstraint("contract_reference <> ''", name="contract_is_named"),
        sha256_check("content_sha256"),
        UniqueConstraint("number"),
        UniqueConstraint("commissioner", "contract_reference", "attempt"),
        Index(None, "evaluator_id", "number"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int]
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey("evaluators.id"))
    commissioner: Mapped[str]
    contract_reference: Mapped[str]
    attempt: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(String(64))


class EngagementEventRow(Base):
    """See engagement.EngagementEvent. agreement: as engagement_document.terms_document gives it."""

    __tablename__ = "engagement_events"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS}, 'corrected')", name="kind_is_known"),
        CheckConstraint(f"becomes IN ({_KINDS})", name="becomes_is_known"),
        CheckConstraint("(kind = 'corrected') = (supersedes IS NOT NULL)", name="correction_names_what_it_corrects"),
        CheckConstraint("kind = 'corrected' OR becomes IS NULL", name="only_a_correction_becomes"),
        CheckConstraint("kind NOT IN ('corrected', 'terminated') OR reason <> ''", name="has_a_reason"),
        CheckConstraint("(coalesce(becomes, kind) = 'agreed') = (agreement IS NOT NULL)", name="agreement_has_terms"),
        CheckConstraint(
            "(coalesce(becomes, kind) = 'started') = (standard_family IS NOT NULL AND standard_sha256 IS NOT NULL)",
            name="start_pins_the_standard",
        ),
        CheckConstraint(
            "(coalesce(becomes, kind) = 'report_issued') = (report_number IS NOT NULL AND signatory IS NOT NULL)",
            name="report_has_number_and_signatory",
        ),
        CheckConstraint(
            "(coalesce(becomes, kind) IN ('started', 'report_issued')) = (standard_version IS NOT NULL)",
            name="start_and_report_name_the_version",
        ),
        sha256_check("standard_sha256"),
        # An event is corrected once; another correction corrects the correction.
        UniqueConstraint("supersedes"),
        Index(None, "engagement_id"),
        IMMUTABLE,
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey(_ENGAGEMENT))
    kind: Mapped[str] = mapped_column(String(16))
    effective_from: Mapped[date] = mapped_column(Date)
    agreement: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJson)
    standard_family: Mapped[str | None]
    standard_version: Mapped[str | None]
    standard_sha256: Mapped[str | None] = mapped_column(String(64))
    report_number: Mapped[str | None]
    signatory: Mapped[str | None]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("engagement_events.number"))
    becomes: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class ScoredParty(Base):
    """For finding the engagements of a subject: everybody whom any agreement of an engagement ever named as scored."""

    __tablename__ = "scored_parties"
    __table_args__ = (Index(None, "engagement_id"), IMMUTABLE)

    party: Mapped[str] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey(_ENGAGEMENT), primary_key=True)
