"""Guests by link: made by whoever may add people, opened once, bounded, ended for good."""

from __future__ import annotations

import datetime
import time
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from comms.accounts.models import User
from comms.core.actors import Actor
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.threads import selectors, services
from comms.threads.errors import (
    GuestEndedError,
    GuestOpenedError,
    GuestSignedOutError,
    WrongCodeError,
)
from comms.threads.models import Guest, Member, Thread
from comms.threads.services import blobs
from comms.threads.services import guests as rules
from comms.wire import guests as wire
from comms.wire import identity
from comms.wire.bodies import TextBody
from comms.wire.envelopes import make_envelope
from comms.wire.keys import IdentitySeeds
from comms.wire.roster import MayAdd, Policy, Role, RosterRow
from comms.wire.transcript import Head
from tests.factories import actor_of
from tests.threads.guest_world import HOUR, ORIGIN, Visitor, invite
from tests.threads.world import NOW, World


@pytest.fixture
def visitor(world: World, thread: Thread, ada: User, dina: User) -> Visitor:
    return invite(world, thread, ada, [world.row(dina)])


def fresh(world: World, thread: Thread, hours: int = 24) -> Visitor:
    expires = int(time.time() * 1000) + hours * HOUR
    return Visitor(world, thread, wire.new_link_secret(), "", expires)


def refreshed(visitor: Visitor) -> Guest:
    with in_workspace(visitor.workspace_id):
        return selectors.get_guest(visitor.id)


def change(visitor: Visitor, **fields: Any) -> None:
    with in_workspace(visitor.workspace_id):
        Guest.objects.filter(id=visitor.id).update(**fields)


def actions(world: World) -> list[str]:
    with in_workspace(world.workspace.id):
        return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_link_name_message(
    world: World, thread: Thread, visitor: Visitor, ada: User, dina: User
) -> None:
    """The whole way: link opened, keys replaced, roster renewed by the guest, first message, read by all."""
    visitor.open()
    with in_workspace(visitor.workspace_id):
        thread.refresh_from_db()
    visitor.publish([world.row(ada, Role.OWNER), world.row(dina), visitor.row])
    with in_workspace(visitor.workspace_id):
        seat = Member.objects.get(thread=thread, member_id=visitor.id)
        thread.refresh_from_db()
    assert bytes(seat.fingerprint) == visitor.seeds.public.fingerprint
    header = world.header(visitor.someone, thread)
    key = world.epochs[thread.id][-1].key
    raw = make_envelope(header, TextBody("hello from outside"), key=key, seeds=visitor.seeds)
    services.post_envelope(actor=visitor.actor, thread_id=thread.id, raw=raw)
    with in_workspace(visitor.workspace_id):
        page = selectors.list_envelopes(actor_of(dina, world.workspace), thread.id)
        chains = selectors.list_people(actor_of(dina, world.workspace), thread.id)
        listed = selectors.list_guests(visitor.actor, thread.id)
    assert page.items[-1][1] == raw
    (chain,) = [one for one in chains if one.user_id == visitor.id]
    assert (chain.name, len(chain.entries)) == ("", 2)
    assert [one.id for one in listed] == [visitor.id]
    assert {"threads.made_guest_link", "threads.guest_came_in"} <= set(actions(world))


