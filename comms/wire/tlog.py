"""Hashes of the public log: leaf and node as in RFC 9162, section 2.1.1, and the identity leaf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from comms.wire.hashing import sha256

IDENTITY_LEAF: Final = 1


def identity_leaf(user: UUID, number: int, entry_hash: bytes) -> bytes:
    """version ‖ SHA-256(user id) ‖ number ‖ SHA-256(entry): 73 bytes."""
    return bytes([IDENTITY_LEAF]) + sha256(user.bytes) + number.to_bytes(8, "big") + entry_hash


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


def tree_hash(leaf_hashes: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash over leaf hashes; SHA-256 of nothing for an empty tree."""
    if not leaf_hashes:
        return sha256()
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    split = 1 << ((len(leaf_hashes) - 1).bit_length() - 1)
    return node_hash(tree_hash(leaf_hashes[:split]), tree_hash(leaf_hashes[split:]))
