"""Findings as they come, checked row by row: identifiers, dates, values, duplicates. Nothing is guessed."""

import difflib
import hashlib
import json
import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from registry.errors import Invalid, Violation
from registry.ids import MAX_LENGTH, clean_text, codes_without_leading_zeros, has_lost_digits, hidden_character
from registry.parsing import Column, TextTable
from registry.reliability.criteria import Criterion, value_text

Side = Literal["reports", "spot_checks"]
Codes = NDArray[np.int64]

REQUIRED: dict[Side, tuple[str, ...]] = {
    "reports": ("report_id", "evaluator_id", "site_id", "criterion_id", "value", "observed_on"),
    "spot_checks": ("spot_check_id", "checker_id", "site_id", "criterion_id", "value", "observed_on"),
}
OPTIONAL: dict[Side, tuple[str, ...]] = {
    "reports": ("standard_version", "parameter_digest", "sealed_at", "evidence"),
    "spot_checks": (
        "status", "inclusion_probability", "for_cause", "double_of", "reverified", "standard_version",
        "parameter_digest",
    ),
}  # fmt: skip
STATUSES = ("completed", "failed", "refused", "site_changed")
# Headings that people use. They are proposed in an error message, never applied unasked.
REMEMBERED_HEADINGS = {
    "报告编号": "report_id", "报告": "report_id", "评估机构": "evaluator_id", "评估单位": "evaluator_id",
    "第三方机构": "evaluator_id", "抽查编号": "spot_check_id", "核查编号": "spot_check_id", "检查员": "checker_id",
    "核查员": "checker_id", "抽查人": "checker_id", "村": "site_id", "村庄": "site_id", "行政村": "site_id",
    "地点": "site_id", "乡镇": "site_id", "指标": "criterion_id", "指标编号": "criterion_id", "结果": "value",
    "评估结果": "value", "抽查结果": "value", "日期": "observed_on", "评估日期": "observed_on",
    "抽查日期": "observed_on", "状态": "status", "抽中概率": "inclusion_probability", "入样概率": "inclusion_probability",
    "举报核查": "for_cause", "复核对象": "double_of", "已复核": "reverified", "标准版本": "standard_version",
    "参数摘要": "parameter_digest", "封存时间": "sealed_at", "证据": "evidence",
    "evaluator": "evaluator_id", "checker": "checker_id", "site": "site_id", "village": "site_id",
    "criterion": "criterion_id", "indicator": "criterion_id", "result": "value", "finding": "value",
    "date": "observed_on", "report": "report_id", "spot_check": "spot_check_id",
}  # fmt: skip
_YES_NO = {"": 0.0, "true": 1.0, "yes": 1.0, "1": 1.0, "是": 1.0, "false": 0.0, "no": 0.0, "0": 0.0, "否": 0.0}
_EPOCH = date(1970, 1, 1).toordinal()
_YEARS = (1950, 2199)


class FindingsRejected(Invalid):
    code = "findings-rejected"
    title = "Findings break rules"


@dataclass(frozen=True, slots=True)
class Checked:
    """One side's good rows, and what was wrong with the others.

    frame columns: row (int64), the identifiers and value (categories of text, categories sorted), criterion (place
    in the criteria), reading (float, NaN = not assessed), day (days since 1970-01-01), and for optional columns that
    are present: version (text before the first point), parameter_digest, sealed_on (the latest day by whose end it
    was sealed needs the zone: instant in UTC seconds, NaN = never), status, inclusion_probability, for_cause,
    double_of, reverified.
    """

    side: Side
    frame: pd.DataFrame
    violations: tuple[Violation, ...]
    rows_read: int
    ignored_columns: tuple[str, ...]
    absent_columns: tuple[str, ...]
    content_sha256: str = field(default="")

    def bad_rows(self) -> set[int]:
        return {violation.row for violation in self.violations if violation.row is not None}


