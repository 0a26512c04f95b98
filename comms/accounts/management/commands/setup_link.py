"""Prints the one-time link that makes the first account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from comms.accounts.services import create_setup_link
from comms.core.errors import ConflictError

SETUP_PATH = "/setup/"
"""Where `accounts:setup` is. Asking the addresses for it would load every view, a second of every first start."""


class Command(BaseCommand):
    """The token is in the fragment, which browsers do not send, so that no log ever sees it."""

    help = "Print the one-time link that makes the first account; it expires after a day."
    # They look at code, which is tested, and load every view for it: a second.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token = create_setup_link()
        except ConflictError as error:
            # Nothing on standard output: `manage.py up` reads from that that all is set up.
            self.stderr.write(error.message)
            return
        address = f"{settings.PUBLIC_URL}{SETUP_PATH}#{token}"
        self.stdout.write(f"Make the first account here (works once, for one day): {address}")
