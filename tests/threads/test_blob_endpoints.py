"""Sealed files over HTTP: the headers, the types and the sizes that the addresses take."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from comms.accounts.models import User
from comms.threads.models import Thread
from comms.wire.cbor import decode, encode
from comms.wire.files import CHUNK_SIZE
from tests.threads.test_blobs import stored
from tests.threads.world import World

CBOR, OCTETS = "application/cbor", "application/octet-stream"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "blobs")
    return tmp_path / "blobs"


def test_a_file_over_http(
    world: World,
    thread: Thread,
    ada: User,
    dina: User,
    as_user: Callable[[User], Client],
    folder: Path,
) -> None:
    base = f"/w/{world.workspace.slug}/threads/{thread.id}/blobs"
    blob, sealed = uuid4(), [os.urandom(CHUNK_SIZE + 16), os.urandom(7 + 16)]
    writer, reader = as_user(ada), as_user(dina)

    began = writer.post(base, encode([blob.bytes, CHUNK_SIZE + 7]), content_type=CBOR)
    assert (began.status_code, decode(began.content, limit=99)) == (201, [CHUNK_SIZE + 7, [], 0])
    for number, content in enumerate(sealed):
        sent = writer.put(f"{base}/{blob}/{number}", content, content_type=OCTETS)
        assert sent.status_code == 204, sent.content
    assert decode(reader.get(f"{base}/{blob}").content, limit=99) == [CHUNK_SIZE + 7, [0, 1], 1]

    answer: Any = reader.get(f"{base}/{blob}/0")
    assert b"".join(answer.streaming_content) == sealed[0]
    assert answer["Content-Type"] == OCTETS
    assert answer["Content-Length"] == str(len(sealed[0]))
    assert answer["Content-Disposition"] == "attachment"
    assert answer["Cache-Control"] == "private, max-age=86400, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"

    other = writer.put(f"{base}/{blob}/1", os.urandom(23), content_type=OCTETS)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert reader.delete(f"{base}/{blob}").status_code == 403
    assert writer.delete(f"{base}/{blob}").status_code == 204
    # A browser that gives up can't know whether it had begun.
    assert writer.delete(f"{base}/{blob}").status_code == 204
    assert reader.get(f"{base}/{blob}/0").status_code == 404
    assert stored(folder) == []


def test_a_file_that_the_storage_lost_is_not_found(
    world: World, thread: Thread, ada: User, as_user: Callable[[User], Client], folder: Path
) -> None:
    base = f"/w/{world.workspace.slug}/threads/{thread.id}/blobs"
    blob, client = uuid4(), as_user(ada)
    client.post(base, encode([blob.bytes, 0]), content_type=CBOR)
    client.put(f"{base}/{blob}/0", os.urandom(16), content_type=OCTETS)
    for path in stored(folder):
        path.unlink()
    answer = client.get(f"{base}/{blob}/0")
    assert answer.status_code == 404


def test_refuses_what_is_no_chunk_and_no_announcement(
    world: World, thread: Thread, ada: User, as_user: Callable[[User], Client]
) -> None:
    base = f"/w/{world.workspace.slug}/threads/{thread.id}/blobs"
    blob, client = uuid4(), as_user(ada)
    for body in ([blob.bytes], [blob.bytes, "12"], [b"short", 12], [blob.bytes, 12, 1], 7):
        assert client.post(base, encode(body), content_type=CBOR).status_code == 422  # type: ignore[arg-type]  # on purpose
    client.post(base, encode([blob.bytes, CHUNK_SIZE]), content_type=CBOR)
    place = f"{base}/{blob}/0"
    right = os.urandom(CHUNK_SIZE + 16)
    assert client.put(place, right, content_type=CBOR).status_code == 422
    assert client.put(place, right + b"x", content_type=OCTETS).status_code == 422
    assert client.put(place, right, content_type=OCTETS).status_code == 204


def test_the_page_may_show_pictures_that_it_opened_itself(
    world: World, thread: Thread, ada: User, as_user: Callable[[User], Client]
) -> None:
    answer = as_user(ada).get(f"/w/{world.workspace.slug}/threads/{thread.id}/")
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["require-trusted-types-for"] == "'script'"
    for name in ("default-src", "script-src", "connect-src", "object-src", "worker-src"):
        assert "blob:" not in policy[name]
