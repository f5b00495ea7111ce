"""Which known names a given one resembles. Pure.

What is found is for a person to look at: a name decides nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.evaluators.names import DatedName, Likeness, NormalName, judge_likeness, normalise, similarity
from registry.evaluators.similar_texts import SimilarTexts
from registry.ids import clean_text

_STRENGTH = {each: place for place, each in enumerate(Likeness)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known name that one resembles. score: similarity of the stems, 0 to 1. is_former: not in force on the day."""

    known: DatedName
    likeness: Likeness
    score: float
    is_former: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """The likest first. left_out: how many more there are."""

    found: tuple[Candidate, ...]
    left_out: int = 0


class NameIndex:
    """Known names, made ready once. One body may be known by several, one name by several bodies."""

    def __init__(self, names: Iterable[DatedName]) -> None:
        self._names = tuple(names)
        self._normal = tuple(normalise(each.name) for each in self._names)
        plain = {place: each for place, each in enumerate(self._normal) if each.is_plain}
        others = {place: each for place, each in enumerate(self._normal) if not each.is_plain}
        self._plain_stems = SimilarTexts({place: each.stem for place, each in plain.items()})
        self._other_stems = SimilarTexts({place: each.stem for place, each in others.items()})
        self._other_skeletons = SimilarTexts({place: each.stem_skeleton for place, each in others.items()})
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(self._normal):
            for key in _keys(each):
                self._by_key[key].append(place)

    def candidates(
        self,
        name: str,
        *,
        on: date | None = None,
        apart_from: str | None = None,
        floor: float = 0.8,
        limit: int = 20,
    ) -> Candidates:
        """on: day that tells former names from names in force. apart_from: the holder whose own name this is."""
        normal = normalise(name)
        asked = (clean_text(name), normal)
        found = []
        for place, score in self._scores(normal, floor).items():
            known = self._names[place]
            if known.holder == apart_from:
                continue
            judged = judge_likeness(asked, (clean_text(known.name), self._normal[place]), score, floor)
            if judged is not None:
                found.append(Candidate(known, *judged, is_former=on is not None and not known.holds(on)))
        found.sort(key=_rank)
        return Candidates(tuple(found[:limit]), max(len(found) - limit, 0))

    def _scores(self, normal: NormalName, floor: float) -> dict[int, float]:
        """By place: similarity of the stems of whatever shares a key or reaches the floor."""
        scores = {
            place: similarity(normal, self._normal[place])
            for key in _keys(normal)
            for place in self._by_key.get(key, ())
        }
        compared = [
            (normal.stem, self._plain_stems),
            (normal.stem, self._other_stems),
            (normal.stem_skeleton, self._other_skeletons),
        ]
        if not normal.is_plain:
            compared.append((normal.stem_skeleton, self._plain_stems))
        for text, known in compared:
            for place, score in known.similar_to(text, floor):
                scores[place] = max(score, scores.get(place, 0.0))
        return scores


def _keys(normal: NormalName) -> Iterator[str]:
    """Two names with a key in common are shown whatever their similarity."""
    yield from {normal.text, normal.stem, normal.skeleton, normal.stem_skeleton}


def _rank(candidate: Candidate) -> tuple[int, float, str, str]:
    return _STRENGTH[candidate.likeness], -candidate.score, candidate.known.holder, candidate.known.name
