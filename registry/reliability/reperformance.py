"""Formulas with which another auditor computes an evaluator's numbers again from the pairs, and compares them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from registry.languages import Translate, mark
from registry.reliability.glossary import PAIR_COLUMNS
from registry.reliability.presentation import Document
from registry.reliability.visits import COLUMNS as VISIT_COLUMNS
from registry.reliability.workbook_cells import Book, Cell, Column, Formula, Style, first_row

# Columns of the visits sheet that are formulas over the others: heading -> (formula by row, parts of the product).
_PRODUCTS = {
    "w*d": ("weight", "d"),
    "w*m": ("weight", "m"),
    "w*w": ("weight", "weight"),
    "w*k_F": ("weight", "k_F"),
    "w*n_F": ("weight", "n_F"),
}
_VISIT_SHEET = (*VISIT_COLUMNS, *_PRODUCTS)
# The result holds nine significant digits, so equal numbers agree to seven behind the point.
_DIGITS = 7
# Stands in a measure's formula for the cell that holds the evaluator's number.
NO = "{no}"

STEPS = (
    mark("1. Column E computes each number again from the sheets Pairs and Visits, by evaluator_no."),
    mark("2. Column F is the program's own number. Column G is the relative difference and must be 0 everywhere."),
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

    def count(self, **conditions: str) -> str:
        """Formula for the evaluator's scored pairs under further conditions."""
        wanted = {"evaluator_no": NO, "use": '"scored"', **conditions}
        terms = []
        for name, rows in self.pairs:
            parts = (f"{_range(name, list(PAIR_COLUMNS).index(c), rows)},{value}" for c, value in wanted.items())
            terms.append(f"COUNTIFS({','.join(parts)})")
        return "+".join(terms)

    def total(self, column: str) -> str:
        """Formula for the sum of a column over the evaluator's visits."""
        key, column_range = (
            _range(self.visits, _VISIT_SHEET.index(name), self.visit_rows) for name in ("evaluator_no", column)
        )
        return f"SUMIFS({column_range},{key},{NO})"


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


def measures(evaluator: Mapping[str, Any], pairs: pd.DataFrame, visits: pd.DataFrame, at: Places) -> list[Measure]:
    """What is computed again for one evaluator: pairs and visits are its own, scored."""
    return [*_rates(evaluator, pairs, visits, at), *_counts(evaluator, pairs, visits, at)]


def _rates(evaluator: Mapping[str, Any], pairs: pd.DataFrame, visits: pd.DataFrame, at: Places) -> list[Measure]:
    weight, found = visits["weight"], int(pairs["discrepancy"].sum())
    wd, wm = float((weight * visits["d"]).sum()), float((weight * visits["m"]).sum())
    w, ww = float(weight.sum()), float((weight**2).sum())
    sum_w, sum_ww = at.total("weight"), at.total("w*w")
    counted = at.count()
    pairs_found = at.count(discrepancy="1")
    return [
        Measure(mark("Pairs, counted in Pairs"), "COUNTIFS", counted, len(pairs), evaluator["pairs"]),
        Measure(mark("Pairs, added up in Visits"), "sum(m)", at.total("m"), int(visits["m"].sum()), evaluator["pairs"]),
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
            _ratio(at.total("w*d"), at.total("w*m")),
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
            f'IF({sum_w}=0,"",{at.total("normalised_weight")})',
            float(visits["normalised_weight"].sum()) if len(visits) else None,
            evaluator["effective_visits"],
        ),
    ]


