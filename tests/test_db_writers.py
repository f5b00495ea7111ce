"""Many writers at once lose nothing; without what db.py does they do. A killed writer leaves nothing half done."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from rows import saved_job
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from registry.blobs import Content
from registry.db import Database, compare_and_set, read, session_factory, write
from registry.db_engines import sqlite_module
from registry.db_errors import ConcurrentWrites, DatabaseBusy, StaleVersion
from registry.reliability.models import Job

WRITERS, EDITS = 8, 50
KILLS = 8

pytestmark = pytest.mark.slow


def together(edit: Callable[[], bool]) -> int:
    """How many of 8 x 50 edits, made by threads that start at once, were acknowledged."""
    start = threading.Barrier(WRITERS)

    def writer(_: int) -> int:
        start.wait()
        return sum(edit() for _ in range(EDITS))

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(writer, range(WRITERS)))


def read_modify_write(database: Database, job_id: UUID) -> Callable[[], bool]:
    def work(session: Session) -> None:
        job = session.get_one(Job, job_id)
        job.arguments = {"count": job.arguments["count"] + 1}

    def edit() -> bool:
        try:
            write(database, work)
        except (ConcurrentWrites, DatabaseBusy):
            return False
        return True

    return edit


def stored(database: Database, job_id: UUID) -> Job:
    return read(database, lambda session: session.get_one(Job, job_id))


def test_read_modify_write_loses_nothing(database: Database) -> None:
    job_id = saved_job(database)

    acknowledged = together(read_modify_write(database, job_id))

    assert stored(database, job_id).arguments["count"] == acknowledged == WRITERS * EDITS


def test_compare_and_set_loses_nothing(database: Database) -> None:
    job_id = saved_job(database)

    def edit() -> bool:
        while True:
            seen = stored(database, job_id)
            count = seen.arguments["count"] + 1

            def work(session: Session, version: int = seen.version, count: int = count) -> int:
                return compare_and_set(session, Job, job_id, version, arguments={"count": count})

            try:
                write(database, work)
            except StaleVersion:
                continue
            return True

    acknowledged = together(edit)

    job = stored(database, job_id)
    assert job.arguments["count"] == acknowledged == WRITERS * EDITS
    assert job.version == 1 + acknowledged


def test_the_same_edits_are_lost_on_an_engine_without_the_hook(database: Database, engine_name: str) -> None:
    job_id = saved_job(database)
    module = {"module": sqlite_module()} if engine_name == "sqlite" else {}
    engine = create_engine(database.engine.url, **module)
    planted = Database(engine, session_factory(engine), session_factory(engine))

    acknowledged = together(read_modify_write(planted, job_id))

    assert stored(planted, job_id).arguments["count"] < acknowledged
    planted.close()


# Saves batches of ten contents for as long as it lives, and says which ones were acknowledged.
WRITER = """
import sys
from datetime import UTC, datetime
from registry.blobs import keep_content
from registry.db import open_database, write
database = open_database(sys.argv[1])
def save(batch):
    def work(session):
        for part in range(10):
            keep_content(session, f"{batch} {part}".encode() * 200, f"batch/{batch}", datetime.now(UTC))
    return work
for number in range(100_000):
    batch = f"{sys.argv[2]}-{number}"
    write(database, save(batch))
    print(batch, flush=True)
"""


def killed_after(url: str, round_: int, delay_s: float, output: Path) -> list[str]:
    """The batches that a writer acknowledged before it was killed."""
    with output.open("wb") as sink:
        process = subprocess.Popen([sys.executable, "-c", WRITER, url, str(round_)], stdout=sink)
        try:
            give_up_at = time.monotonic() + 60
            while output.stat().st_size == 0 and process.poll() is None and time.monotonic() < give_up_at:
                time.sleep(0.005)
            time.sleep(delay_s)
        finally:
            process.kill()
            process.wait(30)
    text_ = output.read_text(encoding="utf-8")
    # A last line without its end was cut off, and so was never said.
    return text_[: text_.rfind("\n") + 1].split()


def test_a_writer_killed_at_any_moment_leaves_whole_batches(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    rng = random.Random(20260301)
    acknowledged = [
        batch
        for round_ in range(KILLS)
        for batch in killed_after(database_url, round_, rng.uniform(0, 0.1), tmp_path / f"{round_}.txt")
    ]

    sizes = select(Content.media_type, func.count()).group_by(Content.media_type)
    kept = read(database, lambda session: {kind.removeprefix("batch/"): n for kind, n in session.execute(sizes)})

    assert len(acknowledged) >= KILLS
    assert set(acknowledged) <= set(kept)
    assert set(kept.values()) == {10}
    # At most the one that was being saved when the kill came.
    assert len(kept) - len(acknowledged) <= KILLS
    if database.engine.dialect.name == "sqlite":
        assert read(database, lambda session: session.scalar(text("PRAGMA integrity_check"))) == "ok"
