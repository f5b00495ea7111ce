"""The main job: documents and tables in, a comparison out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from registry import documents
from registry.annotated_files import AnnotatedFile, annotate
from registry.canonical import digest
from registry.errors import Conflict, RegistryError, Violation
from registry.file_formats import shown_name
from registry.file_limits import UPLOAD, Limits
from registry.json_text import parse_json
from registry.own_files import read_bytes
from registry.parsing import TextTable
from registry.reliability.columns import SIDES, FindingsRejected, Side, require_columns
from registry.reliability.comparison import Provenance, compare_findings
from registry.reliability.criteria import CriteriaRejected, Criterion, read_criteria
from registry.reliability.findings import Checked, check_findings, lost_zero_violations, without_rows
from registry.reliability.inputs import (
    ComparisonFiles,
    ReadInputs,
    criteria_document,
    pairs_csv,
    read_submission,
    result_json,
)
from registry.reliability.method import Method
from registry.reliability.result import Comparison, CriteriaSummary, Inputs, InputSummary
from registry.reliability.submission import OnError, Options, Products, SourceFile, Submission, media_type_of
from registry.reliability.text_frames import table_of

# Told how much is done, 0 to 1, and what comes next.
Progress = Callable[[float, str], None]


def say_nothing(_share: float, _step: str) -> None:
    """For whoever does not ask."""


@dataclass(frozen=True, slots=True)
class CheckedInputs:
    """Criteria and both sides, checked; the violations of a side name its bad rows."""

    reports: Checked
    spot_checks: Checked
    tables: tuple[TextTable, TextTable]
    criteria: tuple[Criterion, ...]
    document: Mapping[str, Any]
    criteria_name: str | None

    def sides(self) -> tuple[tuple[TextTable, Checked], tuple[TextTable, Checked]]:
        return (self.tables[0], self.reports), (self.tables[1], self.spot_checks)

    def require_no_violations(self) -> None:
        """Raises FindingsRejected with every violation of both sides."""
        violations = [*self.reports.violations, *self.spot_checks.violations]
        if violations:
            bad = [
                f"{len(side.bad_rows())} of {side.rows_read} rows of {table.name}"
                for table, side in self.sides() if side.violations
            ]  # fmt: skip
            raise FindingsRejected(f"{' and '.join(bad)} break rules; nothing was compared.", violations)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A comparison with the two sides it rests on; their violations name the rows left out."""

    comparison: Comparison
    reports: Checked
    spot_checks: Checked
    tables: tuple[TextTable, TextTable]


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
    checked = check_inputs(reports, spot_checks, criteria, criteria_name)
    if on_error == "refuse":
        checked.require_no_violations()
    return Outcome(compare_inputs(checked, method), checked.reports, checked.spot_checks, checked.tables)


def check_inputs(
    reports: TextTable, spot_checks: TextTable, criteria: Mapping[str, Any], criteria_name: str | None = None
) -> CheckedInputs:
    """Criteria by their schema, rows by the criteria, and the sides against each other. Bad rows are a value.

    Raises CriteriaRejected and FindingsRejected (a missing column) for what leaves nothing to check rows by; then it
    says all that is wrong, of both files.
    """
    tables = _distinctly_named(reports, spot_checks)
    try:
        known = checked_criteria(criteria, criteria_name)
    except RegistryError as error:
        _raise_with_missing_columns(error, tables)
        raise
    sides = check_sides(*tables, known)
    return CheckedInputs(*sides, tables, known, criteria, criteria_name)


def check_files(files: ComparisonFiles, read: ReadInputs) -> CheckedInputs:
    """The same for what read_inputs gave."""
    return check_inputs(read.reports, read.spot_checks, read.criteria, shown_name(files.criteria.name))


def compare_inputs(checked: CheckedInputs, method: Method) -> Comparison:
    """The comparison of the good rows. Raises NothingToCompare where a side has none."""
    inputs = Inputs(
        reports=_summary(checked.reports, checked.tables[0]),
        spot_checks=_summary(checked.spot_checks, checked.tables[1]),
        criteria=CriteriaSummary(checked.criteria_name, digest(dict(checked.document)), len(checked.criteria)),
    )
    document = checked.document
    provenance = Provenance(inputs, documents.code_sha256(), document.get("title"), tuple(document.get("notes", ())))
    return compare_findings(checked.reports, checked.spot_checks, checked.criteria, method, provenance)


def checked_criteria(criteria: Mapping[str, Any], name: str | None = None) -> tuple[Criterion, ...]:
    """Criteria of a document, by its schema and by what a schema cannot say.

    Raises CriteriaRejected, and NotCanonical for what is no JSON value.
    """
    document = dict(criteria)
    digest(document)
    violations = documents.schema_violations("criteria.v1", document, file=name)
    if violations:
        raise CriteriaRejected(f"The criteria document breaks its schema in {len(violations)} place(s).", violations)
    try:
        return read_criteria(document)
    except CriteriaRejected as error:
        raise CriteriaRejected(error.detail, [replace(each, file=name) for each in error.violations]) from error


