"""Time to take in, load, ask and search the whole country down to villages.

python benchmarks/regions.py FILE [URL]     FILE: nbs-2023-06-30.csv of `tools/divisions.py villages`; URL: of an empty
                                            database, by default an SQLite file in a folder that is removed again

Wall time and, in brackets, the time of this process on a processor; the file is read by another process. A second run
on a quiet machine is the one to write down.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from registry.db import open_database, read, write
from registry.db_state import upgrade
from registry.regions import service
from registry.regions.import_service import Terms, import_divisions
from registry.regions.inputs import read_divisions
from registry.regions.search import Query

AS_OF, TODAY = date(2023, 6, 30), date(2026, 1, 1)
PAIRS = 1_000_000
# Names that many regions have, that few have, that none has, of one character, within a province, in other words.
QUERIES = (
    "鹤峰", "容美", "大坡", "容美镇", "和平", "村", "社区居委会", "坡", "没有这个", "鹤峰 社区", "湖北 大坡",
    "容美街道办事处", "第一",
)  # fmt: skip

Result = TypeVar("Result")


def timed(label: str, work: Callable[[], Result]) -> Result:
    wall, own = time.perf_counter(), time.process_time()
    result = work()
    print(f"{label:44} {time.perf_counter() - wall:8.3f} s ({time.process_time() - own:.3f} s)", flush=True)
    return result


def measure(path: Path, url: str) -> None:
    database = open_database(url, create=True)
    upgrade(database)
    given = timed("read and check the file", lambda: read_divisions(path, "nbs", AS_OF))
    terms = Terms(datetime(2026, 1, 1, tzinfo=UTC))
    timed("save", lambda: write(database, lambda session: import_divisions(session, given, "nbs", terms)))
    held = timed("load the tree", lambda: read(database, lambda session: service.get_divisions(session, "nbs")))
    tree = held.tree
    timed("first question (intervals of the day)", lambda: tree.epoch(TODAY))
    timed("index of names", lambda: held.names)
    print(f"{len(tree):,} records")
    rng = random.Random(5)
    codes = list(given.edition.codes)
    # Texts of their own, one behind the other, as a column that was just read.
    outer, inner = ("\n".join(rng.choices(codes, k=PAIRS)).split("\n") for _ in range(2))
    units = timed(f"{PAIRS:,} pairs: codes to regions", lambda: [tree.units(each, TODAY) for each in (outer, inner)])
    timed(f"{PAIRS:,} pairs: covers", lambda: tree.covers_many(units[0], units[1], TODAY))
    for text in QUERIES:
        times = []
        for _ in range(20):
            before = time.perf_counter()
            found = held.names.search(Query(text, TODAY))
            times.append(1000 * (time.perf_counter() - before))
        times.sort()
        print(f"search {text:12} median {times[10]:6.2f} ms, slowest {times[-1]:6.2f} ms, {len(found)} hits")
    database.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/regions.db")
