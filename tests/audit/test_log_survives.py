"""Whatever kills its writers, the log holds every acknowledged entry, whole, with its change and in one chain.

REGISTRY_KILLS raises the number of processes that are killed for each engine.
"""

import multiprocessing
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import log_writer
import pytest
from log_rows import faults, make_event, make_keys
from sqlalchemy import func, select

from registry.audit import queries, service
from registry.audit.checkpoint import read_note
from registry.audit.models import SignedCheckpoint
from registry.clock import utc_now
from registry.db import Database, open_database, read, write
from registry.reliability.models import Job

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("REGISTRY_KILLS", "20"))
WRITERS, ENTRIES = 8, 1000
_PATIENCE_S = 60
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["log_writer"])


@pytest.fixture(scope="module", autouse=True)
def _warm_processes() -> None:
    # Python 3.11 does not tell that process where to find modules.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(Path(log_writer.__file__).parent))
        forkserver.ensure_running()


def writing_process(url: str, name: str, most: int | None = None) -> tuple[ForkServerProcess, Connection]:
    hear, say = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=log_writer.main, args=(url, name, say.send, most))
    process.start()
    say.close()
    return process, hear


def heard(hear: Connection) -> list[tuple[int, str]]:
    """All that was said and not yet heard, up to the end of the process."""
    found: list[tuple[int, str]] = []
    with hear:
        while True:
            try:
                found.append(hear.recv())
            # What was cut off by the end of the process was not an acknowledgement.
            except (EOFError, OSError):
                return found


def kept(database: Database) -> dict[int, str]:
    """Index and subject of every entry; each has its change, and each change its entry."""
    assert faults(database) == []
    with database.readers() as session:
        found = {each.index: each.subject for each in queries.list_entries(session, limit=1_000_000)}
        assert set(found) == set(range(len(found)))
        assert sorted(found.values()) == sorted(str(each) for each in session.scalars(select(Job.message)))
    return found


def test_killed_writers_lose_no_entry_and_leave_no_gap(database_url: str) -> None:
    rng, acknowledged = random.Random(KILLS), dict[int, str]()
    for number in range(KILLS):
        process, hear = writing_process(database_url, f"run{number}")
        assert hear.poll(_PATIENCE_S)
        first = hear.recv()
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        acknowledged |= dict([first, *heard(hear)])
        process.close()
        if number % 10 == 9 or number == KILLS - 1:
            with closing(open_database(database_url)) as database:
                found = kept(database)
            assert acknowledged.items() <= found.items()
            # Each process may have saved one more than it could say.
            assert len(found) - len(acknowledged) <= number + 1


def test_a_thousand_entries_of_eight_processes_are_one_chain(database_url: str) -> None:
    started = [writing_process(database_url, f"p{number}", ENTRIES // WRITERS) for number in range(WRITERS)]
    said = [heard(hear) for _, hear in started]
    for process, _ in started:
        process.join()

    assert [process.exitcode for process, _ in started] == [0] * WRITERS
    with closing(open_database(database_url)) as database:
        assert kept(database) == dict(each for one in said for each in one)
        assert read(database, queries.state)[0] == ENTRIES
    # What one process appended stands in the order in which it did.
    assert all(one == sorted(one) for one in said)


def test_writers_that_do_not_take_turns_are_run_again_and_lose_nothing(database: Database) -> None:
    def writer(number: int) -> list[int]:
        return [
            write(database, lambda session, n=each: service.append(session, make_event(n), utc_now()))  # type: ignore[misc]
            for each in range(number * 25, number * 25 + 25)
        ]

    with ThreadPoolExecutor(4) as pool:
        indexes = [each for one in pool.map(writer, range(4)) for each in one]

    assert sorted(indexes) == list(range(100))
    assert faults(database) == []


def test_a_checkpoint_is_signed_while_others_write(database_url: str, tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    process, hear = writing_process(database_url, "writer", 60)
    with closing(open_database(database_url)) as database:
        assert hear.poll(_PATIENCE_S)
        sizes = {read_note(service.sign(database, keys, utc_now())).checkpoint.size for _ in range(20)}
        heard(hear)
        process.join()
        service.sign(database, keys, utc_now())
        assert faults(database, keys) == []
        checkpoints = read(database, lambda s: s.scalar(select(func.count()).select_from(SignedCheckpoint)))
    assert sizes
    assert checkpoints is not None
    assert checkpoints >= len(sizes)
