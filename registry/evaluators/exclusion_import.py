"""Rows of an exclusion list: which columns they have, and what each cell must be. Pure.

Every cell is text; days are written as 2021-04-09, several scopes with semicolons between. What an authority has
written wrongly is kept as it wrote it and doubted: a bar that is left out for a typing error would be lifted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from registry.canonical import digest
from registry.evaluators.credit_code import FaultCode, Respelling, find_respelling, read_credit_code
from registry.evaluators.exclusion_matching import ListEntry
from registry.evaluators.periods import Period
from registry.evaluators.register_rows import ColumnRule, Fault
from registry.ids import hidden_character, is_placeholder
from registry.regions.reference import read_day

COLUMNS = (
    ColumnRule("key", False, "what the list calls the entry; once in the file"),
    ColumnRule("name", True, "name of the body that is barred"),
    ColumnRule("credit_code", False, "its unified social credit code, as the list has it"),
    ColumnRule("valid_from", True, "first day of the bar"),
    ColumnRule("valid_to", False, "first day after the bar; empty: open"),
    ColumnRule("scope", False, "what it is barred from; empty: what the terms of the list say"),
    ColumnRule("basis", False, "decision on which the entry rests"),
)
_MOST_CHARACTERS = {"scope": 500, "basis": 1000, "credit_code": 40}
_DAY_FORM = "Write year, month and day with hyphens, as 2021-04-09."
# These are no typing errors of the authority: the file was spoilt on its way, or tells a person's number.
_SPOILT = frozenset({FaultCode.LOST_DIGITS, FaultCode.PERSONAL_NUMBER, FaultCode.PLACEHOLDER})


@dataclass(frozen=True, slots=True)
class EntryRow:
    """is_doubtful: its credit code cannot be one, so that only a person can say whom it means.

    respelling: its credit code is kept as it is written, and read as the one it stands for.
    """

    entry: ListEntry
    sha256: str
    is_doubtful: bool
    respelling: Respelling | None


def read_entry(cells: Mapping[str, str]) -> tuple[EntryRow | None, tuple[Fault, ...]]:
    """cells: one for each column, empty where there is nothing. Every fault of the row at once."""
    days = {name: read_day(cells[name]) for name in ("valid_from", "valid_to")}
    faults = [*_text_faults(cells), *_name_faults(cells["name"]), *_code_faults(cells["credit_code"])]
    faults += _day_faults(cells, days)
    first = days["valid_from"]
    if faults or first is None:
        return None, tuple(faults)
    period = Period(first, days["valid_to"])
    code = cells["credit_code"] or None
    entry = ListEntry(
        cells["key"] or _made_key(cells), code, cells["name"], read_scope(cells["scope"]), period, cells["basis"]
    )
    is_doubtful = code is not None and read_credit_code(code).code is None
    respelling = None if code is None else find_respelling(entry.name, code)
    return EntryRow(entry, entry_digest(entry), is_doubtful, respelling), ()


def read_scope(text: str) -> frozenset[str]:
    return frozenset(each.strip() for each in text.replace("；", ";").split(";")) - {""}


def entry_digest(entry: ListEntry) -> str:
    """Of the wording: the same for the same entry in whatever file."""
    last = entry.in_force.valid_to
    return digest(
        [
            entry.key,
            entry.name,
            entry.credit_code,
            sorted(entry.scope),
            entry.in_force.valid_from.isoformat(),
            None if last is None else last.isoformat(),
            entry.basis,
        ]
    )


def _made_key(cells: Mapping[str, str]) -> str:
    """Of an entry that the list does not number: the same as long as it bars the same body from the same day on."""
    told = [cells[name] for name in ("name", "credit_code", "valid_from", "scope", "basis")]
    return f"row:{digest(told)[:32]}"


def _text_faults(cells: Mapping[str, str]) -> Iterable[Fault]:
    for rule in COLUMNS:
        text, most = cells[rule.name], _MOST_CHARACTERS.get(rule.name, 200)
        if rule.is_needed and not text:
            yield Fault(rule.name, "missing-value", f"There is no {rule.name}.", f"It is the {rule.meaning}.", text)
        if (hidden := hidden_character(text)) is not None:
            message = f"The text has the invisible character {hidden}."
            yield Fault(rule.name, "hidden-character", message, "Remove it.", text)
        if len(text) > most:
            message = f"The text has {len(text)} characters, the limit is {most}."
            yield Fault(rule.name, "long-text", message, "Shorten it.", text)
        if rule.name != "credit_code" and text and is_placeholder(text):
            message = f"{text} is what a program writes where there is nothing."
            yield Fault(rule.name, "placeholder", message, "Leave the cell empty, or write what it should be.", text)


def _name_faults(name: str) -> Iterable[Fault]:
    if name and not any(each.isalnum() for each in name):
        yield Fault("name", "no-letters", "The name has neither letters nor digits.", "Write the name.", name)


def _code_faults(text: str) -> Iterable[Fault]:
    for each in read_credit_code(text).faults if text else ():
        if each.code in _SPOILT:
            yield Fault("credit_code", each.code, each.message, each.fix, each.value)


def _day_faults(cells: Mapping[str, str], days: Mapping[str, date | None]) -> Iterable[Fault]:
    for name, found in days.items():
        if cells[name] and found is None:
            yield Fault(name, "bad-day", "This is no day as 2021-04-09.", _DAY_FORM, cells[name])
    first, last = days["valid_from"], days["valid_to"]
    if first is not None and last is not None and last <= first:
        fix = "valid_to is the first day after the bar."
        yield Fault("valid_to", "days-out-of-order", "The bar ends before it begins.", fix, cells["valid_to"])
