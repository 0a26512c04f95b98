"""Sealed files, for whoever may have them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from comms.core.errors import NotFoundError
from comms.feedback.models import File, FilePart
from comms.wire.files import sealed_size


@dataclass(frozen=True, slots=True)
class Holder:
    """Who uploads or fetches files, and of what.

    Without `submission_id`: whoever answers the form, each file by its own token. With it: the person who came
    back, or with `member_id` a member of the team in that case.
    """

    workspace_id: uuid.UUID
    form_id: uuid.UUID
    submission_id: uuid.UUID | None = None
    member_id: uuid.UUID | None = None

    @property
    def own(self) -> Q:
        """The files that the holder began."""
        return Q(form_id=self.form_id, submission_id=self.submission_id, uploader_id=self.member_id)


@dataclass(frozen=True, slots=True)
class StoredPart:
    """Where a sealed chunk lies in the storage, and how many bytes it has."""

    name: str
    size: int


def get_upload(holder: Holder, file_id: uuid.UUID, *, lock: bool = False) -> File:
    """A file that the holder began and has not sent. Inside `in_workspace`. Raises NotFoundError."""
    files = File.objects.select_for_update() if lock else File.objects.all()
    found = files.filter(holder.own, id=file_id, is_used=False, is_removed=False).first()
    if found is None:
        raise _missing()
    return found


def get_part(holder: Holder, file_id: uuid.UUID, number: int) -> StoredPart:
    """One chunk of the holder's own file, or of what was sent in their case. Raises NotFoundError."""
    whose = holder.own
    if holder.submission_id is not None:
        whose |= Q(submission_id=holder.submission_id, is_used=True)
    part = (
        FilePart.objects.select_related("file")
        .filter(
            number=number,
            file__in=File.objects.filter(whose, id=file_id, is_removed=False),
        )
        .first()
    )
    if part is None:
        raise _missing()
    return StoredPart(part.name, sealed_size(part.file.size, number))


def list_files(submission_id: uuid.UUID) -> list[tuple[uuid.UUID, int]]:
    """What was sent with the submission and in its dialogue: id and size before sealing."""
    files = File.objects.filter(submission_id=submission_id, is_used=True, is_removed=False)
    return list(files.order_by("id").values_list("id", "size"))


def _missing() -> NotFoundError:
    return NotFoundError(_("This file is not here any more, or has not arrived yet."))
