"""A conversation whose last owner is lost: nobody can make its next key, so its members go on in another one."""

from __future__ import annotations

from uuid import UUID

from comms.client.conversation import Conversation
from comms.client.errors import ClientError
from comms.client.membership import open_thread
from comms.wire.roster import Role, RosterRow, find


def open_successor(conversation: Conversation) -> UUID:
    """Begins the conversation that continues this one: the same title and people, but guests and whoever is put out.

    Whoever begins it owns it, and so does an owner who is still there under new keys. Its id. Raises ClientError
    where there is an owner who can go on here, or for somebody who only reads, and what opening raises.
    """
    conversation.catch_up()
    own = find(conversation.roster, conversation.keys.user)
    if own is None or own.role not in {Role.MEMBER, Role.OWNER}:
        raise ClientError("Only a member can go on in a new conversation.", code="observer")
    waits = conversation.rotation.renew()
    lost = lost_owners(conversation) if waits else set()
    if any(row.role is Role.OWNER and row.member not in lost for row in conversation.roster):
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
