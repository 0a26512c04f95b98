"""A whole system in a temporary folder for a benchmark of conversations, with Django ready beside it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.stack.deployment import Deployment


@contextmanager
def whole_system() -> Iterator[tuple[Deployment, Path]]:
    """The running system and its folder; this process has its settings and reaches its database."""
    from tests.stack.deployment import Deployment

    with tempfile.TemporaryDirectory(prefix="entente-bench-") as name:
        folder = Path(name)
        # The embedded services run as another user when we are root, and must get in.
        folder.chmod(0o755)
        deployment = Deployment(folder / "var")
        deployment.start()
        os.environ |= {
            "VAR": str(deployment.var),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "LOG_LEVEL": "WARNING",
        }
        django.setup()
        try:
            yield deployment, folder
        finally:
            deployment.stop()


def make_two(deployment: Deployment) -> None:
    """Carla and Rashid, who have keys and no conversation yet."""
    made = deployment.manage("shell", "-c", "from tests.journeys.files_cast import make; make()")
    if made.returncode:
        raise SystemExit(made.stderr)
