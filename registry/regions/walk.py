"""From the state before a change to that after it, or back: one side of a change leaves, the other enters. Pure."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from registry.errors import Violation
from registry.regions.changes import IDENTITY, Change, Side
from registry.regions.records import FOREVER, Edge, Records


@dataclass(slots=True)
class _Day:
    """Changes of one day, each with the sides that leave and enter, and what has left and entered so far."""

    on: int
    moves: list[tuple[Change, Side | None, Side | None]]
    left: dict[str, int] = field(default_factory=dict)
    entered: dict[str, int] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)
    faults: list[Violation] = field(default_factory=list)


class Walk:
    """state: the valid records by code, which each step changes. lowest: first day of records that go far back."""

    def __init__(self, records: Records, state: dict[str, int], *, forwards: bool, lowest: int) -> None:
        self._records, self._state, self._forwards, self._lowest = records, state, forwards, lowest
        self._children: defaultdict[str, set[str]] | None = None

    def step(self, changes: list[Change]) -> list[Violation]:
        """All changes of one day at once; gives what in them contradicts the state or each other."""
        moves = [(c, c.before, c.after) if self._forwards else (c, c.after, c.before) for c in changes]
        day = _Day(changes[0].on.toordinal(), moves)
        day.faults += _crowded(moves)
        for change, leaving, _ in moves:
            if leaving is not None:
                self._leave(day, change, leaving)
        for code, place in day.left.items():
            del self._state[code]
            (self._records.ends if self._forwards else self._records.starts)[place] = day.on
        for change, leaving, entering in moves:
            if entering is not None and (leaving is None or leaving.code in day.left):
                self._enter(day, change, leaving, entering)
        for change, leaving, entering in moves:
            self._draw_edge(day, change, leaving, entering)
            if change.kind in IDENTITY and leaving and entering and leaving.code != entering.code:
                self._follow(day, leaving.code, entering.code)
        self._look_for_orphans(day)
        return day.faults

    def _leave(self, day: _Day, change: Change, side: Side) -> None:
        records, place = self._records, self._state.get(side.code)
        when = "the day before" if self._forwards else "on that day"
        if place is None:
            sentence = f"{side.code} was not valid {when}."
            day.faults.append(change.fault("not-valid", sentence, side.column("code"), side.code))
            return
        told = records.ends[place] if self._forwards else records.starts[place]
        if told not in (day.on, FOREVER if self._forwards else self._lowest):
            sentence = f"The divisions tell another day for the change of {side.code}."
            day.faults.append(change.fault("contradicts", sentence, "on", str(change.on)))
        day.left[side.code] = place
        known = {"name": records.names[place], "parent": records.parents[place] or ""}
        for what, given in (("name", side.name), ("parent", side.parent)):
            if given and given != known[what]:
                sentence = f"{side.code} had {known[what]!r} as its {what} {when}."
                day.faults.append(change.fault("contradicts", sentence, side.column(what), given))

    def _enter(self, day: _Day, change: Change, leaving: Side | None, side: Side) -> None:
        if side.code in day.entered:
            if day.sides[side.code] != side:
                sentence = f"Two changes of one day tell different things about {side.code}."
                day.faults.append(change.fault("contradicts", sentence, side.column("code"), side.code))
            return
        if side.code in self._state:
            sentence = f"{side.code} names a region that the change does not end."
            day.faults.append(change.fault("still-valid", sentence, side.column("code"), side.code))
            return
        source = None if leaving is None else day.left[leaving.code]
        name, depth, parent = self._row_of(change, source, side)
        missing = [
            what for what, given in (("name", name), ("level", depth), ("parent", parent or depth == 0)) if not given
        ]
        if depth == 0 and "level" in missing:
            missing.remove("level")
        for what in missing:
            sentence = f"The {what} of {side.code} is not known."
            day.faults.append(change.fault("missing-value", sentence, side.column(what), ""))
        if missing or depth is None:
            return
        unit = len(self._records)
        if source is not None and change.kind in IDENTITY:
            unit = self._records.units[source]
        day.entered[side.code] = self._add(day, side.code, (name, depth, parent or None), unit)
        day.sides[side.code] = side

    def _row_of(self, change: Change, source: int | None, side: Side) -> tuple[str, int | None, str]:
        """As the file says; what it leaves open follows from the other side where that is the same place."""
        if source is None:
            return side.name, change.depth, side.parent
        name, depth, parent = self._records.row(source)
        if change.kind in IDENTITY:
            return side.name or name, depth, side.parent or parent or ""
        return side.name, depth if change.depth is None else change.depth, side.parent

    def _add(self, day: _Day, code: str, row: tuple[str, int, str | None], unit: int) -> int:
        days = (day.on, FOREVER) if self._forwards else (self._lowest, day.on)
        place = self._state[code] = self._records.add(code, row, days, unit)
        if self._children is not None and row[2] is not None:
            self._children[row[2]].add(code)
        return place

    def _draw_edge(self, day: _Day, change: Change, leaving: Side | None, entering: Side | None) -> None:
        units = self._records.units
        left = units[day.left[leaving.code]] if leaving and leaving.code in day.left else None
        entered = units[day.entered[entering.code]] if entering and entering.code in day.entered else None
        before, after = (left, entered) if self._forwards else (entered, left)
        self._records.changes.append((change, before, after))
        if change.kind not in IDENTITY:
            self._records.edges.append(Edge(day.on, change.kind, before, after))

    def _follow(self, day: _Day, old: str, new: str) -> None:
        """What lies in a region that only got another code lies in it under that code, and is the same as before."""
        if old not in day.left or new not in day.entered:
            return
        records = self._records
        for code in sorted(self._children_of(old)):
            place = self._state[code]
            (records.ends if self._forwards else records.starts)[place] = day.on
            name, depth, _ = records.row(place)
            self._add(day, code, (name, depth, new), records.units[place])

    def _children_of(self, code: str) -> list[str]:
        """As the state is now. The index only grows, so what has gone is passed over."""
        parents = self._records.parents
        if self._children is None:
            self._children = defaultdict(set)
            for each, place in self._state.items():
                if (above := parents[place]) is not None:
                    self._children[above].add(each)
        known = self._children.get(code, ())
        return [each for each in known if each in self._state and parents[self._state[each]] == code]

    def _look_for_orphans(self, day: _Day) -> None:
        """Regions that the day leaves without one to lie in, down to the level of which all changes are told."""
        deepest = max(change.complete_to_depth for change, _, _ in day.moves)
        change = day.moves[0][0]
        suspects = {child for code in day.left if code not in self._state for child in self._children_of(code)}
        for code in sorted(suspects | day.entered.keys()):
            name, depth, parent = self._records.row(self._state[code])
            above = None if parent is None else self._state.get(parent)
            is_below = above is not None and self._records.depths[above] < depth
            if parent is not None and depth <= deepest and not is_below:
                when = "from" if self._forwards else "before"
                sentence = f"{code} {name} would lie in {parent} {when} {change.on}, where no region above it is."
                day.faults.append(change.fault("orphan", sentence, "", code))


def _crowded(moves: list[tuple[Change, Side | None, Side | None]]) -> list[Violation]:
    """Changes of one region to the same region that share a code with another change of the day."""
    sides = Counter((side.end, side.code) for _, *both in moves for side in both if side is not None)
    return [
        change.fault(
            "contradicts",
            f"{side.code} has another change on this day; what happens to one region is one row.",
            side.column("code"),
            side.code,
        )
        for change, *both in moves
        for side in both
        if side is not None and change.kind in IDENTITY and sides[side.end, side.code] > 1
    ]
