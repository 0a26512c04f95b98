"""Registers the app; no models."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "comms.core"
    label = "core"

    def ready(self) -> None:
        # Here, since whoever only asks for the apps' names, as beat does, needs no forms and no models.
        from comms.core.forms import use_plain_words

        use_plain_words()
