"""Formulas with which another auditor computes an evaluator's numbers again from the pairs, and compares them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from registry.languages import Translate, mark
from registry.reliability.glossary import PAIR_COLUMNS
from registry.reliability.presentation import Document
from registry.reliability.visits import COLUMNS as VISIT_COLUMNS
from registry.reliability.workbook_cells import Book, Cell, Column, Formula, Style

# Columns of the visits sheet that are formulas over the others: heading -> (formula by row, parts of the product).
_PRODUCTS = {
    "w*d": ("weight", "d"),
    "w*m": ("weight", "m"),
    "w*w": ("weight", "weight"),
    "w*k_F": ("weight", "k_F"),
    "w*n_F": ("weight", "n_F"),
}
_VISIT_SHEET = (*VISIT_COLUMNS, *_PRODUCTS)
_DIGITS = 9

STEPS = (
    mark("1. Column E computes each number again from the sheets Pairs and Visits, by evaluator_no."),
    mark("2. Column F is the program's own number. Column G is the difference and must be 0 everywhere."),
    mark("3. To test a single pair, look up report_row and check_row in the two input files."),
    mark("4. Filter Pairs by evaluator_id and use = scored to see every pair behind a number."),
    mark("5. Score, interval and grade follow from d, m and normalised_weight of the visits by the method in Summary."),
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the formulas look: (name, rows) of each sheet of pairs, name and rows of the visits."""

    pairs: Sequence[tuple[str, int]]
    visits: str
    visit_rows: int

    def count(self, number: str, **conditions: str) -> str:
        """Formula for the scored pairs of the evaluator in the cell number under further conditions."""
        wanted = {"evaluator_no": number, "use": '"scored"', **conditions}
        terms = []
        for name, rows in self.pairs:
            parts = (f"{_range(name, list(PAIR_COLUMNS).index(c), rows)},{value}" for c, value in wanted.items())
            terms.append(f"COUNTIFS({','.join(parts)})")
        return "+".join(terms)

    def total(self, column: str, number: str) -> str:
        """Formula for the sum of a column of the visits of the evaluator in the cell number."""
        key, column_range = (
            _range(self.visits, _VISIT_SHEET.index(name), self.visit_rows) for name in ("evaluator_no", column)
        )
        return f"SUMIFS({column_range},{key},{number})"


def _range(sheet: str, column: int, rows: int) -> str:
    letter = _letter(column)
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!${letter}$2:${letter}${max(rows, 1) + 1}"


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def visits_sheet(book: Book, visits: pd.DataFrame, translate: Translate) -> None:
    """One row per evaluator and visit; the products that the sums need are formulas."""
    styles: dict[str, Style] = dict.fromkeys(("evaluator_no", "d", "m", "k_F", "n_F"), "integer")
    styles |= dict.fromkeys(("weight", "normalised_weight", *_PRODUCTS), "number")
    columns = [Column(name, 22 if name.endswith("_id") else 12, styles.get(name, "text")) for name in _VISIT_SHEET]

    def rows() -> Iterator[Sequence[Cell]]:
        for number, record in enumerate(visits.to_dict("records"), start=2):
            cells: list[Cell] = [record[name] for name in VISIT_COLUMNS]
            for left, right in _PRODUCTS.values():
                letters = [_letter(VISIT_COLUMNS.index(name)) for name in (left, right)]
                cells.append(Formula(f"={letters[0]}{number}*{letters[1]}{number}", record[left] * record[right]))
            yield cells

    book.sheet(translate("Visits"), columns, rows())


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of an evaluator: what it is, how it is found, its formula, its value, and the program's."""

    name: str
    how: str
    formula: str
    value: float | None
    program: float | None


def _ratio(above: str, below: str) -> str:
    return f'IF({below}=0,"",{above}/{below})'


def _share(above: float, below: float) -> float | None:
    return above / below if below else None


def measures(evaluator: Mapping[str, Any], pairs: pd.DataFrame, visits: pd.DataFrame, at: Places, no: str) -> list[Measure]:
    """What is computed again for one evaluator: pairs and visits are its own, scored; no is the cell of its number."""
    return [*_rates(evaluator, pairs, visits, at, no), *_counts(evaluator, pairs, visits, at, no)]


