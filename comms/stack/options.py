"""What the environment asks of the stack, read and checked once; works without Django settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from comms.stack.errors import StackError
from comms.stack.folder import Folder

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Options:
    """How this start is to be made."""

    folder: Folder
    host: str
    port: int
    demo: bool
    database_url: str | None = field(repr=False)
    """External PostgreSQL, or None for the embedded one."""
    database_owner_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    """External Redis or Valkey, or None for the embedded one."""
    has_mail_server: bool
    """Mail goes to SMTP_HOST; the catcher isn't started."""
    address: str
    """What people open: PUBLIC_URL, else this machine's own name, on which alone passkeys work without TLS."""


def read_options(environment: Mapping[str, str] = os.environ) -> Options:
    """Read HOST, PORT, VAR, DEMO and the addresses of external services.

    Raises StackError, naming the variable, when one can't be used.
    """
    database, owner = environment.get("DATABASE_URL"), environment.get("DATABASE_OWNER_URL")
    if bool(database) != bool(owner):
        missing = "DATABASE_OWNER_URL" if database else "DATABASE_URL"
        raise StackError(
            f"Set {missing} too: the product runs with DATABASE_URL, and only migrations use "
            "DATABASE_OWNER_URL, so that row-level security binds the product."
        )
    port = _port(environment.get("PORT") or "8000")
    return Options(
        folder=data_folder(environment),
        host=environment.get("HOST") or "localhost",
        port=port,
        demo=_flag("DEMO", environment.get("DEMO", "")),
        database_url=database or None,
        database_owner_url=owner or None,
        redis_url=environment.get("REDIS_URL") or None,
        has_mail_server=bool(environment.get("SMTP_HOST")),
        address=(environment.get("PUBLIC_URL") or f"http://localhost:{port}").rstrip("/"),
    )


def data_folder(environment: Mapping[str, str] = os.environ) -> Folder:
    """The data folder that VAR names, ``var`` beside manage.py by default."""
    return Folder.at(environment.get("VAR") or PROJECT / "var")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise StackError(f"PORT must be a number from 1 to 65535, not {text!r}.")


def _flag(name: str, text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise StackError(f"{name} must be 1 or 0, not {text!r}.")
