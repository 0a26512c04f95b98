"""Registers the app, and frees the cases of who leaves or may not work on them any more."""

from typing import ClassVar

from django.apps import AppConfig

from comms.core.ticks import Ticks


class FeedbackConfig(AppConfig):
    name = "comms.feedback"
    label = "feedback"

    beat: ClassVar[Ticks] = {
        "feedback.tick_cases": {
            "task": "feedback.tick_cases",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "feedback.tick_forms": {
            "task": "feedback.tick_forms",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "feedback.tick_files": {
            "task": "feedback.tick_files",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "feedback.tick_erasures": {
            "task": "feedback.tick_erasures",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
    }

    def ready(self) -> None:
        from comms.accounts.services import when_removed, when_roles_changed
        from comms.feedback.services import free_cases, free_cases_unless_working

        when_removed(free_cases)
        when_roles_changed(free_cases_unless_working)