def _rates(evaluator: Mapping[str, Any], pairs: pd.DataFrame, visits: pd.DataFrame, at: Places, no: str) -> list[Measure]:
    weight, found = visits["weight"], int(pairs["discrepancy"].sum())
    wd, wm = float((weight * visits["d"]).sum()), float((weight * visits["m"]).sum())
    w, ww = float(weight.sum()), float((weight**2).sum())
    sum_w, sum_ww = at.total("weight", no), at.total("w*w", no)
    counted = at.count(no)
    pairs_found = at.count(no, discrepancy="1")
    return [
        Measure(mark("Pairs, counted in Pairs"), "COUNTIFS", counted, len(pairs), evaluator["pairs"]),
        Measure(mark("Pairs, added up in Visits"), "sum(m)", at.total("m", no), int(visits["m"].sum()), evaluator["pairs"]),
        Measure(mark("Discrepancies"), "COUNTIFS", pairs_found, found, evaluator["discrepancies"]),
        Measure(
            mark("Unweighted rate"),
            "sum(d) / sum(m)",
            _ratio(f"({pairs_found})", f"({counted})"),
            _share(found, len(pairs)),
            evaluator["unweighted_rate"],
        ),
        Measure(
            mark("Hajek rate"),
            "sum(w*d) / sum(w*m)",
            _ratio(at.total("w*d", no), at.total("w*m", no)),
            _share(wd, wm),
            evaluator["raw_rate"],
        ),
        Measure(
            mark("Effective visits"),
            "sum(w)^2 / sum(w^2)",
            _ratio(f"{sum_w}^2", sum_ww),
            _share(w**2, ww),
            evaluator["effective_visits"],
        ),
        Measure(
            mark("Sum of normalised weights"),
            "sum(w~)",
            f'IF({sum_w}=0,"",{at.total("normalised_weight", no)})',
            float(visits["normalised_weight"].sum()) if len(visits) else None,
            evaluator["effective_visits"],
        ),
    ]


def _counts(evaluator: Mapping[str, Any], pairs: pd.DataFrame, visits: pd.DataFrame, at: Places, no: str) -> list[Measure]:
    direction = evaluator["direction"]
    false_pass, false_alarm = direction["false_pass"], direction["false_alarm"]
    reported, checked = pairs["reported_pass"], pairs["checked_pass"]
    both_fail = (reported == "false") & (checked == "false")
    found = []
    for name, side in ((mark("Lenient findings"), "lenient"), (mark("Harsh findings"), "harsh")):
        mine = pairs["direction"] == side
        criterion = f'"{side}"'
        half = at.count(no, direction=criterion, reported_pass="0", checked_pass="0")
        formula = f"{at.count(no, direction=criterion)}-({half})/2"
        how = mark("COUNTIFS; a difference between two failing values counts half")
        value = float(mine.sum() - (mine & both_fail).sum() / 2)
        found.append(Measure(name, how, formula, value, direction[side]))
    k, n = int(((reported == "true") & (checked == "false")).sum()), int((checked == "false").sum())
    alarms, passes = int(((reported == "false") & (checked == "true")).sum()), int((checked == "true").sum())
    weight = visits["weight"]
    wk, wn = float((weight * visits["k_F"]).sum()), float((weight * visits["n_F"]).sum())
    rate = _ratio(at.total("w*k_F", no), at.total("w*n_F", no))
    as_flags = {"reported_pass": "1", "checked_pass": "0"}
    as_alarms = {"reported_pass": "0", "checked_pass": "1"}
    return [
        *found,
        Measure(mark("False passes"), "COUNTIFS", at.count(no, **as_flags), k, false_pass["events"]),
        Measure(mark("Checked failures"), "COUNTIFS", at.count(no, checked_pass="0"), n, false_pass["n"]),
        Measure(mark("False pass rate"), "sum(w*k_F) / sum(w*n_F)", rate, _share(wk, wn), false_pass["value"]),
        Measure(mark("False alarms"), "COUNTIFS", at.count(no, **as_alarms), alarms, false_alarm["events"]),
        Measure(mark("Checked passes"), "COUNTIFS", at.count(no, checked_pass="1"), passes, false_alarm["n"]),
    ]


def reperformance_sheet(
    book: Book, document: Document, pairs: pd.DataFrame, visits: pd.DataFrame, at: Places, translate: Translate
) -> None:
    """Every measure of every evaluator as formula, program's number and difference."""
    scored = pairs[pairs["use"] == "scored"]
    groups = {number: part for number, part in scored.groupby("evaluator_no")}
    groups_of_visits = {number: part for number, part in visits.groupby("evaluator_no")}
    first = len(STEPS) + 5
    rows: list[Sequence[Cell]] = []
    for number, evaluator in enumerate(document["evaluators"], start=1):
        mine, seen = groups.get(number, scored.iloc[:0]), groups_of_visits.get(number, visits.iloc[:0])
        for measure in measures(evaluator, mine, seen, at, f"$A{first + len(rows)}"):
            # The number's cell moves with each row, so the formula is built for this row alone.
            own = f"$A{first + len(rows)}"
            formula = measure.formula.replace(f"$A{first + len(rows)}", own)
            rows.append(_row(number, evaluator["evaluator_id"], measure, formula, first + len(rows), translate))
    columns = [
        Column("evaluator_no", 12, "integer"),
        Column("evaluator_id", 24),
        Column(translate("Number"), 28),
        Column(translate("How"), 34, "wrapped"),
        Column(translate("Computed again"), 16, "number"),
        Column(translate("Program's number"), 16, "number"),
        Column(translate("Difference"), 12, "number"),
    ]
    book.sheet(translate("Re-performance"), columns, rows, lines=_lines(rows, first, translate))
