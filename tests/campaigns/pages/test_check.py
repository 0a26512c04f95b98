"""The check before a review: every blocker with the way to its mend, and exact counts."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from comms.accounts.models import User, Workspace
from comms.campaigns import services
from comms.campaigns.models import Delivery, Edition
from comms.campaigns.services import checking
from comms.content.models import Template
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience
from tests.campaigns import makers
from tests.campaigns.pages.looking import address

SignIn = Callable[[User], Client]


def test_check_page_looks_at_a_bounded_number_of_recipients_and_counts_all(
    as_user: SignIn,
    edgar: User,
    mission: Workspace,
    writer: Actor,
    audience: Audience,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who lacks a value shows only once decrypted; the page may not take longer for a longer list."""
    monkeypatch.setattr(checking, "LOOKED_AT", 4)
    with in_workspace(mission.id):
        template = makers.make_template(
            writer,
            languages=("en",),
            bodies={"en": "Dear {{ name }}, {{ role }},\n\nthe talks resume."},
        )
        draft = makers.make_edition(writer, template=template, audience_ids=[audience.id])
        with CaptureQueriesContext(connection) as queries:
            check = checking.check_edition(actor=writer, edition=draft, workspace_name="Mission")
        written = [query["sql"] for query in queries if "INSERT" in query["sql"]]
        assert not written, "a check writes nothing, not even what it takes back"
        assert not Delivery.objects.filter(edition=draft).exists(), "a check writes nothing"
    assert (check.total, check.sendable, check.without_text) == (33, 30, 3)
    assert (check.lacking_count, check.not_looked_at) == (4, 26)
    html = as_user(edgar).get(address("check", draft.id)).content.decode()
    assert "26 more recipients are looked at for missing values when you submit." in html


def test_the_check_lists_every_blocker_with_a_link_to_its_mend(
    mission: Workspace,
    writer: Actor,
    edgar: User,
    template: Template,
    as_user: SignIn,
) -> None:
    with in_workspace(mission.id):
        edition = makers.make_edition(writer, template=template, audience_ids=[])
        edition.audiences.all().delete()
        Edition.objects.filter(id=edition.id).update(
            send_at=timezone.now() - datetime.timedelta(hours=1)
        )
        template.variants.filter(language="ar").update(state="draft")
    html = as_user(edgar).get(address("check", edition.id)).content.decode()
    assert "It has no audience" in html
    assert address("who", edition.id) in html
    assert "Its moment has passed" in html
    assert "This text is still a draft" in html
    assert reverse("content:variant", args=["mission", template.id, "everyone", "ar"]) in html
    assert "Nobody here could approve it" in html
    assert "4 things to mend" in html


def test_an_installation_without_a_sender_cannot_send_to_the_world(
    edgar: User, petra: User, draft: Edition, as_user: SignIn, settings: Settings
) -> None:
    client = as_user(edgar)
    assert "No sender" not in client.get(address("check", draft.id)).content.decode()
    settings.ALLOW_REAL_MAIL = True
    html = client.get(address("check", draft.id)).content.decode()
    assert "No sender's address is set up" in html
    assert "2 things to mend" in html


def test_the_check_counts_exactly_and_changes_nothing(
    mission: Workspace, edgar: User, petra: User, draft: Edition, as_user: SignIn
) -> None:
    html = as_user(edgar).get(address("check", draft.id)).content.decode()
    assert "1 recipient reads none of these languages" in html
    assert "Georgian 0" in html
    assert "Send them English" in html
    assert "1 thing to mend" in html
    with in_workspace(mission.id):
        assert not Delivery.objects.exists()
        assert not draft.variants.exists()


def test_a_missing_value_names_the_recipient(
    mission: Workspace,
    writer: Actor,
    edgar: User,
    petra: User,
    audience: Audience,
    as_user: SignIn,
) -> None:
    with in_workspace(mission.id):
        template = makers.make_template(
            writer, bodies={"en": "Dear {{ role }}", "ar": "{{ name }}"}
        )
        edition = makers.make_edition(writer, template=template, audience_ids=[audience.id])
        services.accept_fallback(actor=writer, edition_id=edition.id)
    html = as_user(edgar).get(address("check", edition.id)).content.decode()
    assert "31 recipients lack a value" in html
    assert "<code>role</code>" in html
    assert "mission0@example.org" in html.lower()


def test_accepting_the_fallback_takes_that_blocker_away(
    edgar: User, petra: User, draft: Edition, as_user: SignIn
) -> None:
    client = as_user(edgar)
    client.post(address("fallback", draft.id), {"accepted": "yes"})
    html = client.get(address("check", draft.id)).content.decode()
    assert "Nothing stands in the way" in html
    assert "Edgar Editor" in html
    client.post(address("fallback", draft.id), {"accepted": "no"})
    assert "1 thing to mend" in client.get(address("check", draft.id)).content.decode()
