"""Threads of forms: they carry the keys of the form's readers, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from uuid import uuid4

import pytest

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor
from comms.core.errors import InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services
from comms.threads.models import Epoch, FormKey, Thread
from comms.wire import form_keys as wire
from comms.wire import hpke
from comms.wire.epoch_making import NewEpoch
from comms.wire.roster import Role
from tests.threads.world import World

Acting = Callable[[User, Workspace], Actor]


def form_key(world: World, author: User, made: NewEpoch) -> bytes:
    return wire.make_form_key(made.record, made.key, world.keys(author))


@pytest.fixture
def form(world: World, ada: User, dina: User, acting: Acting) -> Thread:
    """A form of Ada's, which Dina reads too."""
    made = world.epoch(ada, [world.row(ada, Role.OWNER), world.row(dina)])
    thread = services.open_thread(
        actor=acting(ada, world.workspace), upload=made.upload, form_key=form_key(world, ada, made)
    )
    world.epochs[thread.id] = [made]
    return thread


def test_readers_derive_the_key_that_answers_are_sealed_to(
    world: World, form: Thread, dina: User, acting: Acting
) -> None:
    made = world.epochs[form.id][0]
    with in_workspace(world.workspace.id):
        (raw,) = selectors.list_form_keys(acting(dina, world.workspace), form.id)
        assert selectors.get_newest_form_key(form.id) == raw
        assert selectors.find_form_key(form.id, made.record.hash) == raw
        assert selectors.find_form_key(form.id, os.urandom(32)) is None
        assert selectors.list_records(form.id) == [made.record.raw]
        chains = dict(selectors.list_form_chains(form.id))
    key = wire.read_form_key(raw)
    wire.verify_form_key(key, made.record, world.keys(_owner(world, made)).public)
    assert hpke.public_from_seed(wire.form_seed(made.key)) == key.xwing
    assert set(chains) == {row.member for row in made.record.tbs.roster}


def test_is_no_conversation(world: World, form: Thread, ada: User, acting: Acting) -> None:
    actor = acting(ada, world.workspace)
    with in_workspace(world.workspace.id):
        assert selectors.list_threads(actor) == []
        assert selectors.list_heads(actor) == []
        assert not selectors.has_threads(actor)
        assert selectors.count_unread_threads(actor) == 0
        with pytest.raises(NotFoundError):
            selectors.get_thread(actor, form.id)
        with pytest.raises(NotFoundError):
            selectors.list_envelopes(actor, form.id)
        assert len(selectors.list_epochs(actor, form.id)) == 1
    with pytest.raises(NotFoundError):
        world.post(ada, form)
    with pytest.raises(NotFoundError):
        services.open_upload(actor=actor, thread_id=form.id, blob_id=uuid4(), size=10)


def test_next_readers_come_with_the_next_key(
    world: World, form: Thread, ada: User, dina: User, acting: Acting
) -> None:
    actor = acting(ada, world.workspace)
    made = world.next(ada, form, [world.row(ada, Role.OWNER)])
    with pytest.raises(InvalidError):
        services.publish_epoch(actor=actor, thread_id=form.id, upload=made.upload)
    with pytest.raises(InvalidError):
        services.publish_epoch(
            actor=actor,
            thread_id=form.id,
            upload=made.upload,
            form_key=form_key(world, ada, world.epochs[form.id][0]),
        )
    services.publish_epoch(
        actor=actor, thread_id=form.id, upload=made.upload, form_key=form_key(world, ada, made)
    )
    with in_workspace(world.workspace.id):
        assert FormKey.objects.filter(thread=form).count() == 2
        newest = selectors.get_newest_form_key(form.id)
        assert newest is not None
        assert wire.read_form_key(newest).epoch == wire.EpochRef(2, made.record.hash)
        with pytest.raises(NotFoundError):
            selectors.list_form_keys(acting(dina, world.workspace), form.id)
        assert selectors.list_readers(form.id).member_ids == [ada.id]
        assert not selectors.reads_form(form.id, dina.id)


def test_refuses_a_form_key_by_another_or_of_another_epoch(
    world: World, ada: User, dina: User, acting: Acting
) -> None:
    actor = acting(ada, world.workspace)
    made = world.epoch(ada, [world.row(ada, Role.OWNER), world.row(dina)])
    other = world.epoch(ada, [world.row(ada, Role.OWNER)])
    for wrong in (form_key(world, dina, made), form_key(world, ada, other), b"\xa0", b""):
        with pytest.raises(InvalidError):
            services.open_thread(actor=actor, upload=made.upload, form_key=wrong)
    with in_workspace(world.workspace.id):
        assert not Epoch.objects.filter(epoch_hash=made.record.hash).exists()


def test_a_conversation_takes_no_form_key(
    world: World, thread: Thread, ada: User, acting: Acting
) -> None:
    made = world.next(ada, thread, [world.row(ada, Role.OWNER)])
    with pytest.raises(InvalidError):
        services.publish_epoch(
            actor=acting(ada, world.workspace),
            thread_id=thread.id,
            upload=made.upload,
            form_key=form_key(world, ada, made),
        )


def test_new_keys_of_a_reader_are_due(world: World, form: Thread, dina: User) -> None:
    world.replace(dina)
    with in_workspace(world.workspace.id):
        assert selectors.list_readers(form.id).key_due


def _owner(world: World, made: NewEpoch) -> User:
    return User.objects.get(id=made.record.tbs.author)
