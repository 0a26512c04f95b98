"""The same bytes for both implementations: mutated vectors, and what Python says of each.

`python -m tests.wire.differential SEED COUNT FILE` writes one JSON line for each: [kind, hex, verdict].
frontend/test/wire/differential.test.ts reads them and must say the same.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cbor2

from comms.wire import (
    bodies,
    drafts,
    envelopes,
    epochs,
    guests,
    history,
    identity,
    leaving,
    notes,
    padding,
    recovery,
    tlog,
    vault,
)
from comms.wire.cbor import decode, encode
from comms.wire.errors import WireError
from comms.wire.keys import read_public_keys
from tests.wire.vectors import load

h = bytes.fromhex
Read = Callable[[bytes], bytes]
ODD: tuple[Any, ...] = (
    0, 1, 23, 24, 255, 256, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**63, -1, True, False, None, 1.5,
    b"", b"\x00" * 16, b"\x00" * 32, b"\xff" * 32, "", "\ufeffa", "\x00", "a/b", "..", "é", "e\u0301",
    "\u2028", "\U0001f600", "x" * 300, "é" * 128, [], {}, [0, b""], {0: 1}, {24: 1}, {"a": 1}, {True: 1},
)  # fmt: skip


SMALL = (
    "00" * 32, "00" * 31 + "80", "01" + "00" * 31, "01" + "00" * 30 + "80", "02" + "00" * 31,
    *(low + "ff" * 30 + top for low in ("eb", "ec", "ed", "ee", "ef") for top in ("7f", "ff")),
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
)  # fmt: skip


def _cbor(data: bytes) -> bytes:
    return encode(decode(data, limit=2**20))


def _note(data: bytes) -> bytes:
    note = notes.read_note(data)
    return notes.encode_note(note.text, note.signatures)


def _checkpoint(data: bytes) -> bytes:
    found = notes.read_checkpoint_text(_text(data))
    return f"{found.origin} {found.size} {found.root.hex()}".encode()


def _draft(data: bytes) -> bytes:
    found = drafts.decode_draft(data)
    parts = (found.text.encode(), str(found.written_at).encode(), found.reply_to or b"-")
    return b"|".join((*parts, found.edits or b"-"))


def _leave(data: bytes) -> bytes:
    found = leaving.read_leave_notice(data)
    people = found.thread.bytes + found.member.bytes
    return people + found.fingerprint + found.epoch + str(found.made_at).encode()


def _keys(data: bytes) -> bytes:
    return read_public_keys(decode(data, limit=2**20)).fingerprint


def _leaf(data: bytes) -> bytes:
    found = tlog.read_identity_leaf(data)
    return found.user_hash + str(found.number).encode() + found.entry_hash


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise WireError("malformed", "not text") from error


def _fragment(data: bytes) -> bytes:
    return b"".join(guests.read_fragment(_text(data)))


def _about(data: bytes) -> bytes:
    found = epochs.read_about(data)
    return found.title.encode() + b"|" + b"".join(found.pins)


READERS: dict[str, Read] = {
    "cbor": _cbor,
    "entry": lambda data: identity.read_entry(data).hash,
    "record": lambda data: epochs.read_record(data).hash,
    "upload": lambda data: epochs.read_upload(data).record.hash,
    "tbs": lambda data: epochs.read_tbs(data).encode(),
    "about": _about,
    "envelope": lambda data: envelopes.read_envelope(data).hash,
    "header": lambda data: envelopes.read_header(data).encode(),
    "body": lambda data: bodies.encode_body(bodies.decode_body(data)),
    "draft": _draft,
    "grant": lambda data: history.encode_grant(history.decode_grant(data)),
    "leave": _leave,
    "keys": _keys,
    "challenge": lambda data: guests.encode_challenge(guests.decode_challenge(data)),
    "contents": lambda data: vault.encode_contents(vault.decode_contents(data)),
    "vault": lambda data: str(vault.read_vault(data).number).encode(),
    "wrap": lambda data: vault.read_wrap(data).id,
    "padding": padding.unpad,
    "note": _note,
    "checkpoint": _checkpoint,
    "verifier": lambda data: notes.read_verifier(_text(data)).name.encode(),
    "fragment": _fragment,
    "code": lambda data: recovery.parse_code(_text(data)),
    "leaf": _leaf,
}


def seeds() -> list[tuple[str, bytes]]:
    """Valid examples of each kind."""
    thread, kept, log = load("thread"), load("vault"), load("tlog")
    found: list[tuple[str, bytes]] = []
    for epoch in thread["epochs"]:
        record = h(epoch["record"])
        tbs = epochs.read_record(record).tbs_raw
        found += [("record", record), ("upload", h(epoch["upload"])), ("tbs", tbs)]
    for row in thread["envelopes"]:
        raw = h(row["envelope"])
        found += [("envelope", raw), ("header", envelopes.read_envelope(raw).header_raw)]
    found += [("body", h(row["hex"])) for row in load("bodies")["bodies"]]
    found += [("entry", h(row["entry"])) for row in load("identity")["entries"]]
    found += [("cbor", h(row["hex"])) for row in load("cbor")["accepted"]]
    found += [("cbor", h(row["hex"])) for row in load("cbor")["refused"]]
    found += [("padding", h(row["padded"])) for row in load("padding")["padded"]]
    found += [("wrap", h(row["wrap"])) for row in kept["wraps"]]
    found += [("note", one["bare"].encode()) for one in log["checkpoints"]]
    for one in log["checkpoints"]:
        found.append(("checkpoint", notes.read_note(one["bare"].encode()).text.encode()))
    for row in load("keys"):
        parts = [h(row["ed25519"]), h(row["mldsa"]), h(row["xwing"])]
        found.append(("keys", encode(parts)))
        for point in SMALL:
            weak = [bytes.fromhex(point), parts[1], parts[2][:1184] + bytes.fromhex(point)]
            found += [
                ("keys", encode([weak[0], *parts[1:]])),
                ("keys", encode([*parts[:2], weak[2]])),
            ]
        for place, number in (
            (0, b"\x01\x0d"),
            (0, b"\x00\x0d"),
            (1149, b"\x01\x1d\xd0"),
            (1149, b"\x01\x00\xd0"),
        ):
            out = parts[2][:place] + number + parts[2][place + len(number) :]
            found.append(("keys", encode([*parts[:2], out])))
    draft = encode({0: 20, 1: 1, 2: "text", 3: bytes(32), 5: 7})
    return [
        *found,
        ("vault", h(kept["vault"])),
        ("contents", h(kept["contents"])),
        ("grant", h(load("grant")["grant"])),
        ("leave", h(load("leaving")["notice"])),
        ("challenge", h(load("guests")["challenge"])),
        ("about", encode({0: 9, 1: 1, 2: "Ceasefire", 3: [bytes(32)]})),
        ("draft", draft),
        ("verifier", log["log"].encode()),
        ("verifier", log["witness"].encode()),
        ("fragment", guests.encode_fragment(bytes(range(32)), bytes(range(32, 64))).encode()),
        ("code", recovery.format_code(bytes(range(16))).encode()),
        ("leaf", h(log["leaves"][0]) if len(log["leaves"][0]) > 64 else bytes(73)),
    ]


def verdict(kind: str, data: bytes) -> str:
    """`ok` with a hash of what was read, or the code of the refusal."""
    try:
        return "ok " + hashlib.sha256(READERS[kind](data)).hexdigest()[:16]
    except WireError as error:
        return error.code


def mutants(seed: int, count: int) -> list[tuple[str, bytes]]:
    """`count` of them, the same for the same seed."""
    draw = random.Random(seed)
    good = seeds()
    by_kind = sorted({kind for kind, _ in good})
    found: list[tuple[str, bytes]] = list(good)
    while len(found) < count:
        kind = draw.choice(by_kind)
        data = draw.choice([each for name, each in good if name == kind])
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            data = _mutated(draw, data)
        found.append((kind, data[:200_000]))
    return found


def _mutated(draw: random.Random, data: bytes) -> bytes:
    if draw.random() < 0.6:
        try:
            value = cbor2.loads(data)
            return cbor2.dumps(_changed(draw, value), canonical=draw.random() < 0.8)
        except Exception:  # noqa: S110 -- not CBOR any more, or what CBOR doesn't hold: bytes are changed
            pass
    at = draw.randrange(len(data) + 1)
    how = draw.randrange(6)
    if how == 0 and at < len(data):
        return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
    if how == 1:
        return data[:at]
    if how == 2:
        return data[:at] + draw.randbytes(draw.randrange(1, 5)) + data[at:]
    if how == 3:
        return data[:at] + data[at + 1 :]
    if how == 4:
        odd = draw.choice(
            (
                " ",
                "\n",
                "\r\n",
                "\u00a0",
                "\ufeff",
                "\u2014 ",
                "0",
                "+",
                "=",
                "-",
                "O",
                "l",
                "\u0661",
            )
        )
        return data[:at] + odd.encode() + data[at:]
    return data + data[at:]


def _changed(draw: random.Random, value: Any) -> Any:
    """Somewhere in it something else."""
    if isinstance(value, bytes) and len(value) > 3 and draw.random() < 0.5:
        return _mutated(draw, value)
    if isinstance(value, list) and value and draw.random() < 0.85:
        items = list(value)
        at = draw.randrange(len(items))
        how = draw.randrange(6)
        if how == 0:
            del items[at]
        elif how == 1:
            items.insert(at, draw.choice(items))
        elif how == 2:
            items[at], items[-1] = items[-1], items[at]
        else:
            items[at] = _changed(draw, items[at])
        return items
    if isinstance(value, dict) and value and draw.random() < 0.9:
        fields = dict(value)
        key = draw.choice(list(fields))
        how = draw.randrange(7)
        if how == 0:
            del fields[key]
        elif how == 1:
            fields[draw.randrange(26)] = draw.choice(ODD)
        elif how == 2:
            other = draw.choice(list(fields))
            fields[key], fields[other] = fields[other], fields[key]
        else:
            fields[key] = _changed(draw, fields[key])
        return fields
    if type(value) is int and draw.random() < 0.5:
        return value + draw.choice((-1, 1))
    if isinstance(value, str) and draw.random() < 0.5:
        at = draw.randrange(len(value) + 1)
        return (
            value[:at]
            + str(draw.choice(("\x00", "/", "\ufeff", "é", "\U0001f600", "x" * 200)))
            + value[at:]
        )
    return draw.choice(ODD)


def write(seed: int, count: int, file: Path) -> None:
    """One line for each."""
    with file.open("w") as out:
        for kind, data in mutants(seed, count):
            out.write(json.dumps([kind, data.hex(), verdict(kind, data)]) + "\n")


if __name__ == "__main__":
    write(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
