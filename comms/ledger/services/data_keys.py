"""Keeps the keyring's wrapped keys in the table of data keys."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from comms.core.keyring import Purpose, WrappedKey
from comms.core.tenancy import current_workspace_id, in_workspace
from comms.ledger.models import DataKey

_COLUMNS = ("id", "purpose", "version", "kek_id", "wrapped")


class TableOfKeys:
    """The keyring's store. Reads see only the workspace that they ask for."""

    def load(self, workspace_id: uuid.UUID) -> list[WrappedKey]:
        """All keys of the workspace. Raises WorkspaceMixError from inside another workspace."""
        if current_workspace_id() == workspace_id:
            return self._rows(workspace_id)
        with in_workspace(workspace_id):
            return self._rows(workspace_id)

    def _rows(self, workspace_id: uuid.UUID) -> list[WrappedKey]:
        rows = DataKey.objects.filter(workspace_id=workspace_id).values_list(*_COLUMNS)
        return [_wrapped(*row) for row in rows]

    def add(self, workspace_id: uuid.UUID, key: WrappedKey) -> WrappedKey:
        """Store and commit `key` over a connection of its own; the first one for its version stands."""
        with _own_transaction(workspace_id) as cursor:
            cursor.execute(
                "INSERT INTO ledger_datakey (id, workspace_id, purpose, version, kek_id, wrapped, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, now())"
                " ON CONFLICT (workspace_id, purpose, version) DO NOTHING",
                [key.id, workspace_id, str(key.purpose), key.version, key.kek_id, key.wrapped],
            )
            cursor.execute(
                "SELECT id, purpose, version, kek_id, wrapped FROM ledger_datakey"
                " WHERE workspace_id = %s AND purpose = %s AND version = %s",
                [workspace_id, str(key.purpose), key.version],
            )
            return _wrapped(*cursor.fetchone())

    def replace(self, workspace_id: uuid.UUID, key: WrappedKey) -> None:
        """Store a new wrapping, in the caller's transaction: the old one opens as well until then."""
        with in_workspace(workspace_id):
            DataKey.objects.filter(workspace_id=workspace_id, id=key.id).update(
                kek_id=key.kek_id, wrapped=key.wrapped
            )


def _wrapped(
    key_id: uuid.UUID, purpose: str, version: int, kek_id: str, wrapped: bytes
) -> WrappedKey:
    return WrappedKey(key_id, Purpose(purpose), version, kek_id, bytes(wrapped))


@contextmanager
def _own_transaction(workspace_id: uuid.UUID) -> Iterator[Any]:
    own = connection.copy()
    # A pool whose connections all wait for a second one would wait for ever.
    own.settings_dict["OPTIONS"].pop("pool", None)
    try:
        own.ensure_connection()
        with own.connection.transaction(), own.cursor() as cursor:
            cursor.execute("SELECT set_config('comms.workspace', %s, true)", [str(workspace_id)])
            yield cursor
    finally:
        own.close()
