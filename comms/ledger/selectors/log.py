"""Reading the public log: its size, its checkpoints, its leaves and the proofs over them. For anyone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Prefetch
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.ledger.log_key import get_log_key
from comms.ledger.models import LogCheckpoint, LogCosignature, LogLeaf, LogNode, LogWitness
from comms.wire import notes, tlog
from comms.wire.hashing import sha256

LEAVES_AT_ONCE = 500
PROOFS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class LeavesPage:
    """Leaves from `start` on. `edge` are the complete subtrees of the tree before them, largest first."""

    start: int
    size: int
    edge: list[bytes]
    leaves: list[bytes]


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That the leaf with this hash is leaf `index` of the tree of `size` leaves."""

    leaf: bytes
    index: int
    size: int
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness, and the largest checkpoint that they have co-signed (0 and None for none yet)."""

    witness: LogWitness
    size: int
    seen_at: datetime | None


def place_of(level: int, index: int) -> int:
    """The number of a complete subtree in an in-order walk: leaves are even, their parents 1, 5, 9, …"""
    return ((2 * index + 1) << level) - 1


def log_size() -> int:
    """How many leaves the log has."""
    return LogCheckpoint.objects.aggregate(size=Max("size"))["size"] or 0


def get_checkpoint() -> LogCheckpoint:
    """The newest checkpoint; of an empty log one that is made for the occasion and not stored."""
    newest = LogCheckpoint.objects.order_by("-size").first()
    if newest is not None:
        return newest
    key = get_log_key()
    empty = notes.Checkpoint(key.verifier.name, 0, sha256())
    return LogCheckpoint(size=0, note=notes.sign_checkpoint(empty, key.seed))


def get_checkpoint_note() -> bytes:
    """The newest checkpoint as a note, with the co-signatures of the present witnesses."""
    checkpoint = get_checkpoint()
    note = notes.read_note(bytes(checkpoint.note))
    lines = list(note.signatures)
    if checkpoint.size:
        given = LogCosignature.objects.filter(
            checkpoint_id=checkpoint.size, witness__removed_at=None
        ).select_related("witness")
        for one in given.order_by("witness__name")[: notes.MAX_SIGNATURES - 1]:
            verifier = notes.read_verifier(one.witness.verifier)
            lines.append(notes.NoteSignature(verifier.name, verifier.key_id, bytes(one.signature)))
    return notes.encode_note(note.text, lines)


def list_leaves(start: int, count: int) -> LeavesPage:
    """Up to `count` leaves from `start` on. Raises InvalidError for a start beyond the log's end."""
    size = log_size()
    if not 0 <= start <= size:
        raise InvalidError(_("The log has only %(size)s leaves.") % {"size": size}, field="start")
    rows = LogLeaf.objects.filter(index__gte=start, index__lt=min(size, start + count))
    leaves = [bytes(leaf) for leaf in rows.order_by("index").values_list("leaf", flat=True)]
    return LeavesPage(start, size, read_edge(start), leaves)


def read_edge(size: int) -> list[bytes]:
    """The complete subtrees of the tree of the first `size` leaves, largest first."""
    places = list(tlog.edge_places(size))
    node = nodes_of(places)
    return [node(*place) for place in places]


def prove_inclusion(hashes: Collection[bytes], size: int) -> list[InclusionProof]:
    """Proofs for those of the leaf hashes that are among the first `size` leaves; others are left out.

    Raises InvalidError for a size that the log has not reached.
    """
    _require_size(size, field="size")
    rows = LogLeaf.objects.filter(hash__in=list(hashes)[:PROOFS_AT_ONCE], index__lt=size)
    found = {bytes(digest): index for digest, index in rows.values_list("hash", "index")}
    places = {digest: tlog.inclusion_places(index, size) for digest, index in found.items()}
    node = nodes_of(place for groups in places.values() for group in groups for place in group)
    return [
        InclusionProof(digest, found[digest], size, tlog.hashes_of(places[digest], node))
        for digest in hashes
        if digest in found
    ]


def prove_consistency(first: int, second: int) -> list[bytes]:
    """That the tree of `first` leaves is the beginning of that of `second`. Raises InvalidError."""
    _require_size(second, field="second")
    if not 0 <= first <= second:
        raise InvalidError(_("The first size may not be larger than the second."), field="first")
    places = tlog.consistency_places(first, second)
    return tlog.hashes_of(places, nodes_of(place for group in places for place in group))


def indexes_of(leaves: Iterable[bytes]) -> dict[bytes, int]:
    """Where these leaves (at most 1,000) stand in the log; those that aren't in it are left out."""
    wanted = {tlog.leaf_hash(leaf): leaf for leaf in list(leaves)[:1000]}
    rows = LogLeaf.objects.filter(hash__in=list(wanted)).values_list("hash", "index")
    return {wanted[bytes(digest)]: index for digest, index in rows}


def list_witnesses() -> list[WitnessState]:
    """The present witnesses by name, at most 100, each with the largest checkpoint they co-signed."""
    newest = LogCosignature.objects.order_by("witness_id", "-checkpoint_id").distinct("witness_id")
    witnesses = LogWitness.objects.filter(removed_at=None).order_by("name")
    found = []
    for witness in witnesses.prefetch_related(
        Prefetch("cosignatures", queryset=newest, to_attr="newest")
    )[:100]:
        last = next(iter(witness.newest), None)
        found.append(
            WitnessState(witness, last.checkpoint_id if last else 0, last.seen_at if last else None)
        )
    return found


def nodes_of(places: Iterable[tuple[int, int]]) -> tlog.Node:
    """A reader of these stored subtrees, loaded in one query."""
    rows = LogNode.objects.in_bulk({place_of(*place) for place in places})

    def node(level: int, index: int) -> bytes:
        return bytes(rows[place_of(level, index)].hash)

    return node


def _require_size(size: int, *, field: str) -> None:
    if not 0 <= size <= log_size():
        raise InvalidError(_("The log has not reached that size."), field=field)
