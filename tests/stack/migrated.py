"""A data folder that was migrated once and stopped: tests and systems begin with copies of it.

Migrating costs seven seconds of a processor. The folder is kept beside the tests' own, and made anew when a
migration, a library or the way the services are set up has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from comms.stack import migrations
from comms.stack.embedded import running
from comms.stack.folder import Folder
from comms.stack.options import PROJECT
from comms.stack.secrets import local_keys
from tests.stack.deployment import Deployment

_KEPT = PROJECT / "var/test-migrated"
_MADE_OF = ("comms/*/migrations/*.py", "comms/stack/**/*.py", "requirements-dev.lock")


def stamp() -> str:
    """A hash of all that a migrated folder is made of."""
    digest = hashlib.sha256()
    for pattern in _MADE_OF:
        for file in sorted(PROJECT.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def migrated_folder() -> Path:
    """The folder; whoever asks for it first makes it, the others wait meanwhile."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    var, made = _KEPT / "var", _KEPT / "stamp"
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.is_file() or made.read_text() != stamp():
            made.unlink(missing_ok=True)
            shutil.rmtree(var, ignore_errors=True)
            _make(Folder.at(var))
            made.write_text(stamp())
    return var


def copy_migrated(var: Path) -> None:
    """Make `var`, which doesn't exist yet, a copy of it."""
    # With the owners of the files: PostgreSQL's are another user's when root runs it.
    subprocess.run(["cp", "-a", migrated_folder(), var], check=True)
    # Two copies that start at the same moment would both find its ports free.
    (Folder.at(var).state / "ports.json").unlink()


def _make(folder: Folder) -> None:
    # Before the data: the key is never made beside data that may need another one.
    local_keys(folder.root)
    with running(folder.root) as endpoints:
        made = Deployment(folder.root).manage("migrate", "--database=owner", "--no-input")
        assert made.returncode == 0, made.stderr
        migrations.record(folder, migrations.fingerprint(endpoints.database_owner_url))
