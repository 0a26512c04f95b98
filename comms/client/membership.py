"""Who is in a thread: opening one, adding, removing, other roles, leaving. comms.wire.epoch_rules says who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote
from uuid import UUID, uuid4

from comms.client.account import Keys
from comms.client.conversation import Conversation
from comms.client.errors import Trouble, UsageError
from comms.client.log import KeyLog
from comms.client.people import People
from comms.client.remote import Remote
from comms.client.rotation import Reshape, Shape, now
from comms.wire.cbor import Value
from comms.wire.epoch_making import make_epoch, wrap_history
from comms.wire.epochs import TITLE_LIMIT, About
from comms.wire.guests import (
    NAME_LIMIT,
    encode_fragment,
    guest_seeds,
    new_link_secret,
    seal_name,
)
from comms.wire.history import EPOCHS_LIMIT, HistoryGrant, encode_grant
from comms.wire.identity import make_entry
from comms.wire.keys import PublicKeys
from comms.wire.leaving import make_leave_notice
from comms.wire.roster import Policy, Role, RosterRow, find
from comms.wire.transcript import Head

ROLES: Final = {"owner": Role.OWNER, "member": Role.MEMBER, "observer": Role.OBSERVER}


def checked_keys(
    remote: Remote, keys: Keys, log: KeyLog, users: Sequence[UUID]
) -> dict[UUID, PublicKeys]:
    """Keys of members of the workspace: in the log, and pinned. Raises Trouble, UsageError."""
    people = People(keys, log.people(remote.identities))
    people.trust(users, now())
    found: dict[UUID, PublicKeys] = {}
    for user in users:
        entry = people.newest(user)
        if entry is None:
            raise UsageError(
                "Somebody named here has no keys yet. They sign in once, then it works."
            )
        found[user] = entry.keys
    return found


def open_thread(
    remote: Remote,
    keys: Keys,
    log: KeyLog,
    title: str,
    others: Mapping[UUID, Role],
    continues: tuple[UUID, bytes] | None = None,
) -> UUID:
    """A new thread that this person owns; its id. It may continue another one: its id, and its newest epoch's hash."""
    _check_title(title)
    found = checked_keys(remote, keys, log, list(others))
    rows = [RosterRow(keys.user, keys.seeds.public.fingerprint, Role.OWNER)]
    rows += [RosterRow(user, found[user].fingerprint, role) for user, role in others.items()]
    thread = uuid4()
    made = make_epoch(
        thread=thread,
        before=None,
        author=keys.user,
        seeds=keys.seeds,
        roster=rows,
        keys={**found, keys.user: keys.seeds.public},
        policy=Policy(),
        about=About(title),
        start=Head(),
        made_at=now(),
        checkpoint=log.note,
        continues=continues,
    )
    remote.open(made.upload)
    return thread


def add_members(
    conversation: Conversation, users: Sequence[UUID], role: Role, *, everything: bool
) -> None:
    """They may read from now on, or everything that this person can read."""
    found = checked_keys(conversation.remote, conversation.keys, conversation.log, users)
    # Whoever left a moment ago is in the newest key still, and can come back only after it. Their notice names
    # that key, so a page that is behind would not know it.
    conversation.catch_up()
    conversation.rotation.renew()
    conversation.rotation.publish(_with_members(found, role))
    if everything:
        for user in users:
            grant_history(conversation, user)