def _counts(evaluator: Mapping[str, Any], pairs: pd.DataFrame, visits: pd.DataFrame, at: Places) -> list[Measure]:
    direction = evaluator["direction"]
    false_pass, false_alarm = direction["false_pass"], direction["false_alarm"]
    reported, checked = pairs["reported_pass"], pairs["checked_pass"]
    both_fail = reported.eq("false") & checked.eq("false")
    found = []
    for name, side in ((mark("Lenient findings"), "lenient"), (mark("Harsh findings"), "harsh")):
        mine = pairs["direction"] == side
        criterion = f'"{side}"'
        half = at.count(direction=criterion, reported_pass="0", checked_pass="0")
        formula = f"{at.count(direction=criterion)}-({half})/2"
        how = mark("COUNTIFS; a difference between two failing values counts half")
        value = float(mine.sum() - (mine & both_fail).sum() / 2)
        found.append(Measure(name, how, formula, value, direction[side]))
    k, n = int((reported.eq("true") & checked.eq("false")).sum()), int(checked.eq("false").sum())
    alarms, passes = int((reported.eq("false") & checked.eq("true")).sum()), int(checked.eq("true").sum())
    weight = visits["weight"]
    wk, wn = float((weight * visits["k_F"]).sum()), float((weight * visits["n_F"]).sum())
    rate = _ratio(at.total("w*k_F"), at.total("w*n_F"))
    as_flags = {"reported_pass": "1", "checked_pass": "0"}
    as_alarms = {"reported_pass": "0", "checked_pass": "1"}
    return [
        *found,
        Measure(mark("False passes"), "COUNTIFS", at.count(**as_flags), k, false_pass["events"]),
        Measure(mark("Checked failures"), "COUNTIFS", at.count(checked_pass="0"), n, false_pass["n"]),
        Measure(mark("False pass rate"), "sum(w*k_F) / sum(w*n_F)", rate, _share(wk, wn), false_pass["value"]),
        Measure(mark("False alarms"), "COUNTIFS", at.count(**as_alarms), alarms, false_alarm["events"]),
        Measure(mark("Checked passes"), "COUNTIFS", at.count(checked_pass="1"), passes, false_alarm["n"]),
    ]


def reperformance_sheet(
    book: Book, document: Document, pairs: pd.DataFrame, visits: pd.DataFrame, at: Places, translate: Translate
) -> None:
    """Every measure of every evaluator as formula, program's number and difference."""
    scored = pairs[pairs["use"] == "scored"]
    pairs_of, visits_of = dict(iter(scored.groupby("evaluator_no"))), dict(iter(visits.groupby("evaluator_no")))
    # Above the heading: the title, the steps, and the number of differing rows with its label.
    first = first_row(len(STEPS) + 3)
    rows: list[tuple[Cell, ...]] = []
    for number, evaluator in enumerate(document["evaluators"], start=1):
        mine, seen = pairs_of.get(number, scored.iloc[:0]), visits_of.get(number, visits.iloc[:0])
        for measure in measures(evaluator, mine, seen, at):
            head: tuple[Cell, ...] = (
                number,
                evaluator["evaluator_id"],
                translate(measure.name),
                translate(measure.how),
            )
            rows.append((*head, *_comparison(measure, first + len(rows))))
    columns = [
        Column("evaluator_no", 12, "integer"),
        Column("evaluator_id", 24),
        Column(translate("Number"), 28),
        Column(translate("How"), 34, "wrapped"),
        Column(translate("Computed again"), 16, "number"),
        Column(translate("Program's number"), 16, "number"),
        Column(translate("Difference"), 12, "number"),
    ]
    differing = sum(row[-1].value != 0 for row in rows if isinstance(row[-1], Formula))
    lines: list[str | Formula] = [
        translate("Re-performance: how another auditor computes the numbers again"),
        *(translate(step) for step in STEPS),
        translate("Rows with a difference:"),
        Formula(f'=COUNTIF($G${first}:$G${first + max(len(rows), 1) - 1},"<>0")', differing),
    ]
    book.sheet(translate("Re-performance"), columns, rows, lines)


def _comparison(measure: Measure, row: int) -> tuple[Cell, Cell, Cell]:
    """Computed again, the program's number, and their relative difference: 1 where only one of them has a value."""
    again, program = measure.value, measure.program
    if again is None or program is None:
        difference = 0.0 if again is program else 1.0
    else:
        difference = round((again - program) / max(1.0, abs(program)), _DIGITS) + 0.0
    relative = f"ROUND((E{row}-F{row})/MAX(1,ABS(F{row})),{_DIGITS})"
    formula = f'=IF(AND(E{row}="",F{row}=""),0,IF(OR(E{row}="",F{row}=""),1,{relative}))'
    live = Formula(f"={measure.formula.replace(NO, f'$A{row}')}", "" if again is None else again)
    return live, program, Formula(formula, difference)