def table_of(frame: pd.DataFrame, name: str) -> TextTable:
    """A frame of any types as a text table; missing values become blank, dates ISO text, row 2 is the first."""
    columns: dict[str, Column] = {}
    for heading in frame.columns:
        columns[str(heading)] = _text_column(frame[heading])
    rows = array("l", range(2, len(frame) + 2))
    return TextTable(name, "", tuple(str(heading) for heading in frame.columns), columns, rows)


def table_frame(table: TextTable) -> pd.DataFrame:
    """The table as a frame of texts; ragged rows are left out."""
    return pd.DataFrame({
        name: np.array(column.values, dtype=object)[np.frombuffer(column.codes, dtype=np.int64)]
        for name, column in table.columns.items()
    })  # fmt: skip


def _text_column(cells: "pd.Series[Any]") -> Column:
    if pd.api.types.infer_dtype(cells, skipna=True) in ("string", "empty"):
        codes, texts = pd.factorize(cells.astype(object).where(cells.notna(), ""))
        return Column(tuple(texts), array("l", codes.astype(np.int64).tobytes()))
    seen: dict[str, int] = {}
    places = array("l", (seen.setdefault(_cell_text(cell), len(seen)) for cell in cells.tolist()))
    return Column(tuple(seen), places)


def _cell_text(cell: Any) -> str:
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, datetime):
        has_time = cell.tzinfo is not None or cell.time() != datetime.min.time()
        return cell.isoformat() if has_time else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else value_text(cell)


def rename_columns(table: TextTable, mapping: Mapping[str, str], side: Side) -> TextTable:
    """The table under our column names. mapping gives heading to column or column to heading; others stay."""
    known = {*REQUIRED[side], *OPTIONAL[side]}
    if mapping and not set(mapping.values()) <= _all_columns() and set(mapping) <= _all_columns():
        mapping = {heading: column for column, heading in mapping.items()}
    unknown = sorted(set(mapping.values()) - _all_columns())
    if unknown:
        raise FindingsRejected(
            f"The column mapping names {', '.join(unknown)}, which is no column. Known: {', '.join(sorted(known))}."
        )
    new = tuple(mapping.get(heading, heading) for heading in table.heading)
    doubled = sorted({each for each in new if new.count(each) > 1})
    if doubled:
        raise FindingsRejected(f"{table.name}: the column mapping gives {', '.join(doubled)} to two columns.")
    columns = dict(zip(new, table.columns.values(), strict=True))
    return TextTable(table.name, table.sha256, new, columns, table.rows, table.ragged)


def _all_columns() -> set[str]:
    return {column for side in ("reports", "spot_checks") for column in (*REQUIRED[side], *OPTIONAL[side])}  # type: ignore[index]


def check_findings(table: TextTable, criteria: Sequence[Criterion], side: Side) -> Checked:
    """Every row of a table held against the rules of its side. Raises FindingsRejected for a missing column."""
    _require_columns(table, side)
    known = (*REQUIRED[side], *OPTIONAL[side])
    reader = _Reader(table)
    columns: dict[str, Any] = {"row": np.frombuffer(table.rows, dtype=np.int64)}
    identifiers = ["site_id", "criterion_id"]
    identifiers += ["report_id", "evaluator_id"] if side == "reports" else ["spot_check_id", "checker_id"]
    for name in identifiers:
        columns[name] = reader.identifiers(name)
    columns["criterion"] = reader.criteria(columns["criterion_id"], criteria)
    columns["value"] = reader.texts("value")
    columns["reading"] = reader.readings(columns["value"], columns["criterion"], criteria)
    columns["day"] = reader.parsed("observed_on", _day, np.float64)
    if "standard_version" in table.columns:
        columns["version"] = reader.texts("standard_version", lambda text: text.split(".", 1)[0])
    if "parameter_digest" in table.columns:
        columns["parameter_digest"] = reader.texts("parameter_digest")
    if side == "reports":
        if "sealed_at" in table.columns:
            columns["sealed_at"] = reader.parsed("sealed_at", _instant, np.float64)
        keys = ["evaluator_id", "report_id", "site_id", "criterion_id"]
    else:
        columns |= _spot_check_columns(reader, columns)
        keys = ["spot_check_id", "site_id", "criterion_id"]
    reader.duplicates([columns[key] for key in keys], keys)
    frame = pd.DataFrame(columns)[~reader.bad].reset_index(drop=True)
    frame["criterion"] = frame["criterion"].astype(np.int64)
    frame["day"] = frame["day"].astype(np.int64)
    checked = Checked(
        side=side,
        frame=frame,
        violations=tuple(sorted([*table.ragged_violations(), *reader.violations], key=lambda each: each.row or 0)),
        rows_read=len(table) + len(table.ragged),
        ignored_columns=tuple(heading for heading in table.heading if heading not in known),
        absent_columns=tuple(name for name in OPTIONAL[side] if name not in table.columns),
        content_sha256=_content_sha256(frame),
    )
    return checked


