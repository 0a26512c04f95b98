"""Where sealed files lie by default: a folder of this machine, written so that a power cut loses none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class DurableFileStorage(FileSystemStorage):
    """Django's local storage; what `save` returned for is on the disk, as rows in PostgreSQL are."""

    def _save(self, name: str, content: File[Any] | IO[Any]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # Django's stubs leave it out
        path = Path(self.path(saved))
        for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
            descriptor = os.open(place, flags)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved
