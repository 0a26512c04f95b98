"""Registers the app and gives the keyring its table."""

from typing import ClassVar

from django.apps import AppConfig

from comms.core.ticks import Ticks


class LedgerConfig(AppConfig):
    name = "comms.ledger"
    label = "ledger"

    # A tick that waited for a worker longer than its own period is stale: the next one does its work.
    beat: ClassVar[Ticks] = {
        "ledger.tick": {"task": "ledger.tick", "schedule": 1.0, "options": {"expires": 5}},
        "ledger.tick_keys": {
            "task": "ledger.tick_keys",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
    }

    def ready(self) -> None:
        from comms.core import keyring
        from comms.ledger.services.data_keys import TableOfKeys

        keyring.use_store(TableOfKeys())
