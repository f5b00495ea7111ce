"""Files of users: read into tables and documents, bad rows written back, finished comparisons read again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from registry import documents
from registry.annotated_files import ERROR_COLUMN, OTHER_ERROR_COLUMN
from registry.errors import Invalid, RegistryError
from registry.file_reader import OWN_FILE, UPLOAD, FileFormat, Limits, read_file, shown_name
from registry.json_text import parse_json
from registry.own_files import FileMissing, opening, read_bytes
from registry.parsing import TextTable, plain_cell, read_csv, write_csv
from registry.reliability.columns import SIDES, Side, headings_to_columns, rename_columns
from registry.reliability.submission import JSON, Products, SourceFile, Submission, media_type_of
from registry.reliability.text_frames import table_frame, table_of

# To name every fault of a document takes seconds for each MiB; 5,000 criteria with short texts have about one.
_MOST_CRITERIA_BYTES = 2 * 1024 * 1024
RESULT, PAIRS = "result.json", "pairs.csv"
_PAIR_INTEGERS = ("lag_days", "report_row", "check_row", "discrepancy")
_PAIR_NUMBERS = ("signed_size", "weight", "normalised_weight")
_PAIR_TEXTS = (
    "evaluator_id", "spot_check_id", "checker_id", "site_id", "criterion_id", "report_id", "report_observed_on",
    "check_observed_on", "report_value", "check_value", "use", "direction", "reported_pass", "checked_pass", "severity",
)  # fmt: skip

Found = TypeVar("Found")


class InputsRejected(Invalid):
    code = "inputs-rejected"
    title = "Several files cannot be used"


class NotAComparison(Invalid):
    code = "not-a-comparison"
    title = "The folder does not hold a comparison"


@dataclass(frozen=True, slots=True)
class ComparisonFiles:
    """The files of a comparison. columns: a column mapping; encoding: of CSV files, None for UTF-8.

    sheets: of a side's workbook, where more than one sheet holds data.
    """

    reports: Path
    spot_checks: Path
    criteria: Path
    columns: Path | None = None
    encoding: str | None = None
    sheets: Mapping[str, str] = field(default_factory=dict)

    def side(self, side: Side) -> Path:
        return self.reports if side == "reports" else self.spot_checks

    def paths(self) -> dict[str, Path]:
        """Every file by the option that names it."""
        paths = {"--reports": self.reports, "--spot-checks": self.spot_checks, "--criteria": self.criteria}
        return paths if self.columns is None else paths | {"--columns": self.columns}


@dataclass(frozen=True, slots=True)
class ReadInputs:
    """unused_headings: headings that the column mapping names and neither file has."""

    reports: TextTable
    spot_checks: TextTable
    criteria: dict[str, Any]
    unused_headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedComparison:
    """A comparison's document and its pairs, as a page shows them."""

    document: dict[str, Any]
    pairs: pd.DataFrame


def read_inputs(files: ComparisonFiles) -> ReadInputs:
    """All files of a comparison. What is wrong with several of them is said at once."""
    mappings = read_column_mappings(files.columns)
    return _read_all(
        lambda side, mapping: read_table(files.side(side), side, mapping, files.encoding, files.sheets.get(side)),
        lambda: read_criteria_document(files.criteria),
        mappings,
    )


def read_submission(submission: Submission, limits: Limits = UPLOAD) -> ReadInputs:
    """The same from contents: files byte for byte, or JSON arrays of objects."""
    mappings = column_mappings(submission.options.columns, "The column mapping")
    files, options = submission.files(), submission.options
    return _read_all(
        lambda side, mapping: table_of_source(
            files[side], side, mapping, options.encoding, options.sheets.get(side), limits
        ),
        lambda: criteria_document(submission.criteria.content, submission.criteria.name),
        mappings,
    )


