"""Asks for the passphrase of a backup: from a file that the environment names, or at the terminal."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from comms.stack.errors import StackError

VARIABLE = "BACKUP_PASSPHRASE_FILE"
SHORTEST = 12


def new_passphrase() -> str:
    """The passphrase to seal with; at the terminal it is asked for twice."""
    passphrase = _from_file() or _ask("Passphrase for the backup: ")
    if len(passphrase) < SHORTEST:
        raise StackError(
            f"The passphrase must have at least {SHORTEST} characters: whoever finds the file can try "
            "as many as they like."
        )
    if not os.environ.get(VARIABLE) and _ask("The same passphrase again: ") != passphrase:
        raise StackError("The two passphrases aren't the same: run the command again.")
    return passphrase


def known_passphrase() -> str:
    """The passphrase to open with."""
    return _from_file() or _ask("Passphrase of the backup: ")


def _from_file() -> str:
    name = os.environ.get(VARIABLE)
    if not name:
        return ""
    try:
        words = Path(name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise StackError(f"The file {name} that {VARIABLE} names can't be read.") from None
    if not words:
        raise StackError(f"The file {name} that {VARIABLE} names is empty.")
    return words


def _ask(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise StackError(
            f"There is no terminal to ask for the passphrase: put it into a file and name that in "
            f"{VARIABLE}."
        )
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise StackError("No passphrase was given.") from None
