"""Registers the app."""

from typing import ClassVar

from django.apps import AppConfig

from comms.core.ticks import Ticks


class DirectoryConfig(AppConfig):
    name = "comms.directory"
    label = "directory"

    beat: ClassVar[Ticks] = {
        "directory.tick": {"task": "directory.tick", "schedule": 15.0},
        "directory.forget_old_imports": {
            "task": "directory.forget_old_imports",
            "schedule": 3600.0,
        },
    }
