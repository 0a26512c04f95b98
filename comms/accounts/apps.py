"""Registers the app, and connects it to what it stands on: the tenancy, allauth and Django's sign-out."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "comms.accounts"
    label = "accounts"

    def ready(self) -> None:
        from comms.accounts.selectors import list_workspace_ids
        from comms.accounts.services import replace_allauths_rule, watch_sign_ins
        from comms.core.tenancy import use_workspaces

        use_workspaces(list_workspace_ids)
        replace_allauths_rule()
        watch_sign_ins()
