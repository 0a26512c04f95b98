"""What was ever in a browser, and what its line does to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from comms.client.conversation import Conversation
from comms.client.errors import UnreachableError
from comms.client.http import Connection
from comms.client.talk import Talk
from comms.client.timeline import Message
from comms.wire.vault import VaultContents

WORKSPACE = "talks"


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


def losing(connection: Connection, owner: Any) -> None:
    honest = connection.send

    def send(method: str, path: str, **more: Any) -> bytes:
        answer = honest(method, path, **more)
        if owner.losing and method == "POST" and path.endswith(("envelopes", "epochs")):
            owner.losing = False
            raise UnreachableError("The answer was lost.")
        return answer

    connection.send = send  # type: ignore[method-assign]  # the line is bad, the client is not
