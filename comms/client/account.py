"""A person's own keys: signing in, what the server holds of them, and the vault once it is open."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from comms.client import words
from comms.client.errors import ServerError, SignedOutError, Trouble, UsageError
from comms.client.http import API, Connection
from comms.client.store import Home, Session
from comms.wire import vault as wire
from comms.wire.argon import Argon2, PassphraseKeys, passphrase_keys
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, text, uuid
from comms.wire.hashing import derive
from comms.wire.identity import IdentityEntry, check_follows, read_entry
from comms.wire.keys import IdentitySeeds
from comms.wire.seal import open_box, seal
from comms.wire.vault import Pin, ThreadHead, Vault, VaultContents, VaultWrap, WrapKind

_KEEP_LABEL: Final = "comms/v1/session"
_TRIES: Final = 6


@dataclass(frozen=True)
class Account:
    """What the server holds, its signatures checked; `argon2` is of the sign-in secret."""

    user: UUID
    email: str
    vault: Vault
    wraps: tuple[VaultWrap, ...]
    entry: IdentityEntry
    argon2: Argon2


def sign_in_keys(connection: Connection, email: str, passphrase: str) -> PassphraseKeys:
    """Asks for the parameters of the address and derives. Raises WireError("weak") below the floor."""
    found = connection.json("POST", f"{API}session/parameters", {"email": email})
    try:
        salt = base64.b64decode(found["salt"], validate=True)
        parameters = Argon2(salt, found["memory"], found["passes"], found["lanes"])
    except (KeyError, TypeError, binascii.Error) as error:
        raise ServerError(
            200, "unexpected", "The server's answer is not what was asked for."
        ) from error
    return passphrase_keys(passphrase, parameters)


def start_session(connection: Connection, email: str, secret: str) -> bool:
    """Sends the sign-in secret; whether a code must follow."""
    found = connection.json("POST", f"{API}session", {"email": email, "secret": secret})
    connection.csrf = str(found.get("csrf_token", ""))
    return found.get("state") != "signed_in"


def second_step(connection: Connection, code: str) -> None:
    """The code of the authenticator app, or a backup code."""
    found = connection.json("POST", f"{API}session/second-step", {"code": code.strip()})
    connection.csrf = str(found.get("csrf_token", ""))
    if found.get("state") != "signed_in":
        raise SignedOutError(words.SIGN_IN_AGAIN)


def load_account(connection: Connection, home: Home) -> Account:
    """Raises WireError, or Trouble("vault-rollback") for an older vault than this computer has seen."""
    user_id, email, content, wraps, entry_raw, argon2 = array(
        connection.cbor("GET", f"{API}keys"), 6
    )
    user = uuid(user_id)
    vault = wire.read_vault(octets(content, 1, wire.LIMIT))
    entry = read_entry(octets(entry_raw, 1, 16 * 1024))
    opened = tuple(wire.read_wrap(octets(one, 1, 1024)) for one in array(wraps, 0, 64))
    if {vault.user, entry.user, *(wrap.user for wrap in opened)} != {user}:
        raise WireError("chain", "keys of somebody else")
    wire.verify_vault(vault, entry.keys)
    if vault.number < home.seen(user).vault:
        raise Trouble("vault-rollback", f"version {vault.number} is shown")
    return Account(user, text(email, 1, 400), vault, opened, entry, Argon2.read(argon2))


def vault_key_of(account: Account, passphrase: str, derived: PassphraseKeys | None = None) -> bytes:
    """The vault key by the passphrase. Raises UsageError when it opens nothing."""
    wrap = next((one for one in account.wraps if one.kind is WrapKind.PASSPHRASE), None)
    if wrap is None or wrap.argon2 is None:
        raise UsageError(
            "No passphrase opens this vault. Open it by your recovery code: comms-cli sign-in --recovery-code",
            code="vault_locked",
        )
    if derived is None or wrap.argon2 != account.argon2:
        # After a reset by mail the vault keeps the passphrase from before.
        derived = passphrase_keys(passphrase, wrap.argon2)
    try:
        return wire.open_wrap(wrap, derived.wrap_key)
    except WireError as error:
        if error.code != "commitment":
            raise
        raise UsageError(
            "This passphrase signs you in, but does not open your vault: the vault still has the one "
            "from before the reset. Open it by your recovery code: comms-cli sign-in --recovery-code",
            code="vault_locked",
        ) from error


def keep_open(connection: Connection, session: Session, vault_key: bytes) -> None:
    """Puts the vault key into the session, in a box that opens only while the session lives."""
    session.box = seal(_server_half(connection), _KEEP_LABEL, session.user.bytes, vault_key)


def reopen(connection: Connection, session: Session) -> bytes:
    """The vault key that the session keeps. Raises SignedOutError once it is locked or ended."""
    if not session.box:
        raise SignedOutError("Your keys are locked. Run: comms-cli unlock", code="locked")
    try:
        return open_box(_server_half(connection), _KEEP_LABEL, session.user.bytes, session.box)
    except WireError as error:
        raise SignedOutError(
            "Your keys are locked. Run: comms-cli unlock", code="locked"
        ) from error


def _server_half(connection: Connection) -> bytes:
    (secret,) = array(connection.cbor("POST", f"{API}keys/session-secret"), 1)
    return derive(octets(secret, 32), _KEEP_LABEL)


Change = Callable[[VaultContents], VaultContents]


class Keys:
    """An open vault: signs, unwraps, knows pins and heads, and writes them back."""

    def __init__(self, connection: Connection, home: Home, account: Account, key: bytes) -> None:
        self.connection = connection
        self.home = home
        self.user = account.user
        self.key = key
        self.number = account.vault.number
        self.contents = wire.open_vault(account.vault, key)
        self._heads: dict[UUID, ThreadHead] = {}
        self._checkpoint: bytes | None = None
        home.note_vault(self.user, self.number)

    @property
    def seeds(self) -> IdentitySeeds:
        return self.contents.seeds

    @property
    def checkpoint(self) -> bytes | None:
        """The newest checkpoint of the log that any browser of this person has written down."""
        return self.contents.checkpoint

    def xwing_seed_of(self, fingerprint: bytes) -> bytes | None:
        """What opens a wrap to this fingerprint, present or earlier; None if it never was this person's."""
        if fingerprint == self.seeds.public.fingerprint:
            return self.seeds.xwing
        return dict(self.contents.old_xwing).get(fingerprint)

    def pin_of(self, user: UUID) -> Pin | None:
        return next((pin for pin in self.contents.pins if pin.user == user), None)

    def set_pins(self, pins: Iterable[Pin]) -> None:
        """Replaces the pins of these people; the server has them afterwards."""
        fresh = {pin.user: pin for pin in pins}

        def change(contents: VaultContents) -> VaultContents:
            kept = tuple(pin for pin in contents.pins if pin.user not in fresh)
            return replace(contents, pins=(*kept, *fresh.values()))

        if fresh:
            self.update(change)

    def head_of(self, thread: UUID) -> ThreadHead | None:
        """The newest head seen of a thread, also one that is not written yet."""
        known = next((head for head in self.contents.heads if head.thread == thread), None)
        return self._heads.get(thread, known)

    def remember_head(self, head: ThreadHead) -> None:
        """Written by `flush`."""
        self._heads[head.thread] = head

    def remember_checkpoint(self, note: bytes, size: int) -> None:
        """Written by `flush`, unless the vault has a larger one."""
        known = self._checkpoint or self.contents.checkpoint
        if size > 0 and (known is None or size_of(known) < size):
            self._checkpoint = note

    def flush(self) -> None:
        """Writes remembered heads and the checkpoint. Heads only move forward."""
        heads, note = list(self._heads.values()), self._checkpoint
        self._heads.clear()
        self._checkpoint = None
        known = {head.thread: head for head in self.contents.heads}
        heads = [head for head in heads if known.get(head.thread) != head]
        if not heads and note is None:
            return

        def change(contents: VaultContents) -> VaultContents:
            kept = {head.thread: head for head in contents.heads}
            for head in heads:
                before = kept.get(head.thread)
                if before is None or (before.epoch, before.head.seq) < (head.epoch, head.head.seq):
                    kept[head.thread] = head
            checkpoint = contents.checkpoint
            if note is not None and (checkpoint is None or size_of(checkpoint) < size_of(note)):
                checkpoint = note
            return replace(contents, heads=tuple(kept.values()), checkpoint=checkpoint)

        self.update(change)

    def update(self, change: Change) -> None:
        """Changes the vault. A browser's write in between is merged by changing what it wrote."""
        for _attempt in range(_TRIES):
            fresh = change(self.contents)
            content = wire.make_vault(
                user=self.user, number=self.number + 1, key=self.key, contents=fresh
            )
            try:
                self.connection.send("PUT", f"{API}keys/vault", body=content)
            except ServerError as error:
                if error.status != 409:
                    raise
                self.catch_up()
                continue
            self.number += 1
            self.contents = fresh
            self.home.note_vault(self.user, self.number)
            return
        raise ServerError(409, "conflict", "Your vault changes too often elsewhere. Try again.")

    def own_chain(self) -> list[IdentityEntry]:
        """This person's entries. Raises Trouble("own-keys") unless they end in the vault's own."""
        rows = array(self.connection.cbor("GET", f"{API}keys/chain"), 0, 10_000)
        chain = read_chain(self.user, [octets(row, 1, 16 * 1024) for row in rows])
        if chain and chain[-1].number > self.contents.number:
            self.catch_up()
        if not chain or chain[-1].hash != self.contents.entry_hash:
            raise Trouble("own-keys", "the newest entry in this name is not the vault's own")
        return chain

    def catch_up(self) -> None:
        """Reads the vault anew: also one under another key, if another run here has replaced it."""
        vault = load_account(self.connection, self.home).vault
        try:
            contents = wire.open_vault(vault, self.key)
        except WireError:
            session = self.home.session()
            if session is None:
                raise
            self.key = reopen(self.connection, session)
            contents = wire.open_vault(vault, self.key)
        self.contents = contents
        self.number = vault.number
        self.home.note_vault(self.user, self.number)


def read_chain(user: UUID, entries: Iterable[bytes]) -> list[IdentityEntry]:
    """A person's entries, each following the one before. Raises WireError."""
    chain: list[IdentityEntry] = []
    for raw in entries:
        entry = read_entry(raw)
        if entry.user != user:
            raise WireError("chain", "an entry of somebody else")
        check_follows(entry, chain[-1] if chain else None)
        chain.append(entry)
    return chain


def size_of(note: bytes) -> int:
    """The size that a checkpoint of ours says, without checking it again."""
    lines = note.split(b"\n")
    return int(lines[1]) if len(lines) > 1 and lines[1].isdigit() else 0
