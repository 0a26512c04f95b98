"""The room that files take in the storage, and the part of it that is lent to people without an account.

Anybody may announce a file, so what strangers have announced and not sent takes a quarter of a workspace's room at
most: the team's files, and those that came with answers, always have theirs. When that quarter is half full, uploads
at which nothing happened for an hour give their room back; a browser that comes back sends its file anew by itself.
When an upload was last busy, only Valkey's memory says.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Final, cast

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from comms.core.errors import ConflictError
from comms.feedback.models import File
from comms.feedback.selectors import Holder
from comms.feedback.valkey import valkey

SMALLEST: Final = 64 * 1024
"""What a file takes at least, in bytes: rows and folders have their price too."""

IDLE_SECONDS: Final = 3600


def require_room(holder: Holder, size: int) -> None:
    """Raise ConflictError when there is none for a file of `size` bytes. Inside `in_workspace`.

    Others who ask wait until the transaction ends, so that two uploads don't both take the last room.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_of(holder.workspace_id)])
    size = max(size, SMALLEST)
    room = settings.FEEDBACK_FILES_QUOTA_BYTES
    is_full = _taken(File.objects.all()) + size > room
    if holder.member_id is None:
        is_full = is_full or _taken(_lent()) + size > room // 4
    if is_full:
        raise ConflictError(
            _(
                "There is no room for files here at the moment. Your answers can be sent without one."
            )
        )


def note_busy(holder: Holder, file_id: uuid.UUID) -> None:
    """Something happens at this upload."""
    if holder.member_id is None:
        valkey().set(_name(file_id), b"1", ex=IDLE_SECONDS)


def list_idle() -> list[uuid.UUID]:
    """Uploads to give up now: none while there is room enough. Inside `in_workspace`."""
    if _taken(_lent()) <= settings.FEEDBACK_FILES_QUOTA_BYTES // 8:
        return []
    lent = list(_lent().values_list("id", flat=True))
    return [one for one, busy in zip(lent, _busy(lent), strict=True) if not busy]


def _lent() -> QuerySet[File]:
    """What people without an account have announced and not sent."""
    return File.objects.filter(is_used=False, is_removed=False, uploader_id=None)


def _taken(files: QuerySet[File]) -> int:
    return int(files.aggregate(total=Sum(Greatest(F("size"), SMALLEST)))["total"] or 0)


def _busy(files: Sequence[uuid.UUID]) -> list[bool]:
    found = cast("list[object]", valkey().mget([_name(one) for one in files]) if files else [])
    return [one is not None for one in found]


def _name(file_id: uuid.UUID) -> str:
    return f"feedback:upload:{hashlib.sha256(file_id.bytes).hexdigest()[:32]}"


def _lock_of(workspace_id: uuid.UUID) -> int:
    digest = hashlib.sha256(b"feedback.files" + workspace_id.bytes).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
