"""Restores a backup into a fresh data folder."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connections

from comms.stack.errors import StackError
from comms.stack.held_keys import held_key_ids
from comms.stack.held_log_key import fits
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
        site = read_options()
        self.log_key_fits = True
        contents = restore(
            site,
            options["file"].absolute(),
            known_passphrase(),
            held_keys=held_key_ids(settings.KEY_ENCRYPTION_KEY, settings.KEY_ENCRYPTION_KEYS_OLD),
            without_key=options["without_key"],
            backup_url=os.environ.get("DATABASE_BACKUP_URL"),
            verify=self._verify,
        )
        facts = contents.facts
        self.stdout.write(
            f"Restored the backup of {contents.made_at}: {sum(facts.counts.values())} rows in "
            f"{len(facts.counts)} tables, {contents.blobs} blobs, {len(facts.audit_heads)} audit trails. "
            "Counts and audit heads are the same as when it was made."
        )
        if not self.log_key_fits:
            self.stdout.write(
                "Before you start it: the log key here isn't the one that signed this backup's public log, and "
                "under another one browsers refuse the log and open no thread. Put the right one at "
                f"{site.folder.secrets / 'log-key'} or in LOG_KEY, with LOG_ORIGIN as it was."
            )

    def _verify(self) -> None:
        self._verify_audit()
        self._look_at_log_key()

    def _look_at_log_key(self) -> None:
        connection = connections["default"]
        connection.ensure_connection()
        try:
            self.log_key_fits = fits(connection.connection, settings.LOG_KEY, settings.LOG_ORIGIN)
        finally:
            # The server is stopped when the restore is done.
            connections.close_all()

    def _verify_audit(self) -> None:
        """Recompute the chains that the restored heads end."""
        try:
            call_command("verify_audit", stdout=self.stdout)
        except CommandError as error:
            raise StackError(f"The audit trail of this backup doesn't hold: {error}") from None
        except ProgrammingError:
            # An older release's tables: the program that reads them is newer.
            self.stdout.write(
                "The backup is of an older release. Start it once, then check the audit trails with "
                "'manage.py verify_audit'."
            )
        finally:
            # The server is stopped when the restore is done.
            connections.close_all()
