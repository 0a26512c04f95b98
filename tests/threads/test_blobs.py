"""Sealed files: who may bring and have them, what is kept once, and what goes away again."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from uuid import UUID, uuid1, uuid4

import pytest
import time_machine
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from comms.accounts.models import User, Workspace
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, tasks
from comms.threads.models import Blob, Chunk, Thread
from comms.threads.services import blobs as rules
from comms.wire.bodies import FILE_LIMIT
from comms.wire.files import CHUNK_SIZE, chunk_count, open_chunk, seal_chunk
from comms.wire.roster import Role
from tests.factories import actor_of, make_workspace
from tests.threads.world import World

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> Path:
    """Files of this test lie in a folder of their own."""
    settings.MEDIA_ROOT = str(tmp_path / "blobs")  # type: ignore[attr-defined]  # pytest-django's fixture
    return tmp_path / "blobs"


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def begin(world: World, user: User, thread: Thread, size: int, blob: UUID | None = None) -> UUID:
    blob = blob or uuid4()
    actor = actor_of(user, world.workspace)
    services.open_upload(actor=actor, thread_id=thread.id, blob_id=blob, size=size)
    return blob


def put(world: World, user: User, thread: Thread, blob: UUID, number: int, sealed: bytes) -> None:
    services.store_chunk(
        actor=actor_of(user, world.workspace),
        thread_id=thread.id,
        blob_id=blob,
        number=number,
        sealed=sealed,
    )


def sealed_parts(content: bytes) -> list[bytes]:
    count = chunk_count(len(content))
    parts = [content[at * CHUNK_SIZE : (at + 1) * CHUNK_SIZE] for at in range(count)]
    return [seal_chunk(KEY, at, part, final=at == count - 1) for at, part in enumerate(parts)]


def upload(world: World, user: User, thread: Thread, content: bytes = b"a small file") -> UUID:
    blob = begin(world, user, thread, len(content))
    for number, sealed in enumerate(sealed_parts(content)):
        put(world, user, thread, blob, number, sealed)
    return blob


def read(world: World, user: User, thread: Thread, blob: UUID, number: int = 0) -> bytes:
    with in_workspace(world.workspace.id):
        chunk = selectors.get_chunk(actor_of(user, world.workspace), thread.id, blob, number)
    with default_storage.open(chunk.name) as file:
        content: bytes = file.read()
    assert len(content) == chunk.size
    return content


def status(world: World, user: User, thread: Thread, blob: UUID) -> selectors.BlobStatus:
    with in_workspace(world.workspace.id):
        return selectors.get_blob_status(actor_of(user, world.workspace), thread.id, blob)


def remove(world: World, user: User, thread: Thread, blob: UUID) -> None:
    actor = actor_of(user, world.workspace)
    services.remove_blob(actor=actor, thread_id=thread.id, blob_id=blob)


def test_a_file_arrives_in_any_order_and_everyone_in_the_thread_can_have_it(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    content = os.urandom(2 * CHUNK_SIZE + 5)
    parts = sealed_parts(content)
    blob = begin(world, ada, thread, len(content))
    for number in (2, 0):
        put(world, ada, thread, blob, number, parts[number])
    assert status(world, ada, thread, blob).present == [0, 2]
    with pytest.raises(NotFoundError):
        status(world, dina, thread, blob)
    put(world, ada, thread, blob, 1, parts[1])
    found = status(world, dina, thread, blob)
    assert (found.size, found.present, found.is_complete) == (len(content), [0, 1, 2], True)
    opened = [
        open_chunk(KEY, at, read(world, dina, thread, blob, at), final=at == 2) for at in range(3)
    ]
    assert b"".join(opened) == content


def test_an_empty_file_is_one_empty_chunk(world: World, thread: Thread, ada: User) -> None:
    blob = upload(world, ada, thread, b"")
    assert status(world, ada, thread, blob).is_complete


def test_the_same_again_changes_nothing(
    world: World, thread: Thread, ada: User, folder: Path
) -> None:
    blob = begin(world, ada, thread, 12)
    begin(world, ada, thread, 12, blob)
    (sealed,) = sealed_parts(b"a small file")
    for _ in range(2):
        put(world, ada, thread, blob, 0, sealed)
    assert len(stored(folder)) == 1
    with in_workspace(world.workspace.id):
        assert Chunk.objects.filter(blob_id=blob).count() == 1


def test_a_file_of_this_machine_is_its_owners_alone(
    world: World, thread: Thread, ada: User, folder: Path
) -> None:
    upload(world, ada, thread)
    (file,) = stored(folder)
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    # Its name says nothing but where it belongs.
    assert b"a small file" not in file.read_bytes()


def test_refuses_other_bytes_than_before(world: World, thread: Thread, ada: User) -> None:
    blob = upload(world, ada, thread)
    with pytest.raises(ConflictError, match="other contents"):
        put(world, ada, thread, blob, 0, os.urandom(12 + 16))


def test_refuses_other_bytes_of_a_race(
    world: World, thread: Thread, ada: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another tab's chunk gets in while this one is being written: one stays, nothing is left over."""
    blob = begin(world, ada, thread, 12)
    (sealed,) = sealed_parts(b"a small file")
    save = default_storage.save
    tries: list[str] = []

    def overtaken(name: str, content: object) -> str:
        if not tries:
            tries.append(name)
            put(world, ada, thread, blob, 0, sealed)
        saved: str = save(name, content)  # type: ignore[arg-type]  # passed on as it came
        return saved

    monkeypatch.setattr(default_storage, "save", overtaken, raising=False)
    with pytest.raises(ConflictError, match="other contents"):
        put(world, ada, thread, blob, 0, os.urandom(28))
    assert read(world, ada, thread, blob) == sealed
    assert len(stored(folder)) == 1


