"""A person's vault: compare and swap on its number; the server checks the outside and the signature."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts import selectors
from comms.accounts.models import User, Vault, VaultWrap
from comms.accounts.services.people import broken_keys
from comms.accounts.services.trail import record_for_person
from comms.core.errors import ConflictError, InvalidError, NotFoundError
from comms.wire import identity, vault
from comms.wire.errors import WireError

PASSKEYS = 20


def put_vault(*, person: User, content: bytes) -> int:
    """Replace the vault by its next version; the new number.

    Raises ConflictError when another browser was faster (read again, merge, try again), InvalidError for
    bytes that are not this person's vault, signed by their newest identity.
    """
    try:
        box = vault.read_vault(content)
    except WireError as error:
        raise broken_keys(error) from error
    if box.user != person.id:
        raise broken_keys()
    with transaction.atomic():
        kept = Vault.objects.select_for_update().filter(user=person).first()
        if kept is None:
            raise NotFoundError(_("There is no vault for this account yet."))
        if box.number != kept.number + 1:
            raise ConflictError(
                _("Another browser has changed your vault meanwhile. Reload and try again.")
            )
        require_signed_by_newest(person, box)
        kept.number, kept.content, kept.updated_at = box.number, content, timezone.now()
        kept.save(update_fields=["number", "content", "updated_at"])
    return box.number


def require_signed_by_newest(person: User, box: vault.Vault) -> None:
    """Raise InvalidError unless the person's newest identity signed this vault."""
    entry = selectors.newest_entry(person.id)
    if entry is None:
        raise broken_keys()
    try:
        vault.verify_vault(box, identity.read_entry(bytes(entry.entry)).keys)
    except WireError as error:
        raise broken_keys(error) from error


def put_vault_wrap(*, person: User, content: bytes) -> VaultWrap:
    """Add a way to unlock the vault. A passphrase or a recovery code replaces the one before it.

    Raises InvalidError for a wrap that is not this person's, and for more than 20 passkeys.
    """
    wrap = read_own_wrap(person, content)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        same_kind = VaultWrap.objects.filter(user=person, kind=int(wrap.kind))
        if wrap.kind is not vault.WrapKind.PASSKEY:
            same_kind.delete()
        elif same_kind.exclude(wrap_id=wrap.id).count() >= PASSKEYS:
            raise InvalidError(
                _("You have 20 passkeys, which is the most. Remove one first."), field="passkey"
            )
        else:
            same_kind.filter(wrap_id=wrap.id).delete()
        row = VaultWrap.objects.create(
            user=person, kind=int(wrap.kind), wrap_id=wrap.id, content=content
        )
        record_for_person(person, "accounts.added_vault_wrap", {"kind": wrap.kind.name.lower()})
    return row


def remove_vault_wrap(*, person: User, kind: int, wrap_id: bytes) -> None:
    """Forget one way to unlock the vault; nothing happens when there is none. The caller is in a transaction."""
    deleted, _rows = VaultWrap.objects.filter(user=person, kind=kind, wrap_id=wrap_id).delete()
    if deleted:
        record_for_person(
            person, "accounts.removed_vault_wrap", {"kind": vault.WrapKind(kind).name.lower()}
        )


def read_own_wrap(person: User, content: bytes) -> vault.VaultWrap:
    """The wrap, if it is this person's. Raises InvalidError."""
    try:
        wrap = vault.read_wrap(content)
    except WireError as error:
        raise broken_keys(error) from error
    if wrap.user != person.id:
        raise broken_keys()
    return wrap
