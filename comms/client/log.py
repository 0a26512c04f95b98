"""The public log of keys, as this program checks it.

It remembers the newest checkpoint here and in the vault. What the server shows later must extend it: all
new leaves are read and folded onto the tree that was seen before, and must make the new root. Other
people's keys count only if they are in the log, and are the newest there.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Final

from comms.client.account import Keys, size_of
from comms.client.errors import Kind, Trouble, alarming
from comms.client.http import API
from comms.client.people import Person
from comms.client.store import SeenLog
from comms.wire import tlog
from comms.wire.errors import WireError
from comms.wire.hashing import sha256
from comms.wire.notes import BARE_LIMIT, Checkpoint, Verifier, bare, read_checkpoint, read_verifier
from comms.wire.tlog import Edge, identity_leaf, leaf_hash, read_identity_leaf

LOG: Final = f"{API}ledger/"
PROOFS_AT_ONCE: Final = 50
_LIST_LIMIT: Final = 500


class KeyLog:
    """Made by `open_log`. `note` is the newest checkpoint that was checked, bare."""

    def __init__(self, keys: Keys, key_text: str, seen: SeenLog | None) -> None:
        self._keys = keys
        self._key_text = key_text
        self._verifier: Verifier = read_verifier(key_text)
        self._newest = dict(seen.newest) if seen and seen.whole else {}
        self._proven = set(seen.proven) if seen else set()
        self._agreed: set[bytes] = set()
        self._current = Checkpoint(self._verifier.name, 0, sha256())
        self.note = b""

    @property
    def size(self) -> int:
        """How many leaves were checked."""
        return self._current.size

    def refresh(self) -> None:
        """Reads what was logged since. Raises Trouble."""
        with alarming("log-forked"):
            self._advance(self.note)

    def people(self, load: Callable[[], Sequence[Person]]) -> list[Person]:
        """The people that `load` gives, every entry of theirs proven to be in the log, and none left out.

        Asked again once, since somebody may have renewed their keys meanwhile. Raises Trouble.
        """
        first = list(load())
        if self._problem(first) is None:
            return first
        self.refresh()
        second = list(load())
        problem = self._problem(second)
        if problem is not None:
            raise problem
        return second

    def agree(self, notes: Sequence[bytes]) -> None:
        """That these checkpoints, from other people's records, are of this same log. Raises Trouble."""
        for note in notes:
            if not note or note in self._agreed:
                continue
            with alarming("log-split"):
                theirs = self._own(note)
                if theirs.size > self.size:
                    self.refresh()
                self._extends(theirs, self._current, "log-split")
            self._agreed.add(note)

    def advance_from(self, seen: SeenLog | None) -> None:
        """The first reading: from what this computer has read, and beyond what the vault knows.

        Which keys are somebody's newest shows in the leaves alone: without having read them all, a computer
        that begins where the vault ends could be given keys that were replaced long before.
        """
        elsewhere = [self._keys.checkpoint, seen.note if seen else None]
        read = seen.note if seen and seen.whole else None
        self._advance(read, [note for note in elsewhere if note is not None])

    def _advance(self, read: bytes | None, elsewhere: Sequence[bytes] = ()) -> None:
        raw = self._keys.connection.send("GET", f"{LOG}checkpoint", limit=64 * 1024)
        now = read_checkpoint(raw, self._verifier)
        before = Checkpoint(now.origin, 0, sha256()) if not read else self._own(read)
        newest = self._read_on(before, now)
        for note in elsewhere:
            if note != read:
                seen = self._own(note)
                self._extends(seen, now, "log-shrank" if seen.size > now.size else "log-forked")
        self._newest, self._current = newest, now
        self.note = bare(raw, self._verifier)
        self._check_own()
        self._remember()

    def _own(self, note: bytes) -> Checkpoint:
        return read_checkpoint(note, self._verifier, limit=BARE_LIMIT)

    def _read_on(self, before: Checkpoint, now: Checkpoint) -> dict[str, int]:
        """All leaves between two checkpoints, folded onto the first one's tree, must make the second's root."""
        newest = dict(self._newest)
        if now.size < before.size:
            raise Trouble("log-shrank", f"{now.size} leaves, {before.size} before")
        if now.size == before.size:
            if now.root != before.root:
                raise Trouble("log-forked", "another root")
            return newest
        edge: Edge | None = None
        at = before.size
        while at < now.size:
            page = self._json("leaves", {"start": at})
            if edge is None:
                edge = Edge(before.size, _hashes(page.get("edge")))
                if edge.root() != before.root:
                    raise Trouble("log-forked", "the tree before the new leaves is another one")
            leaves = _hashes(page.get("leaves"))[: now.size - at]
            if not leaves:
                raise Trouble("log-forked", f"leaf {at} is missing")
            for leaf in leaves:
                edge.append(leaf_hash(leaf))
                self._read_leaf(leaf, newest)
            at += len(leaves)
        if edge is None or edge.root() != now.root:
            raise Trouble("log-forked", "the new leaves do not make the new root")
        return newest

    def _read_leaf(self, leaf: bytes, newest: dict[str, int]) -> None:
        """One new leaf: whose it is, and that its number is the next one of theirs."""
        found = read_identity_leaf(leaf)
        whose = found.user_hash.hex()
        before = newest.get(whose, 0)
        if found.number != before + 1:
            raise Trouble("log-forked", f"entry {found.number} of somebody after entry {before}")
        newest[whose] = found.number
        if found.user_hash != sha256(self._keys.user.bytes):
            return
        chain = self._keys.own_chain()
        own = chain[found.number - 1] if found.number <= len(chain) else None
        if own is None or own.hash != found.entry_hash:
            raise Trouble("own-keys", f"entry {found.number} was not made by this person")

    def _check_own(self) -> None:
        contents = self._keys.contents
        leaf = leaf_hash(identity_leaf(self._keys.user, contents.number, contents.entry_hash))
        if self._missing([leaf]):
            raise Trouble("own-keys", "this person's keys are not logged")

    def _problem(self, people: Sequence[Person]) -> Trouble | None:
        whose: dict[bytes, Person] = {}
        for person in people:
            logged = self._newest.get(sha256(person.user.bytes).hex(), 0)
            if person.entry.number < logged:
                detail = f"entry {person.entry.number} of {logged} is shown"
                return Trouble("unlogged", detail, person.user)
            for one in person.chain:
                whose[leaf_hash(identity_leaf(person.user, one.number, one.hash))] = person
        missing = self._missing(list(whose))
        if not missing:
            return None
        return Trouble("unlogged", "an entry is not in the log", whose[missing[0]].user)

    def _missing(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Those that are not in the log. What was proven once stays so: the log only grows."""
        open_ones = [one for one in hashes if one.hex() not in self._proven]
        if not open_ones or self.size == 0:
            return open_ones
        with alarming("log-forked"):
            for at in range(0, len(open_ones), PROOFS_AT_ONCE):
                self._prove(open_ones[at : at + PROOFS_AT_ONCE])
        left = [one for one in open_ones if one.hex() not in self._proven]
        if len(left) < len(open_ones):
            self._remember()
        return left

    def _prove(self, some: Sequence[bytes]) -> None:
        query = {"leaf": [one.hex() for one in some], "size": self.size}
        for proof in _list(self._json("inclusion", query).get("proofs")):
            if not isinstance(proof, dict):
                raise WireError("malformed", "not a proof")
            leaf, index = proof.get("leaf"), proof.get("index")
            if not isinstance(leaf, str) or type(index) is not int:
                raise WireError("malformed", "not a proof")
            digest = next((one for one in some if one.hex() == leaf), None)
            if digest is None:
                raise WireError("malformed", "a proof of something else")
            path = _hashes(proof.get("path"))
            tlog.verify_inclusion(digest, index, self.size, path, self._current.root)
            self._proven.add(leaf)

    def _extends(self, first: Checkpoint, second: Checkpoint, kind: Kind) -> None:
        """That `first` is the beginning of `second`, by a proof from the server."""
        if first.size > second.size:
            raise Trouble(kind, f"{first.size} leaves were seen, {second.size} are shown")
        proof: list[bytes] = []
        if first.size not in (0, second.size):
            query = {"first": first.size, "second": second.size}
            proof = _hashes(self._json("consistency", query).get("proof"))
        with alarming(kind):
            tlog.verify_consistency(first.size, first.root, second.size, second.root, proof)

    def _remember(self) -> None:
        """Here and in the vault. Another process may have read on: the larger one stays."""
        home, user = self._keys.home, self._keys.user
        with home.locked():
            seen = home.seen(user)
            kept = seen.log
            if kept is not None and size_of(kept.note) > self.size:
                kept.proven |= self._proven
            else:
                proven = self._proven | (kept.proven if kept else set())
                seen.log = SeenLog(self._key_text, self.note, dict(self._newest), proven)
            home.keep_seen(user, seen)
        self._keys.remember_checkpoint(self.note, self.size)

    def _json(self, address: str, query: dict[str, Any]) -> dict[str, Any]:
        return self._keys.connection.json("GET", LOG + address, query=query)


def open_log(keys: Keys) -> KeyLog:
    """The log, read on and checked. Raises Trouble."""
    with alarming("log-forked"):
        seen = keys.home.seen(keys.user).log
        text = keys.connection.send("GET", f"{LOG}key", limit=400)
        key_text = text.decode("ascii", "replace").rstrip()
        if seen is not None and seen.key != key_text:
            raise Trouble("log-forked", "the log has another key than before")
        log = KeyLog(keys, key_text, seen)
        log.advance_from(seen)
        return log


def _hashes(value: object) -> list[bytes]:
    found: list[bytes] = []
    for one in _list(value):
        if not isinstance(one, str):
            raise WireError("malformed", "not base64")
        try:
            found.append(base64.b64decode(one, validate=True))
        except binascii.Error:
            raise WireError("malformed", "not base64") from None
    return found


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > _LIST_LIMIT:
        raise WireError("malformed", "not a list")
    return value
