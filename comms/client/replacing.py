"""New keys for a person who still has the old ones, because a browser with the vault was lost.

The new identity is signed by the old one too, so that others see a successor. The vault gets another key:
what a lost browser kept opens nothing that is written from now on, and its session has ended.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Final

from comms.client.account import Keys, load_account, vault_key_of
from comms.client.errors import UsageError
from comms.client.rotation import now
from comms.wire import vault as wire
from comms.wire.argon import passphrase_keys
from comms.wire.cbor import encode
from comms.wire.identity import make_entry, read_entry
from comms.wire.keys import IdentitySeeds
from comms.wire.recovery import format_code, new_recovery_secret, recovery_wrap_key
from comms.wire.vault import WrapKind

_ADDRESS: Final = "/me/keys/identity/"


def replace_keys(keys: Keys, passphrase: str) -> tuple[Keys, str]:
    """The open vault with new keys, and its new recovery code. All other sessions have ended.

    Conversations go on under the old keys until `Rotation.renew` has made a key for the new ones: the caller
    does that in each. Raises UsageError for a wrong passphrase, ServerError when another browser was faster.
    """
    connection, home = keys.connection, keys.home
    account = load_account(connection, home)
    derived = passphrase_keys(passphrase, account.argon2)
    try:
        vault_key_of(account, passphrase, derived)
    except UsageError as error:
        raise UsageError("That is not your passphrase.", code="wrong_passphrase") from error
    before = wire.open_vault(account.vault, keys.key)
    seeds, key, secret = IdentitySeeds.generate(), os.urandom(32), new_recovery_secret()
    raw = make_entry(
        user=keys.user, made_at=now(), seeds=seeds, after=account.entry, old_seeds=before.seeds
    )
    entry = read_entry(raw)
    old = (before.seeds.public.fingerprint, before.seeds.xwing)
    contents = replace(
        before,
        seeds=seeds,
        number=entry.number,
        entry_hash=entry.hash,
        old_xwing=(*before.old_xwing, old),
        # Whoever has the lost browser may know it.
        recovery_secret=None,
    )
    vault = wire.make_vault(
        user=keys.user, number=account.vault.number + 1, key=key, contents=contents
    )
    by_passphrase = wire.make_wrap(
        user=keys.user,
        kind=WrapKind.PASSPHRASE,
        id=os.urandom(16),
        wrap_key=derived.wrap_key,
        key=key,
        argon2=account.argon2,
    )
    by_code = wire.make_wrap(
        user=keys.user,
        kind=WrapKind.RECOVERY_CODE,
        id=os.urandom(16),
        wrap_key=recovery_wrap_key(secret),
        key=key,
        argon2=None,
    )
    body = encode([derived.sign_in_secret, raw, vault, [by_passphrase, by_code]])
    connection.send("POST", _ADDRESS, body=body)
    return Keys(connection, home, load_account(connection, home), key), format_code(secret)
