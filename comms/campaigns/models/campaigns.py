"""Planned communications."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Campaign(WorkspaceOwned):
    """What is to be told to whom and why; its editions are the occasions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=160)
    objective = models.TextField(
        _("objective"),
        max_length=2000,
        blank=True,
        help_text=_("What should be different once people have read this?"),
    )
    template = models.ForeignKey(
        "content.Template",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("template"),
    )
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-created_at"], name="campaign_list")]

    def __str__(self) -> str:
        return self.name
