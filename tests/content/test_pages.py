"""The content pages: what they show, what they refuse, and how much they ask of the database."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.content import services
from comms.content.models import Template, Variant
from comms.content.services.templates import TemplateFacts
from comms.content.services.variants import VariantText
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience
from tests import factories
from tests.directory.makers import make_stakeholder

SignIn = Callable[[User], Client]


@pytest.fixture
def template(mission: Workspace, edgar: User) -> Template:
    """Four audiences, four languages, half of them written."""
    editor = factories.actor_of(edgar, mission)
    with in_workspace(mission.id):
        audiences = [
            Audience.objects.create(
                workspace=mission,
                name=f"Audience {number}",
                mode="live",
                filters={"kinds": ["media"]},
            )
            for number in range(3)
        ]
        made = services.create_template(
            actor=editor,
            facts=TemplateFacts(
                name="Weekly <update>",
                purpose="updates",
                source_language="en",
                languages=["en", "ar", "fr", "ru"],
                fallback_language="en",
                audience_ids=[audience.id for audience in audiences],
            ),
        )
        for column in ("everyone", *(str(audience.id) for audience in audiences)):
            for language in ("en", "ar"):
                services.save_variant(
                    actor=editor,
                    template=made,
                    column_key=column,
                    language=language,
                    text=VariantText(
                        "News for {{ name }}", "Dear **{{ name }}**", ready=True, in_line_with=1
                    ),
                    workspace_name=mission.name,
                )
        services.create_key_message(
            actor=editor,
            text="We keep talking.",
            valid_from=datetime.date(2026, 1, 1),
            required=True,
        )
    return made


def address(template: Template, name: str, **more: str) -> str:
    return reverse(
        f"content:{name}", kwargs={"workspace": "mission", "template": template.id, **more}
    )


EVERYONE = {"column": "everyone", "language": "en"}


def test_no_page_asks_more_than_twenty_questions(
    template: Template, edgar: User, as_user: SignIn
) -> None:
    client = as_user(edgar)
    pages = [
        reverse("content:list", args=["mission"]),
        reverse("content:key_messages", args=["mission"]),
        reverse("content:new", args=["mission"]),
        address(template, "template"),
        address(template, "edit"),
        address(template, "variant", **EVERYONE),
        address(template, "variant", column="everyone", language="ar"),
        address(template, "preview", **EVERYONE),
    ]
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(page).status_code == 200
        assert len(queries) <= 20, f"{page}: {len(queries)}"


def test_the_matrix_shows_every_cell_with_its_state(
    template: Template, edgar: User, as_user: SignIn
) -> None:
    html = as_user(edgar).get(address(template, "template")).content.decode()
    assert html.count("matrix-cell") == 16
    assert html.count("matrix-cell is-missing") == 8
    assert html.count("matrix-cell is-ready") == 8
    assert "Weekly &lt;update&gt;" in html
    assert html.count("Required, missing") == 8


def test_a_text_is_written_and_comes_back_right_to_left(
    template: Template, mission: Workspace, edgar: User, as_user: SignIn
) -> None:
    client = as_user(edgar)
    page = address(template, "variant", column="everyone", language="fr")
    answer = client.post(
        page,
        {
            "subject": "Nouvelles",
            "body": "Bonjour {{ name }}",
            "seen_version": 0,
            "source_version": 1,
            "in_line": "on",
            "state": "ready",
        },
    )
    assert answer.status_code == 302
    assert "Nouvelles" in client.get(page).content.decode()
    arabic = client.get(
        address(template, "variant", column="everyone", language="ar")
    ).content.decode()
    assert re.search(r'<textarea name="body"[^>]* dir="rtl" lang="ar"', arabic)
    with in_workspace(mission.id):
        assert Variant.objects.get(language="fr").state == "ready"


def test_a_refused_text_keeps_what_was_typed_and_says_where(
    template: Template, edgar: User, as_user: SignIn
) -> None:
    answer = as_user(edgar).post(
        address(template, "variant", **EVERYONE),
        {
            "subject": "News",
            "body": "One\n{{ ''.__class__ }}",
            "seen_version": 1,
            "source_version": 0,
            "state": "ready",
        },
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2: Only the name of a variable" in html
    assert "{{ &#x27;&#x27;.__class__ }}" in html


def test_the_mail_comes_with_a_policy_of_its_own(
    template: Template, edgar: User, as_user: SignIn
) -> None:
    answer = as_user(edgar).get(address(template, "preview_mail", **EVERYONE))
    policy = answer.headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'self'",
        "form-action 'none'",
        "sandbox",
    ):
        assert part in policy
    assert "script-src" not in policy
    assert "Dear <strong>" in answer.content.decode()


def test_what_is_being_written_is_shown_unsaved(
    template: Template, mission: Workspace, edgar: User, as_user: SignIn
) -> None:
    client = as_user(edgar)
    page = address(template, "preview_draft", **EVERYONE)
    shown = client.post(page, {"subject": "S", "body": "Unsaved *words*"})
    assert "<em>words</em>" in shown.content.decode()
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    text = client.post(page, {"subject": "S", "body": "Unsaved <b>", "part": "text"})
    assert text.headers["Content-Type"].startswith("text/plain")
    refused = client.post(page, {"subject": "S", "body": "{{ nothing }}"})
    assert "nothing" in refused.content.decode()
    with in_workspace(mission.id):
        assert not Variant.objects.filter(body__contains="Unsaved").exists()


def test_the_first_preview_is_of_whom_the_choice_beside_it_names(
    template: Template, mission: Workspace, edgar: User, as_user: SignIn
) -> None:
    """Names sort apart from when they came: whoever was added last must not be the one that is shown."""
    editor = factories.actor_of(edgar, mission)
    with in_workspace(mission.id):
        for name in ("Zebra Council", "Abbey of Peace"):
            make_stakeholder(editor, name, email=f"{name[:5].lower()}@example.org")
    client = as_user(edgar)
    html = client.get(address(template, "variant", **EVERYONE)).content.decode()
    first = re.search(r'<option value="([0-9a-f-]{36})"[^>]*>([^<]+)</option>', html)
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', html)
    assert first
    assert frame
    assert frame[1].endswith(f"?as={first[1]}")
    assert first[2] in client.get(frame[1]).content.decode()


def test_a_preview_of_someone_unknown_is_not_found(
    template: Template, edgar: User, as_user: SignIn
) -> None:
    client = as_user(edgar)
    for recipient in ("00000000-0000-7000-8000-000000000000", "x"):
        page = address(template, "preview", **EVERYONE) + f"?as={recipient}"
        assert client.get(page).status_code == 404


def test_a_template_is_made_with_its_languages(
    mission: Workspace, edgar: User, as_user: SignIn
) -> None:
    client = as_user(edgar)
    answer = client.post(
        reverse("content:new", args=["mission"]),
        {
            "name": "Statement",
            "purpose": "updates",
            "source_language": "en",
            "languages": ["en", "ar"],
            "fallback_language": "en",
            "for_everyone": "on",
        },
    )
    assert answer.status_code == 302
    assert "Arabic" in client.get(answer.headers["Location"]).content.decode()


def test_a_stranger_s_template_is_not_found(
    template: Template, elsewhere: Workspace, oscar: User, as_user: SignIn
) -> None:
    for place in ("mission", "elsewhere"):
        page = reverse("content:template", kwargs={"workspace": place, "template": template.id})
        assert as_user(oscar).get(page).status_code == 404
