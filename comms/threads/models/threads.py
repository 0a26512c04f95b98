"""Threads and who is in them now."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.wire.hashing import ZEROS


def _zeros() -> bytes:
    return ZEROS


class Thread(WorkspaceOwned):
    """A conversation: where its keys and its transcript stand. Its title is sealed in the epoch.

    The id is a UUIDv4 that the opening browser draws, so that it tells no time. `key_due`: somebody has
    left or has new keys, and nothing is accepted until an epoch without them or for those is there.
    """

    class Purpose(models.IntegerChoices):
        """A form's thread carries the keys of its readers and nothing else: no list of conversations shows it."""

        CONVERSATION = 1
        FORM = 2

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # With a default in the database too: while the migration runs, the release before goes on inserting.
    purpose = models.PositiveSmallIntegerField(
        choices=Purpose.choices,
        default=Purpose.CONVERSATION,
        db_default=Purpose.CONVERSATION,
        editable=False,
    )
    epoch_number = models.PositiveIntegerField(default=0, editable=False)
    epoch_hash = models.BinaryField(max_length=32, default=_zeros, editable=False)
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    t = models.BinaryField(max_length=32, default=_zeros, editable=False)
    activity_at = models.DateTimeField(default=timezone.now, editable=False)
    # With a default in the database too: while the migration runs, the release before goes on inserting.
    key_due = models.BooleanField(default=False, db_default=False, editable=False)


class Member(WorkspaceOwned):
    """Somebody in the roster of a thread's newest epoch, or, with `removed_at`, of an earlier one.

    `member_id` is a user's id. `signing_key` is the Ed25519 key behind `fingerprint`, kept beside it so
    that an envelope's signature can be checked without reading the identity entry. `since_seq`: what
    came before it is not theirs to read.
    """

    class Role(models.IntegerChoices):
        OWNER = 1
        MEMBER = 2
        OBSERVER = 3
        GUEST = 4

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="members")
    member_id = models.UUIDField(editable=False)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    signing_key = models.BinaryField(max_length=32, editable=False)
    role = models.PositiveSmallIntegerField(choices=Role.choices, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)
    since_seq = models.PositiveBigIntegerField(default=0, editable=False)
    read_up_to = models.PositiveBigIntegerField(default=0, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    # Private to the member: nothing that waits here is a reason to tell them outside of their pages.
    is_muted = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "member_id"], name="thread_member_once")
        ]
        indexes = [
            models.Index(
                fields=["workspace", "member_id"],
                condition=models.Q(removed_at=None),
                name="thread_member_list",
            )
        ]
