"""Sealed files arrive chunk by chunk and go when their message goes.

The storage is no part of the transaction, and may be another machine: its bytes are written before the
row that names them, and deleted after the row says so. What a crash leaves between the two is in the
blob's own folder, and goes with it.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import uuid

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import (
    CommsError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from comms.core.tenancy import in_workspace
from comms.threads import policies, selectors
from comms.threads.models import Blob, Chunk, Member
from comms.wire.bodies import FILE_LIMIT
from comms.wire.errors import WireError
from comms.wire.files import chunk_count, sealed_size

log = structlog.get_logger(__name__)

OPEN_UPLOADS = 20
"""Uploads that one person may have begun and not ended in a workspace."""

GUEST_BYTES = 500 * 1024 * 1024
"""What the files of one guest may take together, so that a link can't fill a workspace."""

KEPT_OPEN = datetime.timedelta(days=1)
"""How long an upload that nobody goes on with is kept."""

_MEBIBYTE = 1024 * 1024


def open_upload(*, actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID, size: int) -> Blob:
    """Begin to upload a file of `size` bytes before sealing; the same call again changes nothing.

    Raises NotFoundError, ForbiddenError for observers, InvalidError for another version of id or a file
    above 100 MiB, ConflictError when there is no room or too much is open already.
    """
    if blob_id.version != 4:
        raise InvalidError(_("The server can't accept what your browser sent. Reload the page."))
    if not 0 <= size <= FILE_LIMIT:
        raise InvalidError(
            _("The file is larger than {limit} MiB. Send it in parts, or by another way.").format(
                limit=FILE_LIMIT // _MEBIBYTE
            )
        )
    with in_workspace(actor.workspace_id):
        seat = selectors.get_thread(actor, thread_id)
        if not policies.can_post(seat.member):
            raise ForbiddenError(_("You may read this conversation, but not write in it."))
        # One at a time, so that two uploads don't both take the last room.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_of(actor.workspace_id)])
        earlier = Blob.objects.filter(id=blob_id).first()
        if earlier is not None:
            return _same_again(earlier, actor, thread_id, size)
        _check_room(actor, size)
        if seat.member.role == Member.Role.GUEST:
            _check_guest(actor, size)
        try:
            with transaction.atomic():
                return Blob.objects.create(
                    id=blob_id,
                    workspace_id=actor.workspace_id,
                    thread=seat.thread,
                    uploader_id=actor.user_id,
                    size=size,
                )
        except IntegrityError as error:
            # An id of another workspace, whose rows are out of sight here.
            raise _taken() from error


def store_chunk(
    *, actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID, number: int, sealed: bytes
) -> None:
    """Keep one sealed chunk; the same bytes again change nothing. The last one completes the file.

    Raises NotFoundError unless the actor began this upload, ForbiddenError for observers, InvalidError for
    a number or a size that the file doesn't have, ConflictError for other bytes than before.
    """
    digest = hashlib.sha256(sealed).digest()
    with in_workspace(actor.workspace_id):
        found = selectors.get_upload(actor, thread_id, blob_id)
        if not policies.can_post(found.seat.member):
            raise ForbiddenError(_("You may read this conversation, but not write in it."))
        _check_size(found.blob, number, sealed)
        if _is_here(found.blob, number, digest):
            return
    # Outside of the transaction: the storage may be across a network. Each try has a name of its own,
    # so that what a crash left half written is never taken for the chunk.
    name = default_storage.save(
        f"{_folder(actor.workspace_id, blob_id)}/{number}-{uuid.uuid4().hex}", ContentFile(sealed)
    )
    try:
        with in_workspace(actor.workspace_id):
            blob = selectors.get_upload(actor, thread_id, blob_id, lock=True).blob
            kept = not _is_here(blob, number, digest)
            if kept:
                _note_chunk(blob, number, digest, name)
    except CommsError:
        default_storage.delete(name)
        raise
    if not kept:
        default_storage.delete(name)


def remove_blob(*, actor: Actor, thread_id: uuid.UUID, blob_id: uuid.UUID) -> None:
    """Destroy a file: by whoever uploaded it, finished or not, or an owner of the thread.

    A file that isn't there is destroyed already: a browser that gives up an upload can't know whether it had
    begun. Raises NotFoundError for a thread that isn't the actor's, ForbiddenError.
    """
    with in_workspace(actor.workspace_id):
        try:
            found = selectors.get_blob(actor, thread_id, blob_id)
        except NotFoundError:
            selectors.get_thread(actor, thread_id)
            return
        if not policies.can_remove_blob(found.seat.member, found.blob):
            raise ForbiddenError(
                _("Only who sent the file, or an owner of this conversation, may delete it.")
            )
        Blob.objects.filter(id=blob_id).update(removed_at=timezone.now())
    _destroy(actor.workspace_id, blob_id)


