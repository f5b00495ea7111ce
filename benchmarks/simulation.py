"""How the score behaves where the truth is known: simulated evaluators, the project's own score model and grades.

python benchmarks/simulation.py worlds    four worlds x four numbers of visits: coverage, bias, flags, grades
python benchmarks/simulation.py risk      visits drawn by risk: with design weights and without
python benchmarks/simulation.py stress    where an assumption of the method is broken on purpose
python benchmarks/simulation.py stamps    evaluators that pass everything unseen
python benchmarks/simulation.py check     that the short cut of this file gives what `compare` gives
Further argument: the number of replications, 200 by default. The seeds are fixed.

Everything here is simulated. A finding is a pass or a fail; the evaluator and the checker may each get it wrong.
Visits are simulated and scored as counts, so that no table of findings has to be paired.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import beta as beta_distribution
from scipy.stats import norm
from scipy.stats import t as student_t

from registry.reliability.check_error import CheckError, check_error_posterior
from registry.reliability.grading import (
    Evidence,
    benjamini_hochberg,
    decide_grade,
    exact_p_value,
    investigate_queue,
)
from registry.reliability.method import Method
from registry.reliability.posterior import Fit, VisitCounts, fit_pool, observed_rate
from registry.reliability.scoring import true_failure_share
from registry.reliability.weights import design_weights, hajek_rate, normalised_weights

SEED = 20250301
METHOD = Method()
FINDINGS = 12
BAD, GOOD = 0.15, 0.05
Floats = np.ndarray
World = Callable[[np.random.Generator, int], Floats]


def _two_kinds(good: float, bad: float) -> World:
    return lambda rng, n: np.where(rng.random(n) < 0.2, bad, good)


def _contaminated(rng: np.random.Generator, n: int) -> Floats:
    return np.where(rng.random(n) < 0.1, rng.uniform(0.15, 0.45, n), rng.beta(2.4, 37.6, n))


# theta of n evaluators. smooth: mean .08; contaminated: nine tenths with mean .06, a tenth between .15 and .45.
WORLDS: dict[str, World] = {
    "smooth": lambda rng, n: rng.beta(1.6, 18.4, n),
    "bimodal": _two_kinds(0.04, 0.20),
    "contaminated": _contaminated,
    "borderline": _two_kinds(0.08, 0.20),
}


@dataclass(frozen=True)
class Scenario:
    """One simulated setting. seen_error: what the double checks show, None = the truth, nan = no double checks.

    lenience: false passes are so many times as frequent as theta says. tipped: factor of the evaluator's error at
    checked sites. changed: share of findings that change from report to check. uneven: half of the evaluators meet a
    checker without error, the others one with twice check_error. risk: a fifth of the sites has three times the error
    and is drawn four times as often. prevalence: true share of failures. stamps: every fifth evaluator passes all.
    """

    name: str
    world: str
    visits: int
    evaluators: int = 50
    rho: float = 0.10
    check_error: float = 0.03
    doubled: int = 150
    seen_error: float | None = None
    lenience: float = 1.0
    tipped: float = 1.0
    changed: float = 0.0
    uneven: bool = False
    risk: bool = False
    weighted: bool = True
    prevalence: float = 0.15
    stamps: bool = False


@dataclass(frozen=True)
class Simulated:
    """truth: theta and lambda by evaluator; visits: one row per visit in the columns of the score model."""

    theta: Floats
    lam: Floats
    visits: pd.DataFrame
    check_error: CheckError


def simulate(scenario: Scenario, rng: np.random.Generator) -> Simulated:
    n, v = scenario.evaluators, scenario.visits
    theta = WORLDS[scenario.world](rng, n)
    lam = np.minimum(0.95, scenario.lenience * theta)
    stamp = (np.arange(n) % 5 == 0) & scenario.stamps
    theta, lam = np.where(stamp, scenario.prevalence, theta), np.where(stamp, 1.0, lam)
    alarm = (theta - scenario.prevalence * lam) / (1 - scenario.prevalence)
    factor, probability = _draws(scenario, rng)
    level = rng.random((n, v))
    miss = _visit_rate(lam[:, None] * factor, level, scenario.rho)
    false_alarm = _visit_rate(alarm[:, None] * factor, level, scenario.rho)
    miss, false_alarm = np.where(stamp[:, None], 1.0, miss), np.where(stamp[:, None], 0.0, false_alarm)
    error = np.full((n, v), scenario.check_error)
    if scenario.uneven:
        error *= np.where(np.arange(n) % 2, 2.0, 0.0)[:, None]
    counts = _counts(rng, miss, false_alarm, error, scenario)
    weights = design_weights(probability.ravel(), cap=METHOD.weight_cap).capped
    if not scenario.weighted:
        weights = np.ones(n * v)
    evaluator = np.repeat(np.arange(n), v)
    visits = pd.DataFrame({name: each.ravel().astype(float) for name, each in counts.items()})
    visits = visits.assign(evaluator=evaluator, weight=weights, probability=probability.ravel())
    return Simulated(theta, lam, visits, _check_error(scenario, rng))


def _draws(scenario: Scenario, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Factor of the evaluator's error and inclusion probability of every visit."""
    shape = (scenario.evaluators, scenario.visits)
    if not scenario.risk:
        return np.full(shape, scenario.tipped), np.ones(shape)
    # A fifth of the sites at four times the rate is half of the visits; .8 x 1 + .2 x 3 = 1.4.
    risky = rng.random(shape) < 0.5
    return np.where(risky, 3.0, 1.0) / 1.4, np.where(risky, 0.4, 0.1)


