"""The passphrase: what signs in and what unlocks the vault change together, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from comms.accounts.models import User, VaultWrap
from comms.accounts.services.people import broken_keys, require_secret
from comms.accounts.services.trail import record_for_person
from comms.accounts.services.vaults import read_own_wrap
from comms.core.errors import InvalidError
from comms.wire.argon import Argon2
from comms.wire.cbor import encode
from comms.wire.vault import WrapKind


@dataclass(frozen=True, slots=True)
class NewPassphrase:
    """The sign-in secret of a new passphrase, its Argon2id parameters, and the vault key wrapped by it."""

    sign_in_secret: str = field(repr=False)
    argon2: Argon2
    wrap: bytes


def change_passphrase(*, person: User, current_secret: str, new: NewPassphrase) -> None:
    """Set a new sign-in secret and replace the vault's passphrase wrap.

    Raises InvalidError when `current_secret` is not the person's or the wrap is not theirs. The caller
    ends the other sessions and keeps this one.
    """
    if not person.check_password(current_secret):
        raise InvalidError(_("That is not your present passphrase."), field="current")
    wrap = read_own_wrap(person, new.wrap)
    if wrap.kind is not WrapKind.PASSPHRASE or wrap.argon2 != new.argon2:
        raise broken_keys()
    with transaction.atomic():
        _set_secret(person, new.sign_in_secret, new.argon2)
        VaultWrap.objects.filter(user=person, kind=int(WrapKind.PASSPHRASE)).delete()
        VaultWrap.objects.create(
            user=person, kind=int(WrapKind.PASSPHRASE), wrap_id=wrap.id, content=new.wrap
        )
        record_for_person(person, "accounts.changed_passphrase")


def reset_sign_in(*, person: User, secret: str, argon2: Argon2) -> None:
    """A new sign-in secret after a reset by mail. The vault stays shut under what unlocked it before."""
    with transaction.atomic():
        _set_secret(person, secret, argon2)
        record_for_person(person, "accounts.reset_sign_in")


def _set_secret(person: User, secret: str, argon2: Argon2) -> None:
    person.set_password(require_secret(secret))
    person.sign_in_argon2 = encode(argon2.to_value())
    person.save(update_fields=["password", "sign_in_argon2"])
