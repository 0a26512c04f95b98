"""The keys of encrypted fields: made once, wrapped, named when missing, and never lost."""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from comms.accounts.models import Workspace
from comms.core import keyring
from comms.core.key_encryption import (
    LocalKeys,
    MissingKeyError,
    SealedValueError,
    key_encryption_key_id,
)
from comms.core.tenancy import WorkspaceMixError, in_workspace
from comms.ledger.models import DataKey

pytestmark = pytest.mark.django_db


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No test sees keys that another opened."""
    keyring.forget()
    yield
    keyring.forget()


def test_opens_what_it_sealed(in_mission: Workspace) -> None:
    sealed = keyring.seal(in_mission.id, b"place", b"word")
    keyring.forget()
    assert keyring.unseal(in_mission.id, b"place", sealed) == b"word"


def test_stores_keys_only_wrapped(in_mission: Workspace) -> None:
    keyring.seal(in_mission.id, b"place", b"word")
    stored = DataKey.objects.values_list("purpose", "version", "kek_id", "wrapped")
    assert {(row[0], row[1]) for row in stored} == {("fields", 1), ("index", 1)}
    current = keyring.key_encryption_keys().current_id
    assert all(row[2] == current and len(bytes(row[3])) == 12 + 32 + 16 for row in stored)


def test_second_use_asks_the_database_nothing(in_mission: Workspace) -> None:
    sealed = keyring.seal(in_mission.id, b"place", b"word")
    with CaptureQueriesContext(connection) as queries:
        keyring.unseal(in_mission.id, b"place", sealed)
    assert len(queries) == 0


def test_opened_keys_are_forgotten_after_a_while(
    in_mission: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = keyring.seal(in_mission.id, b"place", b"word")
    clock = keyring.time.monotonic() + keyring.CACHE_SECONDS + 1  # type: ignore[attr-defined]  # the module's own clock
    monkeypatch.setattr(keyring.time, "monotonic", lambda: clock)  # type: ignore[attr-defined]  # as above
    with CaptureQueriesContext(connection) as queries:
        keyring.unseal(in_mission.id, b"place", sealed)
    assert len(queries) == 1


def test_new_key_seals_and_old_key_still_opens(in_mission: Workspace) -> None:
    before = keyring.seal(in_mission.id, b"place", b"old")
    index = keyring.ring_of(in_mission.id).index(b"c", b"v")
    key_id = keyring.add_data_key(in_mission.id)
    after = keyring.seal(in_mission.id, b"place", b"new")
    assert after[keyring.KEY_ID] == key_id.bytes != before[keyring.KEY_ID]
    assert keyring.unseal(in_mission.id, b"place", before) == b"old"
    assert keyring.ring_of(in_mission.id).index(b"c", b"v") == index


def test_finds_a_key_that_another_process_made(in_mission: Workspace) -> None:
    keyring.seal(in_mission.id, b"place", b"old")
    stale = keyring._rings[in_mission.id]
    keyring.add_data_key(in_mission.id)
    sealed = keyring.seal(in_mission.id, b"place", b"new")
    keyring._rings[in_mission.id] = stale
    assert keyring.unseal(in_mission.id, b"place", sealed) == b"new"


def test_rewraps_under_a_new_key_encryption_key(in_mission: Workspace, settings: Settings) -> None:
    sealed = keyring.seal(in_mission.id, b"place", b"word")
    old, new = settings.KEY_ENCRYPTION_KEY, new_key()
    settings.KEY_ENCRYPTION_KEYS_OLD = [old]
    settings.KEY_ENCRYPTION_KEY = new
    assert keyring.unseal(in_mission.id, b"place", sealed) == b"word"
    assert keyring.rewrap(in_mission.id) == 2
    assert keyring.rewrap(in_mission.id) == 0
    settings.KEY_ENCRYPTION_KEYS_OLD = []
    assert keyring.unseal(in_mission.id, b"place", sealed) == b"word"


# What is refused


def test_names_the_missing_key_encryption_key(in_mission: Workspace, settings: Settings) -> None:
    sealed = keyring.seal(in_mission.id, b"place", b"word")
    missing = keyring.key_encryption_keys().current_id
    settings.KEY_ENCRYPTION_KEY = new_key()
    with pytest.raises(MissingKeyError, match=missing) as caught:
        keyring.unseal(in_mission.id, b"place", sealed)
    assert settings.KEY_ENCRYPTION_KEY not in caught.value.message


def test_names_the_missing_data_key(in_mission: Workspace) -> None:
    sealed = keyring.seal(in_mission.id, b"place", b"word")
    key_id = uuid.uuid4()
    forged = sealed[:1] + key_id.bytes + sealed[17:]
    with pytest.raises(MissingKeyError, match=str(key_id)):
        keyring.unseal(in_mission.id, b"place", forged)


def test_refuses_a_stored_key_that_was_swapped(in_mission: Workspace) -> None:
    keyring.seal(in_mission.id, b"place", b"word")
    fields = DataKey.objects.get(purpose="fields")
    DataKey.objects.filter(purpose="index").update(wrapped=bytes(fields.wrapped))
    keyring.forget()
    with pytest.raises(SealedValueError):
        keyring.ring_of(in_mission.id)


def test_refuses_another_place(in_mission: Workspace) -> None:
    sealed = keyring.seal(in_mission.id, b"place", b"word")
    with pytest.raises(SealedValueError):
        keyring.unseal(in_mission.id, b"other place", sealed)


def test_refuses_another_workspace_from_inside_one(
    mission: Workspace, elsewhere: Workspace
) -> None:
    with in_workspace(mission.id), pytest.raises(WorkspaceMixError), transaction.atomic():
        keyring.ring_of(elsewhere.id)


@pytest.mark.parametrize("word", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_refuses_a_malformed_key_encryption_key(word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="KEY_ENCRYPTION_KEY"):
        LocalKeys(word)
    with pytest.raises(ImproperlyConfigured, match="KEY_ENCRYPTION_KEYS_OLD"):
        LocalKeys(new_key(), [word])


def test_name_of_a_key_tells_nothing_of_it() -> None:
    secret = bytes(range(32))
    assert key_encryption_key_id(secret) not in secret.hex()
    assert key_encryption_key_id(secret) == key_encryption_key_id(secret)
    assert key_encryption_key_id(secret) != key_encryption_key_id(secret[::-1])
