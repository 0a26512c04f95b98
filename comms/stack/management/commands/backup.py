"""Seals the database and the blobs into one file."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from comms.stack.backup import make_backup
from comms.stack.options import read_options
from comms.stack.passphrase import new_passphrase


class Command(BaseCommand):
    help = (
        "Seals database and blobs into FILE with a passphrase (asked for, or read from the file that "
        "BACKUP_PASSPHRASE_FILE names). Works while everything runs."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        site = read_options()
        summary = make_backup(
            site,
            options["file"].absolute(),
            new_passphrase(),
            backup_url=os.environ.get("DATABASE_BACKUP_URL"),
        )
        facts = summary.facts
        self.stdout.write(
            f"{options['file']}: {sum(facts.counts.values())} rows in {len(facts.counts)} tables, "
            f"{summary.blobs} blobs, {len(facts.audit_heads)} audit trails, {summary.size} bytes."
        )
        if os.environ.get("FILES_STORAGE", "folder") != "folder":
            self.stdout.write(
                "The files of conversations lie in the bucket and are not in this file: copy the bucket now."
            )
        if facts.key_ids:
            self.stdout.write(
                f"Keep the key-encryption key {', '.join(facts.key_ids)} somewhere else: it is not in "
                "this file, and encrypted fields can't be read without it."
            )
        self.stdout.write(
            "Keep the log key (LOG_KEY, or secrets/log-key) there too: under another one browsers refuse the "
            "public log."
        )
