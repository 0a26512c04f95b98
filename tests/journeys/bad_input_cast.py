"""Makes two workspaces for the journey of bad input, and tells every address that takes an id.

`manage.py shell -c` runs this inside the deployment. The ids come from the permission matrix, which has a
row for every route, so that no route can be forgotten.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.content.models import Template
from comms.core.actors import Role
from comms.core.tenancy import in_workspace
from comms.directory.models import Stakeholder
from tests import factories
from tests.campaigns import makers
from tests.permissions.rows import OK, Cast, nothing, workspace_only
from tests.test_permission_matrix import ROWS

MARK = "cast: "
NO_IDS = {"workspace", "extension", "column", "language"}
"""Parts of addresses that name nothing of a workspace's own."""
SLUG, NAME = "quiet-harbour", "Quiet Harbour Mission"
PEOPLE = {
    "admin": ("Zenobia Harbourmaster", Role.ADMIN),
    "diplomat": ("Yorick Quayside", Role.DIPLOMAT),
    "editor": ("Xanthe Lighthouse", Role.EDITOR),
    "approver": ("Wilhelmina Breakwater", Role.APPROVER),
    "analyst": ("Valentin Anchorage", Role.ANALYST),
}


def make() -> None:
    """Print the intruder's session, their own pages, every foreign address, and words they may never see."""
    elsewhere = factories.make_workspace("intruders", "Another Team")
    outsider = factories.make_member(elsewhere, "oscar@elsewhere.example", "Oscar Outsider", *Role)
    addresses = _addresses(elsewhere, outsider)
    with in_workspace(elsewhere.id):
        template = makers.make_template(factories.actor_of(outsider, elsewhere), languages=["en"])
    client = Client()
    client.force_login(outsider, backend="allauth.account.auth_backends.AuthenticationBackend")
    told = {
        "session": client.cookies["sessionid"].value,
        "imports": reverse("directory:imports", args=["intruders"]),
        "writing": reverse("content:variant", args=["intruders", template.id, "everyone", "en"]),
        "addresses": addresses,
        "words": [NAME, *(called for called, _role in PEOPLE.values()), *_names()],
        "counts": _counts(),
    }
    print(MARK + json.dumps(told))


def count() -> None:
    """Print how many rows the harbour's workspaces have in each table."""
    print(MARK + json.dumps(_counts()))


def _harbour(number: int) -> tuple[Workspace, dict[str, User]]:
    """A workspace for the objects of one route: two routes may make the same address."""
    workspace = factories.make_workspace(f"{SLUG}-{number}", NAME)
    return workspace, {
        name: factories.make_member(workspace, f"{name}@harbour.example", called, role)
        for name, (called, role) in PEOPLE.items()
    }


def _addresses(elsewhere: Workspace, outsider: User) -> list[dict[str, Any]]:
    """For each row with an id: its address as it is, and with the intruder's own workspace in it."""
    made: dict[Callable[[Cast], dict[str, Any]], tuple[Cast, dict[str, Any]]] = {}
    found = []
    for row in ROWS:
        # What anybody at all may open is nobody's secret.
        if row.arguments in (nothing, workspace_only) or row.everyone == OK:
            continue
        if row.arguments not in made:
            workspace, people = _harbour(len(made))
            cast = Cast(
                mission=workspace, elsewhere=elsewhere, people={**people, "outsider": outsider}
            )
            with in_workspace(workspace.id):
                made[row.arguments] = cast, row.arguments(cast)
        cast, arguments = made[row.arguments]
        if arguments.get("workspace") != cast.mission.slug or not set(arguments) - NO_IDS:
            continue
        with in_workspace(cast.mission.id):
            data = row.data(cast)
        crossed = {**arguments, "workspace": elsewhere.slug}
        found += [
            {
                "name": row.name,
                "method": row.method,
                "address": reverse(row.name, kwargs=each) + row.query,
                "data": json.loads(json.dumps(data, default=str)),
                "kind": row.content_type,
            }
            for each in (arguments, crossed)
        ]
    return found


def _names() -> list[str]:
    found: set[str] = set()
    for workspace in Workspace.objects.filter(slug__startswith=SLUG):
        with in_workspace(workspace.id):
            found |= {one.name for one in Stakeholder.objects.all()}
            found |= {one.name for one in Template.objects.all()}
    # Shorter ones are words of the pages themselves.
    return sorted(name for name in found if len(name) >= 9)


def _counts() -> dict[str, int]:
    """Of what only people change; the sealer, the workers and data keys go on by themselves."""
    found: Counter[str] = Counter()
    models = [
        model
        for model in apps.get_models()
        if model.__module__.startswith(
            (
                "comms.accounts",
                "comms.directory",
                "comms.content",
                "comms.threads",
                "comms.feedback",
            )
        )
        and any(field.column == "workspace_id" for field in model._meta.concrete_fields)
    ]
    for workspace in Workspace.objects.filter(slug__startswith=SLUG):
        with in_workspace(workspace.id):
            for model in models:
                # Those that row-level security doesn't bind show every workspace's rows.
                found[model._meta.label] += model._default_manager.filter(
                    workspace_id=workspace.id
                ).count()
    return dict(found)
