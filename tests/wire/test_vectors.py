"""Our own vectors: what Python made and the browser must make and read alike."""

from __future__ import annotations

from uuid import UUID

import pytest

from comms.wire import (
    argon,
    bodies,
    drafts,
    epochs,
    files,
    guests,
    history,
    hpke,
    identity,
    padding,
    recovery,
    seal,
    sign,
    tlog,
    vault,
)
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import open_envelope, read_envelope, verify_envelope
from comms.wire.errors import WireError
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds
from comms.wire.transcript import Head
from tests.vectors.described import described_body
from tests.wire.vectors import load

h = bytes.fromhex
PEOPLE = {row["name"]: row for row in load("keys")}


def seeds_of(name: str) -> IdentitySeeds:
    row = PEOPLE[name]
    return IdentitySeeds(h(row["ed25519_seed"]), h(row["mldsa_seed"]), h(row["xwing_seed"]))


def test_cbor_accepts_exactly_the_canonical() -> None:
    for v in load("cbor")["accepted"]:
        assert encode(decode(h(v["hex"]), limit=1000)).hex() == v["hex"]


@pytest.mark.parametrize("v", load("cbor")["refused"], ids=lambda v: f"{v['why']}-{v['hex'][:12]}")
def test_cbor_refuses(v: dict[str, str]) -> None:
    with pytest.raises(WireError):
        decode(h(v["hex"]), limit=1000)


def test_padding() -> None:
    vectors = load("padding")
    for length, size in vectors["padme"]:
        assert padding.padme(length) == size
    for v in vectors["padded"]:
        assert padding.pad(h(v["data"])).hex() == v["padded"]
        assert padding.unpad(h(v["padded"])).hex() == v["data"]


@pytest.mark.parametrize("bad", load("padding")["refused"])
def test_padding_refuses(bad: str) -> None:
    with pytest.raises(WireError):
        padding.unpad(h(bad))


def test_boxes() -> None:
    for v in load("seal"):
        key, context, plaintext = h(v["key"]), h(v["context"]), h(v["plaintext"])
        made = seal.unsafe_seal_with_salt(key, v["label"], context, plaintext, h(v["salt"]))
        assert made.hex() == v["box"]
        assert seal.open_box(key, v["label"], context, made) == plaintext


def test_keys_and_signatures() -> None:
    for name, v in PEOPLE.items():
        public = seeds_of(name).public
        assert public.ed25519.hex() == v["ed25519"]
        assert public.mldsa.hex() == v["mldsa"]
        assert public.xwing.hex() == v["xwing"]
        assert public.fingerprint.hex() == v["fingerprint"]
        signature = seeds_of(name).sign(v["label"], h(v["message"]))
        assert signature.hex() == v["ed25519_signature"]
        public.verify_pair(
            v["label"],
            h(v["message"]),
            sign.SignaturePair(h(v["ed25519_signature"]), h(v["mldsa_signature"])),
        )


def test_wraps() -> None:
    for v in load("wraps"):
        assert hpke.unwrap(h(v["xwing_seed"]), h(v["info"]), h(v["wrap"])).hex() == v["secret"]


def test_identity_chain() -> None:
    vectors = load("identity")
    before = None
    hashes = []
    for v in vectors["entries"]:
        entry = identity.read_entry(h(v["entry"]))
        identity.check_follows(entry, before)
        assert (str(entry.user), entry.number, int(entry.kind)) == (
            v["user"],
            v["number"],
            v["kind"],
        )
        assert entry.hash.hex() == v["hash"]
        assert entry.keys.fingerprint.hex() == v["fingerprint"]
        leaf = tlog.identity_leaf(entry.user, entry.number, entry.hash)
        assert leaf.hex() == v["leaf"]
        hashes.append(tlog.leaf_hash(leaf))
        assert hashes[-1].hex() == v["leaf_hash"]
        before = entry
    assert [tlog.tree_hash(hashes[:n]).hex() for n in range(4)] == vectors["tree_hashes"]


def test_vault_and_its_wraps() -> None:
    v = load("vault")
    read = vault.read_vault(h(v["vault"]))
    assert (str(read.user), read.number) == (v["user"], v["number"])
    contents = vault.open_vault(read, h(v["key"]))
    assert vault.encode_contents(contents).hex() == v["contents"]
    for row in v["wraps"]:
        wrap = vault.read_wrap(h(row["wrap"]))
        assert wrap.kind == row["kind"]
        assert vault.open_wrap(wrap, h(row["wrap_key"])).hex() == v["key"]


def test_derivations() -> None:
    vectors = load("derive")
    for v in vectors["passphrases"]:
        parameters = argon.Argon2(h(v["salt"]), v["memory"], v["passes"], v["lanes"])
        keys = argon.passphrase_keys(v["passphrase"], parameters)
        assert (keys.sign_in_secret, keys.wrap_key.hex()) == (v["sign_in_secret"], v["wrap_key"])
    prf, code = vectors["prf"], vectors["recovery"]
    assert recovery.prf_salt().hex() == vectors["prf_salt"]
    assert recovery.passkey_wrap_key(h(prf["output"])).hex() == prf["wrap_key"]
    assert recovery.format_code(h(code["secret"])) == code["code"]
    assert recovery.parse_code(code["code"]).hex() == code["secret"]
    assert recovery.recovery_wrap_key(h(code["secret"])).hex() == code["wrap_key"]


