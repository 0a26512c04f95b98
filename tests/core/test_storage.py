"""What lies in the folder of sealed files tells the day and no hour, to whoever gets a copy of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.core.files.base import ContentFile

from comms.core.storage import DurableFileStorage


def test_files_and_their_folders_keep_the_day_alone(tmp_path: Path) -> None:
    root = tmp_path / "files"
    storage = DurableFileStorage(location=root)
    name = storage.save("feedback/one/ab/abc/0", ContentFile(b"sealed"))
    places = [root / name, *(root / name).parents][:5]
    assert [place.name for place in places] == ["0", "abc", "ab", "one", "feedback"]
    for place in places:
        touched = dt.datetime.fromtimestamp(place.stat().st_mtime, dt.UTC)
        assert touched.time() == dt.time(0)
        assert dt.datetime.now(dt.UTC) - touched < dt.timedelta(days=2)
