"""The register as files: every scope item with its status on a day, as everybody may see it. Pure."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from registry.audit.entry import instant
from registry.evaluators.policy import State
from registry.evaluators.scope import ScopeItem
from registry.evaluators.status import Flag
from registry.parsing import write_csv


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


HEADING = (
    "evaluator", "name", "credit_code", "legal_form", "region", "item", "domain", "regions", "descendants", "excepted",
    "evaluation_type", "subject_level", "standard", "from_version", "before_version", "state", "flags", "valid_from",
    "valid_to", "valid_at", "known_at", "name_held",
)  # fmt: skip
_WIDTHS = {"name": 40, "credit_code": 20, "regions": 24, "known_at": 24}
_USUAL_WIDTH = 14


@dataclass(frozen=True, slots=True)
class Line:
    """A scope item with whose it is. name, region: of the evaluator as of now. number: of the item.

    name: None while it is held: who the evaluator is, its code and credit code tell.
    """

    evaluator: str
    name: str | None
    credit_code: str | None
    legal_form: str
    region: str
    number: int
    item: ScopeItem
    state: State
    flags: frozenset[Flag]
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines by evaluator and number. Items of which nothing was known then are `no_record`."""

    valid_at: date
    known_at: datetime
    lines: tuple[Line, ...]


def export(listing: Listing, form: ExportFormat) -> bytes:
    return {ExportFormat.CSV: _csv, ExportFormat.XLSX: _xlsx, ExportFormat.JSON: _json}[form](listing)


def _records(listing: Listing) -> Iterator[tuple[str, ...]]:
    """Cells as texts, lists with semicolons between, nothing where there is nothing."""
    asked = listing.valid_at.isoformat(), instant(listing.known_at)
    for each in listing.lines:
        item = each.item
        yield (
            each.evaluator, each.name or "", each.credit_code or "", each.legal_form, each.region, str(each.number),
            item.domain, ";".join(item.regions.regions), "yes" if item.regions.descendants else "no",
            ";".join(item.regions.excepted), item.evaluation_type, item.subject_level, item.standards.family,
            item.standards.from_version, item.standards.before_version or "", each.state, ";".join(sorted(each.flags)),
            _day(each.valid_from) or "", _day(each.valid_to) or "", *asked, "yes" if each.name is None else "no",
        )  # fmt: skip


def _csv(listing: Listing) -> bytes:
    return write_csv(HEADING, _records(listing))


def _xlsx(listing: Listing) -> bytes:
    """One sheet, every cell a text: no code loses its zeros, and nothing is computed."""
    import xlsxwriter  # type: ignore[import-untyped]

    content = io.BytesIO()
    # Nothing of the clock, so that the same listing is the same file.
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "constant_memory": False})
    workbook.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the format knows no zone
    heading = workbook.add_format({"bold": True})
    sheet = workbook.add_worksheet("register")
    for column, name in enumerate(HEADING):
        sheet.set_column(column, column, _WIDTHS.get(name, _USUAL_WIDTH))
        sheet.write_string(0, column, name, heading)
    for row, record in enumerate(_records(listing), start=1):
        for column, cell in enumerate(record):
            if cell:
                sheet.write_string(row, column, cell)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return content.getvalue()


def _json(listing: Listing) -> bytes:
    document = {
        "valid_at": listing.valid_at.isoformat(),
        "known_at": instant(listing.known_at),
        "items": [_item(each) for each in listing.lines],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _item(line: Line) -> dict[str, Any]:
    item = line.item
    return {
        "evaluator": line.evaluator,
        "name": line.name,
        "name_held": line.name is None,
        "credit_code": line.credit_code,
        "legal_form": line.legal_form,
        "region": line.region,
        "item": line.number,
        "domain": item.domain,
        "regions": list(item.regions.regions),
        "descendants": item.regions.descendants,
        "excepted": list(item.regions.excepted),
        "evaluation_type": item.evaluation_type,
        "subject_level": item.subject_level,
        "standard": item.standards.family,
        "from_version": item.standards.from_version,
        "before_version": item.standards.before_version,
        "state": line.state,
        "flags": sorted(line.flags),
        "valid_from": _day(line.valid_from),
        "valid_to": _day(line.valid_to),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
