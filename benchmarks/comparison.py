"""Time and memory of a comparison on simulated findings, side by side with simpler ways on the same data.

python benchmarks/comparison.py score     200 evaluators x 30 visits x 12 findings
python benchmarks/comparison.py large     1,000,000 report findings against 100,000 check findings
python benchmarks/comparison.py files     the same through CSV files and `registry compare`
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

CRITERIA = 12


def simulated(evaluators: int, visits: int, checked: float, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    """Simulated reports of evaluators x visits sites, the given share of them checked; findings are booleans."""
    rng = np.random.default_rng(seed)
    sites = evaluators * visits
    evaluator = np.repeat(np.arange(evaluators), visits)
    truth = rng.random((sites, CRITERIA)) < 0.85
    theta = rng.beta(2, 20, evaluators)[evaluator]
    error = rng.beta(theta * 9, (1 - theta) * 9)[:, None]
    reported = truth ^ (rng.random((sites, CRITERIA)) < error)
    site = np.array([f"s{i:07d}" for i in range(sites)], dtype=object)
    names = {i: f"c{i:02d}" for i in range(CRITERIA)}
    reports = pd.DataFrame(
        {
            "report_id": np.repeat(np.array([f"r{i:07d}" for i in range(sites)], dtype=object), CRITERIA),
            "evaluator_id": np.repeat(np.array([f"e{i:05d}" for i in evaluator], dtype=object), CRITERIA),
            "site_id": np.repeat(site, CRITERIA),
            "criterion_id": np.tile(np.array(list(names.values()), dtype=object), sites),
            "value": np.where(reported.ravel(), "true", "false").astype(object),
            "observed_on": "2025-03-01",
        }
    )
    chosen = np.sort(rng.choice(sites, int(sites * checked), replace=False))
    checks = pd.DataFrame(
        {
            "spot_check_id": np.repeat(np.array([f"k{i:07d}" for i in chosen], dtype=object), CRITERIA),
            "checker_id": np.repeat(np.array([f"a{i % 20:02d}" for i in chosen], dtype=object), CRITERIA),
            "site_id": np.repeat(site[chosen], CRITERIA),
            "criterion_id": np.tile(np.array(list(names.values()), dtype=object), len(chosen)),
            "value": np.where(truth[chosen].ravel(), "true", "false").astype(object),
            "observed_on": "2025-03-21",
        }
    )
    return reports, checks, {"criteria": [{"id": name, "scale": "boolean"} for name in names.values()]}


def naive(reports: pd.DataFrame, checks: pd.DataFrame) -> pd.Series:
    """What a spreadsheet does: join, equal or not, mean. No row is checked and nothing is scored."""
    joined = reports.merge(checks, on=["site_id", "criterion_id"], suffixes=("", "_check"))
    return joined.assign(equal=joined["value"] == joined["value_check"]).groupby("evaluator_id")["equal"].mean()


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(reports: pd.DataFrame, checks: pd.DataFrame, criteria: dict) -> None:
    from registry.reliability import Method, compare
    from registry.reliability.check_error import check_error_posterior
    from registry.reliability.posterior import VisitCounts, fit_pool

    naive(reports.head(1000), checks.head(1000))
    compare(reports.head(12 * 60), checks.head(12 * 60), criteria)
    before = peak_mib()
    start = time.process_time()
    naive(reports, checks)
    naive_seconds = time.process_time() - start
    start = time.process_time()
    comparison = compare(reports, checks, criteria)
    seconds = time.process_time() - start
    pairs = comparison.pairs
    visits = pairs.groupby(["evaluator_id", "spot_check_id"])["discrepancy"].agg(["sum", "size"]).reset_index()
    counts = VisitCounts(
        visits["evaluator_id"].nunique(),
        pd.factorize(visits["evaluator_id"])[0].astype(np.int64),
        visits["sum"].to_numpy(float),
        visits["size"].to_numpy(float),
        np.ones(len(visits)),
    )
    method = Method()
    nodes = {"no double checks": ((0.0, 1.0),), "15 nodes of check error": check_error_posterior(9, 150, method).nodes}
    print(f"{len(reports):,} report findings, {len(checks):,} check findings, {len(pairs):,} pairs")
    print(f"compare, all of it             {seconds:6.2f} s CPU   {seconds / naive_seconds:5.1f} x naive join and mean")
    for name, each in nodes.items():
        start = time.process_time()
        fit_pool(counts, method, method.discrepancy_grid, each)
        print(f"score model, {name:<25}{time.process_time() - start:6.2f} s CPU")
    print(f"peak memory {peak_mib():.0f} MiB (before the comparison, with the input frames: {before:.0f} MiB)")


def measure_files(reports: pd.DataFrame, checks: pd.DataFrame, criteria: dict) -> None:
    import json

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reports.to_csv(folder / "reports.csv", index=False)
        checks.to_csv(folder / "checks.csv", index=False)
        (folder / "criteria.json").write_text(json.dumps(criteria))
        del reports, checks
        start = time.perf_counter()
        command = ["compare", "--reports", "reports.csv", "--spot-checks", "checks.csv", "--criteria", "criteria.json"]
        subprocess.run([sys.executable, "-m", "registry", *command, "--out", "result.json"], cwd=folder, check=True)
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"registry compare on CSV files: {seconds:.1f} s wall, peak memory {peak:.0f} MiB")


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) > 1 else "score"
    if kind == "score":
        measure(*simulated(200, 30, 1.0))
    elif kind in ("large", "files"):
        # 83,334 sites x 12 criteria; a tenth of them checked
        frames = simulated(2_778, 30, 0.1)
        (measure if kind == "large" else measure_files)(*frames)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
