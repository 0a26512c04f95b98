"""Guests: people without an account, each in one thread by a link."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from comms.core.tenancy import WorkspaceOwned


class Guest(WorkspaceOwned):
    """One link and whoever opened it first. The link's secret was never here.

    The id is a UUIDv4 and stands in rosters like a user's. `link_entry` is the identity that the link's
    secret makes, `own_entry` the one that the guest's browser put in its place when it opened the link;
    `fingerprint` names whichever counts now. `label_box` is what the link is called, sealed under the key
    of epoch `label_epoch`. `failures`: tries with a wrong secret or code. `ended_at`: no longer in the thread.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="guests")
    made_by_id = models.UUIDField(editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    with_code = models.BooleanField(editable=False)
    label_epoch = models.PositiveIntegerField(editable=False)
    label_box = models.BinaryField(max_length=1024, editable=False)
    link_entry = models.BinaryField(max_length=16 * 1024, editable=False)
    own_entry = models.BinaryField(max_length=16 * 1024, null=True, editable=False)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["thread", "-made_at"], name="thread_guest_list")]
