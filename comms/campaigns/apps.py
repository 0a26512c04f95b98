"""Registers the app."""

from typing import ClassVar

from django.apps import AppConfig

from comms.core.ticks import Ticks


class CampaignsConfig(AppConfig):
    name = "comms.campaigns"
    label = "campaigns"

    # A tick that waited longer than this in the queue is dropped: another one follows each second.
    beat: ClassVar[Ticks] = {
        "campaigns.tick": {
            "task": "campaigns.tick",
            "schedule": 1.0,
            "options": {"expires": 5},
        }
    }
