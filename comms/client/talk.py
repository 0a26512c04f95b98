"""What a conversation shows: verified messages, and what later ones did to them.

Acts that nobody may do are ignored: an edit by another than the author, a deletion by a stranger, anything
about a message that is not here or that comes after the act.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from comms.client.timeline import Message
from comms.wire.bodies import (
    DeletionBody,
    EditBody,
    FileBody,
    IntroductionBody,
    PinBody,
    ReactionBody,
    TextBody,
)
from comms.wire.roster import Role

PINS_LIMIT: Final = 100


@dataclass(frozen=True)
class Version:
    """Words that a message had: since when, by its author's clock in milliseconds, and by which place of the thread."""

    text: str
    at: int
    seq: int


@dataclass(frozen=True)
class Item:
    """One thing that is shown. `kind` is text, file, introduction, deleted, earlier, newer, destroyed
    or broken.

    `versions` are the words it had before; those it has now are of `edited`, if it was edited.
    """

    message: Message
    kind: str
    text: str = ""
    versions: tuple[Version, ...] = ()
    edited: Version | None = None
    file: FileBody | None = None
    reply_to: bytes | None = None
    mentions: tuple[UUID, ...] = ()
    deleted_by: UUID | None = None
    reactions: dict[str, list[UUID]] = field(default_factory=dict)


class Talk:
    """Takes messages in, in any order of pages; shows them by their place."""

    def __init__(self) -> None:
        self._said: dict[bytes, Message] = {}
        self._acts: dict[bytes, dict[int, Message]] = {}
        self._pinning: dict[int, Message] = {}

    def add(self, messages: Iterable[Message]) -> None:
        for message in messages:
            match message.body:
                case EditBody() | DeletionBody() | ReactionBody() as act:
                    self._acts.setdefault(act.target, {})[message.seq] = message
                case PinBody():
                    self._pinning[message.seq] = message
                case IntroductionBody() if message.role is not Role.GUEST:
                    # Members have their names from the workspace; only a guest gives one.
                    pass
                case _:
                    self._said.setdefault(message.hash, message)

    @property
    def items(self) -> list[Item]:
        """Everything that has a place of its own, in order."""
        return [self._item(one) for one in sorted(self._said.values(), key=lambda one: one.seq)]

    def find(self, target: bytes) -> Item | None:
        message = self._said.get(target)
        return self._item(message) if message else None

    def introduced(self) -> dict[UUID, str]:
        """The names that guests have given; the last one counts."""
        return {
            one.sender: one.body.name
            for one in sorted(self._said.values(), key=lambda one: one.seq)
            if isinstance(one.body, IntroductionBody) and one.sender is not None
        }

    def pins(self, since: int, before: Sequence[bytes]) -> list[bytes]:
        """What is pinned now: what the epoch that began at `since` carries, and what was done after."""
        found = dict.fromkeys(before)
        for seq, message in sorted(self._pinning.items()):
            if isinstance(message.body, PinBody) and seq > since:
                found.pop(message.body.target, None)
                if message.body.is_set:
                    found[message.body.target] = None
        kept = [one for one in found if (item := self.find(one)) is None or item.kind != "deleted"]
        return kept[-PINS_LIMIT:]

    def _item(self, message: Message) -> Item:
        acts = self._acts.get(message.hash, {})
        later = [act for seq, act in sorted(acts.items()) if seq > message.seq]
        deletion = next((act for act in later if _deletes(act, message)), None)
        if deletion is not None and message.missing != "destroyed":
            return Item(message, "deleted", deleted_by=deletion.sender)
        match message.body:
            case IntroductionBody(name):
                return Item(message, "introduction", text=name)
            case TextBody() | FileBody() as body:
                versions = [Version(body.text or "", message.at, message.seq)]
                mentions = body.mentions
                for act in later:
                    if isinstance(act.body, EditBody) and act.sender == message.sender:
                        versions.append(Version(act.body.text, act.at, act.seq))
                        mentions = act.body.mentions
                newest = versions.pop()
                return Item(
                    message,
                    "file" if isinstance(body, FileBody) else "text",
                    text=newest.text,
                    versions=tuple(versions),
                    edited=newest if versions else None,
                    file=body if isinstance(body, FileBody) else None,
                    reply_to=body.reply_to,
                    mentions=mentions,
                    reactions=_reactions(later),
                )
            case _:
                return Item(message, message.missing or "newer")


def _deletes(act: Message, message: Message) -> bool:
    return isinstance(act.body, DeletionBody) and (
        act.sender == message.sender or act.role is Role.OWNER
    )


def _reactions(later: Sequence[Message]) -> dict[str, list[UUID]]:
    """Each person sets an emoji once; their last word on it counts."""
    found: dict[str, list[UUID]] = {}
    for act in later:
        if not isinstance(act.body, ReactionBody) or act.sender is None:
            continue
        people = [one for one in found.get(act.body.emoji, []) if one != act.sender]
        found[act.body.emoji] = [*people, act.sender] if act.body.is_set else people
    return {emoji: people for emoji, people in found.items() if people}
