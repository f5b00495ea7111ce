"""Records of divisions as parallel columns, and the changes that end one place and begin another. Pure."""

from dataclasses import dataclass, field

from registry.regions.changes import Change, ChangeKind

# Days are ordinals; a record that begins before what is known, or has no end, has one of these.
ALWAYS, FOREVER = 0, 2**31 - 1


@dataclass(frozen=True, slots=True)
class Edge:
    """A change that does not keep the identity, in units. A kind of None: between two editions, nobody says what."""

    on: int
    kind: ChangeKind | None
    before: int | None
    after: int | None


@dataclass(slots=True)
class Records:
    """Records of one unit are one place under several names, codes or parents; their days, [start, end), are apart.

    depths: 0 is a province. changes: each with the units on its two sides.
    """

    codes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    parents: list[str | None] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    changes: list[tuple[Change, int | None, int | None]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.codes)

    def add(self, code: str, row: tuple[str, int, str | None], days: tuple[int, int], unit: int) -> int:
        """row: name, depth, parent. Gives the record's place."""
        name, depth, parent = row
        self.codes.append(code)
        self.names.append(name)
        self.depths.append(depth)
        self.parents.append(parent)
        self.starts.append(days[0])
        self.ends.append(days[1])
        self.units.append(unit)
        return len(self.codes) - 1

    def row(self, place: int) -> tuple[str, int, str | None]:
        return self.names[place], self.depths[place], self.parents[place]
