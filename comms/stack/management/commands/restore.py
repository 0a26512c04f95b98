"""Restores a backup into a fresh data folder."""

from __future__ import annotations

import base64
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from comms.core.key_encryption import key_encryption_key_id
from comms.stack.options import read_options
from comms.stack.passphrase import known_passphrase
from comms.stack.restore import restore


class Command(BaseCommand):
    help = (
        "Restores FILE into a fresh data folder (VAR=/new/folder) or an empty external database, and "
        "checks that rows and audit heads are the same."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--without-key",
            action="store_true",
            help="restore although the key-encryption key is missing; encrypted fields stay shut",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        contents = restore(
            read_options(),
            options["file"].absolute(),
            known_passphrase(),
            held_keys=held_key_ids(),
            without_key=options["without_key"],
            backup_url=os.environ.get("DATABASE_BACKUP_URL"),
        )
        facts = contents.facts
        self.stdout.write(
            f"Restored the backup of {contents.made_at}: {sum(facts.counts.values())} rows in "
            f"{len(facts.counts)} tables, {contents.blobs} blobs, {len(facts.audit_heads)} audit trails. "
            "Counts and audit heads are the same as when it was made."
        )


def held_key_ids() -> set[str]:
    """The ids of the key-encryption keys that the settings hold."""
    words = [settings.KEY_ENCRYPTION_KEY, *settings.KEY_ENCRYPTION_KEYS_OLD]
    return {key_encryption_key_id(base64.b64decode(word)) for word in words}
