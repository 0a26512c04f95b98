"""Registers the app, and ends seats in threads with the membership in the workspace."""

from django.apps import AppConfig


class ThreadsConfig(AppConfig):
    name = "comms.threads"
    label = "threads"

    def ready(self) -> None:
        from comms.accounts.services import when_removed
        from comms.threads.services import end_seats

        when_removed(end_seats)