@pytest.mark.parametrize(("number", "size"), [(0, 27), (0, 29), (0, 0), (1, 28), (1, 16)])
def test_refuses_a_chunk_that_does_not_fit_the_file(
    world: World, thread: Thread, ada: User, folder: Path, number: int, size: int
) -> None:
    blob = begin(world, ada, thread, 12)
    with pytest.raises(InvalidError, match="no part of the file"):
        put(world, ada, thread, blob, number, os.urandom(size))
    assert stored(folder) == []


def test_refuses_a_file_above_the_limit_and_ids_that_tell_the_time(
    world: World, thread: Thread, ada: User
) -> None:
    begin(world, ada, thread, FILE_LIMIT)
    with pytest.raises(InvalidError, match="100 MiB"):
        begin(world, ada, thread, FILE_LIMIT + 1)
    with pytest.raises(InvalidError):
        begin(world, ada, thread, 12, uuid1())


def test_refuses_observers_who_still_may_read(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    begun = begin(world, dina, thread, 12)
    blob = upload(world, ada, thread)
    rows = [world.row(ada, Role.OWNER), world.row(dina, Role.OBSERVER)]
    world.publish(ada, thread, world.next(ada, thread, rows))
    assert len(read(world, dina, thread, blob)) == 28
    with pytest.raises(ForbiddenError):
        begin(world, dina, thread, 12)
    with pytest.raises(ForbiddenError):
        put(world, dina, thread, begun, 0, sealed_parts(b"a small file")[0])


def test_refuses_outsiders_the_removed_and_other_threads(
    world: World, thread: Thread, ada: User, dina: User, edgar: User
) -> None:
    blob = upload(world, ada, thread)
    begun = begin(world, dina, thread, 12)
    other = world.open(edgar, ada)
    world.publish(ada, thread, world.next(ada, thread, [world.row(ada, Role.OWNER)]))
    for user, place in ((edgar, thread), (dina, thread), (ada, other), (edgar, other)):
        with pytest.raises(NotFoundError):
            status(world, user, place, blob)
    for user, place in ((edgar, thread), (dina, thread)):
        with pytest.raises(NotFoundError):
            remove(world, user, place, blob)
    # Somewhere else it isn't, so there is nothing to destroy.
    for user, place in ((ada, other), (edgar, other)):
        remove(world, user, place, blob)
    assert status(world, ada, thread, blob).present
    for user in (edgar, dina):
        with pytest.raises(NotFoundError):
            begin(world, user, thread, 12)
    with pytest.raises(NotFoundError):
        put(world, dina, thread, begun, 0, sealed_parts(b"a small file")[0])


def test_refuses_to_go_on_with_somebody_elses_upload(
    world: World, thread: Thread, ada: User, dina: User, edgar: User
) -> None:
    blob = begin(world, ada, thread, 12)
    with pytest.raises(NotFoundError):
        put(world, dina, thread, blob, 0, sealed_parts(b"a small file")[0])
    for user, size in ((dina, 12), (ada, 13)):
        with pytest.raises(ConflictError):
            begin(world, user, thread, size, blob)
    # An id that another workspace has is refused like any other that is taken.
    elsewhere = make_workspace("far", "Far away")
    with in_workspace(elsewhere.id):
        theirs = Thread.objects.create(workspace_id=elsewhere.id)
        foreign = Blob.objects.create(
            id=uuid4(), workspace_id=elsewhere.id, thread=theirs, uploader_id=uuid4(), size=1
        )
    with pytest.raises(ConflictError):
        begin(world, ada, thread, 1, foreign.id)
    with pytest.raises(NotFoundError):
        status(world, ada, thread, foreign.id)


def test_a_full_workspace_says_so_and_has_room_again_after_a_removal(
    world: World, thread: Thread, ada: User, dina: User, settings: object
) -> None:
    settings.FILES_QUOTA_BYTES = 3 * CHUNK_SIZE  # type: ignore[attr-defined]  # as above
    first = upload(world, ada, thread, os.urandom(2 * CHUNK_SIZE))
    with pytest.raises(ConflictError, match="fill the 3 MiB"):
        begin(world, dina, thread, CHUNK_SIZE + 1)
    begin(world, dina, thread, CHUNK_SIZE)
    remove(world, ada, thread, first)
    begin(world, dina, thread, CHUNK_SIZE + 1)


def test_refuses_too_many_open_uploads_of_one_person(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    open_ones = [begin(world, ada, thread, 0) for _ in range(rules.OPEN_UPLOADS)]
    with pytest.raises(ConflictError, match="20 uploads"):
        begin(world, ada, thread, 0)
    begin(world, dina, thread, 0)
    put(world, ada, thread, open_ones[0], 0, sealed_parts(b"")[0])
    begin(world, ada, thread, 0)


def test_the_uploader_and_owners_destroy_a_file_and_nobody_else(
    world: World, thread: Thread, ada: User, dina: User, folder: Path
) -> None:
    adas, dinas = upload(world, ada, thread), upload(world, dina, thread)
    with pytest.raises(ForbiddenError):
        remove(world, dina, thread, adas)
    mine = upload(world, dina, thread)
    remove(world, dina, thread, mine)
    remove(world, ada, thread, dinas)
    for blob in (mine, dinas):
        with pytest.raises(NotFoundError):
            status(world, dina, thread, blob)
    assert [path.parent.name for path in stored(folder)] == [str(adas)]
    with in_workspace(world.workspace.id):
        assert list(Blob.objects.values_list("id", flat=True)) == [adas]


def test_what_is_left_unfinished_for_a_day_is_swept_and_nothing_else(
    world: World, thread: Thread, ada: User, folder: Path
) -> None:
    whole = upload(world, ada, thread)
    left = begin(world, ada, thread, 2 * CHUNK_SIZE)
    put(world, ada, thread, left, 0, os.urandom(CHUNK_SIZE + 16))
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=23), tick=False):
        young = begin(world, ada, thread, 5)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25), tick=False):
        tasks.tick_blobs()
    with in_workspace(world.workspace.id):
        assert set(Blob.objects.values_list("id", flat=True)) == {whole, young}
    assert [path.parent.name for path in stored(folder)] == [str(whole)]


