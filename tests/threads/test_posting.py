"""Posting: once, in order, by whoever is in and signed it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from comms.accounts.models import User
from comms.core.actors import Role as WorkspaceRole
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.threads import selectors, services
from comms.threads.errors import ReplayedError, StaleEpochError
from comms.threads.models import Envelope, Member, Thread
from comms.wire.bodies import TextBody, TypingBody
from comms.wire.envelopes import Class, make_envelope
from comms.wire.hashing import sha256
from comms.wire.roster import Role
from comms.wire.transcript import Head
from tests.factories import actor_of, make_member, make_workspace
from tests.threads.world import World


def test_envelopes_get_gapless_numbers_and_a_transcript(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    head = Head()
    for number, sender in enumerate((ada, dina, ada), start=1):
        raw = world.seal(sender, thread, seen=head)
        row = world.post(sender, thread, raw)
        head = head.after(sha256(raw))
        assert (row.seq, bytes(row.t), bytes(row.content or b"")) == (number, head.t, raw)
    with in_workspace(world.workspace.id):
        thread.refresh_from_db()
        assert (thread.seq, bytes(thread.t)) == (head.seq, head.t)


def test_sending_again_changes_nothing(world: World, thread: Thread, ada: User) -> None:
    raw = world.seal(ada, thread)
    assert world.post(ada, thread, raw).id == world.post(ada, thread, raw).id
    with in_workspace(world.workspace.id):
        assert Envelope.objects.filter(thread=thread).count() == 1


def test_refuses_other_bytes_under_a_used_counter(world: World, thread: Thread, ada: User) -> None:
    client = bytes(range(16))
    world.post(ada, thread, world.seal(ada, thread, "one", client=client, counter=7))
    with pytest.raises(ReplayedError):
        world.post(ada, thread, world.seal(ada, thread, "two", client=client, counter=7))


def test_nobody_uses_up_the_counters_of_another(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    """Everybody in a thread sees the others' clients, and could guess what they count next."""
    client = bytes(range(16))
    world.post(dina, thread, world.seal(dina, thread, "first", client=client, counter=7))
    row = world.post(ada, thread, world.seal(ada, thread, "meant", client=client, counter=7))
    assert row.seq == 2


