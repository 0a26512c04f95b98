"""The bytes of forms: what Python made is read, and whatever is not exactly that is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.wire import case_notes, dialogue, epochs, form_keys, form_versions, hpke
from comms.wire import return_codes as codes
from comms.wire import submissions as subs
from comms.wire.cbor import decode, encode
from comms.wire.epoch_making import NewEpoch
from comms.wire.errors import WireError
from comms.wire.hashing import sha256
from comms.wire.roster import Role
from tests.vectors.forms import described
from tests.wire.conftest import NOW, Person, epoch_of
from tests.wire.test_vectors import PEOPLE, seeds_of
from tests.wire.vectors import load

h = bytes.fromhex
V = load("forms")
RECORD = epochs.read_record(h(V["epoch"]["record"]))
FORM_KEY = form_keys.read_form_key(h(V["form_key"]["raw"]))
FORM_SEED = h(V["form_key"]["seed"])
VERSION = form_versions.read_version(h(V["version"]["raw"]))
DEFINITION = V["version"]["definition"].encode()
SUBMISSION = subs.read_submission(h(V["submission"]["raw"]))
OPEN_ANSWERS = V["submission"]["open_answers"].encode()
ITEMS = [dialogue.read_dialogue(h(row["raw"])) for row in V["dialogue"]]
NOTE = case_notes.read_note(h(V["note"]["raw"]))
WORKSPACE = UUID(V["workspace"])
SECRETS = codes.return_secrets(V["codes"][0]["code"], WORKSPACE)
ANSWERS = subs.read_answers(h(V["submission"]["plain"]))


def user_of(name: str) -> UUID:
    return UUID(PEOPLE[name]["user"])


def refused(code: str, work: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    with pytest.raises(WireError) as error:
        work(*args, **kwargs)
    assert error.value.code == code


# -- what is good -----------------------------------------------------------------------------------


def test_the_form_key_belongs_to_its_epoch() -> None:
    assert form_keys.form_seed(h(V["epoch"]["key"])) == FORM_SEED
    assert hpke.public_from_seed(FORM_SEED) == FORM_KEY.xwing == h(V["form_key"]["xwing"])
    assert str(FORM_KEY.thread) == V["thread"]
    form_keys.verify_form_key(FORM_KEY, RECORD, seeds_of("anna").public)


def test_the_version_speaks_of_its_definition() -> None:
    row = V["version"]
    assert (VERSION.number, VERSION.made_at) == (row["number"], row["made_at"])
    assert VERSION.hash.hex() == row["hash"]
    assert VERSION.definition_hash == sha256(DEFINITION)
    form_versions.verify_version(VERSION, RECORD, seeds_of(row["signer"]).public, DEFINITION)


def test_a_submission_opens_for_the_readers_and_for_its_sender() -> None:
    row = V["submission"]
    assert SUBMISSION.hash.hex() == row["hash"]
    subs.verify_submission(SUBMISSION, OPEN_ANSWERS)
    for opened in (
        subs.open_by_form(SUBMISSION, FORM_SEED),
        subs.open_by_reply(SUBMISSION, SECRETS.xwing),
    ):
        assert opened == ANSWERS
        assert (opened.answers, opened.language) == (row["answers"], row["language"])
        assert [described(file) for file in opened.files] == row["files"]
    assert subs.encode_answers(ANSWERS).hex() == row["plain"]
    assert set(SUBMISSION.blobs) == {file.blob for file in ANSWERS.files}


def test_a_dialogue_is_read_by_both_sides() -> None:
    previous = SUBMISSION.hash
    for number, (item, row) in enumerate(zip(ITEMS, V["dialogue"], strict=True), 1):
        sender = seeds_of(row["sender"]).public if row["sender"] else None
        dialogue.verify_dialogue(item, SUBMISSION, number=number, previous=previous, sender=sender)
        for body in (
            dialogue.open_dialogue_by_form(item, FORM_SEED),
            dialogue.open_dialogue_by_reply(item, SECRETS),
        ):
            assert (body.text, body.made_at) == (row["text"], row["made_at"])
            assert [described(file) for file in body.files] == row["files"]
            assert dialogue.encode_body(body).hex() == row["plain"]
        previous = item.hash
        assert previous.hex() == row["hash"]


def test_a_note_is_read_by_the_readers() -> None:
    case_notes.verify_note(NOTE, SUBMISSION, seeds_of(V["note"]["author"]).public)
    assert case_notes.open_note(NOTE, FORM_SEED) == V["note"]["text"]


def test_codes_and_what_follows_from_them() -> None:
    for row in V["codes"]:
        secrets = codes.return_secrets(row["shown"], WORKSPACE)
        assert codes.format_return_code(row["code"]) == row["shown"]
        assert secrets.lookup.hex() == row["lookup"]
        assert secrets.signing_key.hex() == row["signing_key"]
        assert secrets.reply_key.hex() == row["reply_key"]
        assert codes.return_secrets(row["code"], uuid4()).lookup != secrets.lookup
    for row in V["typed"]:
        assert codes.parse_return_code(row["typed"]) == row["code"]


@pytest.mark.parametrize("typed", V["mistyped"])
def test_a_mistyped_code_is_refused(typed: str) -> None:
    refused("malformed", codes.parse_return_code, typed)


def test_the_secret_halves_are_in_no_printed_form() -> None:
    shown = repr(SECRETS)
    assert SECRETS.xwing.hex() not in shown
    assert repr(SECRETS.xwing) not in shown
    assert repr(SECRETS.ed25519) not in shown


def test_a_challenge_is_answered_by_the_code_alone() -> None:
    row = V["challenge"]
    challenge = codes.decode_return_challenge(h(row["bytes"]))
    assert (challenge.workspace, challenge.lookup) == (WORKSPACE, SECRETS.lookup)
    assert (challenge.nonce.hex(), challenge.origin) == (row["nonce"], row["origin"])
    assert codes.encode_return_challenge(challenge).hex() == row["bytes"]
    signature = h(row["signature"])
    verify = codes.verify_return_challenge
    verify(challenge, SUBMISSION.signing_key, signature)
    other = codes.return_secrets(V["codes"][1]["code"], WORKSPACE)
    refused("signature", verify, challenge, other.signing_key, signature)
    for changed in (
        replace(challenge, workspace=uuid4()),
        replace(challenge, nonce=bytes(32)),
        replace(challenge, lookup=bytes(16)),
        replace(challenge, origin="https://example.org"),
    ):
        refused("signature", verify, changed, SUBMISSION.signing_key, signature)
    for bad in (
        replace(challenge, nonce=bytes(31)),
        replace(challenge, lookup=bytes(17)),
        replace(challenge, origin=""),
        replace(challenge, origin="x" * 301),
    ):
        refused("malformed", codes.encode_return_challenge, bad)


@given(st.text("0123456789", min_size=25, max_size=25), st.data())
@settings(deadline=None)
def test_every_wrong_digit_and_every_swap_of_neighbours_is_found(
    digits: str, data: st.DataObject
) -> None:
    code = digits + codes.check_digit(digits)
    assert codes.parse_return_code(codes.format_return_code(code)) == code
    for at, right in enumerate(code):
        for wrong in "0123456789":
            if wrong != right:
                refused("malformed", codes.parse_return_code, code[:at] + wrong + code[at + 1 :])
        swapped = code[:at] + code[at : at + 2][::-1] + code[at + 2 :]
        if swapped != code:
            refused("malformed", codes.parse_return_code, swapped)


def test_new_codes_are_different_and_good() -> None:
    made = {codes.new_return_code() for _ in range(200)}
    assert len(made) == 200
    for code in made:
        assert codes.parse_return_code(code) == code


def test_digits_of_every_script_are_read() -> None:
    code = V["codes"][0]["code"]
    zeros = [chr(at) for at in range(0x110000) if unicodedata.decimal(chr(at), None) == 0]
    assert len(zeros) > 60
    for zero in zeros:
        typed = "".join(chr(ord(zero) + int(digit)) for digit in code)
        assert codes.parse_return_code(typed) == code


# -- what is not ------------------------------------------------------------------------------------


def test_a_form_key_is_of_one_epoch_and_by_its_author(
    anna: Person, boris: Person, epoch: NewEpoch
) -> None:
    key = form_keys.read_form_key(form_keys.make_form_key(epoch.record, epoch.key, anna.seeds))
    verify = form_keys.verify_form_key
    verify(key, epoch.record, anna.seeds.public)
    later = epoch_of(anna, list(epoch.record.tbs.roster), [anna, boris], after=epoch)
    refused("chain", verify, key, later.record, anna.seeds.public)
    refused("chain", verify, key, RECORD, anna.seeds.public)
    refused("signature", verify, key, epoch.record, boris.seeds.public)
    by_another = form_keys.make_form_key(epoch.record, epoch.key, boris.seeds)
    refused("chain", verify, form_keys.read_form_key(by_another), epoch.record, boris.seeds.public)
    for which in (0, 1):
        bad = spoilt_pair(key.raw, which)
        refused("signature", verify, form_keys.read_form_key(bad), epoch.record, anna.seeds.public)


def test_a_form_key_that_nothing_can_be_sealed_to_is_none() -> None:
    for xwing in (bytes(1216), FORM_KEY.xwing[:-1], FORM_KEY.xwing[:1184] + bytes(32)):
        refused("malformed", form_keys.read_form_key, changed(FORM_KEY.raw, 5, xwing))


def test_a_version_is_by_a_reader_who_may_publish() -> None:
    verify = form_versions.verify_version
    boris = seeds_of("boris").public
    refused("chain", verify, VERSION, RECORD, boris, DEFINITION + b" ")
    refused("signature", verify, VERSION, RECORD, seeds_of("anna").public, DEFINITION)
    for name in ("chidi", "guest"):
        raw = form_versions.sign_version(
            record=RECORD,
            number=2,
            definition=DEFINITION,
            member=user_of(name),
            seeds=seeds_of(name),
            made_at=NOW,
        )
        version = form_versions.read_version(raw)
        refused("chain", verify, version, RECORD, seeds_of(name).public, DEFINITION)
    # In a reader's name, by other keys.
    forged = form_versions.read_version(
        form_versions.sign_version(
            record=RECORD,
            number=2,
            definition=DEFINITION,
            member=user_of("boris"),
            seeds=seeds_of("guest"),
            made_at=NOW,
        )
    )
    refused("chain", verify, forged, RECORD, seeds_of("guest").public, DEFINITION)
    for which in (0, 1):
        bad = form_versions.read_version(spoilt_pair(VERSION.raw, which))
        refused("signature", verify, bad, RECORD, boris, DEFINITION)


def test_a_version_is_of_one_epoch(anna: Person, boris: Person, epoch: NewEpoch) -> None:
    raw = form_versions.sign_version(
        record=epoch.record,
        number=1,
        definition=DEFINITION,
        member=boris.id,
        seeds=boris.seeds,
        made_at=NOW,
    )
    version = form_versions.read_version(raw)
    later = epoch_of(anna, [anna.row(Role.OWNER)], [anna], after=epoch)
    form_versions.verify_version(version, epoch.record, boris.seeds.public, DEFINITION)
    verify = form_versions.verify_version
    refused("chain", verify, version, later.record, boris.seeds.public, DEFINITION)
    refused("chain", verify, version, RECORD, boris.seeds.public, DEFINITION)


def test_open_answers_are_those_that_were_signed() -> None:
    refused("chain", subs.verify_submission, SUBMISSION, OPEN_ANSWERS + b" ")
    bad = replace(SUBMISSION, signature=bytes(64))
    refused("signature", subs.verify_submission, bad, OPEN_ANSWERS)


def test_a_submission_opens_for_nobody_else() -> None:
    stranger = codes.return_secrets(V["codes"][1]["code"], WORKSPACE)
    refused("unsealed", subs.open_by_form, SUBMISSION, bytes(32))
    refused("unsealed", subs.open_by_form, SUBMISSION, SECRETS.xwing)
    refused("unsealed", subs.open_by_reply, SUBMISSION, stranger.xwing)


@pytest.mark.parametrize(
    "changes",
    [
        {"thread": uuid4()},
        {"version_hash": bytes(32)},
        {"epoch": form_keys.EpochRef(2, SUBMISSION.epoch.hash)},
        {"epoch": form_keys.EpochRef(1, bytes(32))},
        {"signing_key": seeds_of("anna").public.ed25519},
        {"open_hash": bytes(32)},
        {"blobs": SUBMISSION.blobs[:1]},
        {"box": SUBMISSION.box[:-1] + bytes([SUBMISSION.box[-1] ^ 1])},
        {"to_form": SUBMISSION.to_reply, "to_reply": SUBMISSION.to_form},
    ],
    ids=lambda changes: "+".join(changes),
)
def test_nothing_of_a_submission_can_be_exchanged(changes: dict[str, Any]) -> None:
    """Not even by somebody who signs it anew: what the record says is the context of the box."""
    bad = replace(SUBMISSION, **changes)
    for opens, seed in ((subs.open_by_form, FORM_SEED), (subs.open_by_reply, SECRETS.xwing)):
        with pytest.raises(WireError):
            opens(bad, seed)


def test_the_box_of_another_submission_does_not_open() -> None:
    other = subs.read_submission(another_submission())
    for bad in (
        replace(SUBMISSION, box=other.box),
        replace(SUBMISSION, to_form=other.to_form),
        # All that is secret of one record in another one, as a thief would sign it in their own name.
        replace(other, box=SUBMISSION.box, to_form=SUBMISSION.to_form),
    ):
        with pytest.raises(WireError):
            subs.open_by_form(bad, FORM_SEED)


def test_a_sealed_file_that_the_record_does_not_name_is_refused() -> None:
    make: dict[str, Any] = {
        "form_key": FORM_KEY,
        "version_hash": VERSION.hash,
        "secrets": SECRETS,
        "open_answers": b"{}",
    }
    twice = replace(ANSWERS, files=ANSWERS.files[:1] * 2)
    refused("malformed", subs.make_submission, **make, answers=twice)
    for bad in (
        replace(ANSWERS.files[0], size=20 * 1024 * 1024 + 1),
        replace(ANSWERS.files[0], name=""),
        replace(ANSWERS.files[0], key=bytes(31)),
    ):
        refused("malformed", subs.make_submission, **make, answers=replace(ANSWERS, files=(bad,)))
    refused("too-large", subs.encode_answers, subs.SealedAnswers("x" * subs.ANSWERS_LIMIT, "en"))
    largest = subs.SealedAnswers("x" * (subs.ANSWERS_LIMIT - 20), "en")
    raw = subs.make_submission(**make, answers=largest)
    assert subs.open_by_form(subs.read_submission(raw), FORM_SEED) == largest


def test_an_item_stands_at_its_place_and_is_by_whom_it_says() -> None:
    verify = dialogue.verify_dialogue
    anna = seeds_of("anna").public
    first, second, third = ITEMS
    start: dict[str, Any] = {"number": 1, "previous": SUBMISSION.hash, "sender": anna}
    verify(first, SUBMISSION, **start)
    other = subs.read_submission(another_submission())
    refused("chain", verify, first, other, **{**start, "previous": other.hash})
    refused("chain", verify, third, SUBMISSION, **start)
    refused("chain", verify, first, SUBMISSION, **{**start, "number": 2})
    refused("chain", verify, third, SUBMISSION, number=3, previous=first.hash, sender=anna)
    refused("signature", verify, first, SUBMISSION, **{**start, "sender": None})
    boris = seeds_of("boris").public
    refused("signature", verify, first, SUBMISSION, **{**start, "sender": boris})
    place = {"number": 2, "previous": first.hash}
    refused("signature", verify, second, SUBMISSION, **place, sender=anna)
    bad = replace(second, signature=bytes(64))
    refused("signature", verify, bad, SUBMISSION, **place, sender=None)
    # The team's words in the person's name, and the other way round.
    refused(
        "signature", verify, replace(first, sender=None), SUBMISSION, **{**start, "sender": None}
    )
    signer = form_keys.Signer(user_of("anna"), anna.fingerprint)
    refused("signature", verify, replace(second, sender=signer), SUBMISSION, **place, sender=anna)


def test_an_item_of_the_dialogue_opens_only_as_it_was_made() -> None:
    first, second, _third = ITEMS
    for changes in (
        {"thread": uuid4()},
        {"submission": bytes(32)},
        {"number": 2},
        {"previous": bytes(32)},
        {"sender": None},
        {"epoch": form_keys.EpochRef(2, first.epoch.hash)},
        {"box": second.box},
        {"to_form": second.to_form, "to_reply": second.to_reply},
        {"blobs": second.blobs},
    ):
        bad = replace(first, **changes)
        with pytest.raises(WireError):
            dialogue.open_dialogue_by_form(bad, FORM_SEED)
        with pytest.raises(WireError):
            dialogue.open_dialogue_by_reply(bad, SECRETS)
    stranger = codes.return_secrets(V["codes"][1]["code"], WORKSPACE)
    refused("unsealed", dialogue.open_dialogue_by_reply, first, stranger)


def test_nobody_writes_with_the_code_of_another_submission() -> None:
    stranger = codes.return_secrets(V["codes"][1]["code"], WORKSPACE)
    place: dict[str, Any] = {"form_key": FORM_KEY, "submission": SUBMISSION, "number": 1}
    body = dialogue.DialogueBody("x", NOW)
    make = dialogue.make_message
    refused("signature", make, **place, previous=SUBMISSION.hash, secrets=stranger, body=body)
    for text in ("", "é" * 10_001):
        bad = replace(body, text=text)
        refused("malformed", make, **place, previous=SUBMISSION.hash, secrets=SECRETS, body=bad)


def test_a_note_is_on_one_case_and_by_its_author(anna: Person, epoch: NewEpoch) -> None:
    boris = seeds_of("boris").public
    other = subs.read_submission(another_submission())
    refused("chain", case_notes.verify_note, NOTE, other, boris)
    refused("signature", case_notes.verify_note, NOTE, SUBMISSION, seeds_of("anna").public)
    bad = replace(NOTE, signature=bytes(64))
    refused("signature", case_notes.verify_note, bad, SUBMISSION, boris)
    for changes in (
        {"made_at": NOTE.made_at + 1},
        {"submission": bytes(32)},
        {"author": form_keys.Signer(user_of("anna"), NOTE.author.fingerprint)},
        {"box": ITEMS[0].box},
    ):
        with pytest.raises(WireError):
            case_notes.open_note(replace(NOTE, **changes), FORM_SEED)
    # Whoever sent the answers has no key to what is said about them.
    refused("unsealed", case_notes.open_note, NOTE, SECRETS.xwing)


def test_files_of_a_record_are_in_order_and_named_once() -> None:
    one, two = (blob.bytes for blob in SUBMISSION.blobs)
    for blobs in ([two, one], [one, one], [one, two[:-1]], [one] * 21):
        bad = changed(SUBMISSION.raw, 11, blobs)
        refused("malformed", subs.read_submission, bad)


READERS: list[tuple[str, Callable[[bytes], Any], bytes]] = [
    ("form key", form_keys.read_form_key, FORM_KEY.raw),
    ("version", form_versions.read_version, VERSION.raw),
    ("submission", subs.read_submission, SUBMISSION.raw),
    ("answers", subs.read_answers, h(V["submission"]["plain"])),
    ("dialogue", dialogue.read_dialogue, ITEMS[0].raw),
    ("message", dialogue.read_dialogue, ITEMS[1].raw),
    ("body", dialogue.read_body, h(V["dialogue"][1]["plain"])),
    ("note", case_notes.read_note, NOTE.raw),
    ("challenge", codes.decode_return_challenge, h(V["challenge"]["bytes"])),
]


@pytest.mark.parametrize(("read", "raw"), [row[1:] for row in READERS], ids=[r[0] for r in READERS])
def test_every_field_has_one_shape(read: Callable[[bytes], Any], raw: bytes) -> None:
    """Cut off, extended, a field missing, added, of another type, size, kind or version: no object at all."""
    read(raw)
    for at in (0, 1, len(raw) // 2, len(raw) - 1):
        with pytest.raises(WireError):
            read(raw[:at])
    with pytest.raises(WireError):
        read(raw + b"\x00")
    outer = decode(raw, limit=400_000)
    assert isinstance(outer, dict)
    spoil(read, outer, encode)
    inner = (
        decode(outer[2], limit=400_000) if isinstance(outer[2], bytes) and 4 not in outer else None
    )
    if isinstance(inner, dict):
        spoil(read, inner, lambda value: encode({**outer, 2: encode(value)}))


def spoil(read: Callable[[bytes], Any], value: Any, wrapped: Callable[[Any], bytes]) -> None:
    for key in value:
        without = {name: one for name, one in value.items() if name != key}
        cases: list[Any] = [without, {**value, key: True}, {**value, key: {0: 0}}]
        if isinstance(value[key], bytes):
            cases.append({**value, key: b""})
            if len(value[key]) in (16, 32, 64, 1168, 1216):
                cases += [{**value, key: value[key][:-1]}, {**value, key: value[key] + b"x"}]
        if key in (0, 1):
            cases.append({**value, key: value[key] + 1})
        for case in cases:
            with pytest.raises(WireError):
                read(wrapped(case))
    with pytest.raises(WireError):
        read(wrapped({**value, 12: b"more"}))


def another_submission() -> bytes:
    return subs.make_submission(
        form_key=FORM_KEY,
        version_hash=VERSION.hash,
        secrets=codes.return_secrets(V["codes"][1]["code"], WORKSPACE),
        answers=subs.SealedAnswers("{}", "en"),
        open_answers=OPEN_ANSWERS,
    )


def changed(raw: bytes, field: int, value: Any) -> bytes:
    """The signed object with another value in a field of what is signed."""
    outer: Any = decode(raw, limit=400_000)
    inner: Any = decode(outer[2], limit=400_000)
    return encode({**outer, 2: encode({**inner, field: value})})


def spoilt_pair(raw: bytes, which: int) -> bytes:
    outer: Any = decode(raw, limit=400_000)
    pair = list(outer[3])
    pair[which] = bytes([pair[which][0] ^ 1]) + pair[which][1:]
    return encode({**outer, 3: pair})