def _visit_rate(mean: Floats, level: Floats, rho: float) -> Floats:
    """The visit's own rate: Beta about the mean with intra-visit correlation rho, at the visit's level (0 to 1)."""
    mean = np.clip(mean, 1e-9, 0.98)
    if rho == 0:
        return np.broadcast_to(mean, level.shape)
    return beta_distribution.ppf(level, mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho)


def _counts(
    rng: np.random.Generator, miss: Floats, alarm: Floats, error: Floats, scenario: Scenario
) -> dict[str, Floats]:
    """d of m findings differ; k_f of n_f checked failures were reported as a pass; alarms are the other way."""
    fails = rng.binomial(FINDINGS, scenario.prevalence, miss.shape)
    missed = rng.binomial(fails, miss)
    alarmed = rng.binomial(FINDINGS - fails, alarm)
    # A finding that changes before the check and a checker's error have the same effect.
    flip = error + scenario.changed - 2 * error * scenario.changed
    flipped = {
        "missed": rng.binomial(missed, flip),
        "caught": rng.binomial(fails - missed, flip),
        "alarmed": rng.binomial(alarmed, flip),
        "passed": rng.binomial(FINDINGS - fails - alarmed, flip),
    }
    k_f = missed - flipped["missed"] + flipped["passed"]
    n_f = fails - flipped["missed"] - flipped["caught"] + flipped["alarmed"] + flipped["passed"]
    alarms = flipped["caught"] + alarmed - flipped["alarmed"]
    return {"d": k_f + alarms, "m": np.full_like(k_f, FINDINGS), "k_f": k_f, "n_f": n_f, "alarms": alarms}


def _check_error(scenario: Scenario, rng: np.random.Generator) -> CheckError:
    seen = scenario.check_error if scenario.seen_error is None else scenario.seen_error
    if np.isnan(seen):
        return check_error_posterior(0, 0, METHOD)
    differing = int(rng.binomial(scenario.doubled, 2 * seen * (1 - seen)))
    return check_error_posterior(differing, scenario.doubled, METHOD)


# --- scored as the product scores -----------------------------------------------------------------------------


def fit_theta(visits: pd.DataFrame, check_error: CheckError) -> Fit:
    return fit_pool(_visit_counts(visits, "d", "m"), METHOD, METHOD.discrepancy_grid, check_error.nodes)


