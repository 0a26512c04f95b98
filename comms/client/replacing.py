"""New keys for a person who still has the old ones, because a browser with the vault was lost.

The new identity is signed by the old one too, so that others see a successor. The vault gets another key:
what a lost browser kept opens nothing that is written from now on, and its session has ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Literal

from comms.client.account import Keys, load_account, vault_key_of
from comms.client.conversation import Conversation
from comms.client.errors import ServerError, Trouble, UsageError
from comms.client.http import API
from comms.client.log import KeyLog
from comms.client.recovering import passphrase_wrap
from comms.client.remote import Remote
from comms.client.rotation import now
from comms.client.successor import is_ownerless
from comms.wire import vault as wire
from comms.wire.argon import passphrase_keys
from comms.wire.cbor import encode
from comms.wire.identity import make_entry, read_entry
from comms.wire.keys import IdentitySeeds
from comms.wire.recovery import format_code, new_recovery_secret, recovery_wrap_key
from comms.wire.roster import Role, find
from comms.wire.vault import WrapKind

_ADDRESS: Final = f"{API}keys/identity"
_PAGES: Final = 20

Outcome = Literal["renewed", "waiting", "ownerless", "stopped"]
"""Of a conversation: has a key for the new keys; waits for an owner; has none any more, and this person can go on in
a new one; is in trouble, which it says when opened."""


def replace_keys(
    keys: Keys, passphrase: str, confirm: Callable[[str], None] = lambda _code: None
) -> tuple[Keys, str]:
    """The open vault with new keys, and its new recovery code. All other sessions have ended.

    Nothing is replaced unless `confirm` comes back from being shown the code. Nothing is accepted in the person's
    conversations until `Rotation.renew` has made a key for the new ones: the caller does that in each. Raises
    UsageError for a wrong passphrase, ServerError when another browser was faster.
    """
    connection, home = keys.connection, keys.home
    account = load_account(connection, home)
    derived = passphrase_keys(passphrase, account.argon2)
    secret = new_recovery_secret()
    try:
        vault_key_of(account, passphrase, derived)
    except UsageError as error:
        raise UsageError("That is not your passphrase.", code="wrong_passphrase") from error
    confirm(format_code(secret))
    # The newest one: another run or browser may have written to it meanwhile.
    account = load_account(connection, home)
    before = wire.open_vault(account.vault, keys.key)
    seeds, key = IdentitySeeds.generate(), os.urandom(32)
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
    by_passphrase = passphrase_wrap(account, derived, key)
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


def renew_everywhere(remotes: Iterable[Remote], keys: Keys, log: KeyLog) -> Iterator[Outcome]:
    """Makes the epoch for the new keys in every conversation, as far as this person may; may be begun again."""
    for remote in remotes:
        cursor = ""
        for _page in range(_PAGES):
            threads, cursor = remote.index(cursor)
            for listed in threads:
                yield _renew(Conversation(remote, keys, log, listed.id))
            if not cursor:
                break


def _renew(conversation: Conversation) -> Outcome:
    try:
        conversation.load()
        if not conversation.rotation.renew():
            return "renewed"
        own = find(conversation.roster, conversation.keys.user)
        may_go_on = own is not None and own.role is Role.MEMBER
        return "ownerless" if may_go_on and is_ownerless(conversation) else "waiting"
    except Trouble:
        return "stopped"
    except ServerError as error:
        if error.code != "overtaken":
            raise
        return "waiting"
