"""Records of divisions with their days, derived from what was imported: editions and dated changes. Pure.

An edition says how a code system stood on one day. A change leads from the state before its day to the state after
it, and is applied forwards from the newest edition and backwards from each. What was imported is never altered;
another import gives another history.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise

from registry.errors import Violation
from registry.regions.changes import Change
from registry.regions.coverage import Coverage
from registry.regions.records import ALWAYS, FOREVER, Edge, Records
from registry.regions.walk import Walk


@dataclass(frozen=True, slots=True)
class Edition:
    """The divisions of a system as of a day, as parallel columns.

    starts, ends: of rows that tell their own days, by the row's place; other rows hold on the day of the edition.
    """

    as_of: date
    codes: Sequence[str]
    names: Sequence[str]
    depths: Sequence[int]
    parents: Sequence[str | None]
    starts: Mapping[int, date] = field(default_factory=dict)
    ends: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """violations: of changes that contradict the divisions or each other; none in what was accepted."""

    records: Records
    coverage: Coverage
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seam:
    """The last day that an edition rules, and what is known between it and the next. first: record of the next."""

    day: date
    next_as_of: date
    coverage: Coverage
    first: int


def derive(editions: Sequence[Edition], changes: Iterable[Change], coverage: Coverage) -> History:
    """editions: of one system, by their days, at least one. An edition rules the days up to its own."""
    records, violations = Records(), []
    ordered = sorted(changes, key=lambda each: each.on)
    before: dict[str, int] = {}
    ruled: date | None = None
    for edition in editions:
        first, lowest = len(records), ALWAYS if ruled is None else ruled.toordinal() + 1
        state = _take_in(records, edition, lowest)
        on_its_day = dict(state)
        walk = Walk(records, state, forwards=False, lowest=lowest)
        mine = [each for each in ordered if each.on <= edition.as_of and (ruled is None or each.on > ruled)]
        for group in _by_day(reversed(mine)):
            violations += walk.step(group)
        if ruled is not None:
            violations += _join(records, before, state, _Seam(ruled, edition.as_of, coverage, first))
        before, ruled = on_its_day, edition.as_of
    walk = Walk(records, before, forwards=True, lowest=ALWAYS)
    for group in _by_day(each for each in ordered if ruled is not None and each.on > ruled):
        violations += walk.step(group)
    records.edges.sort(key=lambda each: each.on)
    records.changes.sort(key=lambda each: each[0].on)
    return History(records, coverage, tuple(sorted(violations, key=lambda each: each.row or 0)))


def _by_day(changes: Iterable[Change]) -> Iterator[list[Change]]:
    return (list(group) for _, group in groupby(changes, key=lambda each: each.on))


def _take_in(records: Records, edition: Edition, lowest: int) -> dict[str, int]:
    """Adds an edition's rows; gives the state on its day. Rows of one code that touch are one unit."""
    first, number = len(records), len(edition.codes)
    records.codes += edition.codes
    records.names += edition.names
    records.depths += edition.depths
    records.parents += edition.parents
    records.starts += [lowest] * number
    records.ends += [FOREVER] * number
    records.units += range(first, first + number)
    if not edition.starts and not edition.ends:
        return dict(zip(edition.codes, range(first, first + number), strict=True))
    for place, day in edition.starts.items():
        records.starts[first + place] = max(lowest, day.toordinal())
    for place, day in edition.ends.items():
        records.ends[first + place] = max(lowest, day.toordinal())
    by_code: defaultdict[str, list[int]] = defaultdict(list)
    for place in range(first, first + number):
        by_code[records.codes[place]].append(place)
    for same in by_code.values():
        same.sort(key=records.starts.__getitem__)
        for earlier, later in pairwise(same):
            if records.ends[earlier] == records.starts[later]:
                records.units[later] = records.units[earlier]
    today = edition.as_of.toordinal()
    valid = (each for each in range(first, first + number) if records.starts[each] <= today < records.ends[each])
    return {records.codes[place]: place for place in valid}


def _join(records: Records, before: dict[str, int], after: dict[str, int], seam: _Seam) -> list[Violation]:
    """Joins the last state of an edition to the first of the next.

    Where all changes between the two are known, the states have to agree. Elsewhere a code with the same name and
    level is taken for the same unit; of any other it is not known what became of it.
    """
    on, violations, same_units = seam.day.toordinal() + 1, [], {}
    for code in sorted(before.keys() | after.keys()):
        old, new = before.get(code), after.get(code)
        was, is_now = (None if each is None else records.row(each) for each in (old, new))
        depth = (is_now or was or ("", 0, None))[1]
        if was != is_now and seam.coverage.is_unbroken(depth, seam.day, seam.next_as_of):
            violations.append(_disagreement(code, was, is_now, seam))
        if old is not None and records.ends[old] > on:
            records.ends[old] = on
        if old is not None and new is not None and was is not None and is_now is not None and was[:2] == is_now[:2]:
            same_units[records.units[new]] = records.units[old]
            continue
        units = (None if each is None else records.units[each] for each in (old, new))
        records.edges.append(Edge(on, None, *units))
    _rename_units(records, same_units, seam.first)
    return violations


def _rename_units(records: Records, new_names: Mapping[int, int], first: int) -> None:
    """Everywhere from the record `first` on, and in what the records of that edition are part of."""

    def renamed(unit: int | None) -> int | None:
        return None if unit is None else new_names.get(unit, unit)

    records.units[first:] = [new_names.get(unit, unit) for unit in records.units[first:]]
    records.edges = [Edge(each.on, each.kind, renamed(each.before), renamed(each.after)) for each in records.edges]
    records.changes = [(change, renamed(before), renamed(after)) for change, before, after in records.changes]


def _disagreement(
    code: str, was: tuple[str, int, str | None] | None, is_now: tuple[str, int, str | None] | None, seam: _Seam
) -> Violation:
    shown = ["missing" if each is None else f"{each[0]} in {each[2] or 'nothing'}" for each in (was, is_now)]
    return Violation(
        "editions-disagree",
        f"{code} is {shown[0]} in the edition of {seam.day}, but {shown[1]} by the edition of {seam.next_as_of} and "
        "the changes since then.",
        "Add or correct a change, or do not say that the changes are complete.",
        value=code,
    )
