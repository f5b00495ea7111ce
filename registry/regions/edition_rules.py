"""Rules that the rows of an edition keep together: no code twice on a day, and each region in one above it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from registry.regions.history import Edition

# Rule, sentence, what to do.
ORPHAN_RULES = {
    "no-parent": ("missing-parent", "Only a province lies in no other region.", "Write the code of the parent."),
    "no-such": (
        "orphan",
        "The file has no region of a higher level with this code.",
        "Add it, or correct the code of the parent.",
    ),
    "not-always": (
        "orphan",
        "The parent does not exist on all days of this row.",
        "Divide the row into one for each parent, or correct a day.",
    ),
}


def overlaps(edition: Edition) -> list[tuple[int, int]]:
    """Pairs of rows of one code that hold on the same day, as places of the edition."""
    if len(set(edition.codes)) == len(edition.codes):
        return []
    by_code: defaultdict[str, list[int]] = defaultdict(list)
    for place, code in enumerate(edition.codes):
        by_code[code].append(place)

    def start(place: int) -> date:
        return edition.starts.get(place, date.min)

    found = []
    for places in by_code.values():
        ordered = sorted(places, key=start) if len(places) > 1 else places
        found += [
            (earlier, later)
            for earlier, later in pairwise(ordered)
            if edition.ends.get(earlier, date.max) > start(later)
        ]
    return found


def orphans(edition: Edition) -> Iterator[tuple[int, str]]:
    """Places of rows that do not lie, on all of their days, in a region of a higher level, with the broken rule."""
    places = _places(edition.codes)
    tells_days = bool(edition.starts or edition.ends)
    for place, (parent, depth) in enumerate(zip(edition.parents, edition.depths, strict=True)):
        if parent is None:
            if depth > 0:
                yield place, "no-parent"
            continue
        above = [each for each in places.get(parent, ()) if edition.depths[each] < depth]
        # Of a level that is not known nothing more is said.
        if not above and depth >= 0:
            yield place, "no-such"
        elif tells_days and above and not _is_spanned(edition, above, place):
            yield place, "not-always"


def _places(codes: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """Of each code; a tuple where there is one, since almost always there is."""
    places: dict[str, tuple[int, ...]] = {}
    for place, code in enumerate(codes):
        places[code] = (*places[code], place) if code in places else (place,)
    return places


def _is_spanned(edition: Edition, above: Iterable[int], place: int) -> bool:
    """Whether the rows above together hold on every day of the row."""
    start, end = edition.starts.get(place, date.min), edition.ends.get(place, date.max)
    for first, last in sorted((edition.starts.get(each, date.min), edition.ends.get(each, date.max)) for each in above):
        if first <= start:
            start = max(start, last)
    return start >= end
