"""Time to page through the recorded pairs of a large comparison, with and without keeping them parsed.

python benchmarks/paging.py [limit]     99,960 pairs by pages of `limit` (1,000), through the API on SQLite

A round asks for one page as it was before (the pairs parsed for this page) and then for ten pages from what is kept,
side by side; the figure is the ratio of the medians of all rounds. Then all pages are read in a row, the first of
which parses.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from comparison import simulated
from starlette.testclient import TestClient

EVALUATORS, VISITS = 170, 49
ROUNDS = 7


def recorded(client: TestClient) -> str:
    """Records a comparison in which every finding was checked; gives the address of its pairs."""
    reports, checks, criteria = simulated(EVALUATORS, VISITS, 1.0)
    files = {
        "reports": ("reports.csv", reports.to_csv(index=False).encode()),
        "spot_checks": ("checks.csv", checks.to_csv(index=False).encode()),
        "criteria": ("criteria.json", json.dumps(criteria).encode()),
    }
    job = client.post("/api/v1/comparisons", files=files).headers["location"]
    while (found := client.get(job).json())["state"] in ("queued", "running"):
        time.sleep(0.2)
    return f"{found['comparison']}/pairs"


def page(client: TestClient, address: str) -> dict[str, Any]:
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(response.text)
    found: dict[str, Any] = response.json()
    return found


def all_pages(client: TestClient, address: str | None) -> tuple[int, int]:
    """Pages and pairs."""
    pages = pairs = 0
    while address:
        found = page(client, address)
        pages, pairs, address = pages + 1, pairs + len(found["pairs"]), found["next"]
    return pages, pairs


def seconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def measure(client: TestClient, limit: int) -> None:
    from registry.reliability.api import PARSED

    address = f"{recorded(client)}?limit={limit}"
    following = page(client, address)["next"]
    parsing, kept = [], []
    for _ in range(ROUNDS):
        PARSED.clear()
        parsing.append(seconds(lambda: page(client, following)))
        kept += [seconds(lambda: page(client, following)) for _ in range(10)]
    before, after = statistics.median(parsing), statistics.median(kept)
    print(f"a page of {limit:,}: parsed for it {before:.2f} s, from what is kept {after:.3f} s, {before / after:.0f} x")
    ratios = sorted(each / after for each in parsing)
    print(f"lowest to highest ratio of {ROUNDS} rounds: {ratios[0]:.0f} to {ratios[-1]:.0f}")
    PARSED.clear()
    start = time.perf_counter()
    pages, pairs = all_pages(client, address)
    whole = time.perf_counter() - start
    print(f"all {pairs:,} pairs in {pages} pages: {whole:.1f} s; parsed for each, {pages} x {before:.2f} s: ", end="")
    print(f"{pages * before:.0f} s, {pages * before / whole:.0f} x")


def main() -> None:
    from registry import db_state
    from registry.app import create_app
    from registry.config import Settings
    from registry.db import open_database

    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'registry.db'}", create=True)
        db_state.upgrade(database)
        with TestClient(create_app(Settings(), None, database)) as client:
            measure(client, limit)
        database.close()


if __name__ == "__main__":
    main()
