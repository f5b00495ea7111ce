"""The main job: documents and tables in, a comparison out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from registry import documents
from registry.canonical import digest
from registry.errors import Violation
from registry.parsing import TextTable
from registry.reliability.comparison import Provenance, compare_findings
from registry.reliability.criteria import CriteriaRejected, Criterion, read_criteria
from registry.reliability.findings import (
    Checked,
    FindingsRejected,
    check_findings,
    lost_zero_violations,
    table_of,
    without_rows,
)
from registry.reliability.method import Method
from registry.reliability.result import Comparison, CriteriaSummary, Inputs, InputSummary

OnError = Literal["refuse", "report"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A comparison with the two sides it rests on; their violations name the rows left out."""

    comparison: Comparison
    reports: Checked
    spot_checks: Checked
    tables: tuple[TextTable, TextTable]

    def sides(self) -> tuple[tuple[TextTable, Checked], tuple[TextTable, Checked]]:
        return (self.tables[0], self.reports), (self.tables[1], self.spot_checks)


def compare(
    reports: pd.DataFrame,
    spot_checks: pd.DataFrame,
    criteria: Mapping[str, Any],
    method: Method | None = None,
) -> Comparison:
    """How far each evaluator's reports can be believed.

    reports, spot_checks: one row per finding, columns as in docs/comparison.md; texts, numbers, booleans and dates are
    taken as they are. criteria: a document by schemas/criteria.v1.json. Raises CriteriaRejected, FindingsRejected
    (every bad row with column, value, rule and fix) and NothingToCompare.
    """
    tables = table_of(reports, "reports"), table_of(spot_checks, "spot_checks")
    return compare_tables(*tables, criteria, method or Method()).comparison


def compare_tables(
    reports: TextTable,
    spot_checks: TextTable,
    criteria: Mapping[str, Any],
    method: Method,
    *,
    on_error: OnError = "refuse",
    criteria_name: str | None = None,
) -> Outcome:
    """The same on text tables. on_error: refuse raises when any row is bad; report goes on with the good rows."""
    known = checked_criteria(criteria, criteria_name)
    checked_reports, checked_checks = check_sides(reports, spot_checks, known)
    violations = [*checked_reports.violations, *checked_checks.violations]
    if violations and on_error == "refuse":
        raise FindingsRejected(_refusal(checked_reports, checked_checks), violations)
    inputs = Inputs(
        reports=_summary(checked_reports, reports),
        spot_checks=_summary(checked_checks, spot_checks),
        criteria=CriteriaSummary(criteria_name, digest(dict(criteria)), len(known)),
    )
    provenance = Provenance(inputs, documents.code_sha256(), criteria.get("title"), tuple(criteria.get("notes", ())))
    comparison = compare_findings(checked_reports, checked_checks, known, method, provenance)
    return Outcome(comparison, checked_reports, checked_checks, (reports, spot_checks))


def checked_criteria(criteria: Mapping[str, Any], name: str | None = None) -> tuple[Criterion, ...]:
    """Criteria of a document, by its schema and by what a schema cannot say. Raises CriteriaRejected."""
    violations = documents.schema_violations("criteria.v1", criteria, file=name)
    if violations:
        raise CriteriaRejected(f"The criteria document breaks its schema in {len(violations)} place(s).", violations)
    return read_criteria(criteria)


def check_sides(
    reports: TextTable, spot_checks: TextTable, criteria: tuple[Criterion, ...]
) -> tuple[Checked, Checked]:
    """Both sides checked row by row, and against each other."""
    sides = _both(reports, spot_checks, criteria)
    names = {"reports": reports.name, "spot_checks": spot_checks.name}
    for violation in lost_zero_violations(*sides, names):
        sides = (
            without_rows(sides[0], [violation]) if violation.file == reports.name else sides[0],
            without_rows(sides[1], [violation]) if violation.file == spot_checks.name else sides[1],
        )
    return sides


def _both(reports: TextTable, spot_checks: TextTable, criteria: tuple[Criterion, ...]) -> tuple[Checked, Checked]:
    """Missing columns of both files are said at once."""
    violations: list[Violation] = []
    details, found = [], []
    for table, side in ((reports, "reports"), (spot_checks, "spot_checks")):
        try:
            found.append(check_findings(table, criteria, side))  # type: ignore[arg-type]
        except FindingsRejected as error:
            details.append(error.detail)
            violations += error.violations
    if details:
        raise FindingsRejected("\n".join(details), violations)
    return found[0], found[1]


def _refusal(reports: Checked, spot_checks: Checked) -> str:
    rows = [f"{len(side.bad_rows())} of {side.rows_read} rows of the {name}" for side, name in
            ((reports, "reports"), (spot_checks, "spot checks")) if side.violations]  # fmt: skip
    return f"{' and '.join(rows)} break rules; nothing was compared."


def _summary(checked: Checked, table: TextTable) -> InputSummary:
    return InputSummary(
        name=table.name if table.sha256 else None,
        sha256=table.sha256 or None,
        content_sha256=checked.content_sha256,
        rows=checked.rows_read,
        bad_rows=len(checked.bad_rows()),
        ignored_columns=checked.ignored_columns,
        absent_columns=checked.absent_columns,
    )
