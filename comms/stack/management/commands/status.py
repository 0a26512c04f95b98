"""Says what runs on the data folder."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from comms.stack.health import running_state
from comms.stack.options import data_folder


class Command(BaseCommand):
    help = "Says what runs on the data folder: exit code 0 if every service is ready, else 1."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = data_folder()
        state = running_state(folder)
        if state is None:
            self.stdout.write(f"Nothing runs on {folder.root}.")
            sys.exit(1)
        self.stdout.write(f"{state['address'] or 'Starting'}, process {state['pid']}")
        services = state["services"]
        for name, service in services.items():
            restarts = service["restarts"]
            again = f", started again {restarts} times" if restarts else ""
            self.stdout.write(
                f"{name}: {'ready' if service['ready'] else 'not ready'}, process {service['pid']}{again}"
            )
        if not services or not all(service["ready"] for service in services.values()):
            sys.exit(1)
