"""Which of many texts are similar to one, found without comparing it with each. Pure.

Similarity is that of rapidfuzz's `fuzz.ratio`: 1 - d / n, where d is the least number of characters to take out and to
put in that makes one text of the other, and n the length of both together.

Each text has a signature of 128 bits. For every character it sets one bit, which is chosen by the character and by how
many of the same stand before it. To take out or put in one character ends or begins one such pair, whichever of the
same it was, and so changes one bit at most. Two signatures therefore differ in at most d bits, and where they differ
in more than (1 - floor) * n the texts cannot reach the floor. The few that remain are compared letter by letter.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

_BITS = 128
# So far apart are the bits of a character and of its repetition: the first four of each of a to z stay apart.
_STEP = 29
# Far more than what arithmetic with floats can lose, and less than the step from one whole number to the next.
_LOST = 1e-6


class SimilarTexts:
    """Texts by their place, made ready once."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._places, self._texts = tuple(texts), tuple(texts.values())
        self._lengths = np.fromiter(map(len, self._texts), np.int32, len(self._texts))
        self._signatures = _signatures(self._texts)

    def similar_to(self, text: str, floor: float) -> Iterator[tuple[int, float]]:
        """Place and similarity of each that reaches the floor; both 0 to 1."""
        if not self._texts:
            return
        apart = np.bitwise_count(self._signatures ^ _signatures((text,))).sum(axis=0, dtype=np.uint8)
        rows = np.flatnonzero(apart <= (1 - floor) * (self._lengths + len(text)) + _LOST).tolist()
        near = [self._texts[row] for row in rows]
        for _, score, nth in process.extract(text, near, scorer=fuzz.ratio, limit=None, score_cutoff=floor * 100):
            yield self._places[rows[nth]], score / 100


def _signatures(texts: Iterable[str]) -> NDArray[np.uint64]:
    """(2, n): the halves of each signature."""
    packed = b"".join(_signature(each).to_bytes(_BITS // 8, "little") for each in texts)
    return np.frombuffer(packed, "<u8").reshape(-1, 2).T.copy()


def _signature(text: str) -> int:
    signature, last = 0, dict[str, int]()
    for character in text:
        bit = last[character] + _STEP if character in last else ord(character)
        last[character] = bit
        signature |= 1 << bit % _BITS
    return signature
