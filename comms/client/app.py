"""What a command works with: the session that was kept, the open vault, the checked log, the threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from comms.client import words
from comms.client.account import Keys, keep_open, load_account, reopen
from comms.client.conversation import Conversation
from comms.client.epochs import key_of
from comms.client.errors import ClientError, SignedOutError, UsageError
from comms.client.http import Connection
from comms.client.log import KeyLog, open_log
from comms.client.outbox import Outbox
from comms.client.people import People, Person
from comms.client.remote import ListedEpoch, ListedThread, Remote
from comms.client.store import Home, Session
from comms.wire.epochs import open_about, read_record, verify_record
from comms.wire.errors import WireError

_PAGES = 20


@dataclass(frozen=True)
class ThreadEntry:
    """A thread as the list shows it; `title` is None if it could not be checked and opened there."""

    listed: ListedThread
    title: str | None
    members: tuple[UUID, ...]


class App:
    """One run of the program. `finish` writes back what changed."""

    def __init__(
        self, home: Home, workspace: str = "", tell: Callable[[str], None] = lambda _sentence: None
    ) -> None:
        """`tell` says to the person what happens beside what they asked for."""
        self.home = home
        self.tell = tell
        self._workspace = workspace

    @cached_property
    def session(self) -> Session:
        """Raises SignedOutError without one."""
        found = self.home.session()
        if found is None:
            raise SignedOutError(words.SIGN_IN)
        return found

    @cached_property
    def connection(self) -> Connection:
        return Connection(self.session.server, self.session.cookies, self.session.csrf)

    @cached_property
    def keys(self) -> Keys:
        """The open vault. Raises SignedOutError while it is locked."""
        account = load_account(self.connection, self.home)
        return Keys(self.connection, self.home, account, reopen(self.connection, self.session))

    def use_keys(self, keys: Keys) -> None:
        """Other keys from now on, kept open by the session."""
        keep_open(self.connection, self.session, keys.key)
        self.home.keep_session(self.session)
        self.__dict__["keys"] = keys
        self.__dict__.pop("log", None)
        self.__dict__.pop("members", None)

    @cached_property
    def log(self) -> KeyLog:
        return open_log(self.keys)

    @cached_property
    def remote(self) -> Remote:
        """The threads of the workspace that was named, or of the session's own."""
        slug = self._workspace or self.session.workspace
        if not slug:
            raise UsageError("Say which workspace: comms-cli --workspace NAME …")
        return Remote(self.connection, slug)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.keys, self.remote.workspace)

    @cached_property
    def members(self) -> People:
        """Everyone of the workspace, proven to be in the log. Nobody is pinned by that."""
        return People(self.keys, self.log.people(self.remote.identities))

    def finish(self) -> None:
        """Heads and checkpoint go into the vault, cookies into the session's file."""
        if "keys" in self.__dict__:
            self.keys.flush()
        self.keep()

    def keep(self) -> None:
        """The session as it is now."""
        if "connection" not in self.__dict__:
            return
        connection = self.connection
        changed = (connection.cookies, connection.csrf) != (self.session.cookies, self.session.csrf)
        if changed and self.home.session() is not None:
            self.session.cookies, self.session.csrf = dict(connection.cookies), connection.csrf
            self.home.keep_session(self.session)

    def close(self) -> None:
        if "connection" in self.__dict__:
            self.connection.close()

    def threads(self) -> list[ThreadEntry]:
        """All of the person's, the newest activity first; at most 1,000."""
        # The vault is opened and the log read also where there is nothing to list.
        members = self.members
        found: list[ThreadEntry] = []
        cursor = ""
        for _page in range(_PAGES):
            listed, cursor = self.remote.index(cursor)
            found += [self._entry(one, members) for one in listed]
            if not cursor:
                break
        return found

    def conversation(self, reference: str) -> Conversation:
        """The thread that `reference` names, loaded and checked; what waited for it has gone out if it could.

        Raises UsageError, Trouble.
        """
        thread = self.find_thread(reference)
        found = Conversation(self.remote, self.keys, self.log, thread, self.outbox)
        found.load()
        for one in found.saying.deliver():
            if one.message is not None:
                self.tell(f"Sent what was waiting: #{one.message.seq}.")
            elif one.error is not None:
                self.tell(f"A message still waits: {one.error.sentence} See: comms-cli outbox")
        return found

    def find_thread(self, reference: str) -> UUID:
        """By its id, the beginning of its id, or its title. Raises UsageError unless it is one only."""
        try:
            return UUID(reference)
        except ValueError:
            pass
        threads = self.threads()
        named = [one for one in threads if one.title == reference]
        if not named:
            wanted = reference.casefold()
            named = [
                one
                for one in threads
                if (len(wanted) >= 4 and str(one.listed.id).startswith(wanted))
                or (one.title is not None and wanted in one.title.casefold())
            ]
        if len(named) == 1:
            return named[0].listed.id
        if not named:
            raise UsageError(f"No conversation is called {reference}. See: comms-cli list")
        raise UsageError(f"Several conversations fit {reference}. Use the id from: comms-cli list")

    def find_person(self, reference: str, among: Sequence[Person] | None = None) -> Person:
        """By their id or name. Raises UsageError unless it is one only."""
        people = self.members.everyone() if among is None else list(among)
        wanted = reference.casefold()
        found = [one for one in people if wanted in {str(one.user), one.name.casefold()}]
        found = found or [one for one in people if wanted and wanted in one.name.casefold()]
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(f"Nobody here with keys is called {reference}.")
        raise UsageError(f"Several people fit {reference}: write the whole name or the id.")

    def name_of(self, user: UUID | None) -> str:
        """For a sentence about trouble: unproven, or empty."""
        if user is None:
            return ""
        try:
            people = self.remote.identities()
        except (ClientError, WireError):
            return ""
        return next((one.name for one in people if one.user == user), "")

    def _entry(self, listed: ListedThread, people: People) -> ThreadEntry:
        try:
            record = read_record(listed.record)
            signer = (record.tbs.author, record.tbs.author_fingerprint)
            author = people.keys(*signer)
            if author is None:
                # A guest may have made the newest key; everything about them is checked in the conversation.
                author = People(self.keys, self.remote.people(listed.id)).keys(*signer)
            if author is None or record.tbs.thread != listed.id:
                return ThreadEntry(listed, None, ())
            verify_record(record, author)
            key = key_of(record, ListedEpoch(listed.record, listed.wrap), self.keys)
            if key is None:
                return ThreadEntry(listed, None, ())
            members = tuple(row.member for row in record.tbs.roster)
            return ThreadEntry(listed, open_about(record, key).title, members)
        except WireError:
            return ThreadEntry(listed, None, ())
