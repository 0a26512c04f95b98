"""The secrets of a local deployment: made once, kept in ``var/secrets`` with mode 0600.

The two keys that outlive the servers come from here only with the embedded default's settings: in
production, and wherever else the environment gives them, a file that looks like one but isn't used would
mislead whoever makes copies. Each secret is a file of its own, so that one can be replaced, and none is ever
on a command line.
"""

from __future__ import annotations

import base64
import os
import secrets as random
from dataclasses import dataclass, field
from pathlib import Path

from comms.stack.errors import StackError
from comms.stack.folder import Folder, make_folders, read_or_create


@dataclass(frozen=True)
class Secrets:
    """What this deployment's servers must keep to themselves; ``repr`` shows none of it."""

    secret_key: str = field(repr=False)
    database_admin_password: str = field(repr=False)
    database_owner_password: str = field(repr=False)
    database_app_password: str = field(repr=False)
    valkey_password: str = field(repr=False)


def local_secrets(var: Path) -> Secrets:
    """Return the secrets of the data folder, making those that are missing. Raises StackError."""
    folder = Folder.at(var)
    make_folders(folder)

    def word(name: str) -> str:
        content = read_or_create(folder.secrets / name, random.token_urlsafe(48).encode() + b"\n")
        return content.decode("ascii").strip()

    return Secrets(
        secret_key=word("secret-key"),
        database_admin_password=word("database-admin"),
        database_owner_password=word("database-owner"),
        database_app_password=word("database-app"),
        valkey_password=word("valkey"),
    )


@dataclass(frozen=True)
class Keys:
    """What opens this deployment's data and signs for it; ``repr`` shows only the file's place."""

    key_encryption_key_file: Path | None
    """Base64 of 32 bytes; None where the environment gives it.

    It travels separately from backups: without it their encrypted fields stay shut.
    """
    log_key: str = field(repr=False)
    """Base64 of the Ed25519 seed that signs the public log; empty where the environment gives it.

    Browsers and witnesses remember its public half.
    """


def local_keys(var: Path) -> Keys:
    """Return the keys of the data folder, making those that are missing and that the environment doesn't give.

    Raises StackError when the key-encryption key is missing beside data that may need it: what a new
    one sealed would be lost as soon as the right one is put back.
    """
    folder = Folder.at(var)
    make_folders(folder)
    return Keys(
        key_encryption_key_file=None if _is_given("KEY_ENCRYPTION_KEY") else _key_file(folder),
        log_key="" if _is_given("LOG_KEY") else _log_key(folder),
    )


def _is_given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def _key_file(folder: Folder) -> Path:
    key_file = folder.secrets / "key-encryption-key"
    if not key_file.exists() and (folder.postgres / "data/PG_VERSION").exists():
        raise StackError(
            f"The key-encryption key is missing: put its file back at {key_file} (it is kept apart from "
            "backups). If it is lost for good, put a new one there, made with 'openssl rand -base64 32': "
            "what was encrypted under the old one stays shut."
        )
    read_or_create(key_file, base64.b64encode(random.token_bytes(32)) + b"\n")
    return key_file


def _log_key(folder: Folder) -> str:
    content = read_or_create(
        folder.secrets / "log-key", base64.b64encode(random.token_bytes(32)) + b"\n"
    )
    return content.decode("ascii").strip()
