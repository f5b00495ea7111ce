"""Divisions of one code system on any day: what a reference means then, what lies in what, what became of it. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pyarrow  # type: ignore[import-untyped]
from pyarrow import compute

from registry.recently_used import RecentlyUsed
from registry.regions.answers import Answer, Reason, Region, Resolution
from registry.regions.changes import Change, ChangeKind
from registry.regions.epoch import NOWHERE, Epoch, Flags, Places, ValidRecords, make_epoch
from registry.regions.history import History
from registry.regions.records import ALWAYS, FOREVER, Edge
from registry.regions.reference import LEVELS, Level, Reference

# The country down to villages takes 11 MB for each time without a change.
_MOST_EPOCH_BYTES = 256 * 1024**2

Key = TypeVar("Key", str, int)

_ENDS = {
    ChangeKind.MERGED: Reason.MERGED,
    ChangeKind.SPLIT: Reason.SPLIT,
    ChangeKind.ABOLISHED: Reason.ABOLISHED,
    None: Reason.NOT_CONNECTED,
}


class Tree:
    """Built once from a history and then only read, by any number of threads."""

    def __init__(self, system: str, history: History) -> None:
        self.system, self.coverage = system, history.coverage
        self._records = records = history.records
        number = len(records)
        self._order = sorted(range(number), key=records.codes.__getitem__)
        self._starts = np.array(records.starts, dtype=np.int64)
        self._ends = np.array(records.ends, dtype=np.int64)
        self._depths = np.array(records.depths, dtype=np.int8)
        self._units = np.array(records.units, dtype=np.int32)
        # Almost every code has one record; the others have a list.
        self._by_code: dict[str, int] = dict(zip(records.codes, range(number), strict=True))
        self._several = _lists_of(records.codes) if len(self._by_code) < number else {}
        self._more_units = _lists_of(records.units) if len(set(records.units)) < number else {}
        self._ended: defaultdict[int, list[Edge]] = defaultdict(list)
        self._began: defaultdict[int, list[Edge]] = defaultdict(list)
        for edge in records.edges:
            if edge.before is not None:
                self._ended[edge.before].append(edge)
            if edge.after is not None:
                self._began[edge.after].append(edge)
        days = {*records.starts, *records.ends, *(day.toordinal() for day in history.coverage.seams())}
        self._bounds = sorted(days - {ALWAYS, FOREVER})
        self._epochs: RecentlyUsed[int, Epoch] = RecentlyUsed(_MOST_EPOCH_BYTES, Epoch.size)

    def __len__(self) -> int:
        return len(self._records)

    @property
    def names(self) -> Sequence[str]:
        """By record."""
        return self._records.names

    def region(self, record: int) -> Region:
        records = self._records
        start, end = records.starts[record], records.ends[record]
        return Region(
            self.system,
            records.codes[record],
            records.names[record],
            LEVELS[records.depths[record]],
            records.parents[record],
            None if start == ALWAYS else date.fromordinal(start),
            None if end == FOREVER else date.fromordinal(end),
            records.units[record],
        )

    def depth(self, record: int) -> int:
        return self._records.depths[record]

    def epoch(self, on: date) -> Epoch:
        """Made when a day of it is asked for and kept for a while: anybody may ask about any day."""
        return self._epochs.get(bisect_right(self._bounds, on.toordinal()), lambda: self._make_epoch(on))

    def _make_epoch(self, on: date) -> Epoch:
        day = on.toordinal()
        known = np.array([self.coverage.is_known(depth, on) for depth in range(len(LEVELS))])
        is_valid = (self._starts <= day) & (day < self._ends) & known[self._depths]
        order = np.array(self._order, dtype=np.int32)
        places: Places = order[is_valid[order]]
        codes, parents = self._records.codes, self._records.parents
        among = {codes[place]: i for i, place in enumerate(places.tolist())}
        above = np.array([among.get(parents[place] or "", NOWHERE) for place in places.tolist()], dtype=np.int32)
        depths = self._depths[places]
        # A parent that is on no higher level is none: then nothing can go round in a circle.
        above[(above != NOWHERE) & (depths[above] >= depths)] = NOWHERE
        return make_epoch(ValidRecords(places, self._units[places], depths, above), len(self._records))

    def _records_of(self, code: str) -> Sequence[int]:
        if code in self._several:
            return self._several[code]
        return (self._by_code[code],) if code in self._by_code else ()

    def _record_of_unit(self, unit: int, on: date) -> int | None:
        day = on.toordinal()
        places = self._more_units.get(unit, (unit,))
        return next((each for each in places if self._starts[each] <= day < self._ends[each]), None)

    def find(self, code: str, on: date) -> int | None:
        """The unit that the code named on this day; None where there was none or where that is not known."""
        day = on.toordinal()
        for place in self._records_of(code):
            if self._starts[place] <= day < self._ends[place]:
                known = self.coverage.is_known(self._records.depths[place], on)
                return self._records.units[place] if known else None
        return None

    def units(self, codes: Sequence[str], on: date) -> Places:
        """Units of many codes of one day, NOWHERE for what `find` does not find: for covers_many."""
        day = on.toordinal()
        codes_held, place_of_each = self._lookup
        found_at = compute.index_in(pyarrow.array(codes, pyarrow.string()), value_set=codes_held)
        places = place_of_each[found_at.fill_null(NOWHERE).to_numpy()]
        known = np.array([self.coverage.is_known(depth, on) for depth in range(len(LEVELS))])
        is_valid = (self._starts[places] <= day) & (day < self._ends[places]) & known[self._depths[places]]
        units: Places = np.where(is_valid & (places != NOWHERE), self._units[places], NOWHERE).astype(np.int32)
        several = [i for i, code in enumerate(codes) if code in self._several] if self._several else []
        for i in several:
            found = self.find(codes[i], on)
            units[i] = NOWHERE if found is None else found
        return units

    @cached_property
    def _lookup(self) -> tuple[Any, Places]:
        """Codes and their places, for many at once; behind the last one stands NOWHERE, for a code that is not held."""
        places = np.fromiter([*self._by_code.values(), NOWHERE], dtype=np.int32)
        return pyarrow.array(list(self._by_code), pyarrow.string()), places

    def resolve(self, reference: Reference, on: date) -> Resolution:
        """The region that was meant when the reference was written, as it is on the day that is asked about."""
        if reference.system != self.system:
            return Resolution(reference, on, reason=Reason.OTHER_SYSTEM)
        written = reference.dated or on
        places = self._records_of(reference.code)
        if not places:
            return Resolution(reference, on, reason=Reason.UNKNOWN_CODE)
        depth = self._records.depths[places[0]]
        if not all(self.coverage.is_known(depth, day) for day in (written, on)):
            return Resolution(reference, on, reason=Reason.NOT_KNOWN_THEN, changed_on=None)
        unit = self.find(reference.code, written)
        as_of = self.coverage.as_of(depth, on)
        if unit is None:
            return Resolution(reference, on, None, Reason.NOT_VALID_THEN, as_of, tuple(map(self.region, places)))
        return self._unit_on(unit, Resolution(reference, on, as_of=as_of))

    def _unit_on(self, unit: int, asked: Resolution) -> Resolution:
        record = self._record_of_unit(unit, asked.on)
        if record is not None:
            return Resolution(asked.reference, asked.on, self.region(record), as_of=asked.as_of)
        day = asked.on.toordinal()
        edges = [each for each in self._ended[unit] if each.on <= day]
        reason, forwards = (_ENDS[edges[0].kind], True) if edges else (Reason.NOT_YET, False)
        if not edges:
            edges = [each for each in self._began[unit] if each.on > day]
            if edges and edges[0].kind is None:
                reason = Reason.NOT_CONNECTED
        if not edges:
            return Resolution(asked.reference, asked.on, None, Reason.NOT_VALID_THEN, asked.as_of, self._all(unit))
        related = sorted(self._related(unit, asked.on, forwards=forwards), key=lambda each: each.code)
        changed_on = date.fromordinal(edges[0].on)
        return Resolution(asked.reference, asked.on, None, reason, asked.as_of, tuple(related), changed_on)

    def _all(self, unit: int) -> tuple[Region, ...]:
        return tuple(self.region(each) for each in self._more_units.get(unit, (unit,)))

    def _related(self, unit: int, on: date, *, forwards: bool) -> set[Region]:
        """What came in a unit's place by that day, or what it came from, over any number of changes."""
        found, seen, waiting = set(), {unit}, [unit]
        while waiting:
            current = waiting.pop()
            record = self._record_of_unit(current, on)
            if record is not None:
                found.add(self.region(record))
                continue
            edges = self._ended[current] if forwards else self._began[current]
            units = [each.after if forwards else each.before for each in edges]
            waiting += [each for each in units if each is not None and each not in seen]
            seen.update(waiting)
        return found

    def covers(self, outer: Reference, inner: Reference, on: date) -> Answer:
        """Whether the inner region lies in the outer one, or is it, on that day."""
        around, within = self.resolve(outer, on), self.resolve(inner, on)
        if around.region is None or within.region is None:
            return Answer(None, around, within)
        pair = np.array([around.region.unit]), np.array([within.region.unit])
        return Answer(bool(self.epoch(on).covers(*pair)[0]), around, within)

    def covers_many(self, outer: Places, inner: Places, on: date) -> Flags:
        """Pair by pair, for units as `units` gives them. False also where a unit is NOWHERE."""
        found = self.epoch(on).covers(outer, inner)
        known: Flags = found & (outer != NOWHERE) & (inner != NOWHERE)
        return known

    def path(self, region: Region, on: date) -> tuple[Region, ...]:
        """From the top down to the region itself."""
        epoch = self.epoch(on)
        position = int(epoch.position[region.unit])
        found = []
        while position != NOWHERE:
            found.append(self.region(int(epoch.records[position])))
            position = int(epoch.parents[position])
        return tuple(reversed(found))

    def ancestors(self, region: Region, on: date) -> tuple[Region, ...]:
        """From the top; without the region."""
        return self.path(region, on)[:-1]

    def descendants(
        self, region: Region, on: date, *, level: Level | None = None, after: str | None = None
    ) -> Iterator[Region]:
        """In preorder, without the region. after: the code of the last one seen, which has to lie in the region."""
        epoch = self.epoch(on)
        first, last = int(epoch.position[region.unit]), int(epoch.end[region.unit])
        if after is not None:
            unit = self.find(after, on)
            position = NOWHERE if unit is None else int(epoch.position[unit])
            first = position if first <= position < last else last
        for record in epoch.records[first + 1 : last].tolist():
            if level is None or LEVELS[self._records.depths[record]] is level:
                yield self.region(record)

    def all_of(self, level: Level, on: date) -> Iterator[Region]:
        """Every region of the level, in preorder."""
        for record in self.epoch(on).records.tolist():
            if LEVELS[self._records.depths[record]] is level:
                yield self.region(record)

    def changes(self, unit: int | None = None) -> list[Change]:
        """By day; of one unit or of all."""
        return [change for change, before, after in self._records.changes if unit is None or unit in (before, after)]

    def changes_in(self, first: date, until: date | None) -> list[date]:
        """Days after the first, before `until`, from which anything may be otherwise."""
        last = FOREVER if until is None else until.toordinal()
        places = slice(bisect_right(self._bounds, first.toordinal()), bisect_left(self._bounds, last))
        return [date.fromordinal(each) for each in self._bounds[places]]

    def codes(self, unit: int) -> list[str]:
        """All that the unit ever had."""
        return sorted({self._records.codes[each] for each in self._more_units.get(unit, (unit,))})

    def is_valid(self, record: int, on: date) -> bool:
        """Also that anything of its level is known of the day."""
        day = on.toordinal()
        is_in = self._records.starts[record] <= day < self._records.ends[record]
        return is_in and self.coverage.is_known(self._records.depths[record], on)


def _lists_of(keys: Sequence[Key]) -> dict[Key, list[int]]:
    """Places of each key that stands at more than one."""
    lists = defaultdict(list)
    for place, key in enumerate(keys):
        lists[key].append(place)
    return {key: places for key, places in lists.items() if len(places) > 1}