def _read_all(
    table: Callable[[Side, dict[str, str]], TextTable],
    criteria: Callable[[], dict[str, Any]],
    mappings: dict[Side, dict[str, str]],
) -> ReadInputs:
    errors: list[RegistryError] = []

    def attempt(read: Callable[[], Found]) -> Found | None:
        try:
            return read()
        except RegistryError as error:
            errors.append(error)
            return None

    reports = attempt(lambda: table("reports", mappings["reports"]))
    spot_checks = attempt(lambda: table("spot_checks", mappings["spot_checks"]))
    document = attempt(criteria)
    if reports is None or spot_checks is None or document is None:
        raise _joined(errors)
    present = {*reports.file_heading, *spot_checks.file_heading}
    asked = {heading for mapping in mappings.values() for heading in headings_to_columns(mapping)}
    return ReadInputs(reports, spot_checks, document, tuple(sorted(asked - present)))


def _joined(errors: Sequence[RegistryError]) -> RegistryError:
    if len(errors) == 1:
        return errors[0]
    detail = "\n".join(error.detail for error in errors)
    violations = [violation for error in errors for violation in error.violations]
    are_missing = all(isinstance(error, FileMissing) for error in errors)
    return FileMissing(detail) if are_missing else InputsRejected(detail, violations)


def read_table(
    path: Path, side: Side, mapping: dict[str, str], encoding: str | None = None, sheet: str | None = None
) -> TextTable:
    """Findings of one side from a file of the user's own, headings mapped. Raises as read_bytes and read_file do."""
    name = shown_name(path.name)
    if media_type_of(name) == JSON:
        return table_of_source(SourceFile(name, read_bytes(path), JSON), side, mapping)
    with opening(path):
        table = read_file(path, name=name, encoding=encoding, sheet=sheet, limits=OWN_FILE)
    return _findings(table, side, mapping)


def table_of_source(
    source: SourceFile,
    side: Side,
    mapping: dict[str, str],
    encoding: str | None = None,
    sheet: str | None = None,
    limits: Limits = UPLOAD,
) -> TextTable:
    """The same from what was handed in."""
    if source.media_type == JSON:
        return rename_columns(_table_of_rows(source), mapping, side)
    table = read_file(source.content, name=source.name, encoding=encoding, sheet=sheet, limits=limits)
    return _findings(table, side, mapping)


def _findings(table: TextTable, side: Side, mapping: dict[str, str]) -> TextTable:
    """Headings mapped. In a CSV file that was given back with errors, the guards against formulas are taken off."""
    if table.form is FileFormat.CSV and table.heading[-1] in (ERROR_COLUMN, OTHER_ERROR_COLUMN):
        table = table.map_cells(plain_cell)
    return rename_columns(table, mapping, side)


def _table_of_rows(source: SourceFile) -> TextTable:
    rows = parse_json(source.content, file=source.name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and row for row in rows):
        raise Invalid(f"{source.name} must be an array of objects, one for each finding.")
    return replace(table_of(pd.DataFrame(rows, dtype=object), source.name), sha256=source.sha256)


def read_criteria_document(path: Path) -> dict[str, Any]:
    return criteria_document(read_bytes(path), shown_name(path.name))


def criteria_document(content: bytes, name: str) -> dict[str, Any]:
    if len(content) > _MOST_CRITERIA_BYTES:
        raise Invalid(
            f"{name} has {len(content):,} bytes; criteria may have {_MOST_CRITERIA_BYTES:,}. Shorten the texts."
        )
    document = parse_json(content, file=name)
    if not isinstance(document, dict):
        raise Invalid(f"{name} holds no JSON object. Expected one with a `criteria` array.")
    return document


def read_column_mappings(path: Path | None) -> dict[Side, dict[str, str]]:
    """Column mappings of both sides, from a file."""
    mapping = {} if path is None else parse_json(read_bytes(path), file=shown_name(path.name))
    return column_mappings(mapping, "The column mapping" if path is None else shown_name(path.name))


