"""What a browser makes for an account, in Python: keys, vault and wraps with Argon2id at full strength."""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass
from functools import cache

from comms.accounts.services import NewKeys
from comms.wire import identity, vault
from comms.wire.argon import Argon2, PassphraseKeys, passphrase_keys
from comms.wire.keys import IdentitySeeds
from comms.wire.recovery import new_recovery_secret, recovery_wrap_key

PASSPHRASE = "seven quiet boats below the bridge"
_SALT = bytes(range(16))


@cache
def derived(passphrase: str = PASSPHRASE) -> PassphraseKeys:
    """Argon2id once for each passphrase of a test run."""
    return passphrase_keys(passphrase, Argon2(_SALT))


@dataclass(frozen=True)
class Person:
    """Everything that the browser of a new person holds."""

    keys: NewKeys
    seeds: IdentitySeeds
    entry: identity.IdentityEntry
    vault_key: bytes
    recovery_secret: bytes


def make_person(account_id: uuid.UUID, passphrase: str = PASSPHRASE) -> Person:
    """Keys of a new account, as the browser makes them."""
    seeds, key, secret = IdentitySeeds.generate(), os.urandom(32), new_recovery_secret()
    raw = identity.make_entry(user=account_id, made_at=int(time.time() * 1000), seeds=seeds)
    entry = identity.read_entry(raw)
    contents = vault.VaultContents(seeds=seeds, number=1, entry_hash=entry.hash)
    argon2 = Argon2(_SALT)
    wraps = (
        vault.make_wrap(
            user=account_id,
            kind=vault.WrapKind.PASSPHRASE,
            id=os.urandom(16),
            wrap_key=derived(passphrase).wrap_key,
            key=key,
            argon2=argon2,
        ),
        vault.make_wrap(
            user=account_id,
            kind=vault.WrapKind.RECOVERY_CODE,
            id=os.urandom(16),
            wrap_key=recovery_wrap_key(secret),
            key=key,
            argon2=None,
        ),
    )
    keys = NewKeys(
        sign_in_secret=derived(passphrase).sign_in_secret,
        argon2=argon2,
        identity_entry=raw,
        vault=vault.make_vault(user=account_id, number=1, key=key, contents=contents),
        wraps=wraps,
    )
    return Person(keys, seeds, entry, key, secret)


def next_vault(account_id: uuid.UUID, person: Person, number: int) -> bytes:
    """Another version of the same vault."""
    contents = vault.VaultContents(
        seeds=person.seeds, number=1, entry_hash=person.entry.hash, preferences=b"{}"
    )
    return vault.make_vault(user=account_id, number=number, key=person.vault_key, contents=contents)
