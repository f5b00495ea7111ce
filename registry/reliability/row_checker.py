"""Judges the columns of one table: distinct texts are looked at once, bad rows remembered with their reason."""

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from registry.errors import Violation
from registry.ids import clean_text, codes_without_leading_zeros
from registry.parsing import TextTable
from registry.reliability.cell_rules import Problem, identifier_problem, text_problem, value_problem
from registry.reliability.criterion import Criterion

Codes: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Texts: TypeAlias = "pd.Categorical[Any]"

_SEEN_CHARACTERS = 80
_MOST_PROPOSALS = 100


class RowChecker:
    """Reads one column after the other. bad marks the rows of the table in which something was wrong."""

    def __init__(self, table: TextTable) -> None:
        self.table = table
        self.bad: Flags = np.zeros(len(table), dtype=bool)
        self.rows: Codes = np.frombuffer(table.rows, dtype=np.int64)
        self.violations: list[Violation] = []

    def texts(self, name: str, change: Callable[[str], str] = str) -> Texts:
        """The column in clean text; categories are sorted, so that codes do not depend on the order of rows."""
        column = self.table.columns[name]
        clean = [change(clean_text(value)) for value in column.values]
        categories = sorted(set(clean))
        place = {text: i for i, text in enumerate(categories)}
        lookup = np.array([place[text] for text in clean], dtype=np.int64)
        return pd.Categorical.from_codes(
            lookup[_codes(self.table, name)], categories=pd.Index(categories, dtype=object)
        )

    def identifiers(self, name: str) -> Texts:
        return self._judged(name, identifier_problem)

    def comparable_texts(self, name: str, change: Callable[[str], str] = str) -> Texts:
        """Texts that are compared with those of the other side; a blank is allowed."""
        return self._judged(name, text_problem, change)

    def _judged(self, name: str, judge: Callable[[str], Problem | None], change: Callable[[str], str] = str) -> Texts:
        texts = self.texts(name, change)
        problems = {i: (found, text) for i, text in enumerate(texts.categories) if (found := judge(text))}
        self._refuse_codes(name, places_of(texts), problems)
        return texts

    def criteria(self, identifiers: Texts, criteria: Sequence[Criterion]) -> Codes:
        """Each row's place in criteria, -1 for an unknown one."""
        place = {criterion.id: i for i, criterion in enumerate(criteria)}
        lookup = np.array([place.get(text, -1) for text in identifiers.categories], dtype=np.int64)
        zeros = codes_without_leading_zeros(identifiers.categories, place)
        unknown = [i for i, text in enumerate(identifiers.categories) if lookup[i] < 0 and not identifier_problem(text)]
        # To look for what was meant takes long where there is much of both.
        candidates = tuple(place) if len(unknown) <= _MOST_PROPOSALS else ()
        problems = {}
        for i in unknown:
            text = str(identifiers.categories[i])
            problems[i] = _unknown_criterion(text, zeros.get(text), candidates), text
        codes = places_of(identifiers)
        self._refuse_codes("criterion_id", codes, problems)
        return lookup[codes]

    def readings(self, values: Texts, criterion: Codes, criteria: Sequence[Criterion]) -> Floats:
        """Each value read on its criterion's scale; NaN where it was not assessed or cannot be read."""
        width = max(len(values.categories), 1)
        keys, inverse = np.unique(criterion * width + places_of(values), return_inverse=True)
        found = np.full(len(keys), np.nan)
        problems: dict[int, tuple[Problem, str]] = {}
        for i, key in enumerate(keys):
            # Without a known criterion there is no scale to read the value on.
            if key < 0:
                continue
            which, text = criteria[key // width], str(values.categories[key % width])
            reading = which.read(text)
            if reading is None:
                problems[i] = value_problem(which), text
            else:
                found[i] = reading
        self._refuse_codes("value", inverse.astype(np.int64), problems)
        return found[inverse]

    def parsed(self, name: str, parse: Callable[[str], float | Problem]) -> Floats:
        """Each text as a number; NaN for a blank that may be one, and where the text is refused."""
        values = self.table.columns[name].values
        results = [parse(clean_text(value)) for value in values]
        problems = {i: (result, values[i]) for i, result in enumerate(results) if isinstance(result, Problem)}
        codes = _codes(self.table, name)
        self._refuse_codes(name, codes, problems)
        return np.array([math.nan if isinstance(result, Problem) else result for result in results])[codes]

    def refuse_rows(self, mask: Flags, problem: Problem, column: str) -> None:
        """Every row of the mask breaks one rule; the value seen is the cell's text."""
        values, codes = self.table.columns[column].values, _codes(self.table, column)
        for index in np.flatnonzero(mask):
            self.refuse_row(int(index), problem, column, values[codes[index]])

    def refuse_row(self, index: int, problem: Problem, column: str, value: str) -> None:
        self.bad[index] = True
        self.violations.append(
            Violation(
                code=problem.code,
                message=problem.message,
                fix=problem.fix,
                file=self.table.name,
                row=int(self.rows[index]),
                column=self.table.column_label(column),
                value=value[:_SEEN_CHARACTERS],
                sheet=self.table.sheet,
            )
        )

    def _refuse_codes(self, name: str, codes: Codes, problems: Mapping[int, tuple[Problem, str]]) -> None:
        """Every row whose code has a problem, with that problem and the text seen."""
        if problems:
            for index in np.flatnonzero(np.isin(codes, list(problems))):
                problem, value = problems[int(codes[index])]
                self.refuse_row(int(index), problem, name, value)


def places_of(texts: Texts) -> Codes:
    """Each row's place among the categories."""
    return np.asarray(texts.codes, dtype=np.int64)


def _codes(table: TextTable, name: str) -> Codes:
    return np.frombuffer(table.columns[name].codes, dtype=np.int64)


def _unknown_criterion(text: str, with_zeros: str | None, candidates: Sequence[str]) -> Problem:
    near = [with_zeros] if with_zeros else difflib.get_close_matches(text, candidates, n=1)
    lost = " Its leading zeros were lost." if with_zeros else ""
    fix = f"Is {near[0]!r} meant?" if near else "Add it to the criteria document or correct the id."
    return Problem("unknown-criterion", f"The criteria document has no such criterion.{lost}", fix)
