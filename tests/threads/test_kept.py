"""Typing notes pass by, receipts and drafts are kept: by whom, for whom, and in which order."""

from __future__ import annotations

import os

import pytest

from comms.accounts.models import User
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services
from comms.threads.errors import OvertakenError, StaleEpochError
from comms.threads.models import Draft, Envelope, Receipt, Thread
from comms.wire.bodies import ReceiptBody, TypingBody
from comms.wire.envelopes import Class, make_envelope, open_envelope, read_envelope
from comms.wire.roster import Role
from comms.wire.transcript import Head
from tests.factories import actor_of
from tests.threads.world import World


def typing(world: World, sender: User, thread: Thread) -> bytes:
    header = world.header(sender, thread, klass=Class.EPHEMERAL)
    key = world.epochs[thread.id][-1].key
    return make_envelope(header, TypingBody(is_typing=True), key=key, seeds=world.keys(sender))


def receipt(world: World, sender: User, thread: Thread, seq: int = 0) -> bytes:
    header = world.header(sender, thread, klass=Class.EPHEMERAL)
    key = world.epochs[thread.id][-1].key
    body = ReceiptBody(Head(seq, bytes(32)))
    return make_envelope(header, body, key=key, seeds=world.keys(sender))


def pass_on(world: World, sender: User, thread: Thread, raw: bytes) -> None:
    actor = actor_of(sender, world.workspace)
    services.pass_on(actor=actor, thread_id=thread.id, raw=raw)


def post_receipt(world: World, sender: User, thread: Thread, raw: bytes) -> None:
    actor = actor_of(sender, world.workspace)
    services.post_receipt(actor=actor, thread_id=thread.id, raw=raw)


def test_a_typing_note_leaves_nothing(world: World, thread: Thread, ada: User) -> None:
    pass_on(world, ada, thread, typing(world, ada, thread))
    with in_workspace(world.workspace.id):
        thread.refresh_from_db()
        assert thread.seq == 0
        assert not Envelope.objects.filter(thread=thread).exists()
        assert not Receipt.objects.filter(thread=thread).exists()


def test_the_newest_receipt_of_each_member_is_kept(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    post_receipt(world, ada, thread, receipt(world, ada, thread))
    post_receipt(world, dina, thread, receipt(world, dina, thread))
    newest = receipt(world, ada, thread)
    post_receipt(world, ada, thread, newest)
    with in_workspace(world.workspace.id):
        kept = selectors.list_receipts(actor_of(dina, world.workspace), thread.id)
    assert len(kept) == 2
    assert newest in kept
    opened = open_envelope(read_envelope(newest), world.epochs[thread.id][-1].key)
    assert isinstance(opened, ReceiptBody)


def test_an_observer_says_how_far_they_have_read(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    rows = [world.row(ada, Role.OWNER), world.row(dina, Role.OBSERVER)]
    thread = world.publish(ada, thread, world.next(ada, thread, rows))
    post_receipt(world, dina, thread, receipt(world, dina, thread))


def test_refuses_an_observer_who_writes(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    rows = [world.row(ada, Role.OWNER), world.row(dina, Role.OBSERVER)]
    thread = world.publish(ada, thread, world.next(ada, thread, rows))
    with pytest.raises(ForbiddenError):
        pass_on(world, dina, thread, typing(world, dina, thread))


def test_refuses_what_belongs_in_the_transcript(world: World, thread: Thread, ada: User) -> None:
    for act in (pass_on, post_receipt):
        with pytest.raises(InvalidError):
            act(world, ada, thread, world.seal(ada, thread))


def test_refuses_outsiders_other_names_and_old_keys(
    world: World, thread: Thread, ada: User, dina: User, edgar: User
) -> None:
    note = typing(world, ada, thread)
    for act in (pass_on, post_receipt):
        with pytest.raises(NotFoundError):
            act(world, edgar, thread, note)
        with pytest.raises(InvalidError):
            act(world, dina, thread, note)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    thread = world.publish(ada, thread, world.next(ada, thread, rows))
    with pytest.raises(StaleEpochError):
        pass_on(world, ada, thread, note)


def save(world: World, writer: User, thread: Thread, number: int, box: bytes) -> None:
    services.save_draft(
        actor=actor_of(writer, world.workspace),
        thread_id=thread.id,
        number=number,
        fingerprint=bytes(32),
        box=box,
    )


def drafts(world: World, writer: User) -> list[tuple[int, bytes]]:
    with in_workspace(world.workspace.id):
        found = selectors.list_drafts(actor_of(writer, world.workspace))
    return [(one.number, one.box) for one in found]


def test_a_draft_follows_its_writer_and_nobody_else(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    box = os.urandom(400)
    save(world, ada, thread, 1, box)
    assert drafts(world, ada) == [(1, box)]
    assert drafts(world, dina) == []
    with in_workspace(world.workspace.id):
        assert selectors.get_draft(actor_of(dina, world.workspace), thread.id) is None


def test_a_browser_that_is_behind_does_not_overwrite(
    world: World, thread: Thread, ada: User
) -> None:
    save(world, ada, thread, 1, b"one" * 200)
    save(world, ada, thread, 2, b"two" * 200)
    for number in (1, 2, 4):
        with pytest.raises(OvertakenError):
            save(world, ada, thread, number, b"else" * 200)
    save(world, ada, thread, 2, b"two" * 200)
    assert drafts(world, ada) == [(2, b"two" * 200)]


def test_a_cleared_draft_keeps_its_number(world: World, thread: Thread, ada: User) -> None:
    save(world, ada, thread, 1, b"one" * 200)
    save(world, ada, thread, 2, b"")
    assert drafts(world, ada) == []
    with pytest.raises(OvertakenError):
        save(world, ada, thread, 1, b"from a browser that slept" * 20)
    with in_workspace(world.workspace.id):
        kept = selectors.get_draft(actor_of(ada, world.workspace), thread.id)
    assert kept is not None
    assert (kept.number, kept.box) == (2, b"")


def test_refuses_drafts_of_outsiders_and_beyond_bounds(
    world: World, thread: Thread, ada: User, edgar: User
) -> None:
    with pytest.raises(NotFoundError):
        save(world, edgar, thread, 1, b"x" * 400)
    for number, box in ((0, b"x"), (1, bytes(66 * 1024 + 1))):
        with pytest.raises(InvalidError):
            save(world, ada, thread, number, box)
    with pytest.raises(OvertakenError):
        save(world, ada, thread, 2, b"x" * 400)
    with in_workspace(world.workspace.id):
        assert not Draft.objects.exists()
