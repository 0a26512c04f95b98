"""Sealed chunks on their way out."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils.translation import gettext as _

from comms.core.errors import NotFoundError
from comms.feedback.selectors import StoredPart
from comms.feedback.views.door import OCTETS


def stored_chunk(stored: StoredPart) -> FileResponse:
    """The chunk, streamed from the storage. Raises NotFoundError if it is gone."""
    try:
        file = default_storage.open(stored.name)
    except FileNotFoundError as error:
        raise NotFoundError(_("This file is not here any more.")) from error
    response = FileResponse(file, content_type=OCTETS)
    response["Content-Length"] = str(stored.size)
    response["Content-Disposition"] = "attachment"
    return response