def column_mappings(mapping: Any, name: str) -> dict[Side, dict[str, str]]:
    """Column mappings of both sides: one object for both, or one under "reports" and one under "spot_checks"."""
    is_by_side = isinstance(mapping, dict) and mapping and all(isinstance(each, dict) for each in mapping.values())
    if is_by_side and not set(mapping) <= set(SIDES):
        raise Invalid(f"{name} has {', '.join(mapping)}; the sides are called {' and '.join(SIDES)}.")
    found = {side: mapping.get(side, {}) if is_by_side else mapping for side in SIDES}
    for each in found.values():
        if not isinstance(each, dict) or not all(isinstance(value, str) for value in each.values()):
            example = '{"评估机构": "evaluator_id"}'
            raise Invalid(f"{name} must be one JSON object of texts, for example {example}.")
    return found


def evaluators_csv(document: dict[str, Any]) -> bytes:
    """One row per evaluator: what a spreadsheet user needs of the result, never a score without its interval."""
    names = ("evaluator_id", "visits", "pairs", "discrepancies", "raw_rate", "score", "score_low", "score_high",
             "grade", "grade_reasons", "visits_still_needed", "false_pass_rate", "false_alarm_rate",
             "net_difference_rate", "leniency_index", "investigate")  # fmt: skip
    rows = []
    for each in document["evaluators"]:
        low, high = each["interval"] or (None, None)
        direction = each["direction"]
        cells = each | {
            "score_low": low, "score_high": high, "grade_reasons": "; ".join(each["grade_reasons"]),
            "false_pass_rate": direction["false_pass"]["value"], "false_alarm_rate": direction["false_alarm"]["value"],
            "net_difference_rate": direction["net_difference_rate"], "leniency_index": direction["leniency_index"],
        }  # fmt: skip
        rows.append(["" if cells[name] is None else str(cells[name]) for name in names])
    return write_csv(names, rows)


def pairs_csv(pairs: pd.DataFrame) -> bytes:
    # What is missing stays empty: newer versions of pandas leave it a number where all else becomes text.
    texts = pairs.astype(object).where(pairs.notna(), "").astype(str)
    return write_csv(list(pairs.columns), texts.to_numpy().tolist())


def result_json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def read_comparison(folder: Path) -> SavedComparison:
    """What `registry compare --folder` wrote. Raises FileMissing and NotAComparison."""
    return saved_comparison(read_bytes(folder / RESULT), read_bytes(folder / PAIRS), f"{folder}/")


def comparison_of(products: Products) -> SavedComparison:
    """A recorded comparison, as a page or the API shows it."""
    return saved_comparison(products.result, products.pairs, "recorded ")


def saved_comparison(result: bytes, pairs: bytes, origin: str) -> SavedComparison:
    """A result and its pairs from their files; origin stands before their names in messages. Raises NotAComparison."""
    document = parse_json(result, file=RESULT)
    violations = documents.schema_violations("comparison.v1", document, file=RESULT)
    if violations:
        raise NotAComparison(f"{origin}{RESULT} is not a comparison of this version.", violations)
    table = read_csv(pairs, name=PAIRS, may_be_empty=True)
    missing = sorted({*_PAIR_TEXTS, *_PAIR_INTEGERS, *_PAIR_NUMBERS} - set(table.heading))
    if missing or table.bad_records:
        wrong = f"lacks {', '.join(missing)}" if missing else "has ragged rows"
        raise NotAComparison(f"{origin}{PAIRS} {wrong}. Run the comparison again.", table.bad_record_violations())
    frame = table_frame(table.map_cells(plain_cell))
    # A pair that is not scored has no normalised weight.
    frame["normalised_weight"] = frame["normalised_weight"].replace({"": "nan"})
    types = {**dict.fromkeys(_PAIR_INTEGERS, int), **dict.fromkeys(_PAIR_NUMBERS, float)}
    try:
        return SavedComparison(document, frame.astype(types))
    except ValueError as error:
        raise NotAComparison(f"{origin}{PAIRS} has a text where a number belongs. Run the comparison again.") from error
