"""Rows of an existing register: which columns they have, and what each cell must be. Pure.

A register comes as two tables, one of evaluators and one of the scope items that were granted to them. They are two
sheets of one workbook, called as in SHEETS, or two CSV files. Rows of the second name a row of the first by its ref.
Every cell is text; days are written as 2021-04-09, lists with semicolons between.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeAlias

from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.decision import Scope
from registry.evaluators.scope import RegionSet, StandardRange
from registry.ids import hidden_character, is_placeholder
from registry.regions.reference import read_day, read_reference
from registry.regions.region_errors import ReferenceRejected
from registry.standards.versions import precedence

LEGAL_FORMS = (
    "company", "partnership", "public_institution", "social_organisation", "university", "university_unit",
    "inspection_team", "other",
)  # fmt: skip
# Bodies without a credit code of their own, and the part of a dossier that names what they belong to.
PART_OF = {"inspection_team": "seconded_by", "university_unit": "parent"}
DEPENDENCIES = ("soft", "hard")
EVALUATORS = "evaluators"
SCOPE = "scope"
SHEETS = (EVALUATORS, SCOPE)
_MOST_CHARACTERS = 200
_VERSION = re.compile(r"(0|[1-9][0-9]*)([.](0|[1-9][0-9]*)){2}(-[0-9a-z.-]+)?")
_YES_OR_NO = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}
_DAY_FORM = "Write year, month and day with hyphens, as 2021-04-09."
# Nothing was granted before it, and what is later is a typing error.
_FIRST_DAY = date(1949, 10, 1)
_LONGEST = timedelta(days=366 * 100)


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """meaning: for who writes the file. is_needed: no cell may be empty; the column may be missing where it is not."""

    name: str
    is_needed: bool
    meaning: str


COLUMNS: Mapping[str, tuple[ColumnRule, ...]] = {
    EVALUATORS: (
        ColumnRule("ref", True, "what the register calls the evaluator; once in the table"),
        ColumnRule("name", True, "its legal name today"),
        ColumnRule("credit_code", False, "18 characters; empty for a body that has none, such as an inspection team"),
        ColumnRule("legal_form", True, "a word of LEGAL_FORMS"),
        ColumnRule(
            "belongs_to", False, "credit code or name of what sends an inspection team or has a university unit"
        ),
        ColumnRule("region", True, "reference of the region of its seat, as mca:330106"),
    ),
    SCOPE: (
        ColumnRule("ref", True, "of the evaluator, as in the table of evaluators"),
        ColumnRule("certificate_number", True, "of the certificate that states this item"),
        ColumnRule("issuer", True, "who issued it"),
        ColumnRule("dependency", False, "hard: without it no new work; soft or empty: an answer is conditional"),
        ColumnRule("domain", True, "field of assessment"),
        ColumnRule("regions", True, "references of regions"),
        ColumnRule("descendants", True, "yes: what lies in the regions is meant too; no: only they themselves"),
        ColumnRule("excepted", False, "references of regions that are not meant"),
        ColumnRule("evaluation_type", True, "kind of evaluation"),
        ColumnRule("subject_level", True, "level of the bodies that may be assessed"),
        ColumnRule("standard", True, "family of the standard"),
        ColumnRule("from_version", True, "its first version, as 2.0.0"),
        ColumnRule("before_version", False, "the first version that is outside; empty: open"),
        ColumnRule("decided_on", True, "day of the decision"),
        ColumnRule("effective_from", True, "day from which it had effect"),
        ColumnRule("published_on", False, "day of its publication; empty: unpublished"),
        ColumnRule("valid_from", False, "first day of the validity, where it is later than effective_from"),
        ColumnRule("valid_to", True, "first day after the validity"),
    ),
}

Cells: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Of one cell. column: empty where the whole row is meant."""

    column: str
    code: str
    message: str
    fix: str
    value: str


