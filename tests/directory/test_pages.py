"""The directory's pages: what they show, how much they ask, whom they refuse."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory import selectors, services
from comms.directory.models import (
    Audience,
    Consent,
    ContactPoint,
    Import,
    ImportState,
    Stakeholder,
    SuppressionReason,
)
from comms.directory.selectors.filters import StakeholderFilter
from comms.directory.services import imports
from comms.ledger.models import AuditEntry
from tests import factories
from tests.directory.makers import make_many, make_stakeholder

MOST_QUERIES = 20
CSV = b"Name,Country,Email\nEmbassy,France,desk@example.org\nClub,Atlantis,none\n"


@pytest.fixture
def editing(edgar: User, as_user: Callable[[User], Client]) -> Client:
    """Edgar's browser."""
    return as_user(edgar)


@pytest.fixture
def actor(edgar: User, mission: Workspace) -> Actor:
    """Edgar, for making things."""
    return factories.actor_of(edgar, mission)


def address(name: str, **words: object) -> str:
    return reverse(f"directory:{name}", kwargs={"workspace": "mission", **words})


@pytest.fixture
def sixty(mission: Workspace, actor: Actor) -> list[Stakeholder]:
    """More than one page of stakeholders."""
    known = [(f"Mission {number:02}", f"m{number}@example.org") for number in range(60)]
    shared = {"country": "FR", "languages": ("fr", "ar")}
    africa = make_many(actor, known[::2], region="AFRICA", **shared)
    europe = make_many(actor, known[1::2], region="EUROPE", **shared)
    return [each for pair in zip(africa, europe, strict=True) for each in pair]


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


def test_the_wizard_from_file_to_result(editing: Client, mission: Workspace, edgar: User) -> None:
    answer = editing.post(address("imports"), {"file": SimpleUploadedFile("desk list.csv", CSV)})
    with in_workspace(mission.id):
        run = Import.objects.get()
    assert answer.headers["Location"] == address("import", import_id=run.id)
    columns = editing.get(answer.headers["Location"], follow=True)
    assert "desk@example.org" in columns.content.decode()
    assert "“Atlantis” is not a country" in columns.content.decode()
    given = {
        name: columns.context["form"][name].value() or "" for name in columns.context["form"].fields
    }

    refused = editing.post(address("import_columns", import_id=run.id), given)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"basis", "source"}

    given |= {"basis": "public_task", "source": "Diplomatic list", "country_source": "none"}
    refused = editing.post(address("import_columns", import_id=run.id), given)
    assert refused.status_code == 422
    assert "country_source" in refused.context["form"].errors

    preview = editing.post(
        address("import_preview", import_id=run.id),
        {
            **given,
            "name_source": "pattern",
            "name_value": "{Country}: {Name}",
            "languages_source": "none",
        },
    )
    assert "France: Embassy" in preview.content.decode()

    given["country_source"] = "column:1"
    assert editing.post(address("import_columns", import_id=run.id), given).status_code == 302
    waiting = editing.get(address("import", import_id=run.id)).content.decode()
    assert "Being checked" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    imports.advance_import(workspace_id=mission.id, import_id=run.id)
    assert editing.get(address("import_progress", import_id=run.id)).headers["HX-Refresh"] == "true"
    assert "Import 2 rows" in editing.get(address("import", import_id=run.id)).content.decode()
    editing.post(address("import_start", import_id=run.id))
    imports.advance_import(workspace_id=mission.id, import_id=run.id)
    done = editing.get(address("import", import_id=run.id)).content.decode()
    assert "The list is imported" in done
    assert "“none” is not an e-mail address." in done
    file = editing.get(address("import_errors", import_id=run.id))
    lines = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # a stream
    assert lines[0].startswith("\ufeffName,Country,Email,")
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 something", "not a list in CSV but PDF"),
        (b"", "empty"),
        (b"Name,Email\nA,b\x00c\n", "Line 2 holds an invisible character"),
        (b"desk@example.org,France\nx@example.org,Spain\n", "looks like data"),
        (b"Name,Email\n", "only column names"),
        (b'Name,Email\n"A,b\n', "quotation mark"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04xl/", "Excel"),
    ],
)
def test_what_is_no_list_gets_one_sentence_and_leaves_nothing(
    editing: Client, mission: Workspace, content: bytes, sentence: str
) -> None:
    answer = editing.post(address("imports"), {"file": SimpleUploadedFile("list.csv", content)})
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors["file"])
    with in_workspace(mission.id):
        assert not Import.objects.exists()


def test_an_upload_is_discarded_after_one_question(
    editing: Client, mission: Workspace, actor: Actor
) -> None:
    with in_workspace(mission.id):
        run = imports.stage_import(actor=actor, filename="l.csv", content=CSV)
    page = address("import_discard", import_id=run.id)
    assert "Discard l.csv" in editing.get(page).content.decode()
    assert editing.post(page).headers["Location"] == address("imports")
    with in_workspace(mission.id):
        run.refresh_from_db()
        assert (run.state, run.chunks.count(), run.columns) == (ImportState.DISCARDED, 0, [])
    assert editing.get(address("import", import_id=run.id)).status_code == 200


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


def test_pages_speak_arabic(editing: Client, edgar: User, sixty: list[Stakeholder]) -> None:
    edgar.language = "ar"
    edgar.save(update_fields=["language"])
    page = editing.get(address("list")).content.decode()
    assert 'dir="rtl"' in page
    assert "فرنسا" in page
