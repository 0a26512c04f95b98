"""What follows when a passkey, an authenticator app or backup codes come or go."""

from __future__ import annotations

from typing import Literal

from allauth.mfa.models import Authenticator
from django.db import transaction

from comms.accounts.models import User
from comms.accounts.services.trail import record_for_person
from comms.accounts.services.vaults import remove_vault_wrap
from comms.wire.hashing import sha256
from comms.wire.vault import WrapKind

Change = Literal[
    "added_passkey",
    "renamed_passkey",
    "removed_passkey",
    "added_authenticator_app",
    "removed_authenticator_app",
    "made_backup_codes",
]


def note_second_step(*, person: User, change: Change) -> None:
    """Record a change that allauth has made to how the person proves who they are."""
    with transaction.atomic():
        record_for_person(person, f"accounts.{change}")


def remove_passkey(*, person: User, authenticator: Authenticator) -> None:
    """Forget what the passkey unlocked, and record it. The caller removes the passkey itself afterwards."""
    with transaction.atomic():
        remove_vault_wrap(
            person=person, kind=int(WrapKind.PASSKEY), wrap_id=passkey_wrap_id(authenticator)
        )
        record_for_person(person, "accounts.removed_passkey")


def passkey_wrap_id(authenticator: Authenticator) -> bytes:
    """The id that a passkey's vault wrap has: SHA-256 of its credential id."""
    return sha256(authenticator.wrap().authenticator_data.credential_data.credential_id)
