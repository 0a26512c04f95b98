"""What the person has begun to write in a conversation: kept sealed on the server, for nobody but themselves.

A write names the draft that it replaces. What was written elsewhere and not shown here is never overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from comms.client.account import Keys
from comms.client.errors import ClientError, ServerError
from comms.client.remote import ListedDraft, Remote
from comms.client.rotation import now
from comms.wire.drafts import Draft, draft_key, open_draft, seal_draft
from comms.wire.errors import WireError


@dataclass(frozen=True)
class Kept:
    """The newest there is; number 0 before the first. `draft` is None when it is empty or can't be opened here."""

    thread: UUID
    number: int
    draft: Draft | None
    is_readable: bool = True


class OvertakenError(ClientError):
    """Something else was written elsewhere, and not shown here yet: `kept`."""

    code = "overtaken"

    def __init__(self, kept: Kept) -> None:
        super().__init__(
            "You have written something else in another browser or terminal: "
            "see it with `comms-cli draft THREAD`, then write again, or say --replace."
        )
        self.kept = kept


class Drafts:
    """The person's own, in one workspace."""

    def __init__(self, remote: Remote, keys: Keys) -> None:
        self._remote = remote
        self._keys = keys

    def all(self) -> dict[UUID, Kept]:
        """Those that are not empty, by thread."""
        found = map(self._read, self._remote.drafts())
        return {one.thread: one for one in found}

    def load(self, thread: UUID) -> Kept:
        """The newest; it counts as shown here from now on."""
        listed = self._remote.draft(thread)
        found = Kept(thread, 0, None) if listed is None else self._read(listed)
        if found.is_readable:
            self._keys.home.note_draft(self._keys.user, thread, found.number)
        return found

    def save(self, thread: UUID, draft: Draft | None, *, replace: bool = False) -> None:
        """Puts it in the place of the one that was shown here last; None clears.

        Raises OvertakenError when there is another one, unless `replace`.
        """
        listed = self._remote.draft(thread)
        there = Kept(thread, 0, None) if listed is None else self._read(listed)
        known = self._keys.home.draft_shown(self._keys.user, thread)
        is_new = there.number != known and (there.draft is not None or not there.is_readable)
        if is_new and not replace and not _same(there.draft, draft):
            raise OvertakenError(there)
        number = there.number + 1
        key = draft_key(self._keys.seeds.xwing)
        user = self._keys.user
        box = b""
        if draft is not None:
            box = seal_draft(key, user=user, thread=thread, number=number, draft=draft)
        try:
            self._remote.save_draft(thread, number, self._keys.seeds.public.fingerprint, box)
        except ServerError as error:
            if error.code != "overtaken":
                raise
            listed = self._remote.draft(thread)
            raise OvertakenError(self._read(listed) if listed else there) from error
        self._keys.home.note_draft(user, thread, number)

    def _read(self, listed: ListedDraft) -> Kept:
        if not listed.box:
            return Kept(listed.thread, listed.number, None)
        seed = self._keys.xwing_seed_of(listed.fingerprint)
        if seed is None:
            return Kept(listed.thread, listed.number, None, is_readable=False)
        try:
            found = open_draft(
                draft_key(seed),
                user=self._keys.user,
                thread=listed.thread,
                number=listed.number,
                box=listed.box,
            )
        except WireError:
            return Kept(listed.thread, listed.number, None, is_readable=False)
        return Kept(listed.thread, listed.number, found)


def made(text: str, reply_to: bytes | None, edits: bytes | None) -> Draft | None:
    """A draft of now; None for one that says nothing."""
    if not text and reply_to is None and edits is None:
        return None
    return Draft(text, now(), reply_to, edits)


def _same(left: Draft | None, right: Draft | None) -> bool:
    if left is None or right is None:
        return left is right
    return (left.text, left.reply_to, left.edits) == (right.text, right.reply_to, right.edits)
