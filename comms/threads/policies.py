"""Who may do what in a thread. Beyond this the wire's own rules decide (comms.wire.epoch_rules)."""

from __future__ import annotations

from django.utils import timezone

from comms.threads.models import Blob, Member


def can_read(member: Member) -> bool:
    """Whoever is in the newest roster and has not expired."""
    return member.removed_at is None and (
        member.expires_at is None or member.expires_at > timezone.now()
    )


def can_post(member: Member) -> bool:
    """Everyone who may read, but observers."""
    return can_read(member) and member.role != Member.Role.OBSERVER


def can_add_guests(member: Member, *, members_add: bool) -> bool:
    """Owners; members too where the thread's rules let members add people. Never a guest or an observer."""
    if not can_read(member):
        return False
    return member.role == Member.Role.OWNER or (members_add and member.role == Member.Role.MEMBER)


def can_grant_history(member: Member, *, everything: bool) -> bool:
    """Owners; members too where the thread's policy lets joiners read everything."""
    if not can_read(member):
        return False
    return member.role == Member.Role.OWNER or (everything and member.role == Member.Role.MEMBER)


def can_remove_blob(member: Member, blob: Blob) -> bool:
    """Whoever uploaded it, and owners: the same who may delete the message that it hangs on."""
    if not can_read(member):
        return False
    return blob.uploader_id == member.member_id or member.role == Member.Role.OWNER