def fit_lambda(visits: pd.DataFrame, check_error: CheckError) -> tuple[Fit | None, Floats]:
    """Fit of false passes, and the evaluators in it; None where every failure may be the checker's error."""
    weight = visits["weight"].to_numpy()
    prevalence = hajek_rate(weight, visits["n_f"].to_numpy(), visits["m"].to_numpy()) or 0.0
    with_failures = visits[visits["n_f"] > 0]
    present = np.unique(with_failures["evaluator"])
    if true_failure_share(prevalence, check_error.mean) == 0:
        return None, present
    passes = visits["m"] - visits["n_f"]
    passing = 1 - (hajek_rate(weight, visits["alarms"].to_numpy(), passes.to_numpy()) or 0.0)

    def rate(lam: Floats, error: float) -> Floats:
        share = true_failure_share(prevalence, error)
        return share * lam + (1 - share) * passing

    counts = _visit_counts(with_failures, "k_f", "n_f")
    return fit_pool(counts, METHOD, METHOD.false_pass_grid, check_error.nodes, rate), present


def _visit_counts(visits: pd.DataFrame, events: str, findings: str) -> VisitCounts:
    present, place = np.unique(visits["evaluator"], return_inverse=True)
    weight = visits.groupby("evaluator")["weight"].transform(lambda each: normalised_weights(each.to_numpy()))
    return VisitCounts(
        len(present), place, visits[events].to_numpy(), visits[findings].to_numpy(), weight.to_numpy(dtype=float)
    )


def score(data: Simulated) -> pd.DataFrame:
    """One row per evaluator: truth, posterior of theta and lambda, flags, grade, and what simpler ways say."""
    fit = fit_theta(data.visits, data.check_error)
    lam_fit, lam_places = fit_lambda(data.visits, data.check_error)
    rows = pd.DataFrame({"theta": data.theta, "lam": data.lam})
    posteriors = [fit.of(e) for e in range(len(rows))]
    rows["mean"] = [each.mean for each in posteriors]
    rows["low"], rows["high"] = ([each.quantile(p) for each in posteriors] for p in (0.05, 0.95))
    rows["exceedance"] = [each.exceedance(METHOD.theta0) for each in posteriors]
    for name in ("lam_mean", "lam_low", "lam_high"):
        rows[name] = np.nan
    for place, evaluator in enumerate(lam_places if lam_fit is not None else ()):
        each = lam_fit.of(place)
        rows.loc[evaluator, ["lam_mean", "lam_low", "lam_high"]] = each.mean, each.quantile(0.05), each.quantile(0.95)
    rows = rows.join(simple_ways(data.visits))
    q = float(observed_rate(np.array(METHOD.theta0), data.check_error.mean))
    groups = [each for _, each in data.visits.groupby("evaluator")]
    rows["p"] = [exact_p_value(each["d"].to_numpy(), each["m"].to_numpy(), q, fit.hyper["rho"]) for each in groups]
    rows["in_bh"] = benjamini_hochberg(list(rows["p"]), METHOD.sanction_level)
    rows["queue"] = np.isin(np.arange(len(rows)), investigate_queue(list(rows["exceedance"]), METHOD.queue_level))
    rows["probable"] = rows["exceedance"] >= METHOD.sanction_probability
    rows["proposal"] = rows["probable"] & rows["in_bh"]
    rows["grade"] = [_grade(row, fit, e, len(groups[e])) for e, row in enumerate(rows.itertuples())]
    return rows


def _grade(row: tuple, fit: Fit, evaluator: int, visits: int) -> str:
    evidence = Evidence(
        visits=visits,
        pairs=int(row.findings),
        raw_rate=row.hajek,
        bound=row.high,
        false_pass_bound=None if np.isnan(row.lam_high) else row.lam_high,
        own_lower=fit.own_of(evaluator).quantile(0.05),
    )
    return decide_grade(evidence, METHOD).name


