"""Which region of one official code system is which of the other, and how that is known. Pure.

The two systems are not joined on codes alone: the same code may name different places, the same place have two codes.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.regions.history import Edition
from registry.regions.names import Likeness, likeness


class MatchKind(StrEnum):
    """similar_name: likeness() finds another word for the kind, or another kind, behind the same stem."""

    SAME_CODE_SAME_NAME = "same_code_same_name"
    SAME_CODE_SIMILAR_NAME = "same_code_similar_name"
    MOVED_CODE_SAME_NAME_IN_SAME_COUNTY = "moved_code_same_name_in_same_county"
    SAME_CODE_OTHER_NAME = "same_code_other_name"
    ONLY_IN_MCA = "only_in_mca"
    ONLY_IN_NBS = "only_in_nbs"


@dataclass(frozen=True, slots=True)
class RegionMatch:
    kind: MatchKind
    depth: int
    mca_code: str | None
    nbs_code: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    depth: int
    parent: str | None


def match_editions(mca: Edition, nbs: Edition) -> tuple[RegionMatch, ...]:
    """Every region of a level that both editions have, each code of either side once, by code.

    A shared code with an unlike name is matched by name first: within one parent, where the name is the only one.
    """
    left, right = _rows(mca), _rows(nbs)
    levels = {row.depth for row in left.values()} & {row.depth for row in right.values()}
    left, right = ({c: r for c, r in rows.items() if r.depth in levels} for rows in (left, right))
    found: list[RegionMatch] = []
    for code in sorted(left.keys() & right.keys()):
        ours, theirs = left[code], right[code]
        alike = likeness(ours.name, theirs.name)
        if ours.depth != theirs.depth or alike is Likeness.DIFFERENT:
            continue
        is_same = alike in (Likeness.SAME, Likeness.SAME_SPELT_OTHERWISE)
        kind = MatchKind.SAME_CODE_SAME_NAME if is_same else MatchKind.SAME_CODE_SIMILAR_NAME
        found.append(RegionMatch(kind, ours.depth, code, code))
    left, right = (_without(rows, found) for rows in (left, right))
    moved = MatchKind.MOVED_CODE_SAME_NAME_IN_SAME_COUNTY
    for mca_code, nbs_code in _same_names(left, right):
        found.append(RegionMatch(moved, left[mca_code].depth, mca_code, nbs_code))
    matched_left, matched_right = {each.mca_code for each in found}, {each.nbs_code for each in found}
    left = {code: row for code, row in left.items() if code not in matched_left}
    right = {code: row for code, row in right.items() if code not in matched_right}
    other = sorted(left.keys() & right.keys())
    found += [RegionMatch(MatchKind.SAME_CODE_OTHER_NAME, left[code].depth, code, code) for code in other]
    found += [RegionMatch(MatchKind.ONLY_IN_MCA, left[code].depth, code, None) for code in left.keys() - set(other)]
    found += [RegionMatch(MatchKind.ONLY_IN_NBS, right[code].depth, None, code) for code in right.keys() - set(other)]
    return tuple(sorted(found, key=lambda each: (each.mca_code or each.nbs_code or "", each.nbs_code or "")))


def counts(matches: Sequence[RegionMatch]) -> dict[tuple[int, MatchKind], int]:
    """By depth and kind."""
    return dict(Counter((each.depth, each.kind) for each in matches))


def _rows(edition: Edition) -> dict[str, _Row]:
    """As of the day of the edition."""
    number = range(len(edition.codes))
    valid = [
        place
        for place in number
        if not (place in edition.starts and edition.starts[place] > edition.as_of)
        and not (place in edition.ends and edition.ends[place] <= edition.as_of)
    ]
    return {
        edition.codes[place]: _Row(edition.names[place], edition.depths[place], edition.parents[place])
        for place in valid
    }


def _without(rows: Mapping[str, _Row], found: Sequence[RegionMatch]) -> dict[str, _Row]:
    """These matches have the same code on both sides."""
    matched = {each.mca_code for each in found}
    return {code: row for code, row in rows.items() if code not in matched}


def _same_names(left: Mapping[str, _Row], right: Mapping[str, _Row]) -> list[tuple[str, str]]:
    """Pairs of codes with one name under one parent, where no other code has that name there."""
    sides: tuple[defaultdict[_Row, list[str]], ...] = (defaultdict(list), defaultdict(list))
    for rows, side in zip((left, right), sides, strict=True):
        for code, row in rows.items():
            side[row].append(code)
    return [
        (codes[0], sides[1][row][0])
        for row, codes in sides[0].items()
        if row.parent is not None and len(codes) == 1 and len(sides[1].get(row, ())) == 1
    ]
