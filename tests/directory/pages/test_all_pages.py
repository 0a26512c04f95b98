"""What holds for every page: how much it asks, and that nothing of another workspace is found."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory import selectors, services
from comms.directory.models import Consent, ContactPoint, Stakeholder, SuppressionReason
from comms.directory.selectors.filters import StakeholderFilter
from comms.directory.services import imports
from tests.directory.makers import make_stakeholder
from tests.directory.pages.looking import CSV, address

MOST_QUERIES = 20


def test_every_page_asks_little(
    editing: Client, mission: Workspace, actor: Actor, sixty: list[Stakeholder]
) -> None:
    with in_workspace(mission.id):
        live = [
            services.create_audience(
                actor=actor, name=f"A{n}", filters=StakeholderFilter(regions=("EUROPE",))
            )
            for n in range(12)
        ]
        run = imports.stage_import(actor=actor, filename="l.csv", content=CSV)
        point = selectors.get_stakeholder(actor, sixty[0].id).contact_points.get()
        services.suppress_contact_point(contact_point_id=point.id, reason=SuppressionReason.BOUNCED)
    pages = [
        address("list"),
        address("list") + "?q=miss&region=EUROPE&kind=mission&language=fr&address=yes&basis=yes",
        address("stakeholder", stakeholder_id=sixty[0].id),
        address("edit", stakeholder_id=sixty[0].id),
        address("audiences"),
        address("audience", audience_id=live[0].id),
        address("audience_new"),
        address("imports"),
        address("import_columns", import_id=run.id),
    ]
    editing.get(pages[0])  # opens the keyring and the session once
    for page in pages:
        with CaptureQueriesContext(connection) as asked:
            assert editing.get(page).status_code == 200, page
        assert len(asked) <= MOST_QUERIES, f"{page}: {len(asked)} queries"


def test_another_workspaces_ids_in_every_address_are_not_found(
    oscar: User,
    elsewhere: Workspace,
    mission: Workspace,
    actor: Actor,
    as_user: Callable[[User], Client],
) -> None:
    with in_workspace(mission.id):
        one = make_stakeholder(actor, "Ours", email="desk@example.org")
        ids = {
            "stakeholder_id": one.id,
            "contact_point_id": ContactPoint.objects.get().id,
            "consent_id": Consent.objects.get().id,
            "audience_id": services.create_audience(actor=actor, name="Ours").id,
            "import_id": imports.stage_import(actor=actor, filename="l.csv", content=CSV).id,
        }
    from comms.directory.urls import urlpatterns

    outsider = as_user(oscar)
    tried = 0
    for pattern in urlpatterns:
        names = set(pattern.pattern.converters)
        if not names:
            continue
        page = reverse(
            f"directory:{pattern.name}",
            kwargs={"workspace": elsewhere.slug, **{name: ids[name] for name in names}},
        )
        data = {"because": "a reason long enough", "how": "by mail", "stakeholder": str(one.id)}
        for answer in (outsider.get(page), outsider.post(page, data)):
            assert answer.status_code in {404, 405}, page
            tried += answer.status_code == 404
    assert tried >= len(urlpatterns) - 8


def test_an_unknown_id_is_not_found(editing: Client, mission: Workspace) -> None:
    assert editing.get(address("stakeholder", stakeholder_id=uuid.uuid4())).status_code == 404
