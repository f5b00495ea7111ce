"""What the tree of divisions answers: regions, what a reference means on a day, and why it means nothing. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.regions.reference import Level, Reference


class Reason(StrEnum):
    """Why a reference means no region on a day, or why a question has no answer."""

    UNKNOWN_CODE = "unknown_code"
    NOT_KNOWN_THEN = "not_known_then"
    NOT_VALID_THEN = "not_valid_then"
    NOT_YET = "not_yet"
    MERGED = "merged"
    SPLIT = "split"
    ABOLISHED = "abolished"
    NOT_CONNECTED = "not_connected"
    OTHER_SYSTEM = "other_system"


@dataclass(frozen=True, slots=True)
class Region:
    """A record: how a unit was called on [valid_from, valid_to); valid_from None: since before what is known."""

    system: str
    code: str
    name: str
    level: Level
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    unit: int

    @property
    def reference(self) -> Reference:
        return Reference(self.system, self.code)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a reference means on a day. Either region or reason is given.

    as_of: the last day of which anything is known, where the day lies after it. related: what came in its place, or
    what it came from where the day lies before it. changed_on: when it ended, or began.
    """

    reference: Reference
    on: date
    region: Region | None = None
    reason: Reason | None = None
    as_of: date | None = None
    related: tuple[Region, ...] = ()
    changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """value None is "not known", for which failed says why: the resolutions without a region."""

    value: bool | None
    outer: Resolution
    inner: Resolution

    @property
    def failed(self) -> tuple[Resolution, ...]:
        return tuple(each for each in (self.outer, self.inner) if each.region is None)

    @property
    def as_of(self) -> date | None:
        return self.inner.as_of or self.outer.as_of
