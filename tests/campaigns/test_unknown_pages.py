"""Messages of unknown fate: shown, in the way of completion, and decided over by a person."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from comms.accounts.models import User
from comms.campaigns.models import Delivery, Edition
from comms.campaigns.transports.base import Outcome
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun, counts, send, state, tick
from tests.campaigns.server import ScriptedServer

SignIn = Callable[[User], Client]


def address(team: Team, name: str, edition: Edition) -> str:
    return reverse(f"campaigns:{name}", args=[team.workspace.slug, edition.id])


def all_but_two(team: Team) -> tuple[Edition, list[uuid.UUID]]:
    """An edition of five of which two broke off while they were handed over."""
    edition = begun(team, 5)

    def script(recipient: str, tries: int) -> str:
        broken = recipient in {"mission1@example.org", "mission3@example.org"} and tries == 1
        return "close_after_text" if broken else "accept"

    with ScriptedServer(act=script).running() as server:  # type: ignore[arg-type]  # acts are words
        send(team, edition, server)
    tick(team)
    with in_workspace(team.workspace.id):
        keys = list(
            Delivery.objects.filter(edition=edition, state=Outcome.UNKNOWN.value)
            .order_by("id")
            .values_list("id", flat=True)
        )
    assert counts(team, edition) == {"sent": 3, "unknown": 2}
    return edition, keys


@pytest.fixture
def edgar_client(team: Team, as_user: SignIn) -> Client:
    """The writer's browser."""
    return as_user(User.objects.get(email="edgar@example.org"))


def test_the_page_shows_them_and_the_edition_is_not_completed(
    team: Team, edgar_client: Client
) -> None:
    edition, keys = all_but_two(team)
    html = edgar_client.get(address(team, "edition", edition)).content.decode()
    assert "2 messages may or may not have arrived" in html
    for key in keys:
        assert f'value="{key}"' in html
    for recipient in ("mission1@example.org", "mission3@example.org"):
        assert recipient in html
    today = edgar_client.get(reverse("insights:today", args=[team.workspace.slug]))
    assert "2 messages may or may not have arrived: decide" in today.content.decode()
    for decision in ("resend", "sent", "failed"):
        assert f'name="decision" value="{decision}"' in html
    tick(team)
    assert state(team, edition) == "sending"


def test_one_is_sent_again_with_the_same_message_id_and_one_is_left(
    team: Team, edgar_client: Client
) -> None:
    edition, (again, left) = all_but_two(team)
    resolve = address(team, "resolve", edition)

    answer = edgar_client.post(resolve, {"decision": "resend", "delivery": [again]})
    assert answer.status_code == 302
    assert counts(team, edition) == {"sent": 3, "unknown": 1, "pending": 1}
    with in_workspace(team.workspace.id):
        message_id = Delivery.objects.get(id=again).message_id
    with ScriptedServer().running() as server:
        send(team, edition, server)
    assert len(server.mails) == 1
    assert message_id
    assert f"Message-ID: {message_id}" in server.mails[0].content.decode()
    tick(team)
    assert state(team, edition) == "sending", "one is still open"

    edgar_client.post(resolve, {"decision": "failed", "delivery": [left]})
    tick(team)
    assert counts(team, edition) == {"sent": 4, "failed": 1}
    assert state(team, edition) == "completed"
    html = edgar_client.get(address(team, "edition", edition)).content.decode()
    assert "may or may not have arrived" not in html
    with in_workspace(team.workspace.id):
        assert AuditEntry.objects.filter(action="campaigns.resolved_unknown").count() == 2


def test_ticks_that_were_lost_are_no_decision_over_all(team: Team, edgar_client: Client) -> None:
    """Sending everything again must never follow from a page that renewed itself at the wrong moment."""
    edition, _keys = all_but_two(team)
    resolve = address(team, "resolve", edition)
    answer = edgar_client.post(resolve, {"decision": "resend"}, follow=True)
    assert "Nothing was ticked" in answer.content.decode()
    answer = edgar_client.post(resolve, {"decision": "resend", "all": "1"}, follow=True)
    assert "Nothing is decided; look again" in answer.content.decode()
    assert counts(team, edition) == {"sent": 3, "unknown": 2}


def test_decides_over_all_that_were_shown(team: Team, edgar_client: Client) -> None:
    edition, _keys = all_but_two(team)
    edgar_client.post(address(team, "resolve", edition), {"decision": "sent", "all": "2"})
    tick(team)
    assert counts(team, edition) == {"sent": 5}
    assert state(team, edition) == "completed"


def test_refuses_a_decision_that_is_none(team: Team, edgar_client: Client) -> None:
    edition, keys = all_but_two(team)
    for words in (
        {"decision": "forget"},
        {},
        {"decision": "resend", "delivery": ["x"]},
        {"decision": "sent", "all": "x"},
    ):
        edgar_client.post(address(team, "resolve", edition), words)
    assert counts(team, edition) == {"sent": 3, "unknown": len(keys)}


def test_an_approver_reads_but_does_not_decide(team: Team, as_user: SignIn) -> None:
    edition, _keys = all_but_two(team)
    petra = as_user(User.objects.get(email="petra@example.org"))
    html = petra.get(address(team, "edition", edition)).content.decode()
    assert "2 messages may or may not have arrived" in html
    assert 'name="decision"' not in html
    petra.post(address(team, "resolve", edition), {"decision": "sent"})
    assert counts(team, edition) == {"sent": 3, "unknown": 2}
