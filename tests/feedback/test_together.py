"""Submissions that come at the same moment are written together, and each as if it had come alone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from comms.accounts.models import User
from comms.core.tenancy import in_workspace
from comms.feedback import services
from comms.feedback.models import Answer, Case, Form, Submission
from comms.feedback.views.answering_data import send_together
from tests.factories import actor_of
from tests.feedback.world import CBOR, Person, World, choices, definition, item


def together(
    world: World, form: Form, bodies: list[bytes], address: str = "192.0.2.7"
) -> list[bool]:
    path = f"/f/{form.address}/send"
    request = RequestFactory(REMOTE_ADDR=address).post(path, content_type=CBOR)
    return send_together([(request, body) for body in bodies])


def bodies_of(world: World, form: Form, people: list[Person]) -> list[bytes]:
    return [world.body(person, world.proof(form)) for person in people]


def count(world: World) -> tuple[int, int, int]:
    with in_workspace(world.workspace.id):
        return Submission.objects.count(), Case.objects.count(), Answer.objects.count()


def test_each_is_there_whole(world: World, form: Form) -> None:
    people = [world.answers(form) for _person in range(5)]
    assert together(world, form, bodies_of(world, form, people)) == [True] * 5
    assert count(world) == (5, 5, 5)
    for person in people:
        assert world.case(person).form_id == form.id
    with in_workspace(world.workspace.id):
        kept = {bytes(one.content or b"") for one in Submission.objects.all()}
    assert kept == {person.raw for person in people}


def test_as_many_questions_to_the_database_for_many_as_for_two(world: World, form: Form) -> None:
    world.send(form)  # From here on everything is known that is known once.
    asked = []
    for many in (2, 12):
        bodies = bodies_of(world, form, [world.answers(form) for _person in range(many)])
        with CaptureQueriesContext(connection) as found:
            assert all(together(world, form, bodies))
        asked.append(len([one for one in found if "SAVEPOINT" not in one["sql"]]))
    assert asked[0] == asked[1]


def test_what_is_wrong_with_one_is_no_matter_of_the_others(world: World, form: Form) -> None:
    good, forged, misfit, late = (
        world.answers(form),
        world.answers(form),
        world.answers(form, open_answers={"q1": {"choice": "no such"}}),
        world.answers(form),
    )
    bodies = bodies_of(world, form, [good, forged, misfit, late])
    bodies[1] = bodies[1].replace(forged.raw[-8:], bytes(8))
    used = world.proof(form)
    services.spend_proof(used)
    bodies += [b"", b"\x80", world.body(world.answers(form), used)]
    assert together(world, form, bodies) == [True, False, False, True, False, False, False]
    assert count(world)[:2] == (2, 2)


def test_what_was_not_taken_can_be_sent_with_the_same_proof(world: World, form: Form) -> None:
    misfit = world.answers(form, open_answers={"q1": {"choice": "no such"}})
    proof = world.proof(form)
    assert together(world, form, [world.body(misfit, proof)]) == [False]
    # The ordinary way says what is wrong with the answers, and finds nothing wrong with the proof.
    answer = world.post(form, misfit, proof=proof)
    assert answer.json()["field"] == "q1"


def test_the_same_twice_counts_once(world: World, form: Form) -> None:
    person, other = world.answers(form), world.answers(form)
    bodies = bodies_of(world, form, [person, person, other])
    assert together(world, form, bodies) == [True, False, True]
    assert together(world, form, bodies_of(world, form, [person])) == [False]
    # Once more, alone: it is here.
    assert world.post(form, person).status_code == 201
    assert count(world)[:2] == (2, 2)


def test_a_return_code_of_somebody_else_is_left_to_the_ordinary_way(
    world: World, form: Form
) -> None:
    first = world.send(form)
    second = world.answers(form, code=first.code)
    others = [world.answers(form) for _person in range(3)]
    assert together(world, form, bodies_of(world, form, [second, *others])) == [
        False,
        True,
        True,
        True,
    ]
    assert world.post(form, second).json()["code"] == "lookup-taken"


@pytest.mark.parametrize(("most", "fits"), [(3, True), (2, False)])
def test_a_limit_holds_for_all_together(
    world: World, form: Form, ada: User, most: int, fits: bool
) -> None:
    services.change_settings(
        actor=actor_of(ada, world.workspace),
        form_id=form.id,
        closes_at=None,
        max_submissions=most,
        reply_hours=0,
        address="",
    )
    people = [world.answers(form) for _person in range(3)]
    assert together(world, form, bodies_of(world, form, people)) == [fits] * 3
    # One by one as many are taken as there is room for.
    statuses = [world.post(form, person).status_code for person in people]
    assert statuses == ([201] * 3 if fits else [201, 201, 409])
    assert world.reload(form).taken == most


def test_a_quota_holds_for_all_together(world: World, ada: User) -> None:
    condition = {"question": "q1", "op": "equals", "value": "yes"}
    form = world.published(ada, asked=definition(quotas=[{"condition": condition, "limit": 3}]))
    for fits, many in ((True, 2), (False, 2)):
        people = [world.answers(form) for _person in range(many)]
        assert together(world, form, bodies_of(world, form, people)) == [fits] * many
    assert [world.post(form, person).status_code for person in people] == [201, 409]


def test_two_forms_are_two_transactions(world: World, ada: User) -> None:
    asked = definition(item("q1", "single_choice", choices=choices("yes", "no")))
    one, two = world.published(ada), world.published(ada, asked=asked)
    services.close_form(actor=actor_of(ada, world.workspace), form_id=two.id)
    requests = []
    for form in (one, two, one):
        person = world.answers(form)
        request = RequestFactory().post(f"/f/{form.address}/send", content_type=CBOR)
        requests.append((request, world.body(person, world.proof(form))))
    assert send_together(requests) == [True, False, True]


def test_an_address_beyond_its_limit_is_left_to_the_refusal(
    world: World, form: Form, settings: Any
) -> None:
    address = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"
    people = [world.answers(form) for _person in range(4)]
    bodies = bodies_of(world, form, people)
    settings.FEEDBACK_RATE_LIMITS = {**settings.FEEDBACK_RATE_LIMITS, "send": (2, 60)}
    settings.FEEDBACK_RATE_FACTOR = 1
    assert together(world, form, bodies, address) == [True, True, False, False]
