"""Qualification events, circumstances and scope items for tests, with ordinary values where a test says nothing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from registry.evaluators.coverage import Holding
from registry.evaluators.guard_case import Circumstances
from registry.evaluators.guards import refusals
from registry.evaluators.policy import Policy
from registry.evaluators.qualification import Cause, CauseKind, Event, EventType, Surveillance
from registry.evaluators.refusal import Code
from registry.evaluators.scope import Asked, RegionSet, ScopeItem, StandardRange
from registry.evaluators.status import Status, recorded, status, timeline
from registry.validity import ZONE

ITEM = "item_1"
POLICY = Policy()
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
_numbers = count(1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """Noon of the day where the register is kept."""
    return datetime.combine(date.fromisoformat(text), time(12), ZONE)


def make_cause(key: str = "late-report", review_by: str | None = "2026-06-01", **changes: Any) -> Cause:
    known = {"kind": CauseKind.IMPOSED, "reason": "REPORT_LATE", "notice": "notice-7"}
    return Cause(key=key, review_by=day(review_by) if review_by else None, **(known | changes))


def make_event(kind: EventType | str, effective: str, recorded_on: str | None = None, **changes: Any) -> Event:
    """Recorded on the day it takes effect, if nothing else is said; seq rises from call to call."""
    seq = changes.pop("seq", next(_numbers))
    known: dict[str, Any] = {
        "id": f"evt_{seq}",
        "item_id": ITEM,
        "decision_id": f"dec_{seq}",
        "decided_on": day(recorded_on or effective),
        "published_at": None,
    }
    for name in ("valid_from", "valid_to", "decided_on"):
        if isinstance(changes.get(name), str):
            changes[name] = day(changes[name])
    return Event(
        seq=seq,
        type=EventType(kind),
        effective_from=day(effective),
        recorded_at=at(recorded_on or effective),
        **(known | changes),
    )


def make_grant(effective: str = "2024-01-01", valid_to: str = "2028-01-01", **changes: Any) -> Event:
    return make_event("grant", effective, valid_to=valid_to, **changes)


def make_suspension(effective: str, recorded_on: str | None = None, *causes: Cause, **changes: Any) -> Event:
    return make_event("suspend", effective, recorded_on, causes=causes or (make_cause(),), **changes)


def make_reinstatement(
    effective: str, recorded_on: str | None = None, closes: tuple[str, ...] = ("late-report",), **changes: Any
) -> Event:
    return make_event("reinstate", effective, recorded_on, closes=closes, **changes)


def make_surveillance(completed_on: str, recorded_on: str | None = None, item_id: str = ITEM) -> Surveillance:
    return Surveillance(item_id, day(completed_on), at(recorded_on or completed_on))


def make_circumstances(**changes: Any) -> Circumstances:
    known: dict[str, Any] = {
        "decider": "director",
        "assessors": frozenset({"assessor"}),
        "criteria_not_met": (),
        "evidence": "sha256:5e",
        "verified_on": day("2024-01-01"),
        "open_investigations": (),
        "withdrawals": 0,
    }
    return Circumstances(**(known | changes))


def status_of(
    events: Iterable[Event],
    on: str,
    known_at: datetime = ALWAYS,
    surveillances: Iterable[Surveillance] = (),
    item_id: str = ITEM,
) -> Status:
    return status(events, item_id, day(on), known_at, surveillances=surveillances, policy=POLICY)


def codes(
    history: Iterable[Event], event: Event, surveillances: Iterable[Surveillance] = (), **circumstances: Any
) -> list[Code]:
    """Of the refusals of an event that is to be recorded."""
    found = refusals(history, event, make_circumstances(**circumstances), surveillances=surveillances, policy=POLICY)
    return [each.code for each in found]


def make_item(id_: str = ITEM, domain: str = "agri", regions: RegionSet | str = "prov:A", **changes: Any) -> ScopeItem:
    known: dict[str, Any] = {
        "regions": RegionSet((regions,), descendants=True) if isinstance(regions, str) else regions,
        "evaluation_type": "annual",
        "subject_level": "town",
        "standards": StandardRange("rural-rev", "2.0.0", "3.0.0"),
    }
    return ScopeItem(id_, domain, **(known | changes))


def make_asked(domain: str = "agri", region: str = "county:A11", **changes: Any) -> Asked:
    known = {
        "evaluation_type": "annual",
        "subject_level": "town",
        "standard_family": "rural-rev",
        "standard_version": "2.1.0",
    }
    return Asked(domain, region, **(known | changes))


def make_holding(item: ScopeItem, events: Iterable[Event] | None = None, known_at: datetime = ALWAYS) -> Holding:
    """With a grant from 2024 to the end of 2027, if no events are given."""
    given = (make_grant(item_id=item.id),) if events is None else events
    return Holding(item, timeline(recorded(given, item.id, known_at, ()), POLICY))


# prov:A holds city:A1, that holds the counties A11, A12 (merged into A13 on 2026-01-01) and A14 (A15 from that day,
# the same county with another code); prov:B stands beside it.
_PARENTS = {
    "city:A1": "prov:A",
    "county:A11": "city:A1",
    "county:A12": "city:A1",
    "county:A13": "city:A1",
    "county:A14": "city:A1",
    "town:A111": "county:A11",
}
REGION_CHANGE = date(2026, 1, 1)
REGIONS = ("prov:A", "prov:B", "city:A1", "county:A11", "county:A12", "county:A13", "county:A14", "town:A111")


def covers(outer: str, inner: str, on: date) -> bool | None:
    """None for regions of which nothing is known; no region lies in one that is gone, and that lies in none."""
    outer, inner = (each.replace("A15", "A14") for each in (outer, inner))
    if not {outer, inner} <= set(REGIONS):
        return None
    gone = "county:A12" if on >= REGION_CHANGE else "county:A13"
    if gone in {outer, inner}:
        return False
    while inner != outer and inner in _PARENTS:
        inner = _PARENTS[inner]
    return inner == outer
