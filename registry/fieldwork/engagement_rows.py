"""Rows of a file of engagements: which columns they have, and what document each stands for. Pure.

A row is one engagement with what happened to it. Reports are not told in rows, but in JSON or one by one. Every cell
is text; days are written as 2021-04-09, lists with semicolons between.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.evaluators.register_rows import ColumnRule, Fault
from registry.fieldwork.engagement_document import PARTY_LISTS, SCHEMA_ID
from registry.ids import has_lost_digits, is_placeholder

COLUMNS = (
    ColumnRule("contract_reference", True, "as the commissioner calls the contract"),
    ColumnRule("evaluator", True, "code, as ev-000001, or credit code"),
    ColumnRule("commissioner", True, "who entrusts the work"),
    ColumnRule("payer", True, "who transfers the money"),
    ColumnRule("scored", True, "regions, and the bodies whose targets are scored"),
    ColumnRule("implementers", False, "who carries out what is assessed"),
    ColumnRule("other_bidders", False, "who else made an offer; empty: not known; none: nobody"),
    ColumnRule("domain", True, "field of assessment"),
    ColumnRule("region", True, "where the work is done, as mca:422828"),
    ColumnRule("evaluation_type", True, "kind of evaluation"),
    ColumnRule("subject_level", True, "level of what is assessed"),
    ColumnRule("standard", True, "id of the standard"),
    ColumnRule("cycle", True, "number of the cycle of assessment"),
    ColumnRule("window_from", True, "first day of the work"),
    ColumnRule("window_to", True, "first day after the work and its report"),
    ColumnRule("agreed_on", True, "day of the contract"),
    ColumnRule("assignment", True, "random_draw, tender or direct"),
    ColumnRule("paid_by", True, "central_pool, commissioner or subject"),
    ColumnRule("started_on", False, "day on which the work started"),
    ColumnRule("standard_version", False, "that the work started with; empty: the one in force on that day"),
    ColumnRule("completed_on", False, "day on which the work was completed"),
    ColumnRule("terminated_on", False, "day from which the contract was terminated"),
    ColumnRule("termination_reason", False, "why; needed with terminated_on"),
)
# Names keep the digits that they have, and codes of bodies have rules of their own.
AS_WRITTEN = frozenset({"contract_reference", "domain", "evaluation_type", "subject_level", "termination_reason"})
_NOBODY = "none"
_OF_HISTORY = {"started_on": "started", "completed_on": "completed", "terminated_on": "terminated"}
_COLUMN_OF = {"/window/from": "window_from", "/window/to": "window_to", "/window": "window_to"}
_WITHOUT = {"standard_version": "started_on", "termination_reason": "terminated_on"}

Cells = Mapping[str, str]


def cell_faults(cells: Cells) -> Iterator[Fault]:
    """What only a row can be wrong in; the rest is judged by its document. cells: one for each column."""
    for rule in COLUMNS:
        text = cells[rule.name]
        if rule.is_needed and not text:
            yield Fault(rule.name, "missing-value", f"There is no {rule.name}.", f"It is: {rule.meaning}.", text)
        elif text != _NOBODY and is_placeholder(text):
            message = f"{text} is what a program writes where there is nothing."
            yield Fault(rule.name, "placeholder", message, "Write the value, or leave an optional cell empty.", text)
        elif rule.name == "contract_reference" and has_lost_digits(text):
            message = "A spreadsheet has turned the reference into a number."
            yield Fault(rule.name, "lost-digits", message, "Format the column as text, and retype it.", text)
    if cells["cycle"] and not (cells["cycle"].isascii() and cells["cycle"].isdecimal() and len(cells["cycle"]) < 5):
        yield Fault("cycle", "bad-number", "This is no number of a cycle.", "Write 1 to 9999.", cells["cycle"])
    for column, day in _WITHOUT.items():
        if cells[column] and not cells[day]:
            yield Fault(
                column, "without-its-day", f"There is no {day}.", f"Write {day}, or leave it out.", cells[column]
            )


def document_of(cells: Cells) -> dict[str, Any]:
    """cells: without faults."""
    plain = (
        "contract_reference", "evaluator", "commissioner", "payer", "domain", "region", "evaluation_type",
        "subject_level", "standard", "agreed_on", "assignment", "paid_by",
    )  # fmt: skip
    found: dict[str, Any] = {"$schema": SCHEMA_ID} | {name: cells[name] for name in plain}
    for name in PARTY_LISTS:
        if cells[name]:
            found[name] = [] if cells[name] == _NOBODY else _parts(cells[name])
    found["cycle"] = int(cells["cycle"])
    found["window"] = {"from": cells["window_from"], "to": cells["window_to"]}
    if history := list(_history(cells)):
        found["history"] = history
    return found


def column_of(pointer: str, document: Mapping[str, Any]) -> str:
    """The column of what a pointer into a row's document names; empty for the whole row."""
    if pointer in _COLUMN_OF:
        return _COLUMN_OF[pointer]
    parts = pointer.split("/")
    if parts[1:2] != ["history"]:
        return parts[1] if len(parts) > 1 else ""
    kind = document["history"][int(parts[2])]["kind"] if len(parts) > 2 else "started"
    named = {"standard_version": "standard_version", "reason": "termination_reason"}
    return named.get(parts[3] if len(parts) > 3 else "", next(day for day, each in _OF_HISTORY.items() if each == kind))


def _parts(text: str) -> list[str]:
    return [each for part in text.replace("；", ";").split(";") if (each := part.strip())]


def _history(cells: Cells) -> Iterator[dict[str, str]]:
    for column, kind in _OF_HISTORY.items():
        if not cells[column]:
            continue
        event = {"kind": kind, "on": cells[column]}
        if kind == "started" and cells["standard_version"]:
            event["standard_version"] = cells["standard_version"]
        if kind == "terminated" and cells["termination_reason"]:
            event["reason"] = cells["termination_reason"]
        yield event
