"""One change to many stakeholders: counted, made once, or refused."""

from __future__ import annotations

from datetime import date

from django.test import Client

from comms.accounts.models import Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory import services
from comms.directory.models import Consent, Stakeholder
from comms.ledger.models import AuditEntry
from tests.directory.makers import make_stakeholder
from tests.directory.pages.looking import address


def test_one_change_to_all_that_match_is_counted_then_made_in_one_entry(
    editing: Client, mission: Workspace, sixty: list[Stakeholder]
) -> None:
    given = {"scope": "all", "filters": "region=EUROPE", "field": "region", "region": "Europe"}
    assert editing.post(address("bulk"), given | {"field": ""}).context["count"] == 30
    counted = editing.post(address("bulk"), given | {"step": "preview"})
    assert (counted.context["preview"].selected, counted.context["preview"].changing) == (30, 30)
    assert "Change 30 stakeholders" in counted.content.decode()
    with in_workspace(mission.id):
        assert Stakeholder.objects.filter(region="Europe").count() == 0
    made = editing.post(address("bulk"), given | {"step": "apply", "expected": "30"})
    assert made.headers["Location"] == address("list") + "?region=EUROPE"
    with in_workspace(mission.id):
        assert Stakeholder.objects.filter(region="Europe").count() == 30
        entry = AuditEntry.objects.get(action="directory.changed_many")
        assert entry.details["count"] == 30


def test_a_change_that_would_touch_others_than_shown_is_refused(
    editing: Client, mission: Workspace, sixty: list[Stakeholder]
) -> None:
    given = {"scope": "all", "filters": "", "field": "kind", "kind": "person"}
    answer = editing.post(address("bulk"), given | {"step": "apply", "expected": "59"})
    assert answer.status_code == 422
    assert "it would be 60 now, not 59" in answer.content.decode()
    editing.post(address("bulk"), given | {"step": "apply", "expected": "60"})
    with in_workspace(mission.id):
        assert set(Stakeholder.objects.values_list("sort_name", flat=True)) == {"m"}


def test_a_basis_for_many_leaves_out_who_withdrew(
    editing: Client, mission: Workspace, actor: Actor
) -> None:
    with in_workspace(mission.id):
        gone = make_stakeholder(actor, "Gone")
        services.withdraw_consent(actor=actor, stakeholder_id=gone.id, how="by letter")
        make_stakeholder(actor, "New", basis=False)
    given = {
        "scope": "all",
        "field": "basis",
        "purpose": "updates",
        "basis": "consent",
        "source": "Sign-up sheet",
        "given_at": "2026-05-03",
    }
    counted = editing.post(address("bulk"), given | {"step": "preview"})
    assert (counted.context["preview"].selected, counted.context["preview"].changing) == (2, 1)
    editing.post(address("bulk"), given | {"step": "apply", "expected": "1"})
    with in_workspace(mission.id):
        assert Consent.objects.get(withdrawn_at=None).stakeholder.name == "New"
        assert Consent.objects.get(withdrawn_at=None).given_at == date(2026, 5, 3)


def test_nothing_ticked_changes_nothing(editing: Client, sixty: list[Stakeholder]) -> None:
    answer = editing.post(address("bulk"), {"scope": "ticked", "ids": ["nonsense"]}, follow=True)
    assert "Tick the stakeholders to change first." in answer.content.decode()
