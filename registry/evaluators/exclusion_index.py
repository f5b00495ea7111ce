"""Which entries of a list may mean a body, found without looking at each: by code, almost by code, by name. Pure.

Nothing is decided here. Whatever exclusion_matching.match would find is among the keys; what else is among them, it
passes over.
"""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from registry.evaluators.credit_code import read_credit_code
from registry.evaluators.exclusion_matching import MOST_TYPING_MISTAKES, Identity
from registry.evaluators.name_index import NameIndex
from registry.evaluators.names import DatedName

_EVERY = 2**31


class EntryIndex:
    """wordings: key, name and credit code as the list writes it; one key may have several."""

    def __init__(self, wordings: Iterable[tuple[str, str, str | None]]) -> None:
        self._by_code: defaultdict[str, set[str]] = defaultdict(set)
        self._misspelt: list[tuple[str, str]] = []
        names = []
        for key, name, written in wordings:
            names.append(DatedName(key, name))
            code = read_credit_code(written or "").code
            if code is not None:
                self._by_code[code].add(key)
            elif written:
                self._misspelt.append((written.strip().upper(), key))
        self.size = len(names)
        self._names = NameIndex(names)

    def keys(self, identity: Identity, floor: float) -> frozenset[str]:
        """Of the body and of those who control it."""
        found: set[str] = set()
        for body in (identity, *identity.controllers):
            for code in body.credit_codes:
                found |= self._by_code.get(code, set())
                found |= {key for written, key in self._misspelt if _is_near(written, code)}
            for name in body.names:
                candidates = self._names.candidates(name.name, floor=floor, limit=_EVERY)
                found |= {each.known.holder for each in candidates.found}
        return frozenset(found)


def _is_near(written: str, code: str) -> bool:
    return Levenshtein.distance(written, code, score_cutoff=MOST_TYPING_MISTAKES) <= MOST_TYPING_MISTAKES
