"""Conversations in the API: what a token may, and what only a session opens."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from comms.accounts.models import Scope, User, Workspace
from comms.threads.models import Thread
from comms.wire.cbor import decode, encode
from comms.wire.files import seal_chunk
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds
from comms.wire.roster import Role
from tests.api.conftest import Program
from tests.threads.world import World

pytestmark = pytest.mark.django_db

BASE = "/api/v1/workspaces/mission/threads"
CBOR = "application/cbor"
OCTETS = "application/octet-stream"
Programs = Callable[..., Program]


@pytest.fixture
def world(mission: Workspace, ada: User, dina: User) -> World:
    world = World(mission)
    for user in (ada, dina):
        world.keys(user)
    return world


@pytest.fixture
def thread(world: World, ada: User, dina: User) -> Thread:
    return world.open(ada, dina)


def read(answer: object) -> object:
    assert answer["Content-Type"] == CBOR  # type: ignore[index]  # a response of the test client
    return decode(answer.content, limit=10_000_000)  # type: ignore[attr-defined]  # as above


def test_program_with_keys_opens_writes_and_reads(
    world: World, ada: User, dina: User, program: Programs
) -> None:
    writer = program(ada, Scope.THREADS_WRITE, Scope.THREADS_FETCH, Scope.THREADS_READ)
    made = world.epoch(ada, [world.row(ada, Role.OWNER), world.row(dina)])
    opened = writer.post(BASE, made.upload, content_type=CBOR)
    assert opened.status_code == 201, opened.content
    thread = Thread(id=made.record.tbs.thread)
    world.epochs[thread.id] = [made]
    assert opened.json()["id"] == str(thread.id)
    raw = world.seal(ada, thread)
    posted = writer.post(f"{BASE}/{thread.id}/envelopes", raw, content_type=CBOR)
    assert (posted.status_code, read(posted)[0]) == (201, 1)  # type: ignore[index]  # [seq, T]
    other = program(dina, Scope.THREADS_FETCH, Scope.THREADS_READ)
    page = read(other.get(f"{BASE}/{thread.id}/envelopes"))
    assert page[1] == [[sha256(raw), raw]]  # type: ignore[index]  # a page
    assert read(other.get(f"{BASE}/{thread.id}/envelopes?after=1"))[1] == []  # type: ignore[index]  # as above
    assert read(other.get(f"{BASE}/index"))[0][0][0] == thread.id.bytes  # type: ignore[index]  # as above
    assert other.get(f"{BASE}/{thread.id}").json()["role"] == "member"
    people = other.get(f"{BASE}/{thread.id}/members").json()
    assert [(row["name"], row["role"]) for row in people] == [
        ("Ada Admin", "owner"),
        ("Dina Diplomat", "member"),
    ]


def test_file_goes_up_and_down_in_sealed_chunks(
    thread: Thread, ada: User, dina: User, program: Programs
) -> None:
    blob, sealed = uuid4(), seal_chunk(bytes(32), 0, b"sealed here", final=True)
    base = f"{BASE}/{thread.id}/blobs"
    writer = program(ada, Scope.THREADS_WRITE)
    begun = writer.post(base, encode([blob.bytes, 11]), content_type=CBOR)
    assert (begun.status_code, read(begun)) == (201, [11, [], 0])
    put = writer.generic("PUT", f"{base}/{blob}/0", sealed, content_type=OCTETS)
    assert put.status_code == 204
    reader = program(dina, Scope.THREADS_FETCH)
    assert read(reader.get(f"{base}/{blob}")) == [11, [0], 1]
    chunk = reader.get(f"{base}/{blob}/0")
    assert chunk["Content-Type"] == OCTETS
    assert b"".join(chunk) == sealed
    assert writer.delete(f"{base}/{blob}").status_code == 204
    assert reader.get(f"{base}/{blob}/0").status_code == 404


def test_each_scope_opens_its_own(thread: Thread, ada: User, program: Programs) -> None:
    only_list = program(ada, Scope.THREADS_READ)
    assert only_list.get(BASE).status_code == 200
    assert only_list.get(f"{BASE}/{thread.id}/envelopes").status_code == 403
    only_fetch = program(ada, Scope.THREADS_FETCH)
    assert only_fetch.get(f"{BASE}/{thread.id}/envelopes").status_code == 200
    refused = only_fetch.post(f"{BASE}/{thread.id}/envelopes", b"x", content_type=CBOR)
    assert refused.status_code == 403
    assert refused.json()["code"] == "forbidden"


def test_no_token_opens_a_vault_or_ends_a_session(ada: User, program: Programs) -> None:
    everything = program(ada)
    for method, address in (
        ("GET", "keys"),
        ("GET", "keys/chain"),
        ("PUT", "keys/vault"),
        ("POST", "keys/identity"),
        ("POST", "keys/session-secret"),
        ("DELETE", "session/current"),
    ):
        answer = everything.generic(method, f"/api/v1/{address}", b"", content_type=CBOR)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_session_changes_nothing_without_its_csrf_token(
    thread: Thread, ada: User, world: World
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    raw = world.seal(ada, thread)
    for address in (f"{BASE}/{thread.id}/envelopes", "/api/v1/keys/session-secret"):
        assert browser.post(address, raw, content_type=CBOR).status_code == 403
    assert browser.delete("/api/v1/session/current").status_code == 403


def test_refuses_forms_of_other_pages_at_the_entrance(ada: User) -> None:
    """A foreign page can send a form, but not JSON."""
    for address in ("session", "session/parameters", "session/second-step"):
        answer = Client().post(
            f"/api/v1/{address}", {"email": "ada@example.org", "secret": "0" * 64}
        )
        assert answer.status_code == 415


def test_passphrase_itself_is_no_sign_in_secret(ada: User) -> None:
    answer = Client().post(
        "/api/v1/session",
        json.dumps({"email": "ada@example.org", "secret": "seven quiet boats"}),
        content_type="application/json",
    )
    assert answer.status_code == 422


def test_code_without_a_secret_before_it_signs_nobody_in() -> None:
    answer = Client().post(
        "/api/v1/session/second-step",
        json.dumps({"code": "123456"}),
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_answers_a_refusal_in_json_and_refuses_another_form(
    thread: Thread, ada: User, program: Programs
) -> None:
    caller = program(ada, Scope.THREADS_WRITE, Scope.THREADS_FETCH)
    address = f"{BASE}/{thread.id}/envelopes"
    assert caller.send("POST", address, {"text": "plain"}).status_code == 415
    for body in (b"", b"\xff", bytes(70_000)):
        answer = caller.post(address, body, content_type=CBOR)
        assert answer.status_code == 422
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "invalid"
    missing = caller.get(f"{BASE}/{uuid4()}/envelopes")
    assert (missing.status_code, missing["Content-Type"]) == (404, "application/problem+json")
    assert caller.get(f"{BASE}/{thread.id}/envelopes?after=minus").status_code == 422
    assert caller.get(address, headers={"Accept": "text/html"}).status_code == 406


def test_what_another_signed_is_refused(
    thread: Thread, ada: User, dina: User, world: World, program: Programs
) -> None:
    raw = world.seal(dina, thread)
    answer = program(ada, Scope.THREADS_WRITE).post(
        f"{BASE}/{thread.id}/envelopes", raw, content_type=CBOR
    )
    assert answer.status_code == 422
    world.seeds[ada.id], kept = IdentitySeeds.generate(), world.seeds[ada.id]
    forged = world.seal(ada, thread)
    world.seeds[ada.id] = kept
    answer = program(ada, Scope.THREADS_WRITE).post(
        f"{BASE}/{thread.id}/envelopes", forged, content_type=CBOR
    )
    assert answer.status_code == 422
