"""Findings as they come, checked row by row: identifiers, dates, values, duplicates. Nothing is guessed."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from registry.errors import Violation
from registry.ids import codes_without_leading_zeros
from registry.parsing import TextTable
from registry.reliability.cell_rules import (
    STATUSES,
    read_day,
    read_for_cause,
    read_instant,
    read_probability,
    read_reverified,
    read_status,
)
from registry.reliability.columns import (
    OPTIONAL,
    REQUIRED,
    FindingsRejected,
    Side,
    misspelt,
    rename_columns,
    require_columns,
)
from registry.reliability.criterion import Criterion
from registry.reliability.row_checker import Codes, Flags, RowChecker, Texts, places_of
from registry.reliability.row_rules import (
    refuse_blank_probabilities,
    refuse_doubles,
    refuse_duplicates,
    refuse_variation_in_visits,
)
from registry.reliability.text_frames import table_frame, table_of

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "STATUSES",
    "Checked",
    "FindingsRejected",
    "Side",
    "check_findings",
    "lost_zero_violations",
    "misspelt_columns",
    "rename_columns",
    "table_frame",
    "table_of",
    "without_rows",
]

# Which identifiers a side has, and which of them no two rows share.
_IDENTIFIERS: dict[Side, tuple[str, ...]] = {
    "reports": ("evaluator_id", "report_id", "site_id", "criterion_id"),
    "spot_checks": ("spot_check_id", "checker_id", "site_id", "criterion_id"),
}
_KEYS: dict[Side, tuple[str, ...]] = {
    "reports": ("evaluator_id", "report_id", "site_id", "criterion_id"),
    "spot_checks": ("spot_check_id", "site_id", "criterion_id"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One side's good rows, and what was wrong with the others.

    frame columns: row (int64), the identifiers and value (categories of text, categories sorted), criterion (place
    in the criteria), reading (float, NaN = not assessed), day (days since 1970-01-01), and for optional columns that
    are present: version (text before the first point), parameter_digest, sealed_at (instant in seconds since
    1970-01-01 UTC, NaN = never), status (place in STATUSES), inclusion_probability (NaN = blank), for_cause,
    reverified, double_of ("" = a first check).
    """

    side: Side
    frame: pd.DataFrame
    violations: tuple[Violation, ...]
    rows_read: int
    ignored_columns: tuple[str, ...]
    absent_columns: tuple[str, ...]
    content_sha256: str = ""

    def bad_rows(self) -> set[int]:
        return {violation.row for violation in self.violations if violation.row is not None}


def check_findings(table: TextTable, criteria: Sequence[Criterion], side: Side) -> Checked:
    """Every row of a table held against the rules of its side. Raises FindingsRejected for a missing column."""
    require_columns(table, side)
    checker = RowChecker(table)
    columns: dict[str, Any] = {name: checker.identifiers(name) for name in _IDENTIFIERS[side]}
    columns["criterion"] = checker.criteria(columns["criterion_id"], criteria)
    has_identifiers = ~checker.bad
    columns["value"] = checker.texts("value")
    columns["reading"] = checker.readings(columns["value"], columns["criterion"], criteria)
    columns["day"] = checker.parsed("observed_on", read_day)
    if "standard_version" in table.columns:
        columns["version"] = checker.comparable_texts("standard_version", _major_version)
    if "parameter_digest" in table.columns:
        columns["parameter_digest"] = checker.comparable_texts("parameter_digest")
    if side == "reports" and "sealed_at" in table.columns:
        columns["sealed_at"] = checker.parsed("sealed_at", read_instant)
    if side == "spot_checks":
        columns |= _visit_columns(checker, (columns["spot_check_id"], columns["site_id"]), has_identifiers)
    refuse_duplicates(checker, {name: columns[name] for name in _KEYS[side]}, has_identifiers)
    known = (*REQUIRED[side], *OPTIONAL[side])
    frame = _good_rows(checker, columns)
    violations = [*table.bad_record_violations(), *checker.violations]
    return Checked(
        side=side,
        frame=frame,
        violations=tuple(sorted(violations, key=lambda each: each.row or 0)),
        rows_read=len(table) + len(table.bad_records),
        ignored_columns=tuple(heading for heading in table.heading if heading not in known),
        absent_columns=tuple(name for name in OPTIONAL[side] if name not in table.columns),
        content_sha256=_content_sha256(frame),
    )


