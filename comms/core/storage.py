"""Where sealed files lie by default: a folder of this machine, written so that a power cut loses none."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

_DAY = 24 * 3600


class DurableFileStorage(FileSystemStorage):
    """Django's local storage; what `save` returned for is on the disk, as rows in PostgreSQL are.

    Its times say the day and not the hour, so that neither do copies and backups that keep them: rows say of
    sealed files no more than that either.
    """

    def _save(self, name: str, content: File[Any] | IO[Any]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # Django's stubs leave it out
        path = Path(self.path(saved))
        self._keep_day(path)
        for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
            descriptor = os.open(place, flags)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved

    def _keep_day(self, path: Path) -> None:
        """The file, and the folders in which it is the newest."""
        midnight = int(time.time()) // _DAY * _DAY
        root = Path(self.location)
        for place in (path, *path.parents):
            if place == root:
                return
            # A folder that somebody else has removed meanwhile says nothing any more.
            with suppress(FileNotFoundError):
                os.utime(place, (midnight, midnight))
