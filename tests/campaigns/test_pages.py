"""The campaign pages: from the plan to the log, what they refuse, and how much they ask of the database."""

from __future__ import annotations

import datetime
import uuid
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
from tests import factories
from tests.campaigns import makers
from tests.directory.makers import make_stakeholder

SignIn = Callable[[User], Client]

# Steps of a transaction and its settings ask nothing; in the tests, which run in one, `in_workspace` is a savepoint.
CONTROL = (
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "ROLLBACK TO SAVEPOINT",
    "SELECT set_config",
)


@pytest.fixture
def writer(mission: Workspace, edgar: User) -> Actor:
    return factories.actor_of(edgar, mission)


@pytest.fixture
def approver(mission: Workspace, petra: User) -> Actor:
    return factories.actor_of(petra, mission)


@pytest.fixture
def audience(mission: Workspace, writer: Actor) -> Audience:
    """Thirty readers of English, two of Arabic, one of Georgian."""
    with in_workspace(mission.id):
        makers.make_people(writer, 30)
        makers.make_people(writer, 2, languages=["ar"], prefix="arabic")
        makers.make_people(writer, 1, languages=["ka"], prefix="georgian")
        return makers.make_audience(writer)


@pytest.fixture
def template(mission: Workspace, writer: Actor) -> Template:
    with in_workspace(mission.id):
        return makers.make_template(writer)


@pytest.fixture
def draft(mission: Workspace, writer: Actor, audience: Audience, template: Template) -> Edition:
    with in_workspace(mission.id):
        return makers.make_edition(writer, template=template, audience_ids=[audience.id])


@pytest.fixture
def in_review(mission: Workspace, writer: Actor, draft: Edition) -> Edition:
    with in_workspace(mission.id):
        services.accept_fallback(actor=writer, edition_id=draft.id)
        return services.submit_for_review(actor=writer, edition_id=draft.id).edition


@pytest.fixture
def approved(mission: Workspace, approver: Actor, in_review: Edition) -> Edition:
    with in_workspace(mission.id):
        services.approve_edition(
            actor=approver,
            edition_id=in_review.id,
            expected_hash=bytes(in_review.frozen_hash or b""),
        )
        in_review.refresh_from_db()
    return in_review


def address(name: str, *arguments: object) -> str:
    return reverse(f"campaigns:{name}", args=["mission", *arguments])


def state_of(mission: Workspace, edition: Edition) -> str:
    with in_workspace(mission.id):
        return str(Edition.objects.values_list("state", flat=True).get(id=edition.id))


# Composing


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


# The check page


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


# Four eyes


def test_submitting_freezes_and_the_approver_sees_it_waiting(
    mission: Workspace, edgar: User, petra: User, draft: Edition, as_user: SignIn
) -> None:
    editor = as_user(edgar)
    editor.post(address("fallback", draft.id), {"accepted": "yes"})
    editor.post(address("submit", draft.id))
    assert state_of(mission, draft) == "in_review"
    html = as_user(petra).get(address("list")).content.decode()
    assert "Waiting for your approval" in html
    assert "33 recipients" in html


def test_a_blocked_edition_is_not_submitted(
    mission: Workspace, edgar: User, draft: Edition, as_user: SignIn
) -> None:
    client = as_user(edgar)
    assert client.get(address("submit", draft.id)).headers["Location"] == address("check", draft.id)
    client.post(address("submit", draft.id))
    assert state_of(mission, draft) == "draft"