def test_a_removal_that_a_crash_cut_short_is_finished(
    world: World, thread: Thread, ada: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = upload(world, ada, thread)

    def fail(_name: str) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(default_storage, "delete", fail, raising=False)
        with pytest.raises(OSError, match="the disk"):
            remove(world, ada, thread, blob)
    with pytest.raises(NotFoundError):
        status(world, ada, thread, blob)
    assert services.sweep_blobs(world.workspace.id) == 1
    assert stored(folder) == []
    with in_workspace(world.workspace.id):
        assert not Blob.objects.exists()


def test_what_the_storage_keeps_holds_up_no_other_file(
    world: World, thread: Thread, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _other = begin(world, ada, thread, 4), begin(world, ada, thread, 4)
    listdir = default_storage.listdir

    def stuck(path: str) -> tuple[list[str], list[str]]:
        if str(kept) in path:
            raise OSError("read-only")
        found: tuple[list[str], list[str]] = listdir(path)
        return found

    monkeypatch.setattr(default_storage, "listdir", stuck, raising=False)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2), tick=False):
        assert services.sweep_blobs(world.workspace.id) == 1
    with in_workspace(world.workspace.id):
        assert list(Blob.objects.values_list("id", flat=True)) == [kept]


def test_a_workspace_where_the_sweep_fails_holds_up_no_other(
    mission: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = make_workspace("elsewhere", "Another Team")
    swept: list[UUID] = []

    def fail(workspace_id: UUID) -> int:
        swept.append(workspace_id)
        raise OSError("the disk is gone")

    monkeypatch.setattr(services, "sweep_blobs", fail)
    tasks.tick_blobs()
    assert {mission.id, elsewhere.id} <= set(swept)


def test_blobs_lie_in_the_folder_that_backups_take(mission: Workspace) -> None:
    from config.settings import base

    assert base.MEDIA_ROOT == settings.VAR / "blobs"
    assert base.STORAGES["default"]["BACKEND"] == "comms.core.storage.DurableFileStorage"
