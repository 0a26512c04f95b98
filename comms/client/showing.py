"""A message as the person reads it, and as a script does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from comms.client.conversation import Conversation
from comms.client.drafts import Kept
from comms.client.output import iso, line, moment, plain, size
from comms.client.talk import Item

_SENTENCES: Final = {
    "earlier": "This message is from before you joined, and you have no key for it.",
    "newer": "This message needs a newer version of comms-cli.",
    "destroyed": "This message was removed when its time was up.",
    "broken": "This message can't be read: its sender's program sealed it wrongly. Ask them to send it again.",
}
DIVIDER: Final = "──────── new for you ────────"


class Showing:
    """The items of one conversation, with what is known about them now."""

    def __init__(self, conversation: Conversation) -> None:
        self._now = conversation
        self.read_up_to = conversation.read_up_to

    def is_unread(self, item: Item) -> bool:
        """Whether it was new for this person when the conversation was opened."""
        message = item.message
        return message.seq > self.read_up_to and message.sender != self._now.keys.user

    def readers(self, item: Item) -> list[UUID]:
        """Who has said that they have read it; not whoever wrote it, and not this person."""
        seen = self._now.read.items()
        skipped = {item.message.sender, self._now.keys.user}
        return [who for who, head in seen if head.seq >= item.message.seq and who not in skipped]

    def lines(self, item: Item, *, stand: Sequence[UUID] = ()) -> list[str]:
        """`stand` are those who have read up to here."""
        message, names = item.message, self._now.name
        edited = f" (edited {moment(item.edited.at)})" if item.edited else ""
        lines = [f"#{message.seq}  {moment(message.at)}  {line(names(message.sender))}{edited}"]
        if message.missing == "destroyed":
            lines = [f"#{message.seq}"]
        if item.reply_to is not None:
            place = self._place(item.reply_to)
            lines.append(f"    answers #{place}" if place else "    answers an earlier message")
        if item.kind == "deleted":
            lines.append(f"    Deleted by {line(names(item.deleted_by))}.")
        elif item.kind == "introduction":
            lines.append(f"    Joined as a guest: {line(item.text)}")
        elif item.kind in _SENTENCES:
            lines.append(f"    {_SENTENCES[item.kind]}")
        if item.file is not None:
            lines.append(f"    [file] {line(item.file.name)}, {size(item.file.size)}")
        if item.kind in {"text", "file"} and item.text:
            lines += [f"    {one}" for one in plain(item.text).split("\n")]
        if item.reactions:
            shown = (f"{line(emoji)} {len(who)}" for emoji, who in item.reactions.items())
            lines.append("    " + "  ".join(shown))
        if stand:
            lines.append(f"    read by {', '.join(line(names(one)) for one in stand)}")
        return lines

    def json(self, item: Item) -> dict[str, Any]:
        """The same for a script. The key of a file is not in it."""
        message, names = item.message, self._now.name
        found: dict[str, Any] = {
            "seq": message.seq,
            "hash": message.hash.hex(),
            "at": iso(message.at),
            "sender": str(message.sender) if message.sender else None,
            "name": names(message.sender),
            "kind": item.kind,
            "text": item.text,
            "edits": [one.text for one in item.versions],
            "edited_at": iso(item.edited.at) if item.edited else None,
            "mentions": [str(one) for one in item.mentions],
            "reactions": {
                emoji: [str(one) for one in who] for emoji, who in item.reactions.items()
            },
            "unread": self.is_unread(item),
            "read_by": [str(one) for one in self.readers(item)],
        }
        if item.reply_to is not None:
            found["reply_to"] = self._place(item.reply_to) or item.reply_to.hex()
        if item.file is not None:
            found["file"] = {
                "name": item.file.name,
                "type": item.file.media_type,
                "size": item.file.size,
                "sha256": item.file.sha256.hex(),
            }
        return found

    def standing(self, items: Sequence[Item]) -> dict[bytes, list[UUID]]:
        """Under which of these each person's reading stands: the last one that they have read."""
        found: dict[bytes, list[UUID]] = {}
        for who, head in self._now.read.items():
            read = [one for one in items if one.message.seq <= head.seq]
            if read and who not in {read[-1].message.sender, self._now.keys.user}:
                found.setdefault(read[-1].message.hash, []).append(who)
        return found

    def draft_lines(self, kept: Kept) -> list[str]:
        """What the person has begun to write here."""
        if not kept.is_readable:
            return ["Your draft can't be opened here: it was written under keys you don't have."]
        if kept.draft is None:
            return []
        target = kept.draft.edits or kept.draft.reply_to
        place = f" #{self._place(target) or '?'}" if target else ""
        what = " editing" if kept.draft.edits else " answering" if kept.draft.reply_to else ""
        head = f"Draft{what}{place}, {moment(kept.draft.written_at)}:"
        return [head, *(f"    {one}" for one in plain(kept.draft.text).split("\n"))]

    def draft_json(self, kept: Kept) -> dict[str, Any]:
        """`text` is null for one that can't be opened here, empty for none."""
        draft = kept.draft
        reply_to, edits = (draft.reply_to, draft.edits) if draft else (None, None)
        return {
            "kind": "draft",
            "text": None if not kept.is_readable else draft.text if draft else "",
            "number": kept.number,
            "at": iso(draft.written_at) if draft else None,
            "reply_to": (self._place(reply_to) or reply_to.hex()) if reply_to else None,
            "edits": (self._place(edits) or edits.hex()) if edits else None,
        }

    def _place(self, target: bytes) -> int | None:
        found = self._now.talk.find(target)
        return found.message.seq if found else None
