"""`manage.py verify_audit`: recompute the audit trails and say whether they hold."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from comms.core.tenancy import every_workspace
from comms.ledger import services
from comms.ledger.selectors import Head


def _head(text: str) -> Head:
    number, _, digest = text.partition(":")
    return Head(int(number), bytes.fromhex(digest))


class Command(BaseCommand):
    help = "Check the hash chains of the audit trails; ends with status 1 when one is broken."
    # They look at code, which is tested, and load every view for it: a second.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", type=uuid.UUID, help="only this workspace (its id)")
        parser.add_argument(
            "--head",
            type=_head,
            metavar="NUMBER:HASH",
            help="a head kept elsewhere that must be part of the chain (needs --workspace)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen, known = options["workspace"], options["head"]
        if known and not chosen:
            raise CommandError("--head belongs to one trail: name it with --workspace.")
        workspaces = every_workspace()
        if chosen:
            if chosen not in workspaces:
                raise CommandError(f"There is no workspace {chosen}.")
            workspaces = [chosen]
        broken = 0
        for workspace_id in workspaces:
            verdict = services.verify_chain(workspace_id, known=known)
            if verdict.intact:
                self.stdout.write(
                    f"{workspace_id}: intact, {verdict.head.seq} entries, "
                    f"{verdict.erased} with erased details, head {verdict.head.hex}"
                )
            else:
                broken += 1
                self.stderr.write(
                    f"{workspace_id}: broken at entry {verdict.broken_at}: {verdict.problem}"
                )
        if broken:
            raise CommandError(f"{broken} audit trails are broken.")
