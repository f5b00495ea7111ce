"""What the log costs: python benchmarks/audit.py append | concurrent | verify

append: a change with its entry against the same change without, each in a transaction of its own, with the durability
of the house. concurrent: 1,000 entries of 8 processes. verify: an export of 1,000,000 entries by the offline verifier,
and 100,000 entries by `registry audit verify`. REGISTRY_TEST_PG_URL names a server; otherwise one is started.
"""

import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import recorder
from databases import Databases
from log_rows import NOON, append_many, make_event, make_keys, verdict
from rows import make_job
from sqlalchemy.orm import Session

from registry.audit import merkle, service
from registry.audit.checkpoint import Checkpoint, log_key, signed
from registry.audit.entry import written
from registry.audit.export import CHECKPOINT, ENTRIES, KEY, PAYLOADS, SUMS, VERIFIER, sums
from registry.audit.inputs import source_of_verifier
from registry.canonical import sha256_hex
from registry.clock import utc_now
from registry.db import Database, open_database, write
from registry.entropy import random_bytes
from registry.reliability import queries
from registry.reliability.service import run_submission

ROUNDS, ENTRIES_A_ROUND = 30, 20
WRITERS, ENTRIES_TOGETHER = 8, 1000
EXPORTED, CHECKED = 1_000_000, 100_000


@contextmanager
def opened(engine: str) -> Iterator[tuple[Database, str]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT.parent)))
        url = Databases(folder, stack).migrated(engine, _made(folder / "own"))
        database = open_database(url)
        stack.callback(database.close)
        yield database, url


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def small_change(session: Session) -> None:
    session.add(make_job())
    session.flush()


def recording(number: int) -> Callable[[Session], None]:
    """As the command and the API record: files, results, and the row that names them."""
    run = run_submission(recorder.submission(f"bench-{number}"))
    return lambda session: void(queries.record(session, run, utc_now()))


def void(_: Any) -> None: ...


def logged(change: Callable[[Session], None]) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        change(session)
        service.append(session, make_event(), utc_now())

    return work


def seconds(database: Database, works: list[Callable[[Session], None]]) -> float:
    started = time.perf_counter()
    for each in works:
        write(database, each)
    return time.perf_counter() - started


def append() -> None:
    recordings = [recording(number) for number in range(2 * ROUNDS)]
    for engine in ("sqlite", "postgresql"):
        with opened(engine) as (database, _):
            append_many(database, 1000)
            small: list[tuple[float, float]] = []
            for _ in range(ROUNDS):
                plain = seconds(database, [small_change] * ENTRIES_A_ROUND)
                small.append((plain, seconds(database, [logged(small_change)] * ENTRIES_A_ROUND)))
            show(engine, "a small row", small, ENTRIES_A_ROUND)
            pairs = zip(recordings[::2], recordings[1::2], strict=True)
            show(
                engine,
                "a comparison",
                [(seconds(database, [first]), seconds(database, [logged(other)])) for first, other in pairs],
                1,
            )


def show(engine: str, what: str, rounds: list[tuple[float, float]], entries: int) -> None:
    """Medians, since the machine is never quiet."""
    without, with_log = (1000 * statistics.median(each) / entries for each in zip(*rounds, strict=True))
    ratio = statistics.median(second / first for first, second in rounds)
    print(f"{engine}: {what} {without:.2f} ms, with the log {with_log:.2f} ms, median ratio {ratio:.2f}")


def writer(url: str, takes_turn: bool, number: int) -> None:
    database = open_database(url)

    def work(session: Session) -> None:
        if takes_turn:
            service.take_turn(session)
        logged(small_change)(session)

    for _ in range(number):
        write(database, work)
    database.close()


def concurrent() -> None:
    processes = multiprocessing.get_context("spawn")
    for engine, takes_turn in (("sqlite", False), ("postgresql", False), ("postgresql", True)):
        with opened(engine) as (database, url):
            started = [
                processes.Process(target=writer, args=(url, takes_turn, ENTRIES_TOGETHER // WRITERS))
                for _ in range(WRITERS)
            ]
            for each in started:
                each.start()
            began = None
            while began is None:
                began = time.perf_counter() if verdict(database).size else None
            for each in started:
                each.join()
            took, found = time.perf_counter() - began, verdict(database)
            print(
                f"{engine}{', taking turns' if takes_turn else ''}: {found.size} entries of {WRITERS} processes in "
                f"{took:.1f} s, {len(found.faults)} faults, exit codes {[each.exitcode for each in started]}"
            )


def verify() -> None:
    with tempfile.TemporaryDirectory(dir=ROOT.parent) as name:
        folder = Path(name)
        line = make_export(folder)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-I", "verify_export.py", ".", "--key", line]
        started = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"offline: {time.perf_counter() - started:.1f} s wall, {cpu:.1f} s CPU")
    for engine in ("sqlite", "postgresql"):
        with opened(engine) as (database, _):
            append_many(database, CHECKED)
            started = time.perf_counter()
            assert not verdict(database).faults
            print(f"{engine}: {CHECKED} entries checked in {time.perf_counter() - started:.1f} s")


def make_export(folder: Path) -> str:
    """Of a log that was never in a database, which would take longer to fill."""
    keys = make_keys(folder)
    frontier: tuple[bytes, ...] = ()
    with (folder / ENTRIES).open("wb") as entries, (folder / PAYLOADS).open("wb") as payloads:
        for index in range(EXPORTED):
            each = written(make_event(index), index, NOON, random_bytes(32))
            entries.write(f"{each.salt.hex()} {each.text}\n".encode())
            payloads.write(f"{index} {each.payload_salt.hex()} {each.content}\n".encode())
            frontier, _ = merkle.appended(frontier, index, each.leaf)
    note = signed(Checkpoint(keys.origin, EXPORTED, merkle.folded(frontier)), keys.signing)
    (folder / CHECKPOINT).write_text(note)
    (folder / KEY).write_text(f"{log_key(keys)}\n")
    (folder / VERIFIER).write_bytes(source_of_verifier())
    names = (ENTRIES, PAYLOADS, CHECKPOINT, KEY, VERIFIER)
    (folder / SUMS).write_bytes(sums({each: sha256_hex((folder / each).read_bytes()) for each in names}))
    return str(log_key(keys))


if __name__ == "__main__":
    {"append": append, "concurrent": concurrent, "verify": verify}[sys.argv[1]]()
