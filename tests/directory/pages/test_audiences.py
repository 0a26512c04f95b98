"""Audiences by filter and by hand."""

from __future__ import annotations

from django.test import Client

from comms.accounts.models import Workspace
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience, Stakeholder
from tests.directory.pages.looking import address


def test_the_audience_builder_counts_live(
    editing: Client, mission: Workspace, sixty: list[Stakeholder]
) -> None:
    fragment = editing.get(address("audience_count"), {"regions": "EUROPE", "languages": "ar"})
    assert "30 stakeholders fit now" in fragment.content.decode()
    assert "60 stakeholders fit now" in editing.get(address("audience_new")).content.decode()
    counted = editing.post(address("audience_new"), {"regions": ["AFRICA"], "count": "1"})
    assert "30 stakeholders fit now" in counted.content.decode()
    made = editing.post(
        address("audience_new"),
        {"name": "African missions", "mode": "live", "regions": ["AFRICA"], "kinds": ["mission"]},
    )
    page = editing.get(made.headers["Location"]).content.decode()
    assert "Diplomatic mission" in page
    again = editing.post(address("audience_new"), {"name": "african MISSIONS", "mode": "live"})
    assert "name" in again.context["form"].errors


def test_a_hand_picked_list_is_filled_from_the_directory(
    editing: Client, mission: Workspace, sixty: list[Stakeholder]
) -> None:
    editing.post(address("audience_new"), {"name": "Picked", "mode": "picked"})
    with in_workspace(mission.id):
        audience = Audience.objects.get()
    ids = [str(each.id) for each in sixty[:3]]
    given = {"ids": ids, "field": "audience", "audience": str(audience.id)}
    counted = editing.post(address("bulk"), {**given, "step": "preview"})
    assert counted.context["preview"].changing == 3
    editing.post(address("bulk"), {**given, "step": "apply", "expected": "3"})
    page = editing.get(address("audience", audience_id=audience.id))
    assert page.context["page"].paginator.count == 3
    editing.post(address("audience_remove", audience_id=audience.id), {"stakeholder": ids[0]})
    page = editing.get(address("audience", audience_id=audience.id))
    assert page.context["page"].paginator.count == 2
