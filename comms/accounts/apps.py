"""Registers the app, tells the lower floors which workspaces there are, and lets no one-time code work twice."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "comms.accounts"
    label = "accounts"

    def ready(self) -> None:
        from comms.accounts.selectors import list_workspace_ids
        from comms.accounts.services import replace_allauths_rule
        from comms.core.tenancy import use_workspaces

        use_workspaces(list_workspace_ids)
        replace_allauths_rule()
