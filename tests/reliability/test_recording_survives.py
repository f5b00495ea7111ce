"""A recorded comparison stays recorded, whole, however the process ends that recorded it.

REGISTRY_KILLS raises the number of processes that are killed for each engine; then the counts are printed.
"""

import os
import random
import signal
import threading
import time
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from uuid import UUID

import pytest
import recorder
from sqlalchemy import text
from warm_processes import PROCESSES, start_process

from registry import db_state
from registry.blobs import ContentNotFound, get_body
from registry.db import Database, open_database, read_transaction
from registry.reliability import queries

KILLS = int(os.environ.get("REGISTRY_KILLS", "20"))
DIGESTS = ("reports", "spot_checks", "criteria", "result", "pairs", "unpaired")
_PATIENCE_S = 60


def recording_process(url: str, name: str, most: int | None = None) -> tuple[ForkServerProcess, Connection]:
    hear, say = PROCESSES.Pipe(duplex=False)
    process = start_process(recorder.main, url, name, say.send, most)
    say.close()
    return process, hear


def heard(hear: Connection) -> list[UUID]:
    """All that was said and not yet heard, up to the end of the process."""
    found: list[UUID] = []
    with hear:
        while True:
            try:
                found.append(hear.recv())
            # What was cut off by the end of the process was not an acknowledgement.
            except (EOFError, OSError):
                return found


def acknowledged_until_killed(url: str, name: str, rng: random.Random) -> list[UUID]:
    """What a process has said to be saved before it was killed, at a random moment of its recording."""
    process, hear = recording_process(url, name)
    assert hear.poll(_PATIENCE_S)
    first = hear.recv()
    time.sleep(rng.uniform(0, 0.1))
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    process.close()
    return [first, *heard(hear)]


def require_whole(database: Database) -> set[UUID]:
    """Every recorded comparison has all its contents, unharmed; gives their identifiers."""
    assert not [each for each in db_state.check(database) if each.fault]
    with read_transaction(database) as session:
        rows = queries.list_comparisons(session, limit=100_000)
        for each in rows:
            bodies = {name: get_body(session, getattr(each, f"{name}_sha256")) for name in DIGESTS}
            assert all(bodies[name] for name in DIGESTS)
            assert queries.load_submission(session, each.description).criteria.content == bodies["criteria"]
        return {each.id for each in rows}


def test_no_acknowledged_comparison_is_lost_and_none_is_partial(
    database_url: str, engine_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(KILLS)
    began = time.monotonic()
    acknowledged: set[UUID] = set()
    for number in range(KILLS):
        said = acknowledged_until_killed(database_url, f"run{number}", rng)
        first = said[0]
        acknowledged |= set(said)
        if number % 10 == 9 or number == KILLS - 1:
            with closing(open_database(database_url)) as database:
                assert acknowledged <= require_whole(database)

    with closing(open_database(database_url)) as database:
        recorded = require_whole(database)
        assert acknowledged <= recorded
        # Each process may have saved one more than it could say.
        assert len(recorded) <= len(acknowledged) + KILLS
        with read_transaction(database) as session:
            assert queries.replay(session, first).is_identical
    if "REGISTRY_KILLS" in os.environ:
        figures = (
            f"{engine_name}: {KILLS} killed, {len(acknowledged)} acknowledged, {len(recorded) - len(acknowledged)} "
            f"saved but not acknowledged, none lost, none partial, {time.monotonic() - began:.0f} s"
        )
        with capsys.disabled():
            print(f"\n{figures}")  # noqa: T201


def test_processes_that_record_at_once_lose_nothing(database_url: str) -> None:
    started = [recording_process(database_url, f"process{number}", 5) for number in range(4)]
    acknowledged = {each for _, hear in started for each in heard(hear)}
    for process, _ in started:
        process.join()

    assert [process.exitcode for process, _ in started] == [0, 0, 0, 0]
    assert len(acknowledged) == 20
    with closing(open_database(database_url)) as database:
        assert require_whole(database) == acknowledged


def test_threads_that_record_the_same_files_at_once_lose_nothing(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    said: list[UUID] = []
    threads = [threading.Thread(target=recorder.main, args=(url, "same", said.append, 5)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(said) == 20
    assert require_whole(database) == set(said)


def test_a_partial_comparison_would_be_seen(database: Database) -> None:
    said: list[UUID] = []
    recorder.main(database.engine.url.render_as_string(hide_password=False), "one", said.append, 1)
    require_whole(database)
    with database.engine.connect().execution_options(migrating=True) as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM contents"))

    with pytest.raises((AssertionError, ContentNotFound)):
        require_whole(database)
