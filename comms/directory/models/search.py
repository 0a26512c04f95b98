"""Keyed hashes by which encrypted names and addresses are found (the keyring's blind index)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from comms.core import keyring
from comms.core.fields import blind_index, blind_indexes
from comms.directory.facts.words import prefixes_of, searched_prefixes
from comms.directory.models.scope import open_workspace_id

_PREFIX = b"directory_stakeholder.name_prefixes"
_ADDRESS = "directory_contactpoint.address_index"
_NAME = "directory_stakeholder.name_index"


def address_index_of(address: str) -> bytes:
    """The blind index of an address in the open workspace."""
    return blind_index(open_workspace_id(), _ADDRESS, address)


def address_indexes_of(addresses: list[str]) -> list[bytes]:
    """The same for many."""
    return blind_indexes(open_workspace_id(), _ADDRESS, addresses)


def name_index_of(name: str) -> bytes:
    """The blind index of a name in the open workspace."""
    return blind_index(open_workspace_id(), _NAME, name)


def prefix_hashes_of_name(workspace_id: uuid.UUID, name: str) -> list[int]:
    """What is stored for a name: 64 bits of the blind index of each of its beginnings."""
    return _hashes(workspace_id, prefixes_of(name))


def prefix_hashes_of_names(workspace_id: uuid.UUID, names: Iterable[str]) -> list[list[int]]:
    """The same for many names. Their words repeat ("Embassy of …"): each beginning is hashed once."""
    prefixes = [prefixes_of(name) for name in names]
    different = sorted({prefix for each in prefixes for prefix in each})
    known = dict(zip(different, _hashes(workspace_id, different), strict=True))
    return [[known[prefix] for prefix in each] for each in prefixes]


def prefix_hashes_of_query(text: str) -> list[int]:
    """What to look for: all of them must be stored for a name that matches."""
    return _hashes(open_workspace_id(), searched_prefixes(text))


def _hashes(workspace_id: uuid.UUID, prefixes: list[str]) -> list[int]:
    ring = keyring.ring_of(workspace_id)
    # 64 bits suffice: a collision shows one row too many in a search, nothing more.
    return [
        int.from_bytes(ring.index(_PREFIX, prefix.encode())[:8], "big", signed=True)
        for prefix in prefixes
    ]


def name_indexes_of(names: list[str]) -> list[bytes]:
    """The blind indexes of many names."""
    return blind_indexes(open_workspace_id(), _NAME, names)
