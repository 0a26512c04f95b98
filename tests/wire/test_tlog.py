"""The log's trees, proofs, notes and co-signatures: published, shared and random examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.wire import notes, tlog
from comms.wire.errors import WireError
from comms.wire.hashing import sha256
from tests.wire.test_fuzz import mutations
from tests.wire.vectors import load

PUBLISHED = load("published")
VECTORS = load("tlog")
LOG = notes.read_verifier(VECTORS["log"])
WITNESS = notes.read_verifier(VECTORS["witness"])
h = bytes.fromhex


def grown(leaves: list[bytes]) -> tuple[list[bytes], tlog.Node]:
    """The leaf hashes, and a reader of stored nodes as the log has."""
    edge = tlog.Edge()
    stored: dict[tuple[int, int], bytes] = {}
    hashes = [tlog.leaf_hash(leaf) for leaf in leaves]
    for one in hashes:
        for level, index, digest in edge.append(one):
            assert (level, index) not in stored
            stored[level, index] = digest
    return hashes, lambda level, index: stored[level, index]


HASHES, NODE = grown([n.to_bytes(4, "big") for n in range(300)])


def naive_root(hashes: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return tlog.node_hash(naive_root(hashes[:split]), naive_root(hashes[split:]))


def test_roots_and_proofs_are_those_of_certificate_transparency() -> None:
    v = PUBLISHED["rfc9162"]
    hashes, node = grown([h(leaf) for leaf in v["leaves"]])
    roots = [h(root) for root in v["roots"]]
    assert [tlog.root_of(size, node) for size in range(9)] == roots
    for one in v["inclusion"]:
        path = tlog.prove_inclusion(one["index"], one["size"], node)
        assert [step.hex() for step in path] == one["path"]
        tlog.verify_inclusion(
            hashes[one["index"]], one["index"], one["size"], path, roots[one["size"]]
        )
    for one in v["consistency"]:
        proof = tlog.prove_consistency(one["first"], one["second"], node)
        assert [step.hex() for step in proof] == one["proof"]
        first, second = one["first"], one["second"]
        tlog.verify_consistency(first, roots[first], second, roots[second], proof)


def test_shared_vectors() -> None:
    hashes, node = grown([h(leaf) for leaf in VECTORS["leaves"]])
    roots = {}
    for one in VECTORS["checkpoints"]:
        raw = one["bare"].encode()
        checkpoint = notes.read_checkpoint(raw, LOG)
        assert checkpoint.root == tlog.root_of(one["size"], node)
        assert notes.sign_checkpoint(checkpoint, h(VECTORS["seed"])) == raw
        roots[one["size"]] = checkpoint.root
        both = notes.read_note(one["cosigned"].encode())
        assert notes.bare(one["cosigned"].encode(), LOG) == raw
        line = notes.line_of(both, WITNESS)
        assert line is not None
        seen = notes.verify_cosignature(both.text, line, WITNESS)
        assert seen.time == VECTORS["witnessed_at"]
    for one in VECTORS["inclusion"]:
        path = [h(step) for step in one["path"]]
        tlog.verify_inclusion(
            hashes[one["index"]], one["index"], one["size"], path, roots[one["size"]]
        )
    for one in VECTORS["consistency"]:
        first, second = one["first"], one["second"]
        proof = [h(step) for step in one["proof"]]
        tlog.verify_consistency(first, roots[first], second, roots[second], proof)


@pytest.mark.parametrize("one", VECTORS["refused"], ids=lambda one: str(one["why"]))
def test_refuses_notes_of_the_wrong_form(one: dict[str, str]) -> None:
    with pytest.raises(WireError):
        notes.read_checkpoint(one["note"].encode(), LOG)


def test_reads_the_published_note_and_no_other_text_under_its_signature() -> None:
    v = PUBLISHED["signed_note"]
    verifier = notes.read_verifier(v["verifier"])
    assert str(verifier) == v["verifier"]
    notes.verify_note(notes.read_note(v["note"].encode()), verifier)
    with pytest.raises(WireError, match="signature"):
        notes.verify_note(notes.read_note(v["note"].replace("If", "if").encode()), verifier)
    with pytest.raises(WireError, match="did not sign"):
        notes.verify_note(notes.read_note(v["note"].encode()), LOG)


def test_every_size_and_index_verifies() -> None:
    for size in range(1, 70):
        root = tlog.root_of(size, NODE)
        assert root == naive_root(HASHES[:size]) == tlog.tree_hash(HASHES[:size])
        for index in range(size):
            path = tlog.prove_inclusion(index, size, NODE)
            tlog.verify_inclusion(HASHES[index], index, size, path, root)
        for first in range(size + 1):
            proof = tlog.prove_consistency(first, size, NODE)
            tlog.verify_consistency(first, tlog.root_of(first, NODE), size, root, proof)


def test_an_edge_goes_on_where_the_tree_stood() -> None:
    for size in range(70):
        edge = tlog.Edge(size, [NODE(*place) for place in tlog.edge_places(size)])
        assert edge.root() == tlog.root_of(size, NODE)
        for leaf in HASHES[size : size + 9]:
            edge.append(leaf)
        assert edge.root() == tlog.root_of(size + 9, NODE)
    with pytest.raises(WireError):
        tlog.Edge(3, [HASHES[0]])


def refused(check: Callable[..., object], *arguments: Any) -> None:
    with pytest.raises(WireError):
        check(*arguments)


def flipped(data: bytes, at: int) -> bytes:
    return data[: at // 8] + bytes([data[at // 8] ^ (1 << at % 8)]) + data[at // 8 + 1 :]


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_changed_inclusion_proof_never_passes(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    root, leaf = tlog.root_of(size, NODE), HASHES[index]
    path = tlog.prove_inclusion(index, size, NODE)
    tlog.verify_inclusion(leaf, index, size, path, root)
    bit = data.draw(st.integers(0, 255))
    refused(tlog.verify_inclusion, flipped(leaf, bit), index, size, path, root)
    refused(tlog.verify_inclusion, leaf, index, size, path, flipped(root, bit))
    refused(tlog.verify_inclusion, leaf, index, size, [*path, root], root)
    other = data.draw(st.integers(0, size + 5).filter(lambda n: n != index))
    refused(tlog.verify_inclusion, leaf, other, size, path, root)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:at], flipped(path[at], bit), *path[at + 1 :]]
        refused(tlog.verify_inclusion, leaf, index, size, changed, root)
        refused(tlog.verify_inclusion, leaf, index, size, [*path[:at], *path[at + 1 :]], root)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_changed_consistency_proof_never_passes(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 300))
    first = data.draw(st.integers(1, second))
    old, new = tlog.root_of(first, NODE), tlog.root_of(second, NODE)
    proof = tlog.prove_consistency(first, second, NODE)
    tlog.verify_consistency(first, old, second, new, proof)
    bit = data.draw(st.integers(0, 255))
    refused(tlog.verify_consistency, first, flipped(old, bit), second, new, proof)
    refused(tlog.verify_consistency, first, old, second, flipped(new, bit), proof)
    refused(tlog.verify_consistency, first, old, second, new, [*proof, new])
    refused(tlog.verify_consistency, second + 1, old, second, new, proof)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]
        refused(tlog.verify_consistency, first, old, second, new, changed)
        refused(tlog.verify_consistency, first, old, second, new, [*proof[:at], *proof[at + 1 :]])


@given(st.integers(0, 2**53), st.integers(0, 2**53), st.lists(st.binary(max_size=33), max_size=70))
@settings(max_examples=200, deadline=None)
def test_random_proofs_never_pass(one: int, two: int, proof: list[bytes]) -> None:
    left, right = sha256(b"left"), sha256(b"right")
    refused(tlog.verify_inclusion, left, one, two, proof, right)
    if one:
        refused(tlog.verify_consistency, one, left, two, right, proof)


_BARE = VECTORS["checkpoints"][4]["bare"].encode()
_BOTH = notes.read_note(VECTORS["checkpoints"][4]["cosigned"].encode())


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_checkpoint_never_passes(data: st.DataObject) -> None:
    notes.read_checkpoint(_BARE, LOG)
    refused(notes.read_checkpoint, data.draw(mutations(_BARE)), LOG)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_changed_cosignature_never_passes(data: st.DataObject) -> None:
    line = notes.line_of(_BOTH, WITNESS)
    assert line is not None
    notes.verify_cosignature(_BOTH.text, line, WITNESS)
    changed = line._replace(signature=data.draw(mutations(line.signature)))
    refused(notes.verify_cosignature, _BOTH.text, changed, WITNESS)
    refused(notes.verify_cosignature, _BOTH.text + "\n", line, WITNESS)
    refused(notes.verify_cosignature, _BOTH.text, line, LOG)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode()))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_neither_notes_nor_keys_nor_leaves(raw: bytes) -> None:
    refused(notes.read_checkpoint, raw, LOG)
    refused(notes.read_verifier, raw.decode("utf-8", "replace"))
    refused(tlog.read_identity_leaf, raw)


def test_identity_leaves_come_back() -> None:
    for row in load("identity")["entries"]:
        leaf = tlog.read_identity_leaf(h(row["leaf"]))
        assert leaf.number == row["number"]
        assert leaf.entry_hash.hex() == row["hash"]
    refused(tlog.read_identity_leaf, b"\x02" + bytes(32) + b"\0" * 7 + b"\1" + bytes(32))
    refused(tlog.read_identity_leaf, b"\x01" + bytes(72))


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "é", "a" * 201])
def test_refuses_names_that_no_key_can_have(name: str) -> None:
    refused(notes.check_name, name)


def test_refuses_a_key_whose_id_does_not_fit() -> None:
    text = VECTORS["log"]
    refused(notes.read_verifier, text.replace("+", "+0", 1))
    refused(notes.read_verifier, text.replace("log.", "lag."))
    refused(notes.read_verifier, text[:-4] + "AAA=")
