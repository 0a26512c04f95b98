"""Registers the app, and tells the lower floors which workspaces there are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "comms.accounts"
    label = "accounts"

    def ready(self) -> None:
        from comms.accounts.selectors import list_workspace_ids
        from comms.core.tenancy import use_workspaces

        use_workspaces(list_workspace_ids)
