"""Valid rows for tests; each takes what the test wants otherwise."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry.blobs import keep_content
from registry.db import Database, write
from registry.reliability.models import Job, RecordedComparison

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_job(**changes: Any) -> Job:
    values: dict[str, Any] = {"kind": "comparison", "arguments": {"count": 0}, "created_at": NOON}
    return Job(**values | changes)


def make_comparison(session: Session, **changes: Any) -> RecordedComparison:
    """A comparison of contents that are kept along with it."""
    kept = {
        f"{name}_sha256": keep_content(session, f"the {name}".encode(), "text/csv", NOON)
        for name in ("reports", "spot_checks", "criteria", "result", "pairs", "unpaired")
    }
    values: dict[str, Any] = {
        "recorded_at": NOON, "title": "乡镇环境整治", "method_name": "m", "method_version": "1.0.0",
        "parameters_sha256": "a" * 64, "code_sha256": "b" * 64, "description": {"lag_days": 14},
        "evaluators": 3, "visits": 20, "pairs": 400, "discrepancy_rate": 0.1,
    }  # fmt: skip
    return RecordedComparison(**kept | values | changes)


def saved_job(database: Database, **changes: Any) -> UUID:
    def work(session: Session) -> UUID:
        job = make_job(**changes)
        session.add(job)
        session.flush()
        return job.id

    return write(database, work)
