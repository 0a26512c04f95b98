"""Many at the same moment: nothing is doubled, and no limit is passed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from comms.accounts.models import User, Workspace
from comms.core.actors import Role
from comms.core.tenancy import in_workspace
from comms.feedback import services
from comms.feedback.models import Case, Form, Submission
from tests import factories
from tests.factories import actor_of
from tests.feedback.world import CBOR, World, definition

AT_ONCE = 6


@pytest.fixture
def place(committed: None) -> tuple[World, User]:
    workspace: Workspace = factories.make_workspace("mission", "Mission to the Talks")
    ada = factories.make_member(workspace, "ada@example.org", "Ada Admin", Role.ADMIN)
    return World(workspace), ada


def together(work: list[Callable[[], Any]]) -> list[Any]:
    def run(one: Callable[[], Any]) -> Any:
        try:
            return one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, one) for one in work]]


def sending(world: World, form: Form, people: list[Any]) -> list[int]:
    bodies = [world.body(person, world.proof(form)) for person in people]
    address = f"/f/{form.address}/send"

    def post(body: bytes) -> int:
        return Client().post(address, body, content_type=CBOR).status_code

    return together([lambda body=body: post(body) for body in bodies])  # type: ignore[misc]


def count(world: World) -> tuple[int, int]:
    with in_workspace(world.workspace.id):
        return Submission.objects.count(), Case.objects.count()


def test_the_same_sent_at_once_counts_once(place: tuple[World, User]) -> None:
    world, ada = place
    form = world.published(ada)
    person = world.answers(form)
    assert sending(world, form, [person] * AT_ONCE) == [201] * AT_ONCE
    assert count(world) == (1, 1)


def test_a_limit_is_exact(place: tuple[World, User]) -> None:
    world, ada = place
    form = world.published(ada)
    services.change_settings(
        actor=actor_of(ada, world.workspace),
        form_id=form.id,
        closes_at=None,
        max_submissions=2,
        reply_hours=0,
        address="",
    )
    people = [world.answers(form) for _person in range(AT_ONCE)]
    assert sorted(sending(world, form, people)) == [201] * 2 + [409] * (AT_ONCE - 2)
    assert count(world) == (2, 2)


def test_a_quota_is_exact(place: tuple[World, User]) -> None:
    world, ada = place
    condition = {"question": "q1", "op": "equals", "value": "yes"}
    form = world.published(ada, asked=definition(quotas=[{"condition": condition, "limit": 3}]))
    people = [world.answers(form) for _person in range(AT_ONCE)]
    assert sorted(sending(world, form, people)) == [201] * 3 + [409] * (AT_ONCE - 3)
    assert count(world) == (3, 3)


def test_one_of_two_who_claim_a_case_gets_it(place: tuple[World, User]) -> None:
    from comms.feedback.errors import TakenError

    world, ada = place
    edgar = factories.make_member(world.workspace, "e@example.org", "Edgar", Role.EDITOR)
    person = world.send(world.published(ada))
    case_id = world.case(person).submission_id

    def claim(user: User) -> str:
        try:
            services.claim_case(actor=actor_of(user, world.workspace), case_id=case_id)
        except TakenError:
            return "taken"
        return "got"

    answers = together([lambda: claim(ada), lambda: claim(edgar)])
    assert sorted(answers) == ["got", "taken"]
