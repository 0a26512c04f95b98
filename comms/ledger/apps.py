"""Registers the app and gives the keyring its table."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "comms.ledger"
    label = "ledger"

    def ready(self) -> None:
        from comms.core import keyring
        from comms.ledger.services.data_keys import TableOfKeys

        keyring.use_store(TableOfKeys())
