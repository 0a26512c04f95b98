"""The secrets of a local deployment: made once, kept in ``var/secrets`` with mode 0600.

Each is a file of its own, so that one can be replaced, and none is ever on a command line.
"""

from __future__ import annotations

import base64
import secrets as random
from dataclasses import dataclass, field
from pathlib import Path

from comms.stack.folder import Folder, make_folders, read_or_create


@dataclass(frozen=True)
class Secrets:
    """What this deployment must keep to itself; ``repr`` shows only the file's place."""

    key_encryption_key_file: Path
    """Base64 of 32 bytes. It travels separately from backups: without it their encrypted fields stay shut."""
    secret_key: str = field(repr=False)
    database_admin_password: str = field(repr=False)
    database_owner_password: str = field(repr=False)
    database_app_password: str = field(repr=False)
    valkey_password: str = field(repr=False)


def local_secrets(var: Path) -> Secrets:
    """Return the secrets of the data folder, making those that are missing."""
    folder = Folder.at(var)
    make_folders(folder)

    def word(name: str) -> str:
        content = read_or_create(folder.secrets / name, random.token_urlsafe(48).encode() + b"\n")
        return content.decode("ascii").strip()

    key_file = folder.secrets / "key-encryption-key"
    read_or_create(key_file, base64.b64encode(random.token_bytes(32)) + b"\n")
    return Secrets(
        key_encryption_key_file=key_file,
        secret_key=word("secret-key"),
        database_admin_password=word("database-admin"),
        database_owner_password=word("database-owner"),
        database_app_password=word("database-app"),
        valkey_password=word("valkey"),
    )
