"""Tables of eligibility checks: what was asked and answered, what an officer decided beside it, what came up later."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, sha256_check

IMMUTABLE = {"info": {"immutable": True}}
CHECK = "eligibility_checks.id"
_VERDICTS = "'eligible', 'conditional', 'ineligible', 'indeterminate'"


class EligibilityCheck(Base):
    """An answer as it was given. content: what result_sha256 is of, with the requests and the policy's pins, from which
    it is replayed. number: counts the checks. batch_sha256: of the file that it was part of."""

    __tablename__ = "eligibility_checks"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        CheckConstraint(f"verdict IN ({_VERDICTS})", name="verdict_is_known"),
        sha256_check("result_sha256"),
        sha256_check("batch_sha256"),
        UniqueConstraint("number"),
        Index(None, "stored_at", "id"),
        Index(None, "batch_sha256"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int]
    known_at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(16))
    content: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    result_sha256: Mapped[str] = mapped_column(String(64))
    batch_sha256: Mapped[str | None] = mapped_column(String(64))
    stored_at: Mapped[datetime]
    stored_by: Mapped[str]
    person_id: Mapped[UUID | None]

    @property
    def code(self) -> str:
        return code_of(self.number)


class CheckedBody(Base):
    """Whom a check is about: one evaluator, or each member of a consortium. key: as the answer names the body, by the
    evaluator's code, or by the credit code of one that was not registered then."""

    __tablename__ = "eligibility_checked_bodies"
    __table_args__ = (Index(None, "evaluator_id"), Index(None, "key"), IMMUTABLE)

    check_id: Mapped[UUID] = mapped_column(ForeignKey(CHECK), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    evaluator_id: Mapped[UUID | None] = mapped_column(ForeignKey("evaluators.id"))


class Override(Base):
    """An officer's own decision beside the verdict, which stays as it is. statement: what was signed, as a JWS."""

    __tablename__ = "eligibility_overrides"
    __table_args__ = (
        CheckConstraint(f"verdict IN ({_VERDICTS})", name="verdict_is_known"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    check_id: Mapped[UUID] = mapped_column(ForeignKey(CHECK), index=True)
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    legal_basis: Mapped[str]
    statement: Mapped[str]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    person_id: Mapped[UUID | None]


class Affected(Base):
    """A check whose answer became another one by what was recorded since. The last one of a check is what holds: an
    officer has to look at it, unless the answer is the stored one again and there are no differences.

    log_size: entries of the log that were looked at. cause: what the first of them were about, of `causes` in all.
    differences: rule by rule, from the stored answer.
    """

    __tablename__ = "eligibility_affected"
    __table_args__ = (
        CheckConstraint("log_size >= 0", name="log_size_is_not_negative"),
        CheckConstraint("causes >= 1", name="has_a_cause"),
        CheckConstraint(f"verdict_now IN ({_VERDICTS})", name="verdict_is_known"),
        sha256_check("outcomes_sha256"),
        UniqueConstraint("check_id", "outcomes_sha256", "log_size"),
        Index(None, "found_at", "id"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    check_id: Mapped[UUID] = mapped_column(ForeignKey(CHECK), index=True)
    cause: Mapped[list[str]] = mapped_column(CanonicalJson)
    causes: Mapped[int]
    verdict_now: Mapped[str] = mapped_column(String(16))
    differences: Mapped[list[dict[str, Any]]] = mapped_column(CanonicalJson)
    outcomes_sha256: Mapped[str] = mapped_column(String(64))
    log_size: Mapped[int]
    found_at: Mapped[datetime]


class AffectedReview(Base):
    """What an officer said of an affected check."""

    __tablename__ = "eligibility_affected_reviews"
    __table_args__ = (
        CheckConstraint("outcome IN ('stands', 'asked_again', 'award_questioned')", name="outcome_is_known"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        IMMUTABLE,
    )

    affected_id: Mapped[UUID] = mapped_column(ForeignKey("eligibility_affected.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    reviewed_at: Mapped[datetime]
    reviewed_by: Mapped[str]
    person_id: Mapped[UUID | None]


class Position(Base):
    """How far the log was read for what it changes in stored checks. One row.

    until_size, number: while checks are gone through for the entries up to there, and the last check that was.
    """

    __tablename__ = "eligibility_position"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_size: Mapped[int]
    until_size: Mapped[int]
    number: Mapped[int]


def code_of(number: int) -> str:
    return f"ec-{number:06}"