def simple_ways(visits: pd.DataFrame) -> pd.DataFrame:
    """Pooled rate with Wilson's 90 % interval, and the mean of the visits' rates with a 90 % t interval."""
    sums = visits.assign(wd=visits["weight"] * visits["d"], wm=visits["weight"] * visits["m"])
    sums = sums.groupby("evaluator")[["d", "m", "k_f", "n_f", "wd", "wm"]].sum()
    rate, findings, z = sums["d"] / sums["m"], sums["m"], norm.ppf(0.95)
    middle = (rate + z**2 / (2 * findings)) / (1 + z**2 / findings)
    half = z * np.sqrt(rate * (1 - rate) / findings + z**2 / (4 * findings**2)) / (1 + z**2 / findings)
    by_visit = (visits["d"] / visits["m"]).groupby(visits["evaluator"]).agg(["mean", "std", "size"])
    reach = student_t.ppf(0.95, by_visit["size"] - 1) * by_visit["std"] / np.sqrt(by_visit["size"])
    return pd.DataFrame({
        "findings": sums["m"], "naive": rate, "hajek": sums["wd"] / sums["wm"], "wilson_low": middle - half,
        "wilson_high": middle + half, "t_low": by_visit["mean"] - reach, "t_high": by_visit["mean"] + reach,
        "naive_lam": sums["k_f"] / sums["n_f"].where(sums["n_f"] > 0),
    })  # fmt: skip


# --- summed up ------------------------------------------------------------------------------------------------


def run(scenario: Scenario, replications: int) -> pd.DataFrame:
    """All evaluators of all replications. Scenarios of one name see the same data."""
    frames = []
    for replication in range(replications):
        rng = np.random.default_rng([SEED, zlib.crc32(scenario.name.encode()), replication])
        frames.append(score(simulate(scenario, rng)).assign(replication=replication))
    return pd.concat(frames, ignore_index=True)


def ratio(rows: pd.DataFrame, events: pd.Series, base: pd.Series | None = None) -> tuple[float, float]:
    """Sum of events over the size of the base, and its Monte Carlo standard error by replication."""
    base = pd.Series(data=True, index=rows.index) if base is None else base
    above = (events * base).groupby(rows["replication"]).sum().to_numpy(float)
    below = base.groupby(rows["replication"]).sum().to_numpy(float)
    if below.sum() == 0:
        return np.nan, np.nan
    value, n = above.sum() / below.sum(), len(below)
    return value, float(np.sqrt(((above - value * below) ** 2).sum() * n / max(1, n - 1)) / below.sum())


def false_discoveries(rows: pd.DataFrame, flag: str) -> tuple[float, float]:
    """Mean over replications of the share of flagged evaluators with theta <= theta0, 0 where none is flagged."""
    flagged = rows.groupby("replication")[flag].sum()
    false = (rows[flag] & (rows["theta"] <= METHOD.theta0)).groupby(rows["replication"]).sum()
    shares = false / flagged.clip(lower=1)
    return float(shares.mean()), float(shares.std() / np.sqrt(len(shares)))


def covered(rows: pd.DataFrame, low: str, high: str, truth: str = "theta") -> pd.Series:
    return (rows[low] <= rows[truth]) & (rows[truth] <= rows[high])


Figures = dict[str, tuple[float, float]]


def intervals(rows: pd.DataFrame) -> Figures:
    bad, inside = rows["theta"] >= BAD, covered(rows, "low", "high")
    return {
        "coverage, all": ratio(rows, inside),
        "coverage, bad": ratio(rows, inside, bad),
        "coverage, good": ratio(rows, inside, rows["theta"] <= GOOD),
        "Wilson": ratio(rows, covered(rows, "wilson_low", "wilson_high")),
        "cluster-t": ratio(rows, covered(rows, "t_low", "t_high")),
        "bias": ratio(rows, 100 * (rows["mean"] - rows["theta"])),
        "bias, bad": ratio(rows, 100 * (rows["mean"] - rows["theta"]), bad),
        "naive bias": ratio(rows, 100 * (rows["naive"] - rows["theta"])),
        "width": ratio(rows, 100 * (rows["high"] - rows["low"])),
    }


