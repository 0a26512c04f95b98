"""The Celery app: tasks of every app, and the beat that only ticks."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

from celery import Celery
from celery.signals import import_modules

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("entente")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def beat_schedule() -> dict[str, dict[str, object]]:
    """Every app's own ticks: the module-level `BEAT` of its tasks."""
    # The registry is ready only once a worker or a beat has set Django up.
    from django.apps import apps

    schedule: dict[str, dict[str, object]] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("comms.") and find_spec(f"{config.name}.tasks"):
            schedule.update(getattr(import_module(f"{config.name}.tasks"), "BEAT", {}))
    return schedule


@import_modules.connect
def _schedule(sender: object, **_kwargs: object) -> None:
    """Sent once Django is set up and before beat makes its schedule (`beat_init` comes too late for it)."""
    app.conf.beat_schedule = beat_schedule()
