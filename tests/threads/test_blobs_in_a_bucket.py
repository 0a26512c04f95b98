"""Sealed files in a bucket: what FILES_STORAGE=s3 configures, against a server that speaks S3 over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import boto3  # type: ignore[import-untyped] # it has no types
import pytest
from django.conf import settings as configured
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from comms.accounts.models import User
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services
from comms.threads.views.blobs import stored_chunk
from comms.wire.files import CHUNK_SIZE, TAG_SIZE
from config.storage import blob_storage
from tests.factories import actor_of
from tests.threads.world import World

BUCKET, PREFIX = "entente", "files"
SECRET = "a secret of the test alone"
SIZE = CHUNK_SIZE + 10
SEALED = (os.urandom(CHUNK_SIZE + TAG_SIZE), os.urandom(10 + TAG_SIZE))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a bucket server on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """An empty bucket, and the settings that an administrator writes for it."""
    monkeypatch.setenv("FILES_STORAGE", "s3")
    for name, value in (
        ("BUCKET", BUCKET),
        ("ENDPOINT_URL", endpoint),
        ("REGION", "us-east-1"),
        ("ACCESS_KEY", "entente"),
        ("SECRET_KEY", SECRET),
        ("PREFIX", PREFIX),
    ):
        monkeypatch.setenv(f"S3_{name}", value)
    found = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="entente",
        aws_secret_access_key=SECRET,
    ).Bucket(BUCKET)
    found.create()
    settings.STORAGES = {**configured.STORAGES, "default": blob_storage()}  # type: ignore[attr-defined] # pytest-django's
    assert type(storages["default"]).__name__ == "S3Storage"
    yield found
    found.objects.delete()
    found.delete()


def names(bucket: object) -> list[str]:
    return [one.key for one in bucket.objects.all()]  # type: ignore[attr-defined] # boto3 makes it at run time


def test_a_file_comes_goes_and_leaves_nothing(
    world: World, ada: User, dina: User, bucket: object
) -> None:
    thread, blob = world.open(ada, dina), uuid4()
    actor, reader = (actor_of(one, world.workspace) for one in (ada, dina))
    services.open_upload(actor=actor, thread_id=thread.id, blob_id=blob, size=SIZE)
    for number, sealed in enumerate(SEALED):
        for _again in range(2):
            services.store_chunk(
                actor=actor, thread_id=thread.id, blob_id=blob, number=number, sealed=sealed
            )
    assert len(names(bucket)) == 2
    assert all(name.startswith(f"{PREFIX}/threads/") for name in names(bucket))

    for number, sealed in enumerate(SEALED):
        with in_workspace(world.workspace.id):
            found = selectors.get_chunk(reader, thread.id, blob, number)
        response = stored_chunk(found)
        assert response.streaming
        assert b"".join(response) == sealed
        assert response.file_to_stream is not None
        response.file_to_stream.close()

    services.remove_blob(actor=actor, thread_id=thread.id, blob_id=blob)
    assert names(bucket) == []
    with pytest.raises(NotFoundError):
        stored_chunk(found)
