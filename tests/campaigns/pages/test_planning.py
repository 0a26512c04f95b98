"""From a new campaign to an edition with texts, readers and a moment; what the forms refuse."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.test import Client

from comms.accounts.models import User, Workspace
from comms.campaigns.models import Edition
from comms.content.models import Template
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience
from tests.campaigns.pages.looking import address

SignIn = Callable[[User], Client]


def test_a_campaign_is_planned_step_by_step(
    mission: Workspace, edgar: User, audience: Audience, template: Template, as_user: SignIn
) -> None:
    client = as_user(edgar)
    answer = client.post(
        address("new"), {"name": "Talks", "objective": "Know the date", "template": template.id}
    )
    with in_workspace(mission.id):
        edition = Edition.objects.get()
    assert answer.headers["Location"] == address("what", edition.id)
    answer = client.post(address("what", edition.id), {"title": "Talks resume"})
    assert answer.headers["Location"] == address("who", edition.id)
    answer = client.post(address("who", edition.id), {"audiences": [audience.id]})
    assert answer.headers["Location"] == address("when", edition.id)
    answer = client.post(
        address("when", edition.id),
        {
            "when": "instant",
            "day": "2031-03-30",
            "time": "09:00",
            "time_zone": "Europe/Dublin",
            "unknown_policy": "wait",
        },
    )
    assert answer.headers["Location"] == address("check", edition.id)
    with in_workspace(mission.id):
        edition.refresh_from_db()
    # Clocks in Dublin went forward that night: 09:00 is 08:00 UTC.
    assert edition.send_at == datetime.datetime(2031, 3, 30, 8, 0, tzinfo=datetime.UTC)
    assert edition.title == "Talks resume"


def test_the_recipients_own_time_is_kept_as_a_day_and_a_time(
    mission: Workspace, edgar: User, draft: Edition, as_user: SignIn
) -> None:
    as_user(edgar).post(
        address("when", draft.id),
        {
            "when": "local",
            "day": "2031-05-04",
            "time": "09:00",
            "time_zone": "Europe/Dublin",
            "unknown_policy": "resend",
        },
    )
    with in_workspace(mission.id):
        draft.refresh_from_db()
    assert (draft.schedule_kind, draft.unknown_policy) == ("local", "resend")
    assert (draft.local_date, draft.local_time) == (
        datetime.date(2031, 5, 4),
        datetime.time(9, 0),
    )


def test_a_schedule_without_a_day_is_refused(edgar: User, draft: Edition, as_user: SignIn) -> None:
    answer = as_user(edgar).post(
        address("when", draft.id),
        {"when": "instant", "time_zone": "UTC", "unknown_policy": "wait"},
    )
    assert answer.status_code == 422
    assert "Give the day and the time." in answer.content.decode()


def test_a_sender_of_another_domain_is_refused_next_to_the_field(
    edgar: User, draft: Edition, as_user: SignIn
) -> None:
    answer = as_user(edgar).post(
        address("what", draft.id), {"title": "T", "from_address": "president@other.example"}
    )
    assert answer.status_code == 422
    assert "other.example" in answer.content.decode()


def test_the_count_follows_what_is_ticked(
    edgar: User, draft: Edition, audience: Audience, as_user: SignIn
) -> None:
    client = as_user(edgar)
    ticked = client.get(address("who_count", draft.id) + f"?audiences={audience.id}")
    assert "33 people and organisations" in ticked.content.decode()
    none = client.get(address("who_count", draft.id))
    assert "Nobody yet" in none.content.decode()