def test_weak_argon2_is_refused() -> None:
    vectors = load("derive")
    for group, code in (("weak", "weak"), ("beyond", "malformed")):
        for memory, passes, lanes in vectors[group]:
            with pytest.raises(WireError) as error:
                argon.Argon2(bytes(16), memory, passes, lanes)
            assert error.value.code == code


def test_thread() -> None:
    v = load("thread")
    names = {UUID(row["user"]): name for name, row in PEOPLE.items()}
    by_number = {}
    for row in v["epochs"]:
        upload = epochs.read_upload(h(row["upload"]))
        record = upload.record
        epochs.verify_record(record, seeds_of("anna").public)
        assert record.raw.hex() == row["record"]
        assert record.hash.hex() == row["hash"]
        assert record.tbs.start.seq == row["start_seq"]
        assert [
            [str(r.member), r.fingerprint.hex(), int(r.role), r.expires] for r in record.tbs.roster
        ] == row["roster"]
        for member, wrap in zip(record.tbs.roster, upload.wraps, strict=True):
            seed = seeds_of(names[member.member]).xwing
            assert epochs.open_epoch_key(record, member.member, seed, wrap).hex() == row["key"]
        assert epochs.open_about(record, h(row["key"])).title == row["title"]
        by_number[row["number"]] = (record, h(row["key"]))
    history = v["history"]
    reader = seeds_of(history["recipient"])
    record, key = by_number[history["epoch"]]
    fingerprint = reader.public.fingerprint
    assert epochs.open_history_key(record, fingerprint, reader.xwing, h(history["wrap"])) == key
    head = Head()
    for row in v["envelopes"]:
        envelope = read_envelope(h(row["envelope"]))
        verify_envelope(envelope, seeds_of(row["sender"]).public)
        record, key = by_number[row["epoch"]]
        assert envelope.header.epoch == record.hash
        assert envelope.header.seen == head
        body = open_envelope(envelope, key)
        assert isinstance(body, bodies.TextBody)
        assert body.text == row["text"]
        assert (body.reply_to.hex() if body.reply_to else None) == row["reply_to"]
        assert [str(one) for one in body.mentions] == row["mentions"]
        head = head.after(envelope.hash)
        assert (head.seq, head.t.hex(), envelope.hash.hex()) == (row["seq"], row["t"], row["hash"])


def test_file_chunks() -> None:
    v = load("files")
    key = h(v["key"])
    for row in v["chunks"]:
        sealed = files.seal_chunk(key, row["index"], h(row["data"]), final=row["final"])
        assert sealed.hex() == row["sealed"]
        assert files.open_chunk(key, row["index"], sealed, final=row["final"]).hex() == row["data"]
    full = v["full_chunk_of_zeros"]
    sealed = files.seal_chunk(key, full["index"], bytes(files.CHUNK_SIZE), final=False)
    assert sha256(sealed).hex() == full["sha256"]


def test_bodies() -> None:
    rows = load("bodies")
    assert {row["kind"] for row in rows["bodies"]} == {
        "text", "edit", "deletion", "reaction", "receipt", "pin", "file", "typing", "introduction",
    }  # fmt: skip
    for row in rows["bodies"]:
        body = bodies.decode_body(h(row["hex"]))
        assert described_body(body) == {key: row[key] for key in row if key != "hex"}
        assert bodies.encode_body(body).hex() == row["hex"]
    for row in rows["refused"]:
        with pytest.raises(WireError):
            bodies.decode_body(h(row["hex"]))


def test_history_grant() -> None:
    v = load("grant")
    grant = history.decode_grant(h(v["grant"]))
    assert (str(grant.thread), str(grant.member)) == (v["thread"], v["member"])
    assert grant.fingerprint.hex() == v["fingerprint"]
    assert {str(number): wrap.hex() for number, wrap in grant.wraps.items()} == v["wraps"]
    assert history.encode_grant(grant).hex() == v["grant"]


def test_guest_links_and_challenge() -> None:
    v = load("guests")
    for row in v["links"]:
        seeds = guests.guest_seeds(h(row["fragment"]), row["code"])
        assert [seeds.ed25519.hex(), seeds.mldsa.hex(), seeds.xwing.hex()] == row["seeds"]
        assert seeds.public.fingerprint.hex() == row["fingerprint"]
    keys = guests.guest_seeds(h(v["links"][0]["fragment"])).public
    challenge = guests.decode_challenge(h(v["challenge"]))
    assert (challenge.origin, challenge.nonce.hex()) == (v["origin"], v["nonce"])
    guests.verify_challenge(challenge, keys, h(v["signature"]))


def test_draft() -> None:
    v = load("draft")
    key = drafts.draft_key(h(v["xwing_seed"]))
    assert key.hex() == v["key"]
    opened = drafts.open_draft(
        key,
        user=UUID(v["user"]),
        thread=UUID(v["thread"]),
        number=v["number"],
        box=h(v["box"]),
    )
    assert (opened.text, opened.written_at) == (v["text"], v["written_at"])
    assert (opened.reply_to.hex() if opened.reply_to else None) == v["reply_to"]
