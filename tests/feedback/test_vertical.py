"""One form's life: made, published, answered, talked about, come back to, erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from comms.accounts.models import User
from comms.core.tenancy import in_workspace
from comms.feedback.models import Answer, Case, CaseState, Form, Submission
from comms.wire import dialogue
from comms.wire import submissions as wire
from comms.wire.cbor import decode, encode
from tests.feedback.world import CBOR, World, definition, newest_key

AsUser = Callable[[User], Client]


def read(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return decode(answer.content, limit=10_000_000)


def test_from_building_to_erasing(world: World, ada: User, dina: User, as_user: AsUser) -> None:
    team = as_user(ada)
    base = f"/w/{world.workspace.slug}/feedback/data"

    # Built, saved, published.
    form = world.create(ada, dina)
    assert read(
        team.post(f"{base}/forms/{form.id}/draft", encode([1, definition()]), content_type=CBOR)
    ) == [2]
    asked = definition()
    statement = world.statement(ada, form, asked)
    published = team.post(
        f"{base}/forms/{form.id}/publish", encode([asked, statement]), content_type=CBOR
    )
    assert read(published, 201) == [1]
    form = world.reload(form)

    # Answered by somebody without an account.
    opening = world.opening(form)
    assert (opening[0], opening[1], opening[7]) == (asked, statement, 0)
    person = world.send(form)
    assert not world.client.cookies
    assert wire.open_by_form(person.sealed, world.seed(form)).answers == '{"q2": "The checkpoint."}'

    # A case, of which the team reads what its keys open.
    rows, following, counts, overdue = read(team.get(f"{base}/cases"))
    assert (len(rows), following, counts, overdue) == (1, "", [1, 0, 0, 0, 0], 0)
    case_id = rows[0][0].hex()
    whole = read(team.get(f"{base}/cases/{world.case(person).submission_id}"))
    assert (whole[0][0].hex(), whole[1], json.loads(whole[2])) == (
        case_id,
        person.raw,
        {"q1": {"choice": "yes"}},
    )

    # The dialogue, both ways.
    key = newest_key(opening)
    sealed = person.sealed
    reply = dialogue.make_reply(
        form_key=key,
        submission=sealed,
        number=1,
        previous=sealed.hash,
        member=ada.id,
        seeds=world.keys.keys(ada),
        body=dialogue.DialogueBody("Which one?", 1_795_339_200_000),
    )
    address = f"{base}/cases/{world.case(person).submission_id}/dialogue"
    for _again in range(2):
        assert read(team.post(address, encode([reply]), content_type=CBOR), 201) == [1]
    assert world.case(person).state == CaseState.ANSWERED

    entered = world.enter(person)
    assert (entered[1], entered[3], entered[4]) == (person.raw, 3, [reply])
    passed = {"X-Return-Pass": entered[0]}
    message = dialogue.make_message(
        form_key=key,
        submission=sealed,
        number=2,
        previous=dialogue.read_dialogue(reply).hash,
        secrets=person.secrets,
        body=dialogue.DialogueBody("The northern one.", 1_795_339_200_000),
    )
    back = f"/r/{world.workspace.slug}"
    posted = world.client.post(
        f"{back}/dialogue", encode([message]), content_type=CBOR, headers=passed
    )
    assert read(posted, 201) == [2]
    assert read(world.client.get(f"{back}/dialogue", headers=passed)) == [reply, message]
    assert (world.case(person).state, world.case(person).unread) == (CaseState.PROGRESS, 1)
    rated = world.client.post(f"{back}/rating", encode([4]), content_type=CBOR, headers=passed)
    assert (rated.status_code, world.case(person).rating) == (204, 4)

    # Erased: nothing of it is left, and everybody is told so.
    erased = world.client.post(f"{back}/erase", encode([]), content_type=CBOR, headers=passed)
    assert erased.status_code == 204
    with in_workspace(world.workspace.id):
        row = Submission.objects.get()
        assert (row.content, row.open_answers, Answer.objects.count()) == (None, None, 0)
        assert Case.objects.get().dialogue.count() == 0
    assert world.knock(person).json()["code"] == "gone"
    assert team.post(address, encode([reply]), content_type=CBOR).json()["code"] == "gone"
    assert not world.client.cookies


def test_counts_and_pages(world: World, form: Form, ada: User, as_user: AsUser) -> None:
    for choice in ("yes", "yes", "no"):
        world.send(form, open_answers={"q1": {"choice": choice}})
    team = as_user(ada)
    base = f"/w/{world.workspace.slug}/feedback/data/forms/{form.id}"
    assert read(team.get(f"{base}/counts?of=q1")) == [["yes", "", 2], ["no", "", 1]]
    assert [row[2] for row in read(team.get(f"{base}/counts?of=&by=day"))] == [3]
    assert read(team.get(f"{base}/counts?of=q1&by=q1&where=q1:no")) == [["no", "no", 1]]
    rows, following = read(team.get(f"{base}/submissions"))
    assert (len(rows), following) == (3, "")
    assert all(row[2] for row in rows)
