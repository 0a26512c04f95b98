"""Teams' spaces and who is in them. Exempt from row-level security: they decide what it is set to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.actors import Role
from comms.core.ids import uuid7

IDLE_MINUTES = range(5, 12 * 60 + 1)
SESSION_HOURS = range(1, 14 * 24 + 1)
INVITATION_DAYS = range(1, 31)
"""What an administrator may choose. The longest are the deployment's own (SESSION_IDLE_AGE, SESSION_COOKIE_AGE)."""


class Workspace(models.Model):
    """A team's space: the boundary of access."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    hold_reason = models.CharField(_("hold"), max_length=300, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    # The rules for signing in. Defaults in the database too: a process of the version before may insert.
    second_step_roles = ArrayField(
        models.CharField(max_length=12, choices=Role.choices),
        verbose_name=_("who needs a second step"),
        default=list,
        db_default=[],
        blank=True,
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("minutes without use"), default=IDLE_MINUTES[-1], db_default=IDLE_MINUTES[-1]
    )
    session_hours = models.PositiveSmallIntegerField(
        _("hours at most"), default=SESSION_HOURS[-1], db_default=SESSION_HOURS[-1]
    )
    invitation_days = models.PositiveSmallIntegerField(
        _("days that an invitation lasts"), default=7, db_default=7
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    idle_minutes__range=(IDLE_MINUTES[0], IDLE_MINUTES[-1]),
                    session_hours__range=(SESSION_HOURS[0], SESSION_HOURS[-1]),
                    invitation_days__range=(INVITATION_DAYS[0], INVITATION_DAYS[-1]),
                ),
                name="workspace_rules_bounded",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a workspace, with their roles there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="memberships")
    roles = ArrayField(
        models.CharField(max_length=12, choices=Role.choices), verbose_name=_("roles")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "workspace"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(roles__len__gt=0), name="membership_has_role"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "created_at"], name="membership_list")]
