"""What every way out promises to the engine, and the engine to it.

A transport gets a batch, hands its messages over one by one and returns what became of each. Before it does
anything that might make a message arrive, it says so in the journal and waits for the journal's word; when
it knows the outcome, it says that too. So a crash at any moment leaves a record of what may have gone out.

Messages and results are named tuples: a sender makes thousands a second, and frozen dataclasses cost five
times as much.
"""

from __future__ import annotations

import enum
import uuid
from collections import deque
from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol


class Outcome(enum.StrEnum):
    """What became of a message. `unmade`: it never got as far as a transport."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNMADE = "unmade"


class Message(NamedTuple):
    """One message, ready for the wire. `content` has CRLF line ends; `domain` is the destination's.

    `utf8` says that an address in it has letters beyond ASCII (RFC 6531).
    """

    delivery_id: uuid.UUID
    envelope_from: str
    envelope_to: str
    domain: str
    content: bytes
    utf8: bool = False


class Result(NamedTuple):
    """The outcome of one message, with the server's answer (`code` 0: there was none)."""

    delivery_id: uuid.UUID
    outcome: Outcome
    code: int = 0
    text: str = ""


class TransportDownError(Exception):
    """The way out is closed for everybody: no connection, refused sign-in, refused sender.

    Its text is for the officer and holds no secret.
    """


class LeaseLostError(Exception):
    """The journal refused: another process has taken the batch over. Nothing more of it may go out."""


class Journal(Protocol):
    """Where a transport says what it is about to do and what came of it."""

    async def begin(self, message: Message) -> None:
        """Returns once it is on record that this message may arrive. Raises LeaseLostError."""
        ...

    def finish(self, result: Result) -> None:
        """Put the outcome on record. Never blocks and never fails."""
        ...


class Pace(Protocol):
    """How fast messages may go out. `free` says that there is nothing to wait for."""

    @property
    def free(self) -> bool:
        """No cap applies."""
        ...

    async def wait(self, message: Message) -> bool:
        """Returns True as soon as the message may go, False when it should be put back instead."""
        ...


class Unlimited:
    """No cap."""

    free = True

    async def wait(self, message: Message) -> bool:
        """At once."""
        return True


class Batch:
    """The messages in a sender's hands. Can be stopped, and single ones can be taken back, at any time."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._waiting = deque(messages)
        self._withdrawn: set[uuid.UUID] = set()
        self.stopped = False

    def take(self) -> Message | None:
        """The next message, or None when there is none or the batch was stopped."""
        while self._waiting and not self.stopped:
            message = self._waiting.popleft()
            if message.delivery_id not in self._withdrawn:
                return message
        return None

    def may_go(self, message: Message) -> bool:
        """The last look before a message that was taken is handed over."""
        return not self.stopped and message.delivery_id not in self._withdrawn

    def stop(self) -> None:
        """Hand over nothing more."""
        self.stopped = True

    def withdraw(self, delivery_ids: Collection[uuid.UUID]) -> None:
        """Take these back unless they went out already."""
        self._withdrawn.update(delivery_ids)


class Transport(Protocol):
    """A way out."""

    async def open(self) -> None:
        """Get ready. Raises TransportDownError."""
        ...

    async def send(self, batch: Batch, journal: Journal, pace: Pace) -> list[Result]:
        """Hand over what `batch` gives; the results of those that were touched.

        A message without a result was not touched. Raises TransportDownError when nothing more can go out,
        after the results so far are in the journal, and LeaseLostError.
        """
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...
