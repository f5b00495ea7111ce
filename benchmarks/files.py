"""Time to read, check and annotate users' files: the readers run in a child process, as in the product.

python benchmarks/files.py rows [N]     N rows (50,000) with errors: annotated against read alone, in each format
python benchmarks/files.py start [N]    start of the reading server, and what each of N (200) small files costs
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

HEADING = ("report_id", "evaluator_id", "site_id", "criterion_id", "value", "observed_on", "comment")
CRITERIA = 12
ROUNDS = 5


@dataclass(frozen=True)
class Seconds:
    read: float
    check: float
    annotate: float

    def ratio(self) -> float:
        return (self.read + self.check + self.annotate) / self.read


def findings(rows: int, seed: int = 1) -> pd.DataFrame:
    """Findings of which one in twenty breaks a rule: a bad value, a bad date, a code that lost digits."""
    rng = np.random.default_rng(seed)
    number = np.arange(rows)
    site = number // CRITERIA
    frame = pd.DataFrame(
        {
            "report_id": [f"r{i:07d}" for i in site],
            "evaluator_id": [f"e{i % 50:03d}" for i in site],
            "site_id": [f"33110{i:07d}" for i in site],
            "criterion_id": [f"c{i % CRITERIA:02d}" for i in number],
            "value": np.where(rng.random(rows) < 0.85, "true", "false").astype(object),
            "observed_on": "2025-03-01",
            "comment": np.where(rng.random(rows) < 0.3, "nothing to remark", "").astype(object),
        }
    )
    bad = rng.random(rows)
    frame.loc[bad < 0.02, "value"] = "maybe"
    frame.loc[(bad >= 0.02) & (bad < 0.04), "observed_on"] = "1 March"
    frame.loc[(bad >= 0.04) & (bad < 0.05), "evaluator_id"] = "9.1331E+17"
    return frame


def files(frame: pd.DataFrame) -> dict[str, bytes]:
    from registry.annotated_files import annotate
    from registry.file_formats import FileFormat
    from registry.reliability.text_frames import table_of

    table = table_of(frame, "findings")
    return {f"findings.{form}": annotate(table, [], form).content for form in FileFormat if form is not FileFormat.XLS}


def measure(content: bytes, name: str) -> Seconds:
    from registry.annotated_files import annotate
    from registry.file_reader import OWN_FILE, read_file
    from registry.reliability.criteria import read_criteria
    from registry.reliability.findings import check_findings

    criteria = read_criteria({"criteria": [{"id": f"c{i:02d}", "scale": "boolean"} for i in range(CRITERIA)]})
    times = [time.perf_counter()]
    table = read_file(content, name=name, limits=OWN_FILE)
    times.append(time.perf_counter())
    checked = check_findings(table, criteria, "reports")
    times.append(time.perf_counter())
    annotated = annotate(table, checked.violations)
    times.append(time.perf_counter())
    if not checked.violations or not annotated.content:
        raise SystemExit("there was nothing to annotate")
    return Seconds(*(later - before for before, later in pairwise(times)))


def measure_rows(rows: int) -> None:
    made = files(findings(rows))
    print(f"{rows:,} rows x {len(HEADING)} columns, one in twenty bad; medians of {ROUNDS} rounds, seconds")
    print("format    MiB    read   check  annotate   all / read alone   (lowest to highest)")
    for name, content in made.items():
        measure(content, name)
        rounds = [measure(content, name) for _ in range(ROUNDS)]
        medians = [statistics.median(getattr(each, part) for each in rounds) for part in ("read", "check", "annotate")]
        ratios = sorted(each.ratio() for each in rounds)
        spread = f"{statistics.median(ratios):13.1f}   {ratios[0]:13.1f} to {ratios[-1]:.1f}"
        print(f"{name[9:]:8}{len(content) / 2**20:5.1f}{medians[0]:8.2f}{medians[1]:8.2f}{medians[2]:10.2f}{spread}")


def measure_start(count: int) -> None:
    from registry.file_reader import read_file
    from registry.reader_client import ReaderClient

    small = files(findings(12))
    starts = []
    for _ in range(ROUNDS):
        client = ReaderClient()
        starts.append(seconds(client.start))
        client.close()
    print(f"start of the reading server: {statistics.median(starts):.2f} s ({min(starts):.2f} to {max(starts):.2f})")
    for name, content in small.items():
        read_file(content, name=name)
        times = sorted(seconds(lambda: read_file(content, name=name)) for _ in range(count))  # noqa: B023
        median, high = times[count // 2] * 1000, times[count * 95 // 100] * 1000
        print(f"{name[9:]:8} 12 rows: median {median:5.1f} ms, 95th of 100 {high:5.1f} ms")


def seconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def main() -> None:
    kind, *number = sys.argv[1:] or ["rows"]
    if kind == "rows":
        measure_rows(int(*number or [50_000]))
    elif kind == "start":
        measure_start(int(*number or [200]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
