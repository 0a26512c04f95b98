"""Opening a thread: by its owner, with members of the workspace, under their newest keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.actors import Role as WorkspaceRole
from comms.core.errors import ConflictError, InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.threads import selectors, services
from comms.threads.models import Epoch, Member, Thread, Wrap
from comms.wire import epochs
from comms.wire.cbor import encode
from comms.wire.roster import Role
from comms.wire.transcript import Head
from tests.factories import actor_of, make_member, make_workspace
from tests.threads.world import World

Acting = Callable[[User, Workspace], Actor]


def test_thread_has_its_epoch_wraps_and_members(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    with in_workspace(world.workspace.id):
        epoch = Epoch.objects.get(thread_id=thread.id)
        assert bytes(epoch.record) == world.epochs[thread.id][0].record.raw
        assert Wrap.objects.filter(epoch=epoch).count() == 2
        roles = dict(Member.objects.filter(thread=thread).values_list("member_id", "role"))
        assert roles == {ada.id: Role.OWNER, dina.id: Role.MEMBER}
        entry = AuditEntry.objects.get(action="threads.opened")
        assert entry.subject_id == thread.id


def test_each_member_gets_their_own_wrap_and_opens_it(
    world: World, thread: Thread, ada: User, dina: User, acting: Acting
) -> None:
    made = world.epochs[thread.id][0]
    for user in (ada, dina):
        with in_workspace(world.workspace.id):
            (listed,) = selectors.list_threads(acting(user, world.workspace))
        key = epochs.open_epoch_key(made.record, user.id, world.keys(user).xwing, listed.wrap)
        assert key == made.key


def test_refuses_stranger_of_the_workspace(world: World, ada: User, oscar: User) -> None:
    made = world.epoch(ada, [world.row(ada, Role.OWNER), world.row(oscar)])
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, ada), upload=made.upload)


def test_refuses_keys_that_were_replaced(world: World, ada: User, dina: User) -> None:
    made = world.epoch(ada, [world.row(ada, Role.OWNER), world.row(dina)])
    world.renew(dina)
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, ada), upload=made.upload)


def test_refuses_an_epoch_of_somebody_else(world: World, ada: User, dina: User) -> None:
    made = world.epoch(ada, [world.row(ada, Role.OWNER), world.row(dina)])
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, dina), upload=made.upload)


def test_refuses_an_opener_who_is_no_owner(world: World, ada: User, dina: User) -> None:
    made = world.epoch(ada, [world.row(ada), world.row(dina, Role.OWNER)])
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, ada), upload=made.upload)


def test_refuses_the_same_thread_twice(world: World, thread: Thread, ada: User) -> None:
    upload = world.epochs[thread.id][0].upload
    with pytest.raises(ConflictError):
        services.open_thread(actor=_actor(world, ada), upload=upload)


def test_refuses_an_id_of_another_workspace(world: World, thread: Thread, ada: User) -> None:
    elsewhere = World(make_workspace("elsewhere", "Another Team"))
    make_member(elsewhere.workspace, ada.email, ada.name, WorkspaceRole.DIPLOMAT)
    made = elsewhere.epoch(ada, [elsewhere.row(ada, Role.OWNER)], thread=thread.id)
    with pytest.raises(ConflictError):
        services.open_thread(actor=actor_of(ada, elsewhere.workspace), upload=made.upload)


def test_refuses_an_id_that_tells_the_time(world: World, ada: User) -> None:
    seven = UUID("0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee")
    made = world.epoch(ada, [world.row(ada, Role.OWNER)], thread=seven)
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, ada), upload=made.upload)


def test_refuses_a_start_in_the_middle(world: World, ada: User) -> None:
    made = world.epoch(ada, [world.row(ada, Role.OWNER)], start=Head(3, bytes([1]) * 32))
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, ada), upload=made.upload)


@pytest.mark.parametrize("upload", [b"", b"\xf6", b"\xa0", bytes(100)])
def test_refuses_bytes_that_are_no_upload(world: World, ada: User, upload: bytes) -> None:
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, ada), upload=upload)


def test_refuses_a_forged_signature(world: World, ada: User) -> None:
    made = world.epoch(ada, [world.row(ada, Role.OWNER)])
    record = replace(made.record)
    forged = encode({0: 8, 1: 1, 2: record.tbs_raw, 3: record.tag, 4: [bytes(64), bytes(3309)]})
    upload = encode({0: 12, 1: 1, 2: forged, 3: list(made.wraps)})
    with pytest.raises(InvalidError):
        services.open_thread(actor=_actor(world, ada), upload=upload)


def _actor(world: World, user: User) -> Actor:
    from tests.factories import actor_of

    return actor_of(user, world.workspace)
