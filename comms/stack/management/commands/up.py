"""Starts everything; ``manage.py up`` comes here without Django, ``call_command`` with it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from comms.stack import up


class Command(BaseCommand):
    help = "Starts everything this deployment needs, and keeps it running until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(up.main())
