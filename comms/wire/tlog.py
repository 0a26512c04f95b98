"""The Merkle tree of the public log (RFC 9162, section 2.1): hashes, proofs, and the identity leaf.

A log stores the hash of every complete subtree once; roots and proofs are made from those. `Node` reads
one: level 0 is a leaf's hash, and node (level, index) covers the 2^level leaves from index · 2^level on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from comms.wire.errors import WireError
from comms.wire.hashing import sha256

IDENTITY_LEAF: Final = 1
IDENTITY_LEAF_SIZE: Final = 73
HASH_SIZE: Final = 32
MAX_PATH: Final = 64
"""No proof is longer: sizes stay below 2^53."""

Node: TypeAlias = Callable[[int, int], bytes]


class IdentityLeaf(NamedTuple):
    """What an identity leaf says: whose entry, which number, which bytes."""

    user_hash: bytes
    number: int
    entry_hash: bytes


def identity_leaf(user: UUID, number: int, entry_hash: bytes) -> bytes:
    """version ‖ SHA-256(user id) ‖ number ‖ SHA-256(entry): 73 bytes."""
    return bytes([IDENTITY_LEAF]) + sha256(user.bytes) + number.to_bytes(8, "big") + entry_hash


def read_identity_leaf(leaf: bytes) -> IdentityLeaf:
    """The parts of an identity leaf. Raises WireError for anything else."""
    if len(leaf) != IDENTITY_LEAF_SIZE:
        raise WireError("malformed", "a leaf of the wrong size")
    number = int.from_bytes(leaf[33:41], "big")
    if leaf[0] != IDENTITY_LEAF:
        raise WireError("unsupported", f"a leaf of version {leaf[0]}")
    if not 1 <= number < 2**53:
        raise WireError("malformed", "a leaf with a number out of range")
    return IdentityLeaf(leaf[1:33], number, leaf[41:])


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


def tree_hash(leaf_hashes: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash over leaf hashes; SHA-256 of nothing for an empty tree."""
    edge = Edge()
    for one in leaf_hashes:
        edge.append(one)
    return edge.root()


class Edge:
    """A tree that only grows, remembered by the hashes of its complete subtrees, the largest first."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count() or any(len(h) != HASH_SIZE for h in hashes):
            raise WireError("malformed", "an edge that does not fit the size of its tree")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf's hash; the complete subtrees (level, index, hash) that are new with it."""
        made = [(0, self.size, leaf)]
        level, index, digest = made[0]
        while index % 2:
            digest = node_hash(self.hashes.pop(), digest)
            level, index = level + 1, index // 2
            made.append((level, index, digest))
        self.hashes.append(digest)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The tree's hash; SHA-256 of nothing for an empty tree."""
        return _bagged(self.hashes)


def edge_places(size: int) -> Iterator[tuple[int, int]]:
    """(level, index) of the complete subtrees that a tree of `size` leaves consists of, largest first."""
    return _complete(0, size)


def root_of(size: int, node: Node) -> bytes:
    """The hash of the tree of the first `size` leaves."""
    return _bagged([node(*place) for place in edge_places(size)])


def inclusion_places(index: int, size: int) -> list[list[tuple[int, int]]]:
    """For each hash of the inclusion path of leaf `index`, the complete subtrees that it is made of."""
    if not 0 <= index < size:
        raise WireError("malformed", "no such leaf in a tree of this size")
    return _path(index, 0, size)


def consistency_places(first: int, second: int) -> list[list[tuple[int, int]]]:
    """For each hash of the consistency proof, the complete subtrees that it is made of."""
    if not 0 <= first <= second:
        raise WireError("malformed", "a proof goes from a smaller tree to a larger one")
    if first in (0, second):
        return []
    return _subproof(first, 0, second, whole=True)


def hashes_of(places: Sequence[Sequence[tuple[int, int]]], node: Node) -> list[bytes]:
    """A proof, from its places."""
    return [_bagged([node(*place) for place in group]) for group in places]


def prove_inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """The path from leaf `index` to the root of the tree of `size` leaves (RFC 9162, 2.1.3.1)."""
    return hashes_of(inclusion_places(index, size), node)


def prove_consistency(first: int, second: int, node: Node) -> list[bytes]:
    """That the tree of `first` leaves is the beginning of that of `second` (RFC 9162, 2.1.4.1)."""
    return hashes_of(consistency_places(first, second), node)


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Raise WireError("chain") unless the leaf's hash is leaf `index` of this tree (RFC 9162, 2.1.3.2)."""
    _check_shape([leaf, root, *path])
    if not 0 <= index < size:
        raise WireError("malformed", "no such leaf in a tree of this size")
    at, last, digest = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise WireError("chain", "the inclusion path is too long")
        if at % 2 or at == last:
            digest = node_hash(step, digest)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = node_hash(digest, step)
        at, last = at >> 1, last >> 1
    if last != 0 or digest != root:
        raise WireError("chain", "the leaf is not in the tree")


def verify_consistency(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise WireError("chain") unless the second tree extends the first (RFC 9162, 2.1.4.2)."""
    _check_shape([first_root, second_root, *proof])
    if not 0 <= first <= second:
        raise WireError("chain", "the second tree is smaller")
    if first in (0, second):
        expected = first_root if first == second else sha256()
        if proof or (second_root if first == second else first_root) != expected:
            raise WireError("chain", "the trees differ")
        return
    steps = [first_root, *proof] if first.bit_count() == 1 else list(proof)
    if not steps:
        raise WireError("chain", "the proof is empty")
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise WireError("chain", "the consistency proof is too long")
        if at % 2 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    if last != 0 or old != first_root or new != second_root:
        raise WireError("chain", "the second tree does not extend the first")


def _check_shape(hashes: Sequence[bytes]) -> None:
    if len(hashes) > MAX_PATH + 2 or any(len(one) != HASH_SIZE for one in hashes):
        raise WireError("malformed", "a proof of the wrong shape")


def _bagged(hashes: Sequence[bytes]) -> bytes:
    """One hash over neighbouring complete subtrees, the largest first."""
    if not hashes:
        return sha256()
    digest = hashes[-1]
    for left in reversed(hashes[:-1]):
        digest = node_hash(left, digest)
    return digest


def _complete(start: int, size: int) -> Iterator[tuple[int, int]]:
    """Leaves [start, start + size) as complete subtrees; `start` is a multiple of every width used."""
    while size:
        level = size.bit_length() - 1
        yield level, start >> level
        start, size = start + (1 << level), size - (1 << level)


def _split(size: int) -> int:
    """The largest power of two below `size` (RFC 9162's k)."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(index: int, start: int, size: int) -> list[list[tuple[int, int]]]:
    if size == 1:
        return []
    split = _split(size)
    if index < split:
        return [*_path(index, start, split), list(_complete(start + split, size - split))]
    return [
        *_path(index - split, start + split, size - split),
        list(_complete(start, split)),
    ]


def _subproof(first: int, start: int, size: int, *, whole: bool) -> list[list[tuple[int, int]]]:
    if first == size:
        return [] if whole else [list(_complete(start, size))]
    split = _split(size)
    if first <= split:
        return [
            *_subproof(first, start, split, whole=whole),
            list(_complete(start + split, size - split)),
        ]
    return [
        *_subproof(first - split, start + split, size - split, whole=False),
        list(_complete(start, split)),
    ]
