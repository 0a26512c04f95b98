"""Registers the app."""

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
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
    }