@dataclass(frozen=True, slots=True)
class EvaluatorRow:
    ref: str
    name: str
    credit_code: str | None
    legal_form: str
    belongs_to: str
    region: str


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A scope item with the decision that granted it, as the register has it."""

    ref: str
    certificate_number: str
    issuer: str
    is_hard: bool
    scope: Scope
    decided_on: date
    effective_from: date
    published_on: date | None
    valid_from: date | None
    valid_to: date

    @property
    def begins_on(self) -> date:
        return self.valid_from or self.effective_from


class _Row:
    """Cells under way to values, with the faults that were found."""

    def __init__(self, table: str, cells: Cells) -> None:
        self.cells = cells
        self.faults: list[Fault] = []
        for rule in COLUMNS[table]:
            self._check_text(rule)

    def _check_text(self, rule: ColumnRule) -> None:
        text = self.cells.get(rule.name, "")
        # A lost credit code is told by the rules of credit codes, which know more.
        if rule.is_needed and (not text or is_placeholder(text)):
            self.refuse(rule.name, "missing-value", "The cell says nothing.", f"Write {rule.meaning}.")
        elif len(text) > _MOST_CHARACTERS and rule.name not in {"regions", "excepted"}:
            message = f"The cell has {len(text)} characters, the limit is {_MOST_CHARACTERS}."
            self.refuse(rule.name, "long-value", message, "Write it shorter.")
        elif text and (hidden := _hidden_character(text)) is not None:
            message = f"The cell has an invisible or unassigned character, {hidden}."
            self.refuse(rule.name, "hidden-character", message, "Type the cell anew.")

    def refuse(self, column: str, code: str, message: str, fix: str) -> None:
        self.faults.append(Fault(column, code, message, fix, self.cells.get(column, "")))

    def require_word(self, name: str, words: Sequence[str]) -> None:
        text = self.cells.get(name, "")
        if text and text not in words:
            self.refuse(name, "unknown-word", f"This {name} is not known.", f"Write one of: {', '.join(words)}.")

    def day(self, name: str, latest: date | None = None) -> date | None:
        """latest: the last day that it can be. None for what is no such day, too."""
        text = self.cells.get(name, "")
        found = read_day(text) if text else None
        if found is None:
            if text:
                self.refuse(name, "bad-day", "This is no day as 2021-04-09.", _DAY_FORM)
        elif found < _FIRST_DAY:
            self.refuse(name, "day-out-of-range", f"The day lies before {_FIRST_DAY}.", _DAY_FORM)
        elif latest is not None and found > latest:
            fix = "Correct the day, or import a newer state of the register."
            self.refuse(name, "day-after-the-register", f"The register is of {latest}; this is later.", fix)
        else:
            return found
        return None

    def references(self, name: str) -> tuple[str, ...]:
        wanted = tuple(each.strip() for each in re.split("[;；]", self.cells.get(name, "")) if each.strip())
        for each in wanted:
            if message := _reference_fault(each):
                fix = "Write references as mca:330106, with semicolons between."
                self.faults.append(Fault(name, "bad-region-reference", message, fix, each))
        return wanted

    def version(self, name: str) -> str | None:
        text = self.cells.get(name, "")
        if text and not _VERSION.fullmatch(text):
            self.refuse(name, "bad-version", "This is no version of three numbers.", "Write it as 2.1.0.")
            return None
        return text or None


# Cells repeat in a column, and almost all are sound.
_hidden_character = lru_cache(maxsize=65_536)(hidden_character)


@lru_cache(maxsize=65_536)
def _reference_fault(text: str) -> str:
    """Empty for a good one."""
    try:
        read_reference(text)
    except ReferenceRejected as error:
        return " ".join(each.message for each in error.violations) or error.detail
    return ""


def read_evaluator(cells: Cells) -> tuple[EvaluatorRow | None, list[Fault]]:
    """None with any fault."""
    row = _Row(EVALUATORS, cells)
    form, code, whole = (cells.get(name, "") for name in ("legal_form", "credit_code", "belongs_to"))
    row.require_word("legal_form", LEGAL_FORMS)
    region = cells.get("region", "")
    if region and (message := _reference_fault(region)):
        row.refuse("region", "bad-region-reference", message, "Write it as mca:330106.")
    elif "@" in region:
        row.refuse("region", "dated-region", "A seat is named by its code of today.", "Leave out the day.")
    if form in PART_OF and not whole:
        message = f"A body of the form {form} belongs to another, which is missing."
        row.refuse("belongs_to", "missing-value", message, "Write the credit code or the name of that body.")
    elif form in LEGAL_FORMS and form not in PART_OF and whole:
        message = f"A body of the form {form} stands for itself."
        row.refuse("belongs_to", "wrong-for-legal-form", message, "Empty the cell, or correct legal_form.")
    credit_code = None
    if code or (form in LEGAL_FORMS and form not in PART_OF):
        reading = read_credit_code(code)
        credit_code = reading.code
        row.faults += [Fault("credit_code", each.code, each.message, each.fix, each.value) for each in reading.faults]
    if row.faults:
        return None, row.faults
    return EvaluatorRow(cells["ref"], cells["name"], credit_code, form, whole, region), []


def read_grant(cells: Cells, as_of: date) -> tuple[GrantRow | None, list[Fault]]:
    """as_of: the day of which the register is. None with any fault."""
    row = _Row(SCOPE, cells)
    decided_on, effective_from = row.day("decided_on", as_of), row.day("effective_from")
    published_on = row.day("published_on", as_of)
    valid_from, valid_to = row.day("valid_from"), row.day("valid_to")
    _check_days(row, effective_from, valid_from, valid_to)
    row.require_word("dependency", DEPENDENCIES)
    scope = _scope(row)
    if row.faults or scope is None or decided_on is None or effective_from is None or valid_to is None:
        return None, row.faults
    return (
        GrantRow(
            cells["ref"], cells["certificate_number"], cells["issuer"], cells.get("dependency") == "hard", scope,
            decided_on, effective_from, published_on, valid_from, valid_to,
        ),
        [],
    )  # fmt: skip


def _check_days(row: _Row, effective_from: date | None, valid_from: date | None, valid_to: date | None) -> None:
    begins_on = valid_from or effective_from
    if valid_from is not None and effective_from is not None and valid_from < effective_from:
        message = f"The validity would begin before the decision had effect, on {effective_from}."
        row.refuse("valid_from", "days-out-of-order", message, "Write the later day, or leave the cell empty.")
    if begins_on is None or valid_to is None:
        return
    if valid_to <= begins_on:
        message = f"The validity would end before it begins, on {begins_on}."
        row.refuse("valid_to", "days-out-of-order", message, "valid_to is the first day after the validity.")
    elif valid_to - begins_on > _LONGEST:
        message = f"The validity that begins on {begins_on} would last more than 100 years."
        row.refuse("valid_to", "day-out-of-range", message, "Correct the year.")


def _scope(row: _Row) -> Scope | None:
    cells = row.cells
    regions, excepted = row.references("regions"), row.references("excepted")
    descendants = _YES_OR_NO.get(cells.get("descendants", "").lower())
    if descendants is None and cells.get("descendants"):
        row.refuse("descendants", "neither-yes-nor-no", "This is neither yes nor no.", "Write yes or no.")
    first, before = row.version("from_version"), row.version("before_version")
    if first is not None and before is not None and precedence(before) <= precedence(first):
        message = f"No version lies from {first} to before {before}."
        row.refuse("before_version", "versions-not-in-order", message, "Write a later version, or leave it empty.")
    if row.faults or descendants is None or first is None:
        return None
    return Scope(
        cells["domain"],
        RegionSet(regions, descendants, excepted),
        cells["evaluation_type"],
        cells["subject_level"],
        StandardRange(cells["standard"], first, before),
    )


def doubled(values: Iterable[object], names: Callable[[int], int]) -> list[tuple[int, int]]:
    """Places whose value stood before, each with names(first place); None does not count."""
    first: dict[object, int] = {}
    found = []
    for place, value in enumerate(values):
        if value is not None and first.setdefault(value, place) != place:
            found.append((place, names(first[value])))
    return found
