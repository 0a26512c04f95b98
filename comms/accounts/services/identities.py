"""The next entry of a person's identity, always together with the vault that holds its seeds."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts.models import IdentityEntry, User, Vault, VaultWrap
from comms.accounts.services.people import broken_keys, save_entry
from comms.accounts.services.renewals import announce_renewal, hold_keys
from comms.accounts.services.sessions import end_other_sessions
from comms.accounts.services.trail import record_for_person
from comms.core.errors import ConflictError, InvalidError
from comms.wire import identity, vault
from comms.wire.errors import WireError


def replace_identity(
    *, person: User, entry: bytes, vault_content: bytes, wraps: tuple[bytes, ...]
) -> IdentityEntry:
    """A successor (signed by the old keys too) or, with keys lost, a reset, which everyone sees as *changed*.

    The vault that comes with it is the next version, under a new vault key; `wraps` are the only ways
    to unlock it from now on and include a passphrase and a recovery code. What waits for the new keys is
    held back from the same moment (`when_keys_replaced`). Raises InvalidError, and ConflictError when another
    browser was faster.
    """
    with transaction.atomic():
        hold_keys(person.id)
        User.objects.select_for_update().get(pk=person.pk)
        before = IdentityEntry.objects.filter(user=person).order_by("-number").first()
        kept = Vault.objects.filter(user=person).first()
        try:
            new = identity.read_entry(entry)
            previous = identity.read_entry(bytes(before.entry)) if before else None
            box = vault.read_vault(vault_content)
            opened_by = [vault.read_wrap(raw) for raw in wraps]
            if previous is not None and new.number != previous.number + 1:
                raise _faster()
            identity.check_follows(new, previous)
            vault.verify_vault(box, new.keys)
        except WireError as error:
            raise broken_keys(error) from error
        kinds = [wrap.kind for wrap in opened_by]
        owners = {new.user, box.user, *(wrap.user for wrap in opened_by)}
        required = {vault.WrapKind.PASSPHRASE, vault.WrapKind.RECOVERY_CODE}
        if owners != {person.id} or not required <= set(kinds):
            raise broken_keys()
        if box.number != (kept.number + 1 if kept else 1):
            raise _faster()
        # Before the log, which everybody appends to one after the other, is waited for.
        announce_renewal(person.id)
        row = save_entry(new)
        Vault.objects.update_or_create(
            user=person,
            defaults={
                "number": box.number,
                "content": vault_content,
                "updated_at": timezone.now(),
            },
        )
        VaultWrap.objects.filter(user=person).delete()
        VaultWrap.objects.bulk_create(
            VaultWrap(user=person, kind=int(wrap.kind), wrap_id=wrap.id, content=raw)
            for wrap, raw in zip(opened_by, wraps, strict=True)
        )
        record_for_person(
            person,
            "accounts.reset_identity"
            if new.kind is identity.Kind.RESET
            else "accounts.replaced_identity",
            {"number": new.number, "fingerprint": new.keys.fingerprint.hex()},
        )
    return row


def replace_lost_keys(
    *,
    person: User,
    secret: str,
    keep: str | None,
    entry: bytes,
    vault_content: bytes,
    wraps: tuple[bytes, ...],
) -> None:
    """As `replace_identity`, and every session ends but the one whose key is `keep`: both or neither.

    Asks for the sign-in secret: a stolen session must not become a new identity. Raises InvalidError too.
    """
    if not person.check_password(secret):
        raise InvalidError(_("That is not your present passphrase."), field="current")
    with transaction.atomic():
        replace_identity(person=person, entry=entry, vault_content=vault_content, wraps=wraps)
        end_other_sessions(person=person, keep=keep)


def _faster() -> ConflictError:
    return ConflictError(
        _("Another browser has changed your keys meanwhile. Reload the page and try again.")
    )