def test_the_approver_sees_who_gets_what_and_approves_exactly_that(
    mission: Workspace, petra: User, in_review: Edition, as_user: SignIn
) -> None:
    client = as_user(petra)
    html = client.get(address("review", in_review.id)).content.decode()
    assert "Send to 33 recipients in 2 languages" in html
    fingerprint = bytes(in_review.frozen_hash or b"").hex()
    assert fingerprint in html
    answer = client.post(
        address("review", in_review.id),
        {"read": "on", "harmless": "on", "expected": fingerprint, "note": "Good"},
    )
    assert answer.status_code == 302
    assert state_of(mission, in_review) == "approved"
    assert "Good" in client.get(address("edition", in_review.id)).content.decode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"read": "on"}, "This field is required"),
        ({"read": "on", "harmless": "on", "expected": "ab" * 32}, "changed since you opened"),
        ({"read": "on", "harmless": "on", "expected": "zz"}, "Reload the page"),
    ],
)
def test_an_approval_of_something_else_is_refused(
    mission: Workspace,
    petra: User,
    in_review: Edition,
    as_user: SignIn,
    data: dict[str, str],
    said: str,
) -> None:
    answer = as_user(petra).post(address("review", in_review.id), data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert state_of(mission, in_review) == "in_review"


def test_an_author_with_the_role_is_told_that_somebody_else_must_approve(
    mission: Workspace, writer: Actor, edgar: User, in_review: Edition, as_user: SignIn
) -> None:
    edgar.memberships.update(roles=["editor", "approver"])
    client = as_user(edgar)
    page = client.get(address("review", in_review.id)).content.decode()
    assert "somebody else has to approve it" in page
    fingerprint = bytes(in_review.frozen_hash or b"").hex()
    answer = client.post(
        address("review", in_review.id), {"read": "on", "harmless": "on", "expected": fingerprint}
    )
    assert answer.status_code == 422
    assert state_of(mission, in_review) == "in_review"


def test_what_the_approver_wrote_reaches_the_author(
    mission: Workspace, edgar: User, petra: User, in_review: Edition, as_user: SignIn
) -> None:
    as_user(petra).post(address("reject", in_review.id), {"reason": "The date is wrong."})
    assert state_of(mission, in_review) == "draft"
    html = as_user(edgar).get(address("edition", in_review.id)).content.decode()
    assert "<bdi>Petra Approver</bdi> sent it back:" in html
    assert "The date is wrong." in html
    today = reverse("insights:today", args=[mission.slug])
    html = as_user(edgar).get(today).content.decode()
    assert "was sent back" in html
    assert "The date is wrong." in html
    assert "was sent back" not in as_user(petra).get(today).content.decode()


def test_a_change_voids_the_approval_and_says_so(
    mission: Workspace, edgar: User, approved: Edition, as_user: SignIn
) -> None:
    client = as_user(edgar)
    assert "has to be approved anew" in client.get(address("what", approved.id)).content.decode()
    client.post(address("what", approved.id), {"title": "Other"})
    assert state_of(mission, approved) == "draft"


def test_the_frozen_text_is_shown_as_its_recipients_get_it(
    mission: Workspace, petra: User, in_review: Edition, as_user: SignIn
) -> None:
    with in_workspace(mission.id):
        arabic = in_review.variants.get(language="ar")
    client = as_user(petra)
    page = client.get(address("preview", in_review.id, arabic.id)).content.decode()
    assert "Arabic 0" in page
    assert "Arabic 1" in page
    assert "Mission 0" not in page
    mail = client.get(address("preview_mail", in_review.id, arabic.id))
    assert 'dir="rtl"' in mail.content.decode()
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    stranger = address("preview", in_review.id, arabic.id) + f"?as={uuid.uuid4()}"
    assert client.get(stranger).status_code == 404


# Steering


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


def test_no_page_asks_more_than_twenty_questions(
    mission: Workspace,
    writer: Actor,
    edgar: User,
    petra: User,
    approved: Edition,
    audience: Audience,
    template: Template,
    as_user: SignIn,
) -> None:
    with in_workspace(mission.id):
        draft = makers.make_edition(writer, template=template, audience_ids=[audience.id])
        waiting = makers.make_edition(writer, template=template, audience_ids=[audience.id])
        services.accept_fallback(actor=writer, edition_id=waiting.id)
        services.submit_for_review(actor=writer, edition_id=waiting.id)
        text = approved.variants.first()
        assert text is not None
    pages = {
        edgar: [
            *(address(name) for name in ("list", "campaigns", "calendar", "new", "hold")),
            address("campaign", draft.campaign_id),
            *(address(name, draft.id) for name in ("edition", "what", "who", "when", "check")),
            *(address(name, approved.id) for name in ("edition", "progress", "log", "schedule")),
            address("preview", approved.id, text.id),
            address("preview_mail", approved.id, text.id),
        ],
        petra: [address("list"), address("review", waiting.id)],
    }
    for person, places in pages.items():
        client = as_user(person)
        for page in places:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            asked = [query["sql"] for query in queries if not query["sql"].startswith(CONTROL)]
            assert len(asked) <= 15, page + "".join(f"\n{sql[:110]}" for sql in asked)
