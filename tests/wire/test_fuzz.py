"""Random and mutated bytes: never a crash, never a pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.wire import (
    bodies,
    drafts,
    envelopes,
    epochs,
    files,
    guests,
    history,
    hpke,
    identity,
    padding,
    seal,
    vault,
)
from comms.wire.cbor import MAX_INT, decode, encode
from comms.wire.errors import WireError
from comms.wire.keys import IdentitySeeds
from tests.wire.vectors import load

h = bytes.fromhex
_KEYS = {row["name"]: row for row in load("keys")}
_THREAD = load("thread")
_VAULT = load("vault")


def seeds_of(name: str) -> IdentitySeeds:
    row = _KEYS[name]
    return IdentitySeeds(h(row["ed25519_seed"]), h(row["mldsa_seed"]), h(row["xwing_seed"]))


_ANNA = seeds_of("anna")
_EPOCH = _THREAD["epochs"][0]


def accept_epoch(data: bytes) -> None:
    epochs.verify_record(epochs.read_record(data), _ANNA.public)


def accept_upload(data: bytes) -> None:
    epochs.verify_record(epochs.read_upload(data).record, _ANNA.public)


def accept_envelope(data: bytes) -> None:
    envelope = envelopes.read_envelope(data)
    envelopes.verify_envelope(envelope, _ANNA.public)
    envelopes.open_envelope(envelope, h(_EPOCH["key"]))


def accept_vault(data: bytes) -> None:
    vault.open_vault(vault.read_vault(data), h(_VAULT["key"]))


def accept_wrap(data: bytes) -> None:
    vault.open_wrap(vault.read_wrap(data), h(_VAULT["wraps"][0]["wrap_key"]))


def accept_box(data: bytes) -> None:
    row = load("seal")[1]
    seal.open_box(h(row["key"]), row["label"], h(row["context"]), data)


def accept_hpke(data: bytes) -> None:
    row = load("wraps")[0]
    hpke.unwrap(h(row["xwing_seed"]), h(row["info"]), data)


def accept_draft(data: bytes) -> None:
    row = load("draft")
    place = {"user": UUID(row["user"]), "thread": UUID(row["thread"]), "number": row["number"]}
    drafts.open_draft(h(row["key"]), box=data, **place)


def accept_challenge(data: bytes) -> None:
    row = load("guests")
    keys = guests.guest_seeds(h(row["links"][0]["fragment"])).public
    guests.verify_challenge(guests.decode_challenge(data), keys, h(row["signature"]))


def accept_chunk(data: bytes) -> None:
    files.open_chunk(h(load("files")["key"]), 0, data, final=True)


ACCEPTORS: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
    "identity entry": (identity.read_entry, h(load("identity")["entries"][0]["entry"])),
    "epoch record": (accept_epoch, h(_EPOCH["record"])),
    "epoch upload": (accept_upload, h(_EPOCH["upload"])),
    "envelope": (accept_envelope, h(_THREAD["envelopes"][0]["envelope"])),
    "vault": (accept_vault, h(_VAULT["vault"])),
    "vault wrap": (accept_wrap, h(_VAULT["wraps"][0]["wrap"])),
    "box": (accept_box, h(load("seal")[1]["box"])),
    "wrap": (accept_hpke, h(load("wraps")[0]["wrap"])),
    "draft": (accept_draft, h(load("draft")["box"])),
    "guest challenge": (accept_challenge, h(load("guests")["challenge"])),
    "file chunk": (accept_chunk, h(load("files")["chunks"][1]["sealed"])),
}
DECODERS: tuple[Callable[[bytes], Any], ...] = (
    *(accept for accept, _ in ACCEPTORS.values()),
    vault.decode_contents,
    bodies.decode_body,
    drafts.decode_draft,
    guests.decode_challenge,
    history.decode_grant,
    envelopes.read_header,
    epochs.read_tbs,
    epochs.read_about,
    padding.unpad,
)


@pytest.mark.parametrize("name", ACCEPTORS)
def test_the_good_bytes_pass(name: str) -> None:
    accept, good = ACCEPTORS[name]
    accept(good)


@pytest.mark.parametrize("name", ACCEPTORS)
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_changed_bytes_never_pass(name: str, data: st.DataObject) -> None:
    accept, good = ACCEPTORS[name]
    changed = data.draw(mutations(good))
    with pytest.raises(WireError):
        accept(changed)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_random_bytes_never_crash(raw: bytes) -> None:
    for read in DECODERS:
        with pytest.raises(WireError):
            read(raw)


values = st.recursive(
    st.integers(0, MAX_INT) | st.booleans() | st.binary(max_size=40) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 23), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
@settings(deadline=None)
def test_canonical_values_come_back_and_other_libraries_agree(value: Any) -> None:
    try:
        data = encode(value)
    except WireError:  # deeper than the profile allows
        return
    assert decode(data, limit=100_000) == value
    assert cbor2.loads(data) == value


@given(st.dictionaries(st.integers(0, 12), values, max_size=12), st.sampled_from(range(64)))
@settings(max_examples=300, deadline=None)
def test_well_formed_maps_of_the_wrong_shape_never_crash(value: Any, kind: int) -> None:
    try:
        data = encode({**value, 0: kind, 1: 1})
    except WireError:
        return
    for read in DECODERS:
        try:
            read(data)
        except WireError:
            continue
        # What carries neither signature nor seal of its own may come out right by chance.
        assert read in (bodies.decode_body, drafts.decode_draft), read


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_whatever_decodes_was_canonical(raw: bytes) -> None:
    try:
        value = decode(raw, limit=1000)
    except WireError:
        return
    assert encode(value) == raw


@st.composite
def mutations(draw: st.DrawFn, good: bytes) -> bytes:
    """A flipped bit, a cut, an insertion or a repetition: always other bytes than `good`."""
    at = draw(st.integers(0, len(good) - 1))
    how = draw(st.sampled_from(["flip", "cut", "insert", "drop", "repeat"]))
    if how == "flip":
        bit = 1 << draw(st.integers(0, 7))
        return good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :]
    if how == "cut":
        return good[:at]
    if how == "insert":
        return good[:at] + draw(st.binary(min_size=1, max_size=4)) + good[at:]
    if how == "drop":
        return good[:at] + good[at + 1 :]
    return good + good[at:]
