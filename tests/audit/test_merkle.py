"""The tree against its definition in RFC 9162, section 2.1, and the roots of the Certificate Transparency tests."""

import hashlib
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit import merkle
from registry.audit.merkle import EMPTY_ROOT, Node, appended, folded, is_consistent, leaf_hash, parent, proof

MOST = 300
LEAVES = [leaf_hash(str(number).encode()) for number in range(MOST)]
# From the tests of certificate-transparency: merkle_tree_test.cc.
CT_INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


@cache
def defined_root(start: int, end: int) -> bytes:
    """MTH of RFC 9162, word for word."""
    if end == start:
        return hashlib.sha256(b"").digest()
    if end - start == 1:
        return LEAVES[start]
    middle = start + split(end - start)
    return hashlib.sha256(b"\x01" + defined_root(start, middle) + defined_root(middle, end)).digest()


def defined_path(index: int, start: int, end: int) -> list[bytes]:
    """PATH of RFC 9162."""
    if end - start == 1:
        return []
    middle = start + split(end - start)
    if index < middle:
        return [*defined_path(index, start, middle), defined_root(middle, end)]
    return [*defined_path(index, middle, end), defined_root(start, middle)]


def defined_subproof(earlier: int, start: int, end: int, is_known: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162."""
    if earlier == end:
        return [] if is_known else [defined_root(start, end)]
    middle = start + split(end - start)
    if earlier <= middle:
        return [*defined_subproof(earlier, start, middle, is_known), defined_root(middle, end)]
    return [*defined_subproof(earlier, middle, end, False), defined_root(start, middle)]


def tree(leaves: Sequence[bytes]) -> tuple[tuple[bytes, ...], dict[Node, bytes]]:
    frontier: tuple[bytes, ...] = ()
    nodes: dict[Node, bytes] = {}
    for index, leaf in enumerate(leaves):
        frontier, completed = appended(frontier, index, leaf)
        nodes |= {(0, index): leaf, **dict(completed)}
    return frontier, nodes


NODES = tree(LEAVES)[1]


def read(wanted: Sequence[Node]) -> list[bytes]:
    return [NODES[each] for each in wanted]


def test_the_roots_of_the_certificate_transparency_tests() -> None:
    frontier: tuple[bytes, ...] = ()
    for size, (data, root) in enumerate(zip(CT_INPUTS, CT_ROOTS, strict=True)):
        frontier, _ = appended(frontier, size, leaf_hash(bytes.fromhex(data)))
        assert folded(frontier).hex() == root


def test_an_empty_tree_has_the_hash_of_nothing_for_root() -> None:
    assert folded(()) == EMPTY_ROOT == defined_root(0, 0)


def test_all_roots_and_nodes_are_those_of_the_definition() -> None:
    frontier: tuple[bytes, ...] = ()
    for size in range(MOST):
        frontier, _ = appended(frontier, size, LEAVES[size])
        assert folded(frontier) == defined_root(0, size + 1)
        assert list(frontier) == read(merkle.nodes_of(0, size + 1))
    assert all(root == defined_root(place << level, place + 1 << level) for (level, place), root in NODES.items())
    assert sum(count for _, count in merkle.levels_completed(MOST)) == len(NODES) - MOST


def test_all_inclusion_proofs_up_to_300_are_those_of_the_definition_and_hold() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            path = proof(merkle.inclusion_ranges(index, size), read)
            assert path == defined_path(index, 0, size)
            assert merkle.root_by_inclusion(LEAVES[index], index, size, path) == defined_root(0, size)


def test_all_consistency_proofs_up_to_300_are_those_of_the_definition_and_hold() -> None:
    for later in range(1, MOST + 1):
        for earlier in range(1, later + 1):
            path = proof(merkle.consistency_ranges(earlier, later), read)
            assert path == defined_subproof(earlier, 0, later, True)
            assert is_consistent(earlier, defined_root(0, earlier), later, defined_root(0, later), path)


def test_a_proof_of_a_million_needs_20_hashes_and_few_nodes() -> None:
    ranges = merkle.inclusion_ranges(700_001, 1_000_000)

    assert len(ranges) <= 20
    assert sum(len(merkle.nodes_of(*each)) for each in ranges) <= 40


def test_an_append_completes_on_average_less_than_one_node_above_the_leaf() -> None:
    assert sum(count for _, count in merkle.levels_completed(1_000_000)) < 1_000_000


sizes = st.integers(1, MOST)


@given(data=st.data(), size=sizes)
def test_a_changed_inclusion_proof_does_not_hold(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = proof(merkle.inclusion_ranges(index, size), read)
    changed = data.draw(st.sampled_from(["index", "leaf", "short", "long", "bit", "swap"]))
    leaf, other, spoilt = LEAVES[index], index, list(path)
    if changed == "index":
        other = data.draw(st.integers(-2, size + 2).filter(lambda each: each != index))
    elif changed == "leaf" or not path:
        leaf = leaf_hash(b"another")
    elif changed == "short":
        spoilt.pop(data.draw(st.integers(0, len(path) - 1)))
    elif changed == "long":
        spoilt.insert(data.draw(st.integers(0, len(path))), leaf_hash(b"another"))
    else:
        place = data.draw(st.integers(0, len(path) - 1))
        spoilt[place] = bytes([spoilt[place][0] ^ 1]) + spoilt[place][1:]

    assert merkle.root_by_inclusion(leaf, other, size, spoilt) != defined_root(0, size)


@given(data=st.data(), later=st.integers(2, MOST))
def test_a_changed_consistency_proof_does_not_hold(data: st.DataObject, later: int) -> None:
    earlier = data.draw(st.integers(1, later - 1))
    path = proof(merkle.consistency_ranges(earlier, later), read)
    first, second = defined_root(0, earlier), defined_root(0, later)
    place = data.draw(st.integers(0, len(path) - 1))
    spoilt = [*path[:place], leaf_hash(path[place]), *path[place + 1 :]]

    assert not is_consistent(earlier, first, later, second, spoilt)
    assert not is_consistent(earlier, first, later, second, path[:place] + path[place + 1 :])
    assert not is_consistent(earlier, first, later, second, [*path, first])
    assert not is_consistent(earlier, leaf_hash(first), later, second, path)
    assert not is_consistent(earlier, first, later, leaf_hash(second), path)
    assert not is_consistent(later, second, earlier, first, path)


@given(size=st.integers(1, 200), cut=st.integers(0, 200))
def test_a_tree_is_the_same_however_it_was_built(size: int, cut: int) -> None:
    half, _ = tree(LEAVES[: min(cut, size)])
    for index in range(min(cut, size), size):
        half, _ = appended(half, index, LEAVES[index])

    assert half == tree(LEAVES[:size])[0]


def test_equal_and_empty_trees_need_no_proof() -> None:
    assert is_consistent(0, EMPTY_ROOT, 5, defined_root(0, 5), [])
    assert is_consistent(5, defined_root(0, 5), 5, defined_root(0, 5), [])
    assert not is_consistent(0, defined_root(0, 5), 5, defined_root(0, 5), [])
    assert not is_consistent(5, defined_root(0, 5), 5, defined_root(0, 4), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_is_asked_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no entry"):
        merkle.inclusion_ranges(index, size)
    assert merkle.root_by_inclusion(parent(EMPTY_ROOT, EMPTY_ROOT), index, size, []) is None


def test_a_larger_tree_is_not_the_beginning_of_a_smaller() -> None:
    with pytest.raises(ValueError, match="beginning"):
        merkle.consistency_ranges(6, 5)
