"""Beat: sends every app's ticks, and does nothing else. Run as ``python -m config.beat NOTE``.

It needs the settings and the names of the ticks, so it loads no model and no task: a second instead of four, and a
third of the memory. The tests hold that every tick is a task that the workers know.
"""

from __future__ import annotations

import os
import sys

from celery import Celery
from django.apps import AppConfig
from django.conf import settings

from comms.core.ticks import Ticks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

LONGEST_SLEEP = 5
"""Seconds between two rounds at most, so that the supervisor feels a pulse (`comms.stack.beating`)."""


def beat_schedule() -> dict[str, object]:
    """The ticks of every app."""
    schedule: dict[str, object] = {}
    for name in settings.INSTALLED_APPS:
        if name.startswith("comms."):
            ticks: Ticks = getattr(AppConfig.create(name), "beat", {})
            schedule.update(ticks)
    return schedule


def make_app() -> Celery:
    """A Celery app that sends the schedule. Without Celery's fix-up for Django, which would set Django up."""
    app = Celery("entente", fixups=[], set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.beat_schedule = beat_schedule()
    return app


def main(note: str) -> None:
    """Send ticks until SIGTERM. `note` is the file for the process's id."""
    make_app().Beat(
        pidfile=note,
        loglevel="INFO",
        scheduler="comms.stack.beating:PulsedScheduler",
        max_interval=LONGEST_SLEEP,
        quiet=True,
    ).run()


if __name__ == "__main__":
    main(sys.argv[1])
