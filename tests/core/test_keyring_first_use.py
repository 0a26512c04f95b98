"""A workspace's first key, with real commits: it is never lost, and there is only one."""

from __future__ import annotations

import os
import threading
import uuid

from django.db import close_old_connections

from comms.accounts.models import Workspace
from comms.core import keyring
from comms.core.tenancy import in_workspace


def test_key_outlives_the_transaction_that_first_needed_it(committed: None) -> None:
    workspace = Workspace.objects.create(slug="m", name="M")
    try:
        with in_workspace(workspace.id):
            keyring.seal(workspace.id, b"place", b"lost with its transaction")
            raise InterruptedError
    except InterruptedError:
        pass
    sealed = keyring.seal(workspace.id, b"place", b"kept")
    keyring.forget()
    assert keyring.unseal(workspace.id, b"place", sealed) == b"kept"


def test_two_first_users_agree_on_one_key(committed: None) -> None:
    workspace = Workspace.objects.create(slug="m", name="M")
    store = keyring._require_store()
    both = threading.Barrier(2)
    made: list[uuid.UUID] = []

    def use() -> None:
        key = keyring.WrappedKey(uuid.uuid4(), keyring.Purpose.FIELDS, 1, "kek", os.urandom(60))
        both.wait(10)
        made.append(store.add(workspace.id, key).id)
        close_old_connections()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) == 2
    assert made[0] == made[1]
