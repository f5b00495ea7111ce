"""Recorded comparisons and jobs in the database: saved once, found again, never changed."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from registry.audit.entry import Event
from registry.audit.service import append
from registry.blobs import get_body, keep_content
from registry.db import Database, compare_and_set, read, write
from registry.errors import Invalid, NotFound, RegistryError
from registry.file_limits import OWN_FILE
from registry.keyset import read_uuid
from registry.reliability.answers import UNFORESEEN, kept_error
from registry.reliability.models import Job, JobState, RecordedComparison
from registry.reliability.recording_errors import ComparisonNotFound, JobGivenUp, JobNotFound, JobTaken
from registry.reliability.result_differences import differences
from registry.reliability.score_service import keep_scores
from registry.reliability.service import Run, run_submission
from registry.reliability.submission import CSV, JSON, Products, Submission, submission_of

JOB_KIND = "comparison"
NO_JOB = "There is no job under this identifier."
NO_COMPARISON = "No comparison is recorded under this identifier."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replay:
    """A recorded comparison run again. differences: JSON Pointers at which the two results differ."""

    recorded: RecordedComparison
    is_identical: bool
    is_same_code: bool
    differences: tuple[str, ...]


def keep_submission(session: Session, submission: Submission, now: datetime) -> None:
    """The three files, by their digests."""
    for each in submission.files().values():
        keep_content(session, each.content, each.media_type, now)


def record(
    session: Session, run: Run, now: datetime, *, actor: str = "system", job_id: UUID | None = None
) -> RecordedComparison:
    """Save a run as a whole: its files, what came of them, the row that names them by their hashes, scores, its entry.

    actor: as entries of the log name it. job_id: of the job that did it, whose own entry names who asked.
    """
    submission, products = run.submission, run.products
    keep_submission(session, submission, now)
    pool, method = run.comparison.pool, run.comparison.method
    recorded = RecordedComparison(
        recorded_at=now,
        title=run.comparison.title,
        method_name=method.name,
        method_version=method.version,
        parameters_sha256=method.parameters_sha256,
        code_sha256=method.code_sha256,
        reports_sha256=submission.reports.sha256,
        spot_checks_sha256=submission.spot_checks.sha256,
        criteria_sha256=submission.criteria.sha256,
        result_sha256=keep_content(session, products.result, JSON, now),
        pairs_sha256=keep_content(session, products.pairs, CSV, now),
        unpaired_sha256=keep_content(session, products.unpaired, CSV, now),
        description=submission.description(),
        evaluators=pool.evaluators,
        visits=pool.visits,
        pairs=pool.pairs,
        discrepancy_rate=pool.discrepancy_rate,
    )
    session.add(recorded)
    # The id is part of the answer that the same transaction keeps.
    session.flush()
    keep_scores(session, recorded, run.comparison)
    append(session, Event(actor, "comparison.record", f"comparison:{recorded.id}", _logged(recorded, job_id)), now)
    return recorded


def _logged(recorded: RecordedComparison, job_id: UUID | None) -> dict[str, Any]:
    """What the log says of a comparison: by these digests every file of it can be proven."""
    digests = ("reports", "spot_checks", "criteria", "result", "pairs", "unpaired", "parameters", "code")
    kept = {f"{each}_sha256": getattr(recorded, f"{each}_sha256") for each in digests}
    return {"title": recorded.title, "job": None if job_id is None else f"job:{job_id}", **kept}


def get_comparison(session: Session, comparison_id: UUID) -> RecordedComparison:
    found = session.get(RecordedComparison, comparison_id)
    if found is None:
        raise ComparisonNotFound(NO_COMPARISON)
    return found


def read_comparison_id(text: str) -> UUID:
    """What is no identifier is answered as one that nothing has. Raises ComparisonNotFound."""
    identifier = read_uuid(text)
    if identifier is None:
        raise ComparisonNotFound(NO_COMPARISON)
    return identifier


def read_job_id(text: str) -> UUID:
    """The same for a job. Raises JobNotFound."""
    identifier = read_uuid(text)
    if identifier is None:
        raise JobNotFound(NO_JOB)
    return identifier


def list_comparisons(
    session: Session, *, limit: int, after: tuple[datetime, UUID] | None = None
) -> Sequence[RecordedComparison]:
    """Newest first; after: the (recorded_at, id) of the last one seen."""
    key = tuple_(RecordedComparison.recorded_at, RecordedComparison.id)
    statement = select(RecordedComparison).order_by(RecordedComparison.recorded_at.desc(), RecordedComparison.id.desc())
    if after is not None:
        statement = statement.where(key < after)
    return session.scalars(statement.limit(limit)).all()


def load_submission(session: Session, description: Mapping[str, Any]) -> Submission:
    """The files of a description, read from where they were kept and held against their hashes."""
    contents = {role: get_body(session, each["sha256"]) for role, each in description["files"].items()}
    return submission_of(dict(description), contents)


def load_products(session: Session, recorded: RecordedComparison) -> Products:
    digests = (recorded.result_sha256, recorded.pairs_sha256, recorded.unpaired_sha256)
    return Products(*(get_body(session, digest) for digest in digests))


def add_job(
    session: Session, submission: Submission, now: datetime, *, actor: str = "system", owner_id: UUID | None = None
) -> Job:
    """Its entry in the log names who asked; that of the comparison will name the system and this job.

    owner_id: the account that may follow it.
    """
    keep_submission(session, submission, now)
    job = Job(kind=JOB_KIND, arguments=submission.description(), created_at=now, owner_id=owner_id)
    session.add(job)
    session.flush()
    append(session, Event(actor, "job.add", f"job:{job.id}", {"submission_sha256": submission.sha256()}), now)
    return job


def get_job(session: Session, job_id: UUID) -> Job:
    found = session.get(Job, job_id)
    if found is None:
        raise JobNotFound(NO_JOB)
    return found


def waiting_job(session: Session, *, dead_before: datetime) -> Job | None:
    """The oldest job that nobody works on: queued, or running with a worker that has been silent since dead_before."""
    silent = (Job.state == "running") & (Job.heartbeat_at < dead_before)
    statement = select(Job).where((Job.state == "queued") | silent).order_by(Job.created_at, Job.id).limit(1)
    return session.scalar(statement)


def replay(session: Session, comparison_id: UUID) -> Replay:
    """Run a recorded comparison again from the files that were kept, and hold the result against the recorded one."""
    recorded = get_comparison(session, comparison_id)
    # Files of the command line may be larger than uploads.
    run = run_submission(load_submission(session, recorded.description), limits=OWN_FILE)
    before = load_products(session, recorded)
    changed = [] if run.products.result == before.result else differences(before.result, run.products.result) or [""]
    for name in ("pairs", "unpaired"):
        if getattr(run.products, name) != getattr(before, name):
            changed.append(f"({name}.csv)")
    return Replay(
        recorded=recorded,
        is_identical=not changed,
        is_same_code=recorded.code_sha256 == run.comparison.method.code_sha256,
        differences=tuple(changed),
    )


# A worker that has been silent for so long is taken for dead; if it is not, only one of the two can finish the job.
SILENCE = timedelta(seconds=60)
# A job may end the process that works on it, by memory for example. Restarted servers would work on it for ever.
MOST_ATTEMPTS = 3


def work_off(database: Database, clock: Callable[[], datetime]) -> bool:
    """Carry out the oldest waiting comparison. False where nothing waits.

    Killed at any moment it leaves the job to the next worker; the comparison and the end of the job are one change.
    """
    worker = str(uuid4())
    job_id = write(database, lambda session: _claim(session, worker, clock()))
    if job_id is None:
        return False

    def report(share: float, step: str) -> None:
        write(database, lambda session: _change(session, job_id, progress=share, message=step, heartbeat_at=clock()))

    def fail(problem: dict[str, Any]) -> None:
        changes = {"state": JobState.FAILED, "message": None, "error": problem}
        write(database, lambda session: _change(session, job_id, finished_at=clock(), **changes))

    try:
        submission = read(database, lambda session: load_submission(session, get_job(session, job_id).arguments))
        run = run_submission(submission, report)
        write(database, lambda session: _finish(session, job_id, run, clock()))
    except JobTaken as error:
        _log.info("Job %s: %s", job_id, error)
    except (Invalid, NotFound) as error:
        fail(kept_error(error))
    except RegistryError:
        # The database cannot be had: the job waits for it.
        raise
    except Exception:  # a fault of ours in one job must neither stop the worker nor be tried for ever
        _log.exception("Job %s failed", job_id)
        fail(UNFORESEEN)
    return True


def _claim(session: Session, worker: str, now: datetime) -> UUID | None:
    """The oldest job that may still be begun. Those before it that were begun too often end as failed."""
    while (job := waiting_job(session, dead_before=now - SILENCE)) is not None:
        if job.attempts < MOST_ATTEMPTS:
            begun = {"started_at": job.started_at or now, "heartbeat_at": now, "attempts": job.attempts + 1}
            compare_and_set(session, Job, job.id, job.version, state=JobState.RUNNING, worker=worker, **begun)
            return job.id
        ended = {"finished_at": now, "message": None, "error": kept_error(JobGivenUp(job.attempts))}
        compare_and_set(session, Job, job.id, job.version, state=JobState.FAILED, **ended)
    return None


def _change(session: Session, job_id: UUID, **changes: Any) -> None:
    """Of two workers that have the job, the first one to finish it does; neither stops the other. Raises JobTaken."""
    job = get_job(session, job_id)
    if job.state != JobState.RUNNING:
        raise JobTaken(f"The job is {job.state}.")
    compare_and_set(session, Job, job_id, job.version, **changes)


def _finish(session: Session, job_id: UUID, run: Run, now: datetime) -> None:
    recorded = record(session, run, now, job_id=job_id)
    changes = {"state": JobState.DONE, "progress": 1.0, "message": None, "comparison_id": recorded.id}
    _change(session, job_id, finished_at=now, **changes)