def _spot_check_columns(reader: "_Reader", columns: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    has = reader.table.columns
    if "status" in has:
        found["status"] = reader.parsed("status", _status, np.float64)
    if "for_cause" in has:
        found["for_cause"] = reader.parsed("for_cause", _yes_no, np.float64) == 1.0
    if "reverified" in has:
        found["reverified"] = reader.parsed("reverified", _yes_no, np.float64) == 1.0
    if "double_of" in has:
        found["double_of"] = reader.texts("double_of")
        reader.doubles(columns["spot_check_id"], found["double_of"])
    if "inclusion_probability" in has:
        probability = reader.parsed("inclusion_probability", _probability, np.float64)
        found["inclusion_probability"] = probability
        for_cause = found.get("for_cause", np.zeros(len(probability), dtype=bool))
        double = found["double_of"] != "" if "double_of" in found else np.zeros(len(probability), dtype=bool)
        reader.blank_probabilities(np.isnan(probability) & ~for_cause & ~np.asarray(double))
    visit = [columns["spot_check_id"], columns["site_id"]]
    for name in ("inclusion_probability", "for_cause", "double_of"):
        if name in found:
            reader.constant_in_visit(visit, found[name], name)
    return found


def _require_columns(table: TextTable, side: Side) -> None:
    missing = [name for name in REQUIRED[side] if name not in table.columns]
    if not missing:
        return
    proposals = {
        heading: REMEMBERED_HEADINGS[heading.lower()]
        for heading in table.heading
        if REMEMBERED_HEADINGS.get(heading.lower()) in {*missing, *OPTIONAL[side]}
    }
    violations = [
        Violation("missing-column", f"The column {name} is missing.", _closest(name, table.heading), file=table.name,
                  row=1, column=name)
        for name in missing
    ]  # fmt: skip
    hint = f" Headings found: {', '.join(table.heading)}."
    if proposals:
        hint += (
            f" If these headings mean what they seem to, save {json.dumps(proposals, ensure_ascii=False)}"
            " as columns.json and add --columns columns.json."
        )
    raise FindingsRejected(f"{table.name} lacks {len(missing)} required column(s).{hint}", violations)


def _closest(name: str, headings: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, headings, n=1)
    return f"Is it the one called {near[0]!r}?" if near else "Add it, or map it with --columns."


def misspelt_columns(checked: Checked) -> dict[str, str]:
    """Ignored columns whose name is close to an absent optional one, with that one."""
    near = {name: difflib.get_close_matches(name, checked.absent_columns, n=1) for name in checked.ignored_columns}
    return {name: found[0] for name, found in near.items() if found}


def lost_zero_violations(reports: Checked, spot_checks: Checked, names: Mapping[Side, str]) -> list[Violation]:
    """Site codes of one side that would match the other side if their leading zeros were put back."""
    found: list[Violation] = []
    for one, other in ((reports, spot_checks), (spot_checks, reports)):
        sites = one.frame["site_id"]
        lost = codes_without_leading_zeros(sites.cat.categories, other.frame["site_id"].cat.categories)
        for row, site in zip(one.frame["row"], sites, strict=True) if lost else ():
            if site in lost:
                found.append(
                    Violation("leading-zeros-lost", f"The other file has {lost[site]!r}: leading zeros were lost.",
                              "Export the codes as text, for example by formatting the column as text first.",
                              file=names[one.side], row=int(row), column="site_id", value=str(site))
                )  # fmt: skip
    return found


def without_rows(checked: Checked, violations: Iterable[Violation]) -> Checked:
    """The checked rows less those that the further violations name."""
    more = tuple(violations)
    bad = {violation.row for violation in more}
    frame = checked.frame[~checked.frame["row"].isin(list(bad))].reset_index(drop=True)
    return Checked(
        checked.side, frame, (*checked.violations, *more), checked.rows_read, checked.ignored_columns,
        checked.absent_columns, _content_sha256(frame),
    )  # fmt: skip


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


def _order_codes(column: pd.Series) -> tuple[Codes, list[str]]:
    """Each row's place among the column's distinct values in use, and these values, both independent of row order."""
    codes, distinct = pd.factorize(column, sort=True)
    return codes.astype(np.int64), [repr(value) if isinstance(value, float) else str(value) for value in distinct]


# --- one column at a time -------------------------------------------------------------------------------------


class _Reader:
    """Reads the columns of one table; distinct texts are judged once, and bad rows remembered with their reason."""

    def __init__(self, table: TextTable) -> None:
        self.table = table
        self.bad = np.zeros(len(table), dtype=bool)
        self.violations: list[Violation] = []
        self._rows = np.frombuffer(table.rows, dtype=np.int64)

    def texts(self, name: str, change: Callable[[str], str] = str) -> pd.Categorical:
        """The column in clean text; categories are sorted, so that codes do not depend on the order of rows."""
        column = self.table.columns[name]
        clean = [change(clean_text(value)) for value in column.values]
        categories = sorted(set(clean))
        place = {text: i for i, text in enumerate(categories)}
        lookup = np.array([place[text] for text in clean], dtype=np.int64)
        return pd.Categorical.from_codes(lookup[np.frombuffer(column.codes, dtype=np.int64)], categories=categories)

    def identifiers(self, name: str) -> pd.Categorical:
        texts = self.texts(name)
        problems = {i: problem for i, text in enumerate(texts.categories) if (problem := _identifier_problem(text))}
        self._refuse_codes(name, np.asarray(texts.codes), {i: (*problem, texts.categories[i]) for i, problem in problems.items()})
        return texts

    def criteria(self, identifiers: pd.Categorical, criteria: Sequence[Criterion]) -> Codes:
        """Each row's place in criteria, -1 for an unknown one."""
        place = {criterion.id: i for i, criterion in enumerate(criteria)}
        lookup = np.array([place.get(text, -1) for text in identifiers.categories], dtype=np.int64)
        zeros = codes_without_leading_zeros(identifiers.categories, place)
        problems = {}
        for i, text in enumerate(identifiers.categories):
            if text and lookup[i] < 0:
                near = [zeros[text]] if text in zeros else difflib.get_close_matches(text, place, n=1)
                lost = " Its leading zeros were lost." if text in zeros else ""
                fix = f"Is {near[0]!r} meant?" if near else "Add it to the criteria document or correct the id."
                problems[i] = ("unknown-criterion", f"The criteria document has no such criterion.{lost}", fix, text)
        self._refuse_codes("criterion_id", np.asarray(identifiers.codes), problems)
        return lookup[np.asarray(identifiers.codes)]

    def readings(self, values: pd.Categorical, criterion: Codes, criteria: Sequence[Criterion]) -> NDArray[np.float64]:
        """Each value read on its criterion's scale."""
        width = len(values.categories)
        key = criterion * width + np.asarray(values.codes, dtype=np.int64)
        keys, inverse = np.unique(key, return_inverse=True)
        found = np.full(len(keys), np.nan)
        problems: dict[int, tuple[str, str, str, str]] = {}
        for i, each in enumerate(keys):
            if each < 0:
                continue
            which, text = criteria[each // width], str(values.categories[each % width])
            reading = which.read(text)
            if reading is None:
                problems[i] = _value_problem(which, text)
            else:
                found[i] = reading
        self._refuse_codes("value", inverse, problems)
        return found[inverse]

    def parsed(self, name: str, parse: Callable[[str], float | str], kind: type) -> NDArray[np.float64]:
        """Each text as a number; parse gives the number, or what is wrong with the text."""
        column = self.table.columns[name]
        codes = np.frombuffer(column.codes, dtype=np.int64)
        results = [parse(clean_text(value)) for value in column.values]
        problems = {
            i: (f"bad-{name.replace('_', '-')}", result, _FIXES.get(name, ""), column.values[i])
            for i, result in enumerate(results) if isinstance(result, str)
        }  # fmt: skip
        self._refuse_codes(name, codes, problems)
        return np.array([math.nan if isinstance(result, str) else result for result in results], dtype=kind)[codes]

    def duplicates(self, columns: Sequence[pd.Categorical], names: Sequence[str]) -> None:
        key = pd.DataFrame({name: column.codes for name, column in zip(names, columns, strict=True)})
        doubled = key.duplicated(keep=False).to_numpy() & ~self.bad
        if not doubled.any():
            return
        groups = key[doubled].groupby(list(names), sort=False).indices
        rows = self._rows[doubled]
        for places in groups.values():
            where = rows[places]
            for row in where if len(where) > 1 else ():
                others = ", ".join(str(other) for other in where if other != row)
                self._refuse(int(row), "duplicate-finding", f"The same finding stands also in row {others}.",
                             "Keep one of them.", "criterion_id", None)  # fmt: skip
        self.bad |= np.isin(self._rows, [v.row for v in self.violations if v.code == "duplicate-finding"])

    def doubles(self, spot_check: pd.Categorical, double_of: pd.Categorical) -> None:
        """A double check must name a first check that is in the file, is not itself, and is not itself a double."""
        known = set(spot_check.categories)
        pairs = pd.DataFrame({"own": np.asarray(spot_check), "first": np.asarray(double_of)})
        second = set(pairs.loc[pairs["first"] != "", "own"])
        first = pairs["first"]
        for problem, mask in (
            ("The first check that it repeats is not in the file.", (first != "") & ~first.isin(known)),
            ("A check cannot repeat itself.", (first != "") & (first == pairs["own"])),
            ("It repeats a check that is itself a repetition.", first.isin(second) & (first != pairs["own"])),
        ):
            self._refuse_rows(mask.to_numpy(), "bad-double-of", problem, "Name the first spot check.", "double_of")

    def blank_probabilities(self, mask: NDArray[np.bool_]) -> None:
        code = "missing-inclusion-probability"
        message = "The inclusion probability is blank and the check is not marked as chosen for cause."
        fix = "Give the probability stored at the draw, or mark the visit for_cause."
        self._refuse_rows(mask & ~self.bad, code, message, fix, "inclusion_probability")

    def constant_in_visit(self, visit: Sequence[pd.Categorical], values: Any, name: str) -> None:
        key = pd.DataFrame({"check": visit[0].codes, "site": visit[1].codes, "value": np.asarray(values)})
        varies = key.groupby(["check", "site"])["value"].transform("nunique", dropna=False).to_numpy() > 1
        self._refuse_rows(varies & ~self.bad, "varies-in-visit", f"{name} differs between rows of one spot check.",
                          "A visit has one; repeat it on each row.", name)  # fmt: skip

    def _refuse_codes(self, name: str, codes: Codes, problems: Mapping[int, tuple[str, str, str, str]]) -> None:
        if not problems:
            return
        mask = np.isin(codes, list(problems))
        for index in np.flatnonzero(mask):
            code, message, fix, value = problems[int(codes[index])]
            self._refuse(int(self._rows[index]), code, message, fix, name, value)
        self.bad |= mask

    def _refuse_rows(self, mask: NDArray[np.bool_], code: str, message: str, fix: str, column: str) -> None:
        texts = self.table.columns[column]
        for index in np.flatnonzero(mask):
            value = texts.values[texts.codes[index]]
            self._refuse(int(self._rows[index]), code, message, fix, column, value)
        self.bad |= mask

    def _refuse(self, row: int, code: str, message: str, fix: str, column: str, value: str | None) -> None:
        seen = None if value is None else value[:80]
        self.violations.append(
            Violation(code, message, fix, file=self.table.name, row=row, column=column, value=seen)
        )


_FIXES = {
    "observed_on": "Write it as YYYY-MM-DD.",
    "sealed_at": "Write date, time and offset, for example 2024-05-01T18:30:00+08:00.",
    "status": f"Use one of {', '.join(STATUSES)}; blank means completed.",
    "inclusion_probability": "Give a number above 0 and at most 1.",
    "for_cause": "Use true or false.",
    "reverified": "Use true or false.",
}


def _identifier_problem(text: str) -> tuple[str, str, str] | None:
    if not text:
        return "missing-identifier", "The identifier is blank.", "Fill it in."
    if len(text) > MAX_LENGTH:
        return "long-identifier", f"The identifier has {len(text)} characters, the limit is {MAX_LENGTH}.", "Shorten it."
    if hidden := hidden_character(text):
        return "hidden-character", f"The identifier holds the invisible character {hidden}.", "Type it anew."
    if has_lost_digits(text):
        return ("digits-lost", "The code was turned into a number and digits were lost.",
                "Export the codes as text from the original source.")  # fmt: skip
    return None


def _value_problem(criterion: Criterion, text: str) -> tuple[str, str, str, str]:
    kind = "outside-categories" if criterion.is_categorical else "not-a-number"
    fix = "Correct it, or leave it blank if it was not assessed."
    return kind, f"{criterion.id} ({criterion.scale}) takes {criterion.expected()}.", fix, text


def _day(text: str) -> float | str:
    """Days since 1970-01-01 of YYYY-MM-DD (also YYYY/M/D, which is as unambiguous), or what is wrong."""
    if not text:
        return "The date is blank."
    parts = text.replace("/", "-").split("-")
    if len(parts) != 3 or len(parts[0]) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return "This is not a date."
    try:
        day = date(*(int(part) for part in parts))
    except ValueError:
        return "There is no such day."
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        return f"The year is outside {_YEARS[0]} to {_YEARS[1]}."
    return float(day.toordinal() - _EPOCH)


def _instant(text: str) -> float | str:
    """Seconds since 1970-01-01 UTC; blank is never."""
    if not text:
        return math.nan
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return "This is not an instant."
    return "The instant has no offset from UTC." if instant.tzinfo is None else instant.timestamp()


def _status(text: str) -> float | str:
    if not text:
        return 0.0
    return float(STATUSES.index(text)) if text in STATUSES else "This is not a status."


def _probability(text: str) -> float | str:
    if not text:
        return math.nan
    try:
        probability = float(text)
    except ValueError:
        return "This is not a number."
    return probability if 0 < probability <= 1 else "An inclusion probability lies above 0 and at most at 1."


def _yes_no(text: str) -> float | str:
    return _YES_NO.get(text.lower(), "This is neither true nor false.")
