"""Pages that stay open and hear everything by their socket."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from websockets.sync.client import connect

from comms.client.conversation import Conversation
from comms.client.errors import ServerError, SignedOutError
from comms.client.live import listen
from tests.client.soak.browsers import Browser
from tests.client.soak.held import WORKSPACE


class Follower(threading.Thread):
    """A page that stays open: hears everything by its socket, in a thread of its own."""

    def __init__(self, browser: Browser, is_open: Callable[[UUID], bool]) -> None:
        """`is_open`: whether anything is still said in a conversation; others aren't looked at again."""
        super().__init__(name=f"follower-{browser.name}", daemon=True)
        self.browser = browser
        self.is_open = is_open
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
            for thread in {*talks, *filter(self.is_open, self._listed())}:
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