def _major_version(text: str) -> str:
    return text.split(".", 1)[0]


def _visit_columns(checker: RowChecker, visit: tuple[Texts, Texts], has_identifiers: Flags) -> dict[str, Any]:
    """The columns that only spot checks have, as far as the table has them."""
    has = checker.table.columns
    found: dict[str, Any] = {}
    refused: dict[str, Flags] = {}
    for name, read in (
        ("status", read_status),
        ("for_cause", read_for_cause),
        ("reverified", read_reverified),
        ("inclusion_probability", read_probability),
    ):
        if name in has:
            before = len(checker.violations)
            found[name] = checker.parsed(name, read)
            rows = [violation.row for violation in checker.violations[before:]]
            refused[name] = np.isin(checker.rows, np.array(rows, dtype=np.int64))
    for name in ("for_cause", "reverified"):
        if name in found:
            found[name] = found[name] == 1.0
    if "double_of" in has:
        found["double_of"] = checker.texts("double_of")
        refuse_doubles(checker, visit[0], found["double_of"])
    if "inclusion_probability" in found:
        refuse_blank_probabilities(checker, found, refused["inclusion_probability"])
    for name in ("inclusion_probability", "for_cause", "double_of"):
        if name in found:
            values = places_of(found[name]) if name == "double_of" else found[name]
            judged = has_identifiers & ~refused.get(name, np.zeros_like(checker.bad))
            refuse_variation_in_visits(checker, visit, name, values, judged)
    return found


def _good_rows(checker: RowChecker, columns: Mapping[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame({"row": checker.rows, **columns})[~checker.bad].reset_index(drop=True)
    return frame.astype({"criterion": np.int64, "day": np.int64})


def misspelt_columns(checked: Checked) -> dict[str, str]:
    """Ignored columns whose name is close to an absent optional one, or remembered for it, with that one."""
    return misspelt(checked.ignored_columns, checked.absent_columns)


def lost_zero_violations(reports: Checked, spot_checks: Checked, names: Mapping[Side, str]) -> list[Violation]:
    """Site codes of one side that would match the other side if their leading zeros were put back."""
    found: list[Violation] = []
    for one, other in ((reports, spot_checks), (spot_checks, reports)):
        sites, known = (side.frame["site_id"].cat.remove_unused_categories() for side in (one, other))
        lost = codes_without_leading_zeros(sites.cat.categories, known.cat.categories)
        suspect = sites.isin(list(lost))
        for row, site in zip(one.frame["row"][suspect], sites[suspect].astype(str), strict=True):
            found.append(
                Violation("leading-zeros-lost", f"The other file has {lost[site]!r}: leading zeros were lost.",
                          "Export the codes as text, for example by formatting the column as text first.",
                          file=names[one.side], row=int(row), column="site_id", value=site)
            )  # fmt: skip
    return found


def without_rows(checked: Checked, violations: Iterable[Violation]) -> Checked:
    """The checked rows less those that the further violations name."""
    more = tuple(violations)
    if not more:
        return checked
    bad = [violation.row for violation in more if violation.row is not None]
    frame = checked.frame[~checked.frame["row"].isin(bad)].reset_index(drop=True)
    violations = tuple(sorted((*checked.violations, *more), key=lambda each: each.row or 0))
    return replace(checked, frame=frame, violations=violations, content_sha256=_content_sha256(frame))


def _content_sha256(frame: pd.DataFrame) -> str:
    """Digest of the rows in canonical order: the same for shuffled rows, other for any other content."""
    names = sorted(name for name in frame.columns if name not in ("row", "criterion"))
    columns = [_order_codes(frame[name]) for name in names]
    order = np.lexsort(tuple(codes for codes, _ in columns)) if len(frame) else np.array([], dtype=np.int64)
    content = hashlib.sha256(json.dumps(names).encode())
    for codes, texts in columns:
        content.update(json.dumps(texts, ensure_ascii=False).encode())
        content.update(codes[order].astype("<i8").tobytes())
    return content.hexdigest()


def _order_codes(column: "pd.Series[Any]") -> tuple[Codes, list[str]]:
    """Each row's place among the column's distinct values in use, and these values, both independent of row order."""
    codes, distinct = pd.factorize(column, sort=True)
    return codes.astype(np.int64), [repr(value) if isinstance(value, float) else str(value) for value in distinct]
