"""Rules that a row breaks together with other rows of its table: duplicates, repeated checks, one draw per visit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from registry.ids import codes_without_leading_zeros
from registry.reliability.cell_rules import Problem
from registry.reliability.row_checker import Flags, RowChecker, Texts, places_of

# A message names so many of the rows that say the same.
_ROWS_NAMED = 5


def refuse_duplicates(checker: RowChecker, identifiers: Mapping[str, Texts], judged: Flags) -> None:
    """Every row whose identifiers stand also in another row. judged: rows whose identifiers are in order."""
    codes = pd.DataFrame({name: places_of(texts) for name, texts in identifiers.items()})
    doubled = judged & codes[judged].duplicated(keep=False).reindex(codes.index, fill_value=False).to_numpy(dtype=bool)
    indices = np.flatnonzero(doubled)
    groups = codes[doubled].groupby(list(identifiers), sort=False).indices
    criterion = identifiers["criterion_id"]
    for places in groups.values():
        members = indices[places]
        rows = checker.rows[members]
        for index in members:
            others = [int(row) for row in rows[: _ROWS_NAMED + 1] if row != checker.rows[index]][:_ROWS_NAMED]
            more = f" and {len(rows) - 1 - len(others)} more" if len(rows) - 1 > len(others) else ""
            named = ", ".join(str(row) for row in others)
            message = f"The same finding ({', '.join(identifiers)}) stands also in row {named}{more}."
            problem = Problem("duplicate-finding", message, "Keep one of them.")
            checker.refuse_row(int(index), problem, "criterion_id", str(criterion[index]))


def refuse_doubles(checker: RowChecker, spot_check: Texts, double_of: Texts) -> None:
    """A double check must name a first check that is in the file, is not itself, and is not itself a double."""
    checks = {text: i for i, text in enumerate(spot_check.categories)}
    own = places_of(spot_check)
    # Each row's first check as a place among the spot checks; -1 where it is not in the file.
    first = np.array([checks.get(text, -1) for text in double_of.categories], dtype=np.int64)[places_of(double_of)]
    is_double = np.asarray(double_of != "")
    is_repetition = np.zeros(len(checks), dtype=bool)
    is_repetition[own[is_double & (own != first)]] = True
    zeros = codes_without_leading_zeros(double_of.categories, checks)
    lost = is_double & np.isin(
        places_of(double_of), [i for i, text in enumerate(double_of.categories) if text in zeros]
    )
    name_first = "Name the first spot check."
    for mask, message, fix in (
        (lost, "The first check's leading zeros were lost.", "Export the codes as text."),
        (is_double & (first < 0) & ~lost, "The first check that it repeats is not in the file.", name_first),
        (is_double & (first == own), "A check cannot repeat itself.", name_first),
        (is_double & (first >= 0) & (first != own) & is_repetition[first],
         "It repeats a check that is itself a repetition.", name_first),
    ):  # fmt: skip
        checker.refuse_rows(mask, Problem("bad-double-of", message, fix), "double_of")


def refuse_blank_probabilities(checker: RowChecker, found: Mapping[str, Any], was_refused: Flags) -> None:
    """A blank needs for_cause, or a double check. was_refused: rows whose cell holds no probability."""
    blank = np.isnan(found["inclusion_probability"]) & ~was_refused
    if "for_cause" in found:
        blank &= ~found["for_cause"]
    if "double_of" in found:
        blank &= np.asarray(found["double_of"] == "")
    message = "The inclusion probability is blank and the check is not marked as chosen for cause."
    fix = "Give the probability stored at the draw, or mark the visit for_cause."
    checker.refuse_rows(blank, Problem("missing-inclusion-probability", message, fix), "inclusion_probability")


def refuse_variation_in_visits(
    checker: RowChecker, visit: tuple[Texts, Texts], name: str, values: Any, judged: Flags
) -> None:
    """A visit (spot check x site) has one value, repeated on each row. judged: rows whose visit and value were read."""
    codes = pd.DataFrame({"check": places_of(visit[0]), "site": places_of(visit[1]), "value": values})[judged]
    distinct = codes.groupby(["check", "site"], sort=False)["value"].transform("nunique", dropna=False)
    varies = (distinct > 1).reindex(range(len(judged)), fill_value=False).to_numpy(dtype=bool)
    problem = Problem("varies-in-visit", f"{name} differs between rows of one spot check of one site.",
                      "A visit has one; repeat it on each row.")  # fmt: skip
    checker.refuse_rows(varies, problem, name)
