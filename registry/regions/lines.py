"""Lines that commands about regions print. Pure."""

from collections.abc import Sequence

from registry.regions.answers import Region
from registry.regions.changes import Change
from registry.regions.facts import Fact
from registry.regions.import_report import ImportReport
from registry.regions.search import Hit


def hit_line(hit: Hit) -> str:
    note = hit.match if hit.likeness is None else f"{hit.match}: {hit.likeness}"
    return f"{hit.region.reference!s:18}  {' '.join(each.name for each in hit.path)}  ({note})"


def region_lines(region: Region, path: Sequence[Region]) -> str:
    above = " ".join(each.name for each in path[:-1]) or "no other region"
    since = "before what is known" if region.valid_from is None else str(region.valid_from)
    until = "" if region.valid_to is None else f" to before {region.valid_to}"
    return f"{region.reference}  {region.name}  ({region.level})\nin {above}\nso called from {since}{until}"


def change_line(change: Change) -> str:
    sides = [f"{side.code} {side.name}".strip() for side in (change.before, change.after) if side is not None]
    return f"{change.on}  {change.kind!s:12} {' -> '.join(sides)}"


def fact_line(fact: Fact) -> str:
    value = "(ended)" if fact.value is None else fact.value
    days = f"{fact.valid_from} to {fact.valid_to or '…'}"
    where = f"{fact.system}:{fact.code}"
    return f"{where:18}  {fact.key} = {value}  {days}  {fact.source}  (recorded {fact.recorded_at:%Y-%m-%d %H:%M:%S}Z)"


def import_line(report: ImportReport, is_dry_run: bool) -> str:
    what = f"{report.kind} of {report.system}" if report.system else report.kind
    if report.was_there:
        return f"Nothing to do: these {what} are imported already."
    counts = ", ".join(f"{number:,} {name}" for name, number in report.counts.items()) or "no new row"
    before = f" {report.known_before:,} row(s) were known before." if report.known_before else ""
    done = "would be imported" if is_dry_run else f"imported as number {report.number}"
    return f"{report.rows:,} {what} {done}: {counts}.{before}"
