"""Where jurisdictions lie, as far as resolving needs it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Division:
    """reference: as mca:530303. level: as county."""

    reference: str
    level: str


# Of each reference the divisions from the top down to what it means on the day; references that mean none are missing.
Paths: TypeAlias = Mapping[str, tuple[Division, ...]]
LEVELS = frozenset({"province", "prefecture", "county", "township", "village"})


def lies_in(paths: Paths, inner: str, outer: str) -> bool | None:
    """Whether inner is outer or lies in it; None where one of them is not known."""
    if inner not in paths or outer not in paths:
        return None
    return paths[outer][-1] in paths[inner]
