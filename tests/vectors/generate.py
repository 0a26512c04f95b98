"""Writes tests/vectors/*.json: `python -m tests.vectors.generate`, or only the named: `… bodies draft`.

Everything here is made by comms.wire from seeds that are hashes of names. ML-DSA signatures, wraps
and salts are random, so a new run gives other bytes of the same meaning; commit a new run only when
the format changes. Both test suites read the files. All byte strings are hex.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from comms.wire import (
    argon,
    bodies,
    drafts,
    envelopes,
    epoch_making,
    epochs,
    files,
    guests,
    history,
    hpke,
    identity,
    leaving,
    notes,
    padding,
    recovery,
    safety,
    seal,
    sign,
    tlog,
    vault,
)
from comms.wire.cbor import decode, encode
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds
from comms.wire.roster import MayAdd, Policy, Role, RosterRow
from comms.wire.transcript import Head
from tests.vectors.described import described_body
from tests.vectors.forms import form_vectors

HERE = Path(__file__).parent
NOW = 1_795_339_200_000  # 2026-11-22T08:00:00Z, in milliseconds


def named(name: str) -> bytes:
    """32 bytes that anyone can compute again: SHA-256 of the name."""
    return sha256(b"vector/" + name.encode())


def seeds_of(name: str) -> IdentitySeeds:
    return IdentitySeeds(named(name + "/ed25519"), named(name + "/mldsa"), named(name + "/xwing"))


def user_of(name: str) -> UUID:
    return UUID(bytes=named(name + "/user")[:16], version=4)


PEOPLE = ("anna", "boris", "chidi", "guest")
THREAD = UUID(bytes=named("thread")[:16], version=4)


def cbor_vectors() -> dict[str, Any]:
    values: list[Any] = [
        0,
        23,
        24,
        255,
        256,
        65535,
        65536,
        2**32 - 1,
        2**32,
        2**53 - 1,
        True,
        False,
        b"",
        b"\x00" * 24,
        "",
        "ü🕊سلام",
        [],
        [1, [2, [3]]],
        {},
        {0: 1, 1: b"x", 23: "y"},
        {2: {0: []}},
    ]
    refused = {
        "": "nothing",
        "1800": "number not in its shortest form",
        "1817": "number not in its shortest form",
        "1900ff": "number not in its shortest form",
        "1a0000ffff": "number not in its shortest form",
        "1b00000000ffffffff": "number not in its shortest form",
        "1b0020000000000000": "number of 2^53",
        "20": "negative number",
        "f6": "null",
        "f7": "undefined",
        "f97c00": "float",
        "fb3ff0000000000000": "float",
        "f818": "simple value",
        "c11a514b67b0": "tag",
        "d81c00": "tag",
        "5fff": "indefinite bytes",
        "7fff": "indefinite text",
        "9fff": "indefinite array",
        "bfff": "indefinite map",
        "580100": "length not in its shortest form",
        "62c328": "text that is not UTF-8",
        "63eda080": "text with a lone surrogate",
        "41": "ends too early",
        "82": "ends too early",
        "a100": "ends too early",
        "9b001fffffffffffff": "an array that cannot fit",
        "5b001fffffffffffff": "bytes that cannot fit",
        "0000": "bytes after the end",
        "a201000000": "map keys out of order",
        "a200000000": "a map key twice",
        "a1181800": "a map key of 24",
        "a1613000": "a text map key",
        "a12000": "a negative map key",
        "81" * 9 + "00": "too deep",
    }
    return {
        "accepted": [{"hex": encode(value).hex()} for value in values],
        "refused": [{"hex": data, "why": why} for data, why in refused.items()],
    }


def padding_vectors() -> dict[str, Any]:
    lengths = [0, 1, 252, 253, 256, 257, 300, 1000, 4096, 4097, 20_000, 65_536, 1_000_000]
    data = b"a short text"
    good = padding.pad(data)
    return {
        "padme": [[length, padding.padme(length)] for length in lengths],
        "padded": [
            {"data": one.hex(), "padded": padding.pad(one).hex()}
            for one in (b"", data, bytes(253), bytes(range(256)))
        ],
        "refused": [
            bad.hex()
            for bad in (
                b"",
                bytes(255),
                good[:-1],
                good + b"\0",
                good[:-1] + b"\1",
                b"\xff\xff\xff\xff" + bytes(252),
                (253).to_bytes(4, "big") + bytes(252),
            )
        ],
    }


def seal_vectors() -> list[dict[str, str]]:
    cases = [
        ("comms/v1/envelope", b"context", b""),
        ("comms/v1/envelope", b"", b"a short text"),
        ("comms/v1/vault", bytes(300), bytes(range(256)) * 8),
    ]
    return [
        {
            "key": named(f"seal/{n}").hex(),
            "salt": named(f"salt/{n}").hex(),
            "label": label,
            "context": context.hex(),
            "plaintext": plaintext.hex(),
            "box": seal.unsafe_seal_with_salt(
                named(f"seal/{n}"), label, context, plaintext, named(f"salt/{n}")
            ).hex(),
        }
        for n, (label, context, plaintext) in enumerate(cases)
    ]


def key_vectors() -> list[dict[str, str]]:
    rows = []
    for name in PEOPLE:
        seeds = seeds_of(name)
        message = encode([name, 1])
        pair = seeds.sign_pair("comms/v1/identity", message)
        sign.verify_mldsa(seeds.public.mldsa, "comms/v1/identity", message, pair.mldsa)
        rows.append(
            {
                "name": name,
                "user": str(user_of(name)),
                "ed25519_seed": seeds.ed25519.hex(),
                "mldsa_seed": seeds.mldsa.hex(),
                "xwing_seed": seeds.xwing.hex(),
                "ed25519": seeds.public.ed25519.hex(),
                "mldsa": seeds.public.mldsa.hex(),
                "xwing": seeds.public.xwing.hex(),
                "fingerprint": seeds.public.fingerprint.hex(),
                "label": "comms/v1/identity",
                "message": message.hex(),
                "ed25519_signature": pair.ed25519.hex(),
                "mldsa_signature": pair.mldsa.hex(),
            }
        )
    return rows


def wrap_vectors() -> list[dict[str, str]]:
    seeds, info = seeds_of("anna"), encode(["comms/v1/epoch-key", THREAD.bytes, 1])
    return [
        {
            "xwing_seed": seeds.xwing.hex(),
            "info": info.hex(),
            "secret": secret.hex(),
            "wrap": hpke.wrap(seeds.public.xwing, info, secret).hex(),
        }
        for secret in (named("secret"), b"", bytes(100))
    ]


def identity_vectors() -> dict[str, Any]:
    user, one, two, three = user_of("anna"), *(seeds_of(n) for n in ("anna", "anna2", "anna3"))
    first = identity.read_entry(identity.make_entry(user=user, made_at=NOW, seeds=one))
    successor = identity.read_entry(
        identity.make_entry(user=user, made_at=NOW + 1, seeds=two, after=first, old_seeds=one)
    )
    reset = identity.read_entry(
        identity.make_entry(user=user, made_at=NOW + 2, seeds=three, after=successor)
    )
    chain = (first, successor, reset)
    leaves = [tlog.identity_leaf(user, e.number, e.hash) for e in chain]
    hashes = [tlog.leaf_hash(leaf) for leaf in leaves]
    return {
        "entries": [
            {
                "entry": e.raw.hex(),
                "user": str(e.user),
                "number": e.number,
                "kind": int(e.kind),
                "previous": e.previous.hex(),
                "fingerprint": e.keys.fingerprint.hex(),
                "made_at": e.made_at,
                "hash": e.hash.hex(),
                "leaf": leaf.hex(),
                "leaf_hash": leaf_hash.hex(),
            }
            for e, leaf, leaf_hash in zip(chain, leaves, hashes, strict=True)
        ],
        "tree_hashes": [tlog.tree_hash(hashes[:n]).hex() for n in range(4)],
    }


def vault_vectors() -> dict[str, Any]:
    user, seeds, key = user_of("anna"), seeds_of("anna"), named("vault key")
    contents = vault.VaultContents(
        seeds=seeds,
        number=1,
        entry_hash=named("entry"),
        old_xwing=((named("old fingerprint"), named("old seed")),),
        pins=(
            vault.Pin(user_of("boris"), named("pin"), 1, vault.PinState.UNVERIFIED, NOW),
            vault.Pin(user_of("chidi"), named("pin2"), 2, vault.PinState.VERIFIED, NOW),
        ),
        heads=(vault.ThreadHead(THREAD, 1, named("epoch"), Head(7, named("t"))),),
        preferences=b"opaque",
    )
    parameters = argon.Argon2(salt=named("salt")[:16])
    wrap_keys = {
        vault.WrapKind.PASSPHRASE: argon.passphrase_keys("correct horse", parameters).wrap_key,
        vault.WrapKind.PASSKEY: recovery.passkey_wrap_key(named("prf")),
        vault.WrapKind.RECOVERY_CODE: recovery.recovery_wrap_key(named("recovery")[:19]),
    }
    return {
        "user": str(user),
        "key": key.hex(),
        "number": 3,
        "contents": vault.encode_contents(contents).hex(),
        "vault": vault.make_vault(user=user, number=3, key=key, contents=contents).hex(),
        "wraps": [
            {
                "kind": int(kind),
                "wrap_key": wrap_key.hex(),
                "wrap": vault.make_wrap(
                    user=user,
                    kind=kind,
                    id=named(f"wrap/{int(kind)}")[:16],
                    wrap_key=wrap_key,
                    key=key,
                    argon2=parameters if kind is vault.WrapKind.PASSPHRASE else None,
                ).hex(),
            }
            for kind, wrap_key in wrap_keys.items()
        ],
    }


def derive_vectors() -> dict[str, Any]:
    salt = named("salt")[:16]
    phrases = ["correct horse", "Gr\u00fc\u00dfe \ufb01ne \u2460", "\u0633\u0644\u0627\u0645"]
    rows = []
    for phrase in phrases:
        keys = argon.passphrase_keys(phrase, argon.Argon2(salt=salt))
        rows.append(
            {
                "passphrase": phrase,
                "memory": 65_536,
                "passes": 3,
                "lanes": 1,
                "salt": salt.hex(),
                "sign_in_secret": keys.sign_in_secret,
                "wrap_key": keys.wrap_key.hex(),
            }
        )
    secret = named("recovery")[:19]
    return {
        "passphrases": rows,
        "weak": [[65_535, 3, 1], [65_536, 2, 1], [65_536, 3, 0], [8, 1, 1]],
        "beyond": [[2_000_000, 3, 1], [65_536, 17, 1], [65_536, 3, 9]],
        "prf_salt": recovery.prf_salt().hex(),
        "prf": {
            "output": named("prf").hex(),
            "wrap_key": recovery.passkey_wrap_key(named("prf")).hex(),
        },
        "recovery": {
            "secret": secret.hex(),
            "code": recovery.format_code(secret),
            "wrap_key": recovery.recovery_wrap_key(secret).hex(),
        },
    }


def thread_vectors() -> dict[str, Any]:
    """Two epochs and three envelopes: anna opens, boris posts, anna removes chidi and posts on."""
    publics = {user_of(n): seeds_of(n).public for n in PEOPLE}
    roles = dict(zip(PEOPLE, (Role.OWNER, Role.MEMBER, Role.OBSERVER, Role.GUEST), strict=True))
    rows = [
        RosterRow(
            user_of(n),
            seeds_of(n).public.fingerprint,
            roles[n],
            NOW + 86_400_000 if n == "guest" else 0,
        )
        for n in PEOPLE
    ]
    common: dict[str, Any] = {
        "thread": THREAD,
        "author": user_of("anna"),
        "seeds": seeds_of("anna"),
        "keys": publics,
        "policy": Policy(MayAdd.OWNERS_AND_MEMBERS, 2_592_000, True, False),
        "checkpoint": checkpoint(),
    }
    one = epoch_making.make_epoch(
        **common,
        before=None,
        roster=rows,
        about=epochs.About("Ceasefire talks · محادثات"),
        start=Head(),
        made_at=NOW,
    )
    head = Head()
    sent: list[dict[str, Any]] = []

    def post(name: str, epoch: epoch_making.NewEpoch, counter: int, body: bodies.TextBody) -> None:
        nonlocal head
        header = envelopes.Header(
            thread=THREAD,
            epoch=epoch.record.hash,
            sender=user_of(name),
            client=named(name + "/client")[:16],
            counter=counter,
            written_at=NOW + counter,
            seen=head,
        )
        raw = envelopes.make_envelope(header, body, key=epoch.key, seeds=seeds_of(name))
        envelope = envelopes.read_envelope(raw)
        head = head.after(envelope.hash)
        sent.append(
            {
                "envelope": raw.hex(),
                "header": envelope.header_raw.hex(),
                "sender": name,
                "epoch": epoch.record.tbs.number,
                "counter": counter,
                "seen_seq": header.seen.seq if header.seen else None,
                "text": body.text,
                "reply_to": body.reply_to.hex() if body.reply_to else None,
                "mentions": [str(m) for m in body.mentions],
                "hash": envelope.hash.hex(),
                "seq": head.seq,
                "t": head.t.hex(),
            }
        )

    post("anna", one, 1, bodies.TextBody("Good morning."))
    post("boris", one, 1, bodies.TextBody("صباح الخير", bytes.fromhex(sent[0]["hash"])))
    two = epoch_making.make_epoch(
        **common,
        before=one.record,
        roster=[row for row in rows if row.member != user_of("chidi")],
        about=epochs.About("Ceasefire talks", (bytes.fromhex(sent[0]["hash"]),)),
        start=head,
        made_at=NOW + 10,
    )
    post("anna", two, 2, bodies.TextBody("Only us now.", mentions=(user_of("boris"),)))
    fields = decode(one.record.tbs_raw, limit=epochs.LIMIT)
    assert isinstance(fields, dict)
    return {
        "thread": str(THREAD),
        "epochs": [
            {
                "upload": epoch.upload.hex(),
                "record": epoch.record.raw.hex(),
                "key": epoch.key.hex(),
                "hash": epoch.record.hash.hex(),
                "tag": epoch.record.tag.hex(),
                "number": epoch.record.tbs.number,
                "start_seq": epoch.record.tbs.start.seq,
                "title": epochs.open_about(epoch.record, epoch.key).title,
                "roster": [
                    [str(r.member), r.fingerprint.hex(), int(r.role), r.expires]
                    for r in epoch.record.tbs.roster
                ],
            }
            for epoch in (one, two)
        ],
        "history": {
            "epoch": 1,
            "recipient": "boris",
            "wrap": epoch_making.wrap_history(one.record, one.key, seeds_of("boris").public).hex(),
        },
        "envelopes": sent,
        # The author's checkpoint of the identity log is never left out.
        "refused": [
            {
                "why": "a record without a checkpoint",
                "tbs": encode({**fields, 7: b""}).hex(),
            }
        ],
    }


def body_vectors() -> dict[str, Any]:
    """Every kind of body, with and without what is optional, and what no reader may take."""
    target, boris, chidi = named("target"), user_of("boris"), user_of("chidi")
    preview = bodies.Preview(bodies.PreviewType.JPEG, 320, 200, named("preview"))
    file = bodies.FileBody(
        blob=UUID(bytes=named("blob")[:16], version=4),
        key=named("file key"),
        name="Map of the crossing · خريطة.pdf",
        media_type="application/pdf",
        size=bodies.FILE_LIMIT,
        sha256=named("content"),
    )
    made: list[bodies.Body] = [
        bodies.TextBody("Good morning."),
        bodies.TextBody("صباح **الخير** 🕊", target, (boris, chidi)),
        bodies.EditBody(target, "Good evening."),
        bodies.EditBody(target, "Good evening.", (boris,)),
        bodies.DeletionBody(target),
        bodies.ReactionBody(target, "👍🏽"),
        bodies.ReactionBody(target, "👍🏽", is_set=False),
        bodies.ReceiptBody(Head(7, named("t"))),
        bodies.PinBody(target),
        bodies.PinBody(target, is_set=False),
        file,
        replace(file, size=0, preview=preview, text="Look", reply_to=target, mentions=(boris,)),
        bodies.TypingBody(is_typing=True),
        bodies.TypingBody(is_typing=False),
        bodies.IntroductionBody("Amal · أمل"),
    ]
    described = [described_body(body) | {"hex": bodies.encode_body(body).hex()} for body in made]
    refused: list[tuple[str, Any]] = [
        ("a type to come", {0: 39, 1: 1}),
        ("another version", {0: 32, 1: 2, 2: "x"}),
        ("no text", {0: 32, 1: 1, 2: ""}),
        ("a text too long", {0: 32, 1: 1, 2: "x" * 32_769}),
        ("an unknown field", {0: 34, 1: 1, 2: target, 3: 1}),
        ("a short target", {0: 34, 1: 1, 2: target[:31]}),
        ("a flag of two", {0: 35, 1: 1, 2: target, 3: "x", 4: 2}),
        ("a flag that is true", {0: 35, 1: 1, 2: target, 3: "x", 4: True}),
        ("an emoji too long", {0: 35, 1: 1, 2: target, 3: "x" * 65, 4: 1}),
        ("a name with a path", {0: 38, 1: 1, 2: _file_row("../x")}),
        ("a name with another path", {0: 38, 1: 1, 2: _file_row("a\\b")}),
        ("a name that is a place", {0: 38, 1: 1, 2: _file_row("..")}),
        ("a name with a newline", {0: 38, 1: 1, 2: _file_row("a\nb")}),
        ("a file too large", {0: 38, 1: 1, 2: _file_row("x", bodies.FILE_LIMIT + 1)}),
        ("half a preview", {0: 38, 1: 1, 2: _file_row("x"), 6: [1, 2]}),
        ("a preview of a new type", {0: 38, 1: 1, 2: _file_row("x"), 6: [4, 1, 1, b"x"]}),
        ("a name too long", {0: 44, 1: 1, 2: "x" * 201}),
    ]
    return {
        "bodies": described,
        "refused": [{"why": why, "hex": encode(value).hex()} for why, value in refused],
    }


def _file_row(name: str, size: int = 1) -> list[Any]:
    return [named("blob")[:16], named("key"), name, "text/plain", size, named("content")]


def grant_vectors() -> dict[str, Any]:
    boris = seeds_of("boris").public
    wraps = {
        number: hpke.wrap(boris.xwing, encode(["comms/v1/history", number]), named(f"key {number}"))
        for number in (1, 2, 300)
    }
    grant = history.HistoryGrant(THREAD, user_of("boris"), boris.fingerprint, wraps)
    return {
        "thread": str(THREAD),
        "member": str(user_of("boris")),
        "fingerprint": boris.fingerprint.hex(),
        "wraps": {str(number): wrap.hex() for number, wrap in wraps.items()},
        "grant": history.encode_grant(grant).hex(),
    }


def leaving_vectors() -> dict[str, Any]:
    """Boris leaves; Chidi, who owns nothing, makes the epoch without him."""
    names = ("anna", "boris", "chidi")
    rows = [
        RosterRow(
            user_of(name),
            seeds_of(name).public.fingerprint,
            Role.OWNER if name == "anna" else Role.MEMBER,
        )
        for name in names
    ]
    common: dict[str, Any] = {
        "thread": THREAD,
        "keys": {user_of(name): seeds_of(name).public for name in names},
        "policy": Policy(),
        "about": epochs.About("A title"),
        "start": Head(),
        "checkpoint": checkpoint(),
    }
    one = epoch_making.make_epoch(
        **common,
        before=None,
        author=user_of("anna"),
        seeds=seeds_of("anna"),
        roster=rows,
        made_at=NOW,
    )
    notice = leaving.make_leave_notice(
        thread=THREAD,
        member=user_of("boris"),
        epoch=one.record.hash,
        made_at=NOW + 1,
        seeds=seeds_of("boris"),
    )
    two = epoch_making.make_epoch(
        **common,
        before=one.record,
        author=user_of("chidi"),
        seeds=seeds_of("chidi"),
        roster=[row for row in rows if row.member != user_of("boris")],
        made_at=NOW + 2,
        leaves=(leaving.read_leave_notice(notice),),
    )
    return {
        "thread": str(THREAD),
        "member": str(user_of("boris")),
        "made_at": NOW + 1,
        "notice": notice.hex(),
        "records": [one.record.raw.hex(), two.record.raw.hex()],
        "hashes": [one.record.hash.hex(), two.record.hash.hex()],
    }


def safety_vectors() -> list[dict[str, Any]]:
    pairs = (("anna", "boris"), ("boris", "anna"), ("anna", "chidi"), ("guest", "chidi"))
    return [
        {
            "sides": [[str(user_of(n)), seeds_of(n).public.fingerprint.hex()] for n in pair],
            "number": safety.safety_number(*(_side(name) for name in pair)),
            "code": safety.safety_code(*(_side(name) for name in pair)),
        }
        for pair in pairs
    ]


def _side(name: str) -> safety.Side:
    return user_of(name), seeds_of(name).public.fingerprint


def guest_vectors() -> dict[str, Any]:
    rows = []
    for fragment, code in ((named("link"), ""), (named("link"), " 4711 "), (named("2"), "ｶﾞ 7")):
        seeds = guests.guest_seeds(fragment, code)
        rows.append(
            {
                "fragment": fragment.hex(),
                "code": code,
                "seeds": [seeds.ed25519.hex(), seeds.mldsa.hex(), seeds.xwing.hex()],
                "fingerprint": seeds.public.fingerprint.hex(),
            }
        )
    seeds = guests.guest_seeds(named("link"))
    challenge = guests.GuestChallenge(
        THREAD,
        user_of("guest"),
        seeds.public.fingerprint,
        named("nonce"),
        "https://talks.example.org",
    )
    return {
        "links": rows,
        "challenge": guests.encode_challenge(challenge).hex(),
        "nonce": challenge.nonce.hex(),
        "origin": challenge.origin,
        "signature": guests.sign_challenge(challenge, seeds).hex(),
    }


def draft_vectors() -> dict[str, Any]:
    seed = seeds_of("anna").xwing
    draft = drafts.Draft("Half a sent · نصف", NOW, reply_to=named("target"))
    key = drafts.draft_key(seed)
    box = drafts.seal_draft(key, user=user_of("anna"), thread=THREAD, number=3, draft=draft)
    return {
        "xwing_seed": seed.hex(),
        "key": key.hex(),
        "user": str(user_of("anna")),
        "thread": str(THREAD),
        "number": 3,
        "box": box.hex(),
        "text": draft.text,
        "written_at": draft.written_at,
        "reply_to": named("target").hex(),
    }


def file_vectors() -> dict[str, Any]:
    key = named("file")
    cases = [(0, b"", True), (0, b"one chunk", True), (3, b"the last of four", True)]
    full = files.seal_chunk(key, 1, bytes(files.CHUNK_SIZE), final=False)
    return {
        "key": key.hex(),
        "chunks": [
            {
                "index": index,
                "final": final,
                "data": data.hex(),
                "sealed": files.seal_chunk(key, index, data, final=final).hex(),
            }
            for index, data, final in cases
        ],
        "full_chunk_of_zeros": {"index": 1, "sha256": sha256(full).hex()},
    }


def checkpoint() -> bytes:
    """What authors of these epochs have seen of the identity log."""
    seen = notes.Checkpoint("log.example/identities", 1, tlog.leaf_hash(named("leaf/0")))
    return notes.sign_checkpoint(seen, named("log"))


def tlog_vectors() -> dict[str, Any]:
    edge = tlog.Edge()
    stored: dict[tuple[int, int], bytes] = {}
    leaves = [named(f"leaf/{n}") for n in range(33)]
    for leaf in leaves:
        for level, index, digest in edge.append(tlog.leaf_hash(leaf)):
            stored[level, index] = digest

    def node(level: int, index: int) -> bytes:
        return stored[level, index]

    sizes = (1, 2, 3, 5, 8, 13, 16, 17, 21, 32, 33)
    seed, origin = named("log"), "log.example/identities"
    witness = notes.witness_verifier("witness.example/w1", named("witness"))
    texts = []
    for size in sizes:
        checkpoint = notes.Checkpoint(origin, size, tlog.root_of(size, node))
        signed = notes.sign_checkpoint(checkpoint, seed)
        line = notes.cosign(signed, name=witness.name, seed=named("witness"), time=NOW // 1000)
        both = notes.encode_note(checkpoint.text, [*notes.read_note(signed).signatures, line])
        texts.append({"size": size, "bare": signed.decode(), "cosigned": both.decode()})
    good = texts[3]["bare"]
    assert isinstance(good, str)
    refused = {
        good.replace("\n5\n", "\n05\n"): "a size not in its shortest form",
        good.replace("\n5\n", "\n6\n"): "another size than was signed",
        good.replace("=\n\n", "=\nmore\n\n"): "an extension line",
        good.replace("\n\n", "\n"): "no empty line",
        good[:-1]: "no line feed at the end",
        good + good.split("\n\n")[1]: "the same signature twice",
        good.replace("\u2014 ", "-- "): "another dash",
        good.replace("log.example", "other.example"): "another log",
        good.replace("\n", "\r\n"): "control characters",
        good.split("\n\n")[0] + "\n\n": "no signature",
    }
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "seed": seed.hex(),
        "log": str(notes.log_verifier(origin, seed)),
        "witness": str(witness),
        "witnessed_at": NOW // 1000,
        "checkpoints": texts,
        "refused": [{"note": text, "why": why} for text, why in refused.items()],
        "inclusion": [
            {
                "index": index,
                "size": size,
                "path": [one.hex() for one in tlog.prove_inclusion(index, size, node)],
            }
            for size in sizes
            for index in sorted({0, size // 3, size // 2, size - 1})
        ],
        "consistency": [
            {
                "first": first,
                "second": second,
                "proof": [one.hex() for one in tlog.prove_consistency(first, second, node)],
            }
            for first in sizes
            for second in sizes
            if first <= second
        ],
    }


def main() -> None:
    parts: dict[str, Callable[[], Any]] = {
        "cbor": cbor_vectors,
        "padding": padding_vectors,
        "seal": seal_vectors,
        "keys": key_vectors,
        "wraps": wrap_vectors,
        "identity": identity_vectors,
        "vault": vault_vectors,
        "derive": derive_vectors,
        "thread": thread_vectors,
        "files": file_vectors,
        "tlog": tlog_vectors,
        "bodies": body_vectors,
        "grant": grant_vectors,
        "guests": guest_vectors,
        "draft": draft_vectors,
        "leaving": leaving_vectors,
        "safety": safety_vectors,
        "forms": lambda: form_vectors(checkpoint()),
    }
    for name in sys.argv[1:] or list(parts):
        make = parts[name]
        text = json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
