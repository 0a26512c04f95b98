"""The way back is opened by a code's signature alone; whatever is wrong with it sounds the same."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.utils import timezone

from comms.accounts.models import User
from comms.core.tenancy import in_workspace
from comms.directory.models import Engagement
from comms.feedback import services
from comms.feedback.models import Case, CaseState, DialogueItem, Erasure, Form, Submission
from comms.feedback.services import returning
from comms.ledger.models import AuditEntry
from comms.ledger.sentences import sentence_of
from comms.wire import dialogue, return_codes
from comms.wire.cbor import encode
from tests.directory.makers import make_stakeholder
from tests.factories import actor_of, make_workspace
from tests.feedback.world import CBOR, ORIGIN, Person, World, newest_key

HOURS = 3600


@pytest.fixture
def person(world: World, form: Form) -> Person:
    return world.send(form)


@pytest.fixture
def passed(world: World, person: Person) -> dict[str, str]:
    """The header of whoever has come back."""
    return {"X-Return-Pass": world.enter(person)[0]}


def post(world: World, name: str, body: list[Any], headers: dict[str, str]) -> Any:
    address = f"/r/{world.workspace.slug}/{name}"
    return world.client.post(address, encode(body), content_type=CBOR, headers=headers)


def message(world: World, form: Form, person: Person, number: int = 1, **changes: Any) -> bytes:
    return dialogue.make_message(
        form_key=newest_key(world.opening(form)),
        submission=person.sealed,
        number=number,
        previous=changes.get("previous", person.sealed.hash),
        secrets=person.secrets,
        body=dialogue.DialogueBody("The northern one.", 1_795_339_200_000),
    )


def stranger() -> return_codes.ReturnSecrets:
    return return_codes.return_secrets(return_codes.new_return_code(), uuid4())


def test_whatever_is_wrong_with_a_code_sounds_the_same(world: World, person: Person) -> None:
    """A code that nobody has, another's key, another origin, a nonce of another code, and one of nobody."""
    other = stranger()
    refused = [
        world.knock(person, lookup=other.lookup),
        world.knock(person, seed=other.ed25519),
        world.knock(person, origin="https://elsewhere.example"),
        world.knock(person, nonce=world.nonce(other.lookup)),
        world.knock(person, nonce=bytes(32)),
    ]
    assert {(one.status_code, one.content) for one in refused} == {(403, refused[0].content)}
    assert refused[0].json()["code"] == "wrong-code"


def test_a_signature_opens_once(world: World, person: Person) -> None:
    nonce = world.nonce(person.secrets.lookup)
    assert [world.knock(person, nonce=nonce).status_code for _ in range(2)] == [200, 403]


