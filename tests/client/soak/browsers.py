"""What people hold while the soak runs: browsers with a disk each."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from uuid import UUID

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.errors import ServerError
from comms.client.http import Connection
from comms.client.live import OPEN
from comms.client.store import Home
from comms.wire.bodies import Body
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import Class
from tests.client.conftest import Terminal
from tests.client.soak.held import WORKSPACE, Held, KeepingTalk, losing

POST, POSTED, DECLINED = 76, 77, 78


class Browser:
    """A browser of a member, with a disk of its own. Used by one thread at a time."""

    def __init__(self, address: str, name: str, home: Path, held: Held) -> None:
        self.name = name
        self.held = held
        self.terminal = Terminal(address, f"{name}@example.org", home)
        self.talks: dict[UUID, Conversation] = {}
        self.losing = False
        self.line: Line | None = None
        self.sign_in()

    @property
    def user(self) -> UUID:
        return self.app.keys.user

    def sign_in(self) -> None:
        found = self.terminal.sign_in()
        assert found.code == 0, found.err
        self._start()

    def restart(self) -> None:
        """The program ends, and begins again with what is on the disk."""
        self.harvest()
        self.app.finish()
        self.close()
        self.talks.clear()
        self._start()

    def keep_disk(self) -> Path:
        """A copy of the disk as it is now, as a backup of the computer would hold it."""
        kept = self.terminal.home.with_name(f"{self.terminal.home.name}-kept")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.terminal.home, kept)
        return kept

    def put_disk_back(self) -> None:
        """An older disk, if there is one; the session is the present one."""
        home = self.terminal.home
        kept = home.with_name(f"{home.name}-kept")
        self.harvest()
        self.app.finish()
        self.close()
        if kept.exists():
            shutil.copy(home / "session.json", kept / "session.json")
            shutil.rmtree(home)
            shutil.move(kept, home)
        self.talks.clear()
        self._start()

    def talk(self, thread: UUID) -> Conversation:
        """The conversation, as this browser knows it: perhaps from long ago."""
        found = self.talks.get(thread)
        if found is None:
            found = Conversation(self.app.remote, self.app.keys, self.app.log, thread)
            found.talk = KeepingTalk()
            found.load()
            self.talks[thread] = found
        return found

    def say_by_socket(self, thread: UUID, body: Body) -> bool:
        """As a browser does; False where that gives no answer or a refusal. Then HTTP takes the same bytes, or says
        that there is a newer key: False, and nothing is written."""
        conversation = self.talk(thread)
        conversation.prepare(look=False)
        saying = conversation.saying
        raw = saying.seal(saying.header(Class.STORED), body)
        if self.posted(thread, raw):
            return True
        try:
            conversation.remote.post(thread, raw)
        except ServerError as error:
            if error.code != "stale_epoch":
                raise
            return False
        return True

    def posted(self, thread: UUID, raw: bytes) -> bool:
        """Whether the socket took it."""
        try:
            self.line = self.line or Line(self.app.connection)
            return self.line.post(thread, raw)
        except (ConnectionClosed, TimeoutError):
            self.hang_up()
            return False

    def hang_up(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            line.close()

    def close(self) -> None:
        """The browser is closed."""
        self.hang_up()
        self.app.close()

    def harvest(self) -> None:
        """Notes down what is in it."""
        self.held.take(self.app.keys.contents, self.talks.values())

    def lose_next_answer(self) -> None:
        """The next thing that is posted arrives, and its answer does not."""
        self.losing = True

    def _start(self) -> None:
        self.app = App(Home(self.terminal.home))
        losing(self.app.connection, self)
        self.app.log.refresh()


class Line:
    """A browser's socket, by which it posts. What else it hears is skipped: a follower hears for everybody."""

    def __init__(self, connection: Connection) -> None:
        self._refs = 0
        self._stack = contextlib.ExitStack()
        self._socket = self._stack.enter_context(
            connect(
                connection.origin.replace("http", "ws", 1) + "/ws/threads/",
                origin=Origin(connection.origin),
                additional_headers={"Cookie": connection.cookie_header},
                compression=None,
                max_queue=None,
            )
        )
        self._socket.send(encode({0: OPEN, 1: 1, 2: WORKSPACE}))

    def post(self, thread: UUID, raw: bytes) -> bool:
        """Whether it was taken. Raises ConnectionClosed, TimeoutError when nobody can say."""
        self._refs += 1
        self._socket.send(encode({0: POST, 1: 1, 2: self._refs, 3: thread.bytes, 4: raw}))
        while True:
            data = self._socket.recv(timeout=30)
            assert isinstance(data, bytes)
            heard = decode(data, limit=256 * 1024)
            if (
                isinstance(heard, dict)
                and heard[0] in {POSTED, DECLINED}
                and heard[2] == self._refs
            ):
                return bool(heard[0] == POSTED)

    def close(self) -> None:
        self._stack.close()
