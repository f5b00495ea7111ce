"""Many writers at once lose nothing; without what db.py does they do. A killed writer leaves nothing half done."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from databases import Databases
from rows import saved_job
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from registry import db_engines
from registry.blobs import Content
from registry.db import Database, compare_and_set, open_database, read, session_factory, write
from registry.db_engines import sqlite_module
from registry.db_errors import ConcurrentWrites, DatabaseBusy, StaleVersion
from registry.reliability.models import Job

WRITERS, EDITS = 8, 50
KILLS = 25

pytestmark = pytest.mark.slow


def together(edit: Callable[[], bool], edits: int = EDITS) -> int:
    """How many edits of 8 threads that start at once were acknowledged."""
    start = threading.Barrier(WRITERS)

    def writer(_: int) -> int:
        start.wait()
        return sum(edit() for _ in range(edits))

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


def test_the_library_of_python_loses_nothing_either(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_engines, "sqlite_module", lambda: sqlite3)
    monkeypatch.setattr(db_engines, "SQLITE_WITH_SAFE_WAL", (99, 0, 0))
    with closing(open_database(databases.migrated("sqlite", tmp_path))) as opened:
        job_id = saved_job(opened)

        acknowledged = together(read_modify_write(opened, job_id), edits=5)

        assert read(opened, lambda session: session.scalar(text("PRAGMA journal_mode"))) == "delete"
        assert stored(opened, job_id).arguments["count"] == acknowledged == WRITERS * 5


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


# For each line it forks a writer, names its process and waits for its end. A writer saves batches of ten contents for
# as long as it lives, and says which ones were acknowledged.
NURSERY = """
import os, sys
import psycopg, sqlalchemy.dialects.postgresql.psycopg
from datetime import UTC, datetime
from registry.blobs import keep_content
from registry.db import open_database, write
def live(url, round_, output):
    database = open_database(url)
    for number in range(100_000):
        batch = f"{round_}-{number}"
        def work(session):
            for part in range(10):
                keep_content(session, f"{batch} {part}".encode() * 200, f"batch/{batch}", datetime.now(UTC))
        write(database, work)
        os.write(output, f"{batch}\\n".encode())
for line in sys.stdin:
    url, round_, path = line.split()
    pid = os.fork()
    if pid == 0:
        live(url, round_, os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    print(pid, flush=True)
    print(os.WTERMSIG(os.waitpid(pid, 0)[1]), flush=True)
"""


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", NURSERY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        yield process


def killed_after(nursery: subprocess.Popen[str], line: str, delay_s: float) -> list[str]:
    """The batches that a writer acknowledged before it was killed."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    output = Path(line.split()[2])
    nursery.stdin.write(f"{line}\n")
    writer = int(nursery.stdout.readline())
    give_up_at = time.monotonic() + 60
    while not (output.exists() and output.stat().st_size) and time.monotonic() < give_up_at:
        time.sleep(0.002)
    time.sleep(delay_s)
    os.kill(writer, signal.SIGKILL)
    assert int(nursery.stdout.readline()) == signal.SIGKILL
    said = output.read_text(encoding="utf-8")
    # A last line without its end was cut off, and so was never said.
    return said[: said.rfind("\n") + 1].split()


def test_a_writer_killed_at_any_moment_leaves_whole_batches(
    database: Database, database_url: str, nursery: subprocess.Popen[str], tmp_path: Path
) -> None:
    rng = random.Random(20260301)
    acknowledged = [
        batch
        for round_ in range(KILLS)
        for batch in killed_after(nursery, f"{database_url} {round_} {tmp_path}/{round_}.txt", rng.uniform(0, 0.05))
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
