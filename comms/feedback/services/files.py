"""Sealed files of answers and of the dialogue arrive chunk by chunk, as those of threads do.

The storage is no part of the transaction: its bytes are written before the row that names them, and deleted after
the row says so. What a crash leaves between the two is in the file's own folder, and goes with it.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import hmac
import uuid
from collections.abc import Collection

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from comms.core.errors import CommsError, ConflictError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors
from comms.feedback.errors import FileMissingError
from comms.feedback.models import File, FilePart, today
from comms.feedback.services.refusals import check_state
from comms.feedback.services.rooms import list_idle, note_busy, require_room
from comms.wire.errors import WireError
from comms.wire.files import chunk_count, sealed_size
from comms.wire.submissions import FILE_SIZE_LIMIT

log = structlog.get_logger(__name__)

_MEBIBYTE = 1024 * 1024
_KEPT_DAYS = 1
SWEPT_AT_ONCE = 1_000


def open_file(holder: selectors.Holder, size: int) -> File:
    """Room for a file of `size` bytes before sealing.

    Raises InvalidError above 20 MiB, ConflictError when the workspace has no room, ClosedError and FullError for
    whoever answers a form that takes no answers.
    """
    if not 0 <= size <= FILE_SIZE_LIMIT:
        raise InvalidError(
            _("The file is larger than {limit} MB. Send a smaller one.").format(
                limit=FILE_SIZE_LIMIT // _MEBIBYTE
            )
        )
    with in_workspace(holder.workspace_id):
        if holder.submission_id is None:
            check_state(selectors.get_standing(holder.form_id))
        require_room(holder, size)
        file = File.objects.create(
            workspace_id=holder.workspace_id,
            form_id=holder.form_id,
            submission_id=holder.submission_id,
            uploader_id=holder.member_id,
            size=size,
        )
    note_busy(holder, file.id)
    return file


def store_part(holder: selectors.Holder, file_id: uuid.UUID, number: int, sealed: bytes) -> None:
    """Keep one sealed chunk; the same bytes again change nothing. The last one completes the file.

    Raises NotFoundError unless the holder began this upload and has not sent it, InvalidError for a number or a
    size that the file doesn't have, ConflictError for other bytes than before.
    """
    digest = hashlib.sha256(sealed).digest()
    with in_workspace(holder.workspace_id):
        file = selectors.get_upload(holder, file_id)
        _check_size(file, number, sealed)
        if _is_here(file, number, digest):
            return
    note_busy(holder, file_id)
    # Outside of the transaction: the storage may be across a network.
    name = default_storage.save(
        f"{_folder(holder.workspace_id, file_id)}/{number}-{uuid.uuid4().hex}", ContentFile(sealed)
    )
    try:
        with in_workspace(holder.workspace_id):
            file = selectors.get_upload(holder, file_id, lock=True)
            kept = not _is_here(file, number, digest)
            if kept:
                _note_part(file, number, digest, name)
    except CommsError:
        default_storage.delete(name)
        raise
    if not kept:
        default_storage.delete(name)


def use_files(
    holder: selectors.Holder, blobs: Collection[uuid.UUID], submission_id: uuid.UUID
) -> None:
    """What was just sent names these files: they stay. Inside the transaction that sends.

    Raises FileMissingError for one that isn't the holder's, isn't whole, or was sent before.
    """
    if not blobs:
        return
    found = set(
        File.objects.select_for_update()
        .filter(holder.own, id__in=blobs, is_complete=True, is_used=False, is_removed=False)
        .values_list("id", flat=True)
    )
    for blob in blobs:
        if blob not in found:
            raise FileMissingError(
                _("A file has not arrived wholly. Attach it again."), field=str(blob)
            )
    File.objects.filter(id__in=found).update(is_used=True, submission_id=submission_id)


def upload_token(form_id: uuid.UUID, file_id: uuid.UUID) -> str:
    """What whoever began an upload without an account shows for it."""
    return salted_hmac(
        "comms.feedback.upload", form_id.bytes + file_id.bytes, algorithm="sha256"
    ).hexdigest()


def check_token(form_id: uuid.UUID, file_id: uuid.UUID, token: str) -> None:
    """Raises NotFoundError for another token than `upload_token`."""
    good = token.isascii() and hmac.compare_digest(upload_token(form_id, file_id), token)
    if not good:
        raise NotFoundError(_("This file is not here any more, or has not arrived yet."))


def sweep_files(workspace_id: uuid.UUID) -> int:
    """Destroy files that nothing named a day after, and finish removals; how many, at most 1,000.

    When what was announced and not sent takes much room, it goes as soon as nothing happens at it.
    """
    with in_workspace(workspace_id):
        before = today() - datetime.timedelta(days=_KEPT_DAYS)
        stale = Q(is_used=False, begun_on__lt=before) | Q(is_removed=True)
        stale |= Q(is_used=False, id__in=list_idle()[:SWEPT_AT_ONCE])
        # Locked, and looked at again: one of them may be sent just now.
        found = list(
            File.objects.select_for_update(skip_locked=True)
            .filter(stale)
            .values_list("id", flat=True)[:SWEPT_AT_ONCE]
        )
        File.objects.filter(id__in=found).update(is_removed=True)
    done = 0
    for file_id in found:
        try:
            _destroy(workspace_id, file_id)
        except Exception as error:  # whatever a storage raises
            log.warning("feedback.file_not_destroyed", error=type(error).__name__)
        else:
            done += 1
    return done


def destroy_files(workspace_id: uuid.UUID, files: Collection[uuid.UUID]) -> None:
    """Delete the bytes of files whose rows say that they are removed. What fails, the next sweep finishes."""
    for file_id in files:
        try:
            _destroy(workspace_id, file_id)
        except Exception as error:  # as above
            log.warning("feedback.file_not_destroyed", error=type(error).__name__)


def _destroy(workspace_id: uuid.UUID, file_id: uuid.UUID) -> None:
    folder = _folder(workspace_id, file_id)
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        names = []
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    with contextlib.suppress(OSError):
        default_storage.delete(folder)
    with in_workspace(workspace_id):
        File.objects.filter(id=file_id, is_removed=True).delete()


def _note_part(file: File, number: int, digest: bytes, name: str) -> None:
    """The file's row is locked, so whoever brings the last chunk sees all the others."""
    FilePart.objects.create(
        workspace_id=file.workspace_id, file=file, number=number, sha256=digest, name=name
    )
    if FilePart.objects.filter(file=file).count() == chunk_count(file.size):
        file.is_complete = True
        file.save(update_fields=["is_complete"])


def _check_size(file: File, number: int, sealed: bytes) -> None:
    try:
        fits = len(sealed) == sealed_size(file.size, number)
    except WireError:
        fits = False
    if not fits:
        raise InvalidError(_("This is no part of the file that was announced. Attach it again."))


def _is_here(file: File, number: int, digest: bytes) -> bool:
    part = FilePart.objects.filter(file=file, number=number).first()
    if part is None:
        return False
    if bytes(part.sha256) != digest:
        raise ConflictError(_("This part of the file is here already, with other contents."))
    return True


def _folder(workspace_id: uuid.UUID, file_id: uuid.UUID) -> str:
    return f"feedback/{workspace_id}/{file_id.hex[:2]}/{file_id}"
