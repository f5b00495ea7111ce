"""Which report finding is held against which check finding, and why the others are not.

A visit is one spot check of one site seen against one evaluator: the latest report of that evaluator that had been
made, and sealed, by the day of the check counts; older ones are superseded. A report that was sealed too late does
not displace an earlier one, or a firm could withdraw its word after learning of the check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from registry.reliability.criteria import Criterion
from registry.reliability.discrepancy import is_material
from registry.reliability.findings import STATUSES, Checked
from registry.reliability.method import Method

# The order decides: a row gets the first reason that applies.
REASONS = (
    "no_report", "no_check", "version_mismatch", "outside_lag", "volatile", "visit_failed", "visit_refused",
    "not_assessed", "unsealed", "site_changed", "for_cause", "not_reverified", "superseded", "same_checker",
)  # fmt: skip
_CODE = {reason: code for code, reason in enumerate(REASONS)}
_PAIRED = -1
_NEVER = len(REASONS)
_STATUS_REASON = np.array(
    [_NEVER, _CODE["visit_failed"], _CODE["visit_refused"], _CODE["site_changed"]], dtype=np.int64
)
assert STATUSES == ("completed", "failed", "refused", "site_changed")


@dataclass(frozen=True, slots=True)
class Pairing:
    """pairs: one row per pair with report_index and check_index (places in the two frames), lag (days) and use
    ("paired" or "for_cause"). doubles: first_index, second_index of repeated checks. report_reason, check_reason:
    one code per row (place in REASONS), -1 for a row that paired or was used as a double check.
    """

    pairs: pd.DataFrame
    doubles: pd.DataFrame
    report_reason: NDArray[np.int64]
    check_reason: NDArray[np.int64]

    def dropped(self) -> list[tuple[str, str, int]]:
        """(side, reason, rows), in the order of the reasons."""
        return [
            (side, REASONS[code], int(count))
            for side, reasons in (("reports", self.report_reason), ("spot_checks", self.check_reason))
            for code, count in zip(*np.unique(reasons[reasons >= 0], return_counts=True), strict=True)
        ]


def pair(reports: Checked, spot_checks: Checked, criteria: Sequence[Criterion], method: Method) -> Pairing:
    """Pair findings on site, criterion, standard major version and parameters, within the lag of the criterion."""
    report, check = _common_codes(reports.frame, spot_checks.frame)
    is_double = check["double_of"].to_numpy() != "" if "double_of" in check else np.zeros(len(check), dtype=bool)
    first = check[~is_double]
    candidates = _candidates(report, first, method)
    limits = lag_limits(criteria, method)
    reason = _reasons(candidates, criteria, limits)
    candidates["reason"] = reason
    report_reason = _row_reasons(candidates, "report_index", len(report), _CODE["no_check"])
    check_reason = _row_reasons(candidates, "check_index", len(check), _CODE["no_report"])
    doubles, double_reason = _doubles(check, is_double, limits)
    check_reason[is_double] = double_reason[is_double]
    used = candidates[(reason == _PAIRED) | (reason == _CODE["for_cause"])]
    pairs = used[["report_index", "check_index", "lag"]].reset_index(drop=True)
    pairs["use"] = np.where(used["reason"] == _PAIRED, "paired", "for_cause")
    return Pairing(pairs, doubles, report_reason, check_reason)


def lag_limits(criteria: Sequence[Criterion], method: Method) -> NDArray[np.int64]:
    """Longest lag in days of each criterion: the method's, else the criterion's own, else its stability class's."""
    by_class = {"stable": method.lag_stable, "slow": method.lag_slow, "volatile": 0}
    if method.lag_days is not None:
        return np.full(len(criteria), method.lag_days, dtype=np.int64)
    own = [each.lag_days if each.lag_days is not None else by_class[each.stability] for each in criteria]
    return np.array(own, dtype=np.int64)