def flags(rows: pd.DataFrame) -> dict[str, Figures]:
    """By rule: false flags among theta <= theta0, power among the bad, false discovery proportion."""
    rules = {
        "rate > 10 %": rows["naive"] > METHOD.theta0,
        "Wilson low > 10 %": rows["wilson_low"] > METHOD.theta0,
        "cluster-t low > 10 %": rows["t_low"] > METHOD.theta0,
        "queue": rows["queue"],
        "P >= .95": rows["probable"],
        "P >= .95 and BH": rows["proposal"],
    }
    found = {}
    for name, flagged in rules.items():
        found[name] = {
            "false flags": ratio(rows, flagged, rows["theta"] <= METHOD.theta0),
            "power": ratio(rows, flagged, rows["theta"] >= BAD),
            "false discoveries": false_discoveries(rows.assign(flag=flagged), "flag"),
        }
    return found


def grades(rows: pd.DataFrame) -> Figures:
    bad, good = rows["theta"] >= BAD, rows["theta"] <= GOOD
    return {
        "A, bad": ratio(rows, rows["grade"] == "A", bad),
        "A, good": ratio(rows, rows["grade"] == "A", good),
        "U95 <= .10, good": ratio(rows, rows["high"] <= METHOD.grade_a, good),
        "lambda <= .25, good": ratio(rows, rows["lam_high"] <= METHOD.grade_a_false_pass, good),
        "A or B, bad": ratio(rows, rows["grade"].isin(["A", "B"]), bad),
        "A or B, good": ratio(rows, rows["grade"].isin(["A", "B"]), good),
        "C, bad": ratio(rows, rows["grade"] == "C", bad),
        "C, theta <= .10": ratio(rows, rows["grade"] == "C", rows["theta"] <= METHOD.theta0),
        "inconclusive, all": ratio(rows, rows["grade"] == "inconclusive"),
    }


def false_passes(rows: pd.DataFrame) -> Figures:
    known = rows["lam_mean"].notna() & rows["naive_lam"].notna()
    seen = rows.fillna({"naive_lam": 0.0, "lam_mean": 0.0})
    return {
        "naive bias": ratio(seen, 100 * (seen["naive_lam"] - seen["lam"]), known),
        "bias": ratio(seen, 100 * (seen["lam_mean"] - seen["lam"]), known),
        "coverage": ratio(rows, covered(rows, "lam_low", "lam_high", "lam"), known),
        "coverage, bad": ratio(rows, covered(rows, "lam_low", "lam_high", "lam"), known & (rows["theta"] >= BAD)),
        "without a checked failure": ratio(rows, ~known),
    }


# --- tables ---------------------------------------------------------------------------------------------------


def table(title: str, lines: dict[str, Figures]) -> None:
    """Markdown; every figure with its Monte Carlo standard error in brackets."""
    heads = list(next(iter(lines.values())))
    print(f"\n**{title}**\n\n| | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}")
    for name, figures in lines.items():
        print(f"| {name} | {' | '.join(_cell(head, *figures[head]) for head in heads)} |")


def _cell(head: str, value: float, error: float) -> str:
    if np.isnan(value):
        return "–"
    digits = 2 if "bias" in head or head == "width" else 3
    return f"{value:.{digits}f} ({error:.{digits}f})"


