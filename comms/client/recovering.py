"""A lost passphrase: signing in again by a mail, and the vault by the printed recovery code."""

from __future__ import annotations

import json
import os
from typing import Final
from urllib.parse import urlsplit

from comms.client.account import Account
from comms.client.errors import UsageError
from comms.client.http import API, Connection
from comms.wire import vault as wire
from comms.wire.argon import Argon2, PassphraseKeys, passphrase_keys
from comms.wire.cbor import encode
from comms.wire.errors import WireError
from comms.wire.recovery import parse_code, recovery_wrap_key
from comms.wire.vault import WrapKind

_ENOUGH: Final = 3
_JUDGED: Final = 72
"""Letters that strength is judged by: more only make it stronger."""


def ask_for_mail(connection: Connection, email: str) -> None:
    """Has the server mail a link, if the address has an account."""
    body = json.dumps({"email": email}).encode()
    connection.send("POST", f"{API}session/reset", body=body, kind="application/json")


def key_in(link: str, origin: str) -> str:
    """The key of a mailed link. Raises UsageError for a link of another server, or none."""
    parts = urlsplit(link.strip())
    if parts.scheme and f"{parts.scheme}://{parts.netloc}" != origin:
        raise UsageError(f"That link is not one of {origin}.")
    key = parts.fragment or ("" if parts.scheme else link.strip())
    if not key:
        raise UsageError("That link has no key in it. Copy the whole link from the mail.")
    return key


def check_strength(passphrase: str, email: str) -> None:
    """The floor that the pages have too. Raises UsageError."""
    # Its dictionaries are large, and only this wants them.
    from zxcvbn import zxcvbn

    if zxcvbn(passphrase[:_JUDGED], user_inputs=[email, *email.split("@")])["score"] < _ENOUGH:
        raise UsageError(
            "That passphrase is too easy to guess. Take four or more words that have nothing to do with each other.",
            code="weak_passphrase",
        )


def finish_reset(connection: Connection, key: str, passphrase: str) -> None:
    """A new passphrase for signing in; every session of the person ends. The vault stays as it was."""
    argon2 = Argon2(os.urandom(16))
    derived = passphrase_keys(passphrase, argon2)
    body = encode([key, derived.sign_in_secret, argon2.to_value()])
    connection.send("POST", f"{API}session/reset/finish", body=body)


def secret_of(code: str) -> bytes:
    """What a typed code holds. Raises UsageError for a mistyped one."""
    try:
        return parse_code(code)
    except WireError as error:
        raise UsageError(
            "That is no recovery code: a letter is wrong or missing. It has eight groups of four.",
            code="mistyped_code",
        ) from error


def open_by_code(account: Account, code: str) -> bytes:
    """The vault key by the recovery code. Raises UsageError for another one."""
    secret = secret_of(code)
    wrap = next((one for one in account.wraps if one.kind is WrapKind.RECOVERY_CODE), None)
    try:
        if wrap is None:
            raise WireError("commitment", "no recovery code opens this vault")
        return wire.open_wrap(wrap, recovery_wrap_key(secret))
    except WireError as error:
        if error.code != "commitment":
            raise
        raise UsageError(
            "This recovery code does not open your vault. Only the newest one does.",
            code="wrong_code",
        ) from error


def passphrase_wrap(account: Account, derived: PassphraseKeys, vault_key: bytes) -> bytes:
    """The vault's key, which the passphrase of signing in opens."""
    return wire.make_wrap(
        user=account.user,
        kind=WrapKind.PASSPHRASE,
        id=os.urandom(16),
        wrap_key=derived.wrap_key,
        key=vault_key,
        argon2=account.argon2,
    )


def wrap_for_passphrase(
    connection: Connection, account: Account, derived: PassphraseKeys, vault_key: bytes
) -> None:
    """From now on the passphrase of signing in opens the vault too."""
    wrap = passphrase_wrap(account, derived, vault_key)
    connection.send("POST", f"{API}keys/wraps", body=wrap)
