"""The list and a stakeholder's own pages: found, added, reached, refused beside the field, exported."""

from __future__ import annotations

import pytest
from django.test import Client

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory import services
from comms.directory.models import ContactPoint, Stakeholder, SuppressionReason
from comms.ledger.models import AuditEntry
from tests.directory.makers import make_stakeholder
from tests.directory.pages.looking import address


def test_the_list_finds_by_beginning_of_name_accents_and_whole_address(
    editing: Client, mission: Workspace, actor: Actor
) -> None:
    with in_workspace(mission.id):
        make_stakeholder(actor, "Zoë Élysée", kind="person", email="zoe@example.org")
        make_stakeholder(actor, "بعثة الأمم المتحدة", email="arabic@example.org")
        make_stakeholder(actor, "Press Club", kind="media")
    for query, name in {
        "elys zo": "Zoë Élysée",
        "الامم": "بعثة الأمم",
        "ZOE@example.org": "Zoë Élysée",
        "press": "Press Club",
    }.items():
        page = editing.get(address("list"), {"q": query})
        assert page.context["page"].paginator.count == 1, query
        assert name in page.content.decode()
    assert editing.get(address("list"), {"q": "lysee"}).context["page"].paginator.count == 0


def test_filters_stay_in_the_address_over_pages(editing: Client, sixty: list[Stakeholder]) -> None:
    page = editing.get(address("list"), {"address": "yes", "kind": "mission"})
    assert page.context["page"].paginator.count == 60
    assert "?address=yes&amp;kind=mission&amp;page=2" in page.content.decode()
    assert editing.get(address("list"), {"region": "EUROPE"}).context["page"].paginator.count == 30
    unknown = editing.get(address("list"), {"region": "NOWHERE", "page": "x"})
    assert unknown.status_code == 200
    assert "This is not in the list" in unknown.content.decode()


def test_an_empty_directory_teaches_the_first_step(editing: Client, mission: Workspace) -> None:
    page = editing.get(address("list")).content.decode()
    assert "Nobody in the directory yet" in page
    assert address("imports") in page


def test_a_stakeholder_is_added_reached_and_given_a_basis(
    editing: Client, mission: Workspace
) -> None:
    added = editing.post(
        address("new"),
        {
            "name": "Dr  Amal Haddad",
            "kind": "person",
            "languages": "Arabic, français",
            "country": "LB",
        },
    )
    profile = added.headers["Location"]
    with in_workspace(mission.id):
        made = Stakeholder.objects.get()
        assert (made.name, made.languages, made.sort_name) == ("Dr Amal Haddad", ["ar", "fr"], "d")
    editing.post(
        address("address_add", stakeholder_id=made.id),
        {"channel": "phone", "address": "01 123 456"},
    )
    editing.post(
        address("basis_add", stakeholder_id=made.id),
        {
            "purpose": "updates",
            "basis": "consent",
            "source": "At the round table",
            "given_at": "2026-05-03",
        },
    )
    page = editing.get(profile).content.decode()
    assert "+961 1 123 456" in page
    assert "At the round table" in page
    assert "right to left" in page


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "", "kind": "person"}, "name"),
        ({"name": "...", "kind": "person"}, "name"),
        ({"name": "A", "kind": "person", "languages": "Klingonish"}, "languages"),
        ({"name": "A", "kind": "boss"}, "kind"),
        ({"name": "A", "kind": "person", "time_zone": "Mars/Base"}, "time_zone"),
        ({"name": "A" * 301, "kind": "person"}, "name"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed_and_names_the_field(
    editing: Client, mission: Workspace, data: dict[str, str], field: str
) -> None:
    answer = editing.post(address("new"), data)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert answer.context["form"].data["name"] == data["name"]


def test_one_address_belongs_to_one_stakeholder(
    editing: Client, mission: Workspace, actor: Actor
) -> None:
    with in_workspace(mission.id):
        make_stakeholder(actor, "First", email="desk@example.org")
        second = make_stakeholder(actor, "Second")
    answer = editing.post(
        address("address_add", stakeholder_id=second.id),
        {"channel": "email", "address": "Desk@Example.ORG"},
    )
    assert answer.status_code == 422
    assert "belongs to First already" in answer.content.decode()


def test_a_suppression_is_lifted_only_with_a_reason_that_is_kept(
    editing: Client, mission: Workspace, actor: Actor
) -> None:
    with in_workspace(mission.id):
        one = make_stakeholder(actor, "First", email="desk@example.org")
        point = ContactPoint.objects.get()
        services.suppress_contact_point(
            contact_point_id=point.id, reason=SuppressionReason.COMPLAINED
        )
    page = address("address_allow", stakeholder_id=one.id, contact_point_id=point.id)
    assert editing.post(page, {"because": "please"}).status_code == 422
    with in_workspace(mission.id):
        assert ContactPoint.objects.get().is_suppressed
    assert editing.post(page, {"because": "They asked for it on 3 May"}).status_code == 302
    with in_workspace(mission.id):
        assert not ContactPoint.objects.get().is_suppressed
        assert AuditEntry.objects.filter(action="directory.lifted_suppression").count() == 1
    profile = editing.get(address("stakeholder", stakeholder_id=one.id)).content.decode()
    assert "They asked for it on 3 May" in profile
    assert "Edgar Editor" in profile


def test_the_export_follows_the_filter_and_runs_no_formula(
    editing: Client, mission: Workspace, actor: Actor
) -> None:
    with in_workspace(mission.id):
        make_stakeholder(actor, "=HYPERLINK(1)", region="EUROPE", email="desk@example.org")
        make_stakeholder(actor, "Other", region="AFRICA")
    answer = editing.get(address("export"), {"region": "EUROPE"})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # a stream
    assert len(lines) == 2
    assert lines[1].startswith("'=HYPERLINK(1),Diplomatic mission,")
    assert "desk@example.org" in lines[1]
    with in_workspace(mission.id):
        assert AuditEntry.objects.filter(action="directory.exported_stakeholders").count() == 1


def test_pages_speak_arabic(editing: Client, edgar: User, sixty: list[Stakeholder]) -> None:
    edgar.language = "ar"
    edgar.save(update_fields=["language"])
    page = editing.get(address("list")).content.decode()
    assert 'dir="rtl"' in page
    assert "فرنسا" in page
