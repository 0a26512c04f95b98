"""Four eyes on the pages: submitting, reading exactly what goes out, approving, sending back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.campaigns.models import Edition
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from tests.campaigns.pages.looking import address, state_of

SignIn = Callable[[User], Client]


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
