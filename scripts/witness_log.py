#!/usr/bin/env python3
"""Watch the public log of an Entente deployment, without Entente: Python and `cryptography` are enough.

    python3 witness_log.py key NAME          make witness.key, print the key to register
    python3 witness_log.py check ADDRESS     check that the log extends what was seen before
    python3 witness_log.py cosign ADDRESS    the same, then co-sign it (C2SP cosignature/v1)

Remembers the log's key and the last checkpoint in witness.seen. Ends with 0 when all is well, 1 when not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY, SEEN = Path("witness.key"), Path("witness.seen")
LIMIT = 1_000_000


class BrokenError(Exception):
    """What doesn't fit."""


class RefusedError(Exception):
    """What the server says no to, in its words."""


def said(answer: bytes) -> str:
    """The sentence of a problem (RFC 9457); nothing in it can steer a terminal. Empty if there is none."""
    try:
        sentence = str(json.loads(answer)["detail"])
    except (ValueError, KeyError, TypeError):
        return ""
    return "".join(letter for letter in sentence[:300] if letter.isprintable())


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def verifier(name: str, kind: int, public: bytes) -> str:
    encoded = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{key_id(name, kind, public).hex()}+{encoded}"


def read_checkpoint(note: str, key: str) -> tuple[str, int, bytes]:
    """Text, size and root of a checkpoint that the log with this key signed. Raises BrokenError."""
    name, identity, encoded = key.split("+", 2)
    kind, public = base64.b64decode(encoded)[0], base64.b64decode(encoded)[1:]
    if kind != 1 or key_id(name, kind, public).hex() != identity:
        raise BrokenError("that is not the key of a log")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    origin, size, root, *rest = text.split("\n")
    if origin != name or rest != [""] or not size.isdigit():
        raise BrokenError("that is not a checkpoint of this log")
    for line in lines.splitlines():
        _dash, who, signature = line.split(" ")
        data = base64.b64decode(signature)
        if who == name and data[:4].hex() == identity:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(data[4:], text.encode())
            except InvalidSignature:
                raise BrokenError("the log's signature does not verify") from None
            return text, int(size), base64.b64decode(root)
    raise BrokenError("the log did not sign its checkpoint")


def check_grown(
    first: int, old_root: bytes, second: int, new_root: bytes, proof: list[bytes]
) -> None:
    """RFC 9162, 2.1.4.2. Raises BrokenError unless the second tree extends the first."""
    if first > second:
        raise BrokenError(f"the log shrank from {first} to {second} leaves")
    if first in (0, second):
        if proof or (first and old_root != new_root):
            raise BrokenError("another log of the same size than was seen before")
        return
    steps = [old_root, *proof] if first & (first - 1) == 0 else proof
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not steps:
        raise BrokenError("the proof is empty")
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BrokenError("the proof is too long")
        if at & 1 or at == last:
            old, new = sha256(b"\x01" + step + old), sha256(b"\x01" + step + new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = sha256(b"\x01" + new + step)
        at, last = at >> 1, last >> 1
    if last or old != old_root or new != new_root:
        raise BrokenError(
            f"the log of {second} leaves does not extend the one of {first} seen before"
        )


def fetch(address: str, body: bytes | None = None) -> bytes:
    if not address.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise BrokenError("the address must begin with https://")
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
        address, data=body, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            content: bytes = answer.read(LIMIT)
    except urllib.error.HTTPError as refusal:
        raise RefusedError(said(refusal.read(LIMIT)) or str(refusal)) from None
    return content


def check(address: str) -> tuple[str, int]:
    """Check the log against what was seen, and remember it. The checkpoint's text and size."""
    api = f"{address.rstrip('/')}/api/v1/ledger"
    key = fetch(f"{api}/key").decode().strip()
    note = fetch(f"{api}/checkpoint").decode()
    seen: dict[str, Any] = json.loads(SEEN.read_text()) if SEEN.is_file() else {}
    if seen.get("key", key) != key:
        raise BrokenError("the log has another key than was seen before")
    text, size, root = read_checkpoint(note, key)
    if seen:
        _text, first, old_root = read_checkpoint(seen["note"], key)
        proof: list[bytes] = []
        if 0 < first < size:
            found = json.loads(fetch(f"{api}/consistency?first={first}&second={size}"))
            proof = [base64.b64decode(one) for one in found["proof"]]
        check_grown(first, old_root, size, root, proof)
    fresh = SEEN.with_suffix(".new")
    fresh.write_text(json.dumps({"key": key, "note": note}))
    fresh.replace(SEEN)
    return text, size


def cosign(address: str) -> int:
    """Check, then leave a co-signature. The size that was signed."""
    kept = json.loads(KEY.read_text())
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(kept["seed"]))
    text, size = check(address)
    if size == 0:
        return 0
    now = int(time.time())
    signature = private.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
    identity = key_id(kept["name"], 4, private.public_key().public_bytes_raw())
    encoded = base64.b64encode(identity + now.to_bytes(8, "big") + signature).decode()
    line = f"\u2014 {kept['name']} {encoded}"
    body = json.dumps({"size": size, "cosignature": line}).encode()
    try:
        fetch(f"{address.rstrip('/')}/api/v1/ledger/cosignatures", body)
    except RefusedError as refusal:
        public = verifier(kept["name"], 4, private.public_key().public_bytes_raw())
        raise RefusedError(
            f"{refusal}\nThe log itself is good. Has an administrator there entered your key?\n{public}"
        ) from None
    return size


def make_key(name: str) -> str:
    """Make witness.key, for its owner's eyes only; the verifier key."""
    if not name or any(not "!" <= letter <= "~" or letter == "+" for letter in name):
        raise BrokenError("a name has printable ASCII letters without space and plus")
    private = Ed25519PrivateKey.generate()
    kept = {"name": name, "seed": base64.b64encode(private.private_bytes_raw()).decode()}
    with os.fdopen(os.open(KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(kept, file)
    return verifier(name, 4, private.public_key().public_bytes_raw())


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] not in {"key", "check", "cosign"}:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    order, given = sys.argv[1:]
    try:
        if order == "key":
            sys.stdout.write(f"{make_key(given)}\n")
        elif order == "check":
            sys.stdout.write(f"The log has {check(given)[1]} leaves and extends what was seen.\n")
        else:
            sys.stdout.write(f"Co-signed the log of {cosign(given)} leaves.\n")
    except RefusedError as refusal:
        sys.stderr.write(f"Refused: {refusal}\n")
        return 1
    except (BrokenError, OSError, KeyError, ValueError) as problem:
        sys.stderr.write(f"Broken: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
