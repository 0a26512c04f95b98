"""What is kept on this computer between two runs, in files that only their owner may read.

`session.json` holds the session: its cookies, and the vault key inside a box that opens only with the
server's half, which ends with the session. `seen-<person>.json` holds what must never go back: the
vault's version, and what was seen of the public log. It outlives signing out.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from comms.client.errors import UsageError

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def default_home() -> Path:
    """$ENTENTE_HOME, else `entente` in the folder for a program's state."""
    given = os.environ.get("ENTENTE_HOME")
    if given:
        return Path(given)
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "entente"


@dataclass
class Session:
    """One sign-in. `box` holds the vault key; empty once it is locked."""

    server: str
    email: str
    user: UUID
    cookies: dict[str, str] = field(repr=False)
    csrf: str = field(repr=False)
    workspace: str = ""
    box: bytes = field(default=b"", repr=False)


@dataclass
class SeenLog:
    """What was seen of the public log: its key, the newest checkpoint, newest numbers, proven leaves.

    `whole` says that the numbers are of every leaf from the first one on: an earlier build could begin in
    the middle.
    """

    key: str
    note: bytes
    newest: dict[str, int]
    proven: set[str]
    whole: bool = True


@dataclass
class Seen:
    """What never goes back."""

    vault: int = 0
    log: SeenLog | None = None


class Home:
    """The folder. Raises UsageError for files that others may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.stat().st_mode & _OTHERS:
            raise UsageError(f"Others may read {folder}. Run: chmod 700 {folder}")

    def session(self) -> Session | None:
        """The session that was kept, if there is one."""
        kept = self._read("session.json")
        if kept is None:
            return None
        return Session(
            server=kept["server"],
            email=kept["email"],
            user=UUID(kept["user"]),
            cookies=dict(kept["cookies"]),
            csrf=kept["csrf"],
            workspace=kept["workspace"],
            box=base64.b64decode(kept["box"]),
        )

    def keep_session(self, session: Session) -> None:
        self._write(
            "session.json",
            {
                "server": session.server,
                "email": session.email,
                "user": str(session.user),
                "cookies": session.cookies,
                "csrf": session.csrf,
                "workspace": session.workspace,
                "box": _text(session.box),
            },
        )

    def forget_session(self) -> None:
        (self.folder / "session.json").unlink(missing_ok=True)

    def seen(self, user: UUID) -> Seen:
        """What this computer has seen of the person's vault and log."""
        kept = self._read(f"seen-{user}.json")
        if kept is None:
            return Seen()
        log = kept.get("log")
        return Seen(
            vault=int(kept["vault"]),
            log=None
            if log is None
            else SeenLog(
                log["key"],
                base64.b64decode(log["note"]),
                dict(log["newest"]),
                set(log["proven"]),
                log.get("whole") is True,
            ),
        )

    def keep_seen(self, user: UUID, seen: Seen) -> None:
        """The caller holds the lock."""
        log = seen.log
        shown = {
            "vault": seen.vault,
            "log": log
            and {
                "key": log.key,
                "note": _text(log.note),
                "newest": log.newest,
                "proven": sorted(log.proven),
                "whole": log.whole,
            },
        }
        self._write(f"seen-{user}.json", shown)

    def note_vault(self, user: UUID, number: int) -> None:
        """The highest version only grows."""
        with self.locked():
            seen = self.seen(user)
            if number > seen.vault:
                seen.vault = number
                self.keep_seen(user, seen)

    def uploads(self, user: UUID) -> dict[str, Any]:
        """Uploads that began and did not end; what they hold is sealed."""
        return self._read(f"uploads-{user}.json") or {}

    def keep_uploads(self, user: UUID, rows: dict[str, Any]) -> None:
        """The caller holds the lock."""
        self._write(f"uploads-{user}.json", rows)

    def draft_shown(self, user: UUID, thread: UUID) -> int:
        """The number of the draft that was shown or written here last; 0 for none."""
        return int((self._read(f"drafts-{user}.json") or {}).get(str(thread), 0))

    def note_draft(self, user: UUID, thread: UUID, number: int) -> None:
        with self.locked():
            kept = self._read(f"drafts-{user}.json") or {}
            if kept.get(str(thread)) != number:
                self._write(f"drafts-{user}.json", {**kept, str(thread): number})

    def waiting(self, user: UUID) -> dict[str, dict[str, Any]]:
        """What is in the outbox, by name; the words of it are sealed."""
        names = sorted(one.name for one in self._outbox(user).glob("*.json"))
        rows = {name: self._read(f"{self._outbox(user).name}/{name}") for name in names}
        return {name.removesuffix(".json"): row for name, row in rows.items() if row is not None}

    def keep_waiting(self, user: UUID, name: str, row: dict[str, Any]) -> None:
        """On the disk, also through a loss of power, when this comes back."""
        folder = self._outbox(user)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._write(f"{folder.name}/{name}.json", row)
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def forget_waiting(self, user: UUID, name: str) -> None:
        (self._outbox(user) / f"{name}.json").unlink(missing_ok=True)

    def _outbox(self, user: UUID) -> Path:
        return self.folder / f"outbox-{user}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time reads and writes."""
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        try:
            if path.stat().st_mode & _OTHERS:
                raise UsageError(f"Others may read {path}. Run: chmod 600 {path}")
            found = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise UsageError(f"{path} is damaged. Remove it, then sign in again.") from error
        return found if isinstance(found, dict) else None

    def _write(self, name: str, value: dict[str, Any]) -> None:
        """In one step, and never with wider rights than at the end."""
        target = self.folder / name
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        try:
            with os.fdopen(handle, "w") as file:
                json.dump(value, file)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
