"""Making an account: the person, their first keys, their sealed vault and the ways to unlock it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from comms.accounts.models import IdentityEntry, User, Vault, VaultWrap
from comms.core.errors import ConflictError, InvalidError
from comms.core.zones import time_zone_names
from comms.ledger.services import append_identity
from comms.wire import identity, vault
from comms.wire.argon import Argon2
from comms.wire.cbor import encode
from comms.wire.errors import WireError

_SECRET = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What the browser made for a new account. `sign_in_secret` is 64 hex digits, the rest is wire format."""

    sign_in_secret: str = field(repr=False)
    argon2: Argon2
    identity_entry: bytes
    vault: bytes
    wraps: tuple[bytes, ...]


def broken_keys(error: WireError | None = None) -> InvalidError:
    """The sentence for bytes that this server can't accept."""
    code = f" ({error.code})" if error else ""
    return InvalidError(
        _(
            "The keys that your browser made can't be accepted{code}. Reload the page and try again."
        ).format(code=code),
        field="keys",
    )


def require_secret(secret: str) -> str:
    """The sign-in secret, if it has the shape that a browser derives. Raises InvalidError."""
    if not _SECRET.fullmatch(secret):
        raise broken_keys()
    return secret


def require_name(name: str) -> str:
    """A person's name, trimmed. Raises InvalidError."""
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidError(_("Give a name of 1 to 120 characters."), field="name")
    return name


def require_address(email: str) -> str:
    """An e-mail address in lower case. Raises InvalidError."""
    address = email.strip().lower()
    try:
        if len(address) > 254:
            raise ValidationError("")
        validate_email(address)
    except ValidationError:
        raise InvalidError(
            _("That is not a whole e-mail address; it looks like name@example.org."), field="email"
        ) from None
    return address


def require_time_zone(name: str) -> str:
    """A time zone by its IANA name; UTC for one that this server does not know."""
    return name if name in time_zone_names() else "UTC"


def require_language(code: str) -> str:
    """One of the product's languages; its default for any other."""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def create_person(
    *,
    account_id: uuid.UUID,
    email: str,
    name: str,
    language: str,
    time_zone: str,
    keys: NewKeys,
) -> User:
    """A new person with an address that is known to be theirs. The caller has opened the transaction.

    Raises InvalidError for keys that are not this account's own, ConflictError for a taken address.
    """
    address, name = require_address(email), require_name(name)
    secret = require_secret(keys.sign_in_secret)
    entry, box, wraps = _checked(account_id, keys)
    if User.objects.filter(email=address).exists():
        raise ConflictError(_("There is already an account for this address."), field="email")
    person = User.objects.create_user(
        address,
        secret,
        id=account_id,
        name=name,
        language=require_language(language),
        time_zone=require_time_zone(time_zone),
        sign_in_argon2=encode(keys.argon2.to_value()),
    )
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    save_entry(entry)
    Vault.objects.create(user=person, number=box.number, content=box.raw)
    VaultWrap.objects.bulk_create(
        VaultWrap(user=person, kind=int(wrap.kind), wrap_id=wrap.id, content=raw)
        for wrap, raw in zip(wraps, keys.wraps, strict=True)
    )
    return person


def save_entry(entry: identity.IdentityEntry) -> IdentityEntry:
    """Store an entry that the caller has checked, and log it: both or neither."""
    append_identity(user_id=entry.user, number=entry.number, entry_hash=entry.hash)
    return IdentityEntry.objects.create(
        user_id=entry.user,
        number=entry.number,
        entry=entry.raw,
        entry_hash=entry.hash,
        fingerprint=entry.keys.fingerprint,
    )


def _checked(
    account_id: uuid.UUID, keys: NewKeys
) -> tuple[identity.IdentityEntry, vault.Vault, list[vault.VaultWrap]]:
    try:
        entry = identity.read_entry(keys.identity_entry)
        identity.check_follows(entry, None)
        box = vault.read_vault(keys.vault)
        vault.verify_vault(box, entry.keys)
        wraps = [vault.read_wrap(raw) for raw in keys.wraps]
    except WireError as error:
        raise broken_keys(error) from error
    owners = {entry.user, box.user, *(wrap.user for wrap in wraps)}
    kinds = sorted(wrap.kind for wrap in wraps)
    expected = [vault.WrapKind.PASSPHRASE, vault.WrapKind.RECOVERY_CODE]
    if owners != {account_id} or box.number != 1 or kinds != expected:
        raise broken_keys()
    if any(wrap.argon2 not in (None, keys.argon2) for wrap in wraps):
        raise broken_keys()
    return entry, box, wraps
