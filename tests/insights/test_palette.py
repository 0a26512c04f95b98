"""The palette finds what its reader may open, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory import services as directory
from comms.insights.selectors import find_places
from comms.insights.selectors.places import MOST_OF_A_KIND, PAGES
from tests import factories
from tests.directory.makers import make_stakeholder

Enter = Callable[[User], Client]


def ask(
    client: Client, place: Workspace, question: str = "", **headers: str
) -> list[dict[str, Any]]:
    """The JSON that a script gets."""
    response = client.get(
        reverse("insights:palette", args=[place.slug]),
        {"q": question},
        headers={"accept": "application/json", **headers},
    )
    assert response.status_code == 200
    places: list[dict[str, Any]] = response.json()["places"]
    return places


@pytest.fixture
def editor(edgar: User, mission: Workspace) -> Actor:
    """Edgar, acting."""
    return factories.actor_of(edgar, mission)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_every_page_has_an_address(page: Any) -> None:
    reverse(page.route, kwargs={"workspace": "mission"} if page.local else {})


def test_without_a_question_it_offers_the_pages_of_the_role(
    ada: User, anna: User, mission: Workspace, as_user: Enter
) -> None:
    invite = reverse("accounts:invite", args=[mission.slug])
    assert invite in [place["url"] for place in ask(as_user(ada), mission)]
    assert invite not in [place["url"] for place in ask(as_user(anna), mission)]


def test_every_page_offered_opens(
    ada: User, dina: User, edgar: User, petra: User, anna: User, mission: Workspace, as_user: Enter
) -> None:
    for person in (ada, dina, edgar, petra, anna):
        client = as_user(person)
        for place in ask(client, mission):
            assert client.get(place["url"]).status_code == 200, (person.email, place["url"])


def test_finds_a_stakeholder_and_an_audience_by_name(
    editor: Actor, edgar: User, mission: Workspace, as_user: Enter
) -> None:
    with in_workspace(mission.id):
        made = make_stakeholder(editor, "Embassy of Freedonia")
        directory.create_audience(actor=editor, name="Embassies of the region")
    found = ask(as_user(edgar), mission, "EMBASS")
    assert ("Embassy of Freedonia", str(made.id)) in [
        (place["label"], place["url"].rstrip("/").rpartition("/")[2]) for place in found
    ]
    assert "Embassies of the region" in [place["label"] for place in found]


def test_says_nothing_of_another_workspace(
    oscar: User, elsewhere: Workspace, edgar: User, mission: Workspace, as_user: Enter
) -> None:
    with in_workspace(elsewhere.id):
        make_stakeholder(factories.actor_of(oscar, elsewhere), "Embassy of Freedonia")
    assert [place["label"] for place in ask(as_user(edgar), mission, "Freedonia")] == []


def test_gives_a_few_of_each_kind_at_a_fixed_cost(editor: Actor) -> None:
    def cost() -> int:
        with in_workspace(editor.workspace_id), CaptureQueriesContext(connection) as queries:
            places = find_places(editor, "embassy")
        assert len(places) <= 3 * MOST_OF_A_KIND
        return len(queries)

    with in_workspace(editor.workspace_id):
        make_stakeholder(editor, "Embassy of Freedonia", basis=False)
    one = cost()
    with in_workspace(editor.workspace_id):
        for number in range(20):
            make_stakeholder(editor, f"Embassy {number}", basis=False)
            directory.create_audience(actor=editor, name=f"Embassy list {number}")
    assert cost() == one


def test_reads_only_the_beginning_of_a_long_question(editor: Actor) -> None:
    with in_workspace(editor.workspace_id):
        assert find_places(editor, "today" + "x" * 100_000) == []


def test_is_a_page_with_a_form_without_a_script(
    edgar: User, mission: Workspace, as_user: Enter
) -> None:
    response = as_user(edgar).get(
        reverse("insights:palette", args=[mission.slug]),
        {"q": "<today>"},
        headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    )
    text = response.content.decode()
    assert "<!doctype html>" in text
    assert 'value="&lt;today&gt;"' in text
    assert "Nothing here by that name" in text
