"""The data folder: where things lie in it, and how its files come into being.

Everything a deployment keeps is below one folder (``var/`` by default). Files are made so that
several processes may ask for the same one at the same moment and all read the same content.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path

from comms.stack.errors import StackError


@dataclass(frozen=True)
class Folder:
    """The places inside one data folder. Pure: nothing is made or checked."""

    root: Path

    @classmethod
    def at(cls, root: Path | str) -> Folder:
        return cls(Path(os.path.abspath(Path(root).expanduser())))  # noqa: PTH100 - resolve() would follow symlinks and lengthen socket paths

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def postgres(self) -> Path:
        """Home of PostgreSQL: the socket, and the cluster in ``data``."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """Home of Valkey: the socket and the append-only file."""
        return self.root / "valkey"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def static(self) -> Path:
        """Collected static files, where a deployment collects them."""
        return self.root / "static"

    @property
    def run(self) -> Path:
        """What the running processes keep for themselves, such as beat's notes of its ticks."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def lock(self) -> Path:
        return self.root / "state" / "lock"


def make_folders(folder: Folder) -> None:
    """Make the folders that are missing, private to their owner.

    Raises StackError when the folder can't be written.
    """
    try:
        folder.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        for place in (
            folder.secrets,
            folder.state,
            folder.run,
            folder.mail,
            folder.blobs,
            folder.static,
            folder.log,
        ):
            place.mkdir(mode=0o700, exist_ok=True)
        for place in (folder.postgres, folder.valkey):
            place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise unwritable(folder.root, error) from None


def unwritable(path: Path, error: OSError) -> StackError:
    """Word an error of the file system as a sentence with its mend."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StackError(
            f"The data folder {path} can't be written ({os.strerror(error.errno)}): "
            "give this user write access to it, or name another folder with VAR=/path."
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StackError(f"The disk that holds {path} is full: free some space and start again.")
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StackError(
            f"The data folder {path} can't be made because a file of that name is in the way: "
            "move the file, or name another folder with VAR=/path."
        )
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StackError(f"The data folder {path} can't be used ({reason}): check the disk.")


def read_or_create(path: Path, content: bytes) -> bytes:
    """Return what the file holds; if it is missing, make it with ``content`` and mode 0600.

    Safe when several processes do it at once: exactly one content wins and all return it.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StackError(
            f"The file {path} can't be read ({os.strerror(error.errno or 0)}): start as the user who "
            "owns the data folder, or name another folder with VAR=/path."
        ) from None
    draft = path.with_name(f".{path.name}.{random.token_hex(8)}")
    try:
        _write_durably(draft, content)
        # A hard link fails if the name exists, so the loser of a race reads the winner's content.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    except OSError as error:
        raise unwritable(path.parent, error) from None
    return path.read_bytes()


def replace(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write the file so that a reader sees the old or the new content, never a part."""
    draft = path.with_name(f".{path.name}.{random.token_hex(8)}")
    try:
        _write_durably(draft, content, mode=mode)
        draft.replace(path)
    except OSError as error:
        raise unwritable(path.parent, error) from None


def _write_durably(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
