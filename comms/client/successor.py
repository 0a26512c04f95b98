"""A conversation whose last owner is lost: nobody can make its next key, so its members go on in another one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import UUID

from comms.client.conversation import Conversation
from comms.client.errors import ClientError
from comms.client.membership import open_thread
from comms.wire.epochs import read_record
from comms.wire.errors import WireError
from comms.wire.roster import Role, RosterRow, find

if TYPE_CHECKING:
    from comms.client.app import App

_LOOKED_AT: Final = 50


def open_successor(conversation: Conversation) -> UUID:
    """Begins the conversation that continues this one: the same title and people, but guests and whoever is put out.

    Whoever begins it owns it, and so does an owner who is still there under new keys. Its id. Raises ClientError
    where there is an owner who can go on here, or for somebody who only reads, and what opening raises.
    """
    conversation.catch_up()
    own = find(conversation.roster, conversation.keys.user)
    if own is None or own.role not in {Role.MEMBER, Role.OWNER}:
        raise ClientError("Only a member can go on in a new conversation.", code="observer")
    if not conversation.rotation.renew() or not is_ownerless(conversation):
        raise ClientError(
            "This conversation still has an owner, so it goes on here. Nothing was begun.",
            code="owned",
        )
    put_out = conversation.rotation.put_out
    others = {
        row.member: row.role
        for row in conversation.roster
        if row.role is not Role.GUEST and row.member not in {*put_out, conversation.keys.user}
    }
    return open_thread(
        conversation.remote,
        conversation.keys,
        conversation.log,
        conversation.title,
        others,
        continues=(conversation.thread, conversation.epochs.newest.record.hash),
    )


def is_ownerless(conversation: Conversation) -> bool:
    """Whether nobody is left who can make the next key, by what `Rotation.look` saw last."""
    lost = lost_owners(conversation)
    return all(row.role is not Role.OWNER or row.member in lost for row in conversation.roster)


def continued(conversation: Conversation) -> UUID | None:
    """The conversation that this one continues, as its first record says."""
    found = conversation.epochs.all[0].record.tbs.continues
    return None if found is None else found[0]


def find_successor(app: App, conversation: Conversation) -> UUID | None:
    """Where this conversation was continued, among the person's own. Raises Trouble."""
    entries = [one for one in app.threads() if one.listed.id != conversation.thread]
    # Most likely the one that still has the same title.
    entries.sort(key=lambda one: one.title != conversation.title)
    for one in entries[:_LOOKED_AT]:
        first = app.remote.epochs(one.listed.id)[:1]
        with suppress(WireError):
            if first and _names(read_record(first[0].record).tbs.continues, conversation):
                # Only as it was found is not enough: the whole of it must be genuine.
                Conversation(app.remote, app.keys, app.log, one.listed.id).load()
                return one.listed.id
    return None


def sentences(app: App, conversation: Conversation) -> list[str]:
    """Of which conversation this is the continuation, and where it is continued itself."""
    found: list[str] = []
    before = continued(conversation)
    if before is not None:
        found.append(f"This continues an earlier conversation: {before}")
    conversation.rotation.look()
    if is_ownerless(conversation):
        after = find_successor(app, conversation)
        if after is None:
            found.append(
                "Its last owner is lost, and nothing can be sent here. "
                f"Go on in a new conversation: comms-cli continue {conversation.thread}"
            )
        else:
            found.append(f"Its last owner is lost. It goes on here: {after}")
    return found


def _names(continues: tuple[UUID, bytes] | None, conversation: Conversation) -> bool:
    hashes = {one.record.hash for one in conversation.epochs.all}
    return continues is not None and continues[0] == conversation.thread and continues[1] in hashes


def lost_owners(conversation: Conversation) -> set[UUID]:
    """Owners who can make no key here: put out of the workspace, or with keys that don't follow from the roster's."""

    def started_over(row: RosterRow) -> bool:
        newest = conversation.people.newest(row.member)
        if newest is None or newest.keys.fingerprint == row.fingerprint:
            return False
        follows = conversation.people.succeeds(row.member, row.fingerprint, newest.keys.fingerprint)
        return not follows

    put_out = conversation.rotation.put_out
    owners = [row for row in conversation.roster if row.role is Role.OWNER]
    return {row.member for row in owners if row.member in put_out or started_over(row)}
