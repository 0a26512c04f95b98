"""Many at the same moment: nothing is doubled, and no limit is passed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.test import Client

from comms.accounts.models import User, Workspace
from comms.core.actors import Role
from comms.core.bridge import WsgiThreads
from comms.core.crowd import Crowd
from comms.core.tenancy import in_workspace
from comms.directory.services import drop_engagements
from comms.feedback import services
from comms.feedback.errors import GoneError
from comms.feedback.models import Case, DialogueItem, Form, Submission
from comms.feedback.services import returning
from comms.feedback.views.answering_data import send_together
from config.routing import is_submission
from tests import factories
from tests.factories import actor_of
from tests.feedback.test_coming_back import message
from tests.feedback.world import CBOR, World, definition
from tests.stack.patience import eventually

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


def test_nothing_is_written_to_what_is_just_being_erased(
    place: tuple[World, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waited for the erasing to end finds it erased, however they had seen it before."""
    world, ada = place
    form = world.published(ada)
    person = world.send(form)
    texts = [world.enter(person)[0] for _pass in range(2)]
    late = message(world, form, person)
    is_destroyed = threading.Event()
    honest = drop_engagements

    def slowly(**about: Any) -> int:
        is_destroyed.set()
        eventually(is_somebody_waiting)
        return honest(**about)

    monkeypatch.setattr(returning, "drop_engagements", slowly)
    place_of = {"workspace_id": world.workspace.id}

    def write() -> str:
        assert is_destroyed.wait(20)
        try:
            services.post_message(**place_of, text=texts[0], raw=late)
        except GoneError:
            return "gone"
        return "written"

    def erase() -> str:
        services.erase_submission(**place_of, text=texts[1])
        return "erased"

    assert together([write, erase]) == ["gone", "erased"]
    with in_workspace(world.workspace.id):
        assert not DialogueItem.objects.exists()


def is_somebody_waiting() -> bool:
    """Whether a transaction waits for another one's lock. (pg_stat_activity stands still in a transaction.)"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid IN ("
            " SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE datname = current_database()))"
        )
        return bool(cursor.fetchone()[0])


def test_in_a_crowd_everybody_is_answered_as_alone(
    place: tuple[World, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the door of the real server: some alone, the others together, one of them wrong."""
    # All of it is one moment, however slow this machine is.
    monkeypatch.setattr("comms.core.crowd.SECONDS", float("inf"))
    world, ada = place
    form = world.published(ada)
    people = [world.answers(form) for _person in range(12)]
    bodies = [world.body(person, world.proof(form)) for person in people]
    bodies[9] = bodies[9].replace(people[9].raw[-8:], bytes(8))
    batches: list[list[bool]] = []

    def take(requests: Any) -> list[bool]:
        batches.append(send_together(requests))
        return batches[-1]

    door = WsgiThreads(get_wsgi_application(), threads=1)
    crowd = Crowd(door, is_meant=is_submission, take=take)

    async def post(body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": f"/f/{form.address}/send",
            "query_string": b"",
            "http_version": "1.1",
            "scheme": "http",
            "server": ("localhost", 80),
            "client": ("192.0.2.9", 4711),
            "headers": [(b"host", b"localhost"), (b"content-type", CBOR.encode())],
        }
        await crowd(scope, BytesIO(body), len(body), send)
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]

    async def everybody() -> list[tuple[int, dict[bytes, bytes], bytes]]:
        first = [await post(body) for body in bodies[:5]]
        return first + list(await asyncio.gather(*map(post, bodies[5:])))

    try:
        answers = asyncio.run(everybody())
    finally:
        for pool in (door._pool, crowd._pool):
            pool.submit(connections.close_all).result()
            pool.shutdown()
    assert [status for status, _headers, _body in answers] == [201] * 9 + [422] + [201] * 2
    assert sum(map(sum, batches)) == 7
    names = {headers.pop(b"x-request-id") for _status, headers, _body in answers}
    assert len(names) == 12
    alone = answers[0]
    assert all(answer == alone for answer in answers if answer[0] == 201)
    assert b"set-cookie" not in alone[1]
    assert count(world) == (11, 11)
