"""Answers are taken once, whole and never beyond what a form is to take."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comms.accounts.models import User
from comms.core.errors import ConflictError, InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors, services
from comms.feedback.models import Answer, Case, File, Form, Quota, Submission
from comms.feedback.services import limits
from comms.feedback.valkey import valkey
from comms.wire.cbor import decode, encode
from comms.wire.files import sealed_size
from comms.wire.submissions import SealedFile
from tests.factories import actor_of
from tests.feedback.world import CBOR, World, choices, definition, item


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def count(world: World) -> int:
    with in_workspace(world.workspace.id):
        assert Submission.objects.count() == Case.objects.count()
        return Submission.objects.count()


def settings_of(world: World, user: User, form: Form, **changes: Any) -> Form:
    fields: dict[str, Any] = {
        "closes_at": None,
        "max_submissions": 0,
        "reply_hours": 0,
        "address": "",
        **changes,
    }
    services.change_settings(actor=actor_of(user, world.workspace), form_id=form.id, **fields)
    return world.reload(form)


def test_the_same_again_counts_once(world: World, form: Form) -> None:
    person = world.answers(form)
    proof = world.proof(form)
    # The answer to the first is lost: the proof is used up, and the second is taken all the same.
    for _again in range(2):
        assert world.post(form, person, proof=proof).status_code == 201
    assert world.post(form, person).status_code == 201
    assert count(world) == 1


def test_keeps_a_day_and_no_hour(world: World, form: Form, ada: User) -> None:
    settings_of(world, ada, form, reply_hours=24)
    person = world.send(form)
    case = world.case(person)
    assert case.received_on == datetime.datetime.now(datetime.UTC).date()
    assert case.due_at is not None
    assert case.due_at.time() == datetime.time()
    # No column of what was sent holds a moment but the promise, which is midnight.
    for model in (Submission, Answer, File):
        assert not [f for f in model._meta.fields if f.get_internal_type() == "DateTimeField"]


def test_asks_the_database_little(world: World, form: Form) -> None:
    world.send(form)
    person, proof = world.answers(form), world.proof(form)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert world.post(form, person, proof=proof).status_code == 201
    said = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    assert len(said) <= 7, said


def test_counts_values_and_never_words(world: World, ada: User) -> None:
    asked = definition(
        item("a", "single_choice", choices=choices("x", "y"), other=True),
        item("b", "multiple_choice", choices=choices("x", "y"), other=True, min=None, max=None),
        item("c", "number", integer=False, min=None, max=None, unit={"en": "km"}),
        item("d", "date", min=None, max="today"),
        item("e", "rating", scale=5, low={"en": ""}, high={"en": ""}),
        item("f", "likert", rows=choices("r"), columns=choices("k", "l")),
        item("g", "ranking", choices=choices("x", "y")),
        item("h", "yes_no"),
        item("i", "short_text", max_length=100),
    )
    form = world.published(ada, asked=asked)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    given = {
        "a": {"other": "secret words"},
        "b": {"choices": ["x"], "other": "more words"},
        "c": "12.5",
        "d": today,
        "e": 4,
        "f": {"r": "l"},
        "g": ["y", "x"],
        "h": True,
        "i": "free words",
    }
    world.send(form, sealed={}, open_answers=given)
    with in_workspace(world.workspace.id):
        rows = set(Answer.objects.values_list("question", "row", "value"))
        assert Submission.objects.get().open_answers == json.dumps(given)
    assert rows == {
        ("a", "", "other"),
        ("b", "", "x"),
        ("b", "", "other"),
        ("c", "", "12.5"),
        ("d", "", today),
        ("e", "", "4"),
        ("f", "r", "l"),
        ("g", "y", "1"),
        ("g", "x", "2"),
        ("h", "", "true"),
        ("i", "", ""),
    }


@pytest.mark.parametrize(
    "given",
    [
        {"q1": {"choice": "perhaps"}},
        {"q1": "yes"},
        {"q2": "sealed, in the open"},
        {"q9": "unknown"},
        {"q1": None},
    ],
)
def test_refuses_open_answers_that_do_not_fit(
    world: World, form: Form, given: dict[str, Any]
) -> None:
    answer = world.post(form, world.answers(form, open_answers=given))
    assert code_of(answer) == (422, "answers")
    assert answer.json()["field"] in given
    assert count(world) == 0


def test_refuses_a_proof_that_is_wrong_or_used(world: World, form: Form) -> None:
    proof = world.proof(form)
    assert world.post(form, world.answers(form), proof=proof).status_code == 201
    for bad in (proof, "", "e30=", world.proof(form)[:-8] + "AAAAAAA="):
        assert code_of(world.post(form, world.answers(form), proof=bad)) == (422, "proof")
    assert count(world) == 1


def test_refuses_a_proof_whose_expiry_was_stretched(world: World, form: Form) -> None:
    # Digits of the number moved into the salt make the same hash.
    solved = json.loads(base64.b64decode(world.proof(form)))
    number = str(solved["number"])
    solved["salt"] = solved["salt"].rstrip("&") + number[:1]
    solved["number"] = int(number[1:] or "0")
    proof = base64.b64encode(json.dumps(solved).encode()).decode()
    assert code_of(world.post(form, world.answers(form), proof=proof)) == (422, "proof")


def test_refuses_what_is_sealed_to_an_old_key_and_takes_it_resealed(
    world: World, form: Form, ada: User, edgar: User
) -> None:
    person = world.answers(form)
    world.rotate(ada, form, edgar)
    assert code_of(world.post(form, person)) == (409, "stale-key")
    again = world.answers(form, code=person.code)
    assert world.post(form, again).status_code == 201
    assert count(world) == 1


def test_takes_an_older_version(world: World, form: Form, ada: User) -> None:
    person = world.answers(form)
    world.publish(ada, form, definition(item("q1", "yes_no")))
    assert world.post(form, person).status_code == 201
    assert world.opening(form)[1] != world.enter(person)[5][1]


def test_refuses_a_lookup_that_is_taken(world: World, form: Form) -> None:
    person = world.send(form)
    other = world.answers(form, code=person.code)
    assert code_of(world.post(form, other)) == (409, "lookup-taken")
    assert count(world) == 1


def test_refuses_a_closed_form_by_act_and_by_time(world: World, form: Form, ada: User) -> None:
    actor = actor_of(ada, world.workspace)
    person, late = world.answers(form), world.answers(form)
    services.close_form(actor=actor, form_id=form.id)
    assert world.opening(form)[7] == 1
    assert code_of(world.post(form, person)) == (409, "closed")
    services.reopen_form(actor=actor, form_id=form.id)
    assert world.post(form, person).status_code == 201
    with in_workspace(world.workspace.id):
        Form.objects.update(closes_at=timezone.now() - datetime.timedelta(seconds=1))
    assert code_of(world.post(form, late)) == (409, "closed")
    # What was sent before is still answered 201.
    assert world.post(form, person).status_code == 201


def test_refuses_a_full_form_and_an_unknown_one(world: World, form: Form, ada: User) -> None:
    settings_of(world, ada, form, max_submissions=1)
    first, second = world.answers(form), world.answers(form)
    assert world.post(form, first).status_code == 201
    assert code_of(world.post(form, second)) == (409, "full")
    assert world.post(form, first).status_code == 201
    assert world.client.get("/f/nowhere-at-all/opening").status_code == 404


def test_refuses_beyond_a_quota(world: World, ada: User) -> None:
    condition = {"question": "q1", "op": "equals", "value": "yes"}
    form = world.published(ada, asked=definition(quotas=[{"condition": condition, "limit": 1}]))
    world.send(form)
    answer = world.post(form, world.answers(form))
    assert (*code_of(answer), answer.json()["field"]) == (409, "quota", "0")
    world.send(form, open_answers={"q1": {"choice": "no"}})
    assert count(world) == 2


def test_of_two_quotas_with_one_condition_the_stricter_holds(world: World, ada: User) -> None:
    condition = {"question": "q1", "op": "equals", "value": "yes"}
    quotas = [{"condition": condition, "limit": limit} for limit in (5, 2, 3)]
    form = world.published(ada, asked=definition(quotas=quotas))
    world.send(form)
    world.send(form)
    answer = world.post(form, world.answers(form))
    assert (*code_of(answer), answer.json()["field"]) == (409, "quota", "1")
    assert count(world) == 2


def test_no_counter_says_when_it_was_begun(world: World, ada: User) -> None:
    condition = {"question": "q1", "op": "equals", "value": "yes"}
    form = world.published(ada, asked=definition(quotas=[{"condition": condition, "limit": 9}]))
    world.send(form)
    with in_workspace(world.workspace.id):
        # A UUIDv7 would begin with the moment.
        assert Quota.objects.get().id.version == 4


def test_nobody_means_the_year_9999(world: World, form: Form, ada: User) -> None:
    person = world.send(form)
    actor = actor_of(ada, world.workspace)
    case_id = world.case(person).pk
    for year in (1970, 2040, 9999):
        far = datetime.datetime(year, 12, 31, tzinfo=datetime.UTC)
        with pytest.raises(InvalidError):
            settings_of(world, ada, form, closes_at=far)
        with pytest.raises(InvalidError):
            services.set_due(actor=actor, case_id=case_id, due_at=far)


def test_refuses_what_is_malformed_or_signed_by_nobody(world: World, form: Form) -> None:
    person = world.answers(form)
    address = f"/f/{form.address}/send"
    for body in (b"", b"\xf6", encode([1, 2]), b"x" * 100):
        assert world.client.post(address, body, content_type=CBOR).status_code == 422
    person.open_answers = b"{}"
    assert code_of(world.post(form, person)) == (422, "invalid")
    tampered = world.answers(form)
    tampered.raw = tampered.raw[:-1] + bytes([tampered.raw[-1] ^ 1])
    assert code_of(world.post(form, tampered)) == (422, "invalid")
    assert count(world) == 0


def test_refuses_answers_to_another_form(world: World, form: Form, ada: User) -> None:
    other = world.published(ada)
    assert code_of(world.post(form, world.answers(other))) == (422, "invalid")


def test_takes_files_that_are_whole(world: World, form: Form) -> None:
    person, blob = world.send_file(form, b"x" * 1_048_600)
    with in_workspace(world.workspace.id):
        file = File.objects.get(id=blob)
    assert (file.is_used, file.submission_id) == (True, world.case(person).submission_id)


def test_refuses_files_that_are_not_whole_or_not_theirs(world: World, form: Form) -> None:
    def named(blob: Any) -> SealedFile:
        return SealedFile("q3", blob, bytes(32), "a", "image/png", 12, bytes(32))

    answer = world.client.post(
        f"/f/{form.address}/files", encode([world.proof(form), 12]), content_type=CBOR
    )
    opened: Any = decode(answer.content, limit=1000)
    half, token = UUID(bytes=opened[0]), opened[1]
    person = world.answers(form, files=[named(half)])
    answer = world.post(form, person, [(half, str(token))])
    assert (*code_of(answer), answer.json()["field"]) == (422, "file-missing", str(half))
    assert world.post(form, person, [(half, "0" * 64)]).status_code == 404
    whole, _token = world.upload(form, b"x")
    other = world.answers(form, files=[named(whole)])
    assert (
        world.post(form, other, [(whole, services.upload_token(uuid4(), whole))]).status_code == 404
    )
    assert count(world) == 0


def test_refuses_large_files_and_full_workspaces(world: World, form: Form, settings: Any) -> None:
    def opened(size: int) -> Any:
        body = encode([world.proof(form), size])
        return world.client.post(f"/f/{form.address}/files", body, content_type=CBOR)

    assert opened(20 * 1024 * 1024 + 1).status_code == 422
    settings.FEEDBACK_FILES_QUOTA_BYTES = 4_000_000
    assert opened(1_000_001).status_code == 409
    assert opened(1_000_000).status_code == 201
    # An empty one takes room too: there is no end of them otherwise.
    assert opened(0).status_code == 409


def test_what_strangers_only_announce_leaves_room_for_everybody_else(
    world: World, form: Form, settings: Any, dina: User
) -> None:
    settings.FEEDBACK_FILES_QUOTA_BYTES = 4_000_000
    stranger = selectors.Holder(world.workspace.id, form.id)
    person, blob = world.send_file(form, bytes(500_000))
    case_id = world.submission(person).id
    services.open_file(stranger, 990_000)
    with pytest.raises(ConflictError):
        services.open_file(stranger, 20_000)
    # Who came back is a stranger as well; the team is not.
    with pytest.raises(ConflictError):
        services.open_file(selectors.Holder(world.workspace.id, form.id, case_id), 20_000)
    team = selectors.Holder(world.workspace.id, form.id, case_id, dina.id)
    services.open_file(team, 1_500_000)
    with pytest.raises(ConflictError):
        services.open_file(team, 1_500_000)
    with in_workspace(world.workspace.id):
        assert File.objects.get(id=blob).is_used


def test_idle_uploads_give_their_room_back_when_it_is_short(
    world: World, form: Form, settings: Any
) -> None:
    settings.FEEDBACK_FILES_QUOTA_BYTES = 4_000_000
    stranger = selectors.Holder(world.workspace.id, form.id)
    idle, busy = (services.open_file(stranger, 240_000) for _file in range(2))
    _person, sent = world.send_file(form, bytes(240_000))

    def left() -> set[UUID]:
        services.sweep_files(world.workspace.id)
        with in_workspace(world.workspace.id):
            return set(File.objects.values_list("id", flat=True))

    for name in valkey().scan_iter("feedback:upload:*"):
        valkey().delete(name)
    # There is room enough.
    assert left() == {idle.id, busy.id, sent}
    also = services.open_file(stranger, 240_000)
    services.store_part(stranger, busy.id, 0, bytes(sealed_size(240_000, 0)))
    assert left() == {busy.id, also.id, sent}


def test_a_line_announces_so_much_within_an_hour(world: World, form: Form, settings: Any) -> None:
    # Whatever other tests have counted, nothing but this runs out.
    factor = settings.FEEDBACK_RATE_FACTOR
    settings.FEEDBACK_RATE_LIMITS = {
        **settings.FEEDBACK_RATE_LIMITS,
        "room": (3000 / factor, 24 * 3600),
    }

    def opened(address: str) -> int:
        body = encode([world.proof(form), 2_000_000])
        answer = world.client.post(
            f"/f/{form.address}/files", body, content_type=CBOR, REMOTE_ADDR=address
        )
        return int(answer.status_code)

    assert opened("2001:db8:1:2::1") == 201
    assert opened("2001:db8:1:2:ffff::9") == 409
    assert opened("2001:db8:1:3::1") == 201


def test_a_form_that_takes_no_answers_takes_no_files(world: World, form: Form, dina: User) -> None:
    services.close_form(actor=actor_of(dina, world.workspace), form_id=form.id)
    answer = world.client.post(
        f"/f/{form.address}/files", encode([world.proof(form), 10]), content_type=CBOR
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "closed")


def test_the_addresses_of_one_line_are_counted_as_one() -> None:
    def hold(*addresses: str) -> bool:
        return len({limits._line_of(one) for one in addresses}) == 1

    assert hold("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "2001:0db8:0::2")
    assert hold("198.51.100.7", "::ffff:198.51.100.7")
    assert not hold("2001:db8::1", "2001:db8:0:1::1")
    assert not hold("198.51.100.7", "198.51.100.8")
    # Whatever a gateway may say instead.
    assert hold("unknown", "unknown")


def test_limits_an_address_and_says_until_when(world: World, form: Form, settings: Any) -> None:
    settings.FEEDBACK_RATE_FACTOR = 1
    settings.FEEDBACK_RATE_LIMITS = {**settings.FEEDBACK_RATE_LIMITS, "read": (2, 24 * 3600)}
    address = f"/f/{form.address}/opening"
    codes = [world.client.get(address, REMOTE_ADDR="203.0.113.77").status_code for _try in range(3)]
    assert codes == [200, 200, 429]
    refused = world.client.get(address, REMOTE_ADDR="203.0.113.77")
    assert int(refused["Retry-After"]) <= 24 * 3600
    assert world.client.get(address, REMOTE_ADDR="203.0.113.78").status_code == 200
