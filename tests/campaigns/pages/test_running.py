"""Releasing, holding and cancelling: asked once, and said when it can't be done."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from comms.accounts.models import User, Workspace
from comms.campaigns.models import Edition
from tests.campaigns.pages.looking import address, state_of

SignIn = Callable[[User], Client]


def test_releasing_asks_once_and_names_the_number(
    mission: Workspace, edgar: User, approved: Edition, as_user: SignIn
) -> None:
    client = as_user(edgar)
    assert "Send to 33 recipients" in client.get(address("schedule", approved.id)).content.decode()
    assert state_of(mission, approved) == "approved"
    client.post(address("schedule", approved.id))
    assert state_of(mission, approved) == "scheduled"


def test_hold_and_release_one_edition(
    mission: Workspace, edgar: User, petra: User, approved: Edition, as_user: SignIn
) -> None:
    as_user(edgar).post(address("hold_edition", approved.id), {"reason": "A rumour"})
    assert state_of(mission, approved) == "held"
    assert "A rumour" in as_user(petra).get(address("edition", approved.id)).content.decode()
    as_user(petra).post(address("release_edition", approved.id))
    assert state_of(mission, approved) == "approved"


def test_hold_and_release_everything(
    mission: Workspace, edgar: User, petra: User, as_user: SignIn
) -> None:
    as_user(edgar).post(address("hold"), {"reason": "Talks broke down"})
    mission.refresh_from_db()
    assert mission.hold_reason == "Talks broke down"
    page = as_user(petra).get(address("list")).content.decode()
    assert "Talks broke down" in page
    assert "Lift the hold" in page
    as_user(petra).post(address("release"))
    mission.refresh_from_db()
    assert mission.hold_reason == ""


def test_cancelling_says_what_is_not_sent(
    mission: Workspace, edgar: User, approved: Edition, as_user: SignIn
) -> None:
    client = as_user(edgar)
    page = client.get(address("cancel", approved.id)).content.decode()
    assert "33 messages that wait are not sent." in page
    client.post(address("cancel", approved.id))
    assert state_of(mission, approved) == "cancelled"


def test_what_cannot_be_done_now_is_said_and_not_done(
    mission: Workspace, edgar: User, approved: Edition, as_user: SignIn
) -> None:
    answer = as_user(edgar).post(address("resume", approved.id), follow=True)
    assert "This can&#x27;t be done now" in answer.content.decode()
    assert state_of(mission, approved) == "approved"