def test_guest_reads_from_their_joining_on(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    world.post(ada, thread)
    with in_workspace(world.workspace.id):
        thread.refresh_from_db()
    visitor = invite(world, thread, ada, [world.row(dina)])
    with in_workspace(world.workspace.id):
        page = selectors.list_envelopes(visitor.actor, thread.id)
    assert page.items == []


def test_members_make_links_only_where_the_rules_let_them_add(
    world: World, thread: Thread, ada: User, dina: User, edgar: User
) -> None:
    with pytest.raises(ForbiddenError):
        fresh(world, thread).register(dina)
    rows = [world.row(ada, Role.OWNER), world.row(dina), world.row(edgar, Role.OBSERVER)]
    policy = Policy(may_add=MayAdd.OWNERS_AND_MEMBERS)
    made = world.epoch(ada, rows, before=world.epochs[thread.id][-1], policy=policy)
    world.publish(ada, thread, made)
    fresh(world, thread).register(dina)
    with pytest.raises(ForbiddenError):
        fresh(world, thread).register(edgar)


def test_refuses_outsider(world: World, thread: Thread, edgar: User) -> None:
    with pytest.raises(NotFoundError):
        fresh(world, thread).register(edgar)


def test_guests_add_nobody(world: World, thread: Thread, visitor: Visitor) -> None:
    visitor.open()
    with pytest.raises(ForbiddenError):
        services.make_guest(
            actor=visitor.actor,
            thread_id=thread.id,
            entry=fresh(world, thread).first,
            expires=visitor.expires,
            with_code=False,
            label_epoch=1,
            label_box=b"x",
        )


@pytest.mark.parametrize("hours", [0, -1, 367 * 24])
def test_a_link_lasts_between_a_minute_and_a_year(
    world: World, thread: Thread, ada: User, hours: int
) -> None:
    with pytest.raises(InvalidError, match="at most a year"):
        fresh(world, thread, hours).register(ada)


def test_a_thread_has_at_most_so_many_links(
    world: World, thread: Thread, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "LIVE_LINKS", 2)
    for _ in range(2):
        fresh(world, thread).register(ada)
    with pytest.raises(ConflictError):
        fresh(world, thread).register(ada)


def test_the_same_link_is_made_once(world: World, thread: Thread, ada: User) -> None:
    link = fresh(world, thread)
    link.register(ada)
    with pytest.raises(ConflictError):
        link.register(ada)


def test_a_link_lets_nobody_in_before_its_epoch(world: World, thread: Thread, ada: User) -> None:
    link = fresh(world, thread)
    link.register(ada)
    with pytest.raises(GuestEndedError, match="not ready"):
        link.enter()


@pytest.mark.parametrize("role", [Role.OWNER, Role.MEMBER, Role.OBSERVER])
def test_a_guest_stays_a_guest(
    world: World, thread: Thread, ada: User, dina: User, role: Role
) -> None:
    link = fresh(world, thread)
    link.register(ada)
    row = RosterRow(link.id, link.seeds.public.fingerprint, role, link.expires)
    made = world.next(ada, thread, [world.row(ada, Role.OWNER), world.row(dina), row])
    with pytest.raises(InvalidError, match="stays a guest"):
        world.publish(ada, thread, made)


def test_a_guest_stays_no_longer_than_the_link_says(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    link = fresh(world, thread)
    link.register(ada)
    row = RosterRow(link.id, link.seeds.public.fingerprint, Role.GUEST, link.expires + HOUR)
    made = world.next(ada, thread, [world.row(ada, Role.OWNER), world.row(dina), row])
    with pytest.raises(InvalidError, match="end that their link says"):
        world.publish(ada, thread, made)


def test_a_guest_of_one_thread_is_a_stranger_in_another(
    world: World, visitor: Visitor, ada: User, dina: User
) -> None:
    other = world.open(ada, dina)
    made = world.next(ada, other, [world.row(ada, Role.OWNER), world.row(dina), visitor.row])
    with pytest.raises(InvalidError, match="not a member"):
        world.publish(ada, other, made)
    visitor.open()
    with in_workspace(world.workspace.id), pytest.raises(NotFoundError):
        selectors.get_thread(visitor.actor, other.id)


def test_the_first_opening_kills_the_link(visitor: Visitor) -> None:
    link = visitor.seeds
    old_pass = visitor.enter()
    visitor.open()
    with pytest.raises(GuestOpenedError):
        visitor.enter(seeds=link)
    with pytest.raises(GuestSignedOutError):
        services.find_guest(workspace_id=visitor.workspace_id, guest_id=visitor.id, text=old_pass)
    assert visitor.enter()


def test_keys_are_replaced_once(visitor: Visitor) -> None:
    visitor.enter()
    raw, _fresh = visitor.successor()
    services.replace_guest_keys(actor=visitor.actor, raw=raw)
    # A lost answer: the same again is no harm.
    services.replace_guest_keys(actor=visitor.actor, raw=raw)
    with pytest.raises(GuestOpenedError):
        services.replace_guest_keys(actor=visitor.actor, raw=visitor.successor()[0])


def test_only_a_successor_replaces_the_links_keys(visitor: Visitor) -> None:
    reset = identity.make_entry(
        user=visitor.id,
        made_at=NOW,
        seeds=IdentitySeeds.generate(),
        after=identity.read_entry(visitor.first),
    )
    with pytest.raises(InvalidError):
        services.replace_guest_keys(actor=visitor.actor, raw=reset)
    assert refreshed(visitor).own_entry is None


def test_a_pass_is_of_one_guest_and_ends(
    world: World, thread: Thread, visitor: Visitor, ada: User, dina: User
) -> None:
    given = visitor.open()
    found = services.find_guest(workspace_id=visitor.workspace_id, guest_id=visitor.id, text=given)
    assert (found.user_id, found.roles) == (visitor.id, frozenset())
    with in_workspace(visitor.workspace_id):
        thread.refresh_from_db()
    other = invite(world, thread, ada, [world.row(dina), visitor.row])
    for text in (given[:-1] + ("A" if given[-1] != "A" else "B"), "", "x" * 5000):
        with pytest.raises(GuestSignedOutError):
            services.find_guest(workspace_id=visitor.workspace_id, guest_id=visitor.id, text=text)
    with pytest.raises(GuestSignedOutError):
        services.find_guest(workspace_id=visitor.workspace_id, guest_id=other.id, text=given)


def test_a_nonce_counts_once(visitor: Visitor) -> None:
    raw, signature = visitor.answer()
    place = {"workspace_id": visitor.workspace_id, "guest_id": visitor.id, "origin": ORIGIN}
    services.admit_guest(raw=raw, signature=signature, **place)  # type: ignore[arg-type]  # as named
    with pytest.raises(InvalidError):
        services.admit_guest(raw=raw, signature=signature, **place)  # type: ignore[arg-type]  # as named


def test_a_challenge_answered_for_another_page_is_refused(visitor: Visitor) -> None:
    raw, signature = visitor.answer(origin="https://elsewhere.example")
    with pytest.raises(InvalidError):
        services.admit_guest(
            workspace_id=visitor.workspace_id,
            guest_id=visitor.id,
            raw=raw,
            signature=signature,
            origin=ORIGIN,
        )


def test_wrong_codes_close_the_link(world: World, thread: Thread, ada: User, dina: User) -> None:
    visitor = invite(world, thread, ada, [world.row(dina)], code="blue 4711")
    guess = wire.guest_seeds(visitor.secret)
    for left in range(rules.FAILURES - 1, 0, -1):
        with pytest.raises(WrongCodeError, match=str(left)):
            visitor.enter(seeds=guess)
    with pytest.raises(GuestEndedError, match="too many wrong tries"):
        visitor.enter(seeds=guess)
    with pytest.raises(GuestEndedError, match="too many wrong tries"):
        visitor.enter()
    assert "threads.closed_guest_link" in actions(world)


def test_the_right_code_opens(world: World, thread: Thread, ada: User, dina: User) -> None:
    visitor = invite(world, thread, ada, [world.row(dina)], code="blue 4711")
    assert wire.guest_seeds(visitor.secret, " blue 4711 ") == visitor.seeds
    assert visitor.open()


def test_a_removed_guest_is_out_for_good(
    world: World, thread: Thread, visitor: Visitor, ada: User, dina: User
) -> None:
    given = visitor.open()
    with in_workspace(visitor.workspace_id):
        thread.refresh_from_db()
    world.publish(
        ada, thread, world.next(ada, thread, [world.row(ada, Role.OWNER), world.row(dina)])
    )
    with in_workspace(world.workspace.id), pytest.raises(NotFoundError):
        selectors.get_thread(visitor.actor, thread.id)
    with pytest.raises(GuestEndedError, match="withdrawn"):
        services.find_guest(workspace_id=visitor.workspace_id, guest_id=visitor.id, text=given)
    with in_workspace(visitor.workspace_id):
        thread.refresh_from_db()
    again = world.next(ada, thread, [world.row(ada, Role.OWNER), world.row(dina), visitor.row])
    with pytest.raises(InvalidError, match="has ended"):
        world.publish(ada, thread, again)


def test_an_expired_guest_reads_and_writes_nothing(
    world: World, thread: Thread, visitor: Visitor, dina: User, ada: User
) -> None:
    given = visitor.open()
    past = timezone.now() - datetime.timedelta(seconds=1)
    change(visitor, expires_at=past)
    with in_workspace(visitor.workspace_id):
        Member.objects.filter(member_id=visitor.id).update(expires_at=past)
        with pytest.raises(NotFoundError):
            selectors.list_envelopes(visitor.actor, thread.id)
    with pytest.raises(GuestEndedError, match="time of this link is up"):
        services.find_guest(workspace_id=visitor.workspace_id, guest_id=visitor.id, text=given)
    with pytest.raises(GuestEndedError, match="time of this link is up"):
        visitor.enter()


def test_only_an_owner_takes_a_guest_out_before_their_time(
    world: World, thread: Thread, visitor: Visitor, ada: User, dina: User
) -> None:
    """Whoever makes an epoch says when; the server has a clock of its own."""
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    later = world.epoch(
        dina,
        rows,
        before=world.epochs[thread.id][-1],
        start=Head(thread.seq, bytes(thread.t)),
        made_at=visitor.expires + 1,
    )
    with pytest.raises(InvalidError):
        world.publish(dina, thread, later)
    world.publish(ada, thread, world.next(ada, thread, rows))


def test_a_guests_files_are_bounded(
    visitor: Visitor, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "GUEST_BYTES", 3 * 1024 * 1024)

    def begin(size: int) -> None:
        services.open_upload(actor=visitor.actor, thread_id=thread.id, blob_id=uuid4(), size=size)

    begin(2 * 1024 * 1024)
    with pytest.raises(ConflictError, match="3 MiB together"):
        begin(1024 * 1024 + 1)
    begin(1024 * 1024)


def test_guests_of_another_workspace_are_out_of_sight(
    visitor: Visitor, elsewhere: Any, oscar: User
) -> None:
    with pytest.raises(NotFoundError):
        services.challenge_guest(workspace_id=elsewhere.id, guest_id=visitor.id)
    with in_workspace(elsewhere.id):
        assert not Guest.objects.exists()
    assert not Guest.objects.exists()


def test_names_of_links_open_with_the_epochs_key_only(world: World, visitor: Visitor) -> None:
    guest = refreshed(visitor)
    epoch = world.epochs[visitor.thread.id][0]
    place = (visitor.thread.id, visitor.id, guest.label_epoch, bytes(guest.label_box))
    assert wire.open_name(epoch.key, *place) == "Harbour desk"


def test_a_guests_actor_holds_no_role(visitor: Visitor) -> None:
    assert isinstance(visitor.actor, Actor)
    assert not visitor.actor.roles
