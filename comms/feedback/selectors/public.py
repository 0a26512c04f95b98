"""What anybody who has a form's link may read, kept in the process as long as nothing of it changes.

What stays the same for ever (an address, a version) is looked up once; what may change (open or not, the newest
epoch) is one row that is read each time, and names what the rest is kept under.
"""

from __future__ import annotations

import datetime
import uuid
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts.models import Workspace
from comms.core.errors import NotFoundError
from comms.feedback.models import FormAddress, FormVersion
from comms.threads import selectors as threads
from comms.wire.cbor import Value, encode

OPEN, CLOSED, FULL = range(3)


@dataclass(frozen=True, slots=True)
class PublicForm:
    """What an address leads to."""

    workspace_id: uuid.UUID
    form_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a form stands at this moment."""

    version_number: int
    closed_at: datetime.datetime | None
    archived_at: datetime.datetime | None
    closes_at: datetime.datetime | None
    max_submissions: int
    taken: int
    reply_hours: int
    thread_id: uuid.UUID
    epoch_number: int
    epoch_hash: bytes  # psycopg gives bytes where the ORM gives a memoryview

    @property
    def state(self) -> int:
        """Open, closed or full."""
        if self.closed_at is not None or self.archived_at is not None:
            return CLOSED
        if self.closes_at is not None and self.closes_at <= timezone.now():
            return CLOSED
        if self.max_submissions and self.taken >= self.max_submissions:
            return FULL
        return OPEN


@dataclass(frozen=True, slots=True)
class PublicVersion:
    """A published version: nothing of it ever changes."""

    id: uuid.UUID
    number: int
    definition: bytes
    definition_hash: bytes
    statement: bytes


_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class _Kept(Generic[_K, _V]):
    """The last few things that were asked for. Threads share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[_K, _V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _K) -> _V | None:
        with self._lock:
            found = self._rows.get(key)
            if found is not None:
                self._rows.move_to_end(key)
            return found

    def put(self, key: _K, value: _V) -> None:
        with self._lock:
            self._rows[key] = value
            while len(self._rows) > self._most:
                self._rows.popitem(last=False)


_addresses: _Kept[str, PublicForm] = _Kept(10_000)
_versions: _Kept[tuple[uuid.UUID, bytes], PublicVersion] = _Kept(100)
_newest: _Kept[tuple[uuid.UUID, int], PublicVersion] = _Kept(100)
_openings: _Kept[tuple[Hashable, ...], bytes] = _Kept(100)


def find_address(address: str) -> PublicForm:
    """What the address leads to. Raises NotFoundError."""
    found = _addresses.get(address)
    if found is None:
        row = FormAddress.objects.filter(address=address).first()
        if row is None:
            raise no_form()
        found = PublicForm(row.workspace_id, row.form_id)
        _addresses.put(address, found)
    return found


_STANDING = """
    SELECT f.version_number, f.closed_at, f.archived_at, f.closes_at, f.max_submissions, f.taken, f.reply_hours,
           f.thread_id, t.epoch_number, t.epoch_hash
    FROM feedback_form AS f JOIN threads_thread AS t ON t.id = f.thread_id
    WHERE f.id = %s
"""


def get_standing(form_id: uuid.UUID, *, keep: bool = False) -> Standing:
    """Where a published form stands. Inside `in_workspace`. Raises NotFoundError before its first version.

    `keep` holds it against whoever closes the form or changes its limit, until the transaction ends, and keeps
    no other sender waiting.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING + (" FOR KEY SHARE OF f" if keep else ""), [form_id])
        row = cursor.fetchone()
    if row is None or row[0] == 0:
        raise no_form()
    return Standing(*row)


def find_version(form_id: uuid.UUID, statement_hash: bytes) -> PublicVersion | None:
    """The published version that a submission names. Inside `in_workspace`."""
    key = (form_id, statement_hash)
    found = _versions.get(key)
    if found is None:
        row = FormVersion.objects.filter(form_id=form_id, statement_hash=statement_hash).first()
        if row is None:
            return None
        found = _public(row)
        _versions.put(key, found)
    return found


def get_numbered_version(form_id: uuid.UUID, number: int) -> PublicVersion:
    """A published version by its number. Inside `in_workspace`. Raises NotFoundError."""
    found = _newest.get((form_id, number))
    if found is None:
        row = FormVersion.objects.filter(form_id=form_id, number=number).first()
        if row is None:
            raise no_form()
        found = _public(row)
        _newest.put((form_id, number), found)
    return found


def get_opening(form_id: uuid.UUID, workspace: Workspace) -> bytes:
    """The opening of the newest version, in CBOR. Inside `in_workspace`. Raises NotFoundError."""
    standing = get_standing(form_id)
    version = get_numbered_version(form_id, standing.version_number)
    return _opening(standing, version, workspace)


def get_opening_of(form_id: uuid.UUID, number: int, workspace: Workspace) -> Value:
    """The opening with another version: that which somebody answered. Inside `in_workspace`."""
    return _opening_value(get_standing(form_id), get_numbered_version(form_id, number), workspace)


def _opening(standing: Standing, version: PublicVersion, workspace: Workspace) -> bytes:
    key = (version.id, standing.epoch_hash, workspace.name, standing.state, standing.closes_at)
    found = _openings.get(key)
    if found is None:
        found = encode(_opening_value(standing, version, workspace))
        _openings.put(key, found)
    return found


def _opening_value(standing: Standing, version: PublicVersion, workspace: Workspace) -> Value:
    people = threads.list_form_chains(standing.thread_id)
    form_key = threads.get_newest_form_key(standing.thread_id)
    closes = standing.closes_at
    return [
        version.definition,
        version.statement,
        list(threads.list_records(standing.thread_id)),
        [[member.bytes, list(entries)] for member, entries in people],
        form_key or b"",
        workspace.id.bytes,
        workspace.name,
        standing.state,
        round(closes.timestamp() * 1000) if closes else 0,
    ]


def _public(row: FormVersion) -> PublicVersion:
    return PublicVersion(
        row.id,
        row.number,
        row.definition.encode(),
        bytes(row.definition_hash),
        bytes(row.statement),
    )


def no_form() -> NotFoundError:
    """For an address that leads nowhere, or to a form that was never published."""
    return NotFoundError(
        _("There is no form at this address. Check the link with whoever gave it to you.")
    )
