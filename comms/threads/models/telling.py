"""When a mail last said to a person that something waits, in whichever of their workspaces it did."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Telling(models.Model):
    """One person of the deployment, whose mails the workspaces share; it names none of them.

    `mailed_at` is set before the mail goes out and put back with `back_at` if the mail server has certainly
    not taken it. `back_at`: the first look after that mail, in any workspace; None while they are still away.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
    )
    mailed_at = models.DateTimeField(null=True, editable=False)
    back_at = models.DateTimeField(null=True, editable=False)