def check_sides(reports: TextTable, spot_checks: TextTable, criteria: tuple[Criterion, ...]) -> tuple[Checked, Checked]:
    """Both sides checked row by row, and against each other. What keeps one from being read is said with the rest."""
    tables = _distinctly_named(reports, spot_checks)
    found: list[Checked] = []
    errors: list[FindingsRejected] = []
    for table, side in zip(tables, SIDES, strict=True):
        try:
            found.append(check_findings(table, criteria, side))
        except FindingsRejected as error:
            errors.append(error)
    if errors:
        violations = [each for error in errors for each in error.violations]
        violations += [each for checked in found for each in checked.violations]
        raise FindingsRejected("\n".join(error.detail for error in errors), violations)
    names = dict(zip(SIDES, (table.name for table in tables), strict=True))
    lost = lost_zero_violations(found[0], found[1], names)
    return (
        without_rows(found[0], [each for each in lost if each.file == names["reports"]]),
        without_rows(found[1], [each for each in lost if each.file == names["spot_checks"]]),
    )


def _distinctly_named(reports: TextTable, spot_checks: TextTable) -> tuple[TextTable, TextTable]:
    """Files of one name in two folders are told apart, so that a message about a row names one file."""
    if reports.name != spot_checks.name:
        return reports, spot_checks
    return (
        replace(reports, name=f"{reports.name} (reports)"),
        replace(spot_checks, name=f"{spot_checks.name} (spot checks)"),
    )


def _raise_with_missing_columns(error: RegistryError, tables: tuple[TextTable, TextTable]) -> None:
    """Raises CriteriaRejected with what both files lack beside the criteria's own violations, if they lack anything."""
    details = [error.detail]
    violations: list[Violation] = [*error.violations]
    for table, side in zip(tables, SIDES, strict=True):
        try:
            require_columns(table, side)
        except FindingsRejected as lacking:
            details.append(lacking.detail)
            violations += lacking.violations
    if len(details) > 1:
        raise CriteriaRejected("\n".join(details), violations) from error


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


@dataclass(frozen=True, slots=True)
class Run:
    """A submission carried out: what was handed in, the comparison, and the files it leaves behind."""

    submission: Submission
    comparison: Comparison
    products: Products


def check_submission(submission: Submission, limits: Limits = UPLOAD) -> CheckedInputs:
    """Files read, criteria and rows checked. Bad rows are a value; raises what leaves nothing to check rows by."""
    read = read_submission(submission, limits)
    return check_inputs(read.reports, read.spot_checks, read.criteria, submission.criteria.name)


def annotated_file(submission: Submission, side: Side) -> AnnotatedFile:
    """The file of one side with what is wrong in each row. Raises what leaves nothing to check rows by."""
    table, checked = check_submission(submission).sides()[SIDES.index(side)]
    return annotate(table, checked.violations)


def run_submission(submission: Submission, tell: Progress = say_nothing, limits: Limits = UPLOAD) -> Run:
    """Read, check, compare. Raises FindingsRejected for bad rows unless the options say to go on without them."""
    tell(0.05, "reading")
    checked = check_submission(submission, limits)
    if submission.options.on_error == "refuse":
        checked.require_no_violations()
    tell(0.3, "comparing")
    comparison = compare_inputs(checked, submission.options.method())
    tell(0.9, "writing")
    return Run(submission, comparison, products_of(comparison))


def products_of(comparison: Comparison) -> Products:
    return Products(
        result=result_json(comparison.document()),
        pairs=pairs_csv(comparison.pairs),
        unpaired=pairs_csv(comparison.unpaired),
    )


class FileChanged(Conflict):
    code = "file-changed"
    title = "A file changed while it was compared"


def submission_of_files(files: ComparisonFiles, read: ReadInputs, options: Options) -> Submission:
    """What `read_inputs` has read, to be recorded, with the column mapping among the options. Raises FileChanged."""
    paths = {"reports": files.reports, "spot_checks": files.spot_checks, "criteria": files.criteria}
    names = {role: shown_name(path.name) for role, path in paths.items()}
    sources = {
        role: SourceFile(names[role], read_bytes(path), media_type_of(names[role])) for role, path in paths.items()
    }
    if files.columns is not None:
        columns = parse_json(read_bytes(files.columns), file=shown_name(files.columns.name))
        options = replace(options, columns=columns)
    submission = Submission(**sources, options=options)
    was = (read.reports.sha256, read.spot_checks.sha256, read.criteria)
    if was != (
        sources["reports"].sha256,
        sources["spot_checks"].sha256,
        criteria_document(submission.criteria.content, names["criteria"]),
    ):
        raise FileChanged("A file was changed while it was compared. Nothing was recorded; compare again.")
    return submission