def invite_guest(
    conversation: Conversation, label: str, *, code: str, until: int, everything: bool
) -> str:
    """A link for somebody without an account, good until then (milliseconds). It is the only copy there is.

    Raises UsageError for a label of no or too many letters.
    """
    if not 1 <= len(label.encode()) <= NAME_LIMIT:
        raise UsageError(f"The name of a link has 1 to {NAME_LIMIT} bytes.")
    newest = conversation.epochs.newest
    if newest.key is None:
        raise Trouble("forged-epoch", "no key of the newest epoch")
    guest, secret = uuid4(), new_link_secret()
    seeds = guest_seeds(secret, code)
    entry = make_entry(user=guest, made_at=now(), seeds=seeds)
    number = newest.record.tbs.number
    name = seal_name(newest.key, conversation.thread, guest, number, label)
    making: list[Value] = [entry, until, int(bool(code.strip())), number, name]
    conversation.remote.make_guest(conversation.thread, making)

    def reshape(shape: Shape) -> Shape | None:
        if find(shape.roster, guest) is not None:
            return None
        row = RosterRow(guest, seeds.public.fingerprint, Role.GUEST, until)
        newcomers = {guest: seeds.public}
        return replace(shape, roster=(*shape.roster, row), newcomers=newcomers)

    conversation.rotation.publish(reshape)
    if everything:
        grant_history(conversation, guest)
    remote = conversation.remote
    fragment = encode_fragment(secret, conversation.epochs.newest.record.hash)
    return f"{remote.connection.origin}/g/{quote(remote.workspace, safe='')}/{guest}/#{fragment}"


def remove_member(conversation: Conversation, user: UUID) -> None:
    """The next key is not theirs; what they have read stays with them."""

    def reshape(shape: Shape) -> Shape | None:
        roster = tuple(row for row in shape.roster if row.member != user)
        return None if len(roster) == len(shape.roster) else replace(shape, roster=roster)

    conversation.rotation.publish(reshape)


def change_role(conversation: Conversation, user: UUID, role: Role) -> None:
    """Another role for a member who is no guest."""

    def reshape(shape: Shape) -> Shape | None:
        row = find(shape.roster, user)
        if row is None or row.role in {role, Role.GUEST}:
            return None
        roster = tuple(
            replace(one, role=role) if one.member == user else one for one in shape.roster
        )
        return replace(shape, roster=roster)

    conversation.rotation.publish(reshape)


def change_title(conversation: Conversation, title: str) -> None:
    """What the members call the thread."""
    _check_title(title)
    conversation.rotation.publish(
        lambda shape: None if shape.about.title == title else replace(shape, about=About(title))
    )


def leave(conversation: Conversation) -> None:
    """Ends this person's seat at once. Whoever is next makes a key without them."""
    keys = conversation.keys
    notice = make_leave_notice(
        thread=conversation.thread,
        member=keys.user,
        epoch=conversation.epochs.newest.record.hash,
        made_at=now(),
        seeds=keys.seeds,
    )
    conversation.remote.leave(conversation.thread, notice)


def grant_history(conversation: Conversation, user: UUID) -> None:
    """Lets a member read from the earliest epoch on that this person has without a gap."""
    row = find(conversation.roster, user)
    entry = conversation.people.newest(user)
    if row is None or entry is None or entry.keys.fingerprint != row.fingerprint:
        return
    # The newest first: each grant must meet what the member can read already.
    wanted = []
    for one in reversed(conversation.epochs.all[:-1]):
        if one.key is None:
            break
        wanted.append((one.record, one.key))
    for at in range(0, len(wanted), EPOCHS_LIMIT):
        wraps = {
            record.tbs.number: wrap_history(record, key, entry.keys)
            for record, key in wanted[at : at + EPOCHS_LIMIT]
        }
        grant = HistoryGrant(conversation.thread, user, entry.keys.fingerprint, wraps)
        conversation.remote.grant_history(conversation.thread, encode_grant(grant))


def _with_members(added: Mapping[UUID, PublicKeys], role: Role) -> Reshape:
    def reshape(shape: Shape) -> Shape | None:
        rows = tuple(
            RosterRow(user, public.fingerprint, role)
            for user, public in added.items()
            if find(shape.roster, user) is None
        )
        if not rows:
            return None
        return replace(shape, roster=(*shape.roster, *rows), newcomers=added)

    return reshape


def _check_title(title: str) -> None:
    if not 1 <= len(title.encode()) <= TITLE_LIMIT:
        raise UsageError(f"A title has 1 to {TITLE_LIMIT} bytes.")