def worlds(replications: int) -> None:
    names = [(world, visits) for world in WORLDS for visits in (4, 8, 16, 32)]
    found = {f"{w}, {v} visits": run(Scenario(f"{w}-{v}", w, v), replications) for w, v in names}
    table("Simulated: 90 % intervals of theta (bias and width in points)", {k: intervals(r) for k, r in found.items()})
    table("Simulated: grades, shares of evaluators", {name: grades(rows) for name, rows in found.items()})
    table("Simulated: false-pass rate (bias in points)", {name: false_passes(rows) for name, rows in found.items()})
    rules = {name: flags(rows) for name, rows in found.items()}
    for figure in ("false flags", "power", "false discoveries"):
        lines = {name: {rule: each[figure] for rule, each in of.items()} for name, of in rules.items()}
        table(f"Simulated: {figure} by rule", lines)


def risk(replications: int) -> None:
    lines = {}
    for visits in (8, 16, 32):
        scenario = Scenario(f"risk-{visits}", "smooth", visits, risk=True)
        for weighted in (True, False):
            rows = run(replace(scenario, weighted=weighted), replications)
            lines[f"{visits} visits, {'weights' if weighted else 'no weights'}"] = intervals(rows) | by_risk(rows)
    table("Simulated: visits drawn by risk, smooth world (bias in points)", lines)


def by_risk(rows: pd.DataFrame) -> Figures:
    """What weights do to a rate and, since the exact test has none, what they do not do to it."""
    good = rows["theta"] <= METHOD.theta0
    return {
        "Hajek bias": ratio(rows, 100 * (rows["hajek"] - rows["theta"])),
        "P >= .95, theta <= .10": ratio(rows, rows["probable"], good),
        "in BH set, theta <= .10": ratio(rows, rows["in_bh"], good),
        "both, theta <= .10": ratio(rows, rows["proposal"], good),
        "both, bad": ratio(rows, rows["proposal"], rows["theta"] >= BAD),
    }


STRESS = {
    "nothing broken, smooth": Scenario("stress", "smooth", 16),
    "double checks copy the first: error .05 seen as .02": Scenario(
        "stress-copied", "smooth", 16, check_error=0.05, seen_error=0.02
    ),
    "no double checks, error .03 taken as 0": Scenario("stress", "smooth", 16, seen_error=np.nan),
    "half of the evaluators meet a checker with error .06, half one with 0": Scenario(
        "stress-uneven", "smooth", 16, uneven=True
    ),
    "2 % of findings change before the check": Scenario("stress-changed", "smooth", 16, changed=0.02),
    "evaluators err half as often where they know of the check": Scenario("stress-tipped", "smooth", 16, tipped=0.5),
    "false passes three times theta": Scenario("stress-lenient", "smooth", 16, lenience=3.0),
    "10 evaluators, 8 visits": Scenario("stress-few", "smooth", 8, evaluators=10),
    "rho .20, smooth, 8 visits": Scenario("stress-alike", "smooth", 8, rho=0.20),
    "rho .20, borderline, 8 visits": Scenario("stress-borderline", "borderline", 8, rho=0.20),
}


def stress(replications: int) -> None:
    found = {name: run(scenario, replications) for name, scenario in STRESS.items()}
    title = "Simulated: broken assumptions, intervals (bias and width in points)"
    table(title, {name: intervals(rows) for name, rows in found.items()})
    table("Simulated: broken assumptions, grades", {name: grades(rows) for name, rows in found.items()})
    table("Simulated: broken assumptions, false passes", {name: false_passes(rows) for name, rows in found.items()})
    for rule in ("queue", "P >= .95", "P >= .95 and BH"):
        table(f"Simulated: broken assumptions, {rule}", {name: flags(rows)[rule] for name, rows in found.items()})


