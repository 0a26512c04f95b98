"""Makes the demonstration once, and prints who to sign in as every time."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import capfirst

from comms.accounts.demo import PEOPLE, SLUG, make_demo_workspace
from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace


class Command(BaseCommand):
    """Each app adds its own data by a function `fill(workspace)` in its module `demo`."""

    help = "Make a demonstration workspace with people for all roles, and print how to sign in."
    # They look at code, which is tested, and load every view for it: a second.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MAIL_CATCHER_DIR is None:
            raise CommandError(
                "The demonstration runs only with the embedded services: its keys are made on the server."
            )
        workspace = Workspace.objects.filter(slug=SLUG).first()
        if workspace is None:
            if User.objects.exists():
                raise CommandError(
                    "There are accounts already, and the demonstration does not mix with them. "
                    "Start it in an empty data folder: VAR=/another/path DEMO=1 make run."
                )
            workspace = make()
        self.stdout.write(f"Demonstration: {settings.PUBLIC_URL}/w/{workspace.slug}/")
        for person in PEOPLE:
            roles = ", ".join(str(role.label) for role in person.roles)
            self.stdout.write(f"  {capfirst(roles)}: {person.email}  {person.passphrase}")


def make() -> Workspace:
    """Make the workspace with its people, and let every app that has a `demo` add to it, in their order."""
    workspace = make_demo_workspace()
    for config in apps.get_app_configs():
        name = f"{config.name}.demo"
        if config.name.startswith("comms.") and find_spec(name) is not None:
            fill = getattr(import_module(name), "fill", None)
            if fill is not None:
                with in_workspace(workspace.id):
                    fill(workspace)
    return workspace
