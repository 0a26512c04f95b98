"""Signed notes, checkpoints of the log and co-signatures of witnesses.

C2SP signed-note, tlog-checkpoint and tlog-cosignature (cosignature/v1), with Ed25519 only. A note is text
whose signatures stand below an empty line; a checkpoint is a note that says which log, how many leaves
and which root; a co-signature adds when its witness saw that.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from comms.wire.cbor import MAX_INT
from comms.wire.errors import WireError
from comms.wire.hashing import same, sha256
from comms.wire.tlog import HASH_SIZE

LIMIT: Final = 64 * 1024
"""Bytes of a note with all its signatures."""

BARE_LIMIT: Final = 2048
"""Bytes of a checkpoint with the log's own signature alone, as vaults and epoch records keep it."""

MAX_SIGNATURES: Final = 100
ED25519: Final = 1
COSIGNATURE: Final = 4

_NAME_LIMIT: Final = 200
# Printable ASCII without the plus: narrower than the specification, and the same in every language.
_NAME = re.compile(r"[!-*,-~]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_HEAD: Final = "\u2014 "


class NoteSignature(NamedTuple):
    """One line below a note: who, the four bytes that name the key, and what the key made."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """`text` ends in a line feed and is what is signed."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True)
class Verifier:
    """A public key of a log (`kind` ED25519) or of a witness (COSIGNATURE), with its name."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind not in (ED25519, COSIGNATURE) or len(self.public) != 32:
            raise WireError("unsupported", "a key of another kind")

    @property
    def key_id(self) -> bytes:
        """Four bytes that signature lines name this key by."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public)[:4]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The signed text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Cosignature(NamedTuple):
    """A witness's word: at `time` (seconds since 1970) it had seen this checkpoint and nothing against it."""

    time: int
    signature: bytes


def check_name(name: str) -> None:
    """Raise WireError unless this can be the name of a key."""
    if len(name) > _NAME_LIMIT or not _NAME.fullmatch(name):
        raise WireError("malformed", "not the name of a key")


def read_verifier(text: str) -> Verifier:
    """A key from its string `name+id+key`. Raises WireError."""
    parts = text.split("+", 2)
    if len(text) > 2 * _NAME_LIMIT or len(parts) != 3:
        raise WireError("malformed", "not a verifier key")
    key = _unbase64(parts[2])
    if len(key) != 33:
        raise WireError("malformed", "not a verifier key")
    verifier = Verifier(parts[0], key[0], key[1:])
    if parts[1] != verifier.key_id.hex():
        raise WireError("malformed", "a verifier key whose id does not fit")
    return verifier


def log_verifier(origin: str, seed: bytes) -> Verifier:
    """The public half of a log's key."""
    return Verifier(origin, ED25519, _private(seed).public_key().public_bytes_raw())


def witness_verifier(name: str, seed: bytes) -> Verifier:
    """The public half of a witness's key."""
    return Verifier(name, COSIGNATURE, _private(seed).public_key().public_bytes_raw())


def encode_note(text: str, signatures: Sequence[NoteSignature]) -> bytes:
    """The note as it travels."""
    lines = [
        f"{_HEAD}{one.name} {base64.b64encode(one.key_id + one.signature).decode()}\n"
        for one in signatures
    ]
    return (text + "\n" + "".join(lines)).encode()


def read_note(data: bytes, *, limit: int = LIMIT) -> Note:
    """A note, its signatures not yet checked. Raises WireError."""
    if len(data) > limit:
        raise WireError("too-large", f"{len(data)} bytes, at most {limit}")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise WireError("malformed", "a note that is not UTF-8") from None
    if re.search(r"[\x00-\x09\x0b-\x1f]", whole):
        raise WireError("malformed", "a note with control characters")
    at = whole.rfind("\n\n")
    if at < 0 or not whole.endswith("\n"):
        raise WireError("malformed", "a note without signatures")
    lines = whole[at + 2 :].split("\n")[:-1]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise WireError("malformed", "a note with no signature, or too many")
    signatures = tuple(_signature_line(line) for line in lines)
    if len({(line.name, line.key_id) for line in signatures}) < len(signatures):
        raise WireError("malformed", "a note with two signatures by one key")
    return Note(whole[: at + 1], signatures)


def sign_note(text: str, name: str, seed: bytes) -> NoteSignature:
    """The Ed25519 signature line of a log (or of anybody) over `text`."""
    key = _private(seed)
    verifier = Verifier(name, ED25519, key.public_key().public_bytes_raw())
    return NoteSignature(name, verifier.key_id, key.sign(text.encode()))


def verify_note(note: Note, verifier: Verifier) -> None:
    """Raise WireError("signature") unless `verifier` signed the note."""
    if verifier.kind != ED25519:
        raise WireError("unsupported", "a witness does not sign for a log")
    line = line_of(note, verifier)
    if line is None:
        raise WireError("signature", f"{verifier.name} did not sign this")
    _verify(verifier, note.text.encode(), line.signature)


def sign_checkpoint(checkpoint: Checkpoint, seed: bytes) -> bytes:
    """The checkpoint as a note with the log's own signature."""
    return encode_note(checkpoint.text, [sign_note(checkpoint.text, checkpoint.origin, seed)])


def read_checkpoint_text(text: str) -> Checkpoint:
    """What the text of a checkpoint says. Extension lines are refused: our log has none."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise WireError("malformed", "not a checkpoint")
    origin, size, root = lines[:3]
    check_name(origin)
    digest = _unbase64(root)
    if not _SIZE.fullmatch(size) or int(size) > MAX_INT or len(digest) != HASH_SIZE:
        raise WireError("malformed", "not a checkpoint")
    return Checkpoint(origin, int(size), digest)


def read_checkpoint(data: bytes, verifier: Verifier, *, limit: int = LIMIT) -> Checkpoint:
    """A checkpoint of the log with this key, its signature checked. Raises WireError."""
    note = read_note(data, limit=limit)
    checkpoint = read_checkpoint_text(note.text)
    if checkpoint.origin != verifier.name:
        raise WireError("chain", "a checkpoint of another log")
    verify_note(note, verifier)
    return checkpoint


def bare(data: bytes, verifier: Verifier) -> bytes:
    """The checkpoint with the log's own signature alone. Raises WireError."""
    note = read_note(data)
    line = line_of(note, verifier)
    return encode_note(note.text, [line] if line else [])


def cosign(data: bytes, *, name: str, seed: bytes, time: int) -> NoteSignature:
    """A witness's co-signature line for a checkpoint that it has checked. `time` in seconds."""
    text = read_note(data).text
    read_checkpoint_text(text)
    verifier = witness_verifier(name, seed)
    signature = _private(seed).sign(_cosigned(text, time))
    return NoteSignature(name, verifier.key_id, time.to_bytes(8, "big") + signature)


def verify_cosignature(text: str, line: NoteSignature, verifier: Verifier) -> Cosignature:
    """What the witness said of the checkpoint `text`. Raises WireError."""
    if verifier.kind != COSIGNATURE:
        raise WireError("unsupported", "not the key of a witness")
    if line.name != verifier.name or line.key_id != verifier.key_id or len(line.signature) != 72:
        raise WireError("signature", "not a co-signature of this witness")
    time = int.from_bytes(line.signature[:8], "big")
    if not 1 <= time <= MAX_INT:
        raise WireError("malformed", "a co-signature without a time")
    _verify(verifier, _cosigned(text, time), line.signature[8:])
    return Cosignature(time, line.signature[8:])


def line_of(note: Note, verifier: Verifier) -> NoteSignature | None:
    """The line that names this key, not yet checked."""
    for line in note.signatures:
        if line.name == verifier.name and line.key_id == verifier.key_id:
            return line
    return None


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _signature_line(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_HEAD).partition(" ")
    if not line.startswith(_HEAD) or not space:
        raise WireError("malformed", "a signature line of the wrong form")
    check_name(name)
    data = _unbase64(encoded)
    if not 5 <= len(data) <= 8 * 1024:
        raise WireError("malformed", "a signature of the wrong size")
    return NoteSignature(name, data[:4], data[4:])


def _verify(verifier: Verifier, data: bytes, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise WireError("signature", f"the signature of {verifier.name} does not verify") from None


def _private(seed: bytes) -> Ed25519PrivateKey:
    if len(seed) != 32:
        raise WireError("malformed", "a seed of the wrong size")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _unbase64(text: str) -> bytes:
    """Standard base64 with padding, in its one canonical spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise WireError("malformed", "not base64") from None
    if not same(base64.b64encode(data), text.encode("ascii")):
        raise WireError("malformed", "base64 that is not canonical")
    return data
