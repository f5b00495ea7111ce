"""Tables of recorded comparisons and of the jobs that make them.

Contents are rows of registry/blobs.py; a comparison names them by their hash.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, CanonicalJson, Versioned, sha256_check


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RecordedComparison(Base):
    """What went in, by which method and code, and what came out: all that a replay needs. Never changed.

    description: names, formats and digests of the files, and the options; see submission.py. The counts are those of
    the result's pool, for lists.
    """

    __tablename__ = "comparisons"
    __table_args__ = (
        sha256_check("parameters_sha256"),
        sha256_check("code_sha256"),
        CheckConstraint("evaluators >= 0 AND visits >= 0 AND pairs >= 0", name="counts_are_not_negative"),
        CheckConstraint("discrepancy_rate >= 0 AND discrepancy_rate <= 1", name="discrepancy_rate_is_a_share"),
        Index(None, "recorded_at", "id"),
        {"info": {"immutable": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    recorded_at: Mapped[datetime]
    title: Mapped[str | None]
    method_name: Mapped[str]
    method_version: Mapped[str]
    parameters_sha256: Mapped[str] = mapped_column(String(64))
    code_sha256: Mapped[str] = mapped_column(String(64))
    reports_sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))
    spot_checks_sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))
    criteria_sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))
    result_sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))
    pairs_sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))
    unpaired_sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256"))
    description: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    evaluators: Mapped[int]
    visits: Mapped[int]
    pairs: Mapped[int]
    discrepancy_rate: Mapped[float | None]


class Job(Versioned, Base):
    """Work that outlasts a request. Workers claim and report by compare_and_set; progress is a share, 0 to 1.

    arguments: what the work needs, contents by their hash. error: a problem document (RFC 9457). heartbeat_at: when
    the worker last said that it lives. attempts: how often a worker has begun.
    owner_id: the account that handed it in.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state_is_known"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_is_a_share"),
        CheckConstraint("version >= 1", name="version_is_positive"),
        CheckConstraint("attempts >= 0", name="attempts_are_not_negative"),
        CheckConstraint("(state = 'queued') = (started_at IS NULL)", name="started_unless_queued"),
        CheckConstraint("(state IN ('done', 'failed')) = (finished_at IS NOT NULL)", name="finished_has_its_instant"),
        CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="failed_has_its_error"),
        Index(None, "state", "created_at"),
    )

    kind: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default=JobState.QUEUED)
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str | None]
    arguments: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)
    owner_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    comparison_id: Mapped[UUID | None] = mapped_column(ForeignKey("comparisons.id"))
    error: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJson)
