"""Registers the app; no models."""

from django.apps import AppConfig

from comms.core.forms import use_plain_words


class CoreConfig(AppConfig):
    name = "comms.core"
    label = "core"

    def ready(self) -> None:
        use_plain_words()
