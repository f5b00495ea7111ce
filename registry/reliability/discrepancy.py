"""How far a report's reading lies from the check's: material or not, in which direction, on which side of the line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.reliability.criteria import Criterion

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Two readings that differ by exactly the tolerance agree, whatever binary fractions make of it.
_SLACK = 1e-12


@dataclass(frozen=True, slots=True)
class Differences:
    """One entry per pair. material: a discrepancy. size: signed, positive = report more favourable.

    lenient, harsh: 1 whole, 0.5 understated or overstated among failures, 0 neither.
    reported_pass, checked_pass: 1 pass, 0 fail, NaN without a pass line.
    """

    material: Flags
    size: Floats
    lenient: Floats
    harsh: Floats
    reported_pass: Floats
    checked_pass: Floats


def differences(
    criteria: Sequence[Criterion], criterion: NDArray[np.int64], report: Floats, check: Floats
) -> Differences:
    """Differences of paired readings; criterion holds each pair's place in criteria. Readings are not NaN."""
    n = len(criterion)
    material, size = np.zeros(n, dtype=bool), np.zeros(n)
    reported_pass, checked_pass = np.full(n, np.nan), np.full(n, np.nan)
    order = np.argsort(criterion, kind="stable")
    present, starts = np.unique(criterion[order], return_index=True)
    for place, start, end in zip(present, starts, [*starts[1:], n], strict=False):
        each, rows = criteria[place], order[start:end]
        y, x = report[rows], check[rows]
        material[rows] = is_material(each, y, x)
        size[rows] = signed_size(each, y, x)
        reported_pass[rows], checked_pass[rows] = pass_flags(each, y), pass_flags(each, x)
    lenient, harsh = _directions(material, size, reported_pass, checked_pass)
    return Differences(material, size, lenient, harsh, reported_pass, checked_pass)


def is_material(criterion: Criterion, report: Floats, check: Floats) -> Flags:
    """Whether two readings differ by more than the criterion's tolerance."""
    distance = np.abs(report - check)
    if criterion.scale in ("boolean", "nominal"):
        return distance > 0
    if criterion.scale == "ordinal":
        return distance > criterion.levels
    relative = criterion.relative if criterion.scale in ("ratio", "count") else 0.0
    limit = np.maximum(criterion.absolute, relative * np.abs(check))
    slack = _SLACK * np.maximum(1.0, np.maximum(np.abs(report), np.abs(check)))
    return distance > limit + slack


def signed_size(criterion: Criterion, report: Floats, check: Floats) -> Floats:
    """How much more favourable the report is; for nominal 1, 0 or -1 by membership in the favourable list."""
    if criterion.scale != "nominal":
        return criterion.polarity * (report - check) if not criterion.is_categorical else report - check
    good = np.zeros(len(criterion.categories))
    good[sorted(criterion.favourable or ())] = 1.0
    return good[report.astype(np.int64)] - good[check.astype(np.int64)]


def pass_flags(criterion: Criterion, reading: Floats) -> Floats:
    """1 where a reading passes, 0 where it fails, NaN where the criterion has no pass line."""
    if not criterion.has_pass_line:
        return np.full(len(reading), np.nan)
    values, inverse = np.unique(reading, return_inverse=True)
    return np.array([float(bool(criterion.passes(value))) for value in values])[inverse]


def _directions(material: Flags, size: Floats, reported: Floats, checked: Floats) -> tuple[Floats, Floats]:
    """With a pass line: crossing it is whole, a material difference among failures half. Without: the sign of size."""
    without_line = np.isnan(checked)
    both_fail = (reported == 0) & (checked == 0)
    lenient = np.where(without_line, material & (size > 0), (reported == 1) & (checked == 0)).astype(float)
    harsh = np.where(without_line, material & (size < 0), (reported == 0) & (checked == 1)).astype(float)
    lenient[both_fail & material & (size > 0)] = 0.5
    harsh[both_fail & material & (size < 0)] = 0.5
    return lenient, harsh
