"""Scope items, and whether one covers what is asked for on a day. No time and no status here: see coverage.py. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from registry.standards.versions import precedence

# Whether the inner region lies in the outer one, or is it, on a day; None where that is not known.
Covers: TypeAlias = Callable[[str, str, date], bool | None]


class Dimension(StrEnum):
    """In the order in which a missing scope is told. A code is never used again for something else."""

    DOMAIN = "SCOPE_DOMAIN"
    REGION = "SCOPE_REGION"
    EVALUATION_TYPE = "SCOPE_TYPE"
    SUBJECT_LEVEL = "SCOPE_LEVEL"
    STANDARD = "SCOPE_STANDARD_VERSION"


@dataclass(frozen=True, slots=True)
class RegionSet:
    """Regions as they were written. descendants: whether what lies in them is meant too; excepted: what is not."""

    regions: tuple[str, ...]
    descendants: bool
    excepted: tuple[str, ...] = ()

    def __str__(self) -> str:
        depth = " and what lies in them" if self.descendants else " only"
        return ", ".join(self.regions) + depth + (f", except {', '.join(self.excepted)}" if self.excepted else "")


@dataclass(frozen=True, slots=True)
class StandardRange:
    """Versions from one on, that one included, to before another; prereleases of that other are outside too.

    before_version None is open.
    """

    family: str
    from_version: str
    before_version: str | None = None

    def holds(self, family: str, version: str) -> bool:
        asked, first = _comparable(version), _comparable(self.from_version)
        is_before_end = self.before_version is None or asked[0] < _comparable(self.before_version)[0]
        return family == self.family and first <= asked and is_before_end

    def __str__(self) -> str:
        return f"{self.family} from {self.from_version}" + (
            f" to before {self.before_version}" if self.before_version else ""
        )


def _comparable(version: str) -> tuple[tuple[int, ...], object]:
    """2.1 is 2.1.0."""
    numbers, *rest = precedence(version)
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers, tuple(rest)


@dataclass(frozen=True, slots=True)
class ScopeItem:
    id: str
    domain: str
    regions: RegionSet
    evaluation_type: str
    subject_level: str
    standards: StandardRange


@dataclass(frozen=True, slots=True)
class Asked:
    """One tuple of a request. region: as it was written."""

    domain: str
    region: str
    evaluation_type: str
    subject_level: str
    standard_family: str
    standard_version: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How an item meets what is asked for on a day. unknown: dimensions of which it cannot be told."""

    failed: tuple[Dimension, ...]
    unknown: tuple[Dimension, ...]


def fit(item: ScopeItem, asked: Asked, on: date, covers: Covers) -> Fit:
    met = dict(_met(item, asked, on, covers))
    return Fit(
        tuple(each for each, value in met.items() if value is False),
        tuple(each for each, value in met.items() if value is None),
    )


def _met(item: ScopeItem, asked: Asked, on: date, covers: Covers) -> Iterator[tuple[Dimension, bool | None]]:
    yield Dimension.DOMAIN, item.domain == asked.domain
    yield Dimension.REGION, region_is_in(item.regions, asked.region, on, covers)
    yield Dimension.EVALUATION_TYPE, item.evaluation_type == asked.evaluation_type
    yield Dimension.SUBJECT_LEVEL, item.subject_level == asked.subject_level
    yield Dimension.STANDARD, item.standards.holds(asked.standard_family, asked.standard_version)


def region_is_in(regions: RegionSet, region: str, on: date, covers: Covers) -> bool | None:
    """A region of which a part is excepted is not in the set. Without descendants it has to be the region itself."""

    def is_in(outer: str) -> bool | None:
        lies_in = covers(outer, region, on)
        return lies_in if regions.descendants else _and(lies_in, covers(region, outer, on))

    within = _any(map(is_in, regions.regions))
    if within is False:
        return False
    touched = [_or(covers(each, region, on), covers(region, each, on)) for each in regions.excepted]
    return _and(within, _not(_any(touched)))


def _and(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _not(one: bool | None) -> bool | None:
    return None if one is None else not one


def _or(one: bool | None, other: bool | None) -> bool | None:
    return _not(_and(_not(one), _not(other)))


def _any(values: Iterable[bool | None]) -> bool | None:
    found: bool | None = False
    for each in values:
        found = _or(found, each)
    return found


def told(item: ScopeItem, dimension: Dimension) -> str:
    """What the item has in a dimension."""
    return {
        Dimension.DOMAIN: item.domain,
        Dimension.REGION: str(item.regions),
        Dimension.EVALUATION_TYPE: item.evaluation_type,
        Dimension.SUBJECT_LEVEL: item.subject_level,
        Dimension.STANDARD: str(item.standards),
    }[dimension]
