"""Registers the app, ends seats with the membership in the workspace, and holds sending for new keys."""

from typing import ClassVar

from django.apps import AppConfig

from comms.core.ticks import Ticks


class ThreadsConfig(AppConfig):
    name = "comms.threads"
    label = "threads"

    beat: ClassVar[Ticks] = {
        "threads.tick_blobs": {
            "task": "threads.tick_blobs",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "threads.tick_waiting": {
            "task": "threads.tick_waiting",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "threads.tick_seats": {
            "task": "threads.tick_seats",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
    }

    def ready(self) -> None:
        from comms.accounts.services import when_keys_replaced, when_removed
        from comms.threads.services import end_seats, hold_sending

        when_removed(end_seats)
        when_keys_replaced(hold_sending)
