"""What people hold while the soak runs: browsers with a disk each, guests' pages, and what was ever in them."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.errors import ServerError, SignedOutError, UnreachableError
from comms.client.http import Connection
from comms.client.live import OPEN, listen
from comms.client.log import LOG, KeyLog
from comms.client.remote import Remote
from comms.client.rotation import now
from comms.client.store import Home
from comms.client.talk import Talk
from comms.client.timeline import Message
from comms.wire import guests, identity
from comms.wire.bodies import Body
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import Class, make_envelope
from comms.wire.fields import array, octets, uuid
from comms.wire.keys import IdentitySeeds
from comms.wire.vault import Pin, ThreadHead, VaultContents
from tests.client.conftest import Terminal

WORKSPACE = "talks"
POST, POSTED, DECLINED = 76, 77, 78


@dataclass
class Held:
    """Everything that somebody ever had: keys of epochs by their hash, seeds that open wraps by fingerprint."""

    keys: dict[bytes, bytes] = field(default_factory=dict)
    seeds: dict[bytes, bytes] = field(default_factory=dict)

    def copy(self) -> Held:
        return Held(dict(self.keys), dict(self.seeds))

    def take(self, contents: VaultContents, conversations: Iterable[Conversation]) -> None:
        self.seeds.update(contents.old_xwing)
        self.seeds[contents.seeds.public.fingerprint] = contents.seeds.xwing
        for conversation in conversations:
            for epoch in conversation.epochs.all:
                if epoch.key is not None:
                    self.keys[epoch.record.hash] = epoch.key


class KeepingTalk(Talk):
    """Also keeps every message by its place. A place that is taken twice is a failure."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, Message] = {}

    def add(self, messages: Iterable[Message]) -> None:
        found = list(messages)
        for one in found:
            assert one.seq not in self.places, f"{one.seq} came twice"
            self.places[one.seq] = one
        super().add(found)


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
        epoch = conversation.epochs.newest
        assert epoch.key is not None
        conversation._counter += 1
        header = conversation._header(
            conversation._counter, now(), conversation.timeline.head, Class.STORED
        )
        raw = make_envelope(header, body, key=epoch.key, seeds=conversation.keys.seeds)
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


def losing(connection: Connection, owner: Any) -> None:
    honest = connection.send

    def send(method: str, path: str, **more: Any) -> bytes:
        answer = honest(method, path, **more)
        if owner.losing and method == "POST" and path.endswith(("envelopes", "epochs")):
            owner.losing = False
            raise UnreachableError("The answer was lost.")
        return answer

    connection.send = send  # type: ignore[method-assign]  # the line is bad, the client is not


class Follower(threading.Thread):
    """A page that stays open: hears everything by its socket, in a thread of its own."""

    def __init__(self, browser: Browser) -> None:
        super().__init__(name=f"follower-{browser.name}", daemon=True)
        self.browser = browser
        self.lock = threading.Lock()
        self.trouble: Exception | None = None
        self.over = False
        self.readies = 0
        self.line: socket.socket | None = None

    def run(self) -> None:
        try:
            for event in listen(self.browser.app.connection, WORKSPACE):
                if self.over:
                    return
                with self.lock:
                    self._take(event)
        except SignedOutError:
            self.over = True
        except Exception as error:
            if not self.over:
                self.trouble = error

    def cut(self) -> bool:
        """Cuts the line, as a tunnel does; False if there is none just now."""
        line, self.line = self.line, None
        if line is None:
            return False
        # Closed already if the server was faster.
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        return True

    def _take(self, event: Any) -> None:
        talks = self.browser.talks
        if event.kind == "ready":
            # The list tells what a page was added to meanwhile.
            for thread in {*talks, *self._listed()}:
                self._try(thread, lambda one: one.come_back())
            self.readies += 1
        elif event.kind == "added":
            self._try(event.thread, lambda one: one.reopen())
        elif event.kind == "revoked":
            self.browser.harvest()
            talks.pop(event.thread, None)
        elif event.kind == "epoch" and event.thread in talks:
            self._try(event.thread, lambda one: one.catch_up())
        elif event.kind == "envelope" and event.thread in talks:
            self._try(event.thread, lambda one: one.receive(event.head, event.raw))

    def _listed(self) -> Iterator[UUID]:
        cursor = ""
        while True:
            found, cursor = self.browser.app.remote.index(cursor)
            yield from (one.id for one in found)
            if not cursor:
                return

    def _try(self, thread: UUID, act: Callable[[Conversation], object]) -> None:
        try:
            act(self.browser.talk(thread))
        except ServerError as error:
            # Removed a moment ago, and not told yet.
            if error.status != 404:
                raise
            self.browser.harvest()
            self.browser.talks.pop(thread, None)