def test_a_lookup_that_there_is_not_costs_the_same_work(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One signature is checked in each case: the time of an answer tells nothing."""
    checked = []
    honest = return_codes.verify_return_challenge

    def verify(*about: Any) -> None:
        checked.append(about[1])
        honest(*about)

    monkeypatch.setattr("comms.wire.return_codes.verify_return_challenge", verify)
    world.knock(person, lookup=stranger().lookup)
    world.knock(person, seed=stranger().ed25519)
    assert len(checked) == 2
    assert checked[0] != checked[1]


def test_a_nonce_is_given_to_everybody_and_grows_old(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonces = {world.nonce(one) for one in (person.secrets.lookup, stranger().lookup)}
    assert {len(one) for one in nonces} == {32}
    nonce = world.nonce(person.secrets.lookup)
    monkeypatch.setattr(returning, "time", Later(returning.NONCE_SECONDS + 1))
    assert world.knock(person, nonce=nonce).json()["code"] == "wrong-code"


class Later:
    """A clock that goes ahead."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def time(self) -> float:
        return time.time() + self.seconds


def test_a_pass_is_of_one_workspace_and_two_hours(
    world: World, passed: dict[str, str], person: Person
) -> None:
    elsewhere = make_workspace("elsewhere", "Another team")
    crossed = world.client.get(f"/r/{elsewhere.slug}/dialogue", headers=passed)
    assert crossed.status_code == 401
    with in_workspace(world.workspace.id):
        row = Submission.objects.get()
    for wrong in (
        "",
        "garbage",
        passed["X-Return-Pass"].swapcase(),
        signing.dumps(row.id.hex, salt="another salt"),
    ):
        answer = world.client.get(
            f"/r/{world.workspace.slug}/dialogue", headers={"X-Return-Pass": wrong}
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "signed-out"), wrong


def test_a_pass_ends(world: World, passed: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning, "PASS_SECONDS", -1)
    answer = world.client.get(f"/r/{world.workspace.slug}/dialogue", headers=passed)
    assert answer.status_code == 401


def test_a_message_is_the_next_and_of_this_person(
    world: World, form: Form, person: Person, passed: dict[str, str]
) -> None:
    right = message(world, form, person)
    for wrong in (
        message(world, form, person, number=2),
        message(world, form, person, previous=bytes(32)),
        right[:-1] + bytes([right[-1] ^ 1]),
        b"\x80",
    ):
        answer = post(world, "dialogue", [wrong], passed)
        assert answer.status_code in {409, 422}, answer.content
    for _again in range(2):
        assert post(world, "dialogue", [right], passed).status_code == 201
    another = message(world, form, person)
    assert post(world, "dialogue", [another], passed).status_code == 409
    with in_workspace(world.workspace.id):
        assert world.case(person).dialogue.count() == 1


def test_a_message_opens_a_closed_case_again(
    world: World, form: Form, person: Person, passed: dict[str, str], ada: User
) -> None:
    case = world.case(person)
    with in_workspace(world.workspace.id):
        type(case).objects.filter(submission_id=case.submission_id).update(state=CaseState.CLOSED)
    assert post(world, "dialogue", [message(world, form, person)], passed).status_code == 201
    assert world.case(person).state == CaseState.PROGRESS


def test_a_message_sealed_to_an_old_key_is_sealed_again(
    world: World, form: Form, person: Person, passed: dict[str, str], ada: User
) -> None:
    old = message(world, form, person)
    world.rotate(ada, form)
    refused = post(world, "dialogue", [old], passed)
    assert (refused.status_code, refused.json()["code"]) == (409, "stale-key")
    assert post(world, "dialogue", [message(world, form, person)], passed).status_code == 201


def test_whoever_writes_once_more_is_still_promised_the_same(
    world: World, form: Form, person: Person, passed: dict[str, str]
) -> None:
    late = timezone.now() - dt.timedelta(hours=5)
    with in_workspace(world.workspace.id):
        Form.objects.update(reply_hours=48)
        Case.objects.update(due_at=late, overdue_at=late)
    assert post(world, "dialogue", [message(world, form, person)], passed).status_code == 201
    assert (world.case(person).due_at, world.case(person).overdue_at) == (late, late)
    # After an answer it is a new promise.
    with in_workspace(world.workspace.id):
        Case.objects.update(state=CaseState.ANSWERED, due_at=None, overdue_at=None)
        last = bytes(DialogueItem.objects.get().content_hash)
    more = message(world, form, person, 2, previous=last)
    assert post(world, "dialogue", [more], passed).status_code == 201
    due = world.case(person).due_at
    assert due is not None
    assert due > timezone.now() + dt.timedelta(hours=47)


def test_a_dialogue_has_room_for_as_much_as_a_page_can_load(
    world: World,
    form: Form,
    person: Person,
    passed: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = message(world, form, person)
    monkeypatch.setattr("comms.feedback.services.dialogue.MOST_BYTES", len(first) + 10)
    assert post(world, "dialogue", [first], passed).status_code == 201
    with in_workspace(world.workspace.id):
        last = bytes(DialogueItem.objects.get().content_hash)
    second = post(world, "dialogue", [message(world, form, person, 2, previous=last)], passed)
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    # What has arrived may be sent once more.
    assert post(world, "dialogue", [first], passed).status_code == 201


@pytest.mark.parametrize("rating", [0, 6, "5", b""])
def test_a_rating_is_one_of_five(world: World, passed: dict[str, str], rating: Any) -> None:
    assert post(world, "rating", [rating], passed).status_code == 422


def test_what_was_erased_is_erased_for_every_pass(
    world: World, form: Form, person: Person, passed: dict[str, str]
) -> None:
    second = {"X-Return-Pass": world.enter(person)[0]}
    late = message(world, form, person)
    assert post(world, "rating", [2], passed).status_code == 204
    assert post(world, "erase", [], passed).status_code == 204
    for answer in (
        post(world, "dialogue", [late], second),
        post(world, "rating", [3], second),
        post(world, "files", [10], second),
        post(world, "erase", [], second),
        world.client.get(f"/r/{world.workspace.slug}/dialogue", headers=second),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    # Sent once more by a page that did not hear of it: it had arrived, and stays erased.
    assert world.post(form, person).status_code == 201
    with in_workspace(world.workspace.id):
        assert Submission.objects.get().content is None
    assert world.case(person).rating == 0
    assert world.knock(person).json()["code"] == "gone"


def test_the_trail_says_on_which_day_it_was_erased_and_not_when(
    world: World, person: Person, passed: dict[str, str]
) -> None:
    case = world.case(person)

    def entries() -> list[AuditEntry]:
        with in_workspace(world.workspace.id):
            return list(AuditEntry.objects.filter(subject_id=case.pk))

    assert post(world, "erase", [], passed).status_code == 204
    assert services.record_erasures(world.workspace.id) == 0
    assert entries() == []
    with in_workspace(world.workspace.id):
        Erasure.objects.update(erased_on=dt.date(2026, 11, 20))
    assert services.record_erasures(world.workspace.id) == 1
    assert services.record_erasures(world.workspace.id) == 0
    (entry,) = entries()
    assert sentence_of(entry) == "noted that the person erased what they had sent, on Nov. 20, 2026"


def test_erasing_takes_the_case_out_of_the_engagement_log(
    world: World, person: Person, passed: dict[str, str], dina: User
) -> None:
    actor = actor_of(dina, world.workspace)
    case_id = world.case(person).pk
    known = make_stakeholder(actor, "Elders of the North")
    services.link_stakeholder(actor=actor, case_id=case_id, stakeholder_id=known.id)
    assert post(world, "erase", [], passed).status_code == 204
    with in_workspace(world.workspace.id):
        assert not Engagement.objects.exists()
    assert world.case(person).stakeholder_id is None


def test_a_link_that_is_changed_or_taken_away_leaves_the_engagement_log(
    world: World, person: Person, dina: User
) -> None:
    actor = actor_of(dina, world.workspace)
    case_id = world.case(person).pk
    first, second = (make_stakeholder(actor, name) for name in ("Elders", "Council"))

    def logged(chosen: Any) -> list[Any]:
        services.link_stakeholder(actor=actor, case_id=case_id, stakeholder_id=chosen)
        with in_workspace(world.workspace.id):
            return list(Engagement.objects.values_list("stakeholder_id", flat=True))

    assert logged(first.id) == [first.id]
    assert logged(first.id) == [first.id]
    assert logged(second.id) == [second.id]
    assert logged(None) == []


def test_what_people_ask_for_leaves_no_line(
    world: World, form: Form, person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused request would have its moment in the log, and with a file its number."""
    blob = uuid4()
    with caplog.at_level("INFO"):
        assert world.knock(person, seed=stranger().ed25519).status_code == 403
        assert world.client.get(f"/f/{form.address}/files/{blob}/0").status_code == 404
        assert world.client.get(f"/f/{uuid4().hex[:12]}/").status_code == 404
        assert world.client.put(f"/f/{form.address}/").status_code == 405
        assert world.client.get(f"/r/{world.workspace.slug}/nothing").status_code == 404
    assert not [line for line in caplog.messages if "/f/" in line or "/r/" in line]
    # Elsewhere they have one.
    with caplog.at_level("INFO"):
        world.client.get("/nothing")
    assert any("/nothing" in line for line in caplog.messages)


def test_another_origin_signs_nothing_here(world: World, person: Person) -> None:
    """A page elsewhere that got a signature for itself can't use it here, whatever it says."""
    nonce = world.nonce(person.secrets.lookup)
    challenge = return_codes.ReturnChallenge(
        world.workspace.id, person.secrets.lookup, nonce, "https://phish.example"
    )
    signature = return_codes.sign_return_challenge(challenge, person.secrets.ed25519)
    for origin in (ORIGIN, "https://phish.example"):
        answer = world.client.post(
            f"/r/{world.workspace.slug}/enter",
            encode([person.secrets.lookup, nonce, signature]),
            content_type=CBOR,
            headers={"Origin": origin},
        )
        assert answer.status_code != 200
