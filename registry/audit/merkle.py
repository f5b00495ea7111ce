"""The Merkle tree of RFC 9162 (section 2.1, the same as RFC 6962): roots and proofs from stored subtree roots.

A node (level, place) is the root of the 2**level entries from place * 2**level on; it is stored once they are all
there and never changes. Every proof is a list of ranges of entries, and the root of a range is folded from at most
log2(size) nodes, so that nothing here reads more than the proof needs.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = tuple[int, int]
Range = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, the largest first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = parent(left, root)
    return root


def appended(frontier: Sequence[bytes], size: int, leaf: bytes) -> tuple[tuple[bytes, ...], list[tuple[Node, bytes]]]:
    """The frontier of the tree with one entry more, and the nodes above the leaf that this entry completed."""
    rest, root, completed = list(frontier), leaf, []
    level, place = 0, size
    while place & 1:
        root = parent(rest.pop(), root)
        level, place = level + 1, place >> 1
        completed.append(((level, place), root))
    return (*rest, root), completed


def nodes_of(start: int, end: int) -> list[Node]:
    """The complete subtrees of a range that begins where its largest subtree may begin, the largest first."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Whose roots prove that the entry is in the tree, from the leaf up."""
    _require(0 <= index < size, f"There is no entry {index} in a tree of {size}.")
    found, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(earlier: int, later: int) -> list[Range]:
    """Whose roots prove that the later tree begins with the earlier one. None are needed for equal or empty trees."""
    _require(0 <= earlier <= later, f"A tree of {earlier} entries is not the beginning of one of {later}.")
    if earlier in {0, later}:
        return []
    found, start, end = [], 0, later
    while earlier != end:
        middle = start + _split(end - start)
        if earlier <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    # The verifier holds the earlier root itself where nothing stands before it.
    return [*([(start, end)] if start else []), *found[::-1]]


def proof(ranges: Sequence[Range], read: Callable[[Sequence[Node]], Sequence[bytes]]) -> list[bytes]:
    """The roots of the ranges; read is called once with all nodes that they need and answers in their order."""
    parts = [nodes_of(*each) for each in ranges]
    hashes = iter(read([node for part in parts for node in part]))
    return [folded([next(hashes) for _ in part]) for part in parts]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to; None where the proof cannot be one of this place (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for neighbour in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = parent(neighbour, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = parent(root, neighbour)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(earlier: int, earlier_root: bytes, later: int, later_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof shows that the later tree begins with the earlier one (RFC 9162, 2.1.4.2)."""
    if earlier in {0, later}:
        return not path and earlier_root == (later_root if earlier else EMPTY_ROOT)
    if not 0 < earlier < later or not path:
        return False
    # A tree that is complete stands in the later one as it is, and the proof leaves it out.
    hashes = iter(path if earlier & (earlier - 1) else [earlier_root, *path])
    place, last = earlier - 1, later - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = next(hashes)
    for neighbour in hashes:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = parent(neighbour, old), parent(neighbour, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = parent(new, neighbour)
        place, last = place >> 1, last >> 1
    return last == 0 and (old, new) == (earlier_root, later_root)


def levels_completed(size: int) -> Iterator[tuple[int, int]]:
    """Each level above the entries that has nodes in a tree of this size, and how many."""
    level = 1
    while size >> level:
        yield level, size >> level
        level += 1


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
