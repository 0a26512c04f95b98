"""Links that make an account or a membership: used once, soon expired, hashed at rest.

Exempt from row-level security: a link is what tells the server which workspace it is about.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.actors import Role
from comms.core.ids import uuid7


class SetupLink(models.Model):
    """The way in while nobody has an account. `account_id` is the id that the first person will have."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    account_id = models.UUIDField(default=uuid7, editable=False)
    expires_at = models.DateTimeField(editable=False)
    used_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)


class Invitation(models.Model):
    """An offer of membership to one address. Open until used, withdrawn or expired.

    `account_id` is the id that the person will have if they have no account yet: the browser signs it
    into their first identity entry before the account exists.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("email address"), max_length=254)
    roles = ArrayField(
        models.CharField(max_length=12, choices=Role.choices), verbose_name=_("roles")
    )
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    account_id = models.UUIDField(default=uuid7, editable=False)
    invited_by = models.ForeignKey(
        "accounts.User", on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    expires_at = models.DateTimeField(editable=False)
    used_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(roles__len__gt=0), name="invitation_has_role"
            ),
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=models.Q(used_at=None, withdrawn_at=None),
                name="invitation_open_once",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "-created_at"], name="invitation_list")]
