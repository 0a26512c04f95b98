"""What is refused or not there is said inside the navigation of who is signed in, and gives nothing away."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.db import DatabaseError
from django.test import Client

from comms.accounts.models import Membership, User, Workspace

pytestmark = pytest.mark.django_db

AsUser = Callable[[User], Client]
RAIL = '<aside class="rail"'


def shown(client: Client, path: str, status: int, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status
    return response.content.decode()


def test_whoever_lacks_the_role_keeps_the_navigation(
    as_user: AsUser, edgar: User, mission: Workspace
) -> None:
    page = shown(as_user(edgar), "/w/mission/audit/", 403)
    assert RAIL in page
    assert "/w/mission/directory/" in page
    assert "You may not do this" in page
    assert "Your roles in this workspace do not include this. Nothing was changed." in page


@pytest.mark.parametrize(
    "path", ["/w/mission/nothing/", "/w/mission/directory/00000000-0000-4000-8000-000000000000/"]
)
def test_what_is_not_there_is_said_inside_the_navigation(
    as_user: AsUser, edgar: User, mission: Workspace, path: str
) -> None:
    page = shown(as_user(edgar), path, 404)
    assert RAIL in page
    assert "There is nothing here for you" in page


def test_anothers_workspace_looks_like_none(
    as_user: AsUser, edgar: User, mission: Workspace, elsewhere: Workspace
) -> None:
    """One's own navigation around both, and not a letter of difference but the address and the number."""
    client = as_user(edgar)
    pages = [
        re.sub(r"<code>[^<]*</code>|csrf\S+ (content|value)=.\S+|" + slug, "", page)
        for slug in (elsewhere.slug, "no-such-place")
        for page in [shown(client, f"/w/{slug}/directory/", 404)]
    ]
    assert RAIL in pages[0]
    assert elsewhere.name not in pages[0]
    assert pages[0] == pages[1]


def test_partners_strangers_and_programs_get_no_navigation(
    as_user: AsUser, edgar: User, mission: Workspace
) -> None:
    member = as_user(edgar)
    assert RAIL not in shown(Client(), "/w/mission/nothing/", 404)
    assert RAIL not in shown(member, f"/g/mission/{uuid.uuid4()}/nothing/", 404)
    assert RAIL not in shown(member, "/u/nothing/", 404)
    assert RAIL not in shown(member, "/w/mission/nothing/", 404, accept="application/cbor")
    assert RAIL not in shown(member, "/w/mission/nothing/", 404, hx_request="true")
    assert RAIL not in shown(member, "/api/v1/nothing/", 404)


def test_without_a_workspace_or_a_database_the_plain_page_has_to_do(
    as_user: AsUser, edgar: User, mission: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(edgar)

    def down(*_args: object, **_words: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr("comms.accounts.selectors.get_place_of", down)
        assert "<h1>" in shown(client, "/nothing/", 404)
    Membership.objects.filter(user=edgar).delete()
    page = shown(client, "/nothing/", 404)
    assert RAIL not in page
    assert "<h1>" in page