def stamps(replications: int) -> None:
    lines = {}
    for prevalence in (0.05, 0.10):
        for visits in (8, 16, 32):
            scenario = Scenario(f"stamps-{prevalence}-{visits}", "smooth", visits, prevalence=prevalence, stamps=True)
            rows = run(scenario, replications)
            stamp, known = rows["lam"] == 1, rows["lam_low"].notna()
            seen = {name: ratio(rows, rows["grade"] == name, stamp) for name in ("A", "B", "inconclusive", "C")}
            lines[f"{prevalence:.0%} fail, {visits} visits"] = seen | {
                "queue": ratio(rows, rows["queue"], stamp),
                "lambda above .5": ratio(rows, rows["lam_low"] > 0.5, stamp),
                "lambda above .5, others": ratio(rows, rows["lam_low"] > 0.5, ~stamp),
                "lambda unknown": ratio(rows, ~known, stamp),
            }
    table("Simulated: evaluators that pass everything, a fifth of the pool; shares of these", lines)


# --- the short cut against the whole --------------------------------------------------------------------------


def check(_: int) -> None:
    """The same simulated visits through `compare`, as tables of findings: scores, bounds, flags and grades agree."""
    from registry.reliability import compare

    scenario = Scenario("check", "contaminated", 8, risk=True, seen_error=np.nan)
    data = simulate(scenario, np.random.default_rng(SEED))
    rows = score(data)
    criteria = {"criteria": [{"id": f"c{i:02}", "scale": "boolean"} for i in range(FINDINGS)]}
    result = compare(*findings(data.visits), criteria)
    for row, each in zip(rows.itertuples(), result.evaluators, strict=True):
        lam = each.direction.false_pass_posterior
        here = (row.mean, row.low, row.high, row.exceedance, row.hajek, row.p, row.lam_high)
        there = (each.posterior.mean, each.posterior.q05, each.posterior.q95, each.exceedance, each.raw_rate,
                 each.sanction_proposal.p_value, np.nan if lam is None else lam.q95)  # fmt: skip
        np.testing.assert_allclose(here, there, rtol=1e-8)
        proposal = each.sanction_proposal
        assert (row.grade, row.queue, row.in_bh, row.proposal) == (
            each.grade, each.investigate, proposal.in_bh_set, proposal.proposed,
        )  # fmt: skip
    print(f"{len(rows)} simulated evaluators: this file and `compare` agree.")


def findings(visits: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The visits' counts as reports and spot checks, one row per finding."""
    kinds = pd.DataFrame({
        "false false": visits["n_f"] - visits["k_f"], "true false": visits["k_f"], "false true": visits["alarms"],
    }).astype(int)  # fmt: skip
    kinds["true true"] = FINDINGS - kinds.sum(axis=1)
    values = [kind.split() for row in kinds.to_numpy() for kind, n in zip(kinds, row, strict=True) for _ in range(n)]
    site = [f"s{i:05}" for i in np.repeat(np.arange(len(visits)), FINDINGS)]
    criterion = [f"c{i:02}" for i in range(FINDINGS)] * len(visits)
    both = pd.DataFrame({"site_id": site, "criterion_id": criterion, "observed_on": "2025-03-01"})
    who = [f"e{i:03}" for i in np.repeat(visits["evaluator"].to_numpy(), FINDINGS)]
    reports = both.assign(report_id=site, evaluator_id=who, value=[each[0] for each in values])
    probability = np.repeat(visits["probability"].to_numpy(), FINDINGS)
    checks = both.assign(
        spot_check_id=site, checker_id="k1", value=[each[1] for each in values], inclusion_probability=probability
    )
    return reports, checks


COMMANDS: dict[str, Callable[[int], None]] = {
    "worlds": worlds,
    "risk": risk,
    "stress": stress,
    "stamps": stamps,
    "check": check,
}


def main(arguments: Sequence[str]) -> None:
    if not arguments or arguments[0] not in COMMANDS or not all(each.isdigit() for each in arguments[1:]):
        sys.exit(__doc__)
    replications = int(arguments[1]) if len(arguments) > 1 else 200
    start = time.process_time()
    COMMANDS[arguments[0]](replications)
    seconds = time.process_time() - start
    if arguments[0] != "check":
        print(f"\n{arguments[0]}: {replications} replications each, {seconds:.0f} s CPU on one core")


if __name__ == "__main__":
    main(sys.argv[1:])
