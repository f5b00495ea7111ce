"""The tree of divisions between two changes, as intervals: whatever lies in a region stands right behind it. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from registry.regions.reference import LEVELS

Places: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.bool_]
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Epoch:
    """records: places of the valid records in preorder, siblings by code. By unit, NOWHERE where it is not valid:

    position: of its record in `records`; end: position behind its last descendant. parents: by position, the position
    of the region right above.
    """

    records: Places
    parents: Places
    position: Places
    end: Places

    def size(self) -> int:
        """Bytes that it holds."""
        return sum(each.nbytes for each in (self.records, self.parents, self.position, self.end))

    def covers(self, outer: Places, inner: Places) -> Flags:
        """Unit by unit: whether the inner one lies in the outer one or is the same. False where one is not valid."""
        first, found = self.position[outer], self.position[inner]
        inside: Flags = (first >= 0) & (first <= found) & (found < self.end[outer])
        return inside


@dataclass(frozen=True, slots=True)
class ValidRecords:
    """Records of one epoch in the order of their codes; above: where the parent stands among them, NOWHERE if none."""

    places: Places
    units: Places
    depths: NDArray[np.int8]
    above: Places


def make_epoch(valid: ValidRecords, number_of_units: int) -> Epoch:
    """Sizes of subtrees from the deepest level up, then positions from the top down."""
    number = len(valid.places)
    above, depths = valid.above, valid.depths
    # A parent stands on a higher level, so levels are a safe order and there is no way round in a circle.
    by_depth = [np.flatnonzero(depths == depth).astype(np.int32) for depth in range(len(LEVELS))]
    sizes = np.ones(number, dtype=np.int32)
    for children in reversed(by_depth):
        inside = children[above[children] != NOWHERE]
        np.add.at(sizes, above[inside], sizes[inside])
    positions = np.full(number, NOWHERE, dtype=np.int32)
    tops = np.flatnonzero(above == NOWHERE)
    positions[tops] = np.cumsum(sizes[tops]) - sizes[tops]
    # Children of one region may stand on several levels, so all of them are lined up before any is placed.
    children = np.flatnonzero(above != NOWHERE).astype(np.int32)
    ordered = children[np.argsort(above[children], kind="stable")]
    parents, lengths = above[ordered], sizes[ordered]
    before = np.cumsum(lengths) - lengths
    is_first = np.flatnonzero(np.r_[True, parents[1:] != parents[:-1]])[: len(ordered)]
    offsets = np.zeros(number, dtype=np.int32)
    offsets[ordered] = 1 + before - np.repeat(before[is_first], np.diff(np.r_[is_first, len(ordered)]))
    for children in by_depth:
        inside = children[above[children] != NOWHERE]
        positions[inside] = positions[above[inside]] + offsets[inside]
    return _by_position(valid, positions, sizes, number_of_units)


def _by_position(valid: ValidRecords, positions: Places, sizes: Places, number_of_units: int) -> Epoch:
    number = len(positions)
    records, parents = np.empty(number, dtype=np.int32), np.empty(number, dtype=np.int32)
    records[positions] = valid.places
    parents[positions] = np.where(valid.above == NOWHERE, NOWHERE, positions[valid.above])
    position = np.full(number_of_units, NOWHERE, dtype=np.int32)
    end = np.full(number_of_units, NOWHERE, dtype=np.int32)
    position[valid.units] = positions
    end[valid.units] = positions + sizes
    return Epoch(records, parents, position, end)
