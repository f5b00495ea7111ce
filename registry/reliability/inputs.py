"""Files of users: read into tables and documents, bad rows written back, finished comparisons read again."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from registry import documents
from registry.errors import Invalid, NotFound, Violation
from registry.parsing import TextTable, parse_json, plain_cell, read_csv, write_csv
from registry.reliability.findings import Side, rename_columns

ERROR_COLUMN = "error"
RESULT, PAIRS = "result.json", "pairs.csv"


class FileMissing(NotFound):
    code = "file-missing"
    title = "There is no such file"


class NotAComparison(Invalid):
    code = "not-a-comparison"
    title = "The folder does not hold a comparison"


@dataclass(frozen=True, slots=True)
class SavedComparison:
    """A comparison's document and its pairs, as a page shows them."""

    document: dict[str, Any]
    pairs: pd.DataFrame


def read_bytes(path: Path) -> bytes:
    """Raises FileMissing for what is no readable file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileMissing(f"{path} cannot be read: {error.strerror}.") from error


def read_table(path: Path, side: Side, *, encoding: str | None, mapping: dict[str, str]) -> TextTable:
    """A CSV file of one side, its headings mapped."""
    if path.suffix.lower() not in (".csv", ".txt", ""):
        raise Invalid(f"{path.name} is not a CSV file. Save it as “CSV UTF-8 (comma delimited)”.")
    return rename_columns(read_csv(read_bytes(path), name=path.name, encoding=encoding), mapping, side)


def read_criteria_document(path: Path) -> dict[str, Any]:
    document = parse_json(read_bytes(path), file=path.name)
    if not isinstance(document, dict):
        raise Invalid(f"{path.name} holds no JSON object. Expected one with a `criteria` array.")
    return document


def read_column_mappings(path: Path | None) -> dict[Side, dict[str, str]]:
    """Column mappings of both sides: one object for both, or one under "reports" and one under "spot_checks"."""
    mapping = {} if path is None else parse_json(read_bytes(path), file=path.name)
    sides: tuple[Side, Side] = ("reports", "spot_checks")
    if isinstance(mapping, dict) and mapping and set(mapping) <= set(sides):
        found = {side: mapping.get(side, {}) for side in sides}
    else:
        found = dict.fromkeys(sides, mapping)
    for each in found.values():
        if not isinstance(each, dict) or not all(isinstance(value, str) for value in each.values()):
            name = path.name if path else "The column mapping"
            raise Invalid(f'{name} must be one JSON object of texts, for example {{"评估机构": "evaluator_id"}}.')
    return found


def annotated(table: TextTable, violations: Iterable[Violation]) -> bytes:
    """The table as CSV with one more column, which says for each bad row what is wrong and what to do."""
    messages: dict[int, list[str]] = {}
    for each in violations:
        if each.row is not None:
            column = f"{each.column}: " if each.column else ""
            messages.setdefault(each.row, []).append(f"{column}{each.message} {each.fix}".strip())
    keep = [i for i, name in enumerate(table.heading) if name != ERROR_COLUMN]
    width = len(table.heading)
    records: list[tuple[int, Sequence[str]]] = [(row, table.record(i)) for i, row in enumerate(table.rows)]
    records += [(row, [*cells[:width], *[""] * (width - len(cells)), *cells[width:]]) for row, cells in table.ragged]
    return write_csv(
        [*(table.heading[i] for i in keep), ERROR_COLUMN],
        (
            [*(cells[i] for i in keep), " | ".join(messages.get(row, []))] + list(cells[width:])
            for row, cells in sorted(records, key=lambda record: record[0])
        ),
    )


def evaluators_csv(document: dict[str, Any]) -> bytes:
    """One row per evaluator: what a spreadsheet user needs of the result, never a score without its interval."""
    names = ("evaluator_id", "visits", "pairs", "discrepancies", "raw_rate", "score", "score_low", "score_high", "grade",
             "grade_reasons", "visits_still_needed", "false_pass_rate", "false_alarm_rate", "net_difference_rate",
             "leniency_index", "investigate")  # fmt: skip
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
    return write_csv(list(pairs.columns), pairs.astype(str).to_numpy().tolist())


def result_json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def read_comparison(folder: Path) -> SavedComparison:
    """What `registry compare --folder` wrote. Raises FileMissing and NotAComparison."""
    document = parse_json(read_bytes(folder / RESULT), file=RESULT)
    violations = documents.schema_violations("comparison.v1", document, file=RESULT)
    if violations:
        raise NotAComparison(f"{folder / RESULT} is not a comparison of this version.", violations)
    content = read_bytes(folder / PAIRS)
    types = {"lag_days": int, "report_row": int, "check_row": int, "discrepancy": int}
    numbers = {"signed_size": float, "weight": float, "normalised_weight": float}
    pairs = pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    pairs = pairs.map(plain_cell)
    pairs["normalised_weight"] = pairs["normalised_weight"].replace({"": "nan"})
    return SavedComparison(document, pairs.astype({**types, **numbers}))
