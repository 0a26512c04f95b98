"""What must not pass: other keys, other places, changed bytes, weaker terms."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from comms.wire import epochs, files, hpke, identity, labels, recovery, seal, sign, vault
from comms.wire.argon import Argon2
from comms.wire.bodies import TextBody, TypingBody, decode_body, encode_body
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import (
    Class,
    Header,
    make_envelope,
    open_envelope,
    read_envelope,
    verify_envelope,
)
from comms.wire.epoch_making import NewEpoch, sign_record, wrap_history
from comms.wire.errors import Code, WireError
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds, read_public_keys
from comms.wire.roster import Role
from comms.wire.transcript import Head
from tests.wire.conftest import NOW, Person
from tests.wire.vectors import load


def refused(code: Code) -> pytest.RaisesExc[WireError]:
    return pytest.RaisesExc(WireError, check=lambda error: error.code == code)


def header(epoch: NewEpoch, sender: Person, **changes: object) -> Header:
    base = Header(
        thread=epoch.record.tbs.thread,
        epoch=epoch.record.hash,
        sender=sender.id,
        client=bytes(16),
        counter=1,
        written_at=NOW,
        seen=Head(),
    )
    return replace(base, **changes)  # type: ignore[arg-type] # tests name the fields


# Boxes and wraps


SMALL_POINTS = [
    bytes.fromhex(one)
    for one in (
        "00" * 32,
        "00" * 31 + "80",
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
]


def _verifies(public: bytes, data: bytes) -> bool:
    """Whether a signature that nobody made fits."""
    try:
        sign.verify_ed25519(public, labels.SIGN_ENVELOPE, data, b"\x01" + bytes(63))
    except WireError:
        return False
    return True


@pytest.mark.parametrize("point", SMALL_POINTS)
def test_a_key_that_fits_any_signature_is_none(point: bytes) -> None:
    """Whoever published it could say afterwards that anybody wrote what they did."""
    kept = IdentitySeeds.generate().public
    forged = sum(_verifies(point, encode([number])) for number in range(64))
    assert forged > 0
    with refused("malformed"):
        read_public_keys([point, kept.mldsa, kept.xwing])


@pytest.mark.parametrize("part", ["low order", "out of range"])
def test_a_key_that_nothing_can_be_wrapped_to_is_none(part: str) -> None:
    """Nobody could make a key for the threads of whoever published it."""
    kept = IdentitySeeds.generate().public
    xwing = kept.xwing[:1184] + bytes(32) if part == "low order" else b"\xff\xff" + kept.xwing[2:]
    with pytest.raises(WireError):
        hpke.wrap(xwing, b"", bytes(32))
    with refused("malformed"):
        read_public_keys([kept.ed25519, kept.mldsa, xwing])


def test_box_opens_only_with_its_key_label_and_context() -> None:
    key = bytes(32)
    box = seal.seal(key, "comms/v1/about", b"here", b"text")
    assert seal.open_box(key, "comms/v1/about", b"here", box) == b"text"
    for args in (
        (b"\1" * 32, "comms/v1/about", b"here"),
        (key, "comms/v1/vault", b"here"),
        (key, "comms/v1/about", b"there"),
    ):
        with refused("commitment"):
            seal.open_box(*args, box)


def test_changed_ciphertext_does_not_open() -> None:
    box = bytearray(seal.seal(bytes(32), "comms/v1/about", b"", b"text"))
    box[-1] ^= 1
    with refused("unsealed"):
        seal.open_box(bytes(32), "comms/v1/about", b"", bytes(box))


def test_two_boxes_of_the_same_text_differ() -> None:
    boxes = {seal.seal(bytes(32), "comms/v1/about", b"", b"text")[:32] for _ in range(50)}
    assert len(boxes) == 50


def test_wrap_opens_only_for_its_recipient_and_info(anna: Person, mallory: Person) -> None:
    wrapped = hpke.wrap(anna.seeds.public.xwing, b"info", b"secret")
    assert hpke.unwrap(anna.seeds.xwing, b"info", wrapped) == b"secret"
    for seed, info in ((mallory.seeds.xwing, b"info"), (anna.seeds.xwing, b"other")):
        with refused("unsealed"):
            hpke.unwrap(seed, info, wrapped)


@pytest.mark.parametrize("public", [b"", bytes(1215), bytes(1217), b"\xff" * 1216])
def test_wrap_refuses_what_is_no_key(public: bytes) -> None:
    with refused("malformed"):
        hpke.wrap(public, b"", b"secret")


# Signatures


def test_signature_holds_for_its_label_and_bytes_only(anna: Person, mallory: Person) -> None:
    data = encode([1])
    signature = anna.seeds.sign(labels.SIGN_VAULT, data)
    anna.seeds.public.verify(labels.SIGN_VAULT, data, signature)
    with refused("signature"):
        anna.seeds.public.verify(labels.SIGN_EPOCH, data, signature)
    with refused("signature"):
        anna.seeds.public.verify(labels.SIGN_VAULT, encode([2]), signature)
    with refused("signature"):
        mallory.seeds.public.verify(labels.SIGN_VAULT, data, signature)


@pytest.mark.parametrize("broken", ["ed25519", "mldsa"])
def test_both_signatures_must_verify(anna: Person, broken: str) -> None:
    data = encode([1])
    pair = anna.seeds.sign_pair(labels.SIGN_EPOCH, data)
    bad = pair._replace(**{broken: bytes(len(getattr(pair, broken)))})
    with refused("signature"):
        anna.seeds.public.verify_pair(labels.SIGN_EPOCH, data, bad)


@pytest.mark.parametrize("data", [b"", b"text", b"\x00\xa0"])
def test_only_maps_and_arrays_are_signed(anna: Person, data: bytes) -> None:
    with refused("malformed"):
        sign.sign_ed25519(anna.seeds.ed25519, labels.SIGN_VAULT, data)


# Identity


def test_identity_refuses_an_entry_of_someone_else(anna: Person, mallory: Person) -> None:
    first = identity.read_entry(identity.make_entry(user=anna.id, made_at=NOW, seeds=anna.seeds))
    forged = identity.make_entry(
        user=anna.id, made_at=NOW, seeds=mallory.seeds, after=first, old_seeds=mallory.seeds
    )
    with refused("signature"):
        identity.check_follows(identity.read_entry(forged), first)


def test_identity_refuses_gap_fork_and_foreign_chain(anna: Person, boris: Person) -> None:
    first = identity.read_entry(identity.make_entry(user=anna.id, made_at=NOW, seeds=anna.seeds))
    twin = identity.read_entry(identity.make_entry(user=anna.id, made_at=NOW + 1, seeds=anna.seeds))
    new = IdentitySeeds.generate()
    second = identity.read_entry(
        identity.make_entry(user=anna.id, made_at=NOW, seeds=new, after=first, old_seeds=anna.seeds)
    )
    third = identity.read_entry(
        identity.make_entry(user=anna.id, made_at=NOW, seeds=anna.seeds, after=second)
    )
    foreign = identity.read_entry(
        identity.make_entry(user=boris.id, made_at=NOW, seeds=new, after=first)
    )
    identity.check_follows(first, None)
    identity.check_follows(second, first)
    identity.check_follows(third, second)
    for entry, before in ((third, first), (second, twin), (second, None), (first, first)):
        with refused("chain"):
            identity.check_follows(entry, before)
    with refused("chain"):
        identity.check_follows(foreign, first)


def test_identity_refuses_a_successor_passed_off_as_a_reset(anna: Person) -> None:
    """A kind and the presence of the old signatures must agree."""
    first = identity.read_entry(identity.make_entry(user=anna.id, made_at=NOW, seeds=anna.seeds))
    raw = identity.make_entry(
        user=anna.id,
        made_at=NOW,
        seeds=IdentitySeeds.generate(),
        after=first,
        old_seeds=anna.seeds,
    )
    value = decode(raw, limit=identity.LIMIT)
    assert isinstance(value, dict)
    del value[4]
    with refused("malformed"):
        identity.read_entry(encode(value))


# Vault


def test_vault_refuses_another_number_and_another_signer(anna: Person, mallory: Person) -> None:
    key = bytes(32)
    contents = vault.VaultContents(seeds=anna.seeds, number=1, entry_hash=bytes(32))
    read = vault.read_vault(vault.make_vault(user=anna.id, number=5, key=key, contents=contents))
    assert vault.open_vault(read, key) == contents
    with refused("commitment"):
        vault.open_vault(replace(read, number=6), key)
    with refused("commitment"):
        vault.open_vault(read, b"\1" * 32)
    with refused("signature"):
        vault.verify_vault(read, mallory.seeds.public)
    with refused("signature"):
        vault.open_vault(replace(read, signature=bytes(64)), key)


def test_vault_wrap_refuses_weak_parameters_from_the_server(anna: Person) -> None:
    wrap = vault.make_wrap(
        user=anna.id,
        kind=vault.WrapKind.PASSPHRASE,
        id=bytes(16),
        wrap_key=bytes(32),
        key=b"\1" * 32,
        argon2=Argon2(bytes(16)),
    )
    value = decode(wrap, limit=1024)
    assert isinstance(value, dict)
    with refused("weak"):
        vault.read_wrap(encode({**value, 6: [8192, 3, 1, bytes(16)]}))
    with refused("malformed"):
        vault.read_wrap(encode({**value, 3: int(vault.WrapKind.PASSKEY)}))


def test_recovery_code_forgives_spelling_and_refuses_mistakes() -> None:
    secret = recovery.new_recovery_secret()
    code = recovery.format_code(secret)
    assert recovery.parse_code(code.lower().replace("-", " ")) == secret
    assert recovery.parse_code(code.replace("0", "O").replace("1", "l")) == secret
    other = "7" if code[0] != "7" else "8"
    for bad in (other + code[1:], code[:-1], code + "0", "", "U" * 32, "🕊" * 32):
        with refused("malformed"):
            recovery.parse_code(bad)


# Epochs


def test_epoch_key_reaches_each_member_and_nobody_else(
    anna: Person, boris: Person, mallory: Person, epoch: NewEpoch
) -> None:
    for index, row in enumerate(epoch.record.tbs.roster):
        person = anna if row.member == anna.id else boris
        key = epochs.open_epoch_key(epoch.record, person.id, person.seeds.xwing, epoch.wraps[index])
        assert key == epoch.key
        with refused("unsealed"):
            epochs.open_epoch_key(epoch.record, person.id, mallory.seeds.xwing, epoch.wraps[index])
    with refused("chain"):
        epochs.open_epoch_key(epoch.record, mallory.id, mallory.seeds.xwing, epoch.wraps[0])


def test_epoch_refuses_a_wrap_that_the_record_does_not_list(anna: Person, epoch: NewEpoch) -> None:
    info = epochs.wrap_info(
        labels.WRAP_EPOCH_KEY,
        epoch.record.tbs.thread,
        1,
        bytes(32),
        anna.seeds.public.fingerprint,
    )
    other = hpke.wrap(anna.seeds.public.xwing, info, epoch.key)
    with refused("chain"):
        epochs.open_epoch_key(epoch.record, anna.id, anna.seeds.xwing, other)


def test_epoch_refuses_another_key_behind_the_same_record(
    anna: Person, boris: Person, epoch: NewEpoch
) -> None:
    """An author who wraps one key to Anna and another to Boris is caught by the tag."""
    tbs = epoch.record.tbs
    row = next(row for row in tbs.roster if row.member == boris.id)
    at = tbs.roster.index(row)
    info = epochs.wrap_info(
        labels.WRAP_EPOCH_KEY, tbs.thread, tbs.number, tbs.previous, row.fingerprint
    )
    other = hpke.wrap(boris.seeds.public.xwing, info, bytes(32))
    hashes = list(tbs.wrap_hashes)
    hashes[at] = sha256(other)
    tbs_raw = replace(tbs, wrap_hashes=tuple(hashes)).encode()
    record = epochs.read_record(
        sign_record(tbs_raw, epochs.confirm_tag(epoch.key, tbs_raw), anna.seeds)
    )
    epochs.verify_record(record, anna.seeds.public)
    with refused("commitment"):
        epochs.open_epoch_key(record, boris.id, boris.seeds.xwing, other)


def test_epoch_refuses_another_author(mallory: Person, epoch: NewEpoch) -> None:
    with refused("signature"):
        epochs.verify_record(epoch.record, mallory.seeds.public)


def test_epoch_refuses_an_unknown_suite(anna: Person, epoch: NewEpoch) -> None:
    value = decode(epoch.record.tbs_raw, limit=epochs.LIMIT)
    assert isinstance(value, dict)
    for suite in (0, 2):
        raw = sign_record(encode({**value, 2: suite}), bytes(32), anna.seeds)
        with refused("unsupported"):
            epochs.read_record(raw)


@pytest.mark.parametrize("vector", load("thread")["refused"], ids=lambda one: one["why"])
def test_epoch_refuses_what_the_vectors_refuse(anna: Person, vector: dict[str, str]) -> None:
    with refused("malformed"):
        epochs.read_tbs(bytes.fromhex(vector["tbs"]))
    with refused("malformed"):
        epochs.read_record(sign_record(bytes.fromhex(vector["tbs"]), bytes(32), anna.seeds))


def test_epoch_refuses_a_roster_out_of_order_or_without_owner(epoch: NewEpoch) -> None:
    tbs = epoch.record.tbs
    with refused("malformed"):
        replace(tbs, roster=tuple(reversed(tbs.roster))).encode()
    with refused("malformed"):
        replace(tbs, roster=(tbs.roster[0],) * 2).encode()
    with refused("malformed"):
        rows = tuple(replace(row, role=Role.MEMBER) for row in tbs.roster)
        replace(tbs, roster=rows).encode()
    with refused("malformed"):
        replace(tbs, wrap_hashes=tbs.wrap_hashes[:1]).encode()


def test_history_opens_for_the_joiner_only(boris: Person, mallory: Person, epoch: NewEpoch) -> None:
    wrapped = wrap_history(epoch.record, epoch.key, mallory.seeds.public)
    fingerprint = mallory.seeds.public.fingerprint
    opened = epochs.open_history_key(epoch.record, fingerprint, mallory.seeds.xwing, wrapped)
    assert opened == epoch.key
    with refused("unsealed"):
        epochs.open_history_key(
            epoch.record, boris.seeds.public.fingerprint, boris.seeds.xwing, wrapped
        )
    wrong = wrap_history(epoch.record, bytes(32), mallory.seeds.public)
    with refused("commitment"):
        epochs.open_history_key(epoch.record, fingerprint, mallory.seeds.xwing, wrong)


# Envelopes


def test_envelope_round_trip_and_each_refusal(anna: Person, boris: Person, epoch: NewEpoch) -> None:
    body = TextBody("سلام", reply_to=bytes(32), mentions=(boris.id,))
    raw = make_envelope(header(epoch, anna), body, key=epoch.key, seeds=anna.seeds)
    envelope = read_envelope(raw)
    verify_envelope(envelope, anna.seeds.public)
    assert open_envelope(envelope, epoch.key) == body
    with refused("signature"):
        verify_envelope(envelope, boris.seeds.public)
    with refused("commitment"):
        open_envelope(envelope, bytes(32))
    moved = header(epoch, anna, thread=uuid4()).encode()
    with refused("signature"):
        verify_envelope(replace(envelope, header_raw=moved), anna.seeds.public)
    with refused("commitment"):
        open_envelope(replace(envelope, header_raw=moved), epoch.key)


def test_envelope_hides_the_length(anna: Person, epoch: NewEpoch) -> None:
    sizes = {
        len(make_envelope(header(epoch, anna), TextBody(text), key=epoch.key, seeds=anna.seeds))
        for text in ("a", "a longer text", "x" * 200)
    }
    assert len(sizes) == 1


def test_header_ties_head_and_period_to_the_class(anna: Person, epoch: NewEpoch) -> None:
    header(epoch, anna, klass=Class.SCHEDULED, seen=None).encode()
    header(epoch, anna, klass=Class.RETENTION, keep=60).encode()
    for changes in (
        {"klass": Class.SCHEDULED},
        {"seen": None},
        {"keep": 60},
        {"klass": Class.RETENTION},
        {"counter": 0},
        {"client": bytes(15)},
    ):
        with refused("malformed"):
            header(epoch, anna, **changes).encode()


def test_body_refuses_empty_long_and_newer(anna: Person) -> None:
    for body in (
        TextBody(""),
        TextBody("x" * 32_769),
        TextBody("\ud800"),
        TextBody("x", reply_to=b"short"),
        TextBody("x", mentions=(anna.id,) * 51),
    ):
        with refused("malformed"):
            encode_body(body)
    with refused("unsupported"):
        decode_body(encode({0: 39, 1: 1}))
    with refused("unsupported"):
        decode_body(encode({0: labels.BODY_TEXT, 1: 2, 2: "x"}))


def test_a_body_stays_in_its_class_of_envelope(anna: Person, epoch: NewEpoch) -> None:
    for body, klass in (
        (TextBody("x"), Class.EPHEMERAL),
        (TypingBody(is_typing=True), Class.STORED),
    ):
        with refused("malformed"):
            make_envelope(header(epoch, anna, klass=klass), body, key=epoch.key, seeds=anna.seeds)


# Files


def test_file_refuses_moved_cut_and_reordered_chunks() -> None:
    key = bytes(32)
    middle = files.seal_chunk(key, 0, bytes(files.CHUNK_SIZE), final=False)
    last = files.seal_chunk(key, 1, b"end", final=True)
    assert files.open_chunk(key, 1, last, final=True) == b"end"
    for index, chunk, final in ((0, middle, True), (1, middle, False), (0, last, True)):
        with refused("unsealed"):
            files.open_chunk(key, index, chunk, final=final)
    with refused("unsealed"):
        files.open_chunk(b"\1" * 32, 1, last, final=True)
    with refused("malformed"):
        files.open_chunk(key, 1, last, final=False)
    with refused("malformed"):
        files.seal_chunk(key, 1, b"", final=True)
