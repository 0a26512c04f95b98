"""A person's public keys and their sealed vault. The server checks their outside and can read no more."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.wire import vault as wire_vault


class IdentityEntry(models.Model):
    """One entry of a person's chain of public keys, byte for byte as the browser signed it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="identity_entries"
    )
    number = models.PositiveIntegerField(editable=False)
    entry = models.BinaryField(max_length=16 * 1024, editable=False)
    entry_hash = models.BinaryField(max_length=32, editable=False)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "number"], name="identity_number_once")
        ]


class Vault(models.Model):
    """The newest version of a person's vault. `number` only grows, by one with every write."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, primary_key=True, related_name="vault"
    )
    number = models.BigIntegerField(editable=False)
    content = models.BinaryField(max_length=wire_vault.LIMIT, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)


class VaultWrap(models.Model):
    """The vault key under one way to unlock it: the passphrase, a passkey, the printed recovery code."""

    class Kind(models.IntegerChoices):
        PASSPHRASE = int(wire_vault.WrapKind.PASSPHRASE), _("Passphrase")
        PASSKEY = int(wire_vault.WrapKind.PASSKEY), _("Passkey")
        RECOVERY_CODE = int(wire_vault.WrapKind.RECOVERY_CODE), _("Recovery code")
        RECOVERY_SECRET = int(wire_vault.WrapKind.RECOVERY_SECRET), _("Custodians")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="vault_wraps")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices, editable=False)
    wrap_id = models.BinaryField(max_length=64, editable=False)
    content = models.BinaryField(max_length=1024, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "wrap_id"], name="vault_wrap_once"),
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=~models.Q(kind=2),
                name="vault_wrap_one_of_each_but_passkeys",
            ),
        ]


class SessionSecret(models.Model):
    """The server's half of what keeps the vault open in one browser. It ends with the session.

    A row of its own, since requests of one browser run side by side and each writes all of a session's
    data back: one of them could undo that another had locked the vault.
    """

    session = models.OneToOneField(
        "sessions.Session", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    secret = models.BinaryField(max_length=32, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