def test_refuses_what_is_written_after_the_senders_time(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    """Readers go by the sender's clock, and would stop at it."""
    end = int(time.time() * 1000) + 3_600_000
    rows = [world.row(ada, Role.OWNER), world.row(dina, expires=end)]
    world.publish(ada, thread, world.next(ada, thread, rows))
    with pytest.raises(InvalidError):
        world.post(dina, thread, world.seal(dina, thread, written_at=end))
    assert world.post(dina, thread, world.seal(dina, thread, written_at=end - 1)).seq == 1


def test_refuses_outsider_of_the_thread(world: World, thread: Thread, edgar: User) -> None:
    with pytest.raises(NotFoundError):
        world.post(edgar, thread)


def test_refuses_somebody_elses_name(world: World, thread: Thread, ada: User, dina: User) -> None:
    with pytest.raises(InvalidError):
        world.post(dina, thread, world.seal(ada, thread))


def test_refuses_another_signature(world: World, thread: Thread, ada: User, dina: User) -> None:
    header = world.header(ada, thread)
    key = world.epochs[thread.id][-1].key
    raw = make_envelope(header, TextBody("hello"), key=key, seeds=world.keys(dina))
    with pytest.raises(InvalidError):
        world.post(ada, thread, raw)


def test_refuses_another_thread(world: World, thread: Thread, ada: User, dina: User) -> None:
    other = world.open(ada, dina)
    with pytest.raises(InvalidError):
        world.post(ada, other, world.seal(ada, thread))


def test_refuses_a_stale_epoch(world: World, thread: Thread, ada: User, dina: User) -> None:
    raw = world.seal(dina, thread)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    world.publish(ada, thread, world.next(ada, thread, rows))
    with pytest.raises(StaleEpochError):
        world.post(dina, thread, raw)
    assert world.post(dina, thread).seq == 1


def test_refuses_a_head_that_never_was(world: World, thread: Thread, ada: User) -> None:
    for seen in (Head(1, bytes(32)), Head(0, bytes([1]) * 32)):
        with pytest.raises(InvalidError):
            world.post(ada, thread, world.seal(ada, thread, seen=seen))


@pytest.mark.parametrize(
    ("klass", "changes"),
    [
        (Class.SCHEDULED, {"seen": None}),
        (Class.DRAFT, {}),
        (Class.RETENTION, {"keep": 60}),
    ],
)
def test_refuses_classes_that_are_not_served_yet(
    world: World, thread: Thread, ada: User, klass: Class, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidError):
        world.post(ada, thread, world.seal(ada, thread, klass=klass, **changes))


def test_refuses_what_is_ephemeral(world: World, thread: Thread, ada: User) -> None:
    header = world.header(ada, thread, klass=Class.EPHEMERAL)
    key = world.epochs[thread.id][-1].key
    raw = make_envelope(header, TypingBody(is_typing=True), key=key, seeds=world.keys(ada))
    with pytest.raises(InvalidError):
        world.post(ada, thread, raw)


def test_refuses_observer(world: World, thread: Thread, ada: User, dina: User) -> None:
    rows = [world.row(ada, Role.OWNER), world.row(dina, Role.OBSERVER)]
    world.publish(ada, thread, world.next(ada, thread, rows))
    with pytest.raises(ForbiddenError):
        world.post(dina, thread)


def test_refuses_bytes_that_are_no_envelope(world: World, thread: Thread, ada: User) -> None:
    for raw in (b"", b"\xf6", bytes(100), world.seal(ada, thread)[:-1]):
        with pytest.raises(InvalidError):
            world.post(ada, thread, raw)


def test_messages_leave_no_audit_entry(world: World, thread: Thread, ada: User) -> None:
    with in_workspace(world.workspace.id):
        before = AuditEntry.objects.count()
    world.post(ada, thread)
    with in_workspace(world.workspace.id):
        assert AuditEntry.objects.count() == before


def test_pages_start_where_the_one_before_ends(world: World, thread: Thread, ada: User) -> None:
    for _ in range(5):
        world.post(ada, thread)
    actor = actor_of(ada, world.workspace)
    with in_workspace(world.workspace.id):
        last = selectors.list_envelopes(actor, thread.id)
        after = selectors.list_envelopes(actor, thread.id, after=3)
        before = selectors.list_envelopes(actor, thread.id, before=3)
    assert (last.start, len(last.items)) == (Head(), 5)
    assert (after.start.seq, len(after.items)) == (3, 2)
    assert (before.start.seq, len(before.items)) == (0, 2)
    head = after.start
    for digest, raw in after.items:
        assert sha256(raw) == digest
        head = head.after(digest)
    assert head == after.head


def test_reading_moves_forward_only(world: World, thread: Thread, ada: User, dina: User) -> None:

    for _ in range(3):
        world.post(ada, thread)
    actor = actor_of(dina, world.workspace)
    marks = [services.mark_read(actor=actor, thread_id=thread.id, seq=seq) for seq in (2, 1, 99, 3)]
    assert marks == [2, 2, 3, 3]
    with in_workspace(world.workspace.id):
        assert Member.objects.get(thread=thread, member_id=ada.id).read_up_to == 0


def test_refuses_outsider_reading(world: World, thread: Thread, edgar: User) -> None:
    actor = actor_of(edgar, world.workspace)
    with in_workspace(world.workspace.id):
        assert selectors.list_threads(actor) == []
        for read in (selectors.list_envelopes, selectors.list_epochs, selectors.list_people):
            with pytest.raises(NotFoundError):
                read(actor, thread.id)


def test_a_batch_is_as_one_after_the_other(
    world: World, thread: Thread, ada: User, dina: User, edgar: User
) -> None:
    """Each outcome is what posting it alone would have given; what is refused leaves no gap."""
    first, second = world.seal(ada, thread), world.seal(dina, thread)
    client = bytes(range(16))
    one = world.seal(ada, thread, "one", client=client, counter=7)
    two = world.seal(ada, thread, "two", client=client, counter=7)
    sent = [
        (ada, first),
        (dina, second),
        (ada, one),
        (ada, first),
        (ada, two),
        (dina, b"no"),
        (edgar, first),
    ]
    postings = [services.Posting(actor_of(user, world.workspace), raw) for user, raw in sent]
    outcomes = services.post_envelopes(
        workspace_id=world.workspace.id, thread_id=thread.id, postings=postings
    )
    places = [each.seq if isinstance(each, Envelope) else type(each) for each in outcomes]
    assert places == [1, 2, 3, 1, ReplayedError, InvalidError, NotFoundError]
    head = Head()
    for raw in (first, second, one):
        head = head.after(sha256(raw))
    with in_workspace(world.workspace.id):
        thread.refresh_from_db()
        assert (thread.seq, bytes(thread.t)) == (head.seq, head.t)
        assert Envelope.objects.filter(thread=thread).count() == 3


def test_a_batch_takes_a_few_queries(
    world: World, thread: Thread, ada: User, dina: User, django_assert_max_num_queries: Any
) -> None:
    postings = [
        services.Posting(actor_of(user, world.workspace), world.seal(user, thread))
        for user in (ada, dina) * 20
    ]
    with django_assert_max_num_queries(10):
        outcomes = services.post_envelopes(
            workspace_id=world.workspace.id, thread_id=thread.id, postings=postings
        )
    assert [each.seq for each in outcomes if isinstance(each, Envelope)] == list(range(1, 41))


def test_a_batch_of_another_workspace_finds_no_thread(
    world: World, thread: Thread, ada: User
) -> None:
    """Neither under the other workspace's name nor with its people under this one's."""
    elsewhere = make_workspace("far", "Far away")
    make_member(elsewhere, ada.email, ada.name, WorkspaceRole.ADMIN)
    posting = services.Posting(actor_of(ada, elsewhere), world.seal(ada, thread))
    for place in (elsewhere, world.workspace):
        (outcome,) = services.post_envelopes(
            workspace_id=place.id, thread_id=thread.id, postings=[posting]
        )
        assert isinstance(outcome, NotFoundError)
    with in_workspace(world.workspace.id):
        assert not Envelope.objects.filter(thread=thread).exists()
