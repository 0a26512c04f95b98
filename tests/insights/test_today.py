"""Today: the first steps are ticked by what is there, and what waits is what the reader may do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comms.accounts.models import User, Workspace
from comms.content import services as content
from comms.content.services.templates import TemplateFacts
from comms.core.actors import Actor, Role
from comms.core.tenancy import in_workspace
from comms.feedback.models import Form
from comms.insights import selectors
from tests import factories
from tests.directory.makers import make_stakeholder
from tests.feedback.casework_makers import make_form

Enter = Callable[[User], Client]


def done(actor: Actor) -> list[str]:
    """The routes of the steps that are done."""
    with in_workspace(actor.workspace_id):
        return [step.route for step in selectors.list_first_steps(actor) if step.done]


def waiting(actor: Actor) -> list[str]:
    """The titles of what waits."""
    with in_workspace(actor.workspace_id):
        return [item.title for item in selectors.list_waiting(actor)]


def page(client: Client, place: Workspace) -> str:
    """Today as its reader gets it."""
    response = client.get(reverse("insights:today", args=[place.slug]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def admin(ada: User, mission: Workspace) -> Actor:
    """Ada, alone in a new workspace."""
    return factories.actor_of(ada, mission)


def test_new_workspace_has_five_steps_and_none_is_done(
    admin: Actor, ada: User, mission: Workspace, as_user: Enter
) -> None:
    assert done(admin) == []
    text = page(as_user(ada), mission)
    assert text.count('class="first-step"') == 5
    assert reverse("accounts:invite", args=[mission.slug]) in text


def test_a_colleague_ticks_the_first(admin: Actor, edgar: User) -> None:
    assert done(admin) == ["accounts:invite"]


def test_a_list_ticks_the_second(admin: Actor) -> None:
    with in_workspace(admin.workspace_id):
        make_stakeholder(admin, email="desk@example.org")
    assert done(admin) == ["directory:imports"]


def test_an_update_ticks_the_third(admin: Actor) -> None:
    with in_workspace(admin.workspace_id):
        content.create_template(
            actor=admin,
            facts=TemplateFacts(
                name="Weekly brief",
                purpose="updates",
                source_language="en",
                languages=["en"],
                fallback_language="en",
            ),
        )
    assert done(admin) == ["content:new"]


def test_a_published_form_ticks_the_fifth(admin: Actor, ada: User, mission: Workspace) -> None:
    form = make_form(mission, ada)
    with in_workspace(mission.id):
        Form.objects.filter(id=form.id).update(version_number=0)
    assert done(admin) == []
    with in_workspace(mission.id):
        Form.objects.filter(id=form.id).update(version_number=1)
    assert done(admin) == ["feedback:forms"]


def test_what_another_workspace_has_ticks_nothing(
    admin: Actor, oscar: User, elsewhere: Workspace
) -> None:
    other = factories.actor_of(oscar, elsewhere)
    with in_workspace(elsewhere.id):
        make_stakeholder(other, email="desk@example.org")
    assert done(admin) == []


def test_a_step_that_is_not_ones_own_has_no_button(
    anna: User, mission: Workspace, as_user: Enter
) -> None:
    text = page(as_user(anna), mission)
    assert reverse("accounts:invite", args=[mission.slug]) not in text
    assert "A colleague with another role does this." in text


def test_nothing_waiting_is_said(ada: User, mission: Workspace, as_user: Enter) -> None:
    assert "Nothing waits for you." in page(as_user(ada), mission)


def test_stakeholders_without_an_address_wait_for_who_may_add_one(
    admin: Actor, anna: User, mission: Workspace
) -> None:
    with in_workspace(mission.id):
        make_stakeholder(admin, "Embassy of Freedonia")
        make_stakeholder(admin, "Embassy of Sylvania", email="desk@example.org")
    assert waiting(admin) == ["1 stakeholder has no e-mail address"]
    assert waiting(factories.actor_of(anna, mission)) == []


def test_today_costs_the_same_for_one_and_for_many(
    admin: Actor,
    ada: User,
    mission: Workspace,
    as_user: Enter,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        factories.make_member(mission, f"p{number}@example.org", f"Person {number}", Role.EDITOR)
    with in_workspace(mission.id):
        for number in range(12):
            make_stakeholder(admin, f"Embassy {number}", basis=False)
    client = as_user(ada)
    with django_assert_max_num_queries(20):
        page(client, mission)


def test_today_is_never_kept_by_a_browser(ada: User, mission: Workspace, as_user: Enter) -> None:
    response = as_user(ada).get(reverse("insights:today", args=[mission.slug]))
    assert "no-store" in response["Cache-Control"]
