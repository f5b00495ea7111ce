"""Tables of applications, of their steps, of what assessors established, and of findings with what became of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, sha256_check
from registry.evaluators.qualification_models import EVALUATOR, IMMUTABLE

APPLICATION = "applications.id"
_STEPS = (
    "'submit', 'accept', 'assess', 'raise_findings', 'answer_findings', 'conclude', 'grant', 'grant_reduced', "
    "'refuse', 'withdraw', 'lapse'"
)


class Application(Base):
    """For the scope items that name it. Its stage follows from its steps."""

    __tablename__ = "applications"
    __table_args__ = (Index(None, "created_at", "id"), IMMUTABLE)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    person_id: Mapped[UUID | None]


class ApplicationStep(Base):
    """see application.Step. dossier_number: of submit and of an answer, the version of the dossier that was handed in.

    content: what else the step says, by the names of application.Step; persons and items by their identifiers.
    """

    __tablename__ = "application_steps"
    __table_args__ = (
        CheckConstraint(f"type IN ({_STEPS})", name="type_is_known"),
        CheckConstraint("number >= 1", name="number_is_positive"),
        IMMUTABLE,
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey(APPLICATION), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(16))
    taken_on: Mapped[date] = mapped_column(Date)
    dossier_number: Mapped[int | None]
    content: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class AssessedFact(Base):
    """What an assessor established, by the name that a requirement has for it. The newest one of a name counts."""

    __tablename__ = "assessed_facts"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_is_positive"),
        CheckConstraint("grounds <> ''", name="has_grounds"),
        sha256_check("evidence_sha256"),
        IMMUTABLE,
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey(APPLICATION), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fact: Mapped[str]
    value: Mapped[Any] = mapped_column(CanonicalJson)
    grounds: Mapped[str]
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class Finding(Base):
    """A nonconformity, of an application or of a surveillance. requirement: identifier of what it breaks.

    due_on: last day for the correction. It is open until its correction is accepted, see FindingAction.
    """

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint("grade IN ('major', 'minor')", name="grade_is_known"),
        CheckConstraint("(application_id IS NULL) <> (surveillance_id IS NULL)", name="of_one_procedure"),
        CheckConstraint("statement <> ''", name="has_a_statement"),
        IMMUTABLE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evaluator_id: Mapped[UUID] = mapped_column(ForeignKey(EVALUATOR), index=True)
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey(APPLICATION), index=True)
    surveillance_id: Mapped[UUID | None] = mapped_column(ForeignKey("surveillances.id"), index=True)
    grade: Mapped[str] = mapped_column(String(16))
    requirement: Mapped[str | None]
    statement: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]


class FindingAction(Base):
    """answer: the evaluator's corrective action. accept: it was verified, the finding is closed. return: it was not."""

    __tablename__ = "finding_actions"
    __table_args__ = (
        CheckConstraint("type IN ('answer', 'accept', 'return')", name="type_is_known"),
        CheckConstraint("number >= 1", name="number_is_positive"),
        CheckConstraint("statement <> ''", name="has_a_statement"),
        sha256_check("evidence_sha256"),
        IMMUTABLE,
    )

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(16))
    taken_on: Mapped[date] = mapped_column(Date)
    statement: Mapped[str]
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    person_id: Mapped[UUID | None]
