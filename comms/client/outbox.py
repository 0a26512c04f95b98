"""What was said and is not known to have arrived, on this computer's disk until it is.

A message is written down here, sealed, before its first byte goes out, and sent again with the same bytes under the
same client and counter as often as needed: the server takes each counter once. So nothing is lost or doubled when the
line is cut or this program is killed.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from comms.client.account import Keys
from comms.wire.bodies import Body, decode_body, encode_body
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import LIMIT as ENVELOPE_LIMIT
from comms.wire.errors import WireError
from comms.wire.fields import array, octets
from comms.wire.hashing import derive
from comms.wire.seal import open_box, seal

_LABEL: Final = "comms/v1/outbox"
_BODY_LIMIT: Final = 64 * 1024


@dataclass(frozen=True)
class Waiting:
    """One message on its way. `at` in milliseconds; `raw` is what is posted, byte for byte."""

    workspace: str
    thread: UUID
    client: bytes
    counter: int
    at: int
    body: Body = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """What it is called in commands and on the disk."""
        return f"{self.client.hex()}-{self.counter}"


@dataclass(frozen=True)
class Unreadable:
    """One that was sealed under keys which are not in the vault any more."""

    workspace: str
    thread: UUID
    at: int
    name: str


class Outbox:
    """A person's own, in one workspace. Sealed under their identity: a vault with newer keys still opens it."""

    def __init__(self, keys: Keys, workspace: str) -> None:
        self._keys = keys
        self._workspace = workspace

    def reserve(
        self, thread: UUID, client: bytes, counter: int, at: int, body: Body, raw: bytes
    ) -> Waiting:
        """On the disk when this comes back. Raises WireError for a body over its limits."""
        one = Waiting(self._workspace, thread, client, counter, at, body, raw)
        self.keep(one)
        return one

    def keep(self, one: Waiting) -> None:
        """Writes it, in the place of what was there under its name."""
        fingerprint = self._keys.seeds.public.fingerprint
        key = derive(self._keys.seeds.xwing, _LABEL)
        content = encode([encode_body(one.body), one.raw])
        row = {
            "workspace": one.workspace,
            "thread": str(one.thread),
            "client": one.client.hex(),
            "counter": one.counter,
            "at": one.at,
            "fingerprint": fingerprint.hex(),
            "box": base64.b64encode(seal(key, _LABEL, _place(one), content)).decode(),
        }
        self._keys.home.keep_waiting(self._keys.user, one.name, row)

    def forget(self, name: str) -> None:
        """It stands in the conversation, was refused, or given up. Nothing happens if it is gone already."""
        self._keys.home.forget_waiting(self._keys.user, name)

    def waiting(self, thread: UUID | None = None) -> list[Waiting | Unreadable]:
        """Of all workspaces, or of one thread; the oldest first."""
        rows = self._keys.home.waiting(self._keys.user).items()
        found = [self._read(name, row) for name, row in rows]
        kept = [one for one in found if thread is None or one.thread == thread]
        return sorted(kept, key=lambda one: one.at)

    def _read(self, name: str, row: dict[str, Any]) -> Waiting | Unreadable:
        thread, at = UUID(row["thread"]), int(row["at"])
        closed = Unreadable(str(row["workspace"]), thread, at, name)
        seed = self._keys.xwing_seed_of(bytes.fromhex(row["fingerprint"]))
        if seed is None:
            return closed
        client, counter = bytes.fromhex(row["client"]), int(row["counter"])
        key = derive(seed, _LABEL)
        place = encode([thread.bytes, client, counter])
        try:
            content = open_box(key, _LABEL, place, base64.b64decode(row["box"]))
            body, raw = array(decode(content, limit=_BODY_LIMIT + ENVELOPE_LIMIT), 2)
            return Waiting(
                closed.workspace,
                thread,
                client,
                counter,
                at,
                decode_body(octets(body, 1, _BODY_LIMIT)),
                octets(raw, 1, ENVELOPE_LIMIT),
            )
        except WireError:
            return closed


def _place(one: Waiting) -> bytes:
    return encode([one.thread.bytes, one.client, one.counter])
