"""How much the pages ask of the database."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comms.accounts.models import User, Workspace
from comms.campaigns import services
from comms.campaigns.models import Edition
from comms.content.models import Template
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience
from tests.campaigns import makers
from tests.campaigns.pages.looking import CONTROL, address

SignIn = Callable[[User], Client]


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
