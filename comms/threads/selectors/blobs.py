"""Sealed files of a thread, for whoever may read its envelopes."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.threads.models import Blob, Chunk
from comms.threads.selectors.threads import Seat, get_thread
from comms.wire.files import sealed_size


@dataclass(frozen=True, slots=True)
class BlobOfThread:
    """A file and the actor's place in its thread, loaded together."""

    blob: Blob
    seat: Seat


@dataclass(frozen=True, slots=True)
class BlobStatus:
    """How far a file has arrived: its size before sealing, the chunks that are here, in order."""

    size: int
    present: list[int]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """Where a sealed chunk lies in the storage, and how many bytes it has."""

    name: str
    size: int


def get_blob(actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID) -> BlobOfThread:
    """The file, if the actor is in its thread now and it is whole, or their own. Raises NotFoundError."""
    return _get(actor, thread_id, blob_id, Q(uploader_id=actor.user_id) | ~Q(completed_at=None))


def get_upload(
    actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID, *, lock: bool = False
) -> BlobOfThread:
    """The file, if the actor uploads it. `lock` holds it until the transaction ends. Raises NotFoundError."""
    return _get(actor, thread_id, blob_id, Q(uploader_id=actor.user_id), lock=lock)


def get_blob_status(actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID) -> BlobStatus:
    """How far it has arrived; at most 100 chunks. Raises NotFoundError."""
    blob = get_blob(actor, thread_id, blob_id).blob
    present = Chunk.objects.filter(blob=blob).order_by("number").values_list("number", flat=True)
    return BlobStatus(blob.size, list(present), blob.completed_at is not None)


def get_chunk(actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID, number: int) -> StoredChunk:
    """One chunk of a file that is whole, or of the actor's own. Raises NotFoundError."""
    blob = get_blob(actor, thread_id, blob_id).blob
    chunk = Chunk.objects.filter(blob=blob, number=number).first()
    if chunk is None:
        raise _missing()
    return StoredChunk(chunk.name, sealed_size(blob.size, number))


def list_stale_blobs(before: datetime.datetime, limit: int = 100) -> list[uuid.UUID]:
    """Uploads that began before then and never ended, and files whose removal was cut short.

    Inside `in_workspace`.
    """
    stale = Q(completed_at=None, created_at__lt=before) | Q(removed_at__isnull=False)
    return list(Blob.objects.filter(stale).values_list("id", flat=True)[:limit])


def _get(
    actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID, whose: Q, *, lock: bool = False
) -> BlobOfThread:
    seat = get_thread(actor, thread_id)
    blobs = Blob.objects.select_for_update() if lock else Blob.objects.all()
    blob = blobs.filter(whose, id=blob_id, thread=seat.thread, removed_at=None).first()
    if blob is None:
        raise _missing()
    return BlobOfThread(blob, seat)


def _missing() -> NotFoundError:
    return NotFoundError(_("This file is not here any more, or has not arrived yet."))
