"""`manage.py rotate_keys`: new data keys, or the same ones under a new key-encryption key."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from comms.core.errors import CommsError
from comms.core.tenancy import every_workspace
from comms.ledger import services


class Command(BaseCommand):
    help = (
        "Make a new data key for each workspace and seal everything anew under it, in the background. "
        "With --rewrap: wrap the data keys under the current key-encryption key instead."
    )
    # They look at code, which is tested, and load every view for it: a second.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", type=uuid.UUID, help="only this workspace (its id)")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--rewrap",
            action="store_true",
            help="after KEY_ENCRYPTION_KEY was replaced and the old one added to KEY_ENCRYPTION_KEYS_OLD",
        )
        what.add_argument(
            "--now",
            action="store_true",
            help="seal anew here and now, instead of in the background",
        )
        what.add_argument(
            "--status", action="store_true", help="only say how much is sealed under older keys"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["workspace"]
        workspaces = every_workspace()
        if chosen:
            if chosen not in workspaces:
                raise CommandError(f"There is no workspace {chosen}.")
            workspaces = [chosen]
        try:
            if options["rewrap"]:
                changed = services.rewrap(workspaces)
                self.stdout.write(f"{changed} data keys are now wrapped under the current key.")
            elif options["status"]:
                for workspace_id in workspaces:
                    self.stdout.write(
                        f"{workspace_id}: {services.count_stale(workspace_id)} rows under older keys"
                    )
            else:
                for workspace_id in workspaces:
                    self._rotate(workspace_id, now=options["now"])
        except CommsError as error:
            raise CommandError(error.message) from error

    def _rotate(self, workspace_id: uuid.UUID, *, now: bool) -> None:
        key_id = services.rotate(workspace_id)
        self.stdout.write(f"{workspace_id}: new data key {key_id}")
        if not now:
            return
        while services.reencrypt_share(workspace_id) is services.Progress.MORE:
            left = services.count_stale(workspace_id)
            self.stdout.write(f"{workspace_id}: {left} rows left")
        self.stdout.write(f"{workspace_id}: all values are under the new key")
