"""Regions by a part of their name, also by one or two Chinese characters, the best first. Pure.

All names stand in one text, higher levels first, so that a plain scan finds the regions that most people mean before
the others and can stop. Beginnings of names are looked up in a sorted list.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from registry.ids import clean_text
from registry.regions.answers import Region
from registry.regions.names import Likeness, likeness, parted, plain
from registry.regions.reference import DEPTH, LEVELS, Level
from registry.regions.tree import Tree

_BREAK = "\n"
# Behind every name that begins as a query does.
_LAST_CHARACTER = "\U0010ffff"
# The best ones of so many are shown. Without a limit a single character would make a request slow.
_MOST_LOOKED_AT = 1_000
_MOST_INSIDE = 100_000


class Match(StrEnum):
    """How a query fits a name, the best first. The last two are proposals, for a person to judge."""

    EXACT = "exact"
    PREFIX = "prefix"
    CONTAINS = "contains"
    FORMER = "former"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class Hit:
    """likeness: of a proposal, how its name differs from the query."""

    region: Region
    match: Match
    path: tuple[Region, ...]
    likeness: Likeness | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """text: a part of a name; words before it name regions that it lies in: 鹤峰 容美."""

    text: str
    on: date
    limit: int = 20
    level: Level | None = None


class NameIndex:
    """Names of one tree. Only read after it is made."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        # Higher levels first; among them the order of the records, which is that of the codes in a file.
        self._records = sorted(range(len(tree)), key=tree.depth)
        self._rank = np.empty(len(tree), dtype=np.int32)
        self._rank[self._records] = np.arange(len(tree), dtype=np.int32)
        names = [tree.names[record] for record in self._records]
        self._text = _BREAK + _BREAK.join(names) + _BREAK
        self._offsets = _offsets(names)
        depths = [tree.depth(record) for record in self._records]
        self._first_of_level = [bisect_left(depths, depth) for depth in range(len(LEVELS) + 1)]
        self._by_name = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int32)

    def search(self, query: Query) -> list[Hit]:
        """By match, then level. Former names follow; proposals too, where no name is exactly what was asked for."""
        *around, word = clean_text(query.text).split() or [""]
        if not word or query.limit < 1:
            return []
        found: dict[int, Hit] = {}
        for hit in self._hits(query, word, tuple(around)):
            found.setdefault(hit.region.unit, hit)
            if len(found) == query.limit:
                return list(found.values())
        if any(hit.match is Match.EXACT for hit in found.values()):
            return list(found.values())
        for hit in self._proposals(query, word, tuple(around)):
            found.setdefault(hit.region.unit, hit)
            if len(found) == query.limit:
                break
        return list(found.values())

    def _hits(self, query: Query, word: str, around: tuple[str, ...]) -> Iterator[Hit]:
        tree, on = self._tree, query.on
        best = self._inside(query, word, around) if around else self._beginning(query, word)
        is_exact = [record for record in best if tree.names[record] == word]
        begins = [record for record in best if tree.names[record] != word and tree.names[record].startswith(word)]
        for match, records in ((Match.EXACT, is_exact), (Match.PREFIX, begins)):
            for record in records:
                if tree.is_valid(record, on):
                    yield self._hit(record, match, on)
        former = []
        for record in best if around else self._containing(word, query.level):
            if not tree.is_valid(record, on):
                former.append(record)
            elif not tree.names[record].startswith(word):
                yield self._hit(record, Match.CONTAINS, on)
        for record in former:
            region = self._tree.region(record)
            path = self._tree.path(region, on)
            # One that is gone stands alone; one that has its name still was found under it.
            if not path or path[-1].name != region.name:
                yield Hit(region, Match.FORMER, path or (region,))

    def _hit(self, record: int, match: Match, on: date) -> Hit:
        region = self._tree.region(record)
        return Hit(region, match, self._tree.path(region, on))

    def _beginning(self, query: Query, word: str) -> list[int]:
        """Records whose name begins so, by rank; of many, the first ones."""

        def name(place: int) -> str:
            return self._tree.names[self._records[place]]

        first = bisect_left(self._by_name, word, key=name)
        last = bisect_left(self._by_name, word + _LAST_CHARACTER, key=name)
        ranks = self._by_name[first:last]
        if query.level is not None:
            start, end = self._bounds(query.level)
            ranks = ranks[(ranks >= start) & (ranks < end)]
        exact = ranks[: bisect_right(ranks, word, key=name)]
        ordered = [*np.sort(exact)[:_MOST_LOOKED_AT].tolist(), *np.sort(ranks[len(exact) :])[:_MOST_LOOKED_AT].tolist()]
        return [self._records[rank] for rank in ordered]

    def _bounds(self, level: Level) -> tuple[int, int]:
        depth = DEPTH[level]
        return self._first_of_level[depth], self._first_of_level[depth + 1]

    def _containing(self, word: str, level: Level | None) -> Iterator[int]:
        """Records in whose name it stands, each once, by rank."""
        first, last = self._bounds(level) if level is not None else (0, len(self._records))
        start, end = (self._offsets[each] for each in (first, last))
        while (start := self._text.find(word, start, end)) >= 0:
            place = bisect_right(self._offsets, start) - 1
            yield self._records[place]
            start = self._offsets[place + 1]

    def _inside(self, query: Query, word: str, around: tuple[str, ...]) -> list[int]:
        """Records with the word that lie, now, in regions with all the other words."""
        tree, epoch = self._tree, self._tree.epoch(query.on)
        inside: NDArray[np.bool_] | None = None
        for each in around:
            marks = np.zeros(len(epoch.records) + 1, dtype=np.int32)
            for record in islice(self._containing(each, None), _MOST_LOOKED_AT):
                unit = tree.region(record).unit
                if tree.is_valid(record, query.on):
                    marks[epoch.position[unit] + 1] += 1
                    marks[epoch.end[unit]] -= 1
            here = np.cumsum(marks)[:-1] > 0
            inside = here if inside is None else inside & here
        records = epoch.records if inside is None else epoch.records[inside]
        if query.level is not None:
            start, end = self._bounds(query.level)
            ranks = self._rank[records]
            records = records[(ranks >= start) & (ranks < end)]
        names = tree.names
        found = [record for record in records[:_MOST_INSIDE].tolist() if word in names[record]]
        return sorted(found, key=self._rank.__getitem__)

    def _proposals(self, query: Query, word: str, around: tuple[str, ...]) -> Iterator[Hit]:
        """Names that differ from the query in width, spaces or the word for their kind."""
        stem = parted(plain(word))[0]
        if len(stem) < 2 or stem == word:
            return
        for hit in islice(self._hits(query, stem, around), _MOST_LOOKED_AT):
            alike = likeness(word, hit.region.name)
            if alike not in (Likeness.SAME, Likeness.DIFFERENT) and hit.match is not Match.FORMER:
                yield Hit(hit.region, Match.PROPOSAL, hit.path, alike)


def _offsets(names: list[str]) -> list[int]:
    """Where each name begins in the text, and where one more would."""
    offsets = [1]
    for name in names:
        offsets.append(offsets[-1] + len(name) + 1)
    return offsets