def sweep_blobs(workspace_id: uuid.UUID) -> int:
    """Destroy uploads that were left for more than a day, and finish removals; how many, at most 100.

    One that the storage doesn't give up keeps no other one waiting: the next sweep tries it again.
    """
    with in_workspace(workspace_id):
        stale = selectors.list_stale_blobs(timezone.now() - KEPT_OPEN)
        Blob.objects.filter(id__in=stale).update(removed_at=timezone.now())
    done = 0
    for blob_id in stale:
        try:
            _destroy(workspace_id, blob_id)
        except Exception as error:  # whatever a storage raises
            log.warning("threads.blob_not_destroyed", blob=str(blob_id), error=type(error).__name__)
        else:
            done += 1
    return done


def _destroy(workspace_id: uuid.UUID, blob_id: uuid.UUID) -> None:
    """Bytes first, then the row: a failure in between is finished by the next sweep."""
    folder = _folder(workspace_id, blob_id)
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        files = []
    for file in files:
        default_storage.delete(f"{folder}/{file}")
    # Django's local storage deletes a folder by its name, unless a chunk is just arriving: it is refused
    # and deleted by who brings it. A bucket has no folders.
    with contextlib.suppress(OSError):
        default_storage.delete(folder)
    with in_workspace(workspace_id):
        Blob.objects.filter(id=blob_id, removed_at__isnull=False).delete()


def _note_chunk(blob: Blob, number: int, digest: bytes, name: str) -> None:
    """The blob's row is locked, so whoever brings the last chunk sees all the others."""
    Chunk.objects.create(
        workspace_id=blob.workspace_id, blob=blob, number=number, sha256=digest, name=name
    )
    if Chunk.objects.filter(blob=blob).count() == chunk_count(blob.size):
        blob.completed_at = timezone.now()
        blob.save(update_fields=["completed_at"])


def _same_again(earlier: Blob, actor: Actor, thread_id: uuid.UUID, size: int) -> Blob:
    same = (earlier.thread_id, earlier.uploader_id, earlier.size) == (
        thread_id,
        actor.user_id,
        size,
    )
    if not same or earlier.removed_at is not None:
        raise _taken()
    return earlier


def _check_room(actor: Actor, size: int) -> None:
    blobs = Blob.objects.filter(workspace_id=actor.workspace_id)
    began = blobs.filter(uploader_id=actor.user_id, completed_at=None).count()
    if began >= OPEN_UPLOADS:
        raise ConflictError(
            _(
                "You have {count} uploads that are not finished. Finish or cancel one of them first."
            ).format(count=OPEN_UPLOADS)
        )
    held = blobs.aggregate(total=Sum("size"))["total"] or 0
    if held + size > settings.FILES_QUOTA_BYTES:
        raise ConflictError(
            _(
                "There is no room for this file: the files of this workspace fill the {limit} MiB that they "
                "may take. Delete messages with files, or ask your administrator for more."
            ).format(limit=settings.FILES_QUOTA_BYTES // _MEBIBYTE)
        )


def _check_guest(actor: Actor, size: int) -> None:
    held = Blob.objects.filter(uploader_id=actor.user_id).aggregate(total=Sum("size"))["total"] or 0
    if held + size > GUEST_BYTES:
        raise ConflictError(
            _(
                "Guests may send files of {limit} MiB together. Delete a message with a file first."
            ).format(limit=GUEST_BYTES // _MEBIBYTE)
        )


def _check_size(blob: Blob, number: int, sealed: bytes) -> None:
    try:
        fits = len(sealed) == sealed_size(blob.size, number)
    except WireError:
        fits = False
    if not fits:
        raise InvalidError(_("This is no part of the file that was announced. Attach it again."))


def _is_here(blob: Blob, number: int, digest: bytes) -> bool:
    chunk = Chunk.objects.filter(blob=blob, number=number).first()
    if chunk is None:
        return False
    if bytes(chunk.sha256) != digest:
        raise ConflictError(_("This part of the file is here already, with other contents."))
    return True


def _taken() -> ConflictError:
    return ConflictError(_("There is another file under this number. Attach it again."))


def _folder(workspace_id: uuid.UUID, blob_id: uuid.UUID) -> str:
    return f"threads/{workspace_id}/{blob_id.hex[:2]}/{blob_id}"


def _lock_of(workspace_id: uuid.UUID) -> int:
    digest = hashlib.sha256(b"threads.blobs" + workspace_id.bytes).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
