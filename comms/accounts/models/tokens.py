"""API tokens. Exempt from row-level security: a token is what tells the server which workspace it is for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7


class Scope(models.TextChoices):
    """What a token may do at most. Its maker's roles bound it further, at every use."""

    MEMBERS_READ = "members:read", _("Read members and roles")
    AUDIT_READ = "audit:read", _("Read the audit trail")
    DIRECTORY_READ = "directory:read", _("Read stakeholders and audiences")
    DIRECTORY_WRITE = "directory:write", _("Change stakeholders")
    CONTENT_READ = "content:read", _("Read key messages and templates")
    CAMPAIGNS_READ = "campaigns:read", _("Read campaigns and how their editions went")
    THREADS_READ = "threads:read", _("Read which threads there are, never what is in them")
    THREADS_FETCH = "threads:fetch", _("Fetch sealed messages and files, which only your keys open")
    FEEDBACK_FETCH = "feedback:fetch", _("Fetch forms, cases and sealed answers")
    FEEDBACK_WRITE = "feedback:write", _("Change forms and cases, and send sealed replies")
    THREADS_WRITE = "threads:write", _("Send what your keys have sealed and signed")


class ApiToken(models.Model):
    """A program's way in, for one workspace and with the roles of the person who made it.

    Only the SHA-256 of the token is kept: 256 random bits need no slow hash. `prefix` is its beginning,
    for people to find it by. `last_used_on` is a date, so that it is no record of anyone's hours.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="+", editable=False
    )
    made_by = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="+", editable=False
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12, editable=False)
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=24), verbose_name=_("may"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_on = models.DateField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scopes__len__gt=0), name="api_token_has_scope"
            )
        ]
        indexes = [models.Index(fields=["workspace", "-created_at"], name="api_token_list")]