def _common_codes(reports: pd.DataFrame, checks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both frames with integer codes that mean the same site on both sides, and their own places as index columns."""
    sites = reports["site_id"].cat.categories.union(checks["site_id"].cat.categories)
    frames = []
    for frame, index in ((reports, "report_index"), (checks, "check_index")):
        coded = pd.DataFrame({
            index: np.arange(len(frame)),
            "site": sites.get_indexer(frame["site_id"].cat.categories)[frame["site_id"].cat.codes],
            "criterion": frame["criterion"].to_numpy(),
            "day": frame["day"].to_numpy(),
            "reading": frame["reading"].to_numpy(),
        })  # fmt: skip
        for name in ("sealed_at", "status", "for_cause", "reverified", "double_of", "version", "parameter_digest"):
            if name in frame:
                coded[name] = frame[name].to_numpy()
        for name in ("evaluator_id", "report_id", "spot_check_id", "checker_id"):
            if name in frame:
                coded[name] = frame[name].cat.codes.to_numpy().astype(np.int64)
        if "double_of" in frame:
            coded["spot_check_name"] = frame["spot_check_id"].to_numpy()
        frames.append(coded)
    if not all("version" in frame for frame in frames):
        frames = [frame.drop(columns="version", errors="ignore") for frame in frames]
    if not all("parameter_digest" in frame for frame in frames):
        frames = [frame.drop(columns="parameter_digest", errors="ignore") for frame in frames]
    return frames[0], frames[1]


def _candidates(report: pd.DataFrame, check: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Every report finding beside every check finding of the same site and criterion.

    counted: the report is the one that counts for this visit. unsealed: it was not sealed by the end of the day.
    """
    joined = report.merge(check, on=["site", "criterion"], suffixes=("", "_check"))
    joined["lag"] = joined["day_check"] - joined["day"]
    if "sealed_at" in joined:
        days, place = np.unique(joined["day_check"], return_inverse=True)
        ends = np.array([_end_of_day(int(day), method.zone) for day in days], dtype=float)
        joined["unsealed"] = ~(joined["sealed_at"].to_numpy() < ends[place])
    else:
        joined["unsealed"] = False
    joined["counted"] = _counted(report, check, joined)
    return joined


def _end_of_day(day: int, zone: str) -> float:
    """The instant at which a local day ends, in seconds since 1970-01-01 UTC."""
    following = date(1970, 1, 1) + timedelta(days=day + 1)
    return datetime.combine(following, time(), ZoneInfo(zone)).astimezone(UTC).timestamp()


def _counted(report: pd.DataFrame, check: pd.DataFrame, joined: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each candidate's report is the latest eligible one of its evaluator for its visit.

    The report as a whole counts: a criterion that the latest report leaves out is not taken from an older one.
    """
    visits = check.groupby(["spot_check_id", "site"], sort=True)["day"].max().reset_index()
    ordering = {"made_on": ("day", "min")} | ({"sealed": ("sealed_at", "max")} if "sealed_at" in report else {})
    instances = report.groupby(["evaluator_id", "report_id", "site"], sort=True).agg(**ordering).reset_index()
    met = visits.merge(instances, on="site")
    eligible = met[met["made_on"] <= met["day"]]
    if "sealed_at" in report:
        sealed_pairs = joined.loc[~joined["unsealed"], ["spot_check_id", "site", "evaluator_id", "report_id"]]
        eligible = eligible.merge(sealed_pairs.drop_duplicates(), how="inner")
    latest = eligible.sort_values(["made_on", *(["sealed"] if "sealed" in eligible else []), "report_id"])
    latest = latest.drop_duplicates(["spot_check_id", "site", "evaluator_id"], keep="last")
    keys = ["spot_check_id", "site", "evaluator_id", "report_id"]
    marked = joined[keys].merge(latest[keys].assign(counted=True), on=keys, how="left")
    return marked["counted"].notna().to_numpy()


def _reasons(joined: pd.DataFrame, criteria: Sequence[Criterion], limits: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first reason that keeps each candidate from being a pair, else -1."""
    criterion = joined["criterion"].to_numpy()
    lag = joined["lag"].to_numpy()
    volatile = np.array([each.stability == "volatile" and each.lag_days is None for each in criteria], dtype=bool)
    status = _status_reasons(joined)
    unknown = np.isnan(joined["reading"].to_numpy()) | (
        np.isnan(joined["reading_check"].to_numpy()) & (status == _NEVER)
    )
    superseded = ~joined["counted"].to_numpy() & ~joined["unsealed"].to_numpy() & (lag >= 0)
    conditions = {
        "version_mismatch": _differs(joined, "version") | _differs(joined, "parameter_digest"),
        "outside_lag": (lag < 0) | (lag > limits[criterion]),
        "volatile": volatile[criterion] & (lag != 0),
        "visit_failed": status == _CODE["visit_failed"],
        "visit_refused": status == _CODE["visit_refused"],
        "not_assessed": unknown,
        "unsealed": joined["unsealed"].to_numpy(),
        "site_changed": status == _CODE["site_changed"],
        "for_cause": joined["for_cause"].to_numpy() if "for_cause" in joined else np.zeros(len(joined), dtype=bool),
        "not_reverified": _not_reverified(joined, criteria),
    }
    reason = np.full(len(joined), _PAIRED, dtype=np.int64)
    for name in reversed(conditions):
        reason[conditions[name]] = _CODE[name]
    # Whatever else is true of an older report, that it was replaced is what a reader must know.
    reason[superseded] = _CODE["superseded"]
    return reason


def _status_reasons(frame: pd.DataFrame) -> NDArray[np.int64]:
    if "status" not in frame:
        return np.full(len(frame), _NEVER, dtype=np.int64)
    return _STATUS_REASON[frame["status"].to_numpy().astype(np.int64)]


def _differs(joined: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    if f"{name}_check" not in joined:
        return np.zeros(len(joined), dtype=bool)
    differs: NDArray[np.bool_] = joined[name].to_numpy() != joined[f"{name}_check"].to_numpy()
    return differs


def _not_reverified(joined: pd.DataFrame, criteria: Sequence[Criterion]) -> NDArray[np.bool_]:
    """Critical discrepancies and failed vetoes that nobody has re-verified, where the checks say who did."""
    pending = np.zeros(len(joined), dtype=bool)
    if "reverified" not in joined:
        return pending
    criterion, open_ = joined["criterion"].to_numpy(), ~joined["reverified"].to_numpy()
    y, x = joined["reading"].to_numpy(), joined["reading_check"].to_numpy()
    for place, each in enumerate(criteria):
        if each.severity != "critical" and not each.veto:
            continue
        rows = np.flatnonzero((criterion == place) & open_ & ~np.isnan(y) & ~np.isnan(x))
        critical = is_material(each, y[rows], x[rows]) & (each.severity == "critical")
        vetoed = np.array([each.veto and each.passes(value) is False for value in x[rows]], dtype=bool)
        pending[rows] = critical | vetoed
    return pending


def _row_reasons(candidates: pd.DataFrame, index: str, rows: int, without: int) -> NDArray[np.int64]:
    """Each row's reason over its candidates: none if it paired, else the first in the order of REASONS.

    Candidates that came before the report, or whose report another replaced, speak only where there are no others.
    """
    reason = candidates["reason"].to_numpy()
    remote = candidates["lag"].to_numpy() < 0
    if index == "check_index":
        remote = remote | (reason == _CODE["superseded"])
    found = np.full(rows, 2 * _NEVER + 2, dtype=np.int64)
    # -1 (paired) sorts first, then near reasons, then remote ones.
    np.minimum.at(found, candidates[index].to_numpy(), np.where(remote, reason + _NEVER + 1, reason))
    found[found == 2 * _NEVER + 2] = without
    found = np.where(found > _NEVER, found - _NEVER - 1, found)
    if index == "check_index":
        # The only report finding belongs to a report that no longer counts.
        found[found == _CODE["superseded"]] = without
    return found


def _doubles(
    check: pd.DataFrame, is_double: NDArray[np.bool_], limits: NDArray[np.int64]
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Repeated checks beside the first ones, and the reason of every double row that could not be used."""
    reasons = np.full(len(check), _CODE["no_check"], dtype=np.int64)
    empty = pd.DataFrame({"first_index": [], "second_index": []}, dtype=np.int64)
    if not is_double.any():
        return empty, reasons
    second = check[is_double].assign(named=check.loc[is_double, "double_of"])
    first = check[~is_double].assign(named=check.loc[~is_double, "spot_check_name"])
    joined = second.merge(first, on=["named", "site", "criterion"], suffixes=("", "_check"))
    lag = np.abs(joined["day"].to_numpy() - joined["day_check"].to_numpy())
    bad_status = np.minimum(_status_reasons(joined), _first_status(joined))
    found = np.full(len(joined), _PAIRED, dtype=np.int64)
    blank = np.isnan(joined["reading"].to_numpy()) | np.isnan(joined["reading_check"].to_numpy())
    found[joined["checker_id"].to_numpy() == joined["checker_id_check"].to_numpy()] = _CODE["same_checker"]
    found[blank] = _CODE["not_assessed"]
    found[bad_status < _NEVER] = bad_status[bad_status < _NEVER]
    found[lag > limits[joined["criterion"].to_numpy()]] = _CODE["outside_lag"]
    reasons[joined["check_index"].to_numpy()] = found
    used = joined[found == _PAIRED]
    return pd.DataFrame({
        "first_index": used["check_index_check"].to_numpy(), "second_index": used["check_index"].to_numpy()
    }), reasons  # fmt: skip


def _first_status(joined: pd.DataFrame) -> NDArray[np.int64]:
    if "status_check" not in joined:
        return np.full(len(joined), _NEVER, dtype=np.int64)
    return _STATUS_REASON[joined["status_check"].to_numpy().astype(np.int64)]
