"""What the log and the audit trail show of an edition, and how one is found there."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.campaigns.models import Edition
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from tests.campaigns.pages.looking import CONTROL, address
from tests.directory.makers import make_stakeholder

SignIn = Callable[[User], Client]


def test_the_log_shows_everyone_and_filters_by_the_address(
    edgar: User, approved: Edition, as_user: SignIn
) -> None:
    client = as_user(edgar)
    everyone = client.get(address("log", approved.id)).content.decode()
    assert everyone.count("<tr>") == 34
    arabic = client.get(address("log", approved.id) + "?language=ar").content.decode()
    assert arabic.count("<tr>") == 3
    assert "arabic0@example.org" in arabic
    nobody = client.get(address("log", approved.id) + "?state=failed").content.decode()
    assert "No recipient fits." in nobody


def test_the_audit_trail_names_what_it_is_about(
    mission: Workspace, anna: User, writer: Actor, approved: Edition, as_user: SignIn
) -> None:
    """Also after a change of the name, and with a link; what is gone has none."""
    with in_workspace(mission.id):
        Edition.objects.filter(id=approved.id).update(title="Talks go on")
        make_stakeholder(writer, "Georgian Legation")
        make_stakeholder(writer, "Gone").delete()
    client = as_user(anna)
    client.get("/w/mission/audit/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/w/mission/audit/").content.decode()
    place = reverse("campaigns:edition", args=["mission", approved.id])
    assert f'<a href="{place}">edition <bdi>Talks go on</bdi></a>' in page
    assert "campaign <bdi>Talks</bdi>" in page
    assert "stakeholder <bdi>Georgian Legation</bdi>" in page
    assert "stakeholder <bdi>Gone" not in page
    assert len([each for each in queries if not each["sql"].startswith(CONTROL)]) <= 20


def test_the_log_finds_a_recipient_by_name_or_address(
    edgar: User, approved: Edition, as_user: SignIn
) -> None:
    """Names and addresses are encrypted: found by blind index, with few questions to the database."""
    client = as_user(edgar)
    expected = {
        "q=arabic0@example.org": 1,
        "q=%20Arabic0@EXAMPLE.org": 1,  # as people copy it
        "q=arabic": 2,
        "q=arab+1": 1,  # beginnings of words
        "q=arabic&language=en": 0,
        "q=arabic0@example": 0,
        "q=nobody@example.org": 0,
        "q=arabic&state=hand-made": 2,  # what is no state narrows nothing, and the rest still does
    }
    for query, shown in expected.items():
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{address('log', approved.id)}?{query}")
        assert len(page.context["rows"]) == shown, query
        assert ("No recipient fits." in page.content.decode()) == (not shown), query
        asked = [each["sql"] for each in queries if not each["sql"].startswith(CONTROL)]
        assert len(asked) <= 15, asked
    assert "not in the list" in page.content.decode()
