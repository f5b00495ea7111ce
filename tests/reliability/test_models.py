"""What the tables of recorded comparisons, jobs and idempotency keys hold and refuse, on both engines."""

from typing import Any

import pytest
from rows import NOON, make_comparison, make_job, saved_job
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from registry.answered_requests import IdempotencyKey
from registry.blobs import Content
from registry.db import Database, read, write
from registry.db_errors import ConstraintViolated
from registry.reliability.models import Job, JobState, RecordedComparison


def test_a_comparison_comes_back_as_it_was_recorded(session: Session) -> None:
    options = {"lag_days": 14, "columns": {"站点": "site_id"}}
    comparison = make_comparison(session, description=options, discrepancy_rate=None)
    session.add(comparison)
    session.flush()
    session.expire_all()

    found = session.get_one(RecordedComparison, comparison.id)

    assert found.description == options
    assert (found.title, found.recorded_at, found.pairs, found.discrepancy_rate) == ("乡镇环境整治", NOON, 400, None)
    assert session.scalar(select(func.count()).select_from(Content)) == 6


@pytest.mark.parametrize("statement", ["UPDATE comparisons SET title = 'x'", "DELETE FROM comparisons"])
def test_a_recorded_comparison_refuses_every_change(database: Database, statement: str) -> None:
    write(database, lambda session: session.add(make_comparison(session)))

    with pytest.raises(ConstraintViolated):
        write(database, lambda session: session.execute(text(statement)))

    assert read(database, lambda session: session.scalars(select(RecordedComparison.title)).all()) == ["乡镇环境整治"]


def test_a_change_through_the_session_is_refused_too(database: Database) -> None:
    write(database, lambda session: session.add(make_comparison(session)))

    def retitle(session: Session) -> None:
        session.scalars(select(RecordedComparison)).one().title = "prettier"

    with pytest.raises(ConstraintViolated):
        write(database, retitle)


@pytest.mark.parametrize(
    "changes",
    [
        {"reports_sha256": "0" * 64},
        {"code_sha256": "short"},
        {"pairs": -1},
        {"discrepancy_rate": 1.1},
        {"method_version": None},
    ],
)
def test_a_comparison_that_cannot_be_is_refused(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(ConstraintViolated):
        write(database, lambda session: session.add(make_comparison(session, **changes)))

    assert read(database, lambda session: session.scalar(select(func.count()).select_from(Content))) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"state": JobState.RUNNING, "started_at": NOON, "heartbeat_at": NOON, "worker": "w1", "progress": 0.5},
        {"state": JobState.DONE, "started_at": NOON, "finished_at": NOON, "progress": 1.0},
        {"state": JobState.FAILED, "started_at": NOON, "finished_at": NOON, "error": {"status": 422}},
    ],
)
def test_a_job_in_each_state(database: Database, changes: dict[str, Any]) -> None:
    job_id = saved_job(database, **changes)

    job = read(database, lambda session: session.get_one(Job, job_id))
    assert JobState(job.state) == changes.get("state", JobState.QUEUED)
    assert (job.version, job.error) == (1, changes.get("error"))


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "paused"},
        {"state": JobState.RUNNING},
        {"started_at": NOON},
        {"state": JobState.DONE, "started_at": NOON},
        {"state": JobState.FAILED, "started_at": NOON, "finished_at": NOON},
        {"error": {"status": 500}},
        {"progress": -0.1},
        {"version": 0},
    ],
)
def test_a_job_that_contradicts_itself_is_refused(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(ConstraintViolated):
        saved_job(database, **changes)


def make_key(**changes: Any) -> IdempotencyKey:
    values: dict[str, Any] = {
        "scope": "auditor POST /comparisons", "key": "k1", "request_sha256": "d" * 64, "response_status": 201,
        "response_body": '{"id": 1}', "created_at": NOON,
    }  # fmt: skip
    return IdempotencyKey(**values | changes)


def test_a_key_answers_once_per_scope(database: Database) -> None:
    write(database, lambda session: session.add_all([make_key(), make_key(scope="another"), make_key(key="k2")]))

    with pytest.raises(ConstraintViolated):
        write(database, lambda session: session.add(make_key(request_sha256="e" * 64)))

    assert read(database, lambda session: session.scalar(select(func.count()).select_from(IdempotencyKey))) == 3


def test_a_key_and_its_change_are_saved_together_or_not_at_all(database: Database) -> None:
    def work(session: Session) -> None:
        session.add_all([make_job(), make_key(response_status=100)])

    with pytest.raises(ConstraintViolated):
        write(database, work)

    assert read(database, lambda session: session.scalar(select(func.count()).select_from(Job))) == 0
