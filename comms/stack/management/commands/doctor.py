"""Looks for what is wrong and says how to mend it."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from comms.stack.health import findings
from comms.stack.options import read_options


class Command(BaseCommand):
    help = "Looks for what is wrong, and says how to mend it: exit code 1 if anything is."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        held = (settings.KEY_ENCRYPTION_KEY, *settings.KEY_ENCRYPTION_KEYS_OLD)
        log = (settings.LOG_KEY, settings.LOG_ORIGIN)
        for finding in findings(read_options(), held, log):
            if finding.problem:
                wrong += 1
                self.stdout.write(f"{finding.subject}: {finding.problem}.\n    {finding.mend}")
            else:
                self.stdout.write(f"{finding.subject}: fine")
        if wrong:
            sys.exit(1)