def connect_by_line(address: str, **more: Any) -> Any:
    """In the place of the client's `connect`: remembers the line of a follower, so that it can be cut."""
    parts = urlsplit(address)
    line = socket.create_connection((parts.hostname, parts.port))
    follower = threading.current_thread()
    if isinstance(follower, Follower):
        follower.line = line
    return connect(address, sock=line, **more)


class GuestKeys:
    """What a guest's page holds in the place of a vault."""

    def __init__(self, connection: Connection, user: UUID) -> None:
        self.connection = connection
        self.user = user
        self.checkpoint = None
        self.contents: VaultContents
        self._heads: dict[UUID, ThreadHead] = {}
        self._pins: dict[UUID, Pin] = {}

    @property
    def seeds(self) -> IdentitySeeds:
        return self.contents.seeds

    def xwing_seed_of(self, fingerprint: bytes) -> bytes | None:
        own = {self.seeds.public.fingerprint: self.seeds.xwing, **dict(self.contents.old_xwing)}
        return own.get(fingerprint)

    def head_of(self, thread: UUID) -> ThreadHead | None:
        return self._heads.get(thread)

    def remember_head(self, head: ThreadHead) -> None:
        self._heads[head.thread] = head

    def pin_of(self, user: UUID) -> Pin | None:
        return self._pins.get(user)

    def set_pins(self, pins: Iterable[Pin]) -> None:
        self._pins.update({pin.user: pin for pin in pins})


class GuestLog(KeyLog):
    """A guest's keys are in no log, and their page remembers nothing of it."""

    def _check_own(self) -> None:
        return

    def _remember(self) -> None:
        return


class GuestRemote(Remote):
    """The addresses of a guest's page."""

    def __init__(self, connection: Connection, guest: UUID) -> None:
        super().__init__(connection, WORKSPACE)
        self._threads = f"/g/{WORKSPACE}/{guest}"


class GuestPage:
    """A browser without an account that has opened a guest's link."""

    def __init__(self, address: str, link: str, held: Held) -> None:
        place, _hash, fragment = link.partition("#")
        self.guest = UUID(place.rstrip("/").rpartition("/")[2])
        self.held = held
        self.losing = False
        self.connection = Connection(address)
        losing(self.connection, self)
        secret, _epoch = guests.read_fragment(fragment)
        self._door = f"/g/{WORKSPACE}/{self.guest}/"
        first = guests.guest_seeds(secret)
        self.thread, given = self._enter(first)
        self._use(given)
        fresh = IdentitySeeds.generate()
        own = identity.make_entry(
            user=self.guest,
            made_at=now(),
            seeds=fresh,
            after=self._link_entry(),
            old_seeds=first,
        )
        (renewed,) = array(decode(self._post("keys", own), limit=4096), 1)
        self._use(str(renewed))
        self.keys = GuestKeys(self.connection, self.guest)
        entry = identity.read_entry(own)
        self.keys.contents = VaultContents(
            fresh, entry.number, entry.hash, ((first.public.fingerprint, first.xwing),)
        )
        keys: Any = self.keys
        key_text = self.connection.send("GET", f"{LOG}key").decode().rstrip()
        log = GuestLog(keys, key_text, None)
        log.advance_from(None)
        remote = GuestRemote(self.connection, self.guest)
        self.conversation = Conversation(remote, keys, log, self.thread)
        self.conversation.talk = KeepingTalk()
        self.conversation.load()

    @property
    def user(self) -> UUID:
        return self.guest

    def talk(self, _thread: UUID) -> Conversation:
        return self.conversation

    def harvest(self) -> None:
        self.held.take(self.keys.contents, [self.conversation])

    def lose_next_answer(self) -> None:
        self.losing = True

    def _enter(self, seeds: IdentitySeeds) -> tuple[UUID, str]:
        asked = array(decode(self._post("challenge", encode([])), limit=4096), 4)
        thread = uuid(asked[0])
        challenge = guests.GuestChallenge(
            thread,
            self.guest,
            seeds.public.fingerprint,
            octets(asked[1], 32),
            self.connection.origin,
        )
        body = encode([guests.encode_challenge(challenge), guests.sign_challenge(challenge, seeds)])
        (given,) = array(decode(self._post("pass", body), limit=4096), 1)
        return thread, str(given)

    def _link_entry(self) -> identity.IdentityEntry:
        """As the members' browsers know it."""
        answer = self.connection.cbor("GET", f"{self._door}{self.thread}/people")
        for row in array(answer, 0, 500):
            user, _name, entries = array(row, 3)
            if uuid(user) == self.guest:
                return identity.read_entry(octets(array(entries, 1)[0], 1, 16_384))
        raise AssertionError("the guest is not among the people")

    def _post(self, what: str, body: bytes) -> bytes:
        return self.connection.send("POST", self._door + what, body=body)

    def _use(self, given: str) -> None:
        self.connection._client.headers["Authorization"] = f"Guest {given}"


Page = Browser | GuestPage
