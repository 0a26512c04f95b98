"""Registers the app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "comms.ledger"
    label = "ledger"
